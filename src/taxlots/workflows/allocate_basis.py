"""Allocate basis of digital assets to wallets, and write the rows that open them."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Final

from taxlots.book.wallet_allocation import (
    AllocationOrder,
    OpeningLot,
    UnattachedUnits,
    Wallet,
    allocate,
)
from taxlots.domain.calendar import date_of, day_of
from taxlots.domain.money import dollars_if_known, scaled, shares
from taxlots.domain.problem import DataError, Problem, UsageError, error
from taxlots.law.s1012_digital_assets import WALLET_BY_WALLET_FROM

COLUMNS: Final = (
    "id",
    "date",
    "account",
    "symbol",
    "action",
    "quantity",
    "acquired_date",
    "cost_basis",
    "origin",
    "note",
)
"""What is written: rows of ``transactions``."""

WALLET_COLUMNS: Final = ("account", "symbol", "quantity")
UNIT_COLUMNS: Final = ("id", "symbol", "acquired_date", "quantity", "cost_basis")

Cells = dict[str, str]


def allocate_basis(
    wallets: Path, units: Path, out: Path, order: AllocationOrder | None
) -> list[OpeningLot]:
    """Write TRANSFER_IN rows of 1 January 2025 for each wallet into a new file ``out``.

    ``wallets`` has ``account, symbol, quantity``; ``units`` has ``id, symbol, acquired_date,
    quantity, cost_basis`` and, for the specific allocation (``order`` None), ``account``.  Raises
    DataError with all that is wrong, and then writes nothing; UsageError for files that are not
    there, and for one that is.
    """
    if out.exists():
        raise UsageError(f"{out} is there already; name a new file")
    problems: list[Problem] = []
    held = list(_wallets(wallets, problems))
    own = ("account",) if order is None else ()
    basis = list(_units(units, (*UNIT_COLUMNS, *own), problems))
    if problems:
        raise DataError(problems)
    lots, problems = allocate(held, basis, order)
    if problems:
        raise DataError(problems)
    try:
        out.write_text(_text(lots, order), encoding="utf-8")
    except OSError as cause:
        raise UsageError(f"{out} cannot be written: {cause.strerror}") from cause
    return lots


def _text(lots: list[OpeningLot], order: AllocationOrder | None) -> str:
    split = {lot.units.id for lot in lots if lot.part > 1}
    method = "specific unit allocation" if order is None else f"global allocation, {order} first"
    sheet = StringIO()
    writer = csv.writer(sheet, lineterminator="\n")
    writer.writerow(COLUMNS)
    for lot in lots:
        name = f"{lot.units.id}.{lot.part}" if lot.units.id in split else lot.units.id
        cost = dollars_if_known(lot.cost_cents)
        writer.writerow(
            [
                name,
                date_of(WALLET_BY_WALLET_FROM).isoformat(),
                lot.account,
                lot.units.symbol,
                "TRANSFER_IN",
                shares(lot.quantity),
                date_of(lot.units.acquired).isoformat(),
                cost,
                "purchase",
                f"Rev. Proc. 2024-28: {method}",
            ]
        )
    return sheet.getvalue()


def _rows(
    path: Path, needed: tuple[str, ...], problems: list[Problem]
) -> Iterator[tuple[str, Cells]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as cause:
        raise UsageError(f"{path} cannot be read: {cause.strerror}") from cause
    except UnicodeDecodeError as cause:
        raise UsageError(f"{path} is no UTF-8 text") from cause
    reader = csv.DictReader(StringIO(text))
    missing = [name for name in needed if name not in (reader.fieldnames or ())]
    problems += [
        error(
            f"{path.name}:1:{name}",
            "MISSING_COLUMN",
            f"the column {name!r} is missing",
            "add the column; " + ", ".join(needed) + " are needed",
        )
        for name in missing
    ]
    if not missing:
        for row in reader:
            cells = {name: (row.get(name) or "").strip() for name in needed}
            yield f"{path.name}:{reader.line_num}", cells


def _wallets(path: Path, problems: list[Problem]) -> Iterator[Wallet]:
    for where, cells in _rows(path, WALLET_COLUMNS, problems):
        quantity = _quantity(where, cells, problems)
        if _is_named(where, cells, ("account", "symbol"), problems) and quantity:
            yield Wallet(
                account=cells["account"], symbol=cells["symbol"], quantity=quantity, where=where
            )


def _units(
    path: Path, needed: tuple[str, ...], problems: list[Problem]
) -> Iterator[UnattachedUnits]:
    seen: set[str] = set()
    names = tuple(name for name in ("id", "symbol", "account") if name in needed)
    for where, cells in _rows(path, needed, problems):
        quantity = _quantity(where, cells, problems)
        acquired = _acquired(where, cells, problems)
        cost = scaled(cells["cost_basis"], 2) if cells["cost_basis"] else None
        if cells["cost_basis"] and (cost is None or cost < 0):
            problems.append(_bad(f"{where}:cost_basis", cells["cost_basis"], "dollars and cents"))
        if cells["id"] in seen:
            problems.append(
                error(f"{where}:id", "DUPLICATE_ID", "the id stands twice", "give each its own id")
            )
        seen.add(cells["id"])
        if _is_named(where, cells, names, problems) and quantity and acquired is not None:
            yield UnattachedUnits(
                id=cells["id"],
                symbol=cells["symbol"],
                acquired=acquired,
                quantity=quantity,
                cost_cents=cost,
                account=cells.get("account", ""),
                where=where,
            )


def _is_named(where: str, cells: Cells, names: tuple[str, ...], problems: list[Problem]) -> bool:
    blank = [name for name in names if not cells[name]]
    problems += [
        error(f"{where}:{name}", "MISSING_CELL", f"{name} is blank", f"fill in {name}")
        for name in blank
    ]
    return not blank


def _quantity(where: str, cells: Cells, problems: list[Problem]) -> int:
    quantity = scaled(cells["quantity"], 8) if cells["quantity"] else None
    if quantity is None or quantity <= 0:
        place = f"{where}:quantity"
        problems.append(_bad(place, cells["quantity"], "a positive number, at most 8 decimals"))
        return 0
    return quantity


def _acquired(where: str, cells: Cells, problems: list[Problem]) -> int | None:
    try:
        day = day_of(date.fromisoformat(cells["acquired_date"]))
    except ValueError:
        problems.append(_bad(f"{where}:acquired_date", cells["acquired_date"], "YYYY-MM-DD"))
        return None
    if day >= WALLET_BY_WALLET_FROM:
        problems.append(
            error(
                f"{where}:acquired_date",
                "ACQUIRED_LATER",
                "units acquired in 2025 or later belong to the wallet that received them",
                "leave the row out; book its purchase instead",
            )
        )
        return None
    return day


def _bad(where: str, cell: str, expected: str) -> Problem:
    return error(where, "BAD_VALUE", f"{cell!r} cannot be read", f"write {expected}")
