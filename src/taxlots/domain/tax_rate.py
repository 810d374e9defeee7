"""Tax rates as integers: parts per million, and what they make of an amount."""

from typing import Final

RATE_PLACES: Final = 6
RATE_ONE: Final = 10**RATE_PLACES
"""A rate of 100 %."""


def at_rate(amount: int, rate_ppm: int) -> int:
    """``amount`` times a rate, in the amount's own unit, rounded half up.

    The product is exact however large it is: figures of returns are also reckoned in units far
    finer than a cent, where nothing is rounded.
    """
    return (2 * amount * rate_ppm + RATE_ONE) // (2 * RATE_ONE)


def rate_text(rate_ppm: int) -> str:
    """A rate as a decimal with at least two places: ``270_000`` is ``"0.27"``."""
    sign = "-" if rate_ppm < 0 else ""
    whole, rest = divmod(abs(rate_ppm), RATE_ONE)
    places = f"{rest:06d}".rstrip("0").ljust(2, "0")
    return f"{sign}{whole}.{places}"
