"""Money and shares as exact integers: cents and 1e-8 shares.

Every number in the books is an ``int``.  Decimals exist only as text at the edges;
this module is where text becomes an integer and back.
"""

from typing import Final

CENTS_PER_DOLLAR: Final = 100
SHARE: Final = 100_000_000
"""One share, in units of 1e-8 share."""

LIMIT: Final = 1 << 62
"""No amount, quantity or sum of them may reach this; readers refuse what does."""


MOST_CENTS: Final = 10**15
"""Ten trillion dollars: a balance or a flow beyond it is a slip of the pen."""


def apportion(amount: int, part: int, whole: int) -> int:
    """The share of ``amount`` that belongs to ``part`` of ``whole``, rounded half up.

    ``amount`` is in any unit and may be negative; ``0 <= part`` and ``0 < whole`` share a
    unit.  The product is exact (wider than 64 bits where it must be).  Pieces of a whole
    take differences of this function at their cumulative parts, so they always sum to it:
    see "Money" in the interchange reference.  Raises OverflowError where the result does not fit
    the books.
    """
    return _fitting((2 * amount * part + whole) // (2 * whole))


def cut(amount: int, part: int, whole: int) -> int:
    """``amount * part / whole`` cut down to a whole unit; exact product, positive ``whole``.

    Raises OverflowError where the result does not fit the books.
    """
    return _fitting(amount * part // whole)


def _fitting(result: int) -> int:
    if abs(result) >= LIMIT:
        raise OverflowError("a product is too large for the books")
    return result


def is_whole(amount: int, part: int, whole: int) -> bool:
    """Whether ``amount * part / whole`` is a whole number of units."""
    return amount * part % whole == 0


def ratio_exceeds(a: int, b: int, c: int, d: int) -> bool:
    """Whether ``a / b > c / d`` exactly, for positive ``b`` and ``d``."""
    return a * d > c * b


def scaled(text: str, places: int) -> int | None:
    """Read a plain decimal (``"-12.50"``) as an integer in units of ``10**-places``.

    None when the text is no plain decimal, or has a non-zero digit beyond ``places``.
    Signs and leading zeros are accepted; exponents, separators and currency signs are not.
    """
    body = text[1:] if text[:1] in ("-", "+") else text
    units, _, decimals = body.partition(".")
    if not (units + decimals).isascii() or not (units + decimals).isdigit():
        return None
    if len(decimals) > places and decimals[places:].strip("0"):
        return None
    magnitude = int((units or "0") + decimals[:places].ljust(places, "0"))
    return -magnitude if text[0] == "-" else magnitude


def dollars(cents: int) -> str:
    """Cents as dollars with two decimals: ``-1250`` is ``"-12.50"``."""
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100}.{abs(cents) % 100:02d}"


def dollars_if_known(cents: int | None) -> str:
    """Cents as ``dollars`` writes them; blank where they are not known."""
    return "" if cents is None else dollars(cents)


def shares(quantity: int) -> str:
    """1e-8 shares as a decimal without trailing zeros: ``150_000_000`` is ``"1.5"``."""
    sign = "-" if quantity < 0 else ""
    units, rest = divmod(abs(quantity), SHARE)
    decimals = f"{rest:08d}".rstrip("0")
    return f"{sign}{units}.{decimals}" if decimals else f"{sign}{units}"
