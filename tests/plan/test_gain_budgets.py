"""Caps on gains: a book states up to three, and every plan asks them alike."""

from dataclasses import fields

from hypothesis import given
from hypothesis import strategies as st

from taxlots.plan.budgets import AMOUNTS, Budget
from taxlots.plan.gain_budgets import GainBudget, capped_gains, exceeded
from taxlots.plan.rebalance.plan_limits import PlanLimits

CENTS = st.integers(-100_000, 100_000)
STATED = st.none() | CENTS


def test_a_budget_of_one_term_does_not_count_the_other() -> None:
    used = {str(one): one.used(300_00, -100_00) for one in GainBudget}
    assert used == {"short_gain": 300_00, "long_gain": -100_00, "gain": 200_00}


def test_a_book_and_a_plan_state_the_same_caps() -> None:
    for limits in (Budget, PlanLimits):
        assert {one.field for one in GainBudget} <= {one.name for one in fields(limits)}
    assert set(GainBudget) <= set(AMOUNTS)


def test_what_is_used_up_to_the_last_cent_is_not_exceeded() -> None:
    limits = PlanLimits(short_gain_cents=100_00, gain_cents=150_00)
    assert not list(exceeded(limits, 100_00, 50_00))
    assert list(exceeded(limits, 100_00, 50_01)) == [(GainBudget.ALL, 150_01, 150_00)]
    assert not list(exceeded(PlanLimits(), 10**12, 10**12))


@given(short=CENTS, long=CENTS, caps=st.tuples(STATED, STATED, STATED))
def test_a_cap_is_exceeded_where_its_gains_are_more(
    short: int, long: int, caps: tuple[int | None, int | None, int | None]
) -> None:
    limits = Budget(short_gain_cents=caps[0], long_gain_cents=caps[1], gain_cents=caps[2])
    gains = (short, long, short + long)
    beyond = [gain > cap for gain, cap in zip(gains, caps, strict=True) if cap is not None]
    names = {one.gain for one, _, _ in exceeded(limits, short, long)}
    assert len(names) == sum(beyond)
    assert len(list(capped_gains(limits))) == len(beyond)
