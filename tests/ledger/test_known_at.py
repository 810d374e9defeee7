"""The ledger remembers when it knew what: ``--known-at`` gives the books of that moment."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import Engine

from taxlots.domain.problem import UsageError
from taxlots.ledger.batch import moment
from taxlots.ledger.database import reading
from taxlots.ledger.journal import head_at, read_transactions

Import = Callable[..., Any]

BUY = "T1 2024-01-05 A1 AAPL BUY 10 1000"
LATE = "T2 2023-12-01 A1 AAPL BUY 10 800"


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 1, 1, hour, minute, tzinfo=UTC)


def ids(ledger: Engine, known_at: datetime | None = None) -> list[str]:
    return read_transactions(ledger, known_at).column("id").to_pylist()


def test_rows_count_from_the_moment_they_were_recorded(ledger: Engine, imported: Import) -> None:
    imported(BUY, hour=1)
    imported(LATE, hour=3)
    assert ids(ledger, at(0, 59)) == []
    assert ids(ledger, at(1)) == ["T1"]
    assert ids(ledger, at(2, 59)) == ["T1"]
    assert ids(ledger, at(3)) == ["T1", "T2"]
    assert ids(ledger) == ["T1", "T2"]


def test_arrival_orders_the_journal_not_the_trade_date(ledger: Engine, imported: Import) -> None:
    imported(BUY, hour=1)
    imported(LATE, hour=2)
    assert read_transactions(ledger).column("date").to_pylist() == ["2024-01-05", "2023-12-01"]


def test_the_head_of_an_earlier_moment(ledger: Engine, imported: Import) -> None:
    imported(BUY, hour=1)
    with reading(ledger) as connection:
        then = head_at(connection, "journal", 1)
    imported(LATE, hour=2)
    with reading(ledger) as connection:
        assert head_at(connection, "journal", 1) == then
        assert head_at(connection, "journal", 2).rows == 2
        assert head_at(connection, "journal", 0).rows == 0


def test_a_clock_that_was_set_back_reorders_nothing(ledger: Engine, imported: Import) -> None:
    imported(BUY, hour=5)
    imported(LATE, hour=4)
    with reading(ledger) as connection:
        query = "SELECT recorded_at FROM journal ORDER BY sequence"
        assert connection.exec_driver_sql(query).scalars().all() == [
            "2026-01-01T05:00:00.000000Z",
            "2026-01-01T05:00:00.000001Z",
        ]
    assert ids(ledger, at(5)) == ["T1"]


def test_moments_are_kept_in_utc() -> None:
    new_york = timezone(timedelta(hours=-5))
    written = moment(datetime(2026, 7, 2, 10, 15, 30, tzinfo=new_york))
    assert written == "2026-07-02T15:15:30.000000Z"


def test_a_moment_without_a_time_zone_is_refused() -> None:
    with pytest.raises(UsageError, match="time zone"):
        moment(datetime(2026, 7, 2))  # noqa: DTZ001
