"""Settling one family of identical securities: which of its lots are sold, and why not the others.

Lots are tested in the order in which their losses count.  A lot that is sold uses up the purchases
that replace its loss, so that each share serves once; one that is not sold leaves them to the next.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from taxlots.book.record import OpenLot
from taxlots.domain.verdict import Reason, WashStatus
from taxlots.plan.appraisal import Appraisal, appraise
from taxlots.plan.harvest_plan import NO_REPLACEMENT, Opportunity, Replacement, Verdict
from taxlots.plan.harvest_value import LossesTaken
from taxlots.plan.lot_part import Holding, holding_of, part_of
from taxlots.plan.lot_worth import ValueAppraiser, told_of_term
from taxlots.plan.purchases import Pool
from taxlots.plan.reasons import reason_of_loss, reason_of_trade
from taxlots.plan.replacement import Proxies
from taxlots.plan.situation import Index, Position

TOO_SMALL = frozenset(
    {
        Reason.GAIN,
        Reason.NO_LOSS,
        Reason.BELOW_MIN_LOSS,
        Reason.BELOW_MIN_PERCENT,
        Reason.BELOW_HURDLE,
        Reason.BELOW_MIN_TAX_SAVED,
        Reason.DOES_NOT_PAY,
    }
)
"""Reasons that leave a lot to be sold with the rest of its position."""


@dataclass(frozen=True, slots=True)
class Family:
    """The lots of one wash-sale party in one family, by their places, and what is known of them.

    ``replacements`` are what is bought for each position; None: every one is taken to have some.
    ``bought`` are the proxies of other families.  ``most`` limits how much of a lot is sold, by
    its place, for the goals of the returns; 0 leaves it.
    """

    pool: Pool
    places: Sequence[int]
    taken: Mapping[str, LossesTaken]
    replacements: Mapping[Position, Replacement] | None = None
    bought: Collection[str] = ()
    most: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Settled:
    """The verdicts on a family's lots by their places, and the losses then taken on its returns."""

    verdicts: dict[int, Verdict]
    taken: dict[str, LossesTaken]


class Settling:
    """Settles the families of one situation."""

    def __init__(self, proxies: Proxies) -> None:
        self.guard = proxies.guard
        self.index: Index = proxies.guard.index
        self.lots = self.index.situation.lots
        self.before = _sold_before(self.index)
        self.appraisals = [
            appraise(lot, self.index, before)
            for lot, before in zip(self.lots, self.before, strict=True)
        ]
        self.appraiser = ValueAppraiser(self.index, self.appraisals)

    def settle(self, family: Family) -> Settled:
        """Verdicts on the lots of a family.

        A position that is sold as a whole or not at all is looked at twice: once lot by lot, then
        with what the first look says of it.
        """
        is_sold: dict[Position, bool] = {}
        while True:
            settled = self._settle(family, is_sold)
            news = self._whole_positions(settled.verdicts, is_sold)
            if not news:
                return settled
            is_sold |= news

    def _settle(self, family: Family, is_sold: Mapping[Position, bool]) -> Settled:
        pool = family.pool.fresh()
        taken = self._taken_before(family)
        refused: set[Holding] = set()
        found = {}
        for place in family.places:
            verdict = self._verdict(place, family, pool, taken, is_sold, refused)
            lot, opportunity = verdict.lot, verdict.opportunity
            if opportunity is not None and verdict.reason.is_harvest:
                self.guard.use(lot, opportunity.check, pool)
                if losses := taken.get(self.index.accounts[lot.account].tax_return):
                    is_long = opportunity.appraisal.is_long
                    losses.take(opportunity.allowed_loss_cents, is_long=is_long)
            if not verdict.reason.is_harvest or verdict.is_partly_sold:
                refused.add(holding_of(lot))
            found[place] = verdict
        return Settled(found, taken)

    def _taken_before(self, family: Family) -> dict[str, LossesTaken]:
        """The losses taken on the returns of a family's lots, to add further ones to."""
        accounts = {self.lots[place].account for place in family.places}
        returns = {self.index.accounts[account].tax_return for account in accounts}
        return {name: family.taken[name].copy() for name in returns if name in family.taken}

    def _verdict(
        self,
        place: int,
        family: Family,
        pool: Pool,
        taken: Mapping[str, LossesTaken],
        is_sold: Mapping[Position, bool],
        refused: Collection[Holding],
    ) -> Verdict:
        lot, appraisal = self.lots[place], self.appraisals[place]
        with_position = is_sold.get((lot.account, lot.symbol))
        reason = appraisal.bar
        opportunity = None
        if reason is None or (with_position and reason in TOO_SMALL):
            rule = self.index.rule_of(self.index.accounts[lot.account])
            opportunity = self._opportunity(lot, appraisal, pool, family.replacements, taken)
            reason = reason or reason_of_loss(opportunity, rule)
            is_carried_along = bool(with_position) and reason in TOO_SMALL
            reason = None if is_carried_along else reason
            if is_carried_along and opportunity.check.replaces_in_plan:
                reason = Reason.REPLACES_IN_PLAN
            if reason is None and holding_of(lot) in refused:
                reason = Reason.SUB_LOT_ORDER
            if reason is None and family.replacements is not None:
                reason = reason_of_trade(opportunity, family.bought, rule, self.index)
            if reason is None and with_position is False:
                reason = Reason.POSITION_NOT_SOLD
            most = family.most.get(place, lot.quantity)
            if reason is None and most == 0:
                reason = Reason.GOAL_REACHED
            if reason is None:
                reason = _reason_of_harvest(opportunity, is_carried_along=is_carried_along)
                if most < lot.quantity:
                    part = part_of(lot, most)
                    of_part = appraise(part, self.index, self.before[place])
                    opportunity = self._opportunity(part, of_part, pool, family.replacements, taken)
        return Verdict(lot=lot, reason=reason, appraisal=appraisal, opportunity=opportunity)

    def _opportunity(
        self,
        lot: OpenLot,
        appraisal: Appraisal,
        pool: Pool,
        replacements: Mapping[Position, Replacement] | None,
        taken: Mapping[str, LossesTaken],
    ) -> Opportunity:
        is_loss = appraisal.loss_cents > 0
        check = (
            self.guard.check(lot, appraisal.loss_cents, pool)
            if is_loss
            else self.guard.check_gain(lot, pool)
        )
        allowed = appraisal.loss_cents - appraisal.gain_cents - check.disallowed_cents
        replacement = None if replacements is None else replacements[lot.account, lot.symbol]
        worth = self.appraiser.worth(lot, appraisal, allowed, replacement, taken)
        return Opportunity(
            lot=lot,
            appraisal=appraisal,
            check=check,
            allowed_loss_cents=allowed,
            tax_saved_cents=worth.tax_saved_cents,
            saving_basis=worth.saving_basis,
            value=worth.value,
            hurdle_ratio=worth.hurdle_ratio,
            replacement=replacement or NO_REPLACEMENT,
            told=(
                *self.guard.told(self.index.accounts[lot.account], lot.symbol),
                *told_of_term(lot.long_term_from, appraisal.days_to_long_term),
            ),
            spoiled=tuple(self.index.pending_dividends.get(lot.lot_id, ())),
        )

    def _whole_positions(
        self, verdicts: Mapping[int, Verdict], is_sold: Mapping[Position, bool]
    ) -> dict[Position, bool]:
        """What the verdicts newly say of whole positions; one that is refused stays refused."""
        lots: dict[Position, list[Verdict]] = {}
        for verdict in verdicts.values():
            if verdict.reason.is_harvest:
                lots.setdefault((verdict.lot.account, verdict.lot.symbol), [])
        for position in [one for one in lots if not self.index.is_sold_whole(one)]:
            del lots[position]
        if not lots:
            return {}
        for verdict in verdicts.values():
            position = verdict.lot.account, verdict.lot.symbol
            if position in lots:
                lots[position].append(verdict)
        news = {}
        for position, found in lots.items():
            can_be = all(v.reason.is_harvest or v.reason in TOO_SMALL for v in found)
            net = sum(v.appraisal.loss_cents - v.appraisal.gain_cents for v in found)
            rule = self.index.rule_of(self.index.accounts[position[0]])
            wanted = can_be and net > 0 and net >= rule.min_loss_cents
            if is_sold.get(position) is not wanted:
                news[position] = wanted
        return news


def _reason_of_harvest(opportunity: Opportunity, *, is_carried_along: bool) -> Reason:
    if is_carried_along:
        return Reason.HARVEST_WITH_POSITION
    is_whole = opportunity.check.status is WashStatus.OK
    return Reason.HARVEST if is_whole else Reason.HARVEST_PARTLY_WASHED


def _sold_before(index: Index) -> list[int]:
    """How much the same order sells before each sub-lot, in the order of the lots.

    One order sells the parts of a lot, or all of a position at average basis.
    """
    situation = index.situation
    sold: dict[Holding, int] = {}
    found = [0] * len(situation.lots)
    for place in in_order_of_relief(index):
        lot = situation.lots[place]
        is_averaged = (lot.account, lot.symbol) in situation.averaged
        key = (lot.account, lot.symbol, "") if is_averaged else holding_of(lot)
        found[place] = sold.get(key, 0)
        sold[key] = found[place] + lot.quantity
    return found


def in_order_of_relief(index: Index) -> list[int]:
    """The places of the lots by rank, the parts of one lot in the order in which they leave."""
    situation = index.situation
    plain_first = situation.policy.sub_first == "unadjusted"
    return sorted(
        range(len(situation.lots)),
        key=lambda p: (
            situation.lots[p].rank,
            plain_first and situation.lots[p].is_replacement,
        ),
    )
