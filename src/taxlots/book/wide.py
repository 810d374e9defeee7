"""The exact products of ``domain.money`` where integers have 64 bits.

Compiled code has no big integers.  These functions give the same results as their namesakes
through 128-bit products, and raise OverflowError where a result does not fit: nothing wraps.
"""

from typing import Final

import numpy as np

LOW_HALF: Final = np.uint64(0xFFFFFFFF)
HALF: Final = np.uint64(32)
ONE: Final = np.uint64(1)
TOP: Final = np.uint64(63)
FITS: Final = 1.0e18
LIMIT: Final = 1 << 62


def multiply(a: int, b: int) -> tuple[np.uint64, np.uint64]:
    """High and low words of the product of two integers >= 0."""
    x = np.uint64(a)
    y = np.uint64(b)
    x_low = x & LOW_HALF
    x_high = x >> HALF
    y_low = y & LOW_HALF
    y_high = y >> HALF
    low = x_low * y_low
    middle = x_high * y_low + (low >> HALF)
    cross = x_low * y_high + (middle & LOW_HALF)
    high = x_high * y_high + (middle >> HALF) + (cross >> HALF)
    return high, (cross << HALF) | (low & LOW_HALF)


def divide(high: np.uint64, low: np.uint64, divisor: int) -> tuple[int, int]:
    """Quotient and remainder of a 128-bit number by a positive divisor, by long division."""
    d = np.uint64(divisor)
    if high >= d:
        raise OverflowError("a product is too large for the books")
    remainder = high
    quotient = np.uint64(0)
    for i in range(64):
        carry = remainder >> TOP
        remainder = (remainder << ONE) | ((low >> np.uint64(63 - i)) & ONE)
        quotient = quotient << ONE
        if carry == ONE or remainder >= d:
            remainder = remainder - d
            quotient = quotient | ONE
    if quotient >= np.uint64(LIMIT):
        raise OverflowError("a product is too large for the books")
    return np.int64(quotient), np.int64(remainder)  # type: ignore[return-value]


def apportion(amount: int, part: int, whole: int) -> int:
    """See ``domain.money.apportion``."""
    if part == whole:
        return amount
    size = abs(amount)
    if float(size) * float(part) < FITS:
        return (2 * amount * part + whole) // (2 * whole)
    high, low = multiply(size, part)
    quotient, remainder = divide(high, low, whole)
    if amount >= 0:
        result = quotient + (1 if remainder >= whole - remainder else 0)
    else:
        result = -quotient - (1 if remainder > whole - remainder else 0)
    if abs(result) >= LIMIT:
        raise OverflowError("a product is too large for the books")
    return result


def cut(amount: int, part: int, whole: int) -> int:
    """See ``domain.money.cut``; ``amount`` >= 0."""
    if float(amount) * float(part) < FITS:
        return amount * part // whole
    high, low = multiply(amount, part)
    return divide(high, low, whole)[0]


def is_whole(amount: int, part: int, whole: int) -> bool:
    """See ``domain.money.is_whole``; ``amount`` >= 0."""
    if float(amount) * float(part) < FITS:
        return amount * part % whole == 0
    high, low = multiply(amount, part)
    return divide(high, low, whole)[1] == 0


def ratio_exceeds(a: int, b: int, c: int, d: int) -> bool:
    """See ``domain.money.ratio_exceeds``; ``a`` and ``c`` of any sign."""
    left = float(a) * float(d)
    right = float(c) * float(b)
    if abs(left) < FITS and abs(right) < FITS:
        return a * d > c * b
    if a < 0 or c < 0:
        return left > right if (a < 0) != (c < 0) else ratio_exceeds_positive(-c, d, -a, b)
    return ratio_exceeds_positive(a, b, c, d)


def ratio_exceeds_positive(a: int, b: int, c: int, d: int) -> bool:
    """``ratio_exceeds`` for numerators >= 0."""
    left_high, left_low = multiply(a, d)
    right_high, right_low = multiply(c, b)
    if left_high == right_high:
        return bool(left_low > right_low)
    return bool(left_high > right_high)
