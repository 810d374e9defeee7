"""A household as one portfolio of the optimizer."""

import numpy as np
import pytest
from tests.plan.rebalance.households import account, household, lot, position, risk

from taxlots.plan.rebalance.household_portfolio import (
    CashNeeds,
    PlanTerms,
    household_portfolio,
    position_risk,
    position_targets,
)


def test_what_two_accounts_hold_of_one_security_moves_together() -> None:
    """Long in one account and as much short in the other is nearly no risk at all."""
    model = risk(["A", "B"])
    positions = [position(account(name), "A", 100) for name in ("T1", "T2")]
    both = position_risk(model, [*positions, position(account("T1"), "B", 100)])
    opposite = both.variance(np.array([0.5, -0.5, 0.0]))
    assert opposite == pytest.approx(0.0, abs=1e-4)
    together = both.variance(np.array([0.5, 0.5, 0.0]))
    assert together == pytest.approx(model.variance(np.array([1.0, 0.0])), rel=1e-3)


def test_targets_lie_where_a_security_is_held() -> None:
    first, second = account("T1"), account("T2")
    positions = [
        position(first, "A", 100, lot("1", 3, 100, 90)),
        position(second, "A", 100, lot("2", 1, 100, 90)),
        position(first, "B", 100),
        position(second, "B", 100),
    ]
    targets = position_targets(positions, {"A": 0.4, "B": 0.1})
    assert targets == pytest.approx([0.3, 0.1, 0.1, 0.0])


def test_the_cash_of_an_account_is_its_own() -> None:
    """T1 has 100.00 and T2 nothing: T2 buys nothing without selling, whatever is under target."""
    first, second = account("T1"), account("T2")
    positions = [
        position(first, "A", 100, lot("1", 400, 100, 90)),
        position(second, "B", 100, lot("2", 500, 100, 90)),
    ]
    found = household_portfolio(
        positions,
        CashNeeds({"T1": 10_000, "T2": 0}),
        {"A": 0.4, "B": 0.6},
        risk(["A", "B"]),
        {},
        PlanTerms(),
    )
    assert found.nav_cents == 100_000
    rows = dict(zip(found.book.rows.names, found.book.rows.high, strict=True))
    assert rows == pytest.approx({"cash of T1": 0.5, "cash of T2": 0.5})


def test_a_class_outside_its_band_may_stay_as_far_outside() -> None:
    question = household(5)
    found = household_portfolio(
        question.positions,
        question.cash,
        question.symbol_weights,
        question.model,
        question.years,
        question.terms,
        {"all": next(iter(question.bands.values()))},
    )
    at = found.book.rows.names.index("band of all")
    now = float(found.book.rows.matrix[at] @ found.book.held)
    assert found.book.rows.low[at] <= now <= found.book.rows.high[at]
