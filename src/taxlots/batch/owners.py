"""Whose a row of a partition's tables is: by its account, its household or its tax return."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from taxlots.batch.kept_lots import CUSTODIAN_LOTS
from taxlots.book.cells import text
from taxlots.domain.account import Account

Places = np.ndarray[Any, np.dtype[np.int64]]

EVERYWHERE: Final = -2
"""The place of a row that names nobody: it goes into all."""

NOWHERE: Final = -1
"""The place of a row of somebody who has none."""

OWNERS: Final[Mapping[str, tuple[str, ...]]] = {
    "accounts": ("household",),
    "profiles": ("tax_return",),
    "scheduled": ("account",),
    CUSTODIAN_LOTS: ("account",),
    "targets": ("household",),
    "cash": ("account",),
    "overrides": ("account", "household"),
    "transactions": ("account",),
}
"""The columns that say whose a row is, by table: the first that is not blank."""


@dataclass(frozen=True, slots=True)
class Dealing:
    """Which place each row of a table goes to, by the names in some of its columns.

    ``place_of`` maps the names in each column to places; the first cell that is not blank counts.
    """

    place_of: Mapping[str, Mapping[str, int]]

    def places(self, table: pa.Table) -> Places:
        """The place of each row; ``EVERYWHERE`` for blank names, ``NOWHERE`` for unknown ones."""
        found = np.full(table.num_rows, EVERYWHERE, np.int64)
        for column, places in self.place_of.items():
            names = text(table, column)
            known = pa.array(list(places), pa.string())
            place = np.array([*places.values(), NOWHERE], np.int64)
            at = pc.fill_null(pc.index_in(names, known), -1).to_numpy(zero_copy_only=False)
            is_named = pc.not_equal(names, "").to_numpy(zero_copy_only=False)
            found = np.where(is_named & (found == EVERYWHERE), place[at], found)
        return found


def dealings(
    accounts: Iterable[Account], place_of_household: Mapping[str, int]
) -> dict[str, Dealing]:
    """The dealing of each table of rows that are somebody's, by the places of households.

    Households without a place are nowhere.
    """
    listed = [one for one in accounts if one.household in place_of_household]
    named = {
        "account": {one.id: place_of_household[one.household] for one in listed},
        "household": {one.household: place_of_household[one.household] for one in listed},
        "tax_return": {one.tax_return: place_of_household[one.household] for one in listed},
    }
    return {
        table: Dealing({column: named[column] for column in columns})
        for table, columns in OWNERS.items()
    }
