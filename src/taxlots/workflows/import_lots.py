"""Custodians' lots on their way into a ledger, and out of it again."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date
from typing import Any, Final, TypeVar, get_args

from taxlots.brokers.protocol import (
    CustodianOpenLot,
    CustodianRealizedLot,
    FileKind,
    Reading,
)
from taxlots.ledger.canonical import Source
from taxlots.ledger.custodian_lots import (
    OPEN_LOTS,
    REALIZED_LOTS,
    Cell,
    KeptStatement,
    Lot,
    StatementOfLots,
)
from taxlots.ledger.imports import Part

STORED: Final = {"quantity": "quantity_e8"}
"""Fields that bear another name in the ledger."""

Kind = TypeVar("Kind", CustodianOpenLot, CustodianRealizedLot)


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What one custodian's file says of the lots of one account.

    ``number`` orders statements by arrival; ``as_of`` is None where a file of realized lots does
    not tell its day.
    """

    number: int
    recorded_at: str
    custodian: str
    file: str
    account: str
    as_of: date | None
    tax_year: int | None
    is_corrected: bool
    open_lots: tuple[CustodianOpenLot, ...] = ()
    realized_lots: tuple[CustodianRealizedLot, ...] = ()
    holds_open_lots: bool = False


def lot_parts(reading: Reading, source: Source) -> list[Part]:
    """The lots of a file as parts of an import: open and realized ones apart."""
    found = []
    if reading.open_lots or reading.kind is FileKind.OPEN_LOTS:
        found.append((OPEN_LOTS, [cells_of(lot) for lot in reading.open_lots]))
    if reading.realized_lots or reading.kind is FileKind.REALIZED_LOTS:
        found.append((REALIZED_LOTS, [cells_of(lot) for lot in reading.realized_lots]))
    return [
        Part(
            holds=holds,
            source=source,
            statement=StatementOfLots(
                account=reading.account,
                lots=lots,
                as_of=reading.as_of,
                statement_account=reading.statement_account,
                tax_year=reading.tax_year,
                is_corrected=reading.is_corrected,
            ),
        )
        for holds, lots in found
    ]


def read_statement(part: Part, number: int) -> Statement | None:
    """A part as a statement that was read and is not kept; None where it holds no lots."""
    if part.statement is None:
        return None
    kept = KeptStatement(
        number=number,
        recorded_at="",
        custodian=part.source.kind,
        file=part.source.file,
        holds=part.holds,
        statement=part.statement,
    )
    return statement_of(kept)


def lot_statements(parts: Iterable[Part], first: int = 0) -> tuple[Statement, ...]:
    """The statements of lots among some parts, numbered from after ``first``."""
    read = (read_statement(part, number) for number, part in enumerate(parts, first + 1))
    return tuple(one for one in read if one is not None)


def statement_of(kept: KeptStatement) -> Statement:
    """A statement as the ledger keeps it."""
    told = kept.statement
    is_open = kept.holds == OPEN_LOTS
    return Statement(
        number=kept.number,
        recorded_at=kept.recorded_at,
        custodian=kept.custodian,
        file=kept.file,
        account=told.account,
        as_of=told.as_of,
        tax_year=told.tax_year,
        is_corrected=told.is_corrected,
        open_lots=_lots(CustodianOpenLot, told.lots) if is_open else (),
        realized_lots=() if is_open else _lots(CustodianRealizedLot, told.lots),
        holds_open_lots=is_open,
    )


def cells_of(lot: CustodianOpenLot | CustodianRealizedLot) -> dict[str, Cell]:
    """A lot by the columns of its table."""
    return {STORED.get(f.name, f.name): _stored(getattr(lot, f.name), f.type) for f in fields(lot)}


def lot_of(kind: type[Kind], cells: Lot) -> Kind:
    """The lot that ``cells_of`` wrote; fields that it did not know have their defaults."""
    known = {
        f.name: _read(cells[STORED.get(f.name, f.name)], f.type)
        for f in fields(kind)
        if STORED.get(f.name, f.name) in cells
    }
    return kind(**known)


def _lots(kind: type[Kind], lots: Iterable[Lot]) -> tuple[Kind, ...]:
    return tuple(lot_of(kind, cells) for cells in lots)


def _stored(value: Any, kind: Any) -> Cell:
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return None if int in get_args(kind) else ""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return json.dumps(value, separators=(",", ":")) if value else ""
    return int(value) if isinstance(value, int) else str(value)


def _read(cell: Cell, kind: Any) -> Any:
    kinds = {kind, *get_args(kind)}
    if date in kinds:
        return date.fromisoformat(str(cell)) if cell else None
    if bool in kinds:
        return cell == "true" if cell else None
    if isinstance(cell, str) and tuple in {getattr(k, "__origin__", k) for k in kinds}:
        return tuple(tuple(pair) for pair in json.loads(cell)) if cell else ()
    return cell
