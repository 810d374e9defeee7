"""The tables of a harvest whose lots were screened: of most lots, made a column at a time.

Cell by cell they are those of ``harvest_files``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from taxlots.book.cells import Int64
from taxlots.domain.verdict import HARVESTS
from taxlots.plan.harvest_plan import HarvestPlan
from taxlots.plan.screen import Screen
from taxlots.plan.screen_appraisal import CODES
from taxlots.reports.cells import date_cells, share_cells
from taxlots.reports.harvest_columns import COLUMNS
from taxlots.reports.harvest_files import opportunity_rows, rows_of_trades
from taxlots.reports.inert import STARTS, inert
from taxlots.reports.screened_details import details
from taxlots.reports.screened_losses import quiet_opportunities
from taxlots.version import RULES_VERSION

Cells = Mapping[str, Any]
"""Arrow arrays of text by the name of the column."""


@dataclass(frozen=True, slots=True)
class Names:
    """What names a lot, in cells: one element for every lot of a screen."""

    household: pa.Array
    account: pa.Array
    symbol: pa.Array
    lot_id: pa.Array
    acquired: pa.Array
    quantity: pa.Array

    def columns(self) -> dict[str, pa.Array]:
        """The first columns of the table of verdicts."""
        return {
            "household": self.household,
            "account": self.account,
            "symbol": self.symbol,
            "lot_id": self.lot_id,
            "acquired_date": self.acquired,
            "quantity": self.quantity,
        }


def screened_tables(screen: Screen, plan: HarvestPlan) -> dict[str, pa.Table]:
    """Every table of a harvest by its file name; ``plan`` is that of the live lots."""
    trades = {name: _text_table(name, rows) for name, rows in rows_of_trades(plan).items()}
    names = _names(screen)
    return {
        "opportunities.csv": _opportunities(screen, plan, names),
        **trades,
        "verdicts.csv": _verdicts(screen, plan, names),
    }


def _text_table(name: str, rows: Sequence[Mapping[str, str]]) -> pa.Table:
    """Rows of cells as a table whose cells are inert."""
    columns = {}
    for column in COLUMNS[name]:
        columns[column] = _inert(pa.array([row[column] for row in rows], pa.string()))
    return _table(name, columns)


def _table(name: str, columns: Mapping[str, Any]) -> pa.Table:
    schema = pa.schema([(column, pa.string()) for column in COLUMNS[name]])
    return pa.table({column: columns[column] for column in schema.names}, schema=schema)


def _names(screen: Screen) -> Names:
    lots, accounts = screen.lots, screen.index.accounts

    def of_position(names: Iterable[str]) -> pa.Array:
        cells = pa.array([inert(name) for name in names], pa.string())
        return cells.take(pa.array(lots.position))

    return Names(
        household=of_position(accounts[account].household for account, _ in lots.positions),
        account=of_position(account for account, _ in lots.positions),
        symbol=of_position(symbol for _, symbol in lots.positions),
        lot_id=_inert(lots.ids),
        acquired=date_cells(lots.acquired),
        quantity=share_cells(lots.quantity),
    )


def _inert(cells: pa.Array) -> pa.Array:
    """Cells that no spreadsheet takes for a formula."""
    for start in STARTS:
        if pc.any(pc.starts_with(cells, start)).as_py():
            return pa.array([inert(cell) for cell in cells.to_pylist()], pa.string())
    return cells


def _verdicts(screen: Screen, plan: HarvestPlan, names: Names) -> pa.Table:
    reasons = screen.reasons(plan)
    verdict = pa.array(["harvest" if code in HARVESTS else "no" for code in CODES])
    code = pa.array([str(reason) for reason in CODES])
    columns = {
        **names.columns(),
        "verdict": verdict.take(pa.array(reasons)),
        "reason": code.take(pa.array(reasons)),
        "detail": pa.array(details(screen, plan), pa.string()),
        "rule_version": pa.repeat(RULES_VERSION, len(reasons)),
    }
    return _table("verdicts.csv", columns)


def _opportunities(screen: Screen, plan: HarvestPlan, names: Names) -> pa.Table:
    """The losses by household, symbol, account and rank, whether they were planned or not."""
    live = [
        (place, verdict)
        for place, verdict in zip(
            np.flatnonzero(screen.is_live).tolist(), plan.verdicts, strict=True
        )
        if verdict.opportunity is not None
    ]
    rows = opportunity_rows([verdict for _, verdict in live])
    planned = _text_table("opportunities.csv", rows)
    quiet = screen.losses.losses.place
    known = {name: cells.take(pa.array(quiet)) for name, cells in names.columns().items()}
    cells = known | quiet_opportunities(screen)
    found = pa.concat_tables([planned, _table("opportunities.csv", cells)])
    places = np.concatenate([np.array([place for place, _ in live], np.int64), quiet])
    return found.take(pa.array(_order(screen, places)))


def _order(screen: Screen, places: Int64) -> Int64:
    """The order of opportunities whose lots stand at some places."""
    lots, index = screen.lots, screen.index
    accounts = {name: at for at, name in enumerate(sorted({a for a, _ in lots.positions}))}
    symbols = {name: at for at, name in enumerate(sorted({s for _, s in lots.positions}))}
    keys = [
        (
            index.household_places[index.accounts[account].household],
            symbols[symbol],
            accounts[account],
        )
        for account, symbol in lots.positions
    ]
    household, symbol, account = np.array(keys, np.int64).reshape(-1, 3).T
    position = lots.position[places]
    by = (places, lots.rank[places], account[position], symbol[position], household[position])
    return np.lexsort(by)
