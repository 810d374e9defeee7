"""A household's certificate is by the law of its year, not by the rates that its lots bore."""

from dataclasses import replace

import numpy as np
import pytest
from tests.plan.rebalance.households import BY_LAW, LATER, YEAR, household, same

from taxlots.plan.optimizer.objective import lots_sold
from taxlots.plan.rebalance.law_tax import beyond_rates
from taxlots.plan.rebalance.solving import Solution, solve_household
from taxlots.plan.year_tax import RatedYear, YearTax

CENTS = 1e-6
"""What returns and lots round, as a part of a household of some hundred thousand dollars."""


def solved(seed: int, year: YearTax) -> Solution:
    question = replace(household(seed, symbols=4), years={"H": year})
    return solve_household(question, same, is_rounded=False)


def by_law(of_law: Solution, rival: Solution) -> float:
    """What a plan at stated rates costs by law."""
    traded = rival.weights_traded()
    book = rival.optimum.book
    return rival.parts.total + beyond_rates(of_law.household, book, lots_sold(book, traded))


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("gained", [0, 40_000_00, -20_000_00])
def test_no_plan_at_stated_rates_costs_less_by_law_than_the_bound(seed: int, gained: int) -> None:
    income = replace(BY_LAW.income, short_cents=gained)
    of_law = solved(seed, replace(BY_LAW, income=income))
    assert of_law.optimum.certificate.bound <= of_law.objective + CENTS
    random = np.random.default_rng(seed)
    for _ in range(4):
        short, long = int(random.integers(0, 450_000)), int(random.integers(0, 300_000))
        rival = solved(seed, RatedYear(short_ppm=short, long_ppm=long, later=LATER))
        assert of_law.optimum.certificate.bound <= by_law(of_law, rival) + CENTS


def test_stated_rates_are_what_lots_bear() -> None:
    plan = solved(1, YEAR)
    assert plan.objective == plan.parts.total
