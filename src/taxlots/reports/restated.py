"""What a restatement is made of: rows that arrived, figures that changed, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum


class Arrival(StrEnum):
    """What a row that arrived is to the books from before it."""

    NEW = "new"
    LATE = "late"
    CORRECTED = "corrected"
    VOID = "void"
    REFERENCE = "reference"


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrivedRow:
    """One row of the journal, or change of reference, that became known between two moments.

    ``voids`` is the id that a VOID takes back; ``where`` the file and line of the row.
    """

    id: str
    kind: Arrival
    recorded_at: str
    day: str
    account: str
    symbol: str
    action: str
    quantity: str
    amount: str
    voids: str
    where: str


class Extent(StrEnum):
    """What became of a line of the results."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    NEW = "new"


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureChanged:
    """One figure of one line of ``realized``, ``lots`` or ``wash_sales``, before and after.

    ``extent`` is ``new`` for what only new transactions did: the books going on.  ``because``
    names the rows that arrived and caused it.  ``difference`` is in cents for money, in shares for
    quantities, and blank for all else.
    """

    result: str
    extent: Extent
    household: str
    account: str
    symbol: str
    sale_id: str
    lot_id: str
    replacement_lot_id: str
    day: str
    figure: str
    before: str
    after: str
    difference: str
    because: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class YearRestated:
    """The gain of one tax return, year and term, in cents, before and after.

    Sales that are new count on neither side: they restate nothing.
    """

    tax_return: str
    year: str
    term: str
    before_cents: int
    after_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FormChanged:
    """One figure of a realized lot that a custodian reports otherwise than before.

    ``before_at`` and ``after_at`` are the places in the custodian's files; one is blank where the
    lot came or went.
    """

    account: str
    custodian: str
    symbol: str
    sold: str
    acquired: str
    before_at: str
    after_at: str
    figure: str
    before: str
    after: str
    difference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Restatement:
    """What changed in the books of a record between two moments at which it was known.

    ``successors`` maps each id that was taken back to that of the corrected row, if there is one.
    """

    book: str
    since: str
    until: str
    as_of: date
    arrived: tuple[ArrivedRow, ...]
    changes: tuple[FigureChanged, ...]
    years: tuple[YearRestated, ...]
    forms: tuple[FormChanged, ...]
    successors: Mapping[str, str] = field(default_factory=dict)
