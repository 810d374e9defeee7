"""New engine or rule versions change no booked figure before someone has looked at it."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import Engine

from taxlots.ledger.booked_run import BookedRun, FigureChange, changed_figures, last_run, record_run
from taxlots.ledger.verify import heads, verify_ledger

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def run(ledger: Engine) -> BookedRun:
    """What version 1 booked from the record as it stands."""
    ends = heads(ledger)
    return BookedRun(
        engine_version="1.0",
        rules_version="2025",
        as_of=date(2025, 12, 31),
        journal_rows=ends["journal"].rows,
        journal_hash=ends["journal"].hash,
        reference_rows=ends["reference_change"].rows,
        reference_hash=ends["reference_change"].hash,
        results_hash="a" * 64,
        totals={"H1": {"gain": 12_345, "disallowed": 0}, "H2": {"gain": -1}},
    )


def record(ledger: Engine, run: BookedRun, *, accept: bool = False) -> object:
    return record_run(ledger, run, recorded_at=NOW, actor="ann", accept=accept)


def test_there_is_no_run_before_the_first(ledger: Engine) -> None:
    assert last_run(ledger) is None


def test_a_run_is_remembered_with_who_and_when(ledger: Engine, run: BookedRun) -> None:
    assert record(ledger, run).is_recorded
    stamped = replace(run, recorded_at="2026-01-01T00:00:00.000000Z", actor="ann")
    assert last_run(ledger) == stamped
    assert verify_ledger(ledger) == []


def test_the_same_run_is_recorded_once(ledger: Engine, run: BookedRun) -> None:
    record(ledger, run)
    again = record(ledger, run)
    assert (again.is_recorded, again.changes, again.problems) == (False, (), ())
    assert heads(ledger)["booked_run"].rows == 1


def test_changed_figures_are_shown_and_not_recorded(ledger: Engine, run: BookedRun) -> None:
    record(ledger, run)
    newer = replace(
        run,
        engine_version="2.0",
        results_hash="b" * 64,
        totals={"H1": {"gain": 12_344, "disallowed": 0}, "H2": {"gain": -1}, "H3": {"gain": 7}},
    )
    shown = record(ledger, newer)
    assert not shown.is_recorded
    assert shown.changes == (
        FigureChange(household="H1", figure="gain", before_cents=12_345, after_cents=12_344),
        FigureChange(household="H3", figure="gain", before_cents=0, after_cents=7),
    )
    [problem] = shown.problems
    assert problem.code == "BOOKED_FIGURES_CHANGED"
    assert "engine 1.0" in problem.message
    assert "2.0" in problem.message
    assert last_run(ledger).engine_version == "1.0"


def test_changed_figures_are_recorded_when_they_are_accepted(
    ledger: Engine, run: BookedRun
) -> None:
    record(ledger, run)
    newer = replace(run, rules_version="2026", results_hash="b" * 64)
    accepted = record(ledger, newer, accept=True)
    assert accepted.is_recorded
    assert last_run(ledger).rules_version == "2026"


def test_lots_that_change_under_equal_totals_are_a_change(ledger: Engine, run: BookedRun) -> None:
    record(ledger, run)
    shown = record(ledger, replace(run, engine_version="2.0", results_hash="b" * 64))
    assert not shown.is_recorded
    assert "no total" in shown.problems[0].message


def test_a_new_version_with_the_same_figures_is_recorded(ledger: Engine, run: BookedRun) -> None:
    record(ledger, run)
    assert record(ledger, replace(run, engine_version="2.0")).is_recorded
    assert heads(ledger)["booked_run"].rows == 2


def test_other_figures_from_another_record_are_no_change(ledger: Engine, run: BookedRun) -> None:
    record(ledger, run)
    later = replace(run, as_of=date(2026, 1, 31), results_hash="b" * 64)
    assert record(ledger, later).is_recorded


def test_runs_are_compared_by_household_and_figure(run: BookedRun) -> None:
    assert changed_figures(run, run) == ()
    [change] = changed_figures(run, replace(run, totals={"H1": run.totals["H1"]}))
    assert change == FigureChange(household="H2", figure="gain", before_cents=-1, after_cents=0)
