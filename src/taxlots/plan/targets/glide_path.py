"""Glide paths: strategic weights that move with time."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from taxlots.domain.problem import UsageError
from taxlots.plan.targets.hierarchy import Floats

DAYS_OF_YEAR = 365.25


def weight_on(points: Sequence[tuple[int, float]], day: int) -> float:
    """The weight of a day on a path of days and weights, in a straight line between them.

    Before the first point it is the first weight, after the last the last.  Raises UsageError
    where there is no point, or days do not rise.
    """
    days = [point[0] for point in points]
    if not days or any(a >= b for a, b in pairwise(days)):
        raise UsageError("a glide path needs at least one point, and days that rise")
    return float(np.interp(day, days, [point[1] for point in points]))


def falling_with_age(
    age_years: float, *, whole_at_age: float = 10.0, floor: float = 0.2, ceiling: float = 1.0
) -> float:
    """The part in risky assets by the rule "110 less age", within ``floor`` and ``ceiling``.

    It is the whole at the age ``whole_at_age`` and falls by one percent of the whole a year.
    """
    if not 0 <= floor <= ceiling <= 1:
        raise UsageError("floor and ceiling are parts of the whole, and the floor is the lower")
    return min(ceiling, max(floor, 1.0 - (age_years - whole_at_age) / 100.0))


def to_target_date(
    day: int,
    target_day: int,
    *,
    far: float,
    near: float,
    glide_years: float = 25.0,
    through_years: float = 0.0,
) -> float:
    """The weight of a target-date fund.

    It is ``far`` until ``glide_years`` before the date, then falls in a straight line and reaches
    ``near`` some ``through_years`` after it (0: "to" the date, more: "through" it).
    """
    start = target_day - round(glide_years * DAYS_OF_YEAR)
    end = target_day + round(through_years * DAYS_OF_YEAR)
    if start >= end:
        raise UsageError("the glide must take some time: glide_years is to be above 0")
    return weight_on(((start, far), (end, near)), day)


def mixed(from_weights: Floats, to_weights: Floats, part: float) -> Floats:
    """Weights a part of the way from one mix to another, shape (n,); ``part`` from 0 to 1."""
    if from_weights.shape != to_weights.shape or not 0 <= part <= 1:
        raise UsageError("two mixes of the same classes, and a part from 0 to 1, are needed")
    return np.asarray((1.0 - part) * from_weights + part * to_weights)
