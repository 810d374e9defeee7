"""How lots were chosen: the identification log and the standing methods of an audit pack."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final

import numpy as np

from taxlots.book.cells import numbers
from taxlots.book.checks import is_action, void_rows
from taxlots.book.identification import METHOD_CODE
from taxlots.book.journal import ACTIONS, NUMBER_PLACES, day_or_none
from taxlots.book.tables import NONE
from taxlots.domain.action import SALE_ACTIONS, Action
from taxlots.domain.calendar import date_of
from taxlots.domain.method import ReliefMethod
from taxlots.domain.money import shares
from taxlots.reports.audit_columns import IDENTIFICATIONS, METHODS
from taxlots.reports.rows import text_table

if TYPE_CHECKING:
    import pyarrow as pa

    from taxlots.book.audit_scope import AuditScope
    from taxlots.book.cells import Int64

NAMES: Final = {code: str(method) for method, code in reversed(METHOD_CODE.items())}

IN_TIME: Final = "lots named in time"
ASSUMED: Final = "lots named; assumed in time, because identified_at is blank"
LATE: Final = "lots named too late: the standing method holds"
STANDING: Final = "standing method"

OUTCOMES: Final = {"IDENTIFICATION_ASSUMED": ASSUMED, "LATE_IDENTIFICATION": LATE}

CHANGES: Final = frozenset({Action.SET_METHOD, Action.ELECT_AVERAGE, Action.REVOKE_AVERAGE})


def identification_table(scope: AuditScope, settlement: Callable[[int], int]) -> pa.Table:
    """``identifications.csv``: each sale of the year in a taxable account.

    ``settlement`` gives the settlement day of a trade day under SEC Rule 15c6-1.  A blank
    ``identified_at`` counts as in time, and is told.
    """
    books = scope.books
    journal = books.journal
    quantity = numbers(books.record.transactions, "quantity", NUMBER_PLACES["quantity"]).values
    methods = _methods_of_rows(scope)
    standard: dict[int, int] = {}
    found = []
    for row in _sales(scope).tolist():
        day = int(journal.day["date"][0][row])
        stated = day_or_none(journal.day["settle_date"], row)
        if stated is None and day not in standard:
            standard[day] = settlement(day)
        named = journal.cell("lots", row)
        codes = [problem.code for problem in journal.problems.get(row, [])]
        outcome = next((OUTCOMES[code] for code in codes if code in OUTCOMES), IN_TIME)
        is_by_method = not named or outcome == LATE
        found.append(
            {
                "sale_id": journal.id(row),
                "sold_date": date_of(day).isoformat(),
                "account": journal.account_of(row),
                "symbol": journal.symbol_of(row),
                "quantity": shares(int(quantity[row])),
                "settlement_date": date_of(standard[day] if stated is None else stated).isoformat(),
                "settlement_is": "standard" if stated is None else "stated",
                "identified_at": journal.cell("identified_at", row),
                "confirmation": journal.cell("confirmation", row),
                "named_lots": named,
                "method": methods.get(row, "") if is_by_method else "",
                "outcome": outcome if named else STANDING,
            }
        )
    return text_table(tuple(IDENTIFICATIONS), found)


def _sales(scope: AuditScope) -> Int64:
    """Rows of the year that sell out of taxable accounts of the scope and count."""
    journal = scope.books.journal
    mask = is_action(journal, set(SALE_ACTIONS)) & scope.is_in_year & ~void_rows(journal)
    mask &= journal.day["date"][0] <= scope.books.as_of
    taxable = {a.id for a in scope.accounts if not a.kind.is_tax_deferred}
    is_taxable = np.array([*(name in taxable for name in journal.account.names), False], np.bool_)
    return np.flatnonzero(mask & is_taxable[journal.account.values])


def _methods_of_rows(scope: AuditScope) -> dict[int, str]:
    """The standing method under which each row was booked; a fill has that of its order."""
    books = scope.books
    tables = books.blueprint.tables
    events = tables["events"]
    averaged = tables["positions"]["average"] != NONE
    columns = (events["row"], events["method"], averaged[events["position"]])
    found = {
        row: "AVERAGE, while elected" if is_averaged else NAMES.get(code, str(ReliefMethod.FIFO))
        for row, code, is_averaged in zip(*(c.tolist() for c in columns), strict=True)
    }
    for first, fills in books.fills.items():
        found |= dict.fromkeys(fills, found.get(first, ""))
    return found


def method_table(scope: AuditScope) -> pa.Table:
    """``methods.csv``: the method with which each account starts, and every change of it."""
    return text_table(tuple(METHODS), list(_methods(scope)))


def _methods(scope: AuditScope) -> Iterator[dict[str, str]]:
    journal = scope.books.journal
    sales = _sales(scope)
    days = journal.day["date"][0][sales]
    sellers = [journal.account_of(row) for row in sales.tolist()]
    mask = is_action(journal, set(CHANGES)) & ~void_rows(journal)
    mask &= journal.day["date"][0] <= min(scope.last_day, scope.books.as_of)
    changes = sorted(scope.rows(mask).tolist(), key=lambda row: journal.day["date"][0][row])
    for account in scope.accounts:
        if account.kind.is_tax_deferred:
            continue
        own = np.array([seller == account.id for seller in sellers], np.bool_)
        standing = {"": str(account.method)}
        yield _line(account.id, after=standing[""], sales=int(own.sum()))
        for row in changes:
            if journal.account_of(row) != account.id:
                continue
            symbol, day = journal.symbol_of(row), int(journal.day["date"][0][row])
            before = standing.get(symbol, standing[""])
            standing[symbol] = after = _after(scope, row, standing[""])
            yield {
                **_line(account.id, symbol=symbol, before=before, after=after),
                "date": date_of(day).isoformat(),
                "id": journal.id(row),
                "where": journal.where(row),
                "sales_of_year": str(int((own & (days >= day)).sum())),
            }


def _after(scope: AuditScope, row: int, of_account: str) -> str:
    """The method that stands after a row that changes it."""
    journal = scope.books.journal
    action = ACTIONS[int(journal.action[row])]
    if action is Action.SET_METHOD:
        return journal.cell("method", row)
    if action is Action.ELECT_AVERAGE:
        return str(ReliefMethod.AVERAGE)
    return f"{of_account}, the election revoked"


def _line(
    account: str, *, symbol: str = "", before: str = "", after: str = "", sales: int = 0
) -> dict[str, str]:
    return {
        **dict.fromkeys(METHODS, ""),
        "account": account,
        "symbol": symbol,
        "before": before,
        "after": after,
        "sales_of_year": str(sales),
    }
