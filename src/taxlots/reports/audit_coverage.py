"""For which days each account is known: what is stated, and what the rows show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from taxlots.domain.calendar import date_of, day_of
from taxlots.law.s1091_wash_sale import window_end, window_start
from taxlots.reports.audit_columns import COVERAGE
from taxlots.reports.cells import date_cells
from taxlots.reports.rows import text_table

if TYPE_CHECKING:
    from taxlots.book.audit_scope import AuditScope
    from taxlots.book.cells import Int64
    from taxlots.domain.account import Account


def coverage_table(scope: AuditScope) -> pa.Table:
    """``coverage.csv``: a row for each account of the household."""
    return text_table(tuple(COVERAGE), list(_accounts(scope)))


def day_table(scope: AuditScope) -> pa.Table:
    """``coverage_days.csv``: each account and each day of the year and of its windows."""
    first, last = window_start(scope.first_day), window_end(scope.last_day)
    days = np.arange(first, last + 1, dtype=np.int64)
    parts = []
    for account in scope.related:
        mine = _days(scope, account)
        counts = np.bincount(mine[(mine >= first) & (mine <= last)] - first, minlength=len(days))
        known = np.array([_known(account, int(day), scope.books.as_of) for day in days])
        parts.append(
            pa.table(
                {
                    "account": pa.array([account.id] * len(days), pa.string()),
                    "date": date_cells(days),
                    "rows": pa.array(counts.astype(np.int64)).cast(pa.string()),
                    "known": pa.array(known, pa.string()),
                }
            )
        )
    return pa.concat_tables(parts)


def _accounts(scope: AuditScope) -> Iterator[dict[str, str]]:
    for account in scope.related:
        mine = np.sort(_days(scope, account))
        of_year = np.unique(mine[(mine >= scope.first_day) & (mine <= scope.last_day)])
        ends = np.concatenate([[scope.first_day - 1], of_year, [scope.last_day + 1]])
        yield {
            "account": account.id,
            "tax_return": account.tax_return,
            "data_from": "" if account.data_from is None else account.data_from.isoformat(),
            "data_through": _through(account),
            "first_row": date_of(int(mine[0])).isoformat() if len(mine) else "",
            "last_row": date_of(int(mine[-1])).isoformat() if len(mine) else "",
            "rows_of_year": str(((mine >= scope.first_day) & (mine <= scope.last_day)).sum()),
            "days_of_year": str(len(of_year)),
            "longest_gap": str(int(np.diff(ends).max()) - 1),
            "says": "; ".join(_sayings(scope, account)),
        }


def _sayings(scope: AuditScope, account: Account) -> Iterator[str]:
    first, last = window_start(scope.first_day), window_end(scope.last_day)
    if account.data_from is not None and day_of(account.data_from) > first:
        yield f"not known before {account.data_from}: purchases before it may have replaced losses"
    if account.data_from is None:
        yield "assumed to be complete from its first row on (no data_from)"
    if account.data_through is None:
        yield "assumed to be complete through the as-of day (no data_through)"
    elif day_of(account.data_through) < last:
        yield (
            f"not known after {account.data_through}: purchases through {date_of(last)} may still"
            " replace losses of the year"
        )
    if scope.books.as_of < last:
        yield f"booked as of {date_of(scope.books.as_of)}, before {date_of(last)}"


def _through(account: Account) -> str:
    return "" if account.data_through is None else account.data_through.isoformat()


def _days(scope: AuditScope, account: Account) -> Int64:
    """The dates of the rows of an account."""
    journal = scope.books.journal
    if account.id not in journal.account.names:
        return np.zeros(0, np.int64)
    mine = journal.account.values == journal.account.names.index(account.id)
    return np.asarray(journal.day["date"][0][mine], np.int64)


def _known(account: Account, day: int, as_of: int) -> str:
    """Whether a day of an account is known."""
    is_before = account.data_from is not None and day < day_of(account.data_from)
    is_after = account.data_through is not None and day > day_of(account.data_through)
    if is_before or is_after or day > as_of:
        return "no"
    return "assumed" if account.data_from is None or account.data_through is None else "stated"
