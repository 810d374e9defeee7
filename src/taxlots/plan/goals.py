"""Goals: as much loss as a return wants, from the lots where a dollar of it is worth most.

Without a goal all that pays is harvested.  With one, lots are taken in order of their value per
dollar of loss until the goal is met; of the last one, no more whole shares are sold than meet it.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from taxlots.domain.harvest_rule import Goal, HarvestRule
from taxlots.domain.money import SHARE
from taxlots.domain.verdict import WashStatus
from taxlots.plan.appraisal import appraise
from taxlots.plan.harvest_plan import Opportunity, ReturnHarvest, Verdict
from taxlots.plan.harvest_value import LossesTaken
from taxlots.plan.lot_part import part_of
from taxlots.plan.situation import Index, YearSoFar

Verdicts = dict[int, Verdict]
"""By the place of the lot in the situation."""

Limits = dict[int, int]
"""How much of a lot may be sold at most, in 1e-8 units, by its place."""

MOST_ROUNDS = 8
"""What a plan leaves in one round because of another lot's absence is made up in the next."""


def goal_cents(rule: HarvestRule, so_far: YearSoFar | None) -> int | None:
    """The loss that a return wants in cents; None for all that pays.

    A goal of the year wants nothing of a return of which nothing is known.
    """
    match rule.goal:
        case Goal.TARGET:
            return rule.goal_cents
        case Goal.OFFSET_GAINS:
            return max(0, so_far.net_cents) if so_far else 0
        case Goal.LOSS_LIMIT:
            return max(0, so_far.net_cents + so_far.limit_cents) if so_far else 0
        case _:
            return None


def goals_of(index: Index) -> dict[str, int]:
    """The goal of each return that has one, in cents."""
    situation = index.situation
    found = {}
    for account in situation.accounts:
        wanted = goal_cents(index.rule_of(account), situation.so_far.get(account.tax_return))
        if wanted is not None:
            found[account.tax_return] = wanted
    return found


@dataclass(frozen=True, slots=True)
class _Unit:
    """Lots that are sold or left together, in the order in which they leave, with their places."""

    tax_return: str
    places: tuple[int, ...]
    opportunities: tuple[Opportunity, ...]
    is_divisible: bool

    @property
    def loss_cents(self) -> int:
        return sum(opportunity.allowed_loss_cents for opportunity in self.opportunities)

    @property
    def worth(self) -> tuple[Fraction, Fraction, int]:
        """A key that puts the greatest value per dollar of loss first, then the deepest loss."""
        loss = max(1, self.loss_cents)
        value = sum(o.value.net_cents for o in self.opportunities if o.value is not None)
        size = sum(o.appraisal.market_value_cents or 0 for o in self.opportunities)
        return -Fraction(value, loss), Fraction(size, loss), self.places[0]


def fitted(decide: Callable[[Limits], Verdicts], index: Index) -> Verdicts:
    """The verdicts of ``decide`` with as much sold as the returns want, and no more.

    ``decide`` gives the verdicts under some limits; a place without one has none.
    """
    wanted = goals_of(index)
    verdicts = decide({})
    if not wanted:
        return verdicts
    units = sorted(_units(verdicts, wanted, index), key=lambda unit: unit.worth)
    limits = {
        place: 0
        for place, verdict in verdicts.items()
        if index.accounts[verdict.lot.account].tax_return in wanted
    }
    for _ in range(MOST_ROUNDS):
        taken = _taken(verdicts, index, limits)
        missing = {name: cents - taken[name] for name, cents in wanted.items()}
        chosen, units = _chosen(units, missing, index)
        if not chosen and any(limits.values()):
            break
        limits |= chosen
        verdicts = decide(limits)
        if not chosen:
            break
    return verdicts


def _units(verdicts: Verdicts, wanted: Mapping[str, int], index: Index) -> Iterator[_Unit]:
    found: dict[tuple[str, str, str], list[int]] = {}
    for place, verdict in verdicts.items():
        lot = verdict.lot
        if verdict.reason.is_harvest and index.accounts[lot.account].tax_return in wanted:
            is_whole = index.is_sold_whole((lot.account, lot.symbol))
            found.setdefault((lot.account, lot.symbol, "" if is_whole else lot.lot_id), []).append(
                place
            )
    for (account, _, lot_id), places in found.items():
        opportunities = tuple(o for p in places if (o := verdicts[p].opportunity) is not None)
        yield _Unit(
            index.accounts[account].tax_return,
            tuple(places),
            opportunities,
            is_divisible=bool(lot_id) and all(map(_is_divisible, opportunities)),
        )


def _is_divisible(opportunity: Opportunity) -> bool:
    return opportunity.lot.is_divisible and opportunity.check.status is WashStatus.OK


def _taken(verdicts: Verdicts, index: Index, limits: Limits) -> Counter[str]:
    """The loss that each return takes where the limits let it."""
    taken: Counter[str] = Counter()
    for place, verdict in verdicts.items():
        if verdict.opportunity is not None and verdict.reason.is_harvest and limits.get(place):
            tax_return = index.accounts[verdict.lot.account].tax_return
            taken[tax_return] += verdict.opportunity.allowed_loss_cents
    return taken


def _chosen(
    units: Sequence[_Unit], missing: Mapping[str, int], index: Index
) -> tuple[Limits, list[_Unit]]:
    """Limits for the units that are taken, and the units that are left."""
    left = dict(missing)
    limits: Limits = {}
    kept = []
    for unit in units:
        wanted = left[unit.tax_return]
        if wanted <= 0:
            kept.append(unit)
        elif unit.loss_cents <= wanted:
            limits |= {
                p: o.lot.quantity for p, o in zip(unit.places, unit.opportunities, strict=True)
            }
            left[unit.tax_return] -= unit.loss_cents
        elif unit.is_divisible:
            limits |= _part(unit, wanted, index)
            left[unit.tax_return] = 0
        else:
            kept.append(unit)
    return limits, kept


def _part(unit: _Unit, wanted_cents: int, index: Index) -> Limits:
    """The least of a lot, in whole shares where it has them, that loses as much as is wanted."""
    limits: Limits = {}
    sold = 0
    for place, opportunity in zip(unit.places, unit.opportunities, strict=True):
        lot = opportunity.lot
        if wanted_cents <= 0:
            break
        quantity = lot.quantity
        if opportunity.allowed_loss_cents > wanted_cents:
            quantity = _least(opportunity, sold, wanted_cents, index)
        limits[place] = quantity
        sold += quantity
        wanted_cents -= opportunity.allowed_loss_cents
    return limits


def _least(opportunity: Opportunity, sold: int, wanted_cents: int, index: Index) -> int:
    """The least quantity of a lot, whole shares together with what is ``sold``, that is enough."""
    lot = opportunity.lot
    first = -sold % SHARE
    steps = max(0, lot.quantity - first) // SHARE

    def loses_enough(step: int) -> bool:
        quantity = first + step * SHARE
        if quantity == 0:
            return False
        return appraise(part_of(lot, quantity), index, sold).loss_cents >= wanted_cents

    low, high = 0, steps + 1
    while low < high:
        middle = (low + high) // 2
        if middle > steps or loses_enough(middle):
            high = middle
        else:
            low = middle + 1
    return lot.quantity if low > steps else first + low * SHARE


def returns_of(verdicts: Sequence[Verdict], index: Index) -> tuple[ReturnHarvest, ...]:
    """What a plan comes to on each return, in the order of the accounts."""
    situation = index.situation
    goals = goals_of(index)
    losses = _net_losses(verdicts, index)
    found = []
    for name, account in {a.tax_return: a for a in situation.accounts}.items():
        short, long = losses[name, False], losses[name, True]
        year = situation.years.get(name)
        taken = None if year is None else LossesTaken(year, short, long)
        found.append(
            ReturnHarvest(
                tax_return=name,
                goal=index.rule_of(account).goal,
                wanted_cents=goals.get(name),
                short_cents=short,
                long_cents=long,
                saved_cents=None if taken is None else taken.saved_now(),
                carried_cents=None if taken is None else taken.carried(),
            )
        )
    return tuple(found)


def _net_losses(verdicts: Sequence[Verdict], index: Index) -> Counter[tuple[str, bool]]:
    """What a plan loses on each return, in cents, by whether it is long-term."""
    found: Counter[tuple[str, bool]] = Counter()
    for verdict in verdicts:
        if verdict.opportunity is not None and verdict.reason.is_harvest:
            tax_return = index.accounts[verdict.lot.account].tax_return
            is_long = verdict.opportunity.appraisal.is_long
            found[tax_return, is_long] += verdict.opportunity.allowed_loss_cents
    return found
