"""Glide paths: dated weights, and the rules that funds use."""

from datetime import date
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from taxlots.domain.calendar import day_of
from taxlots.domain.problem import UsageError
from taxlots.plan.targets.glide_path import falling_with_age, mixed, to_target_date, weight_on

PATHS = st.dictionaries(st.integers(0, 20_000), st.floats(0, 1), min_size=1, max_size=6).map(
    lambda points: tuple(sorted(points.items()))
)


@given(PATHS, st.integers(-1_000, 21_000))
def test_a_path_stays_between_its_neighbouring_points(
    points: tuple[tuple[int, float], ...], day: int
) -> None:
    before = [weight for at, weight in points if at <= day][-1:]
    after = [weight for at, weight in points if at >= day][:1]
    near = before + after
    assert min(near) - 1e-12 <= weight_on(points, day) <= max(near) + 1e-12


@given(st.lists(st.floats(0.01, 1), min_size=2, max_size=6), st.data())
def test_on_the_way_between_two_mixes_every_class_goes_one_way(
    parts: list[float], data: st.DataObject
) -> None:
    start = np.array(parts) / sum(parts)
    end = np.array(data.draw(st.permutations(parts))) / sum(parts)
    nearer, farther = sorted(data.draw(st.tuples(st.floats(0, 1), st.floats(0, 1))))
    first, second = mixed(start, end, nearer), mixed(start, end, farther)
    assert first.sum() == pytest.approx(1)
    assert second.sum() == pytest.approx(1)
    assert np.all((second - first) * (end - start) >= -1e-12)


def test_half_the_time_is_half_the_way() -> None:
    points = ((0, 0.8), (1000, 0.4))
    assert [weight_on(points, day) for day in (-5, 0, 250, 500, 1000, 2000)] == pytest.approx(
        [0.8, 0.8, 0.7, 0.6, 0.4, 0.4]
    )


def test_the_rule_110_less_age() -> None:
    assert falling_with_age(40) == pytest.approx(0.70)
    assert [falling_with_age(age) for age in (0, 99)] == pytest.approx([1.0, 0.2])


def test_a_target_date_fund_glides_to_its_date_or_through_it() -> None:
    end = day_of(date(2040, 1, 1))
    assert to_target_date(end, end, far=0.9, near=0.5) == pytest.approx(0.5)
    halfway = end - round(12.5 * 365.25)
    assert to_target_date(halfway, end, far=0.9, near=0.5) == pytest.approx(0.7, abs=1e-4)
    assert to_target_date(end, end, far=0.9, near=0.5, through_years=25) == pytest.approx(0.7)


def test_a_glide_never_turns_back() -> None:
    days = range(0, 20_000, 37)
    found = [to_target_date(day, 15_000, far=0.9, near=0.3) for day in days]
    assert all(a >= b for a, b in pairwise(found))
    assert (found[0], found[-1]) == (0.9, 0.3)


def test_mixes_keep_their_sum() -> None:
    assert np.allclose(mixed(np.array([0.9, 0.1]), np.array([0.5, 0.5]), 0.25), [0.8, 0.2])


def test_a_path_that_is_none_is_told() -> None:
    with pytest.raises(UsageError, match="days that rise"):
        weight_on(((5, 0.1), (5, 0.2)), 5)
