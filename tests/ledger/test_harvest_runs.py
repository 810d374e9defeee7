"""Harvest runs in the ledger: recorded once, whole, in order, and never changed."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from tests.ledger.databases import ON_SQLITE

from taxlots.domain.harvest_run import HarvestRun, RunKind, RunOrder
from taxlots.domain.order import Side
from taxlots.domain.problem import UsageError
from taxlots.ledger.database import reading, writing
from taxlots.ledger.harvest_runs import lines_of, record_harvest_run, run_of, runs_of
from taxlots.ledger.hash_chain import GENESIS, SEPARATOR, linked
from taxlots.ledger.migrate import REVISIONS, create, open_ledger, upgrade
from taxlots.ledger.verify import heads, verify_ledger

Import = Callable[..., Any]

ROOT = Path(__file__).resolve().parents[2]
NOW = datetime(2026, 2, 1, tzinfo=UTC)
LINES = {
    "verdicts": [{"lot_id": "T1", "reason": "GAIN"}, {"lot_id": "T2", "reason": "\N{SNOWMAN}"}]
}
ORDER = RunOrder(
    client_order_id="H1",
    household="home",
    account="A1",
    side=Side.SELL,
    symbol="AAPL",
    quantity=150_000_000,
    lot_id="T1",
    for_symbol="AAPL",
    cells={"client_order_id": "H1", "quantity": "1.5"},
)


def planned(ledger: Engine) -> HarvestRun:
    """A harvest of the journal as it stands."""
    ends = heads(ledger)
    return HarvestRun(
        as_of=date(2026, 1, 31),
        engine_version="1.0",
        rules_version="2026",
        checkers_apart=True,
        journal_rows=ends["journal"].rows,
        journal_hash=ends["journal"].hash,
        reference_rows=ends["reference_change"].rows,
        reference_hash=ends["reference_change"].hash,
        plan_hash="a" * 64,
        verdicts=2,
        manifest="{}",
        orders=(ORDER,),
    )


def record(
    ledger: Engine, run: HarvestRun, lines: Any = LINES, at: datetime = NOW
) -> tuple[HarvestRun, bool]:
    return record_harvest_run(ledger, run, lines, recorded_at=at, actor="ann")


@pytest.fixture
def filled(ledger: Engine, imported: Import) -> Engine:
    imported("T1 2024-01-05 A1 AAPL BUY 10 1000")
    return ledger


def test_a_run_is_read_back_as_it_was_recorded(filled: Engine) -> None:
    kept, is_new = record(filled, planned(filled))
    assert is_new
    assert kept == replace(
        planned(filled), number=1, recorded_at="2026-02-01T00:00:00.000000Z", actor="ann"
    )
    with reading(filled) as connection:
        assert run_of(connection, 1) == kept
        assert lines_of(connection, 1, "verdicts") == LINES["verdicts"]
        with pytest.raises(UsageError, match="no recorded run 2; there is 1"):
            run_of(connection, 2)
    assert verify_ledger(filled) == []


def test_an_equal_run_is_not_recorded_again(filled: Engine) -> None:
    record(filled, planned(filled))
    kept, is_new = record(filled, planned(filled), at=datetime(2026, 3, 1, tzinfo=UTC))
    assert (kept.number, is_new) == (1, False)
    kept, is_new = record(filled, replace(planned(filled), plan_hash="b" * 64))
    assert (kept.number, is_new) == (2, True)


def test_a_plan_of_a_book_that_changed_meanwhile_is_not_recorded(
    filled: Engine, imported: Import
) -> None:
    run = planned(filled)
    imported("T3 2024-03-05 A1 AAPL BUY 1 90", hour=2)
    with pytest.raises(UsageError, match="changed while the harvest was planned"):
        record(filled, run)
    assert heads(filled)["harvest_run"].rows == 0


@pytest.mark.parametrize(
    ("table", "statement"),
    [
        ("harvest_run", "UPDATE harvest_run SET plan_hash = 'x'"),
        ("harvest_order", "UPDATE harvest_order SET quantity_e8 = 1"),
        ("harvest_line", "DELETE FROM harvest_line WHERE sequence = 1"),
    ],
)
def test_whoever_edits_a_run_past_the_triggers_is_found(
    filled: Engine, tamper: Any, table: str, statement: str
) -> None:
    record(filled, planned(filled))
    tamper(statement)
    assert {(p.code, p.where) for p in verify_ledger(filled)} == {("CHAIN_BROKEN", f"{table}:1")}


def test_harvests_and_rebalances_are_told_apart(filled: Engine) -> None:
    """A rebalance between two equal harvests does not make the second one new."""
    record(filled, planned(filled))
    kept, is_new = record(filled, replace(planned(filled), kind=RunKind.REBALANCE))
    assert (kept.kind, kept.label, is_new) == (RunKind.REBALANCE, "rebalance 2", True)
    assert record(filled, planned(filled))[0].label == "harvest 1"
    with reading(filled) as connection:
        assert [run.kind for run in runs_of(connection)] == ["harvest", "rebalance"]


@pytest.mark.parametrize("kind", ["", "harvest"])
def test_whoever_passes_a_rebalance_off_as_a_harvest_is_found(
    filled: Engine, tamper: Any, kind: str
) -> None:
    record(filled, replace(planned(filled), kind=RunKind.REBALANCE))
    tamper(f"UPDATE harvest_run SET kind = '{kind}'")  # noqa: S608
    assert {p.where for p in verify_ledger(filled)} == {"harvest_run:1"}


def test_a_harvest_of_the_sixth_revision_keeps_its_hash(
    no_ledger: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The column ``kind`` came later: runs of before are harvests, and verify as they stand."""
    from alembic import command

    known = ("0001", "0002", "0003", "0004", "0005", "0006")
    with monkeypatch.context() as patched:
        newest = command.upgrade
        patched.setattr(command, "upgrade", lambda config, _: newest(config, "0006"))
        patched.setattr("taxlots.ledger.migrate.REVISIONS", known)
        old = create(no_ledger)
    cells = [1, "2026-02-01T00:00:00.000000Z", "ann", "2026-01-31", "1.0", "2026", "true"]
    cells += [0, GENESIS, 0, GENESIS, "a" * 64, 0, 2, "{}"]
    (own,) = linked(GENESIS, [SEPARATOR.join(map(str, cells))])
    values = ", ".join(repr(cell) for cell in [*cells, GENESIS, own])
    with writing(old) as connection:
        connection.exec_driver_sql(f"INSERT INTO harvest_run VALUES ({values})")  # noqa: S608
        connection.exec_driver_sql(
            f"UPDATE chain_head SET rows = 1, hash = '{own}' WHERE table_name = 'harvest_run'"  # noqa: S608
        )
    old.dispose()
    assert upgrade(no_ledger) == ("0006", REVISIONS[-1])
    ledger = open_ledger(no_ledger)
    assert verify_ledger(ledger) == []
    with reading(ledger) as connection:
        assert run_of(connection, 1).kind is RunKind.HARVEST
    ledger.dispose()


def test_the_view_shows_orders_in_shares(filled: Engine, shown: Any) -> None:
    record(filled, planned(filled))
    query = "SELECT run, actor, client_order_id, side, quantity, lot_id FROM harvest_orders"
    assert shown(query) == [(1, "ann", "H1", "SELL", "1.5", "T1")]


MANY = {"verdicts": [{"lot_id": f"T{n}", "reason": "GAIN"} for n in range(8_000)]}


def record_many_lines(url: str, name: str) -> None:
    mine = open_ledger(url)
    record(mine, replace(planned(mine), plan_hash=name), MANY)


def run_for(seconds: float | None, url: str, name: str) -> tuple[bool, float]:
    """Record a run in a child, killed after some seconds (None: never): killed?, how long."""
    begun = time.monotonic()
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.ledger.test_harvest_runs", url, name], cwd=ROOT
    )
    if seconds is not None:
        time.sleep(seconds)
        child.kill()
    return child.wait() == -signal.SIGKILL, time.monotonic() - begun


@ON_SQLITE
def test_a_kill_leaves_no_run_or_a_whole_one(database: str, filled: Engine) -> None:
    url = database
    _, whole = run_for(None, url, "first")
    kills = 4
    for place in range(kills):
        was_killed, _ = run_for(whole * (0.6 + 0.6 * place / kills), url, f"run {place}")
        with reading(filled) as connection:
            kept = [run.plan_hash for run in runs_of(connection)]
        assert was_killed or f"run {place}" in kept
        rows = heads(filled)
        assert rows["harvest_run"].rows == rows["harvest_order"].rows == len(kept)
        assert rows["harvest_line"].rows == len(kept) * len(MANY["verdicts"])
    assert verify_ledger(filled) == []


if __name__ == "__main__":
    record_many_lines(sys.argv[1], sys.argv[2])
