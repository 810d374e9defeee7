"""Bands and limits on sums in whole shares: what any shares can keep, the plan keeps."""

from dataclasses import replace

import numpy as np
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from tests.plan.rebalance.coarse_households import coarse_households, least_missed
from tests.plan.rebalance.households import account, lot, position, risk, same

from taxlots.domain.money import SHARE
from taxlots.domain.order import Side
from taxlots.plan.optimizer.portfolio import rows_of
from taxlots.plan.rebalance.breaches import WITHIN, sums_missed
from taxlots.plan.rebalance.gated import gated_household
from taxlots.plan.rebalance.household_portfolio import Band, CashNeeds, PlanTerms
from taxlots.plan.rebalance.proposal import cash_after
from taxlots.plan.rebalance.share_rows import missed, narrowed
from taxlots.plan.rebalance.solving import Question, portfolio_of

BY_TOLERANCE = 1e-3
"""What a plan may miss limits by beyond the least, where no shares keep them."""


def of_dear_shares() -> Question:
    """$690 of 1,310 are to be raised by shares of 300 and 200; each class is to keep one."""
    of = account("T")
    names, prices = ["A", "B"], [30_000, 20_000]
    positions = tuple(
        position(of, name, price, lot(name, count, price, price))
        for name, price, count in zip(names, prices, (3, 2), strict=True)
    )
    return Question(
        positions=positions,
        cash=CashNeeds({"T": 1_000}, {("T",): 69_000}),
        symbol_weights={"A": 0.23, "B": 0.23},
        model=risk(names),
        years={},
        bands={
            "a": Band(frozenset("A"), 0.2, 0.32),
            "b": Band(frozenset("B"), 0.1, 0.22),
        },
        terms=PlanTerms(cash_target=0.54),
    )


def test_a_withdrawal_comes_from_the_shares_that_leave_every_class_within_its_band() -> None:
    """All of A raises it too, or all of B with one of A, but then a class ends."""
    solution, _ = gated_household(of_dear_shares(), same)
    assert {one.position.symbol: one.units // SHARE for one in solution.trades} == {"A": 2, "B": 1}
    assert not list(sums_missed(solution))


def test_bands_that_no_shares_keep_are_missed_by_the_least_and_it_is_said_by_how_much() -> None:
    """One of each is left: 22.9 and 15.3 % of 1,310."""
    bands = {"a": Band(frozenset("A"), 0.25, 0.32), "b": Band(frozenset("B"), 0.17, 0.22)}
    solution, _ = gated_household(replace(of_dear_shares(), bands=bands), same)
    assert {one.position.symbol: one.units // SHARE for one in solution.trades} == {"A": 2, "B": 1}
    assert [said.split(" after")[0] for said in sums_missed(solution)] == [
        "band of a is 22.9008 %",
        "band of b is 15.2672 %",
    ]


@settings(max_examples=30)
@example(of_dear_shares())
@given(coarse_households())
def test_a_plan_keeps_all_bands_and_limits_that_any_whole_shares_keep(question: Question) -> None:
    """By trying every number of shares of every position; else it misses the least and says so."""
    least = least_missed(question)
    assume(least is not None and np.isfinite(least))
    assert least is not None
    solution, _ = gated_household(question, same)
    over = missed(solution, question.cash, portfolio_of(question).book.rows)
    assert over == 0 if least <= WITHIN else over <= least + BY_TOLERANCE
    assert not over or list(sums_missed(solution)) or solution.optimum.problems
    left = cash_after(question.cash.held_cents, solution.trades)
    assert all(cents >= question.cash.floors.get((name,), 0) for name, cents in left.items())
    assert all(one.units % SHARE == 0 for one in solution.trades)
    bought = {one.position.symbol for one in solution.trades if one.side is Side.BUY}
    assert bought.isdisjoint(solution.sold_at_a_loss)


@given(st.data())
def test_limits_are_narrowed_where_they_were_missed_and_stay_in_order(data: st.DataObject) -> None:
    low, high = sorted(data.draw(st.tuples(*[st.floats(0, 1)] * 2)))
    over = data.draw(st.sampled_from([-1, 0, 1])) * data.draw(st.floats(1e-4, 0.5))
    one_sided = data.draw(st.booleans())
    rows = rows_of([("sum", np.ones(2), -np.inf if one_sided else low, high)], 2)
    found = narrowed(rows, np.array([0.0 if one_sided and over < 0 else over]))
    assert found.low[0] <= found.high[0]
    assert (rows.low <= found.low).all()
    assert (found.high <= rows.high).all()
    assert over != 0 or (found.low == rows.low and found.high == rows.high)
    if one_sided and over > 0:
        assert found.high[0] == rows.high[0] - 2 * over
