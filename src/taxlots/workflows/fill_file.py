"""A file of fills as a custodian, or who trades there, writes it."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Final, NamedTuple

from taxlots.domain.harvest_run import Fill, RunOrder
from taxlots.domain.money import CENTS_PER_DOLLAR, SHARE, scaled
from taxlots.domain.order import ShortSide, Side, action_of, brings_money, closes_lots
from taxlots.domain.problem import DataError, Problem, UsageError, error
from taxlots.domain.security import Security

NEEDED: Final = ("client_order_id", "account_number", "action", "symbol", "date", "quantity")
OPTIONAL: Final = (
    "time",
    "settle_date",
    "price",
    "fees",
    "amount",
    "lot_id",
    "lot_open_date",
    "confirmation",
    "identified_at",
)
CENT_E8: Final = SHARE // CENTS_PER_DOLLAR


class ClosedBy(NamedTuple):
    """An open lot, and the action of the fills that close it: a sale, or a cover of what is owed.

    ``opened`` is the day on which it was bought, or sold short.
    """

    lot_id: str
    account: str
    symbol: str
    opened: date
    action: str


def read_fills(
    path: Path,
    orders: Sequence[RunOrder],
    lots: Sequence[ClosedBy],
    securities: Mapping[str, Security],
) -> tuple[list[Fill], str]:
    """The fills of a file, and the SHA-256 of its bytes.

    ``orders`` are those of the run, ``lots`` the open lots of the book: a lot is named by its id,
    or by the day on which it was opened; ``securities`` are those of the book.  Raises UsageError
    for a file that is no table of fills, and DataError with every row that cannot be read.
    """
    try:
        content = path.read_bytes()
        rows = list(csv.DictReader(content.decode("utf-8-sig").splitlines()))
    except FileNotFoundError as cause:
        raise UsageError(f"there is no file {path}") from cause
    except (OSError, UnicodeDecodeError, csv.Error) as cause:
        raise UsageError(f"{path} cannot be read as CSV: {cause}") from cause
    names = set(rows[0]) if rows else set()
    if missing := [name for name in NEEDED if name not in names]:
        raise UsageError(
            f"{path} lacks the column {missing[0]}; a file of fills has {', '.join(NEEDED)}, and"
            f" may have {', '.join(OPTIONAL)}"
        )
    known = {order.client_order_id: order for order in orders}
    fills, problems = [], []
    for line, row in enumerate(rows, 2):
        cells = {name: (row.get(name) or "").strip() for name in (*NEEDED, *OPTIONAL)}
        order = known.get(cells["client_order_id"])
        fill, bad = _fill(path.name, line, cells, order, lots)
        problems += bad
        if fill is not None:
            security = securities.get(fill.symbol) or Security(symbol=fill.symbol)
            fills.append(replace(fill, amount_cents=_amount(fill, security.multiplier)))
    if problems:
        raise DataError(problems)
    return _named(fills), sha256(content).hexdigest()


def _fill(
    file: str, line: int, cells: dict[str, str], order: RunOrder | None, lots: Sequence[ClosedBy]
) -> tuple[Fill | None, list[Problem]]:
    problems: list[Problem] = []

    def bad(column: str, expected: str) -> None:
        where = f"{file}:{line}:{column}"
        problems.append(
            error(where, "BAD_VALUE", f"{cells[column]!r} cannot be read", f"write {expected}")
        )

    side = cells["action"].upper()
    if side not in {*Side, *ShortSide}:
        bad("action", ", ".join((*Side, *ShortSide)))
    day = _day(cells["date"])
    if day is None:
        bad("date", "YYYY-MM-DD")
    numbers = {name: _number(cells[name]) for name in ("quantity", "price", "fees", "amount")}
    for name, number in numbers.items():
        if (cells[name] or name == "quantity") and (number is None or number < 0):
            bad(name, "a number that is not negative")
    if not numbers["quantity"] and not problems:
        bad("quantity", "a number above zero")
    if not cells["amount"] and not cells["price"]:
        bad("price", "a price or an amount")
    if problems or day is None:
        return None, problems
    lot, why = _lot(cells, side, order, lots)
    if why:
        where = f"{file}:{line}:lot_id"
        remedy = "fill in lot_id, or lot_open_date, from the custodian's confirmation"
        return None, [error(where, "LOT_NOT_CONFIRMED", why, remedy)]
    fill = Fill(
        line=line,
        client_order_id=cells["client_order_id"],
        account=cells["account_number"],
        side=action_of(side),
        symbol=cells["symbol"],
        lot_id=lot,
        day=day,
        quantity=numbers["quantity"] or 0,
        amount_cents=0,
        price=numbers["price"],
        cells=cells,
    )
    return fill, []


def _lot(
    cells: Mapping[str, str], side: str, order: RunOrder | None, lots: Sequence[ClosedBy]
) -> tuple[str, str]:
    """The id of the lot that a sale or a cover closed, or why it is not known."""
    if not closes_lots(side) or order is None:
        return cells["lot_id"], ""
    if cells["lot_id"]:
        return cells["lot_id"], ""
    opened = _day(cells["lot_open_date"])
    if opened is None:
        # Shares at average basis leave oldest first: nobody names their lots.
        return ("", "") if not order.lot_id else ("", "the custodian's lot is not named")
    place = cells["account_number"], cells["symbol"]
    held = {
        lot.lot_id
        for lot in lots
        if (lot.account, lot.symbol) == place and (lot.action, lot.opened) == (side, opened)
    }
    if order.lot_id in held:
        return order.lot_id, ""
    if len(held) == 1:
        return held.pop(), ""
    return "", f"{len(held)} lots of {place[1]} in {place[0]} were opened on {opened}"


def _amount(fill: Fill, multiplier: int) -> int:
    """Cents paid, fees included, or received after fees, rounded half up; a stated amount wins."""
    stated = _number(fill.cells["amount"])
    if stated is not None:
        return (stated + CENT_E8 // 2) // CENT_E8
    fees = _number(fill.cells["fees"]) or 0
    gross = fill.quantity * multiplier * (fill.price or 0)
    exact = gross - fees * SHARE if brings_money(fill.side) else gross + fees * SHARE
    unit = CENT_E8 * SHARE
    return (2 * exact + unit) // (2 * unit)


def _named(fills: Sequence[Fill]) -> list[Fill]:
    """Fills with ids for the journal: a fill has the same one in every file that lists it."""
    seen: Counter[str] = Counter()
    named = []
    for fill in fills:
        text = "\x1f".join(f"{name}={fill.cells[name]}" for name in sorted(fill.cells))
        digest = sha256(text.encode()).hexdigest()[:10]
        seen[digest] += 1
        again = f"-{seen[digest]}" if seen[digest] > 1 else ""
        name = fill.client_order_id.translate(dict.fromkeys(map(ord, ":;, \t"), "_"))
        named.append(replace(fill, transaction_id=f"{name}-{digest}{again}"))
    return named


def _number(text: str) -> int | None:
    return scaled(text, 8) if text else None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
