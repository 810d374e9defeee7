"""Reasons add up: trade by trade to the plan's benefit, and limits are named where they bind."""

from dataclasses import replace

import numpy as np
import pytest
from tests.plan.optimizer.random_books import random_book

from taxlots.plan.optimizer.optimum import optimize
from taxlots.plan.optimizer.portfolio import Cash, lots_of, portfolio
from taxlots.plan.optimizer.reasons import certificate_sentence, trade_reasons
from taxlots.plan.optimizer.signs import Certificate
from taxlots.plan.risk import RiskModel, floats


@pytest.mark.parametrize("seed", range(8))
def test_reasons_add_up_to_what_the_plan_is_worth(seed: int) -> None:
    plan = optimize(random_book(seed, 25, 4, 5))
    reasons = trade_reasons(plan)
    total = sum(reason.benefit for reason in reasons)
    assert total == pytest.approx(plan.benefit, abs=1e-10)
    assert sum(reason.tax for reason in reasons) == pytest.approx(-plan.parts.tax, abs=1e-10)


def test_a_harvest_says_so() -> None:
    """One lot at a loss of 20 cents a dollar: selling half of it saves 0.1 · 0.5 · 20 % of NAV."""
    risk = RiskModel(("A",), floats(np.zeros((1, 1))), floats([0.04]))
    book = portfolio(
        ["A"],
        [0.1],
        [0.1],
        risk,
        cash=Cash(held=0.9, target=0.9),
        lots=lots_of([0], [0.1], [-0.2], 1),
        sell_limit=0.05,
    )
    (reason,) = trade_reasons(optimize(book))
    assert reason.harvest == pytest.approx(0.05 * 0.2)
    assert reason.sentence(1_000_000).startswith(
        "Sell 5.00 % (50,000) of A: harvest +100.00 bps (+10,000.00)"
    )


def test_a_withdrawal_names_the_cash_that_it_keeps() -> None:
    book = random_book(5, 20, 3, 4, limited=False)
    needs = replace(book, cash=Cash(held=0.0, target=0.2, floor=0.2, ceiling=0.25))
    reasons = trade_reasons(optimize(needs))
    assert any("keeps the limit of cash" in reason.sentence(1e6) for reason in reasons)


def test_the_certificate_is_told_in_words() -> None:
    told = certificate_sentence(Certificate(0.0010004, 0.001), 1_000_000)
    assert told.startswith("The plan is within 0.004 bps of the optimum (0.40 of 1,000,000)")
