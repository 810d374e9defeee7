"""The decision: a verdict on every open lot.

Each wash-sale party is decided by itself, family by family of identical securities, the greatest
estimated saving first.  What is bought for one family is not sold for a later one, and what is
sold is not bought: else the plan would wash its own losses.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence

from taxlots.domain.verdict import Reason, WashStatus
from taxlots.plan.appraisal import appraise, tax_saved_cents
from taxlots.plan.guard import Guard
from taxlots.plan.harvest_plan import NO_REPLACEMENT, Opportunity, Replacement, Verdict
from taxlots.plan.purchases import Pool
from taxlots.plan.reasons import reason_of_loss, reason_of_trade
from taxlots.plan.replacement import Proxies, Trades, affordable_quantity

Position = tuple[str, str]
"""An account's id and a symbol."""


def verdicts_of(guard: Guard) -> list[Verdict]:
    """One verdict for each open lot of the guard's situation, in the order of the lots."""
    decision = _Decision(guard)
    found: dict[int, Verdict] = {}
    for party, families in decision.families().items():
        ranked = []
        for family, places in families.items():
            first = decision.settle(guard.pool(party, family), places)
            found |= first
            if any(verdict.reason.is_harvest for verdict in first.values()):
                ranked.append((*_worth(first.values()), family))
        trades = Trades()
        for _, _, family in sorted(ranked):
            found |= decision.commit(party, family, families[family], trades)
    return [found[place] for place in range(len(guard.index.situation.lots))]


def _worth(verdicts: Iterable[Verdict]) -> tuple[int, int]:
    """A key that puts the greatest saving first, then the greatest loss."""
    taken = [v.opportunity for v in verdicts if v.opportunity and v.reason.is_harvest]
    saved = sum(opportunity.tax_saved_cents or 0 for opportunity in taken)
    return -saved, -sum(opportunity.allowed_loss_cents for opportunity in taken)


class _Decision:
    """What deciding needs at hand: the lots, what each is worth, and the proxies."""

    def __init__(self, guard: Guard) -> None:
        self.guard = guard
        self.index = guard.index
        self.rule = guard.index.situation.rule
        self.proxies = Proxies(guard)
        self.lots = self.index.situation.lots
        self.appraisals = [appraise(lot, self.index) for lot in self.lots]

    def families(self) -> dict[str, dict[str, list[int]]]:
        """The places of the lots by party and family, in the order in which losses count.

        Within one sub-divided lot that is the order in which the books relieve its parts.
        """
        plain_first = self.index.situation.policy.sub_first == "unadjusted"
        order = sorted(
            range(len(self.lots)),
            key=lambda p: (self.lots[p].rank, plain_first and self.lots[p].is_replacement),
        )
        found: dict[str, dict[str, list[int]]] = {}
        for place in order:
            lot = self.lots[place]
            families = found.setdefault(self.index.party[lot.account], {})
            families.setdefault(self.index.identity.family(lot.symbol), []).append(place)
        return found

    def commit(
        self, party: str, family: str, places: Sequence[int], trades: Trades
    ) -> dict[int, Verdict]:
        """Settle a family with its replacements, and enter what it trades.

        A proxy of which the proceeds do not buy one share is passed over, and the family is
        settled again.
        """
        positions = self._open_positions(places)
        trades.sold[family] = {s for _, s in positions if not self._is_exempt(s)}
        too_dear: dict[Position, set[str]] = {position: set() for position in positions}
        while True:
            replacements = {
                (account, symbol): self.proxies.choose(
                    symbol, self.index.accounts[account], trades, too_dear[account, symbol]
                )
                for account, symbol in positions
            }
            found = self.settle(self.guard.pool(party, family), places, replacements, trades.bought)
            dear = self._too_dear(found.values())
            if not dear:
                break
            for position, proxy in dear.items():
                too_dear[position].add(proxy)
        trades.sold[family] = set()
        for verdict in found.values():
            if verdict.opportunity and verdict.reason.is_harvest:
                if not self._is_exempt(verdict.lot.symbol):
                    trades.sold[family].add(verdict.lot.symbol)
                if chosen := verdict.opportunity.replacement.proxy:
                    of_chosen = self.index.identity.family(chosen.proxy)
                    trades.bought.setdefault(of_chosen, set()).add(chosen.proxy)
        return found

    def settle(
        self,
        pool: Pool,
        places: Sequence[int],
        replacements: Mapping[Position, Replacement] | None = None,
        bought: Collection[str] = (),
    ) -> dict[int, Verdict]:
        """Verdicts on the lots of one family, in the order in which their losses count.

        A lot that is sold uses up the purchases that replace it, so that each share serves once;
        one that is not sold leaves them to the next.  Without ``replacements`` every lot is taken
        to have one.
        """
        refused: set[tuple[str, str]] = set()
        found = {}
        for place in places:
            lot, appraisal = self.lots[place], self.appraisals[place]
            opportunity = None
            reason = appraisal.bar
            if reason is None:
                opportunity = self._opportunity(place, pool, replacements)
                reason = reason_of_loss(opportunity, self.rule)
                if reason is None and (lot.account, lot.lot_id) in refused:
                    reason = Reason.SUB_LOT_ORDER
                if reason is None and replacements is not None:
                    reason = reason_of_trade(opportunity, bought, self.index)
                if reason is None:
                    self.guard.use(opportunity.check, pool)
                    is_whole = opportunity.check.status is WashStatus.OK
                    reason = Reason.HARVEST if is_whole else Reason.HARVEST_PARTLY_WASHED
            if not reason.is_harvest:
                refused.add((lot.account, lot.lot_id))
            found[place] = Verdict(
                lot=lot, reason=reason, appraisal=appraisal, opportunity=opportunity
            )
        return found

    def _opportunity(
        self, place: int, pool: Pool, replacements: Mapping[Position, Replacement] | None
    ) -> Opportunity:
        lot, appraisal = self.lots[place], self.appraisals[place]
        check = self.guard.check(lot, appraisal.loss_cents, pool)
        allowed = appraisal.loss_cents - check.disallowed_cents
        tax_return = self.index.accounts[lot.account].tax_return
        profile = self.index.situation.profiles.get(tax_return)
        position = lot.account, lot.symbol
        return Opportunity(
            lot=lot,
            appraisal=appraisal,
            check=check,
            allowed_loss_cents=allowed,
            tax_saved_cents=tax_saved_cents(allowed, profile, is_long=appraisal.is_long),
            replacement=NO_REPLACEMENT if replacements is None else replacements[position],
            told=self.guard.told(lot),
            spoiled=tuple(self.index.pending_dividends.get(lot.lot_id, ())),
        )

    def _open_positions(self, places: Sequence[int]) -> list[Position]:
        """The positions with a lot that may be sold, in order."""
        found = (self.lots[place] for place in places if self.appraisals[place].bar is None)
        return list(dict.fromkeys((lot.account, lot.symbol) for lot in found))

    def _too_dear(self, verdicts: Iterable[Verdict]) -> dict[Position, str]:
        """The positions whose proceeds do not buy the least quantity of their proxy."""
        proceeds: dict[Position, int] = {}
        proxies: dict[Position, str] = {}
        for verdict in verdicts:
            opportunity = verdict.opportunity
            if opportunity and verdict.reason.is_harvest and opportunity.replacement.proxy:
                position = verdict.lot.account, verdict.lot.symbol
                value = verdict.appraisal.market_value_cents or 0
                proceeds[position] = proceeds.get(position, 0) + value
                proxies[position] = opportunity.replacement.proxy.proxy
        situation = self.index.situation
        return {
            position: proxy
            for position, proxy in proxies.items()
            if not affordable_quantity(
                proceeds[position],
                situation.quotes[proxy],
                self.index.security(proxy).multiplier,
                whole_shares=self.rule.whole_shares,
            )
        }

    def _is_exempt(self, symbol: str) -> bool:
        return self.index.security(symbol).kind.is_exempt_from_1091
