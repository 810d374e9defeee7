"""A budget of this year's tax, and how much a mandate lets be invested."""

from dataclasses import replace

import numpy as np
import pytest
from tests.plan.rebalance.households import BY_LAW, YEAR, household, same

from taxlots.plan.rebalance.mandate import SumLimit
from taxlots.plan.rebalance.mandate_room import most_invested, sentences_of_room
from taxlots.plan.rebalance.plan_limits import PlanLimits
from taxlots.plan.rebalance.solving import Question, Solution, solve_household
from taxlots.plan.rebalance.whole_trades import gains_by_return
from taxlots.plan.year_tax import YearTax


def owing(seed: int, year: YearTax) -> Question:
    """A household whose lots all show gains, in taxable accounts, far from its targets."""
    question = household(seed, symbols=4)
    positions = tuple(
        replace(one, lots=tuple(replace(lot, gain_cents=abs(lot.gain_cents)) for lot in one.lots))
        for one in question.positions
        if one.is_taxed
    )
    terms = replace(question.terms, risk_aversion=400.0)
    return replace(question, positions=positions, years={"H": year}, terms=terms)


def tax_of(solution: Solution, year: YearTax) -> int:
    return year.this_year(*gains_by_return(solution.trades).get("H", (0, 0)))


@pytest.mark.parametrize("year", [YEAR, BY_LAW], ids=["at rates", "by law"])
def test_the_tax_of_this_year_stays_within_its_budget(year: YearTax) -> None:
    question = owing(1, year)
    free = tax_of(solve_household(question, same, is_rounded=False), year)
    assert free > 0
    limits = PlanLimits(tax_cents=free // 2)
    within = solve_household(replace(question, limits=limits), same, is_rounded=False)
    assert 0 <= tax_of(within, year) <= free // 2
    assert within.trades


def test_sector_limits_that_sum_below_one_leave_the_rest_in_cash() -> None:
    sums = (
        SumLimit(name="a", exposures={"A": 1.0}, most=0.3),
        SumLimit(name="b", exposures={"B": 1.0, "C": 1.0}, most=0.5),
    )
    assert most_invested(("A", "B", "C"), sums) == pytest.approx(0.8)
    (told,) = sentences_of_room(("A", "B", "C"), sums, 0.99)
    assert told.startswith("the limits of the mandate let 80.00 % be invested, and the targets")
    assert not list(sentences_of_room(("A", "B", "C"), sums, 0.8))
    assert not list(sentences_of_room(("A", "B", "C", "D"), sums, 0.99))


def test_limits_that_contradict_each_other_are_told() -> None:
    sums = (
        SumLimit(name="a", exposures={"A": 1.0}, least=0.6),
        SumLimit(name="b", exposures={"B": 1.0}, least=0.6),
    )
    assert most_invested(("A", "B"), sums) is None
    (told,) = sentences_of_room(("A", "B"), sums, 0.99)
    assert "contradict each other" in told
    assert most_invested(("A",), ()) == 1.0
    assert np.isclose(most_invested(("A", "B"), sums[:1]) or 0.0, 1.0)
