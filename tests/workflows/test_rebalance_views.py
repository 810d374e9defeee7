"""Views of the sample book: stated by security and class, and by the rank of momentum."""

from pathlib import Path

import pytest

from taxlots.domain.problem import DataError, UsageError
from taxlots.domain.rebalance_terms import RebalanceTerms
from taxlots.plan.rebalance.positions import Position
from taxlots.workflows.household_plan import HouseholdPlan, household_plan
from taxlots.workflows.rebalance_positions import positions_of
from taxlots.workflows.rebalance_risk import closes_of, views_of

SAMPLE = Path(__file__).resolve().parents[2] / "ledger" / "sample"
TWO_YEARS = RebalanceTerms(horizon_ppm=2_000_000)


@pytest.fixture(scope="module")
def plan() -> HouseholdPlan:
    return household_plan(str(SAMPLE))


@pytest.fixture(scope="module")
def positions(plan: HouseholdPlan) -> tuple[Position, ...]:
    return positions_of(plan, plan.accounts).seen


def state(plan: HouseholdPlan, views: dict[str, object]) -> None:
    plan.prepared.books.record.rebalance["views"] = views


def test_a_view_of_a_security_comes_before_that_of_its_class(
    plan: HouseholdPlan, positions: tuple[Position, ...]
) -> None:
    """Percent a year, over a horizon of two years."""
    state(plan, {"annual_percent": {"CVX": 2, "energy": -1}})
    views = views_of(plan, positions, TWO_YEARS)
    assert views["CVX"] == pytest.approx(0.04)
    assert views["XOM"] == pytest.approx(-0.02)
    assert views["MSFT"] == 0


def test_momentum_ranks_securities_from_the_weakest_to_the_strongest(
    plan: HouseholdPlan, positions: tuple[Position, ...]
) -> None:
    """The return from twelve months ago to one month ago, ranked from -1 to 1."""
    state(plan, {"momentum_percent": 3})
    views = views_of(plan, positions, RebalanceTerms())
    closes = closes_of(plan, sorted(views))
    assert closes.periods_of_year == 12
    returns = dict(zip(closes.symbols, closes.matrix[-2] / closes.matrix[-13] - 1, strict=True))
    ranked = sorted(returns, key=lambda one: returns[one])
    assert sorted(views, key=lambda one: views[one]) == ranked
    assert views[ranked[0]] == pytest.approx(-0.03)
    assert views[ranked[-1]] == pytest.approx(0.03)
    assert sum(views.values()) == pytest.approx(0)


def test_views_that_cannot_be_had_are_refused(
    plan: HouseholdPlan, positions: tuple[Position, ...]
) -> None:
    state(plan, {})
    with pytest.raises(UsageError, match="states none"):
        views_of(plan, positions, TWO_YEARS)
    state(plan, {"annual_percent": {"NOPE": 1}})
    with pytest.raises(DataError, match="NOPE"):
        views_of(plan, positions, TWO_YEARS)
    state(plan, {"momentum_percent": 1, "momentum_months": 61})
    with pytest.raises(UsageError, match="further back"):
        views_of(plan, positions, TWO_YEARS)
