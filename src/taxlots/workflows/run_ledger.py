"""Recorded harvests and rebalances: recorded as planned, read back as people left them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Final

from taxlots.book.record import Record
from taxlots.domain.harvest_run import HarvestRun, RunKind, RunOrder
from taxlots.domain.money import scaled
from taxlots.domain.order import action_of
from taxlots.domain.problem import UsageError
from taxlots.plan.reviewed import ReviewedOrder, reviewed_orders
from taxlots.reports.folders import MANIFEST
from taxlots.reports.harvest_files import tables
from taxlots.reports.readiness import READINESS_FILE, readiness_rows
from taxlots.reports.single_files import write_files
from taxlots.version import RULES_VERSION, __version__
from taxlots.workflows.gather import require_database
from taxlots.workflows.harvest import Harvest, write_harvest
from taxlots.workflows.readiness import LotsFile
from taxlots.workflows.standing_exclusions import carry_exclusions

if TYPE_CHECKING:
    from sqlalchemy import Connection

ORDERS: Final = "orders.csv"

Lines = Mapping[str, Sequence[Mapping[str, str]]]


@dataclass(frozen=True, slots=True)
class RecordedHarvest:
    """A harvest, the run that it became, and whether that run is new."""

    harvest: Harvest
    run: HarvestRun
    is_new: bool


@dataclass(frozen=True, slots=True)
class ReviewedRun:
    """A recorded run and its orders as they stand."""

    run: HarvestRun
    orders: tuple[ReviewedOrder, ...]

    def named(self, name: str) -> tuple[ReviewedOrder, ...]:
        """The order of that id, or those of a trade, ``ACCOUNT:SYMBOL``.  Raises UsageError."""
        account, _, symbol = name.rpartition(":")
        place = account, symbol
        of_trade = [o for o in self.orders if (o.order.account, o.order.symbol) == place]
        return tuple(of_trade) or (self.order(name),)

    def order(self, name: str) -> ReviewedOrder:
        """The order of that name.  Raises UsageError where there is none."""
        for one in self.orders:
            if one.order.client_order_id == name:
                return one
        known = ", ".join(one.order.client_order_id for one in self.orders) or "none"
        raise UsageError(f"{self.run.label} has no order {name!r}; it has {known}")


def record_harvest(
    book: str,
    out: Path,
    *,
    by: str,
    now: datetime,
    as_of: date | None = None,
    custodian_lots: Sequence[LotsFile] = (),
) -> RecordedHarvest:
    """Plan a harvest, write its files, and record it in the book's database.

    Planning again what is recorded already records nothing new.  Lots that are out for longer by
    an earlier run's override are taken out of this one.  Raises UsageError for a folder
    and a blank name, DataError where the book has errors.
    """
    require_database(book)
    require_name(by, "who records the harvest")
    from taxlots.ledger.harvest_runs import record_harvest_run
    from taxlots.ledger.migrate import open_ledger

    ledger = open_ledger(book)
    harvest = write_harvest(book, out, as_of=as_of, custodian_lots=custodian_lots)
    files = {**tables(harvest.plan), READINESS_FILE: readiness_rows(harvest.not_ready)}
    manifest = with_hashes(out / MANIFEST, files)
    lines = {name.removesuffix(".csv"): rows for name, rows in files.items() if name != ORDERS}
    run = _run(harvest, files, manifest)
    kept, is_new = record_harvest_run(ledger, run, lines, recorded_at=now, actor=by)
    carry_exclusions(ledger, kept, now=now)
    return RecordedHarvest(harvest, kept, is_new)


def recorded_runs(book: str) -> list[ReviewedRun]:
    """Every recorded harvest of a database, oldest first.  Raises UsageError for a folder."""
    require_database(book)
    from taxlots.ledger.database import reading
    from taxlots.ledger.harvest_runs import runs_of
    from taxlots.ledger.migrate import open_ledger

    with reading(open_ledger(book)) as connection:
        return [review_of(connection, run.number) for run in runs_of(connection)]


def recorded_run(book: str, number: int) -> ReviewedRun:
    """One recorded harvest as it stands.  Raises UsageError where there is none."""
    require_database(book)
    from taxlots.ledger.database import reading
    from taxlots.ledger.migrate import open_ledger

    with reading(open_ledger(book)) as connection:
        return review_of(connection, number)


def verdicts_of(book: str, number: int) -> tuple[HarvestRun, list[dict[str, str]]]:
    """A recorded harvest and its verdict on every lot, each with the versions that reached it.

    Raises UsageError for a folder and for a run that is not there.
    """
    require_database(book)
    from taxlots.ledger.database import reading
    from taxlots.ledger.harvest_runs import lines_of, run_of
    from taxlots.ledger.migrate import open_ledger

    with reading(open_ledger(book)) as connection:
        run = run_of(connection, number)
        rows = lines_of(connection, number, "verdicts")
    if run.kind is not RunKind.HARVEST:
        raise UsageError(
            f"{run.label} has no verdicts: `taxlots runs BOOK {number}` has its orders"
        )
    versions = {"rule_version": run.rules_version, "engine_version": run.engine_version}
    return run, [row | versions for row in rows]


def review_of(connection: Connection, number: int) -> ReviewedRun:
    """One recorded harvest with its orders as they stand.  Raises UsageError."""
    from taxlots.ledger.harvest_review import approvals_of, fills_of, overrides_of
    from taxlots.ledger.harvest_runs import run_of

    run = run_of(connection, number)
    filled: dict[str, int] = {}
    for fill in fills_of(connection, number):
        filled[fill.client_order_id] = filled.get(fill.client_order_id, 0) + fill.quantity
    overrides, approvals = overrides_of(connection, number), approvals_of(connection, number)
    return ReviewedRun(run, reviewed_orders(run.orders, overrides, approvals, filled))


def require_name(by: str, what: str) -> None:
    """Raise UsageError for a blank name."""
    if not by.strip():
        raise UsageError(f"--by is blank; name {what}")


def refuse_changed_journal(connection: Connection, run: HarvestRun) -> None:
    """Raise UsageError where the journal has rows that the run did not know of.

    Rows that came by confirming the run itself do not count.
    """
    from taxlots.ledger.harvest_review import imported_since

    file = imported_since(connection, run, confirmed(run))
    if file:
        raise UsageError(
            f"The journal has changed since {run.label} was planned ({file}): what it"
            f" proposes may no longer be right. Plan and record it again with `taxlots {run.kind}"
            " ... --record`."
        )


def confirmed(run: HarvestRun) -> str:
    """The kind of the imports that book the fills of a run."""
    return f"{run.kind}-{run.number}"


def hashes_of(files: Lines) -> dict[str, dict[str, object]]:
    """How many rows each file has, and their SHA-256, as manifests have them."""
    return {
        name: {"rows": len(rows), "hash": hash_of({name: rows})} for name, rows in files.items()
    }


def hash_of(files: Lines) -> str:
    """The SHA-256 of every line of every file."""
    text = json.dumps(
        {name: [dict(row) for row in rows] for name, rows in files.items()},
        ensure_ascii=False,
        sort_keys=True,
        separators=(",", ":"),
    )
    return sha256(text.encode()).hexdigest()


def with_hashes(path: Path, files: Lines) -> str:
    """The text of a manifest that has the rows and the hash of every file; it is written too."""
    manifest = json.loads(path.read_text(encoding="utf-8")) | {"files": hashes_of(files)}
    text = json.dumps(manifest, indent=2, ensure_ascii=False) + "\n"
    write_files({path: text.encode()})
    return text


def _run(harvest: Harvest, files: Lines, manifest: str) -> HarvestRun:
    purchases = {line["replacement_order_id"]: line["symbol"] for line in files["switch_back.csv"]}
    run = run_of_files(
        harvest.books.record,
        files,
        manifest,
        as_of=harvest.plan.as_of,
        checkers_apart=harvest.plan.rule.checkers_apart,
    )
    return replace(
        run,
        verdicts=len(harvest.plan.verdicts),
        orders=tuple(
            run_order(order.household, cells, purchases.get(cells["client_order_id"], ""))
            for order, cells in zip(harvest.plan.orders, files[ORDERS], strict=True)
        ),
    )


def run_of_files(
    record: Record, files: Lines, manifest: str, *, as_of: date, checkers_apart: bool
) -> HarvestRun:
    """A run that is not recorded yet and has no orders: its files, and the book that it is of."""
    return HarvestRun(
        as_of=as_of,
        engine_version=__version__,
        rules_version=RULES_VERSION,
        checkers_apart=checkers_apart,
        journal_rows=0,
        journal_hash=record.hashes["journal"],
        reference_rows=0,
        reference_hash=record.hashes["reference"],
        plan_hash=hash_of(files),
        verdicts=0,
        manifest=manifest,
    )


def run_order(household: str, cells: Mapping[str, str], for_symbol: str = "") -> RunOrder:
    """An order of a run from its row of ``orders.csv``; blank, ``for_symbol`` is its own symbol."""
    name, symbol = cells["client_order_id"], cells["symbol"]
    quantity = scaled(cells["quantity"], 8)
    if quantity is None:
        raise AssertionError(f"an order has a quantity, not {cells['quantity']!r}")
    return RunOrder(
        client_order_id=name,
        household=household,
        account=cells["account_number"],
        side=action_of(cells["action"]),
        symbol=symbol,
        quantity=quantity,
        lot_id=cells["lot_id"],
        for_symbol=for_symbol or symbol,
        cells=dict(cells),
    )
