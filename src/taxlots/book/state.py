"""The state of the fold and who owns it: tables that grow, runs that go on, copies for what-if."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import cache
from operator import attrgetter
from typing import Any, Final, cast

import numpy as np

from taxlots.book.fold import fold, room_needed
from taxlots.book.tables import TABLES, Book, Rules, Tally, layout
from taxlots.domain.policy import Policy
from taxlots.domain.view import View

COMPILE_FROM_EVENTS: Final = 30_000
"""Below this, plain Python is done sooner than the compiler has loaded."""

OF_SLOTS: Final = ("high", "low", "turns")
"""Tables with a record for each sub-lot."""

GROWING: Final = ("lots", "slots", *OF_SLOTS, "waits", "rows", "matches", "faults", "order")

Array = np.ndarray[Any, np.dtype[Any]]


@dataclass(slots=True)
class State:
    """A fold in progress: its tables and how many events it has booked."""

    book: Book
    booked: int
    is_compiled: bool

    def advance(self, stop: int | None = None) -> None:
        """Book every event that is not booked yet, or those before ``stop``.

        Raises OverflowError if a product or a result does not fit the books.
        """
        end = len(self.book.events) if stop is None else stop
        while True:
            step = _runner(self.is_compiled)
            self.booked = step(self.book, self.booked, end)
            if self.booked >= end:
                return
            self._grow(room_needed(self._plain_view(), self.booked))

    def fork(self) -> State:
        """An independent copy, for a dry run."""
        return self._with({})

    def over(self, tables: dict[str, Array]) -> State:
        """A copy over other tables of events and positions; what is booked stays booked."""
        lots = len(tables["events"]) + 64
        fresh = self._with(
            {
                name: table.copy() if self.is_compiled else as_records(table, TABLES[name])
                for name, table in tables.items()
            }
        )
        if lots > len(fresh.book.lots):
            enlarged = _enlarged(fresh.book.lots, "lots", lots, self.is_compiled)
            fresh.book = fresh.book._replace(lots=enlarged)
        return fresh

    def _with(self, others: dict[str, Any]) -> State:
        """A copy with other tables in the place of some."""
        tables = {
            name: _copied(table, name, self.is_compiled)
            for name, table in self.book._asdict().items()
            if name not in others
        }
        return State(Book(**tables, **others), self.booked, self.is_compiled)

    def table(self, name: str) -> Array:
        """One table as a structured array, cut to what is in use."""
        values = getattr(self.book, name)
        used = self.used(name)
        if self.is_compiled:
            return cast("Array", values[:used])
        return as_array(values[:used], TABLES[name])

    def used(self, name: str) -> int:
        """How many records of a table are in use."""
        tally = self._plain_view().tally[0]
        return int(getattr(tally, name, len(getattr(self.book, name))))

    def departed_cents(self) -> int:
        """Basis that left untaxed, in cents."""
        return int(self._plain_view().tally[0].departed_cents)

    def unbooked_cents(self) -> int:
        """What of the basis adjustments fell on lots of unknown basis, in cents."""
        return int(self._plain_view().tally[0].unbooked_cents)

    def other_basis_cents(self) -> int:
        """Basis that came in by events that state no cost, in cents."""
        return int(self._plain_view().tally[0].basis_in_cents)

    def returned_cents(self) -> int:
        """Capital that came back and lowered a basis, in cents."""
        return int(self._plain_view().tally[0].returned_cents)

    def _plain_view(self) -> Book:
        """The tables with attribute access outside compiled code too."""
        if not self.is_compiled:
            return self.book
        tables = {n: t.view(np.recarray) for n, t in self.book._asdict().items() if n in TABLES}
        return self.book._replace(**tables)

    def _grow(self, needed: int) -> None:
        grown = {}
        for name in GROWING:
            table = getattr(self.book, name)
            used = self.used("slots" if name in OF_SLOTS else name)
            wanted = needed + (0 if name == "order" else used)
            if wanted > len(table):
                size = max(2 * len(table), wanted)
                grown[name] = _enlarged(table, name, size, self.is_compiled)
        self.book = self.book._replace(**grown)


def begin(
    tables: dict[str, Array],
    policy: Policy,
    view: View = View.TAXPAYER,
    *,
    compiled: bool | None = None,
) -> State:
    """A fold that has booked nothing yet.

    ``tables`` holds the structured arrays ``events, details, terms, picks, positions, averages,
    pools, kinships`` and ``memberships``.  With ``NUMBA_DISABLE_JIT=1`` nothing is compiled,
    whatever the size.
    """
    events = len(tables["events"])
    wanted = events >= COMPILE_FROM_EVENTS if compiled is None else compiled
    is_compiled = wanted and os.environ.get("NUMBA_DISABLE_JIT", "0") == "0"
    sizes = dict.fromkeys(GROWING, 64 + events // 2)
    sizes["lots"] = 64 + events
    sizes["rows"] = 64 + events
    sizes["matches"] = 64 + events // 4
    sizes["faults"] = sizes["order"] = 256
    built: dict[str, Any] = {}
    for name, record in TABLES.items():
        if name in tables:
            source = tables[name]
            built[name] = source.copy() if is_compiled else as_records(source, record)
    for name in GROWING:
        built[name] = _enlarged(None, name, sizes[name], is_compiled)
    rules = _rules(policy, view)
    built["rules"] = as_array([rules], Rules) if is_compiled else [rules]
    built["tally"] = as_array([Tally()], Tally) if is_compiled else [Tally()]
    return State(Book(**built), 0, is_compiled)


def _copied(table: Any, name: str, is_compiled: bool) -> Any:
    """A table of its own; records made anew from their fields are made much sooner than copied."""
    if is_compiled or name == "order":
        return table.copy()
    record, values = TABLES[name], _values(name)
    return [record(*values(one)) for one in table]


@cache
def _values(name: str) -> Callable[[Any], tuple[Any, ...]]:
    """What gives the fields of a record of a table, in order."""
    return attrgetter(*(one.name for one in fields(TABLES[name])))


def as_records(table: Array, record: type[Any]) -> list[Any]:
    """A structured array as a list of records."""
    return [record(*row) for row in table.tolist()]


def as_array(records: list[Any], record: type[Any]) -> Array:
    """A list of records as a structured array."""
    dtype = np.dtype(layout(record))
    if not records:
        return np.empty(0, dtype)
    values = attrgetter(*(f.name for f in fields(record)))
    return np.array([values(r) for r in records], dtype)


def _enlarged(table: Any, name: str, size: int, is_compiled: bool) -> Any:
    if name == "order":
        return np.zeros(size, np.int64) if is_compiled else [0] * size
    record = TABLES[name]
    if not is_compiled:
        kept = [] if table is None else table
        return kept + [record() for _ in range(size - len(kept))]
    fresh = np.empty(size, np.dtype(layout(record)))
    if table is not None:
        fresh[: len(table)] = table
    return fresh


def _runner(is_compiled: bool) -> Any:
    if not is_compiled:
        return fold
    from taxlots.book.compiled import compiled_fold

    return compiled_fold()


def _rules(policy: Policy, view: View) -> Rules:
    return Rules(
        held_after_sale=int(policy.held_after_sale),
        sold_before_counts=int(policy.sold_before_counts),
        count_older_than_sold=int(policy.count_older_than_sold),
        spouse_basis_step_up=int(policy.spouse_basis_step_up),
        adjusted_first=int(policy.sub_first == "adjusted"),
        covered_only=int(view is View.BROKER),
        average_to_cents=int(policy.average_rounding == "cents"),
    )
