"""The households of a partition, planned so that one that fails stops no other.

What is done with them is told by a function, so that every kind of plan shares this: who is
planned with whom, who is left out when that fails, and the tables that say so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from taxlots.batch.linked_households import Unit
from taxlots.batch.part_tables import Tables, of_households
from taxlots.batch.places import Places, suspects
from taxlots.domain.account import Account
from taxlots.domain.problem import DataError, Problem, Severity, error
from taxlots.reports.books_files import PROBLEM_COLUMNS
from taxlots.reports.inert import inert

BOOK_WARNINGS: Final = "book_warnings"
"""A table of what is said of the book's settings: true of the book if every partition says it."""

OWNERS: Final = ("household", "account", "account_number", "replacement_account")
"""Columns that tell whose a row of a result is; the first that a table has."""

DONE: Final = "done"
FAILED: Final = "failed"

Located = tuple[str, Problem]
"""A household, blank where it is not known yet, and a problem of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """What came of some households: tables by name, and every warning.

    ``left_out`` has the households that have no plan, with the errors that say why.
    """

    tables: Mapping[str, pa.Table]
    problems: Sequence[Located]
    left_out: Mapping[str, Sequence[Problem]] = field(default_factory=dict)


Work = Callable[[Tables], Planned]
"""Plans the households of some tables.  Raises DataError where they cannot be planned together."""


@dataclass(slots=True)
class Outcome:
    """The tables of runs that came to an end, and the problems of the households that failed.

    ``book_setting`` is how places of the book's settings begin.
    """

    book_setting: str
    tables: list[Mapping[str, pa.Table]] = field(default_factory=list)
    failed: dict[str, list[Problem]] = field(default_factory=dict)
    warnings: list[Located] = field(default_factory=list)
    of_book: list[set[Problem]] = field(default_factory=list)

    @property
    def shared_warnings(self) -> list[Problem]:
        """What every run says of the book's settings."""
        shared = set.intersection(*self.of_book) if self.of_book else set()
        return sorted(shared, key=str)


def plan_units(
    tables: Tables, units: list[Unit], work: Work, outcome: Outcome, *, is_whole: bool = False
) -> None:
    """Plan some units together; where that fails, apart, until those that fail stand alone.

    ``is_whole``: the tables are of these units alone.
    """
    own = tables if is_whole else of_households(tables, {name for unit in units for name in unit})
    try:
        planned = work(own)
    except DataError as failure:
        located = [Places(own).found(problem) for problem in failure.problems]
        if len(units) == 1:
            _fail(units[0], located, outcome)
            return
        named = {name for name, p in located if name and p.severity is Severity.ERROR}
        apart, rest = suspects(units, named)
        _plan_apart(tables, apart, rest, work, outcome)
    except Exception as fault:  # noqa: BLE001 (one household's defect stops no other)
        if len(units) == 1:
            _fail(units[0], [(units[0][0], defect(units[0][0], fault))], outcome)
            return
        _plan_apart(tables, [], units, work, outcome)
    else:
        outcome.tables.append(planned.tables)
        for name, problems in planned.left_out.items():
            outcome.failed[name] = [Places(own).found(problem)[1] for problem in problems]
        if planned.problems:
            _keep_problems(planned.problems, Places(own), outcome)


def _plan_apart(
    tables: Tables, apart: Sequence[Unit], rest: list[Unit], work: Work, outcome: Outcome
) -> None:
    """Plan the suspects one by one and the rest together; without suspects, in halves."""
    groups = [[unit] for unit in apart]
    if apart:
        groups += [rest] if rest else []
    else:
        half = len(rest) // 2
        groups += [rest[:half], rest[half:]]
    for group in groups:
        plan_units(tables, group, work, outcome)


def _keep_problems(problems: Sequence[Located], places: Places, outcome: Outcome) -> None:
    of_book = set()
    for known, problem in problems:
        found, placed = places.found(problem)
        if placed.where.startswith(outcome.book_setting):
            of_book.add(placed)
        else:
            outcome.warnings.append((known or found, placed))
    outcome.of_book.append(of_book)


def _fail(unit: Unit, located: Sequence[Located], outcome: Outcome) -> None:
    for name in unit:
        outcome.failed[name] = [p for household, p in located if household == name]
    outcome.failed[unit[0]] += [p for household, p in located if not household]


def defect(household: str, fault: Exception) -> Problem:
    """What is said of a household on which the program itself failed."""
    return error(
        f"household {household}",
        "DEFECT",
        f"the program failed ({type(fault).__name__}: {fault}); this is a defect of taxlots",
        "report it; the other households are done",
    )


def joined(
    runs: Sequence[Mapping[str, pa.Table]], texts: Mapping[str, Sequence[str]]
) -> dict[str, pa.Table]:
    """The tables of all runs, one after the other.

    ``texts`` has the columns of tables of text cells that are there without a row too.
    """
    found: dict[str, list[pa.Table]] = {}
    for run in runs:
        for name, table in run.items():
            found.setdefault(name, []).append(table)
    together = {name: pa.concat_tables(tables) for name, tables in found.items()}
    return {name: text_schema(columns).empty_table() for name, columns in texts.items()} | together


def text_schema(columns: Sequence[str]) -> pa.Schema:
    """Columns of text."""
    return pa.schema([(name, pa.string()) for name in columns])


def in_book_order(table: pa.Table, accounts: Sequence[Account]) -> pa.Table:
    """Rows by household as the accounts stand, otherwise as they are."""
    owner = next(name for name in OWNERS if name in table.column_names)
    places = {name: n for n, name in enumerate(dict.fromkeys(a.household for a in accounts))}
    rank = places if owner == "household" else {a.id: places[a.household] for a in accounts}
    rank = {inert(name): place for name, place in rank.items()} | rank
    at = pc.index_in(table.column(owner), pa.array(list(rank), pa.string()))
    place = np.array(list(rank.values()), np.int64)[at.to_numpy()]
    if (np.diff(place) >= 0).all():
        return table
    return table.take(pa.array(np.argsort(place, kind="stable")))


def problem_table(outcome: Outcome) -> pa.Table:
    """The problems of the households that failed, then every warning."""
    listed = [(name, problem) for name, found in outcome.failed.items() for problem in found]
    return table_of_problems(listed + outcome.warnings)


def table_of_problems(listed: Sequence[Located]) -> pa.Table:
    """Problems as a table of text cells."""
    columns = {"household": [household for household, _ in listed]}
    for name in PROBLEM_COLUMNS:
        columns[name] = [str(getattr(problem, name)) for _, problem in listed]
    return pa.table(columns, schema=text_schema(list(columns)))


def book_warnings(outcome: Outcome) -> pa.Table:
    """What every run says of the book's settings, as a table."""
    return table_of_problems([("", problem) for problem in outcome.shared_warnings])


class HouseholdCounts:
    """How many rows of a table each household has; rows that are every account's are nobody's."""

    def __init__(self, accounts: Sequence[Account]) -> None:
        self.names = list(dict.fromkeys(account.household for account in accounts))
        self.accounts = Counter(account.household for account in accounts)
        of_account = {account.id: account.household for account in accounts}
        self._of_account = {inert(k): name for k, name in of_account.items()} | of_account
        self._of_cell = {inert(name): name for name in self.names}
        self._of_cell |= {name: name for name in self.names}

    def by_account(self, table: pa.Table, column: str = "account") -> dict[str, int]:
        """By the account in a column."""
        return _counted(table, column, self._of_account)

    def by_household(self, table: pa.Table) -> dict[str, int]:
        """By the column ``household``."""
        return _counted(table, "household", self._of_cell)

    def table(
        self, texts: Mapping[str, Mapping[str, str]], counts: Mapping[str, Mapping[str, int]]
    ) -> pa.Table:
        """One row a household, in the order of the accounts: texts, then counts."""
        columns = {"household": pa.array(self.names, pa.string())}
        for name, cells in texts.items():
            columns[name] = pa.array([cells.get(one, "") for one in self.names], pa.string())
        for name, numbers in counts.items():
            columns[name] = pa.array([numbers.get(one, 0) for one in self.names], pa.int64())
        return pa.table(columns)


def _counted(table: pa.Table, column: str, household: Mapping[str, str]) -> dict[str, int]:
    found: Counter[str] = Counter()
    for cell in pc.value_counts(table.column(column)).to_pylist():
        found[household.get(str(cell["values"] or "").strip(), "")] += cell["counts"]
    return found


def errors_of(problems: Iterable[Problem]) -> int:
    """How many of them are errors."""
    return sum(one.severity is Severity.ERROR for one in problems)
