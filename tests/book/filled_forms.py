"""Rows of Form 8949 from small histories, with the broker's view for the Form 1099-B."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from tests.book.two_views import OWN, compared
from tests.engine_adapter import record_of
from tests.histories import Cells, History

from taxlots.book.booking import Books
from taxlots.book.form_8949 import Told, form_8949_rows
from taxlots.book.view_pieces import Pair
from taxlots.domain.form_8949 import Form8949Row
from taxlots.workflows.replay import replay_record

ACCOUNT = {**OWN, "tax_return": "joint"}


def row(name: str, day: str, action: str, quantity: str = "", **cells: str) -> Cells:
    """A journal row of stock P in the account A1, unless ``cells`` say otherwise."""
    stated = {"id": name, "date": day, "action": action, "quantity": quantity}
    return {"account": "A1", "symbol": "P", **stated, **cells}


def both_views(
    *rows: Cells,
    accounts: tuple[Cells, ...] = (ACCOUNT,),
    securities: tuple[Cells, ...] = (),
    as_of: str = "2026-03-01",
) -> tuple[list[Pair], Books]:
    """Every piece of a history as both sides see it, and the taxpayer's books."""
    listed = [{"symbol": "P", "kind": "stock"}, *securities]
    in_order = sorted(rows, key=lambda cells: cells["date"])
    record = record_of(History(list(accounts), listed, [], {}, in_order))
    held_by = {account["account"]: account.get("custodian", "") for account in accounts}
    known = tuple(replace(account, custodian=held_by[account.id]) for account in record.accounts)
    record = replace(record, accounts=known)
    books = replay_record(record, date.fromisoformat(as_of), compiled=False)
    return [one.pair for one in compared(record, as_of=as_of)], books


def filled(
    *rows: Cells,
    year: int = 2024,
    accounts: tuple[Cells, ...] = (ACCOUNT,),
    securities: tuple[Cells, ...] = (),
    told: Mapping[int, Told] | None = None,
    with_straight: bool = True,
) -> tuple[Form8949Row, ...]:
    """The rows of a year."""
    pairs, books = both_views(*rows, accounts=accounts, securities=securities)
    return form_8949_rows(pairs, books, year, told=told, with_straight=with_straight)


def columns(row: Form8949Row) -> tuple[str, int, int | None, str, int, int | None]:
    """The box and columns (d) to (h), in cents."""
    amounts = (row.proceeds_cents, row.basis_cents)
    return (row.box, *amounts, row.codes, row.adjustment_cents, row.gain_cents)
