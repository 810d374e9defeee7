"""What is frozen when a year is closed: its lines, their hash, and their sums.

The columns are named here and never change, so that a column that a later version adds to a result
restates nothing.  ``status`` is left out: it goes by the day of the books, and is no figure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from hashlib import sha256
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from taxlots.book.booking import Books
from taxlots.book.cells import Int64, Mask
from taxlots.book.form_4797 import Form4797Row
from taxlots.book.results import open_lots_of, realized_of, wash_sales_of
from taxlots.book.section_475 import MarkedSecurities
from taxlots.book.section_1256 import INCOMPLETE, ContractYear, MarkedBook
from taxlots.book.year_figures import (
    BOXES,
    OpenBasis,
    YearTotal,
    boxes_of,
    held_by,
    open_basis,
    year_totals,
)
from taxlots.book.year_state import in_year
from taxlots.domain.money import dollars_if_known, shares
from taxlots.domain.problem import Problem
from taxlots.reports.books_files import result_tables
from taxlots.reports.cells import name_cells
from taxlots.reports.section_1256_files import year_cells
from taxlots.workflows.replay import replay_record
from taxlots.workflows.section_1256 import section_1256_of
from taxlots.workflows.year_items import section_475_of

SEPARATOR: Final = "\x1f"

REALIZED: Final = (
    "sale_id",
    "lot_id",
    "account",
    "symbol",
    "acquired_date",
    "holding_period_date",
    "sold_date",
    "quantity",
    "proceeds",
    "cost_basis",
    "wash_sale_loss_disallowed",
    "permanently_disallowed",
    "nondeductible_loss",
    "gain",
    "term",
    "box",
)
WASH_SALES: Final = (
    "sale_id",
    "loss_lot_id",
    "replacement_lot_id",
    "replacement_account",
    "quantity",
    "disallowed",
    "permanent",
    "rule",
)
SECTION_1256: Final = (
    "account",
    "symbol",
    "realized",
    "unrealized_prior_year_end",
    "unrealized_year_end",
    "aggregate",
    "wash_sale_adjustment",
    "short_term",
    "long_term",
)
LOTS: Final = (
    "lot_id",
    "account",
    "symbol",
    "acquired_date",
    "holding_period_date",
    "quantity",
    "cost_basis",
    "unadjusted_cost_basis",
    "wash_sale_adjustment",
    "basis_status",
)

Lines = dict[str, list[dict[str, str]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Frozen:
    """The lines of a return and year, and their hash.

    ``lines`` has ``realized``, ``wash_sales``, ``section_1256`` and ``section_475`` of the year.
    """

    lines: Lines
    hash: str
    totals: tuple[YearTotal, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FrozenLots:
    """The lots open at the end of a year on a return, their hash, and their basis."""

    lines: Lines
    hash: str
    basis: OpenBasis


class FrozenBooks:
    """Books of which years are frozen, or held against frozen ones.

    What all years share is made once.
    """

    def __init__(self, books: Books) -> None:
        self.books = books
        self._marks: dict[int, MarkedSecurities] = {}

    def year(self, tax_return: str, year: int) -> Frozen:
        """What a return realized in a year, line by line."""
        books = self.books
        pieces, washes = realized_of(books), wash_sales_of(books)
        mine = in_year(books, pieces, tax_return, year)
        boxes = name_cells(boxes_of(books, pieces, year), BOXES)
        realized = self._tables["realized"].append_column("box", boxes)
        sales = _places(pieces.sale_row[mine], pieces.position[mine])
        washed = np.isin(_places(washes.sale_row, washes.loss_position), sales)
        contracts = map(year_cells, _of_return(self._contracts.years, tax_return, year))
        marks = (row for row in self._marked(year).rows if row.tax_return == tax_return)
        lines = {
            "realized": _lines(realized, REALIZED, mine),
            "wash_sales": _lines(self._tables["wash_sales"], WASH_SALES, washed),
            "section_1256": [{name: row[name] for name in SECTION_1256} for row in contracts],
            "section_475": list(map(_mark_cells, marks)),
        }
        return Frozen(lines=lines, hash=hash_of(lines), totals=year_totals(books, tax_return, year))

    def missing_marks(self, tax_return: str, year: int) -> list[Problem]:
        """Why what is marked to market in a year cannot be reckoned; empty where it can."""
        contracts = _of_return(self._contracts.years, tax_return, year)
        problems: list[Problem] = []
        if any(row.status == INCOMPLETE for row in contracts):
            problems += self._contracts.problems
        marked = self._marked(year)
        if marked.unknown().get(tax_return):
            problems += marked.problems
        return problems

    @cached_property
    def _tables(self) -> dict[str, pa.Table]:
        return result_tables(self.books)

    @cached_property
    def _contracts(self) -> MarkedBook:
        return section_1256_of(self.books)

    def _marked(self, year: int) -> MarkedSecurities:
        if year not in self._marks:
            self._marks[year] = section_475_of(self.books, year)[0]
        return self._marks[year]


def lots_at_end(books: Books, tax_return: str, year: int) -> FrozenLots:
    """The lots that a return held at the end of 31 December, as this record books them."""
    then = replay_record(books.record, date(year, 12, 31))
    held = held_by(then, open_lots_of(then), tax_return)
    lines = {"lots": _lines(result_tables(then)["lots"], LOTS, held)}
    return FrozenLots(lines=lines, hash=hash_of(lines), basis=open_basis(then, tax_return))


def hash_of(lines: Mapping[str, Sequence[Mapping[str, str]]]) -> str:
    """SHA-256 of lines, whatever their order: columns and cells of each result as text.

    A result without lines has no part in it, so that one that a later version adds changes nothing.
    """
    digest = sha256()
    for name, rows in lines.items():
        if not rows:
            continue
        digest.update(f"{name}\n".encode())
        texts = sorted(SEPARATOR.join([*row, *row.values()]) for row in rows)
        digest.update("\n".join(texts).encode())
        digest.update(b"\n")
    return digest.hexdigest()


def _of_return(rows: Iterable[ContractYear], tax_return: str, year: int) -> list[ContractYear]:
    return [row for row in rows if row.year == year and row.account.tax_return == tax_return]


def _mark_cells(row: Form4797Row) -> dict[str, str]:
    """A sale in a section 475 account, or a mark of 31 December, as Form 4797 has it."""
    known = {
        "proceeds": row.proceeds_cents,
        "cost_basis": row.basis_cents,
        "gain": row.gain_cents,
    }
    return {
        "account": row.account,
        "symbol": row.symbol,
        "sale_id": row.sale_id,
        "lot_id": row.lot_id,
        "kind": "mark" if row.is_mark else "sale",
        "acquired": row.acquired,
        "sold": row.sold,
        "quantity": shares(row.quantity),
        **{name: dollars_if_known(cents) for name, cents in known.items()},
    }


def _places(rows: Int64, positions: Int64) -> Int64:
    """A number for each sale in a position: one row can sell in several accounts."""
    return rows * (1 << 32) + positions


def _lines(table: pa.Table, columns: Sequence[str], mask: Mask) -> list[dict[str, str]]:
    kept = table.select(list(columns)).filter(pa.array(mask))
    texts = [pc.fill_null(column.cast(pa.string()), "") for column in kept.columns]
    return list(pa.table(texts, names=list(columns)).to_pylist())
