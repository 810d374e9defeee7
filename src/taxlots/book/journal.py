"""The journal: the transactions as typed columns, checked row by row.

Every rule about a single row stands here or in ``book.checks``; what follows may trust it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from taxlots.book.cells import Codes, Int32s, Mask, Numbers, codes, days, numbers, seconds, text
from taxlots.book.record import Record
from taxlots.domain.action import COLUMNS, FURTHER_COLUMNS, REQUIRED_COLUMNS, Action
from taxlots.domain.calendar import FIRST_DAY, LAST_DAY, day_of
from taxlots.domain.problem import Problem, error

ACTIONS: Final = tuple(Action)
ACTION_CODE: Final = {action: number for number, action in enumerate(ACTIONS)}

NUMBER_PLACES: Final = {
    "quantity": 8,
    "price": 8,
    "fees": 2,
    "amount": 2,
    "fmv": 2,
    "cash": 2,
    "cost_basis": 2,
    "basis_increase": 2,
    "compensation_income": 2,
    "related_loss": 2,
    "alternate_fmv": 2,
    "gift_tax": 2,
    "taxable_gift": 2,
}
FRACTIONAL: Final = ("price", "fees")
"""Columns that may have more decimals than their scale: such rows are computed exactly apart."""

BY_SHARE: Final = ("cash", "fmv")
"""Columns that are totals of an account's row, but per share, exact, in a row for all accounts."""

DATE_COLUMNS: Final = ("date", "settle_date", "acquired_date", "holding_period_date", "ex_date")
SPARSE: Final = (
    "lots",
    "identified_at",
    "confirmation",
    "method",
    "to_account",
    "to_symbol",
    "ratio",
    "basis_fraction",
    "covered",
    "origin",
    "note",
    "taxable",
    "elected",
    "single_account",
    "related_party",
    "basis_status",
)


FLAGS: Final = ("taxable", "elected", "single_account", "related_party")
YES_OR_NO: Final = frozenset({"true", "yes", "1", "false", "no", "0"})


@dataclass(slots=True)
class Journal:
    """The transactions of a record, typed.

    ``account``, ``symbol`` and ``order`` are codes into their names; ``action`` is a place in
    ``ACTIONS``.  ``number`` maps a column to its scaled integers, ``day`` a column to day numbers,
    ``sparse`` a column to its text.
    """

    record: Record
    ids: pa.Array
    account: Codes
    symbol: Codes
    order: Codes
    action: Int32s
    time: Int32s
    day: dict[str, tuple[Int32s, Mask]]
    number: dict[str, Numbers]
    sparse: dict[str, pa.Array]
    problems: dict[int, list[Problem]]

    def __len__(self) -> int:
        return len(self.ids)

    def cell(self, column: str, row: int) -> str:
        """The text of one cell of a sparse column."""
        return str(self.sparse[column][row].as_py())

    def id(self, row: int) -> str:
        """The id of a row."""
        return str(self.ids[row].as_py())

    def symbol_of(self, row: int) -> str:
        """The symbol of a row, blank if it has none."""
        code = self.symbol.values[row]
        return self.symbol.names[code] if code >= 0 else ""

    def account_of(self, row: int) -> str:
        """The account of a row, blank if it has none."""
        code = self.account.values[row]
        return self.account.names[code] if code >= 0 else ""

    def where(self, row: int, column: str = "") -> str:
        """Where a cell stands, as its reader would look for it."""
        record = self.record
        place = f"{record.file_name}:{record.line_of(row)}"
        return f"{place}:{column}" if column else place

    def note(self, row: int, column: str, code: str, message: str, remedy: str) -> None:
        """Add an error of one row."""
        place = self.where(row, column)
        name = f"transaction {self.id(row)!r}: " if self.ids[row].as_py() else ""
        self.add(row, error(place, code, name + message, remedy))

    def add(self, row: int, problem: Problem) -> None:
        """Add a problem of one row; it is dropped if the row turns out to be void."""
        self.problems.setdefault(row, []).append(problem)


def read_journal(record: Record) -> tuple[Journal | None, list[Problem]]:
    """Type the transactions of a record.

    Returns the journal, whose ``problems`` hold what is wrong with single rows, or None with the
    problems that concern the table as a whole.
    """
    table = record.transactions
    problems = _missing_columns(record)
    problems += _float_columns(record)
    if problems:
        return None, problems
    size = table.num_rows
    journal = Journal(
        record=record,
        ids=text(table, "id"),
        account=codes(text(table, "account")),
        symbol=codes(text(table, "symbol")),
        order=codes(text(table, "order_id")),
        action=np.zeros(size, np.int32),
        time=np.zeros(size, np.int32),
        day={},
        number={name: numbers(table, name, places) for name, places in NUMBER_PLACES.items()},
        sparse={name: text(table, name) for name in (*SPARSE, *BY_SHARE)},
        problems={},
    )
    _read_actions(journal, text(table, "action"))
    _read_days(journal)
    _read_times(journal)
    _check_numbers(journal)
    _check_flags(journal)
    _check_ids(journal)
    _check_currency(journal)
    return journal, []


def rows_where(mask: Mask) -> Iterable[int]:
    """The rows in which a mask is set."""
    return (int(row) for row in np.flatnonzero(mask))


def _missing_columns(record: Record) -> list[Problem]:
    present = set(record.transactions.column_names)
    return [
        error(
            f"{record.file_name}:1:{name}",
            "MISSING_COLUMN",
            f"the column {name!r} is missing",
            "add the column; " + ", ".join(REQUIRED_COLUMNS) + " are needed",
        )
        for name in REQUIRED_COLUMNS
        if name not in present
    ]


def _float_columns(record: Record) -> list[Problem]:
    return [
        error(
            f"{record.file_name}:1:{field.name}",
            "FLOAT_COLUMN",
            f"the column {field.name!r} holds floating-point numbers, which cannot hold cents",
            "write it as text, decimal128, or int64 with a scale in the column's metadata",
        )
        for field in record.transactions.schema
        if field.name in (*COLUMNS, *FURTHER_COLUMNS) and pa.types.is_floating(field.type)
    ]


def _read_actions(journal: Journal, array: pa.Array) -> None:
    known = codes(array)
    places = [ACTION_CODE.get(Action(n), -1) if n in ACTION_CODE else -1 for n in known.names]
    table = np.array([*places, -1], np.int32)
    journal.action[:] = table[known.values]
    for row in rows_where(journal.action < 0):
        name = array[row].as_py()
        journal.note(
            row,
            "action",
            "UNKNOWN_ACTION",
            f"unknown action {name!r}" if name else "the action is blank",
            "use one of the actions of the interchange format, in upper case",
        )


def _read_days(journal: Journal) -> None:
    table = journal.record.transactions
    for name in DATE_COLUMNS:
        values, is_blank, is_bad = days(table, name)
        journal.day[name] = (values, is_blank)
        if name == "date":
            is_bad = is_bad | is_blank
        is_far = ~is_blank & ((values < day_of(FIRST_DAY)) | (values > day_of(LAST_DAY)))
        for row in rows_where(is_bad | is_far):
            journal.note(
                row,
                name,
                "BAD_DATE",
                f"{str(table.column(name)[row].as_py())!r} is no date",
                f"write dates as YYYY-MM-DD, from {FIRST_DAY} to {LAST_DAY}",
            )


def _read_times(journal: Journal) -> None:
    array = text(journal.record.transactions, "time")
    journal.time, is_bad = seconds(array)
    for row in rows_where(is_bad):
        journal.note(
            row,
            "time",
            "BAD_TIME",
            f"{array[row].as_py()!r} is no time of day",
            "write times as HH:MM:SS, or leave the cell blank",
        )


def _check_numbers(journal: Journal) -> None:
    table = journal.record.transactions
    for name, column in journal.number.items():
        places = NUMBER_PLACES[name]
        for row in rows_where(column.is_bad):
            journal.note(
                row,
                name,
                "BAD_NUMBER",
                f"{str(table.column(name)[row].as_py())!r} is no plain number of the books' size",
                "write it like 1234.56: digits and one decimal point",
            )
        if name not in FRACTIONAL:
            is_finer = column.is_finer
            if name in BY_SHARE:
                is_finer = is_finer & (journal.account.values >= 0)
            for row in rows_where(is_finer):
                journal.note(
                    row,
                    name,
                    "TOO_MANY_DECIMALS",
                    f"{str(table.column(name)[row].as_py())!r} has more than {places} decimals",
                    "round it yourself, where the rounding can be seen",
                )
        if name not in ("amount", "cash"):
            for row in rows_where(column.values < 0):
                journal.note(
                    row,
                    name,
                    "NEGATIVE_NUMBER",
                    f"{name} is negative",
                    "write it without a sign; the action says which way it goes",
                )


def _check_flags(journal: Journal) -> None:
    for name in FLAGS:
        for row in rows_where(filled(journal, name)):
            if journal.cell(name, row).strip().lower() not in YES_OR_NO:
                journal.note(
                    row,
                    name,
                    "BAD_FLAG",
                    f"{journal.cell(name, row)!r} is neither true nor false",
                    "write true or false, or leave the cell blank",
                )


def filled(journal: Journal, column: str) -> Mask:
    """The rows in which a sparse column is not blank."""
    said = pc.not_equal(journal.sparse[column], "")
    return np.asarray(said.to_numpy(zero_copy_only=False), np.bool_)


def flag(journal: Journal, column: str, row: int) -> bool:
    """Whether a sparse column says yes."""
    return journal.cell(column, row).strip().lower() in ("true", "yes", "1")


def _check_ids(journal: Journal) -> None:
    is_bad = pc.or_(
        pc.equal(journal.ids, ""), pc.match_substring_regex(journal.ids, r"[:;,\s]")
    ).to_numpy(zero_copy_only=False)
    for row in rows_where(is_bad):
        journal.note(
            row,
            "id",
            "BAD_ID",
            "the id is blank or holds a colon, semicolon, comma or space",
            "give every transaction an id of its own, made of other characters",
        )
    counted = codes(journal.ids)
    if len(counted.names) == len(journal):
        return
    counts = np.bincount(counted.values[counted.values >= 0], minlength=len(counted.names))
    first: dict[int, int] = {}
    for row in rows_where((counted.values >= 0) & (counts[counted.values] > 1)):
        code = int(counted.values[row])
        if code in first:
            journal.note(
                row,
                "id",
                "DUPLICATE_ID",
                f"the id stands in line {journal.record.line_of(first[code])} too",
                "give each transaction its own id",
            )
        first.setdefault(code, row)


def _check_currency(journal: Journal) -> None:
    table = journal.record.transactions
    if "currency" not in table.column_names:
        return
    array = text(table, "currency")
    other = ~np.isin(array.to_numpy(zero_copy_only=False), ("", "USD"))
    for row in rows_where(other):
        journal.note(
            row,
            "currency",
            "OTHER_CURRENCY",
            f"the row is in {array[row].as_py()}, and the books are in US dollars",
            "convert the row at the rate of its day (26 USC 988) before it is booked",
        )


def day_or_none(column: tuple[Int32s, Mask], row: int) -> int | None:
    """The day of a row in a date column; None where blank."""
    return None if column[1][row] else int(column[0][row])
