"""Dividends that are not qualified yet."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingDividend:
    """A dividend on a lot that becomes a qualified one if the shares are kept.

    A sale before ``qualified_from`` leaves ``cents`` of it ordinary (26 USC 1(h)(11)(B)(iii)).
    """

    lot_id: str
    ex_date: date
    qualified_from: date
    cents: int
