"""What an explanation is made of: the rows of the journal, the steps, the figures.

Workflows find the facts; ``reports.explain`` prints them as text and as JSON.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from taxlots.domain.money import shares


@dataclass(frozen=True, slots=True, kw_only=True)
class CitedRow:
    """One row of the journal as evidence.

    ``where`` is its file and line, or its place in a database's journal; ``hash`` and ``origin``
    (the file and line that it was imported from) are known in a database.  ``said`` is what the
    row says of quantity and price.  ``role`` is what it is here: ``sale``, ``lot``, ...
    """

    id: str
    where: str
    day: date
    action: str
    account: str
    symbol: str
    said: str
    role: str = ""
    hash: str = ""
    origin: str = ""

    @property
    def named(self) -> str:
        """Its action, id and date."""
        return f"{self.action} {self.id} ({self.day})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares:
    """Units of a security: a quantity in 1e-8 units and a symbol."""

    units: int
    symbol: str

    def __str__(self) -> str:
        return f"{shares(self.units)} {self.symbol}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of an explanation: what follows, from which rows, by which authority.

    ``name`` is stable; ``facts`` hold the figures, money and quantities as text.
    """

    name: str
    text: str
    cites: tuple[str, ...] = ()
    rows: tuple[CitedRow, ...] = ()
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class PieceStory:
    """One realized piece: its cells as in ``realized.csv``, and how they came about."""

    cells: Mapping[str, str]
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LotEffect:
    """What one row did to one lot."""

    lot_id: str
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SaleStory:
    """One sale: the rows that bear on it, which lots it closed and why, and each piece.

    ``effects`` is what the row did to lots besides: one that it opened, a period that it restarted.
    """

    book: str
    as_of: date
    sale_id: str
    headline: str
    rows: tuple[CitedRow, ...]
    steps: tuple[Step, ...]
    pieces: tuple[PieceStory, ...]
    decisions: tuple[Step, ...]
    totals: Mapping[str, str]
    effects: tuple[LotEffect, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LotStory:
    """One lot: how it was opened, what happened to it, and the parts that are open."""

    book: str
    as_of: date
    lot_id: str
    headline: str
    steps: tuple[Step, ...]
    parts: tuple[Mapping[str, str], ...]
    """The cells of the lot's rows in ``lots.csv``; of a short lot in ``short_lots.csv``."""
    is_short: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RowStory:
    """A row that realized nothing and opened no lot of its own: what it did to which lots."""

    book: str
    as_of: date
    row_id: str
    headline: str
    steps: tuple[Step, ...]
    lots: tuple[LotEffect, ...]


Story = SaleStory | LotStory | RowStory
