"""Rows that the journal may hold already, under an id of their own.

A custodian's export has no ids.  Where the same account was imported before from a source with
ids, its rows would be booked a second time; nothing in them says so, so it is told.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import pyarrow as pa
import pyarrow.compute as pc

from taxlots.domain.money import scaled
from taxlots.domain.problem import Problem, warning
from taxlots.ledger.imports import Part

COLUMNS = ("account", "date", "symbol", "action", "quantity")

GIVEN_ID = "^x[0-9a-f]{12,}$"
"""The form of an id that the ledger gave to a row without one."""

Likeness = tuple[str | int | None, ...]


def likely_doubles(part: Part, known: pa.Table) -> list[Problem]:
    """A warning if rows without ids are like rows that the journal holds with ids."""
    rows = part.rows
    if part.holds != "transactions" or not isinstance(rows, pa.Table):
        return []
    if "id" in rows.column_names and any(rows.column("id").to_pylist()):
        return []
    brought = pc.invert(pc.match_substring_regex(known.column("id"), GIVEN_ID))
    held = Counter(_likenesses(known.filter(brought)))
    alike = sum((held & Counter(_likenesses(rows))).values())
    if not alike:
        return []
    return [
        warning(
            part.source.file,
            "LIKELY_DOUBLES",
            f"{alike} of {rows.num_rows} rows are like rows that the journal has already: same "
            "account, date, symbol, action and quantity",
            "if they are the same trades from another source, void one of the two",
        )
    ]


def _likenesses(table: pa.Table) -> Iterable[Likeness]:
    """What each row with a symbol and a quantity is recognized by."""
    if not set(COLUMNS) <= set(table.column_names):
        return
    columns = [table.column(name).to_pylist() for name in COLUMNS]
    for account, day, symbol, action, quantity in zip(*columns, strict=True):
        if symbol and quantity:
            yield account, str(day), symbol, action, scaled(str(quantity), 8)
