"""The harvest of very many households: lots in columns, and objects for those that may be sold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from taxlots.book.booking import Books
from taxlots.book.lot_columns import lot_columns
from taxlots.book.results import OpenLots, open_lots_of
from taxlots.book.standing import open_lots
from taxlots.domain.calendar import date_of
from taxlots.domain.problem import DataError, Problem, Severity
from taxlots.domain.verdict import Reason
from taxlots.plan.harvest import plan
from taxlots.plan.harvest_plan import HarvestPlan
from taxlots.plan.readiness import Finding, NotReady, barred_by, not_ready_counts
from taxlots.plan.screen import Screen, screened
from taxlots.plan.screen_appraisal import CODES
from taxlots.reports.books_files import result_tables
from taxlots.reports.readiness import READINESS_COLUMNS, READINESS_FILE, readiness_rows
from taxlots.reports.screened_tables import screened_tables
from taxlots.workflows.budgeted_harvest import planned_within_budgets
from taxlots.workflows.harvest import situation_without_lots
from taxlots.workflows.market_of_day import same_market
from taxlots.workflows.readiness import findings_of, old_opinions
from taxlots.workflows.stated_budget import stated_budget


@dataclass(frozen=True, slots=True)
class ScreenedHarvest:
    """What ``workflows.harvest.Harvest`` is, with most of its lots in columns.

    ``plan`` is that of the screen's live lots, and ``lots`` are all open ones.
    """

    screen: Screen
    plan: HarvestPlan
    books: Books
    lots: OpenLots
    problems: list[Problem]
    not_ready: tuple[NotReady, ...]

    def tables(self) -> dict[str, pa.Table]:
        """The books' tables, typed, and those of the harvest in text cells, without suffixes."""
        found = result_tables(self.books, typed=True, lots=self.lots)
        for file, table in screened_tables(self.screen, self.plan).items():
            found[file.removesuffix(".csv")] = table
        rows = readiness_rows(self.not_ready)
        cells = {name: [row[name] for row in rows] for name in READINESS_COLUMNS}
        schema = pa.schema([(name, pa.string()) for name in READINESS_COLUMNS])
        found[READINESS_FILE.removesuffix(".csv")] = pa.table(cells, schema=schema)
        return found


def screened_harvest(books: Books, checked: Sequence[Finding] = ()) -> ScreenedHarvest:
    """Propose what to harvest from books on their as-of day.  Raises DataError.

    ``checked`` is what a comparison with the custodians' lots found.
    What follows from the prices alone is kept for the next books with the same table of them.
    Where the book states budgets all lots are planned as objects: gains count for those too.
    """
    opened = open_lots_of(books)
    columns = lot_columns(books, opened)
    situation, problems = situation_without_lots(
        books, columns, same_market(books.record.prices, date_of(books.as_of))
    )
    if any(p.severity is Severity.ERROR for p in problems):
        raise DataError([*books.problems, *problems])
    findings = findings_of(books, situation.rule, columns, checked)
    if findings:
        barred = barred_by(findings, columns) | dict(situation.barred)
        situation = replace(situation, barred=barred)
    is_budgeted = stated_budget(books.record)[0].is_stated
    screen = screened(columns, situation, are_all_live=is_budgeted)
    live = screen.situation(open_lots(books, screen.is_live, opened))
    proposal, told = planned_within_budgets(plan, live, books)
    return ScreenedHarvest(
        screen,
        proposal,
        books,
        opened,
        [*books.problems, *problems, *old_opinions(proposal), *told],
        not_ready_counts(_counts(screen, proposal), findings, proposal.accounts),
    )


def _counts(screen: Screen, proposal: HarvestPlan) -> Counter[tuple[str, str, Reason]]:
    """How many lots of each position got each verdict."""
    kinds = screen.lots.position * len(CODES) + screen.reasons(proposal)
    found: Counter[tuple[str, str, Reason]] = Counter()
    for kind, count in zip(*np.unique(kinds, return_counts=True), strict=True):
        position, code = divmod(int(kind), len(CODES))
        account, symbol = screen.lots.positions[position]
        found[account, symbol, CODES[code]] = int(count)
    return found
