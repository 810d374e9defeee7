"""Tracking: how closely the price of one security has followed that of another."""

from dataclasses import dataclass
from datetime import date
from typing import Final

ONE: Final = 10**6
"""A correlation of 1, a beta of 1 and a tracking error of 100 % a year, in 1e-6."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracking:
    """Figures of a pair from the log returns of ``returns`` common sessions, in 1e-6.

    ``correlation_ppm`` and ``beta_ppm`` (of the proxy, against the original) are None where a
    price never moved.  ``error_ppm`` is the standard deviation a year of the difference between
    the two.  ``left_out`` are days on which one price jumped as if the security had been split, and
    the book knows of no split.
    """

    correlation_ppm: int | None
    beta_ppm: int | None
    error_ppm: int
    returns: int
    left_out: tuple[date, ...] = ()
