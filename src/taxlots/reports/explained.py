"""What an explanation is made of: the rows of the journal, the steps, the figures.

Workflows find the facts; ``reports.explain`` prints them as text and as JSON.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date


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
class SaleStory:
    """One sale: the rows that bear on it, which lots it closed and why, and each piece."""

    book: str
    as_of: date
    sale_id: str
    headline: str
    rows: tuple[CitedRow, ...]
    steps: tuple[Step, ...]
    pieces: tuple[PieceStory, ...]
    decisions: tuple[Step, ...]
    totals: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class LotStory:
    """One lot: how it was opened, what happened to it, and the parts that are open."""

    book: str
    as_of: date
    lot_id: str
    headline: str
    steps: tuple[Step, ...]
    parts: tuple[Mapping[str, str], ...]
    """The cells of the lot's rows in ``lots.csv``."""


Story = SaleStory | LotStory
