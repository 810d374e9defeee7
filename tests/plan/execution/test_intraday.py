"""Intraday slices: more when the spread is narrow and depth is offered, all by the close."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taxlots.domain.problem import UsageError
from taxlots.plan.execution.intraday import (
    Moment,
    SliceRule,
    half_spread_paid,
    intraday_slices,
    next_slice,
)

RULE = SliceRule(usual_spread=0.0010, depth_share=0.5, least=0.25, most=3)


def test_a_usual_spread_trades_by_the_volume_clock() -> None:
    day = [Moment(0.0010, 1e9, volume) for volume in (300, 100, 200)]
    assert [one.shares for one in intraday_slices(60, day, RULE)] == pytest.approx([30, 10, 20])


def test_half_the_spread_takes_twice_as_much_and_a_wide_one_waits() -> None:
    """Planned 10 of 40 left: 20 at half the spread, 2.5 at ten times it."""
    assert next_slice(40, Moment(0.0005, 1e9, 100), 300, RULE).shares == 20
    assert next_slice(40, Moment(0.0100, 1e9, 100), 300, RULE).shares == 2.5
    assert next_slice(40, Moment(0.0000, 1e9, 100), 300, RULE).shares == 30


def test_no_more_than_half_of_what_is_offered_until_the_close() -> None:
    assert next_slice(40, Moment(0.0005, 16, 100), 300, RULE).shares == 8
    forced = next_slice(40, Moment(0.0005, 16, 100), 0, RULE)
    assert (forced.shares, forced.is_forced) == (40, True)


def test_a_day_without_volume_is_refused() -> None:
    with pytest.raises(UsageError, match="no moment has any expected volume"):
        intraday_slices(1, [Moment(0.001, 10, 0)], RULE)


moments = st.lists(
    st.builds(Moment, st.floats(0, 0.01), st.floats(0, 1e6), st.floats(1, 1e6)),
    min_size=1,
    max_size=10,
)


@given(st.floats(0, 1e6), moments)
def test_slices_sum_to_the_order(shares: float, day: list[Moment]) -> None:
    slices = intraday_slices(shares, day, RULE)
    assert sum(one.shares for one in slices) == pytest.approx(shares)
    for one, moment in zip(slices[:-1], day, strict=False):
        assert 0 <= one.shares <= 0.5 * moment.depth + 1e-9


@given(st.floats(1, 1e6), st.floats(1e-4, 0.01), st.floats(1, 1e6), st.floats(0.1, 0.9))
def test_narrower_and_deeper_never_takes_less(
    left: float, spread: float, depth: float, factor: float
) -> None:
    here = next_slice(left, Moment(spread, depth, 100), 300, RULE).shares
    assert next_slice(left, Moment(spread * factor, depth, 100), 300, RULE).shares >= here
    assert next_slice(left, Moment(spread, depth / factor, 100), 300, RULE).shares >= here


def test_slices_that_follow_the_spread_pay_less_of_it_than_the_volume_clock() -> None:
    day = [Moment(spread, 1e9, 100) for spread in (0.002, 0.0005, 0.002, 0.0005, 0.001)]
    even = [Moment(0.0010, 1e9, 100)] * 5
    by_clock = intraday_slices(100, even, RULE)
    assert half_spread_paid(intraday_slices(100, day, RULE), day) < half_spread_paid(by_clock, day)
