"""Changing a standing order: a SET_METHOD row of the journal, with who said so and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256

import pyarrow as pa

from taxlots.book.record import Record
from taxlots.domain.account import Account
from taxlots.domain.method import ReliefMethod
from taxlots.domain.problem import DataError, UsageError
from taxlots.ledger.canonical import Source
from taxlots.ledger.imports import Part, import_parts
from taxlots.ledger.journal import HOLDS
from taxlots.ledger.migrate import open_ledger
from taxlots.ledger.record import read_record
from taxlots.workflows.gather import is_database
from taxlots.workflows.import_check import book_problems, is_error
from taxlots.workflows.named_accounts import named_account


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMethod:
    """A standing order as somebody gives it; a blank symbol stands for the whole account."""

    account: str
    symbol: str
    method: str
    start: date
    by: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodChange:
    """The row that was appended, and the method that held on its day before."""

    id: str
    was: str


def set_method(book: str, asked: NewMethod, *, now: datetime) -> MethodChange:
    """Append a SET_METHOD row to the journal of a database.

    Raises UsageError for a folder, an unknown account or method, and a change that is no change;
    DataError, with nothing kept, where the books could not be booked with it.
    """
    if not is_database(book):
        raise UsageError(
            f"{book} is a folder, which is only read; add a SET_METHOD row to its transactions, or "
            f"make a database for it: taxlots init sqlite:///book.db"
        )
    ledger = open_ledger(book)
    record, problems = read_record(book)
    if record is None:
        raise DataError(problems)
    account = _checked(record, asked)
    was = method_on(record, account, asked.symbol, asked.start)
    if was == asked.method:
        raise UsageError(f"{_scope(asked)} sells by {was} on {asked.start} already")
    _refuse_after_a_sale(record, asked)
    row = _row(record, asked)
    text = ",".join(row.values())
    done = import_parts(
        ledger,
        [
            Part(
                holds=HOLDS,
                rows=pa.table({name: pa.array([cell]) for name, cell in row.items()}),
                source=Source(file="set-method", sha256=sha256(text.encode()).hexdigest()),
            )
        ],
        recorded_at=now,
        actor=asked.by,
        check=lambda connection: book_problems(connection, record.transactions.num_rows),
    )
    errors = [problem for problem in done.problems if is_error(problem)]
    if errors:
        raise DataError(errors)
    return MethodChange(id=row["id"], was=was)


def method_on(record: Record, account: Account, symbol: str, day: date) -> str:
    """The standing method of an account, or of one of its securities, at the end of a day.

    Rows of that day count; a row for the security stands before one for the account.
    """
    rows = record.transactions
    names = rows.schema.names
    if "method" not in names:
        return account.method
    own = {"": str(account.method)}
    cells = zip(
        *(rows.column(name).to_pylist() for name in ("action", "account", "symbol", "method")),
        map(str, rows.column("date").to_pylist()),
        strict=True,
    )
    for action, owner, of, method, date_text in sorted(cells, key=lambda row: row[4]):
        if action == "SET_METHOD" and owner == account.id and date_text <= day.isoformat():
            own[of or ""] = method
    return own.get(symbol, own[""])


def _checked(record: Record, asked: NewMethod) -> Account:
    if asked.method not in set(ReliefMethod):
        told = (
            "TAX_OPTIMAL is no standing method: what is filed must not depend on a tax profile; "
            if asked.method == "TAX_OPTIMAL"
            else f"there is no method {asked.method!r}; "
        )
        raise UsageError(told + "use one of " + ", ".join(sorted(ReliefMethod)))
    account = named_account(record.accounts, asked.account)
    if not asked.by.strip():
        raise UsageError("say who changes the method: --by NAME")
    return account


def _refuse_after_a_sale(record: Record, asked: NewMethod) -> None:
    """An order counts for the sales after it (Treas. Reg. 1.1012-1(c)(8)): none may stand there."""
    rows = record.transactions
    columns = (rows.column(name).to_pylist() for name in ("id", "action", "account", "symbol"))
    for name, action, owner, symbol, day in zip(
        *columns, map(str, rows.column("date").to_pylist()), strict=True
    ):
        is_meant = owner == asked.account and asked.symbol in ("", symbol)
        if action == "SELL" and is_meant and day >= asked.start.isoformat():
            raise UsageError(
                f"{name} sold {symbol} on {day}, and a standing order counts only for sales after "
                f"it; choose a later --from, or, if the order was given by {asked.start}, import "
                "a SET_METHOD row of that day: the books are then restated"
            )


def _row(record: Record, asked: NewMethod) -> dict[str, str]:
    return {
        "id": _unused_id(record, asked),
        "date": asked.start.isoformat(),
        "account": asked.account,
        "symbol": asked.symbol,
        "action": "SET_METHOD",
        "quantity": "",
        "method": asked.method,
        "note": "; ".join(filter(None, (f"by {asked.by}", asked.reason))),
    }


def _unused_id(record: Record, asked: NewMethod) -> str:
    taken = set(record.transactions.column("id").to_pylist())
    scope = "-".join(filter(None, (asked.account, asked.symbol.replace(" ", "_"))))
    base = f"method-{scope}-{asked.start}"
    number, name = 1, base
    while name in taken:
        number += 1
        name = f"{base}-{number}"
    return name


def _scope(asked: NewMethod) -> str:
    return f"{asked.symbol} in {asked.account}" if asked.symbol else asked.account
