"""Closed years in the ledger: recorded once, whole, in order, and never changed."""

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

from taxlots.book.year_figures import OpenBasis, YearTotal
from taxlots.domain.problem import UsageError
from taxlots.ledger.closed_year import (
    ClosedYear,
    closed_lines,
    closed_years,
    closings_of,
    record_closings,
)
from taxlots.ledger.database import reading
from taxlots.ledger.migrate import REVISIONS, open_ledger, upgrade
from taxlots.ledger.verify import heads, verify_ledger

Import = Callable[..., Any]

ROOT = Path(__file__).resolve().parents[2]
NOW = datetime(2026, 2, 1, tzinfo=UTC)
LINES = {
    "realized": [{"sale_id": "s1", "gain": "-12.50"}, {"sale_id": "s2", "gain": "3.00"}],
    "lots": [{"lot_id": "b1", "cost_basis": "1,000 \u2014 \N{SNOWMAN}"}],
}
TOTAL = YearTotal(
    box="A",
    is_long=False,
    pieces=2,
    unknown_basis=0,
    proceeds_cents=100_00,
    basis_cents=119_50,
    disallowed_cents=10_00,
    permanent_cents=0,
    nondeductible_cents=0,
    gain_cents=-9_50,
)


def closed_by(ledger: Engine, year: int = 2025, *, number: int = 0) -> ClosedYear:
    """A year of the journal as it stands."""
    ends = heads(ledger)
    return ClosedYear(
        tax_return="home",
        year=year,
        as_of=date(2026, 1, 31),
        engine_version="1.0",
        rules_version="2026",
        journal_rows=ends["journal"].rows,
        journal_hash=ends["journal"].hash,
        reference_rows=ends["reference_change"].rows,
        reference_hash=ends["reference_change"].hash,
        figures_hash="a" * 64,
        open_hash="b" * 64,
        open_basis=OpenBasis(lots=1, unknown_basis=0, basis_cents=1_000_00, wash_cents=5),
        totals=(TOTAL,),
        number=number,
    )


def close(ledger: Engine, *closings: ClosedYear, at: datetime = NOW, reason: str = "") -> str:
    return record_closings(
        ledger, [(one, LINES) for one in closings], recorded_at=at, actor="ann", reason=reason
    )


def known(ledger: Engine, at: datetime | None = None) -> list[ClosedYear]:
    with reading(ledger) as connection:
        return closed_years(connection, at)


@pytest.fixture
def filled(ledger: Engine, imported: Import) -> Engine:
    imported("T1 2024-01-05 A1 AAPL BUY 10 1000", "T2 2024-02-05 A1 AAPL SELL 10 900")
    return ledger


def test_a_closing_is_read_back_as_it_was_recorded(filled: Engine) -> None:
    one = closed_by(filled)
    when = close(filled, one)
    assert known(filled) == [replace(one, number=1, recorded_at=when, actor="ann")]
    with reading(filled) as connection:
        assert closed_lines(connection, 1) == LINES
    assert verify_ledger(filled) == []


def test_a_year_that_is_closed_again_has_both_closings_and_the_last_one_counts(
    filled: Engine,
) -> None:
    close(filled, closed_by(filled))
    amended = replace(closed_by(filled, number=1), figures_hash="c" * 64)
    close(filled, amended, at=datetime(2026, 3, 1, tzinfo=UTC), reason="1040-X")
    [last] = known(filled)
    assert (last.figures_hash, last.reason) == ("c" * 64, "1040-X")
    with reading(filled) as connection:
        assert [one.figures_hash[0] for one in closings_of(connection)] == ["a", "c"]


def test_what_was_closed_at_a_moment(filled: Engine) -> None:
    """``--known-at``: a closing counts from the moment at which it was recorded."""
    close(filled, closed_by(filled))
    assert known(filled, datetime(2026, 1, 31, tzinfo=UTC)) == []
    assert len(known(filled, NOW)) == 1


def test_a_clock_that_was_set_back_does_not_reorder_imports_and_closings(
    filled: Engine, imported: Import
) -> None:
    when = close(filled, closed_by(filled))
    imported("T3 2024-03-05 A1 AAPL BUY 1 90", hour=2)
    with reading(filled) as connection:
        stamps = connection.exec_driver_sql("SELECT recorded_at FROM import_batch ORDER BY 1")
        assert stamps.scalars().all()[-1] > when


@pytest.mark.parametrize("what", ["journal", "closing"])
def test_figures_of_a_book_that_changed_meanwhile_are_not_recorded(
    filled: Engine, imported: Import, what: str
) -> None:
    one = closed_by(filled)
    if what == "journal":
        imported("T3 2024-03-05 A1 AAPL BUY 1 90", hour=2)
    else:
        close(filled, one)
    before = heads(filled)
    with pytest.raises(UsageError, match="changed while its figures were booked"):
        close(filled, one)
    assert heads(filled) == before


def test_several_returns_are_closed_together_or_not_at_all(filled: Engine) -> None:
    stale = replace(closed_by(filled), tax_return="kid", journal_hash="0" * 64)
    with pytest.raises(UsageError):
        close(filled, closed_by(filled), stale)
    assert known(filled) == []
    assert heads(filled)["closed_year"].rows == 0


@pytest.mark.parametrize(
    ("table", "statement"),
    [
        ("closed_year", "UPDATE closed_year SET figures_hash = 'x'"),
        ("closed_year_total", "UPDATE closed_year_total SET gain_cents = 0"),
        ("closed_year_line", "UPDATE closed_year_line SET cells = '{}' WHERE sequence = 1"),
        ("closed_year_line", "DELETE FROM closed_year_line WHERE sequence = 1"),
    ],
)
def test_whoever_edits_a_closed_year_past_the_triggers_is_found(
    filled: Engine, tamper: Any, table: str, statement: str
) -> None:
    close(filled, closed_by(filled))
    tamper(statement)
    assert {(p.code, p.where) for p in verify_ledger(filled)} == {("CHAIN_BROKEN", f"{table}:1")}


def test_a_closing_remembers_where_the_journal_stood(filled: Engine, tamper: Any) -> None:
    """A journal that is cut off with its head shows against the closing, as against an import."""
    close(filled, closed_by(filled))
    tamper(
        "DELETE FROM journal WHERE sequence = 2",
        "UPDATE chain_head SET rows = 1, hash = (SELECT hash FROM journal WHERE sequence = 1)"
        " WHERE table_name = 'journal'",
    )
    found = {p.where for p in verify_ledger(filled) if p.code == "LINK_BROKEN"}
    assert "closed_year:1" in found


def test_the_view_shows_closed_years_in_dollars(filled: Engine, shown: Any) -> None:
    close(filled, closed_by(filled), reason="filed")
    query = "SELECT tax_return, year, actor, reason, box, term, proceeds, gain FROM closed_years"
    assert shown(query) == [("home", 2025, "ann", "filed", "A", "ST", "100.00", "-9.50")]


def test_a_ledger_of_the_second_revision_is_brought_up_to_date_as_it_is(
    no_ledger: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from alembic import command

    from taxlots.ledger.migrate import create

    url = no_ledger
    with monkeypatch.context() as patched:
        newest = command.upgrade
        patched.setattr(command, "upgrade", lambda config, _: newest(config, "0002"))
        patched.setattr("taxlots.ledger.migrate.REVISIONS", ("0001", "0002"))
        create(url).dispose()
    with pytest.raises(UsageError, match="made by an older version"):
        open_ledger(url)

    assert upgrade(url) == ("0002", REVISIONS[-1])

    ledger = open_ledger(url)
    close(ledger, closed_by(ledger))
    assert verify_ledger(ledger) == []
    assert len(known(ledger)) == 1


MANY = {"realized": [{"sale_id": f"s{n}", "gain": f"{n}.00"} for n in range(8_000)]}


def close_many_lines(url: str, year: int) -> None:
    mine = open_ledger(url)
    record_closings(mine, [(closed_by(mine, year), MANY)], recorded_at=NOW, actor="ann")


def run_for(seconds: float | None, url: str, year: int) -> tuple[bool, float]:
    """Close a year in a child, killed after some seconds (None: never): killed?, how long."""
    begun = time.monotonic()
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.ledger.test_closed_year", url, str(year)], cwd=ROOT
    )
    if seconds is not None:
        time.sleep(seconds)
        child.kill()
    return child.wait() == -signal.SIGKILL, time.monotonic() - begun


@ON_SQLITE
def test_a_kill_leaves_no_year_or_a_whole_one(database: str, filled: Engine) -> None:
    url = database
    _, whole = run_for(None, url, 2000)
    kills = 5
    for place in range(kills):
        year = 2001 + place
        was_killed, _ = run_for(whole * (0.6 + 0.6 * place / kills), url, year)
        closed = {one.year for one in known(filled)}
        assert was_killed or year in closed
        rows = heads(filled)
        assert rows["closed_year"].rows == rows["closed_year_total"].rows == len(closed)
        assert rows["closed_year_line"].rows == len(closed) * len(MANY["realized"])
    assert verify_ledger(filled) == []


if __name__ == "__main__":
    close_many_lines(sys.argv[1], int(sys.argv[2]))
