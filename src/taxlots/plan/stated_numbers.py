"""Numbers that somebody states for a plan: checked once, refused in a sentence."""

from __future__ import annotations

from collections.abc import Sized
from math import isfinite

import numpy as np
from numpy.typing import ArrayLike, NDArray

from taxlots.domain.problem import UsageError

Floats = NDArray[np.float64]


def above_zero(value: float, what: str) -> float:
    """The value.  Raises UsageError unless it is a finite number above zero."""
    if not isfinite(value) or value <= 0:
        raise UsageError(f"{what} is {value}; it must be a number above zero")
    return float(value)


def not_below_zero(value: float, what: str) -> float:
    """The value.  Raises UsageError unless it is a finite number of zero or more."""
    if not isfinite(value) or value < 0:
        raise UsageError(f"{what} is {value}; it must be zero or more")
    return float(value)


def finite(value: float, what: str) -> float:
    """The value.  Raises UsageError unless it is a finite number."""
    if not isfinite(value):
        raise UsageError(f"{what} is {value}; it must be a number")
    return float(value)


def part_of_one(value: float, what: str) -> float:
    """The value.  Raises UsageError unless it lies from 0 to 1."""
    if not isfinite(value) or not 0 <= value <= 1:
        raise UsageError(f"{what} is {value}; write a part of one, like 0.1 for 10 percent")
    return float(value)


def at_least_one(value: int, what: str) -> int:
    """The value.  Raises UsageError unless it is a whole number of 1 or more."""
    if value < 1 or value != int(value):
        raise UsageError(f"{what} is {value}; it must be a whole number of 1 or more")
    return int(value)


def numbers(values: ArrayLike, what: str, like: Sized | None = None) -> Floats:
    """The values as a one-dimensional array, as many as ``like`` has.

    Raises UsageError where their number differs or one of them is no finite number.
    """
    array = np.atleast_1d(np.asarray(values, np.float64))
    if array.ndim != 1 or (like is not None and len(array) != len(like)):
        wanted = "one row" if like is None else f"{len(like)}"
        raise UsageError(f"{what}: {wanted} of numbers expected, {array.shape} given")
    if not np.isfinite(array).all():
        place = int(np.flatnonzero(~np.isfinite(array))[0])
        raise UsageError(f"{what}: number {place + 1} is {array[place]}; state it")
    return array


def amounts(values: ArrayLike, what: str, like: Sized | None = None) -> Floats:
    """Like ``numbers``, and none of them below zero."""
    array = numbers(values, what, like)
    if (array < 0).any():
        place = int(np.flatnonzero(array < 0)[0])
        raise UsageError(f"{what}: number {place + 1} is {array[place]}; it must be zero or more")
    return array
