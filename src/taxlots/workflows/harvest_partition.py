"""The harvest of all households of one partition: Arrow tables in, Arrow tables out.

What a household gets is what it would get as a book of its own, whichever others it stands with.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from taxlots.batch.kept_lots import CUSTODIAN_LOTS, kept_lots
from taxlots.batch.linked_households import units_of
from taxlots.batch.part_tables import Tables, accounts_of, record_from
from taxlots.book.booking import Books
from taxlots.domain.harvest_rule import WHERE
from taxlots.domain.problem import DataError
from taxlots.plan.readiness import Finding
from taxlots.reports.harvest_columns import COLUMNS
from taxlots.reports.readiness import READINESS_COLUMNS, READINESS_FILE
from taxlots.workflows.partition_households import (
    BOOK_WARNINGS,
    DONE,
    FAILED,
    HouseholdCounts,
    Outcome,
    Planned,
    book_warnings,
    errors_of,
    in_book_order,
    joined,
    plan_units,
    problem_table,
)
from taxlots.workflows.readiness import findings_of_lots
from taxlots.workflows.replay import replay_record
from taxlots.workflows.screened_harvest import screened_harvest


def harvest_partition(tables: Tables, as_of: date) -> dict[str, pa.Table]:
    """Book and plan every household of a partition on a day.

    ``tables`` are those of ``batch.part_tables``.  The result has ``realized``, ``lots``,
    ``wash_sales`` (with the types of ``replay --format parquet``), the tables of a harvest (text
    cells), ``problems`` with the household of each that is known, and ``households`` with the
    status of each: one that has errors is ``failed`` and in no other table but ``problems``.
    """
    outcome = Outcome(WHERE)
    accounts = accounts_of(tables)

    def planned(own: Tables) -> Planned:
        return _harvested(own, as_of)

    plan_units(tables, units_of(accounts), planned, outcome, is_whole=True)
    texts = {file.removesuffix(".csv"): columns for file, columns in COLUMNS.items()}
    texts[READINESS_FILE.removesuffix(".csv")] = READINESS_COLUMNS
    made = joined(outcome.tables, texts)
    found = {name: in_book_order(table, accounts) for name, table in made.items()}
    found["problems"] = problem_table(outcome)
    found["households"] = _household_table(tables, HouseholdCounts(accounts), found, outcome)
    found[BOOK_WARNINGS] = book_warnings(outcome)
    return found


def _harvested(tables: Tables, as_of: date) -> Planned:
    record, problems = record_from(tables)
    if record is None:
        raise DataError(problems)
    books = replay_record(record, as_of)
    run = screened_harvest(books, _findings(tables, books))
    return Planned(tables=run.tables(), problems=[("", problem) for problem in run.problems])


def _findings(tables: Tables, books: Books) -> tuple[Finding, ...]:
    """What the custodians' lots that came with a partition say against selling."""
    if CUSTODIAN_LOTS not in tables:
        return ()
    from taxlots.workflows.import_lots import statement_of

    return findings_of_lots(books, map(statement_of, kept_lots(tables)))


def _household_table(
    tables: Tables, counted: HouseholdCounts, found: Mapping[str, pa.Table], outcome: Outcome
) -> pa.Table:
    """One row a household: its status, and what was read and made of it."""
    verdicts = found["verdicts"]
    is_chosen = pc.equal(verdicts.column("verdict"), "harvest")
    return counted.table(
        {"status": {name: FAILED if name in outcome.failed else DONE for name in counted.names}},
        {
            "accounts": counted.accounts,
            "transactions": counted.by_account(tables["transactions"]),
            "lots": counted.by_household(found["lots"]) if "lots" in found else {},
            "verdicts": counted.by_household(verdicts),
            "harvested": counted.by_household(verdicts.filter(is_chosen)),
            "orders": counted.by_account(found["orders"], "account_number"),
            "errors": {name: errors_of(listed) for name, listed in outcome.failed.items()},
        },
    )
