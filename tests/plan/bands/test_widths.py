"""Bands by every system, reckoned by hand, and what holds for all of them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from taxlots.domain.problem import UsageError
from taxlots.plan.bands.widths import (
    Bands,
    absolute,
    asymmetric,
    bands_of,
    by_class,
    kept_within,
    narrower,
    relative,
    remaining_volatility,
    volatility_scaled,
    wider,
)

TARGET = np.array([0.60, 0.30, 0.10])


def rows(bands: Bands) -> list[tuple[float, float]]:
    return [
        (round(float(low), 6), round(float(high), 6))
        for low, high in zip(bands.low, bands.high, strict=True)
    ]


def test_absolute_bands_are_as_wide_for_each() -> None:
    assert rows(absolute(TARGET, 0.05)) == [(0.55, 0.65), (0.25, 0.35), (0.05, 0.15)]


def test_relative_bands_of_a_fifth() -> None:
    """Daryanani (2008): 20 % of the target."""
    assert rows(relative(TARGET, 0.20)) == [(0.48, 0.72), (0.24, 0.36), (0.08, 0.12)]


def test_the_5_25_rule_takes_the_narrower() -> None:
    """5 points or 25 % of the target: they meet at a target of 20 %."""
    assert rows(narrower(TARGET)) == [(0.55, 0.65), (0.25, 0.35), (0.075, 0.125)]


def test_the_other_hybrid_takes_the_wider() -> None:
    assert rows(wider(TARGET, 0.05, 0.20)) == [(0.48, 0.72), (0.24, 0.36), (0.05, 0.15)]


def test_asymmetric_bands() -> None:
    found = asymmetric(TARGET, 0.02, np.array([0.10, 0.05, 0.95]))
    assert rows(found) == [(0.58, 0.70), (0.28, 0.35), (0.08, 1.0)]


def test_two_classes_move_against_each_other() -> None:
    """20 and 5 % a year, correlation 0.2: variance 0.04 + 0.0025 - 2·0.2·0.01 = 0.0385 for both."""
    covariance = np.array([[0.04, 0.002], [0.002, 0.0025]])
    found = remaining_volatility(np.array([0.6, 0.4]), covariance)
    assert found**2 == pytest.approx([0.0385, 0.0385])


def test_volatility_scaled_bands_are_moves_of_the_weight() -> None:
    """Half a move of a quarter: 0.5 · 0.6·0.4 · √0.0385 · ½."""
    covariance = np.array([[0.04, 0.002], [0.002, 0.0025]])
    found = volatility_scaled(np.array([0.6, 0.4]), covariance, multiple=0.5, horizon_days=365 / 4)
    width = 0.5 * 0.24 * 0.0385**0.5 / 2
    assert found.high - np.array([0.6, 0.4]) == pytest.approx([width, width])


def test_what_is_volatile_dear_or_slow_has_a_wider_band() -> None:
    """Twice the median volatility, 8 times its cost, 3 days of volume: 2 · 2 · 1.5 = 6 times."""
    found = by_class(
        np.array([0.1, 0.1, 0.1]),
        0.1,
        volatility=np.array([0.2, 0.1, 0.1]),
        cost=np.array([0.008, 0.001, 0.001]),
        days_to_trade=np.array([3.0, 0.05, 0.5]),
    )
    assert found.high - 0.1 == pytest.approx([0.06, 0.01, 0.0125])


def test_a_stated_band_that_excludes_its_target_is_told_with_the_nearest() -> None:
    low, high = np.array([0.5, 0.2, 0.12]), np.array([0.7, 0.4, 0.2])
    with pytest.raises(UsageError, match=r"band of c, .* nearest that does not is 0\.1000 to"):
        bands_of(("a", "b", "c"), TARGET, low, high)
    assert bands_of(("a", "b"), TARGET[:2], low[:2], high[:2]).low.tolist() == [0.5, 0.2]


def test_widths_are_kept_within_limits() -> None:
    found = kept_within(TARGET, relative(TARGET, 0.2), 0.03, 0.1)
    assert rows(found) == [(0.5, 0.7), (0.24, 0.36), (0.07, 0.13)]


@given(
    st.lists(st.floats(0, 1), min_size=3, max_size=3).filter(lambda parts: sum(parts) > 0.01),
    st.floats(0, 0.5),
    st.floats(0, 1),
)
def test_every_band_contains_its_target_and_lies_in_the_whole(
    parts: list[float], width: float, ratio: float
) -> None:
    target = np.array(parts) / sum(parts)
    thin, thick = narrower(target, width, ratio), wider(target, width, ratio)
    for bands in (thin, thick, absolute(target, width), relative(target, ratio)):
        assert np.all((bands.low >= 0) & (bands.low <= target))
        assert np.all((target <= bands.high) & (bands.high <= 1))
    assert np.all(thin.low >= thick.low)
    assert np.all(thin.high <= thick.high)


def test_negative_widths_are_told() -> None:
    with pytest.raises(UsageError, match="not negative"):
        absolute(TARGET, -0.01)
