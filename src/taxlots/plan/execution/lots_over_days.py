"""Which lots leave on which day of a schedule, so that all of its sales together cost least tax.

What a share of a lot costs depends on the day: from one day on it is long-term, and the next year
has rates of its own.  Taking the cheapest lot of each day is not enough, because a lot that is
cheap today may be cheaper still tomorrow.  It is a transportation problem; it is solved exactly, in
whole units, by shortest augmenting paths (Ford and Fulkerson, "Flows in Networks", 1962, III).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from taxlots.domain.problem import UsageError

Units = NDArray[np.int64]

BARRED: Final = 1 << 60
"""The cost of a lot on a day on which it may not be sold; all true costs are far below it."""


@dataclass(frozen=True, slots=True)
class _Path:
    """The lots and days that a path goes through, in turn, from a lot with units left."""

    lots: tuple[int, ...]
    days: tuple[int, ...]


def lots_over_days(held: ArrayLike, wanted: ArrayLike, cost: ArrayLike) -> Units:
    """Units of each lot on each day, (lots, days), of least cost in all.

    ``held`` are units of each lot, ``wanted`` units of each day, and ``cost`` (lots, days) what a
    unit costs, whole numbers from minus to plus 2**50, or ``BARRED``.  Where the lots that may be
    sold do not give what is wanted, as much is sold as they give.  Raises UsageError for shapes
    that do not fit together and for negative units.
    """
    left = np.array(held, np.int64)
    missing = np.array(wanted, np.int64)
    price = np.array(cost, np.int64).reshape(len(left), len(missing))
    if (left < 0).any() or (missing < 0).any():
        raise UsageError("units of lots and days are zero or more")
    taken = np.zeros_like(price)
    while missing.any() and left.any():
        path = _cheapest(left, missing, price, taken)
        if path is None:
            break
        _augment(path, left, missing, taken)
    return taken


def _cheapest(left: Units, missing: Units, price: Units, taken: Units) -> _Path | None:
    """The path of least cost from a lot with units left to a day that misses some."""
    far = BARRED
    to_lot = np.where(left > 0, 0, far)
    before_lot = np.full(len(left), -1)
    to_day = np.full(len(missing), far)
    before_day = np.full(len(missing), -1)
    # What led to a day or a lot changes only where the way becomes shorter: of ways of one length
    # the first is kept, and the way back never turns in a circle.
    while True:
        through = np.where(price >= far, far, to_lot[:, None] + price)
        through[to_lot >= far] = far
        found = through.min(axis=0, initial=far)
        is_nearer = found < to_day
        if is_nearer.any():
            before_day = np.where(is_nearer, through.argmin(axis=0), before_day)
            to_day = np.where(is_nearer, found, to_day)
        back = np.where((taken > 0) & (to_day < far)[None, :], to_day[None, :] - price, far)
        nearest = back.min(axis=1, initial=far)
        better = nearest < to_lot
        if not better.any():
            break
        to_lot = np.where(better, nearest, to_lot)
        before_lot = np.where(better, back.argmin(axis=1), before_lot)
    open_days = np.where(missing > 0, to_day, far)
    day = int(open_days.argmin())
    if open_days[day] >= far:
        return None
    days, lots = [day], [int(before_day[day])]
    while before_lot[lots[-1]] >= 0:
        days.append(int(before_lot[lots[-1]]))
        lots.append(int(before_day[days[-1]]))
    return _Path(tuple(lots), tuple(days))


def _augment(path: _Path, left: Units, missing: Units, taken: Units) -> None:
    """Send as much as the path carries; it runs backwards, from the day to the lot."""
    returned = [(lot, day) for lot, day in zip(path.lots, path.days[1:], strict=False)]
    most = min(int(left[path.lots[-1]]), int(missing[path.days[0]]))
    most = min([most, *(int(taken[lot, day]) for lot, day in returned)])
    for lot, day in zip(path.lots, path.days, strict=True):
        taken[lot, day] += most
    for lot, day in returned:
        taken[lot, day] -= most
    left[path.lots[-1]] -= most
    missing[path.days[0]] -= most
