"""What is done with a book gives the same rows on PostgreSQL as on SQLite, hashes included."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from tests.cli import recorded
from tests.cli.recorded import orders, record
from tests.cli.running import HEADER, SAMPLE, Ran, book, taxlots
from tests.ledger.postgresql_server import Server

from taxlots.ledger.database import reading
from taxlots.ledger.migrate import open_ledger
from taxlots.ledger.tables import METADATA
from taxlots.ledger.verify import verify_ledger
from taxlots.workflows import clock

FILLS = (
    "client_order_id,account_number,action,symbol,date,quantity,price,amount,lot_id,lot_open_date,"
    "confirmation,identified_at\n"
)
CLOSED = (
    "t1,2024-01-05,brokerage,ABC,BUY,10,,1000.00,,,,\n"
    "t2,2024-06-03,brokerage,ABC,SELL,10,,700.00,,,,\n"
    "t9,2025-02-03,brokerage,XYZ,BUY,1,,10.00,,,,\n"
)
LATE_IN_IRA = "i1,2024-06-02,ira,ABC,BUY,4,,280.00,,,,\n"

START = datetime(2024, 11, 25, 15, tzinfo=UTC)

Rows = dict[str, list[tuple[Any, ...]]]
Done = Callable[[str, Path], list[str]]


@pytest.fixture
def urls(
    tmp_path: Path, postgresql: Server, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[str, str]]:
    """A place for a book in a file, and one on a server."""
    with postgresql.empty() as url:
        yield f"sqlite:///{tmp_path / 'book.db'}", url
    monkeypatch.undo()


def rows_of(url: str) -> Rows:
    """Every row of every table, in an order of their own."""
    found: Rows = {}
    with reading(open_ledger(url)) as connection:
        for name in METADATA.tables:
            rows = connection.exec_driver_sql(f"SELECT * FROM {name}")  # noqa: S608
            found[name] = sorted((tuple(row) for row in rows), key=repr)
    return found


def same_rows(
    urls: tuple[str, str], monkeypatch: pytest.MonkeyPatch, folder: Path, done: Done
) -> Rows:
    """Do the same with both databases, a minute apart; returns their rows, which are the same."""
    found = []
    for url in urls:
        minutes = (START + timedelta(minutes=n) for n in count())
        monkeypatch.setattr(clock, "now", minutes.__next__)
        assert taxlots("init", url).status == 0
        said = done(url, folder)
        assert verify_ledger(open_ledger(url)) == []
        found.append((rows_of(url), [text.replace(url, "BOOK") for text in said]))
    (of_file, told_of_file), (of_server, told_of_server) = found
    for name, rows in of_file.items():
        assert of_server[name] == rows, name
    assert told_of_server == told_of_file
    return of_file


def said(ran: Ran, status: int = 0) -> str:
    assert ran.status == status, ran.err
    return ran.out


def test_a_harvest_that_is_recorded_approved_and_confirmed(
    urls: tuple[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = book(tmp_path / "book", recorded.ROWS, header=recorded.HEADER)
    (path / "securities.csv").write_text("symbol,kind\nABC,stock\nXYZ,stock\nQRS,stock\n")
    (path / "prices.csv").write_text(recorded.PRICES)
    (path / "proxies.csv").write_text("symbol,proxy,rank\nABC,XYZ,1\n")

    def harvested(url: str, folder: Path) -> list[str]:
        told = [said(taxlots("import", url, path))]
        record(url, folder / f"plan-{url[:6]}")
        placed = orders(url)
        left_out = ("--lot", "a2", "--action", "exclude", "--by", "bob", "--reason", "a gift")
        told += [said(taxlots("override", url, 1, *left_out))]
        told += [said(taxlots("approve", url, 1, "--by", "carol"))]
        fills = folder / "fills.csv"
        sold = placed["a1"]["client_order_id"], "brokerage,SELL,ABC,2024-11-25,60,70,,a1,,c1"
        fills.write_text(FILLS + ",".join([*sold, "2024-11-25"]) + "\n")
        told += [said(taxlots("confirm", url, 1, fills, "--by", "dave"))]
        told += [said(taxlots("runs", url, 1, "--json"))]
        return [*told, said(taxlots("gains", url, "--json"))]

    rows = same_rows(urls, monkeypatch, tmp_path, harvested)

    for name in ("harvest_run", "harvest_order", "harvest_line", "harvest_override"):
        assert rows[name], name
    assert rows["harvest_approval"]
    assert rows["harvest_confirmation"]


def test_a_year_that_is_closed_and_moved_afterwards(
    urls: tuple[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    first = book(tmp_path / "first", CLOSED, header=HEADER)
    late = book(tmp_path / "late", LATE_IN_IRA, header=HEADER)

    def closed(url: str, _: Path) -> list[str]:
        told = [said(taxlots("import", url, first))]
        told += [said(taxlots("close-year", url, "--year", "2024", "--by", "ann", "--json"))]
        told += [said(taxlots("import", url, late))]
        told += [said(taxlots("close-year", url, "--check", "--json"), 1)]
        return [*told, said(taxlots("years", url, "--json"))]

    rows = same_rows(urls, monkeypatch, tmp_path, closed)

    assert len(rows["closed_year"]) == 1
    assert rows["closed_year_line"]


def test_the_sample_household_imported_twice(
    urls: tuple[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def imported(url: str, _: Path) -> list[str]:
        told = [said(taxlots("import", url, SAMPLE, "--json")) for _ in range(2)]
        added = [part["added"] for part in json.loads(told[1])["files"]]
        assert not any(map(int, added)), "the second import adds nothing"
        return [*told, said(taxlots("verify", url)), said(taxlots("lots", url, "--json"))]

    rows = same_rows(urls, monkeypatch, tmp_path, imported)

    assert len(rows["journal"]) == 1082
