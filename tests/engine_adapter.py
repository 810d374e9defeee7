"""The engine's answer to a random history, in the cells of the interchange format."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa
from tests.histories import Cells, History

from taxlots.book.booking import Books
from taxlots.book.conservation import conservation_of
from taxlots.book.record import Record
from taxlots.book.results import short_lots_of
from taxlots.domain.account import Account, AccountKind, Owner
from taxlots.domain.action import COLUMNS, FURTHER_COLUMNS
from taxlots.domain.calendar import date_of
from taxlots.domain.method import ReliefMethod
from taxlots.domain.money import dollars, shares
from taxlots.domain.policy import Policy
from taxlots.domain.problem import DataError
from taxlots.domain.security import IdenticalMember, Security, SecurityKind
from taxlots.reports.books_files import result_tables
from taxlots.workflows.replay import replay_record


@dataclass(frozen=True)
class Tables:
    """What replay writes, as text, and the short lots that it keeps.

    ``residual`` is the conservation identity's, in cents.
    """

    realized: list[Cells]
    lots: list[Cells]
    wash_sales: list[Cells]
    shorts: list[Cells]
    residual: int


class RefusedHistoryError(Exception):
    """The engine found errors in a history that the auditor books."""


def engine_tables(history: History) -> Tables:
    """Replay the history.  The one place that knows how the engine is called."""
    try:
        books = replay_record(record_of(history), as_of=_day(history.as_of), view="taxpayer")
    except DataError as refusal:
        found = "; ".join(f"{p.where} {p.code} {p.message}" for p in refusal.problems)
        raise RefusedHistoryError(found) from refusal
    tables = {name: table.to_pylist() for name, table in result_tables(books).items()}
    return Tables(
        realized=tables["realized"],
        lots=tables["lots"],
        wash_sales=tables["wash_sales"],
        shorts=_shorts(books),
        residual=conservation_of(books).residual_cents,
    )


def _shorts(books: Books) -> list[Cells]:
    """The open parts of short positions, in the cells of the auditor."""
    owed = short_lots_of(books)
    household = {account.id: account.household for account in books.record.accounts}
    ids = books.journal.ids.take(pa.array(owed.lot_row)).to_pylist()
    rows = []
    for at, lot_id in enumerate(ids):
        account, symbol, _ = books.blueprint.places[int(owed.position[at])]
        rows.append(
            {
                "lot_id": lot_id,
                "household": household[account],
                "account": account,
                "symbol": symbol,
                "opened": date_of(int(owed.opened[at])).isoformat(),
                "quantity": shares(int(owed.quantity[at])),
                "proceeds": dollars(int(owed.proceeds[at])),
                "deferred": dollars(int(owed.deferred[at])),
            }
        )
    return rows


def record_of(history: History) -> Record:
    """The history as a book that somebody keeps."""
    names = (*COLUMNS, *FURTHER_COLUMNS)
    columns = {name: [row.get(name, "") for row in history.rows] for name in names}
    policy: dict[str, Any] = history.policy
    return Record(
        name="random",
        source="random",
        policy=Policy(**policy),
        accounts=tuple(_account(cells) for cells in history.accounts),
        securities={cells["symbol"]: _security(cells) for cells in history.securities},
        identical=tuple(_member(cells) for cells in history.identical),
        proxies=(),
        transactions=pa.table(columns, pa.schema([(name, pa.string()) for name in names])),
    )


def _account(cells: Cells) -> Account:
    return Account(
        id=cells["account"],
        household=cells["household"],
        kind=AccountKind(cells["kind"]),
        owner=Owner(cells["owner"]),
        tax_return=cells.get("tax_return") or cells["household"],
        method=ReliefMethod(cells.get("method") or "FIFO"),
        data_from=_day(cells.get("data_from")),
        data_through=_day(cells.get("data_through")),
    )


def _security(cells: Cells) -> Security:
    return Security(
        symbol=cells["symbol"],
        kind=SecurityKind(cells["kind"]),
        cusip=cells.get("cusip", ""),
        multiplier=int(cells.get("multiplier", "1")),
        underlying=cells.get("underlying", ""),
        is_put=cells.get("put_call") == "put",
        fund=cells.get("fund", ""),
        index=cells.get("index", ""),
        strike=cells.get("strike", ""),
        expiry=_day(cells.get("expiry")),
    )


def _member(cells: Cells) -> IdenticalMember:
    return IdenticalMember(
        group=cells["group"],
        symbol=cells["symbol"],
        start=_day(cells.get("from")),
        end=_day(cells.get("to")),
    )


def _day(cell: str | None) -> date | None:
    return date.fromisoformat(cell) if cell else None
