"""A process that is killed while it imports leaves the ledger as it was, or complete."""

import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime

import pyarrow as pa
from sqlalchemy import Engine

from taxlots.book.arrow import leave_pandas_out
from taxlots.ledger.canonical import Source
from taxlots.ledger.database import reading
from taxlots.ledger.imports import append
from taxlots.ledger.journal import read_transactions
from taxlots.ledger.migrate import open_ledger
from taxlots.ledger.verify import heads, verify_ledger

ROWS = 15_000
KILLS = 10


def import_rows(url: str, first: int) -> None:
    """Import ``ROWS`` transactions, numbered from ``first``."""
    count = range(first, first + ROWS)
    rows = pa.table(
        {
            "id": [f"T{n}" for n in count],
            "date": ["2024-01-05"] * ROWS,
            "account": ["A1"] * ROWS,
            "symbol": ["AAPL"] * ROWS,
            "action": ["BUY"] * ROWS,
            "quantity": [str(1 + n % 97) for n in count],
            "amount": [f"{n}.25" for n in count],
        }
    )
    append(
        open_ledger(url),
        rows,
        source=Source("big.csv"),
        recorded_at=datetime(2026, 1, 1, tzinfo=UTC),
        actor="ann",
    )


def run_for(seconds: float | None, url: str, first: int) -> tuple[bool, float]:
    """Import in a child, killed after some seconds (None: never).

    Returns whether it was killed before its end, and how long it ran.
    """
    begun = time.monotonic()
    child = os.fork()
    if not child:
        import_rows(url, first)
        os._exit(0)
    if seconds is not None:
        time.sleep(seconds)
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status), time.monotonic() - begun


def kill_repeatedly(url: str) -> None:
    """Kill imports ever later; write whether each was killed, and the rows before and after."""
    leave_pandas_out()
    ledger = open_ledger(url)
    _, whole = run_for(None, url, 0)
    for place in range(KILLS):
        before = heads(ledger)["journal"].rows
        was_killed, _ = run_for(whole * 1.2 * place / KILLS, url, before)
        await_its_end(ledger)
        sys.stdout.write(f"{int(was_killed)} {before} {heads(ledger)['journal'].rows}\n")


def await_its_end(ledger: Engine) -> None:
    """Wait until the server has noticed that its client is gone, and undone what it was doing."""
    others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
    while ledger.dialect.name == "postgresql":
        with reading(ledger) as connection:
            if connection.exec_driver_sql(others).scalar() == 1:
                return
        time.sleep(0.02)


def test_a_kill_leaves_the_old_state_or_the_new_one(database: str, ledger: Engine) -> None:
    done = subprocess.run(
        [sys.executable, __file__, database], capture_output=True, text=True, check=True
    )
    outcomes = [tuple(map(int, line.split())) for line in done.stdout.splitlines()]
    assert len(outcomes) == KILLS
    assert any(was_killed and after == before for was_killed, before, after in outcomes)
    for was_killed, before, after in outcomes:
        assert after in ((before, before + ROWS) if was_killed else (before + ROWS,))

    assert verify_ledger(ledger) == []
    count = heads(ledger)["journal"].rows
    import_rows(database, count)
    ids = read_transactions(ledger).column("id").to_pylist()
    assert ids == [f"T{n}" for n in range(count + ROWS)]
    assert verify_ledger(ledger) == []


if __name__ == "__main__":
    kill_repeatedly(sys.argv[1])
