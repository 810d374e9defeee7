"""Numbers that programs wrote: money and shares with the noise of their arithmetic.

Aggregators and spreadsheets compute in floats, so that a cent arrives as ``706.009992``.  Here the
nearest unit is meant; where a custodian writes its own figures, more digits are an error.
"""

from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Final

from taxlots.brokers.cells import Cells
from taxlots.brokers.findings import AGAIN, quoted
from taxlots.domain.money import LIMIT

_CENT: Final = 2
_SHARE_PLACES: Final = 8
_DIGITS: Final = 60


def rounded_cents(cells: Cells, column: str) -> int | None:
    """Signed cents, rounded half up by magnitude; None when blank or, noted, unreadable."""
    return _rounded(cells, column, _CENT)


def rounded_shares(cells: Cells, column: str) -> int | None:
    """Signed 1e-8 shares, rounded half up by magnitude; None when blank or, noted, unreadable."""
    return _rounded(cells, column, _SHARE_PLACES)


def _rounded(cells: Cells, column: str, places: int) -> int | None:
    plain = cells.number(column)
    if plain is None:
        return None
    with localcontext() as context:
        context.prec = _DIGITS
        value = int((Decimal(plain) * 10**places).quantize(Decimal(1), ROUND_HALF_UP))
    if abs(value) < LIMIT:
        return value
    cells.findings.error(
        cells.line, column, "BAD_AMOUNT", f"{quoted(cells.text(column))} is too large.", AGAIN
    )
    return None
