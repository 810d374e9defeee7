"""What custodians say of lots is kept as it was read, once, and chained like the journal."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import Engine

from taxlots.brokers.protocol import CustodianOpenLot, CustodianRealizedLot, FileKind, Reading
from taxlots.ledger.canonical import Source
from taxlots.ledger.custodian_lots import OPEN_LOTS, REALIZED_LOTS, statements_of
from taxlots.ledger.database import engine, reading, writing
from taxlots.ledger.hash_chain import verify_chain
from taxlots.ledger.imports import Imported, Part, import_parts
from taxlots.ledger.migrate import REVISIONS, upgrade
from taxlots.ledger.verify import verify_ledger
from taxlots.workflows.import_lots import lot_parts, statement_of

Rows = Callable[..., Any]

OPEN = CustodianOpenLot(
    line=4,
    symbol="ABC",
    opened=date(2024, 1, 5),
    quantity=10_50000000,
    cost_basis_cents=123_45,
    transaction_opened=date(2024, 2, 1),
    disallowed_cents=5,
    opening_id="schwab-1",
)
REALIZED = CustodianRealizedLot(
    line=9,
    symbol="",
    cusip="922908769",
    description="ABC CORP",
    closed=date(2024, 6, 3),
    opened=None,
    quantity=0,
    proceeds_cents=90_00,
    cost_basis_cents=None,
    has_various_dates=True,
    covered=False,
    is_net_proceeds=None,
    adjustments=(("W", 1234), ("B", -5)),
)


def read(**content: Any) -> Reading:
    return Reading(broker="schwab", file="lots.csv", account="A1", **content)


def put(ledger: Engine, read: Reading, *, sha256: str = "f" * 64, hour: int = 1) -> Imported:
    parts = lot_parts(read, Source(read.file, kind=read.broker, sha256=sha256))
    return import_parts(
        ledger, parts, recorded_at=datetime(2026, 1, 1, hour, tzinfo=UTC), actor="ann"
    )


def kept(ledger: Engine, holds: str, **known: Any) -> list[Any]:
    with reading(ledger) as connection:
        return [statement_of(one) for one in statements_of(connection, holds, **known)]


def test_lots_come_back_as_they_were_read(ledger: Engine) -> None:
    put(ledger, read(as_of=date(2024, 12, 31), open_lots=(OPEN,), realized_lots=(REALIZED,)))

    (opened,) = kept(ledger, OPEN_LOTS)
    (closed,) = kept(ledger, REALIZED_LOTS)

    assert opened.open_lots == (OPEN,)
    assert closed.realized_lots == (REALIZED,)
    assert (opened.account, opened.custodian, opened.file) == ("A1", "schwab", "lots.csv")
    assert opened.as_of == closed.as_of == date(2024, 12, 31)


def test_a_tax_form_keeps_its_year_and_whether_it_is_corrected(ledger: Engine) -> None:
    put(ledger, read(realized_lots=(REALIZED,), tax_year=2024, is_corrected=True))

    (form,) = kept(ledger, REALIZED_LOTS)

    assert (form.tax_year, form.is_corrected, form.as_of) == (2024, True, None)


def test_the_same_file_again_adds_nothing(ledger: Engine) -> None:
    told = read(as_of=date(2024, 12, 31), open_lots=(OPEN, OPEN))

    first, again = put(ledger, told), put(ledger, told, hour=2)

    assert [(part.added, part.known) for part in first.parts] == [(2, 0)]
    assert [(part.added, part.known) for part in again.parts] == [(0, 2)]
    assert len(kept(ledger, OPEN_LOTS)) == 1


def test_another_file_is_another_statement_though_it_says_the_same(ledger: Engine) -> None:
    told = read(as_of=date(2024, 12, 31), open_lots=(OPEN,))

    put(ledger, told)
    put(ledger, told, sha256="e" * 64, hour=2)

    assert [one.number for one in kept(ledger, OPEN_LOTS)] == [1, 2]


def test_a_file_without_lots_says_that_there_are_none(ledger: Engine) -> None:
    put(ledger, read(kind=FileKind.OPEN_LOTS, as_of=date(2024, 12, 31)))

    assert [one.open_lots for one in kept(ledger, OPEN_LOTS)] == [()]


def test_statements_as_known_at_an_earlier_moment(ledger: Engine) -> None:
    put(ledger, read(as_of=date(2024, 12, 31), open_lots=(OPEN,)))
    put(ledger, read(as_of=date(2025, 1, 31), open_lots=(OPEN,)), sha256="e" * 64, hour=3)

    earlier = kept(ledger, OPEN_LOTS, known_at=datetime(2026, 1, 1, 2, tzinfo=UTC))

    assert [one.as_of for one in earlier] == [date(2024, 12, 31)]


def test_open_lots_without_a_day_are_refused(ledger: Engine) -> None:
    done = put(ledger, read(open_lots=(OPEN,)))

    assert [problem.code for problem in done.problems] == ["NO_STATEMENT_DAY"]
    assert kept(ledger, OPEN_LOTS) == []


def test_lots_and_rows_of_one_import_are_kept_together_or_not_at_all(
    ledger: Engine, rows: Rows
) -> None:
    lots = lot_parts(read(as_of=date(2024, 12, 31), open_lots=(OPEN,)), Source("lots.csv"))
    bad = rows("T1 2024-01-05 A1 ABC BUY ten 100")

    done = import_parts(
        ledger,
        [*lots, Part(holds="transactions", rows=bad, source=Source("t.csv"))],
        recorded_at=datetime(2026, 1, 1, tzinfo=UTC),
        actor="ann",
    )

    assert done.is_refused
    assert kept(ledger, OPEN_LOTS) == []


def test_a_trial_keeps_nothing_and_shows_what_would_be(ledger: Engine, rows: Rows) -> None:
    seen = []

    def look(connection: Any) -> list[Any]:
        seen.append(connection.exec_driver_sql("SELECT count(*) FROM journal").scalar())
        return []

    done = import_parts(
        ledger,
        [
            Part(
                holds="transactions",
                rows=rows("T1 2024-01-05 A1 ABC BUY 1 100"),
                source=Source("t.csv"),
            )
        ],
        recorded_at=datetime(2026, 1, 1, tzinfo=UTC),
        actor="ann",
        check=look,
        is_trial=True,
    )

    assert (seen, done.recorded_at) == ([1], "")
    with reading(ledger) as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM journal").scalar() == 0


def test_an_edited_lot_shows(ledger: Engine) -> None:
    put(ledger, read(as_of=date(2024, 12, 31), open_lots=(OPEN,)))
    assert verify_ledger(ledger) == []

    is_sqlite = ledger.dialect.name == "sqlite"
    guard = f"custodian_open_lot_no_{'update' if is_sqlite else 'change'}"
    drop = f"DROP TRIGGER {guard}" + ("" if is_sqlite else " ON custodian_open_lot")
    with writing(ledger) as connection:
        connection.exec_driver_sql(drop)
        connection.exec_driver_sql("UPDATE custodian_open_lot SET cost_basis_cents = 1")

    assert {(p.code, p.where) for p in verify_chain(ledger)} == {
        ("TRIGGER_MISSING", guard),
        ("CHAIN_BROKEN", "custodian_open_lot:1"),
    }


@pytest.mark.parametrize("table", ["security"])
def test_securities_of_a_file_are_added_and_never_overwrite(ledger: Engine, table: str) -> None:
    def put_securities(name: str, *, is_new_only: bool) -> None:
        row = {"symbol": "ABC", "name": name, "cusip": "922908769"}
        part = Part(holds="securities", rows=[row], source=Source("s.csv"), is_new_only=is_new_only)
        import_parts(ledger, [part], recorded_at=datetime(2026, 1, 1, tzinfo=UTC), actor="ann")

    put_securities("first", is_new_only=True)
    put_securities("second", is_new_only=True)

    with reading(ledger) as connection:
        names = connection.exec_driver_sql(f"SELECT name FROM {table}").scalars().all()  # noqa: S608
    assert names == ["first"]


def test_a_ledger_of_the_first_revision_is_brought_up_to_date_as_it_is(
    no_ledger: str, monkeypatch: pytest.MonkeyPatch, rows: Rows
) -> None:
    """Its rows keep their hashes, and its chains go on."""
    from alembic import command

    from taxlots.ledger.imports import append
    from taxlots.ledger.migrate import create

    url = no_ledger
    with monkeypatch.context() as patched:
        newest = command.upgrade
        patched.setattr(command, "upgrade", lambda config, _: newest(config, "0001"))
        patched.setattr("taxlots.ledger.migrate.REVISIONS", ("0001",))
        patched.setattr("taxlots.ledger.batch.STAMPED", ("import_batch", "booked_run"))
        old = create(url)
        append(
            old,
            rows("T1 2024-01-05 A1 ABC BUY 1 100"),
            source=Source("t.csv"),
            recorded_at=datetime(2026, 1, 1, tzinfo=UTC),
            actor="ann",
        )

    assert upgrade(url) == ("0001", REVISIONS[-1])

    ledger = engine(url)
    put(ledger, read(as_of=date(2024, 12, 31), open_lots=(OPEN,)))
    assert verify_ledger(ledger) == []
