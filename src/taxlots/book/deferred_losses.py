"""Disallowed loss that waits in the basis of held lots, at the end of each month of a year."""

from __future__ import annotations

from itertools import pairwise
from typing import Final

import numpy as np

from taxlots.book import kinds
from taxlots.book.audit_scope import AuditScope
from taxlots.book.cells import Mask
from taxlots.book.state import State, begin
from taxlots.domain.calendar import day_number

MONTHS: Final = 12


def deferred_by_month(scope: AuditScope) -> tuple[int, ...]:
    """Cents of loss in the basis of the scope's held lots when each month ends, January first.

    The books are folded once more and looked at on the last day of each month: as things stood
    then, without what later purchases disallowed.  Months after the as-of day are left out.
    """
    books = scope.books
    tables = books.blueprint.tables
    state = begin(tables, books.record.policy, books.view, compiled=books.state.is_compiled)
    flags = tables["positions"]["flags"]
    mine = scope.is_mine & (flags & (kinds.TAX_DEFERRED | kinds.SHORT | kinds.OUTSIDE) == 0)
    ends = [end for end in _month_ends(scope.year) if end[0] <= books.as_of]
    total = [0] * len(ends)
    related = {account.household for account in scope.accounts}
    for number, name in enumerate(books.households):
        if name not in related:
            continue
        events = np.flatnonzero(books.blueprint.household == number)
        if not len(events):
            continue
        days = tables["events"]["day"][events]
        for at, (_, last_day) in enumerate(ends):
            stop = int(events[0]) + int(np.searchsorted(days, last_day, side="right"))
            state.advance(max(stop, state.booked))
            total[at] += _deferred(state, mine & _of_household(scope, name))
    return tuple(total)


def _month_ends(year: int) -> list[tuple[int, int]]:
    """The first and the last day of each month."""
    firsts = [day_number(year, month, 1) for month in range(1, MONTHS + 1)]
    firsts.append(day_number(year + 1, 1, 1))
    return [(first, after - 1) for first, after in pairwise(firsts)]


def _of_household(scope: AuditScope, name: str) -> Mask:
    own = {a.id for a in scope.books.record.accounts if a.household == name}
    places = scope.books.blueprint.places
    return np.array([account in own for account, _, _ in places], np.bool_)


def _deferred(state: State, positions: Mask) -> int:
    slots = state.table("slots")
    is_open = (slots["quantity"] > 0) & (slots["flags"] & kinds.CLOSED == 0)
    held = slots[is_open & (slots["wash_cents"] != 0)]
    return int(held["wash_open_cents"][positions[held["position"]]].sum())
