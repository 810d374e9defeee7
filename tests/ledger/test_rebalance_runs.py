"""A rebalance in the ledger: recorded whole or not at all, on every database, and never changed."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from fixtures.households.six_classes import write_household
from tests.cli.running import taxlots

from taxlots.domain.harvest_run import RunKind
from taxlots.ledger import harvest_runs
from taxlots.ledger.database import reading
from taxlots.ledger.harvest_runs import lines_of, results_of, run_of
from taxlots.ledger.migrate import open_ledger
from taxlots.ledger.verify import heads, verify_ledger
from taxlots.workflows.rebalance_asked import RebalanceAsked
from taxlots.workflows.rebalance_ledger import record_rebalance
from taxlots.workflows.run_check import check_run
from taxlots.workflows.run_lines import recorded_files

NOW = datetime(2024, 12, 31, 22, tzinfo=UTC)
TABLES = ("harvest_run", "harvest_order", "harvest_line")


@pytest.fixture(scope="module")
def household(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("six") / "six"
    write_household(folder, has_overrides=False)
    path = folder / "securities.csv"
    path.write_text(re.sub(r",3000000\n", ",1000\n", path.read_text()))
    return folder


@pytest.fixture
def filled(database: str, household: Path) -> str:
    """The URL of a ledger with the household of six classes."""
    ran = taxlots("import", database, household)
    assert ran.status == 0, ran.err
    return database


def test_a_rebalance_is_read_back_as_it_was_recorded(filled: str, tmp_path: Path) -> None:
    done = record_rebalance(filled, tmp_path / "plan", by="ann", now=NOW)
    assert done.is_new
    ledger = open_ledger(filled)
    with reading(ledger) as connection:
        kept = run_of(connection, 1)
        assert results_of(connection, 1) == [
            *("trades", "lot_instructions", "restrictions", "plan.json")
        ]
        (plan,) = lines_of(connection, 1, "plan.json")
    ledger.dispose()
    assert kept == done.run
    assert (kept.kind, kept.verdicts) == (RunKind.REBALANCE, 0)
    assert json.loads(plan["json"]) == json.loads((tmp_path / "plan" / "plan.json").read_text())
    told: dict[str, Any] = json.loads(kept.manifest)
    assert (told["kind"], told["cash_floors"]) == ("rebalance", [])
    assert check_run(filled, 1, folder=tmp_path / "plan").has_passed


def test_the_orders_of_later_sessions_are_read_back_with_their_day(
    filled: str, tmp_path: Path
) -> None:
    """Of a plan over sessions whose volume is a part of what is to be traded, on every database."""
    asked = RebalanceAsked(tranches=3)
    done = record_rebalance(filled, tmp_path / "plan", asked, by="ann", now=NOW)
    ledger = open_ledger(filled)
    with reading(ledger) as connection:
        kept = run_of(connection, 1)
        files = recorded_files(connection, kept)
    assert verify_ledger(ledger) == []
    ledger.dispose()
    assert kept == done.run
    days = {one.session for one in kept.orders}
    assert None not in days
    later = [one for one in kept.orders if one.session != min(filter(None, days))]
    assert [row["date"] for row in files.get("later_orders.csv", ())] == [
        str(one.session) for one in later
    ]
    assert check_run(filled, 1, folder=tmp_path / "plan").has_passed


def test_what_is_interrupted_while_it_is_recorded_leaves_nothing(
    filled: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At every table; that a process which is killed leaves no half: ``test_harvest_runs.py``."""
    append, record = harvest_runs.append_chained, harvest_runs.record_harvest_run
    last = [TABLES[0]]
    calls: list[tuple[Any, ...]] = []

    def interrupted(connection: Any, table: str, rows: Any) -> Any:
        found = append(connection, table, rows)
        if table in last:
            raise KeyboardInterrupt
        return found

    def recorded(*given: Any, **named: Any) -> Any:
        calls.append(given)
        return record(*given, **named)

    monkeypatch.setattr(harvest_runs, "append_chained", interrupted)
    monkeypatch.setattr(harvest_runs, "record_harvest_run", recorded)
    with pytest.raises(KeyboardInterrupt):
        record_rebalance(filled, tmp_path / "plan", by="ann", now=NOW)
    for table in TABLES[1:]:
        last[:] = [table]
        with pytest.raises(KeyboardInterrupt):
            record(*calls[0], recorded_at=NOW, actor="ann")
    ledger = open_ledger(filled)
    ends = heads(ledger)
    assert [ends[name].rows for name in TABLES] == [0, 0, 0]
    assert verify_ledger(ledger) == []
    ledger.dispose()
