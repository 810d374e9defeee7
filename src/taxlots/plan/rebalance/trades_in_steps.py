"""A plan in the shares nearest to its optimum that keep limits on sums."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from taxlots.domain.order import Side
from taxlots.plan.cash_flow import Offer
from taxlots.plan.optimizer.objective import lots_sold
from taxlots.plan.optimizer.portfolio import NEGLIGIBLE, Portfolio, Rows
from taxlots.plan.optimizer.rounding import NOT_ROUNDED, Grain, on_grid
from taxlots.plan.optimizer.terms import prepare
from taxlots.plan.rebalance.household_portfolio import CashNeeds, HouseholdPortfolio, cash_row
from taxlots.plan.rebalance.nearest_shares import nearest_shares
from taxlots.plan.rebalance.plan_limits import at_rates_of
from taxlots.plan.rebalance.raised_cash import money_after
from taxlots.plan.rebalance.replacements import Replacements
from taxlots.plan.rebalance.solving import Question, Solution, grain_of
from taxlots.plan.rebalance.wash_branches import unwashed
from taxlots.plan.rebalance.whole_trades import LotSale, Trade, are_paid
from taxlots.plan.risk import Floats

MANY: Final = 1_000
"""Steps whose worth says what one is worth, without the rounding of cents."""


def nearest_solution(
    question: Question,
    solution: Solution,
    household: HouseholdPortfolio,
    rows: Rows,
    by: Replacements,
) -> Solution | None:
    """A plan in other shares that misses the limits of ``rows`` least, near a solution's optimum.

    What may be traded is what the ``household`` lets be traded; forced trades stay as they are.
    None where no such shares leave the money that is asked for.
    """
    optimum, cash = solution.optimum, question.cash
    book = at_rates_of(optimum, household)
    given = replace(solution, household=household, optimum=replace(optimum, book=book))
    kept = replace(household, book=replace(book, rows=rows))
    units = grain_of(household, question)
    settled = np.array([bool(one.forced_cents) for one in household.positions], np.bool_)
    near = np.where(settled, solution.weights_traded(), solution.wanted)
    found = nearest_shares(kept, cash, near, units, settled, list(_clashing(household, by)))
    if found is None:
        return None
    plan = _planned(question, given, found, by)
    rivals = [plan]
    if (bettered := _bettered(kept, plan, cash, found, units, by)) is not None:
        rivals.append(_planned(question, given, bettered, by))
    sound = [one for one in rivals if _is_paid(one.trades, cash) and not _is_washed(one, by)]
    return min(sound, key=lambda one: one.objective, default=None)


def _clashing(household: HouseholdPortfolio, by: Replacements) -> Iterator[tuple[int, int]]:
    """Positions of which a loss may be sold, each with those whose purchase replaces it."""
    table = household.table
    places: dict[str, list[int]] = {}
    for place, symbol in enumerate(household.symbols):
        places.setdefault(symbol, []).append(place)
    losing = np.unique(table.holder[table.is_loss & ~table.is_barred])
    for place in losing.tolist():
        for symbol in by.of(household.positions[place].symbol):
            yield from ((place, other) for other in places.get(symbol, ()) if other != place)


def _planned(question: Question, solution: Solution, weights: Floats, by: Replacements) -> Solution:
    """The solution with trades of some weights, (positions,), in its lots' order."""
    household, optimum = solution.household, solution.optimum
    book, moved = optimum.book, np.where(np.abs(weights) <= NEGLIGIBLE, 0.0, weights)
    problems = tuple(one for one in optimum.problems if one.code != NOT_ROUNDED)
    own = replace(optimum, trades=moved, sold=lots_sold(book, moved), problems=problems)
    forced = {one.position.name: one for one in solution.trades if one.position.forced_cents}
    trades = [
        forced.get(one.name) or _traded(household, book, place, float(moved[place]), question)
        for place, one in enumerate(household.positions)
        if moved[place]
    ]
    trades.sort(key=lambda one: one.side is Side.BUY)
    made = tuple(one for one in trades if one.units)
    found = replace(solution, optimum=own, trades=made)
    forbidden = {new: lost for lost in sorted(found.sold_at_a_loss) for new in by.of(lost)}
    return replace(found, forbidden=forbidden)


def _traded(
    household: HouseholdPortfolio, book: Portfolio, place: int, weight: float, question: Question
) -> Trade:
    """The trade of a position that is so much of the household, to the nearest step."""
    position, nav = household.positions[place], household.nav_cents
    offer = Offer(symbol=position.symbol, price=position.price, multiplier=position.multiplier)
    step = question.mandate.step(position.symbol, question.step)
    cents = abs(weight) * nav / position.equity
    units = round(cents / offer.cost_cents(step * MANY) * MANY) * step
    if weight > 0:
        return Trade(position=position, side=Side.BUY, units=units, cents=offer.cost_cents(units))
    lots, table = book.lots, household.table
    rows = lots.order[lots.start[place] : lots.start[place + 1]].tolist()
    mine = [table.lots[row] for row in rows if not table.is_barred[row]]
    held = sum(one.quantity for one in mine)
    is_all = abs(book.held[place] + weight) <= NEGLIGIBLE
    left = units = held if is_all else min(units, held)
    sales = []
    for lot in mine:
        taken = min(left, lot.quantity)
        left -= taken
        if taken:
            sales.append(LotSale(lot, taken))
    cents = offer.cost_cents(units)
    return Trade(position=position, side=Side.SELL, units=units, cents=cents, sales=tuple(sales))


def _bettered(
    household: HouseholdPortfolio,
    plan: Solution,
    cash: CashNeeds,
    weights: Floats,
    units: Grain,
    by: Replacements,
) -> Floats | None:
    """Trades that single steps and pairs of them lead to, within the same limits and money."""
    book = household.book
    rows, after = book.rows, book.rows.matrix @ (book.held + weights)
    high, low = np.maximum(rows.high, after), np.minimum(rows.low, after)
    groups = {(name,): 0 for name in cash.free_cents} | dict(cash.floors)
    left = {
        cash_row(group): money_after(plan.trades, group, cash) - floor
        for group, floor in groups.items()
    }
    for at, name in enumerate(rows.names):
        if name in left:
            high[at] = after[at] + max(0.0, left[name] / household.nav_cents)
    is_bought, is_sold = unwashed(household, plan.optimum, by)
    wider = replace(
        book,
        rows=replace(rows, low=low, high=high),
        buy_limit=np.where(is_bought, book.buy_limit, 0.0),
        sell_limit=np.where(is_sold, book.sell_limit, 0.0),
    )
    return on_grid(wider, prepare(wider), weights, units, "auto")


def _is_paid(trades: Sequence[Trade], cash: CashNeeds) -> bool:
    """Whether each account pays what it buys, and groups have what they must keep."""
    return are_paid(trades, cash) and all(
        money_after(trades, group, cash) >= floor for group, floor in cash.floors.items()
    )


def _is_washed(plan: Solution, by: Replacements) -> bool:
    """Whether a purchase replaces a loss of the same plan."""
    bought = {one.position.symbol for one in plan.trades if one.side is Side.BUY}
    lost = {
        one.position.symbol for one in plan.trades if any(s.lot.gain_cents < 0 for s in one.sales)
    }
    return any(not bought.isdisjoint(by.of(one)) for one in lost)
