"""The gate before a household's trades: those that don't pay are dropped, the rest solved again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from taxlots.domain.order import Side
from taxlots.plan.gate import GateAnswer, GatedPlan, Mask, weigh
from taxlots.plan.later_years import deferred_value
from taxlots.plan.rebalance.household_portfolio import CashNeeds
from taxlots.plan.rebalance.positions import Position
from taxlots.plan.rebalance.solving import Question, Solution, solve_household
from taxlots.plan.rebalance.wash_branches import Replaces
from taxlots.plan.rebalance.whole_trades import Trade, gains_by_return, spendable
from taxlots.plan.year_tax import YearTax

MOST_ROUNDS = 4
"""Each round drops at least one trade; of the last one the rest is taken as it is."""

CENTS = 100


def gated_household(
    question: Question,
    replaces: Replaces,
    *,
    margin_cents: int = 0,
    forced: frozenset[str] = frozenset(),
) -> tuple[Solution, GateAnswer]:
    """The trades of a household that pay, and what they are worth against doing nothing.

    What raises money that is asked for, and positions that are ``forced``, are kept whatever they
    cost.  Raises DataError for inputs that cannot be solved.
    """
    positions = question.positions
    for last in range(MOST_ROUNDS, 0, -1):
        solution = solve_household(replace(question, positions=positions), replaces)
        answer = weighed(solution, question, margin_cents=margin_cents, forced=forced)
        dropped = {one.name for one in answer.dropped}
        if not dropped or last == 1:
            break
        positions = tuple(_left_alone(one) if one.name in dropped else one for one in positions)
    kept = {name for name, is_kept in zip(_names(solution), answer.kept, strict=True) if is_kept}
    trades = [one for one in solution.trades if one.position.name in kept]
    return replace(solution, trades=tuple(_paid_for(trades, question.cash))), answer


def _paid_for(trades: list[Trade], cash: CashNeeds) -> list[Trade]:
    """The trades without the smallest purchases of an account that its money does not pay."""
    sales = [one for one in trades if one.side is Side.SELL]
    money = spendable(cash, sales)
    kept = list(sales)
    for one in sorted((t for t in trades if t.side is Side.BUY), key=lambda t: -t.cents):
        account = one.position.account.id
        if money.get(account, 0) >= one.cents + one.cost_cents:
            money[account] -= one.cents + one.cost_cents
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
    trades = {one.position.name: one for one in solution.trades}
    names = _names(solution)
    cost = np.array([trades[name].cost_cents / CENTS if name in trades else 0.0 for name in names])
    giving = {one for group, floor in question.cash.floors.items() if floor > 0 for one in group}
    always = np.array(
        [
            one.name in forced or (one.account.id in giving and one.name in trades)
            for one in household.positions
        ],
        np.bool_,
    )

    def tax_of(kept: Mask) -> float:
        chosen = [trades[names[place]] for place in np.flatnonzero(kept)]
        return tax_cents(chosen, question.years) / CENTS

    plan = GatedPlan(
        names=names,
        nav=nav,
        trades=solution.weights_traded(),
        active=book.held - book.target,
        loadings=book.risk.loadings,
        specific=book.risk.specific,
        risk_aversion=question.terms.risk_aversion,
        years=question.terms.horizon_years,
        cost=cost,
        harvest=np.zeros(len(names)),
        cash=book.cash.held,
        cash_floor=min(0.0, book.cash.held),
        cash_target=book.cash.target,
        cash_drag=question.terms.cash_drag,
        kept_always=always,
        earned=book.alpha * solution.weights_traded() * nav,
    )
    return weigh(plan, tax_of, margin_dollars=margin_cents / CENTS)


def tax_cents(trades: Sequence[Trade], years: Mapping[str, YearTax]) -> int:
    """The tax of some sales, netted by return, now and later, less what renewed bases save later.

    Gains of a part of a lot are reckoned in proportion; the books reckon them to the cent.
    """
    total = 0
    for name, gains in gains_by_return(trades).items():
        if year := years.get(name):
            total += year.this_year(*gains) + year.next_years(*gains)
            total -= deferred_value(sum(gains), year.later)
    return total


def _names(solution: Solution) -> tuple[str, ...]:
    return tuple(one.name for one in solution.household.positions)


def _left_alone(position: Position) -> Position:
    why = "a trade of it would not pay"
    return replace(position, buy_bar=position.buy_bar or why, sell_bar=position.sell_bar or why)
