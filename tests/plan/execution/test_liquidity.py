"""Liquidity buckets by days of volume, and bands that are tighter or wider by bucket."""

from math import inf

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from taxlots.domain.problem import UsageError
from taxlots.plan.execution.liquidity import (
    USUAL_MULTIPLES,
    Bucket,
    bands_by_liquidity,
    buckets,
    days_of_volume,
)


def test_a_trade_takes_its_dollars_over_a_tenth_of_the_volume() -> None:
    """1 million of what trades 20 million a day: half a day at 10 percent; a sale takes as long."""
    assert days_of_volume([1e6, -1e6, 0, 5.0], [20e6, 20e6, 0, 0]).tolist() == [0.5, 0.5, 0, inf]


def test_the_edges_of_the_buckets_are_a_tenth_of_a_day_a_day_and_a_week() -> None:
    assert buckets([0, 0.1, 0.11, 1, 1.01, 5, 5.01, inf]) == (
        Bucket.AT_ONCE,
        Bucket.AT_ONCE,
        Bucket.WITHIN_A_DAY,
        Bucket.WITHIN_A_DAY,
        Bucket.WITHIN_A_WEEK,
        Bucket.WITHIN_A_WEEK,
        Bucket.OVER_A_WEEK,
        Bucket.WINDOWS_ONLY,
    )


def test_bands_are_tighter_where_trading_is_free_and_none_where_there_is_no_market() -> None:
    bands = bands_by_liquidity([0.05] * 5, tuple(Bucket))
    assert bands.tolist() == pytest.approx([0.04, 0.05, 0.075, 0.10, inf])


def test_a_less_liquid_bucket_never_has_the_tighter_band() -> None:
    with pytest.raises(UsageError, match="must not fall"):
        bands_by_liquidity([0.05], [Bucket.AT_ONCE], {**USUAL_MULTIPLES, Bucket.WITHIN_A_WEEK: 0.5})
    with pytest.raises(UsageError, match="no multiple for windows_only"):
        bands_by_liquidity([0.05], [Bucket.AT_ONCE], dict.fromkeys(tuple(Bucket)[:4], 1.0))


@given(
    st.lists(st.floats(0, 1e9), min_size=1, max_size=8),
    st.floats(1e3, 1e9),
    st.floats(0.01, 1),
)
def test_more_dollars_take_more_days_and_no_tighter_band(
    trades: list[float], volume: float, participation: float
) -> None:
    ordered = np.sort(trades)
    days = days_of_volume(ordered, [volume] * len(ordered), participation)
    assert (np.diff(days) >= 0).all()
    assert np.allclose(days * participation * volume, ordered)
    widths = bands_by_liquidity([0.05] * len(ordered), buckets(days))
    assert (np.diff(widths) >= 0).all()
