"""Books that go on: a new day's transactions extend yesterday's state.

The events that are booked stay as they are, and the fold takes up the new ones.  Where a new row
takes effect earlier (a TRANSFER_IN, a VOID, a late or corrected row), or changes which securities
are identical, the book is booked anew from its first row.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Final

import numpy as np

from taxlots.book.booking import Books, Draft, draft_of, finish
from taxlots.book.events import Blueprint, Table, blueprint
from taxlots.book.record import Record
from taxlots.book.state import State, begin
from taxlots.book.tables import ROOTS
from taxlots.domain.problem import Problem

MOVING: Final = {
    "positions": (
        "head",
        "tail",
        *ROOTS,
        "flags",
        "slots",
        "quantity",
    ),
    "averages": (
        "is_on",
        "is_single",
        "elected",
        "units",
        "cents",
        "other_units",
        "other_cents",
    ),
    "pools": (
        "first_candidate",
        "last_candidate",
        "first_wait",
        "last_wait",
        "candidates",
        "waits",
    ),
}
"""The fields of the fixed tables that the fold changes."""


def extend(
    books: Books,
    record: Record,
    *,
    as_of: date | None = None,
    settlement: Callable[[int], int],
) -> tuple[Books | None, list[Problem]]:
    """Books of a record that begins with the rows of ``books.record`` and goes on.

    The books given stay as they are, so that this is also the way to ask "what if".  ``as_of``
    and ``settlement`` are those of ``book_record``.  Returns the books, or None, and every
    problem.
    """
    draft, problems = draft_of(record, as_of=as_of, settlement=settlement, view=books.view)
    if draft is None:
        return None, problems
    plan = _blueprint(draft, books.blueprint)
    if continues(books, draft, plan):
        return finish(draft, plan, _continued(books.state, plan))
    anew = _blueprint(draft, None)
    return finish(draft, anew, begin(anew.tables, record.policy, books.view))


def continues(books: Books, draft: Draft, plan: Blueprint) -> bool:
    """Whether all that is booked stands first and unchanged in the new plan."""
    earlier = books.blueprint
    booked = len(earlier.tables["events"])
    same_terms = (
        draft.record.policy == books.record.policy
        and draft.record.accounts == books.record.accounts
        and draft.identity.families == books.identity.families
        and draft.identity.memberships == books.identity.memberships
    )
    if not same_terms or not _is_same(plan, earlier, booked):
        return False
    rank = np.lexsort((plan.tables["events"]["day"], plan.household))
    is_new = rank >= booked
    household = plan.household[rank]
    back = is_new[:-1] & ~is_new[1:] & (household[:-1] == household[1:])
    return not back.any() and not _same_day_before(plan, booked)


def _same_day_before(plan: Blueprint, booked: int) -> bool:
    """Whether a new event belongs before one that is booked, on one day of one household."""
    return any(plan.time[at] < last for at, last in _last_times(plan, booked))


def _last_times(plan: Blueprint, booked: int) -> list[tuple[int, int]]:
    events = plan.tables["events"]
    last: dict[tuple[int, int], int] = {}
    for at in range(booked):
        key = (int(plan.household[at]), int(events["day"][at]))
        last[key] = max(last.get(key, 0), int(plan.time[at]))
    new = range(booked, len(events))
    keys = [(at, (int(plan.household[at]), int(events["day"][at]))) for at in new]
    return [(at, last[key]) for at, key in keys if key in last]


def _is_same(plan: Blueprint, earlier: Blueprint, booked: int) -> bool:
    if len(plan.tables["events"]) < booked:
        return False
    head = plan.tables["events"][:booked].copy()
    old = earlier.tables["events"].copy()
    detail = (head["detail"].copy(), old["detail"].copy())
    head["detail"] = old["detail"] = 0
    if not np.array_equal(head, old) or not np.array_equal(detail[0] >= 0, detail[1] >= 0):
        return False
    return _details_of(plan, detail[0]) == _details_of(earlier, detail[1])


def _details_of(plan: Blueprint, numbers: Table) -> list[tuple[object, ...]]:
    """What each detail says, its picks spelled out."""
    details = plan.tables["details"]
    picks = plan.tables["picks"]
    found: list[tuple[object, ...]] = []
    for number in numbers[numbers >= 0]:
        detail = details[number].copy()
        first = int(detail["first_pick"])
        named = picks[first : first + int(detail["pick_count"])].tolist()
        detail["first_pick"] = 0
        found.append((detail.item(), tuple(named)))
    return found


def _blueprint(draft: Draft, earlier: Blueprint | None) -> Blueprint:
    policy = draft.record.policy
    return blueprint(draft.desk, draft.bookings, draft.method, draft.identity, policy, earlier)


def _continued(state: State, plan: Blueprint) -> State:
    """A copy of the state over the tables of the new plan."""
    tables = dict(plan.tables)
    for name, fields in MOVING.items():
        moved = state.table(name)
        fixed = tables[name].copy()
        for field in fields:
            fixed[field][: len(moved)] = moved[field]
        tables[name] = fixed
    return state.over(tables)
