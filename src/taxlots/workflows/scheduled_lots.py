"""The lots of staggered sales through the days of a schedule: their term, and what bars them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from taxlots.book.record import OpenLot
from taxlots.domain.verdict import WashStatus
from taxlots.plan.appraisal import Appraisal, appraise
from taxlots.plan.guard import Guard
from taxlots.plan.rebalance.lots_by_day import LotDays
from taxlots.plan.rebalance.positions import PlannedLot, Position
from taxlots.plan.situation import index_of
from taxlots.workflows.household_plan import HouseholdPlan


def lots_through(
    plan: HouseholdPlan,
    positions: Sequence[Position],
    days: Sequence[date],
    bought: frozenset[str],
) -> dict[str, tuple[LotDays, ...]]:
    """The lots of positions on each day of a schedule, by the name of the position.

    A lot is barred on a day where the plan bars it today, where the guard of that day or of an
    earlier one says that its loss would be disallowed, and where it is at a loss and the same plan
    buys what would replace it.
    """
    mine = {(one.account.id, one.symbol) for one in positions if one.is_taxed}
    lots = [lot for lot in plan.lots if (lot.account, lot.symbol) in mine]
    terms: dict[tuple[str, str, str], list[bool]] = {}
    bars: dict[tuple[str, str, str], list[bool]] = {}
    for day in days:
        index = index_of(replace(plan.situation, as_of=day))
        guard = Guard(index)
        is_long: dict[tuple[str, str, str], bool] = {}
        is_barred: dict[tuple[str, str, str], bool] = {}
        for lot in lots:
            key = (lot.account, lot.symbol, lot.lot_id)
            seen = appraise(lot, index)
            is_long[key] = is_long.get(key, True) and seen.is_long
            is_barred[key] = is_barred.get(key, False) or _is_washed(lot, seen, guard, bought)
        for key, long in is_long.items():
            terms.setdefault(key, []).append(long)
            was = bars.setdefault(key, [])
            was.append(is_barred[key] or (bool(was) and was[-1]))
    return {
        one.name: tuple(_through(one, lot, terms, bars, len(days)) for lot in one.lots)
        for one in positions
    }


def _is_washed(lot: OpenLot, seen: Appraisal, guard: Guard, bought: frozenset[str]) -> bool:
    if not seen.loss_cents:
        return False
    index = guard.index
    if any(index.replaces(symbol, lot.symbol) for symbol in bought):
        return True
    pool = guard.pool(index.party[lot.account], index.identity.family(lot.symbol))
    return guard.check(lot, seen.loss_cents, pool).status is not WashStatus.OK


def _through(
    position: Position,
    planned: PlannedLot,
    terms: dict[tuple[str, str, str], list[bool]],
    bars: dict[tuple[str, str, str], list[bool]],
    count: int,
) -> LotDays:
    """A lot as the position names it; one at average basis has the term of its youngest part."""
    own = (position.account.id, position.symbol)
    keys = [
        key for key in terms if key[:2] == own and (not planned.lot_id or key[2] == planned.lot_id)
    ]
    return LotDays(
        lot=planned,
        is_long=tuple(all(terms[key][day] for key in keys) for day in range(count)),
        is_barred=tuple(
            bool(planned.bar) or any(bars[key][day] for key in keys) for day in range(count)
        ),
    )
