"""The rebalance of all households of one partition: Arrow tables in, Arrow tables out.

Each household, with those that share its tax return, is booked as a book of its own, so that its
plan is that of ``taxlots rebalance``.  What follows from the prices alone is kept for the next.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from taxlots.batch.linked_households import units_of
from taxlots.batch.part_tables import (
    Common,
    Tables,
    accounts_of,
    common_of,
    record_from,
    rows_of,
    tables_of_units,
)
from taxlots.domain.account import Account
from taxlots.domain.problem import DataError, Problem, Severity, UsageError, error
from taxlots.domain.rebalance_keys import from_mapping
from taxlots.reports.drift import drift_json
from taxlots.reports.rebalance_tables import COLUMNS, Rows, drift_rows, plan_rows
from taxlots.reports.rows import text_table
from taxlots.workflows.cash_alone import with_cash
from taxlots.workflows.drift import DriftRun, drift_of_books
from taxlots.workflows.guard import PreparedGuard, narrowed, prepare
from taxlots.workflows.household_plan import plan_of, with_targets_of_day
from taxlots.workflows.market_of_day import same_market
from taxlots.workflows.night_asked import NightAsked
from taxlots.workflows.partition_households import (
    BOOK_WARNINGS,
    DONE,
    FAILED,
    HouseholdCounts,
    Located,
    Outcome,
    Planned,
    book_warnings,
    defect,
    errors_of,
    in_book_order,
    joined,
    plan_units,
    problem_table,
)
from taxlots.workflows.rebalance import rebalance_of
from taxlots.workflows.rebalance_asked import RebalanceAsked
from taxlots.workflows.rebalance_restrictions import restrictions_of_rebalance
from taxlots.workflows.replay import replay_record

if TYPE_CHECKING:
    import pyarrow as pa

SETTINGS: Final = "book.toml"
NO_TARGETS: Final = "no targets"
NOTHING: Final = "nothing to plan"
NOTHING_CODES: Final = frozenset({"NOTHING_HELD", "NOTHING_TO_PLAN"})
"""Problems of households that hold nothing that a plan could move."""

TRADES: Final = "TRADES"
NO_TRADES: Final = "NO_TRADE_PAYS"
"""Why a household that is done is: it has trades, or none is worth it."""

SHARED_RETURN: Final = "SHARED_RETURN"
"""Why a household fails that shares a tax return with one whose rows have errors."""


def rebalance_partition(
    tables: Tables, as_of: date, asked: NightAsked | None = None
) -> dict[str, pa.Table]:
    """Book and rebalance every household of a partition that has targets, on a day.

    ``asked`` is what each is asked beside what the book says.
    ``tables`` are those of ``batch.part_tables``.  The result has the tables of
    ``reports.rebalance_tables``, ``problems`` with the household of each that is known, and
    ``households`` with the status of each and its reason, the code of a problem or of what is done.
    A household without a plan is in ``problems``, and in ``drift`` where that is known.
    """
    outcome = Outcome(SETTINGS)
    accounts = accounts_of(tables)
    common = common_of(tables)

    def planned(own: Tables) -> Planned:
        return _planned(own, common, as_of, asked or NightAsked())

    with_targets = _with_targets(tables)
    units = units_of(accounts)
    for unit, own in zip(units, tables_of_units(tables, units), strict=True):
        if with_targets.intersection(unit):
            plan_units(own, [unit], planned, outcome, is_whole=True)
    made = joined(outcome.tables, COLUMNS)
    found = {name: in_book_order(table, accounts).combine_chunks() for name, table in made.items()}
    found["problems"] = problem_table(outcome)
    found["households"] = _household_table(tables, accounts, found, outcome)
    found[BOOK_WARNINGS] = book_warnings(outcome)
    return found


def _with_targets(tables: Tables) -> frozenset[str]:
    """The households that a row of targets names."""
    return frozenset(row.get("household", "").strip() for row in rows_of(tables, "targets"))


def _planned(tables: Tables, common: Common, as_of: date, asked: NightAsked) -> Planned:
    """The plans of households that share a tax return.  Raises DataError for books with errors."""
    record, bad = record_from(tables, common)
    if record is None:
        raise DataError(bad)
    books = replay_record(narrowed(record, {one.id for one in record.accounts}), as_of)
    prepared = prepare(books, market=same_market(record.prices, as_of))
    unit = _Unit(prepared, record.harvest, common.target_names, asked)
    with_targets = _with_targets(tables)
    for name in books.households:
        if name in with_targets:
            unit.plan(name)
    return Planned(
        tables={name: text_table(COLUMNS[name], rows) for name, rows in unit.rows.items()},
        problems=[*(("", problem) for problem in prepared.problems), *unit.problems],
        left_out=unit.left_out,
    )


@dataclass(slots=True)
class _Unit:
    """Households that share a tax return, and what came of each.

    ``harvest`` is the rule of the book, which the guard does not see.  ``target_names`` have a
    target in some household of the book.
    """

    prepared: PreparedGuard
    harvest: Mapping[str, object]
    target_names: frozenset[str]
    asked: NightAsked
    rows: Rows = field(default_factory=dict)
    problems: list[Located] = field(default_factory=list)
    left_out: dict[str, list[Problem]] = field(default_factory=dict)

    def plan(self, household: str) -> None:
        """Plan one household, or say why it is left out."""
        try:
            self._plan(household)
        except DataError as failure:
            errors = [one for one in failure.problems if one.severity is Severity.ERROR]
            self.left_out[household] = [_as_told(one) for one in errors]
        except UsageError as failure:
            message, _, remedy = str(failure).partition("; ")
            problem = error(f"household {household}", "CANNOT_PLAN", message, remedy)
            self.left_out[household] = [problem]
        except Exception as fault:  # noqa: BLE001 (one household's defect stops no other)
            self.left_out[household] = [defect(household, fault)]

    def _plan(self, household: str) -> None:
        books = self.prepared.books
        drift = drift_of_books(
            books, household, target_names=self.target_names, funded=with_cash(books)
        )
        self.problems += [(household, problem) for problem in drift.problems]
        (drifted,) = drift.households
        if drifted.value_cents:
            self._add(drift_rows(_stated(self._with_harvest_rule(drift))))
        plan = replace(plan_of(self.prepared, household), drifted=drifted)
        if books.record.rebalance.get("targets"):
            plan = with_targets_of_day(plan, drifted)
        asked = RebalanceAsked(tranches=self.asked.tranches, schedule=self.asked.schedule)
        run = rebalance_of(plan, asked)
        self._add(plan_rows(run.proposal, restrictions_of_rebalance(run), run.schedule))

    def _with_harvest_rule(self, drift: DriftRun) -> DriftRun:
        """The drift with the rule of harvests, where that tells what a band's tax is worth."""
        books = self.prepared.books
        rule, _ = from_mapping(books.record.rebalance)
        if not self.harvest or not rule.bands.tax_from_lots:
            return drift
        whole = replace(books, record=replace(books.record, harvest=dict(self.harvest)))
        household = drift.households[0].name
        return drift_of_books(whole, household, target_names=self.target_names)

    def _add(self, rows: Rows) -> None:
        for name, listed in rows.items():
            self.rows.setdefault(name, []).extend(listed)


def _stated(drift: DriftRun) -> Mapping[str, object]:
    """What ``drift --json`` says of the one household."""
    (stated,) = drift_json(drift.book, drift.as_of, drift.households)["households"]
    return dict(stated)


def _as_told(problem: Problem) -> Problem:
    """A household that holds nothing to move has no error."""
    is_nothing = problem.code in NOTHING_CODES
    return replace(problem, severity=Severity.WARNING) if is_nothing else problem


def _household_table(
    tables: Tables, accounts: Sequence[Account], found: Mapping[str, pa.Table], outcome: Outcome
) -> pa.Table:
    """One row a household: its status and reason, and what was read and made of it."""
    counted = HouseholdCounts(accounts)
    trades = counted.by_household(found["plan_trades"])
    with_targets = _with_targets(tables)
    status, reason = {}, {}
    for name in counted.names:
        problems = outcome.failed.get(name)
        if name not in with_targets:
            status[name], reason[name] = NO_TARGETS, "NO_TARGETS"
        elif problems is None:
            status[name], reason[name] = DONE, TRADES if trades.get(name) else NO_TRADES
        else:
            is_nothing = bool(problems) and not errors_of(problems)
            status[name] = NOTHING if is_nothing else FAILED
            errors = [one for one in problems if is_nothing or one.severity is Severity.ERROR]
            reason[name] = errors[0].code if errors else SHARED_RETURN
    return counted.table(
        {"status": status, "reason": reason},
        {
            "accounts": counted.accounts,
            "transactions": counted.by_account(tables["transactions"]),
            "trades": trades,
            "orders": counted.by_account(found["orders"], "account_number"),
            "later_orders": counted.by_account(found["later_orders"], "account_number"),
            "errors": {name: errors_of(listed) for name, listed in outcome.failed.items()},
        },
    )


def rebalance_counts(households: pa.Table) -> dict[str, Any]:
    """What an entry of the manifest counts, of the table of households."""
    rows = households.to_pylist()
    status = Counter(row["status"] for row in rows)
    counts: dict[str, Any] = {
        name: sum(row[name] for row in rows)
        for name in ("accounts", "transactions", "trades", "orders", "later_orders")
    }
    return counts | {
        "households": len(rows),
        "households_done": status[DONE],
        "households_failed": status[FAILED],
        "households_without_targets": status[NO_TARGETS],
        "households_with_nothing": status[NOTHING],
        "failed": [row["household"] for row in rows if row["status"] == FAILED],
        "households_by_reason": dict(sorted(Counter(row["reason"] for row in rows).items())),
    }
