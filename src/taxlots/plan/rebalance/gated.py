"""The gate before a household's trades: those that don't pay are dropped, the rest solved again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from taxlots.domain.order import Side
from taxlots.plan.gate import Floats, GateAnswer, GatedPlan, Mask, weigh
from taxlots.plan.later_years import deferred_value
from taxlots.plan.optimizer.portfolio import Portfolio
from taxlots.plan.optimizer.review import LIMIT_CANNOT_BE_KEPT
from taxlots.plan.rebalance.breaches import WITHIN, breaches
from taxlots.plan.rebalance.certified import proof_of
from taxlots.plan.rebalance.household_portfolio import CashNeeds
from taxlots.plan.rebalance.plan_limits import CAP_CANNOT_BE_KEPT
from taxlots.plan.rebalance.replacements import Replaces, replacements
from taxlots.plan.rebalance.share_rows import missed, solved_in_shares
from taxlots.plan.rebalance.solving import (
    Question,
    Solution,
    polished_without,
    portfolio_of,
    solved_within,
)
from taxlots.plan.rebalance.whole_trades import Trade, are_paid, gains_by_return, spendable
from taxlots.plan.year_tax import RatedYear, YearTax

MOST_ROUNDS = 4
"""Each round drops at least one trade; of the best one the rest is taken as it is."""

SMALL = 0.015
"""Where no dropped trade is more than this part of all that is traded, the others stay."""
LITTLE = 0.3
"""And where all of them together are no more than that by this."""

CENTS = 100

Ints = np.ndarray[tuple[int, int], np.dtype[np.int64]]
Rows = list[int]


def gated_household(
    question: Question,
    replaces: Replaces,
    *,
    margin_cents: int = 0,
    forced: frozenset[str] = frozenset(),
) -> tuple[Solution, GateAnswer]:
    """The trades of a household that pay, and what they are worth against doing nothing.

    Where what is left without the trades that do not pay would break a limit, all are made.  What
    raises money that is asked for, and positions that are ``forced``, are kept whatever they cost.
    Where shares miss a limit on a sum, or money that is asked for, others are sought.
    The solution's proof is of the household as it was posed, also after trades are dropped.
    Raises DataError for inputs that cannot be solved.
    """
    found = _gated(question, replaces, margin_cents, forced)
    if not missed(found[0], question.cash):
        return found
    again = _gated(question, replaces, margin_cents, forced, is_mended=True)
    stated = question.cash, portfolio_of(question).book.rows
    return min((again, found), key=lambda one: missed(one[0], *stated))


def _gated(
    question: Question,
    replaces: Replaces,
    margin_cents: int,
    forced: frozenset[str],
    *,
    is_mended: bool = False,
) -> tuple[Solution, GateAnswer]:
    """The trades that pay, and their worth; ``is_mended``: in shares that miss limits least."""
    solve = solved_in_shares if is_mended else solved_within
    by = replacements((one.symbol for one in question.positions), replaces, question.families)
    household = portfolio_of(question)
    names = [one.name for one in question.positions]
    nothing = np.zeros(len(household.lots), np.bool_)
    stated = question.cash, household.book.rows
    solution = solve(question, household, by)
    proof = proof_of(household, solution.optimum, solution.unrounded)
    solution = replace(solution, proof=proof)
    answer = weighed(solution, question, margin_cents=margin_cents, forced=forced)
    for _ in range(MOST_ROUNDS - 1):
        if not answer.dropped:
            break
        gone = {one.name for one in answer.dropped}
        less = np.array([name in gone for name in names], np.bool_)
        moved = solution.weights_traded()
        traded = np.abs(moved)
        is_kept = keeps_limits(solution.optimum.book, np.where(less, 0.0, moved), moved)
        largest = float(traded[less].max(initial=0.0))
        if is_kept and max(largest, LITTLE * traded[less].sum()) <= SMALL * traded.sum():
            break
        household = household.narrowed(unbought=less, unsold=less, barred=nothing)
        polished = polished_without(question, solution, less, by)
        rival = polished or solve(question, household, by, near=solution.optimum)
        judged = weighed(rival, question, margin_cents=margin_cents, forced=forced)
        if is_kept and judged.pruned.net <= answer.pruned.net:
            break
        if limits_given(rival) - limits_given(solution):
            break
        if is_mended and missed(rival, *stated) > missed(solution, *stated):
            break
        dropped = (*answer.dropped, *judged.dropped)
        solution, answer = replace(rival, proof=proof), replace(judged, dropped=dropped)
    kept = {name for name, is_kept in zip(_names(solution), answer.kept, strict=True) if is_kept}
    trades = [one for one in solution.trades if one.position.name in kept]
    gated = replace(solution, trades=tuple(_paid_for(trades, question.cash)))
    broken = set(breaches(gated, question))
    if broken:
        weights = gated.weights_traded(), solution.weights_traded()
        is_kept = keeps_limits(solution.optimum.book, *weights)
        if is_kept and not broken - set(breaches(solution, question)):
            return gated, answer
        every = frozenset(_names(solution))
        return solution, weighed(solution, question, margin_cents=margin_cents, forced=every)
    return gated, answer


def limits_given(solution: Solution) -> set[str]:
    """The caps and the limits on sums that a plan could not keep."""
    problems, codes = solution.optimum.problems, (CAP_CANNOT_BE_KEPT, LIMIT_CANNOT_BE_KEPT)
    return {one.where for one in problems if one.code in codes}


def _paid_first(trade: Trade) -> tuple[bool, int]:
    """Forced purchases are paid for before all others, then the largest."""
    return not trade.position.forced_cents, -trade.cents


def keeps_limits(book: Portfolio, some: Floats, every: Floats) -> bool:
    """Whether some of a plan's trades are no further beyond a limit on a sum than all of them."""
    rows = book.rows

    def beyond(trades: Floats) -> Floats:
        after = rows.matrix @ (book.held + trades)
        return np.maximum(np.maximum(after - rows.high, rows.low - after), 0.0)

    return bool((beyond(some) <= beyond(every) + WITHIN).all())


def _paid_for(trades: list[Trade], cash: CashNeeds) -> list[Trade]:
    """The trades without the smallest purchases of an account that its money does not pay."""
    if are_paid(trades, cash):
        return trades
    kept = [one for one in trades if one.side is Side.SELL]
    money = spendable(cash, kept)
    for one in sorted((t for t in trades if t.side is Side.BUY), key=_paid_first):
        account = one.position.account.id
        if money.get(account, 0) >= one.equity_cents + one.cost_cents:
            money[account] -= one.equity_cents + one.cost_cents
            kept.append(one)
    order = {one.position.name: place for place, one in enumerate(trades)}
    return sorted(kept, key=lambda one: order[one.position.name])


def weighed(
    solution: Solution,
    question: Question,
    *,
    margin_cents: int = 0,
    forced: frozenset[str] = frozenset(),
) -> GateAnswer:
    """What the trades in shares are worth against doing nothing, in dollars over the horizon."""
    household, book = solution.household, solution.optimum.book
    nav = household.nav_cents / CENTS
    names = _names(solution)
    places = _places(solution)
    cost = np.zeros(len(names))
    cost[places] = [one.cost_cents for one in solution.trades]
    taxes = TradeTaxes.of(solution, question.years)
    trades = solution.weights_traded()
    plan = GatedPlan(
        names=names,
        nav=nav,
        trades=trades,
        active=book.held - book.target,
        loadings=book.risk.loadings,
        specific=book.risk.specific,
        risk_aversion=question.terms.risk_aversion,
        years=question.terms.horizon_years,
        cost=cost / CENTS,
        harvest=np.zeros(len(names)),
        cash=book.cash.held,
        cash_floor=min(0.0, book.cash.held),
        cash_target=book.cash.target,
        cash_drag=question.terms.cash_drag,
        kept_always=_always(solution, places, question.cash.giving, forced),
        earned=book.alpha * trades * nav,
    )
    return weigh(
        plan,
        taxes.dollars,
        margin_dollars=margin_cents / CENTS,
        falls_of=taxes.falls,
        is_linear=taxes.are_rated,
    )


def _always(solution: Solution, places: Rows, giving: set[str], forced: frozenset[str]) -> Mask:
    """Trades that are forced, and those of accounts that must raise money, (positions,)."""
    found = np.zeros(len(solution.household.positions), np.bool_)
    if giving:
        found[places] = [one.position.account.id in giving for one in solution.trades]
    if forced:
        found |= np.array([name in forced for name in _names(solution)], np.bool_)
    return found


def tax_cents(trades: Sequence[Trade], years: Mapping[str, YearTax]) -> int:
    """The tax of some sales, netted by return, now and later, less what renewed bases save later.

    Gains of a part of a lot are reckoned in proportion; the books reckon them to the cent.
    """
    total = 0
    for name, gains in gains_by_return(trades).items():
        if year := years.get(name):
            total += netted_cents(year, *gains)
    return total


def netted_cents(year: YearTax, short_cents: int, long_cents: int) -> int:
    """The tax of some gains of one return, less what their renewed bases save later."""
    now = year.all_years(short_cents, long_cents)
    return now - deferred_value(short_cents + long_cents, year.later)


def _names(solution: Solution) -> tuple[str, ...]:
    return tuple(solution.household.row_of)


def _places(solution: Solution) -> Rows:
    """The row of the position of each trade."""
    row_of = solution.household.row_of
    return [row_of[one.position.name] for one in solution.trades]


def _gains(trades: Sequence[tuple[int, Trade]], count: int) -> Ints:
    """Short- and long-term gains in cents by position, (2, positions), of trades by their rows."""
    sales = [one for _, trade in trades for one in trade.sales]
    rows = np.array([row for row, trade in trades for _ in trade.sales], np.int64)
    rows[[one.lot.is_long for one in sales]] += count
    found = np.zeros(2 * count, np.int64)
    np.add.at(found, rows, [one.gain_cents for one in sales])
    return found.reshape(2, count)


@dataclass(frozen=True, slots=True, eq=False)
class TradeTaxes:
    """The tax of any of a plan's trades: gains in cents by return, term and position.

    ``gains`` maps each return to an array (2, positions) of short- and long-term gains.
    """

    gains: Mapping[str, Ints]
    years: Mapping[str, YearTax]

    @classmethod
    def of(cls, solution: Solution, years: Mapping[str, YearTax]) -> TradeTaxes:
        """The taxes of a solution's trades."""
        taxed: dict[str, list[tuple[int, Trade]]] = {}
        for place, trade in zip(_places(solution), solution.trades, strict=True):
            name = trade.position.account.tax_return
            if trade.sales and name in years and trade.position.is_taxed:
                taxed.setdefault(name, []).append((place, trade))
        count = len(solution.household.positions)
        return cls({name: _gains(mine, count) for name, mine in taxed.items()}, years)

    @property
    def are_rated(self) -> bool:
        """Whether rates are stated for all of these gains, which hold for every dollar."""
        return all(isinstance(self.years[name], RatedYear) for name in self.gains)

    def dollars(self, kept: Mask) -> float:
        """The tax of the trades that are kept, netted by return."""
        return float(
            sum(self._cents(name, *map(int, gains.dot(kept))) for name, gains in self.gains.items())
            / CENTS
        )

    def falls(self, kept: Mask) -> Floats:
        """What the tax falls by without each trade that is kept alone, in dollars, (positions,)."""
        found = np.zeros(kept.size)
        for name, gains in self.gains.items():
            short, long = map(int, gains.dot(kept))
            whole = self._cents(name, short, long)
            places = np.flatnonzero(kept & gains.any(axis=0))
            less = np.array([[short], [long]]) - gains[:, places]
            if isinstance(self.years[name], RatedYear):
                found[places] += (whole - self._cents(name, *less)) / CENTS
            else:
                each = [self._cents(name, *map(int, pair)) for pair in less.T]
                found[places] += (whole - np.array(each)) / CENTS
        return found

    def _cents(self, name: str, short: Any, long: Any) -> Any:
        """The tax of a return's gains: integers, or arrays of them where rates are stated."""
        return netted_cents(self.years[name], short, long)
