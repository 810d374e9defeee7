"""When to unwind into the physical: the cost of carrying an overlay against the tax of selling."""

from datetime import date
from math import exp

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taxlots.domain.problem import UsageError
from taxlots.plan.overlay.unwinding import carry_that_pays, unwinding

TODAY = date(2025, 1, 15)
LONG_TERM = date(2025, 7, 1)
YEARS = [TODAY, LONG_TERM, *(date(2025 + n, 1, 15) for n in range(1, 6))]


def tax(day: date) -> float:
    """40 percent of 50,000 of gain, half of it from the day on which the lots are long-term."""
    return 20_000.0 if day < LONG_TERM else 10_000.0


def test_an_overlay_bridges_until_the_lots_are_long_term() -> None:
    """3,000 a year for 167 days cost 1,373 and save 10,000; after that the tax stays the same."""
    found = unwinding(3_000, tax, YEARS, discount=0.0)
    assert found.best.day == LONG_TERM
    assert found.best.carry == pytest.approx(3_000 * 167 / 365)
    assert found.best.total == pytest.approx(10_000 + 3_000 * 167 / 365)
    assert not found.is_now


def test_a_cheap_overlay_is_carried_on_and_a_dear_one_ends_now() -> None:
    assert unwinding(100, tax, YEARS).best.day == YEARS[-1]
    assert unwinding(60_000, tax, YEARS).is_now
    assert unwinding(60_000, tax, YEARS).best.total == 20_000


def test_a_loss_is_taken_now() -> None:
    assert unwinding(0, lambda _: -1_000.0, YEARS).is_now


def test_the_carry_that_pays_is_what_a_year_of_deferral_is_worth() -> None:
    """10,000 of tax at 5 percent: 500 a year, continuous; a step-up of 2 percent adds to it."""
    assert carry_that_pays(10_000, 0.05) == pytest.approx(500)
    assert carry_that_pays(10_000, 0.0, 0.02) == pytest.approx(200)
    assert carry_that_pays(10_000, 0.05, 0.02) == pytest.approx(
        10_000 * (1 - 0.98 * exp(-0.05)) * 0.05 / (1 - exp(-0.05))
    )


@given(st.floats(100, 1e6), st.floats(0, 0.2), st.floats(0, 0.2), st.floats(0.5, 2))
def test_the_choice_agrees_with_the_carry_that_pays(
    owed: float, discount: float, step_up: float, factor: float
) -> None:
    edge = carry_that_pays(owed, discount, step_up)
    days = [TODAY, date(2026, 1, 15)]
    found = unwinding(
        edge * factor, lambda _: owed, days, discount=discount, step_up_a_year=step_up
    )
    if abs(factor - 1) > 1e-6 and edge > 1e-6:
        assert found.is_now == (factor > 1)


def test_days_out_of_order_are_refused() -> None:
    with pytest.raises(UsageError, match="in order of time"):
        unwinding(1, tax, [LONG_TERM, TODAY])
