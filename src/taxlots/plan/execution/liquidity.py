"""Liquidity buckets: how many days of volume a trade takes, and bands that follow from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from itertools import pairwise
from math import inf
from typing import TYPE_CHECKING, Final

import numpy as np

from taxlots.domain.problem import UsageError
from taxlots.plan.stated_numbers import Floats, above_zero, amounts, numbers

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

USUAL_PARTICIPATION: Final = 0.1
"""The part of a day's volume that a trade may be without moving the price much."""


class Bucket(StrEnum):
    """How long a trade takes at its participation in the volume."""

    AT_ONCE = "at_once"
    WITHIN_A_DAY = "within_a_day"
    WITHIN_A_WEEK = "within_a_week"
    OVER_A_WEEK = "over_a_week"
    WINDOWS_ONLY = "windows_only"


EDGES_DAYS: Final = (0.1, 1.0, 5.0)
"""Up to so many days of trading: the first three buckets; what takes longer is the fourth."""

USUAL_MULTIPLES: Final[Mapping[Bucket, float]] = {
    Bucket.AT_ONCE: 0.8,
    Bucket.WITHIN_A_DAY: 1.0,
    Bucket.WITHIN_A_WEEK: 1.5,
    Bucket.OVER_A_WEEK: 2.0,
    Bucket.WINDOWS_ONLY: inf,
}
"""Width of a band by bucket: what trades at no cost is kept tighter; what has no market has no
band, because drift cannot start a trade outside its windows."""


def days_of_volume(
    trade_dollars: ArrayLike,
    volume_dollars: ArrayLike,
    participation: float = USUAL_PARTICIPATION,
) -> Floats:
    """Days that each trade takes: dollars traded over participation times dollars of volume a day.

    The sign of a trade does not matter.  A trade in what has no volume takes ``inf`` days, no trade
    takes none.  Raises UsageError for negative volumes and a participation of zero.
    """
    traded = np.abs(numbers(trade_dollars, "dollars traded"))
    volume = amounts(volume_dollars, "volume", traded) * above_zero(participation, "participation")
    days = np.full(len(traded), inf)
    np.divide(traded, volume, out=days, where=volume > 0)
    return np.where(traded == 0, 0.0, days)


def buckets(days: ArrayLike) -> tuple[Bucket, ...]:
    """The bucket of each number of days; ``inf`` is what is traded in windows alone."""
    names = tuple(Bucket)
    array = np.atleast_1d(np.asarray(days, np.float64))
    if np.isnan(array).any() or (array < 0).any():
        raise UsageError("days of volume are zero or more; a holding without volume has inf")
    places = np.searchsorted(EDGES_DAYS, array, side="left")
    return tuple(
        Bucket.WINDOWS_ONLY if np.isinf(one) else names[int(place)]
        for one, place in zip(array, places, strict=True)
    )


def bands_by_liquidity(
    half_widths: ArrayLike,
    of: Sequence[Bucket],
    multiples: Mapping[Bucket, float] = USUAL_MULTIPLES,
) -> Floats:
    """Half-widths of bands (fractions of NAV), tighter or wider by bucket.

    A half-width of ``inf`` starts no trade.  Raises UsageError where a less liquid bucket has a
    smaller multiple than a more liquid one: drift would be corrected where that costs most.
    """
    widths = amounts(half_widths, "half-widths of bands", of)
    missing = [name for name in Bucket if name not in multiples]
    if missing:
        raise UsageError(f"no multiple for {', '.join(missing)}; state one for each bucket")
    steps = [multiples[name] for name in Bucket]
    if steps[0] < 0 or any(later < sooner for sooner, later in pairwise(steps)):
        raise UsageError(
            f"the multiples {steps} must not fall from {Bucket.AT_ONCE} to {Bucket.WINDOWS_ONLY}"
        )
    factors = [multiples[name] for name in of]
    return np.array(
        [inf if factor == inf else w * factor for w, factor in zip(widths, factors, strict=True)]
    )
