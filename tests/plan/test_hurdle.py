"""The hurdle: a straight fall from January to December, stretched by volatility."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taxlots.domain.harvest_rule import RATIO_ONE, HarvestRule
from taxlots.plan.hurdle import hurdle_ratio

PERCENT = RATIO_ONE // 100
RULE = HarvestRule(hurdle_ratio=20 * PERCENT, hurdle_december_ratio=5 * PERCENT)
"""Sell at 80 % of basis in January, at 95 % from 1 December on."""


@pytest.mark.parametrize(
    ("day", "ratio"),
    [
        (date(2021, 1, 1), 20 * PERCENT),
        (date(2021, 6, 17), 12_500_000),  # 167 of 334 days: half of the way.
        (date(2021, 12, 1), 5 * PERCENT),
        (date(2021, 12, 31), 5 * PERCENT),
    ],
)
def test_the_hurdle_falls_in_a_straight_line_to_december(day: date, ratio: int) -> None:
    assert hurdle_ratio(RULE, day, None, 0) == ratio


@pytest.mark.parametrize(
    ("volatility", "percent"),
    [(250_000, 20), (125_000, 10), (50_000, 10), (500_000, 40), (900_000, 40), (375_000, 30)],
)
def test_a_volatile_security_has_a_higher_hurdle_within_bounds(
    volatility: int, percent: int
) -> None:
    assert hurdle_ratio(RULE, date(2021, 1, 1), volatility, 0) == percent * PERCENT


@pytest.mark.parametrize(("days", "percent"), [(60, 20), (30, 10), (3, 1), (200, 20), (0, 20)])
def test_the_hurdle_falls_away_before_a_lot_turns_long_term(days: int, percent: int) -> None:
    assert hurdle_ratio(RULE, date(2021, 1, 1), None, days) == percent * PERCENT


def test_without_a_hurdle_nothing_is_asked() -> None:
    assert hurdle_ratio(HarvestRule(), date(2021, 1, 1), 900_000, 5) == 0


@given(st.dates(date(2020, 1, 1), date(2023, 12, 30)), st.integers(0, 2_000_000))
def test_within_a_year_the_hurdle_never_rises_from_day_to_day(day: date, volatility: int) -> None:
    following = date.fromordinal(day.toordinal() + 1)
    if following.year == day.year:
        assert hurdle_ratio(RULE, following, volatility, 0) <= hurdle_ratio(
            RULE, day, volatility, 0
        )


def test_a_rule_without_a_reference_volatility_leaves_the_curve() -> None:
    rule = replace(RULE, hurdle_volatility_ppm=0)
    assert hurdle_ratio(rule, date(2021, 1, 1), 900_000, 0) == 20 * PERCENT
