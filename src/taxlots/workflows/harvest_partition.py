"""The harvest of all households of one partition: Arrow tables in, Arrow tables out.

What a household gets is what it would get as a book of its own, whichever others it stands with.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from taxlots.batch.kept_lots import CUSTODIAN_LOTS, kept_lots
from taxlots.batch.linked_households import Unit, units_of
from taxlots.batch.part_tables import Tables, accounts_of, of_households, record_from
from taxlots.batch.places import Places, suspects
from taxlots.book.booking import Books
from taxlots.domain.account import Account
from taxlots.domain.harvest_rule import WHERE
from taxlots.domain.problem import DataError, Problem, Severity, error
from taxlots.plan.readiness import Finding
from taxlots.reports.books_files import PROBLEM_COLUMNS
from taxlots.reports.harvest_columns import COLUMNS
from taxlots.reports.inert import inert
from taxlots.reports.readiness import READINESS_COLUMNS, READINESS_FILE
from taxlots.workflows.readiness import findings_of_lots
from taxlots.workflows.replay import replay_record
from taxlots.workflows.screened_harvest import ScreenedHarvest, screened_harvest

BOOK_WARNINGS: Final = "book_warnings"
"""A table of what is said of the book's settings: true of the book if every partition says it."""

OWNERS: Final = ("household", "account", "account_number", "replacement_account")
"""Columns that tell whose a row of a result is; the first that a table has."""

DONE: Final = "done"
FAILED: Final = "failed"


@dataclass(slots=True)
class _Outcome:
    """The tables of runs that came to an end, and the problems of the households that failed."""

    tables: list[dict[str, pa.Table]] = field(default_factory=list)
    failed: dict[str, list[Problem]] = field(default_factory=dict)
    warnings: list[tuple[str, Problem]] = field(default_factory=list)
    of_book: list[set[Problem]] = field(default_factory=list)


def harvest_partition(tables: Tables, as_of: date) -> dict[str, pa.Table]:
    """Book and plan every household of a partition on a day.

    ``tables`` are those of ``batch.part_tables``.  The result has ``realized``, ``lots``,
    ``wash_sales`` (with the types of ``replay --format parquet``), the tables of a harvest (text
    cells), ``problems`` with the household of each that is known, and ``households`` with the
    status of each: one that has errors is ``failed`` and in no other table but ``problems``.
    """
    outcome = _Outcome()
    accounts = accounts_of(tables)
    units = units_of(accounts)
    _plan(tables, units, as_of, outcome, is_whole=True)
    found = {n: _in_book_order(table, accounts) for n, table in _joined(outcome.tables).items()}
    found["problems"] = _problem_table(outcome)
    found["households"] = _household_table(tables, accounts, found, outcome)
    shared = set.intersection(*outcome.of_book) if outcome.of_book else set()
    found[BOOK_WARNINGS] = _table_of([("", problem) for problem in sorted(shared, key=str)])
    return found


def _plan(
    tables: Tables, units: list[Unit], as_of: date, outcome: _Outcome, *, is_whole: bool = False
) -> None:
    """Plan some units together; where that fails, apart, until those that fail stand alone."""
    own = tables if is_whole else of_households(tables, {name for unit in units for name in unit})
    try:
        run = _run(own, as_of)
        found = run.tables()
    except DataError as failure:
        located = [Places(own).found(problem) for problem in failure.problems]
        if len(units) == 1:
            _fail(units[0], located, outcome)
            return
        named = {name for name, p in located if name and p.severity is Severity.ERROR}
        apart, rest = suspects(units, named)
        _plan_apart(tables, apart, rest, as_of, outcome)
    except Exception as fault:  # noqa: BLE001 (one household's defect stops no other)
        if len(units) == 1:
            _fail(units[0], [(units[0][0], _defect(units[0], fault))], outcome)
            return
        _plan_apart(tables, [], units, as_of, outcome)
    else:
        outcome.tables.append(found)
        _keep_problems(run.problems, Places(own), outcome)


def _run(tables: Tables, as_of: date) -> ScreenedHarvest:
    record, problems = record_from(tables)
    if record is None:
        raise DataError(problems)
    books = replay_record(record, as_of)
    return screened_harvest(books, _findings(tables, books))


def _findings(tables: Tables, books: Books) -> tuple[Finding, ...]:
    """What the custodians' lots that came with a partition say against selling."""
    if CUSTODIAN_LOTS not in tables:
        return ()
    from taxlots.workflows.import_lots import statement_of

    return findings_of_lots(books, map(statement_of, kept_lots(tables)))


def _plan_apart(
    tables: Tables, apart: Sequence[Unit], rest: list[Unit], as_of: date, outcome: _Outcome
) -> None:
    """Plan the suspects one by one and the rest together; without suspects, in halves."""
    groups = [[unit] for unit in apart]
    if apart:
        groups += [rest] if rest else []
    else:
        half = len(rest) // 2
        groups += [rest[:half], rest[half:]]
    for group in groups:
        _plan(tables, group, as_of, outcome)


def _keep_problems(problems: Sequence[Problem], places: Places, outcome: _Outcome) -> None:
    of_book = set()
    for household, problem in map(places.found, problems):
        if problem.where.startswith(WHERE):
            of_book.add(problem)
        else:
            outcome.warnings.append((household, problem))
    outcome.of_book.append(of_book)


def _fail(unit: Unit, located: Sequence[tuple[str, Problem]], outcome: _Outcome) -> None:
    for name in unit:
        outcome.failed[name] = [p for household, p in located if household == name]
    outcome.failed[unit[0]] += [p for household, p in located if not household]


def _defect(unit: Unit, fault: Exception) -> Problem:
    return error(
        f"household {unit[0]}",
        "DEFECT",
        f"the program failed ({type(fault).__name__}: {fault}); this is a defect of taxlots",
        "report it; the other households are done",
    )


def _joined(runs: Sequence[Mapping[str, pa.Table]]) -> dict[str, pa.Table]:
    """The tables of all runs, one after the other."""
    found: dict[str, list[pa.Table]] = {}
    for run in runs:
        for name, table in run.items():
            found.setdefault(name, []).append(table)
    joined = {name: pa.concat_tables(tables) for name, tables in found.items()}
    texts = {file.removesuffix(".csv"): columns for file, columns in COLUMNS.items()}
    texts[READINESS_FILE.removesuffix(".csv")] = READINESS_COLUMNS
    return {name: _text_schema(columns).empty_table() for name, columns in texts.items()} | joined


def _text_schema(columns: Sequence[str]) -> pa.Schema:
    return pa.schema([(name, pa.string()) for name in columns])


def _in_book_order(table: pa.Table, accounts: Sequence[Account]) -> pa.Table:
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


def _problem_table(outcome: _Outcome) -> pa.Table:
    listed = [(name, problem) for name, found in outcome.failed.items() for problem in found]
    return _table_of(listed + outcome.warnings)


def _table_of(listed: Sequence[tuple[str, Problem]]) -> pa.Table:
    columns = {"household": [household for household, _ in listed]}
    for name in PROBLEM_COLUMNS:
        columns[name] = [str(getattr(problem, name)) for _, problem in listed]
    return pa.table(columns, schema=_text_schema(list(columns)))


def _household_table(
    tables: Tables,
    accounts: Sequence[Account],
    found: Mapping[str, pa.Table],
    outcome: _Outcome,
) -> pa.Table:
    """One row a household: its status, and what was read and made of it."""
    names = list(dict.fromkeys(account.household for account in accounts))
    of_account = {account.id: account.household for account in accounts}
    of_account = {inert(name): household for name, household in of_account.items()} | of_account
    of_cell = {inert(name): name for name in names} | {name: name for name in names}
    is_chosen = pc.equal(found["verdicts"].column("verdict"), "harvest")
    errors = {
        name: sum(p.severity is Severity.ERROR for p in problems)
        for name, problems in outcome.failed.items()
    }
    counted = {
        "accounts": Counter(account.household for account in accounts),
        "transactions": _counts(tables["transactions"], "account", of_account),
        "lots": _counts(found["lots"], "household", of_cell) if "lots" in found else {},
        "verdicts": _counts(found["verdicts"], "household", of_cell),
        "harvested": _counts(found["verdicts"].filter(is_chosen), "household", of_cell),
        "orders": _counts(found["orders"], "account_number", of_account),
        "errors": errors,
    }
    status = [FAILED if name in outcome.failed else DONE for name in names]
    columns = {"household": pa.array(names, pa.string()), "status": pa.array(status, pa.string())}
    columns |= {
        column: pa.array([counts.get(name, 0) for name in names], pa.int64())
        for column, counts in counted.items()
    }
    return pa.table(columns)


def _counts(table: pa.Table, column: str, household: Mapping[str, str]) -> dict[str, int]:
    """How many rows each household has; rows that are every account's are nobody's."""
    found: Counter[str] = Counter()
    for cell in pc.value_counts(table.column(column)).to_pylist():
        found[household.get(str(cell["values"] or "").strip(), "")] += cell["counts"]
    return found
