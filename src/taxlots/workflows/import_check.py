"""What is wrong with rows before they enter a journal, and with the books that they would make."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pyarrow as pa

from taxlots.book.booking import book_record, draft_of
from taxlots.book.record import Record
from taxlots.domain.action import REQUIRED_COLUMNS
from taxlots.domain.problem import Problem, Severity, warning
from taxlots.ledger.canonical import lines_of
from taxlots.ledger.imports import Part
from taxlots.ledger.origin import Origin, origins_of
from taxlots.ledger.record import record_of
from taxlots.ledger.reference import accounts_from, securities_from
from taxlots.market_data.calendars import settlement_day

if TYPE_CHECKING:
    from sqlalchemy import Connection

TRANSACTIONS: Final = "transactions"

CURED_LATER: Final = frozenset(
    {
        "OVERSOLD",
        "LOT_NOT_HELD",
        "UNKNOWN_LOT",
        "SPLIT_ERASES",
        "NEGATIVE_BASIS",
        "NOTHING_TO_ADJUST",
        "SHORT_OPEN",
        "QUANTITY_DIFFERS",
    }
)
"""What a transaction that is still to come may cure: a journal takes any order of arrival."""

UNTIL_THEN: Final = "The rows are kept, and the book cannot be replayed until then"

JOURNAL_ROW: Final = re.compile(r"journal:(\d+)((?::.*)?)")


def is_error(problem: Problem) -> bool:
    """Whether a problem keeps an import out."""
    return problem.severity is Severity.ERROR


def has_needed_columns(part: Part) -> bool:
    """Whether a file can be looked at by the ledger at all; ``id`` may be left out."""
    if part.holds != TRANSACTIONS or not isinstance(part.rows, pa.Table):
        return True
    return set(REQUIRED_COLUMNS) - {"id"} <= set(part.rows.column_names)


def row_problems(part: Part, known: Record | None, parts: Sequence[Part]) -> list[Problem]:
    """The errors of single rows of one file of transactions, at their lines in the file.

    ``known`` is the book before the import; accounts and securities of the other ``parts`` count
    as known too.
    """
    if part.holds != TRANSACTIONS or known is None or not isinstance(part.rows, pa.Table):
        return []
    accounts = {account.id: account for account in known.accounts}
    securities = dict(known.securities)
    for other in parts:
        if other.holds == "accounts" and not isinstance(other.rows, pa.Table):
            accounts |= {a.id: a for a in accounts_from(other.rows, "")[0]}
        if other.holds == "securities" and not isinstance(other.rows, pa.Table):
            told = securities_from(other.rows, "")[0]
            securities = told | securities if other.is_new_only else securities | told
    record = replace(
        known,
        accounts=tuple(accounts.values()),
        securities=securities,
        transactions=_with_ids(part.rows),
        file_name=part.source.file,
        first_line=part.source.first_line,
        is_arrival_ordered=False,
    )
    draft, problems = draft_of(record, as_of=None, settlement=settlement_day)
    if draft is None:
        return [problem for problem in problems if is_error(problem)]
    lines = lines_of(part.rows, part.source)
    found = [
        (lines[row], problem)
        for row, problems in draft.journal.problems.items()
        for problem in problems
        if row >= 0 and is_error(problem) and problem.code not in CURED_LATER
    ]
    return [
        _in_file(problem, part.source.file, line)
        for line, problem in sorted(found, key=lambda pair: pair[0])
    ]


def book_problems(connection: Connection, rows_before: int) -> list[Problem]:
    """What booking the journal as it would be finds in rows after ``rows_before``.

    Errors that a later transaction may cure are warnings here; so are those of older rows.
    """
    record, problems = record_of(connection)
    if record is None:
        return problems
    if not record.transactions.num_rows:
        return []
    _, problems = book_record(record, settlement=settlement_day)
    found = [(_sequence(problem), problem) for problem in problems]
    origins = origins_of(connection, [sequence for sequence, _ in found if sequence])
    told = []
    for sequence, problem in found:
        is_new = sequence > rows_before
        if is_new:
            told.append(_softened(_located(problem, origins[sequence])))
        elif is_error(problem):
            told.append(_warned(problem) if sequence else problem)
    return told


def _sequence(problem: Problem) -> int:
    """The row of the journal that a problem is about; 0 if it is about none."""
    found = JOURNAL_ROW.fullmatch(problem.where)
    return int(found[1]) if found else 0


def _located(problem: Problem, origin: Origin) -> Problem:
    """The problem at the line of the file that the row came from."""
    found = JOURNAL_ROW.fullmatch(problem.where)
    if found is None or origin.line is None:
        return problem
    return replace(problem, where=f"{origin.file}:{origin.line}{found[2]}")


def _softened(problem: Problem) -> Problem:
    return _warned(problem) if problem.code in CURED_LATER and is_error(problem) else problem


def _warned(problem: Problem) -> Problem:
    remedy = f"{problem.remedy.rstrip('.')}. {UNTIL_THEN}"
    return warning(problem.where, problem.code, problem.message, remedy)


def _in_file(problem: Problem, file: str, line: int) -> Problem:
    """The problem at the line on which its row stands, however rows were counted."""
    column = problem.where.removeprefix(f"{file}:").partition(":")[2]
    where = f"{file}:{line}:{column}" if column else f"{file}:{line}"
    return replace(problem, where=where)


def _with_ids(rows: pa.Table) -> pa.Table:
    """Rows in which those without an id have one that nothing else has, for checking alone."""
    if "id" not in rows.column_names:
        ids = [""] * rows.num_rows
    else:
        ids = [str(name or "") for name in rows.column("id").to_pylist()]
    complete = pa.array([name or f"row-{n}" for n, name in enumerate(ids, 1)], pa.string())
    if "id" not in rows.column_names:
        return rows.append_column("id", complete)
    return rows.set_column(rows.column_names.index("id"), "id", complete)
