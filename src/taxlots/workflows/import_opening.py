"""Opening lots: what an account holds when its history in the book begins.

Each open lot of a custodian's statement becomes a TRANSFER_IN on the day of the statement, with
the date and the basis that the custodian tells.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from itertools import chain
from typing import Final

import pyarrow as pa

from taxlots.brokers.protocol import BrokerRow, CustodianOpenLot, Reading
from taxlots.domain.action import CASH_ACTIONS, Action
from taxlots.domain.money import dollars_if_known, scaled, shares
from taxlots.domain.problem import Problem, error
from taxlots.ledger.imports import Part

NO_LOTS: Final = frozenset({*map(str, CASH_ACTIONS), str(Action.SET_METHOD), str(Action.VOID)})
"""Actions that change no lot of a symbol."""

COMPARED: Final = ("date", "action", "acquired_date", "quantity", "cost_basis", "note")
"""Cells by which a row of an opening is known that was imported before."""


def opening_of(reading: Reading) -> tuple[Reading, list[Problem]]:
    """The open lots of a reading as journal rows, and nothing else of it.

    Problems: ``NO_OPEN_LOTS``, ``NO_STATEMENT_DAY``, ``SHORT_LOT``, ``ACQUIRED_LATER``.
    """
    problems = list(_unfit(reading))
    if problems or reading.as_of is None:
        return replace(reading, rows=()), problems
    rows = tuple(_row(lot, reading, reading.as_of) for lot in reading.open_lots)
    return replace(reading, rows=rows), []


def covered_symbols(part: Part, others: Sequence[pa.Table]) -> list[Problem]:
    """An error for each symbol of an opening whose lots other transactions cover already.

    ``others`` are the transactions of the journal before the import, and those of the other files.
    If they hold, on or before the day of the opening, any row of that account and symbol that
    changes lots, the same shares would be counted twice.  Rows of the same opening, imported
    before, do not stand in the way.
    """
    if not isinstance(part.rows, pa.Table):
        return []
    opening = part.rows.to_pylist()
    mine = {(row["account"], row["symbol"]): row for row in opening}
    same = {tuple(str(row.get(name) or "") for name in COMPARED) for row in opening}
    found: dict[tuple[str, str], list[str]] = {}
    for row in chain.from_iterable(table.to_pylist() for table in others):
        place = (str(row.get("account")), str(row.get("symbol")))
        if place not in mine or str(row["action"]) in NO_LOTS:
            continue
        if str(row["date"]) <= mine[place]["date"] and _comparable(row) not in same:
            found.setdefault(place, []).append(str(row.get("id") or f"line {row.get('line')}"))
    return [
        error(
            f"{part.source.file}:{mine[place]['line']}",
            "OPENING_COVERED",
            f"There are transactions of {place[1]} in {place[0]} on or before"
            f" {mine[place]['date']} already ({_some(ids)}): its lots would be booked twice",
            "Use a statement from before the first transaction; or compare this one instead, with"
            " --check; or take the symbol out of a copy of the file.",
        )
        for place, ids in found.items()
    ]


def _comparable(row: dict[str, object]) -> tuple[str, ...]:
    """The cells of a journal row as an opening writes them."""
    cells = {name: str(row.get(name) or "") for name in COMPARED}
    quantity, basis = scaled(cells["quantity"], 8), scaled(cells["cost_basis"], 2)
    cells["quantity"] = "" if quantity is None else shares(quantity)
    cells["cost_basis"] = dollars_if_known(basis)
    return tuple(cells.values())


def _unfit(reading: Reading) -> Iterator[Problem]:
    if not reading.open_lots:
        yield error(
            reading.file,
            "NO_OPEN_LOTS",
            "The file lists no open lots, so nothing can be opened with it",
            "Name a file of open lots, or leave --open-lots-as-opening out.",
        )
    if reading.as_of is None:
        yield error(
            reading.file,
            "NO_STATEMENT_DAY",
            "The file does not tell on which day these lots were open",
            "Give the day of the statement with --as-of YYYY-MM-DD.",
        )
        return
    for lot in reading.open_lots:
        if lot.is_short:
            yield error(
                f"{reading.file}:{lot.line}",
                "SHORT_LOT",
                f"{shares(lot.quantity)} {lot.symbol} are owed: a short position is no lot that"
                " comes in",
                "Take the line out of a copy of the file, and add a SELL_SHORT row with the"
                " proceeds and the day of the short sale.",
            )
        day = _acquired(lot)
        if day is not None and day > reading.as_of:
            yield error(
                f"{reading.file}:{lot.line}",
                "ACQUIRED_LATER",
                f"The lot was acquired on {day}, after the statement's {reading.as_of}",
                "Check the day of the statement (--as-of).",
            )


def _row(lot: CustodianOpenLot, reading: Reading, day: date) -> BrokerRow:
    """A lot as the row that brings it in.

    Where the custodian tells the purchase apart from what counts for tax, the lot keeps both days:
    a holding period from before the acquisition says that it has served as replacement.
    """
    acquired = _acquired(lot)
    held = lot.opened if lot.opened != acquired else None
    cells = {
        "date": day.isoformat(),
        "account": reading.account,
        "symbol": lot.symbol,
        "action": str(Action.TRANSFER_IN),
        "quantity": shares(lot.quantity),
        "acquired_date": "" if acquired is None else acquired.isoformat(),
        "holding_period_date": "" if held is None else held.isoformat(),
        "cost_basis": dollars_if_known(lot.cost_basis_cents),
        "origin": "purchase",
        "basis_status": "unknown" if lot.cost_basis_cents is None else "known",
        "note": f"opening lot of {reading.broker} as of {day}",
    }
    return BrokerRow(line=lot.line, cells=cells, raw="")


def _acquired(lot: CustodianOpenLot) -> date | None:
    return lot.transaction_opened or lot.opened


def _some(ids: list[str]) -> str:
    shown = ", ".join(ids[:3])
    return f"{shown}, ..." if len(ids) > 3 else shown  # noqa: PLR2004 (as many as are shown)
