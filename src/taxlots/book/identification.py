"""Which lots a sale names, whether in time, and which method stands where it names none.

Treas. Reg. 1.1012-1(c).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Final

import numpy as np

from taxlots.book import kinds
from taxlots.book.cells import Int64, Mask
from taxlots.book.checks import is_action, method_named
from taxlots.book.journal import (
    ACTION_CODE,
    ACTIONS,
    Journal,
    day_or_none,
    filled,
    rows_where,
)
from taxlots.book.ordering import Bookings
from taxlots.domain.action import SALE_ACTIONS, Action
from taxlots.domain.calendar import day_of
from taxlots.domain.method import ReliefMethod
from taxlots.domain.money import scaled, shares
from taxlots.domain.problem import warning
from taxlots.domain.security import SecurityKind
from taxlots.law.s1012_basis import identified_in_time
from taxlots.law.s1012_digital_assets import identified_by_sale

Picks = list[tuple[str, int]]
"""Lots named on an order: the id of each and its quantity in 1e-8 units."""

METHOD_CODE: Final = {
    ReliefMethod.FIFO: kinds.FIFO,
    ReliefMethod.LIFO: kinds.LIFO,
    ReliefMethod.HIFO: kinds.HIFO,
    ReliefMethod.LOFO: kinds.LOFO,
    ReliefMethod.MINTAX: kinds.MINTAX,
    ReliefMethod.IBKR_MLG: kinds.IBKR_MLG,
    ReliefMethod.IBKR_MLL: kinds.IBKR_MLL,
    ReliefMethod.IBKR_MSG: kinds.IBKR_MSG,
    ReliefMethod.IBKR_MSL: kinds.IBKR_MSL,
    ReliefMethod.HIGHEST_COST: kinds.HIFO,
    ReliefMethod.LOSS_FIRST: kinds.LOSS_FIRST,
    ReliefMethod.LONG_TERM_FIRST: kinds.LONG_TERM_FIRST,
}

METHOD_OF_CODE: Final = {code: method for method, code in reversed(METHOD_CODE.items())}
"""The method of each code; HIGHEST_COST has that of HIFO, and is called so."""


def named_lots(
    journal: Journal, live: Mask, fills: dict[int, list[int]], settlement: Callable[[int], int]
) -> dict[int, Picks]:
    """The lots that each row names, late identifications left out with a warning.

    ``settlement`` gives the settlement day of a trade day under SEC Rule 15c6-1.
    """
    has_lots = filled(journal, "lots")
    merged = {fill: first for first, rows in fills.items() for fill in rows}
    found: dict[int, Picks] = {}
    place = {fill: place for rows in fills.values() for place, fill in enumerate(rows)}
    for row in sorted(rows_where(live & has_lots), key=lambda row: (place.get(row, 0), row)):
        picks = _parse(journal, row)
        if picks is None:
            continue
        if ACTIONS[journal.action[row]] in SALE_ACTIONS and not _in_time(journal, row, settlement):
            continue
        first = merged.get(row, row)
        found[first] = _joined(found.get(first, []), picks)
    for row, picks in list(found.items()):
        quantity = int(journal.number["quantity"].values[row]) * _units_named(journal, row)
        named = sum(units for _, units in picks)
        if named != quantity and ACTIONS[journal.action[row]] is not Action.BASIS_ADJUSTMENT:
            journal.note(
                row,
                "lots",
                "LOTS_DO_NOT_SUM",
                f"the named lots sum to {shares(named)}, the row to {shares(quantity)}",
                "name lots for the whole quantity, or for none of it",
            )
            del found[row]
    return found


def _stock_sold(journal: Journal, row: int) -> str:
    """The stock that an exercised put or an assigned call sells; blank for every other row."""
    action = ACTIONS[journal.action[row]]
    if action not in (Action.EXERCISE, Action.ASSIGN):
        return ""
    security = journal.record.securities.get(journal.symbol_of(row))
    if security is None or not journal.number["cash"].is_blank[row]:
        return ""
    return security.underlying if security.is_put == (action is Action.EXERCISE) else ""


def _units_named(journal: Journal, row: int) -> int:
    """How many of the named units a unit of the row stands for: an option can name stock lots."""
    if not _stock_sold(journal, row):
        return 1
    return journal.record.securities[journal.symbol_of(row)].multiplier


def _parse(journal: Journal, row: int) -> Picks | None:
    picks: Picks = []
    needs_quantity = ACTIONS[journal.action[row]] is not Action.BASIS_ADJUSTMENT
    for part in journal.cell("lots", row).split(";"):
        name, colon, quantity = part.strip().partition(":")
        units = scaled(quantity, 8) if colon or needs_quantity else 0
        if not name or units is None or (units <= 0 and needs_quantity):
            journal.note(
                row,
                "lots",
                "BAD_LOTS",
                f"{part.strip()!r} is not LOT:QUANTITY",
                "write LOT:QUANTITY;LOT:QUANTITY with the ids of the lots' transactions",
            )
            return None
        picks.append((name, units))
    return _joined([], picks)


def _joined(first: Picks, more: Picks) -> Picks:
    """Two lists of picks as one, each lot once, in order of first mention."""
    total: dict[str, int] = {}
    for name, units in [*first, *more]:
        total[name] = total.get(name, 0) + units
    return list(total.items())


def _in_time(journal: Journal, row: int, settlement: Callable[[int], int]) -> bool:
    """Whether lots were adequately identified; warns where late, and where it is assumed."""
    stated = journal.cell("identified_at", row)
    if not stated:
        journal.add(
            row,
            warning(
                journal.where(row, "identified_at"),
                "IDENTIFICATION_ASSUMED",
                f"sale {journal.id(row)!r} names lots without saying when; assumed in time",
                "fill in identified_at and confirmation from the custodian's records",
            ),
        )
        return True
    try:
        identified = day_of(date.fromisoformat(stated[:10]))
    except ValueError:
        journal.note(
            row,
            "identified_at",
            "BAD_DATE",
            f"{stated!r} is no date",
            "write it as YYYY-MM-DD or YYYY-MM-DDTHH:MM:SS",
        )
        return True
    security = journal.record.securities.get(journal.symbol_of(row))
    if security is not None and security.kind is SecurityKind.DIGITAL_ASSET:
        return _in_time_for_digital_asset(journal, row, identified, stated)
    standard = settlement(int(journal.day["date"][0][row]))
    stated_day = day_or_none(journal.day["settle_date"], row)
    settle = standard if stated_day is None else min(standard, stated_day)
    if identified_in_time(identified, settle):
        return True
    journal.add(
        row,
        warning(
            journal.where(row, "identified_at"),
            "LATE_IDENTIFICATION",
            f"sale {journal.id(row)!r} names lots after settlement; the standing method holds",
            "name lots before settlement (Treas. Reg. 1.1012-1(c)(8)), or correct identified_at",
        ),
    )
    return False


def _in_time_for_digital_asset(journal: Journal, row: int, identified: int, stated: str) -> bool:
    """Whether units were identified by the date and time of sale; warns where they were not.

    ``stated`` is a date, or a date and time; where it or the sale has no time the date decides.
    """
    try:
        moment = datetime.fromisoformat(stated[:19])
    except ValueError:
        journal.note(
            row,
            "identified_at",
            "BAD_DATE",
            f"{stated!r} is no date and time",
            "write it as YYYY-MM-DD or YYYY-MM-DDTHH:MM:SS",
        )
        return True
    second = (
        moment.hour * 3600 + moment.minute * 60 + moment.second
        if "T" in stated or " " in stated
        else -1
    )
    sold = int(journal.day["date"][0][row])
    if identified_by_sale(identified, second, sold, int(journal.time[row])):
        return True
    journal.add(
        row,
        warning(
            journal.where(row, "identified_at"),
            "LATE_IDENTIFICATION",
            f"sale {journal.id(row)!r} names units after it was made; the standing method holds",
            "name units of a digital asset by the date and time of the sale (Treas. Reg. "
            "1.1012-1(j)), or correct identified_at",
        ),
    )
    return False


def methods_of(journal: Journal, bookings: Bookings) -> Int64:
    """The relief method of every booking, as the fold numbers it.

    The row's own method, else the latest SET_METHOD of the account for its symbol, else that for
    the whole account, else the account's method when the book starts.
    """
    by_account = {a.id: METHOD_CODE.get(a.method, kinds.FIFO) for a in journal.record.accounts}
    table = [by_account.get(name, kinds.FIFO) for name in journal.account.names]
    account = journal.account.values[bookings.row]
    method = np.array([*table, kinds.FIFO], np.int64)[account]
    _apply_set_methods(journal, bookings, method)
    named = filled(journal, "method") & is_action(journal, set(SALE_ACTIONS))
    for place in np.flatnonzero(named[bookings.row]):
        own = method_named(journal, int(bookings.row[place]))
        if own is not None:
            method[place] = METHOD_CODE.get(own, kinds.FIFO)
    return method


def _rename_standing(
    journal: Journal, row: int, code: dict[str, int], standing: dict[tuple[int, int], int]
) -> None:
    """A standing order for a symbol goes on under its new name."""
    account = int(journal.account.values[row])
    old = int(journal.symbol.values[row])
    new = code.get(journal.cell("to_symbol", row))
    for (holder, symbol), method in list(standing.items()):
        if new is not None and symbol == old and account in (-1, holder):
            standing[holder, new] = method


def _apply_set_methods(journal: Journal, bookings: Bookings, method: Int64) -> None:
    setting = journal.action[bookings.row] == ACTION_CODE[Action.SET_METHOD]
    if not setting.any():
        return
    touched = np.unique(journal.account.values[bookings.row[setting]])
    renaming = journal.action[bookings.row] == ACTION_CODE[Action.SYMBOL_CHANGE]
    standing: dict[tuple[int, int], int] = {}
    code = {name: number for number, name in enumerate(journal.symbol.names)}
    is_touched = np.isin(journal.account.values[bookings.row], touched)
    for place in np.flatnonzero(is_touched | renaming):
        row = int(bookings.row[place])
        if renaming[place]:
            _rename_standing(journal, row, code, standing)
            continue
        account = int(journal.account.values[row])
        symbol = int(journal.symbol.values[row])
        if setting[place]:
            named = method_named(journal, row)
            if named is not None:
                standing[account, symbol] = METHOD_CODE.get(named, kinds.FIFO)
        else:
            symbol = code.get(_stock_sold(journal, row), symbol)
            whole = standing.get((account, -1), int(method[place]))
            method[place] = standing.get((account, symbol), whole)
