"""What the journal tells of a position, as far as breaks between lots are explained by it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from taxlots.workflows.lot_matching import LotFigures

REORGANIZATIONS: Final = frozenset(
    {
        "SPINOFF",
        "MERGER",
        "TENDER",
        "RIGHTS",
        "CLASS_EXCHANGE",
        "SPLIT",
        "STOCK_DIVIDEND",
        "CASH_IN_LIEU",
        "LIQUIDATION",
        "TAXABLE_EXCHANGE",
    }
)
"""Actions that may divide basis or shares of a position anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """The journal row that opened one of our lots.  Quantity in 1e-8 shares, money in cents."""

    action: str
    day: date
    quantity: int
    fees_cents: int = 0
    origin: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """A row of the journal that may have changed lots of a symbol, or paid cash on it."""

    id: str
    action: str
    day: date
    cents: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionFacts:
    """What the journal tells of one symbol in one account.

    ``as_of`` is the day of the custodian's statement.  ``openings`` are by lot id, ``sale_fees``
    in cents and ``sale_quantities`` in 1e-8 shares by sale id (not there: the whole sale is
    looked at); ``deferred`` are disallowed losses in cents that joined lots of the position.
    ``by_method`` are the lots, or the closed pieces, that the book would have under another
    standing method, ``as_broker`` those that a broker must report, ``all_ours`` and ``all_theirs``
    those of the whole position.
    """

    account: str
    symbol: str
    as_of: date
    openings: Mapping[str, Opening] = field(default_factory=dict)
    sale_fees: Mapping[str, int] = field(default_factory=dict)
    sale_quantities: Mapping[str, int] = field(default_factory=dict)
    happenings: Sequence[Happening] = ()
    deferred: Sequence[int] = ()
    method: str = "FIFO"
    is_averaged: bool = False
    by_method: Mapping[str, Sequence[LotFigures]] = field(default_factory=dict)
    as_broker: Sequence[LotFigures] = ()
    all_ours: Sequence[LotFigures] = ()
    all_theirs: Sequence[LotFigures] = ()
