"""What a dollar of proceeds of each lot costs in tax, now and later."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from taxlots.domain.problem import UsageError
from taxlots.plan.risk import Floats, floats


@dataclass(frozen=True, slots=True, kw_only=True)
class LotGains:
    """Gains by dollar of proceeds (losses negative), in the order in which lots are given.

    ``usable`` is what of it the year's return takes: of a loss, the part that is not disallowed.
    ``other`` is what selling the lot costs beside the year's tax, by dollar of proceeds: the worth
    of deferral that is given up, less what a disallowed loss saves when the replacement is sold.
    """

    gain: Floats
    is_long: np.ndarray[tuple[int], np.dtype[np.bool_]]
    usable: Floats
    other: Floats

    def slopes(self, short_rate: float, long_rate: float) -> Floats:
        """The slopes of the lots at marginal rates."""
        return floats(np.where(self.is_long, long_rate, short_rate) * self.usable + self.other)

    def totals(self, sold_by_row: Floats) -> tuple[float, float]:
        """Short- and long-term gains of what is sold of each lot, as fractions of NAV."""
        gains = self.usable * sold_by_row
        return float(gains[~self.is_long].sum()), float(gains[self.is_long].sum())


def lot_gains(
    gain: ArrayLike,
    is_long: ArrayLike,
    *,
    disallowed: ArrayLike = 0.0,
    later_rate: float = 0.0,
    other: ArrayLike = 0.0,
) -> LotGains:
    """The gains of lots, of which a part of each loss is disallowed under 26 USC 1091.

    ``disallowed`` is the fraction of the lot's loss that replacement shares take over (bought in
    the window before, or reserved by planned purchases after); it joins their basis and saves
    ``later_rate`` a dollar, as a present value, when they are sold.  A gain is taxed whole.
    """
    gains = floats(gain)
    share = np.broadcast_to(np.asarray(disallowed, np.float64), gains.shape)
    if ((share < 0) | (share > 1)).any():
        raise UsageError("the disallowed part of a loss is a fraction from 0 to 1")
    beside = np.broadcast_to(np.asarray(other, np.float64), gains.shape)
    lost = np.where(gains < 0, share * gains, 0.0)
    return LotGains(
        gain=gains,
        is_long=np.broadcast_to(np.asarray(is_long, bool), gains.shape).copy(),
        usable=floats(gains - lost),
        other=floats(beside + later_rate * lost),
    )
