"""Whose a problem is, and where it stood in the files that a book was partitioned from."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from taxlots.batch.kept_lots import CUSTODIAN_LOTS
from taxlots.batch.linked_households import Unit
from taxlots.batch.owners import OWNERS
from taxlots.batch.part_tables import SOURCE_LINE, Tables, accounts_of, rows_of
from taxlots.domain.problem import Problem

FIRST_LINE: Final = 2
"""The line that the first row of a table of reference has where nothing says more."""

TOLD_BY_LINE: Final = frozenset(OWNERS) - {"accounts", CUSTODIAN_LOTS}
"""Tables in whose rows problems are told by line."""


class Places:
    """The rows of a partition by the lines that problems name."""

    def __init__(self, tables: Tables) -> None:
        self.tables = tables
        self.journal_file = rows_of(tables, "book")[0]["file_name"]
        accounts = accounts_of(tables)
        self.households = {
            "account": {a.id: a.household for a in accounts},
            "household": {a.household: a.household for a in accounts},
            "tax_return": {a.tax_return: a.household for a in reversed(accounts)},
        }

    def found(self, problem: Problem) -> tuple[str, Problem]:
        """The household of a problem, blank where it is not told, and its place in the source."""
        file, _, place = problem.where.partition(":")
        line, _, column = place.partition(":")
        name = "transactions" if file == self.journal_file else file.removesuffix(".csv")
        if not line.isdigit() or name not in TOLD_BY_LINE or name not in self.tables:
            return "", problem
        table = self.tables[name]
        if name == "transactions":
            lines = table.column(SOURCE_LINE).to_numpy()
            row = int(np.searchsorted(lines, int(line)))
        else:
            row = int(line) - FIRST_LINE
            original = table.column(SOURCE_LINE)[row].as_py()
            where = f"{file}:{original}:{column}" if column else f"{file}:{original}"
            problem = replace(problem, where=where)
        for owner in OWNERS[name]:
            cells = table.column(owner) if owner in table.column_names else None
            named = "" if cells is None else str(cells[row].as_py() or "").strip()
            if named:
                return self.households[owner].get(named, ""), problem
        return "", problem


def suspects(units: list[Unit], households: set[str]) -> tuple[list[Unit], list[Unit]]:
    """The units of some households, and the others."""
    named = [unit for unit in units if households & set(unit)]
    return named, [unit for unit in units if not households & set(unit)]
