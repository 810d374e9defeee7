"""Rows of the journal as evidence: where they stand, and what they say."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from taxlots.book.booking import Books
from taxlots.book.journal import ACTIONS, NUMBER_PLACES
from taxlots.domain.action import Action
from taxlots.domain.calendar import date_of
from taxlots.reports.explained import CitedRow
from taxlots.workflows.evidence_sayings import SAYINGS
from taxlots.workflows.gather import is_database

if TYPE_CHECKING:
    import pyarrow as pa

    from taxlots.ledger.origin import Origin

Source = Callable[[int], "Origin | None"]
"""The origin of a journal row, None in a folder."""

NUMBERS: Final = frozenset(NUMBER_PLACES)
SALES: Final = frozenset(
    {
        Action.SELL,
        Action.SELL_OPTION,
        Action.CASH_IN_LIEU,
        Action.TENDER,
        Action.SELL_SHORT,
        Action.WRITE_OPTION,
    }
)
"""Actions whose fees lower what they bring."""


class Evidence:
    """Cites the rows of a book."""

    def __init__(self, books: Books, source: Source) -> None:
        self.books = books
        self.journal = books.journal
        self._source = source

    def row(self, row: int, role: str = "") -> CitedRow:
        """One row of the journal, by its place."""
        journal = self.journal
        origin = self._source(row)
        return CitedRow(
            id=journal.id(row),
            where=journal.where(row),
            day=date_of(int(journal.day["date"][0][row])),
            action=str(self.action(row)),
            account=journal.account_of(row),
            symbol=journal.symbol_of(row),
            said=self.said(row),
            role=role,
            hash=origin.hash if origin else "",
            origin=f"{origin.file}:{origin.line}" if origin and origin.line else "",
        )

    def fills(self, row: int, role: str = "") -> tuple[CitedRow, ...]:
        """A row with the other fills of its order."""
        return tuple(self.row(fill, role) for fill in self.books.fills.get(row, [row]))

    def action(self, row: int) -> Action:
        """The action of a row."""
        return ACTIONS[int(self.journal.action[row])]

    def cell(self, row: int, column: str) -> str:
        """The text of a cell as the file has it; blank where there is none."""
        table = self.journal.record.transactions
        if column not in table.column_names:
            return ""
        value = table.column(column)[row].as_py()
        if value is None or isinstance(value, str):
            return (value or "").strip()
        return (
            _number(value, table.schema.field(column), column) if column in NUMBERS else str(value)
        )

    def said(self, row: int) -> str:
        """What a row says of quantity and price, in a few words."""
        action = self.action(row)
        quantity = self.cell(row, "quantity")
        if action in SAYINGS:
            return SAYINGS[action](self, row, quantity)
        return self.traded(row, quantity)

    def traded(self, row: int, quantity: str) -> str:
        """Quantity with amount, price, cash or income, as far as the row states them."""
        if self.cell(row, "amount"):
            return f"{quantity} for {self.cell(row, 'amount')}".strip()
        if self.cell(row, "price"):
            return self._priced(row, quantity)
        if self.cell(row, "cash"):
            return f"{quantity} for {self.cell(row, 'cash')} in cash".strip()
        income = self.cell(row, "compensation_income")
        return f"{quantity}, income {income}" if income else quantity

    def _priced(self, row: int, quantity: str) -> str:
        security = self.journal.record.securities.get(self.journal.symbol_of(row))
        multiplier = security.multiplier if security else 1
        times = f" x {multiplier}" if multiplier != 1 else ""
        sign = "-" if self.action(row) in SALES else "+"
        fees = self.cell(row, "fees")
        costs = f" {sign} {fees} fees" if fees.strip("0.") else ""
        income = self.cell(row, "compensation_income")
        pay = f" + {income} income" if income and self.action(row) is Action.ESPP else ""
        return f"{quantity}{times} x {self.cell(row, 'price')}{costs}{pay}"


def _number(value: int | Decimal, field: pa.Field, column: str) -> str:
    """A typed cell as its reader would write it: the scale of integers is in the metadata."""
    scale = int((field.metadata or {}).get(b"scale", b"0")) if isinstance(value, int) else 0
    plain = f"{Decimal(value).scaleb(-scale):f}"
    units, _, decimals = plain.partition(".")
    decimals = decimals.rstrip("0")
    if column != "quantity":
        decimals = f"{decimals:0<2}"
    return f"{units}.{decimals}" if decimals else units


@contextmanager
def evidence_of(books: Books, book: str) -> Iterator[Evidence]:
    """The evidence of a book: of a database with hashes and the files that rows came from."""
    if not is_database(book):
        yield Evidence(books, lambda _row: None)
        return
    from taxlots.ledger.database import reading
    from taxlots.ledger.migrate import open_ledger
    from taxlots.ledger.origin import origins_of

    with reading(open_ledger(book)) as connection:
        first = books.record.first_line
        yield Evidence(books, lambda row: origins_of(connection, [row + first]).get(row + first))
