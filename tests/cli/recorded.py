"""A small book with a harvest that is recorded: ABC at a loss, XYZ to buy instead."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.cli.running import ACCOUNTS, HEADER, book, database, taxlots

ROWS = (
    "a1,2024-01-05,brokerage,ABC,BUY,60,,6000.00,,,,\n"
    "a2,2024-02-05,brokerage,ABC,BUY,40,,4400.00,,,,\n"
    "a3,2024-02-06,brokerage,QRS,BUY,10,,100.00,,,,\n"
    "i1,2024-02-05,ira,ABC,BUY,5,,550.00,,,,\n"
)
PRICES = "date,symbol,close\n2024-11-25,ABC,70.00\n2024-11-25,XYZ,50.00\n2024-11-25,QRS,20.00\n"
DAY = "2024-11-25"
NOW = datetime(2024, 11, 25, 15, tzinfo=UTC)


def recorded_book(folder: Path, *, toml: str = 'name = "Test"\n', accounts: str = ACCOUNTS) -> str:
    """The URL of a database with the book."""
    path = book(folder / "book", ROWS, header=HEADER, toml=toml, accounts=accounts)
    (path / "securities.csv").write_text("symbol,kind\nABC,stock\nXYZ,stock\nQRS,stock\n")
    (path / "prices.csv").write_text(PRICES)
    (path / "proxies.csv").write_text("symbol,proxy,rank\nABC,XYZ,1\n")
    url = database(folder / "book.db")
    ran = taxlots("import", url, path)
    assert ran.status == 0, ran.err
    return url


def record(url: str, out: Path, by: str = "ann") -> dict[str, Any]:
    """Record the harvest of the day; returns what the command printed."""
    ran = taxlots("harvest", url, "--as-of", DAY, "--out", out, "--record", "--by", by, "--json")
    assert ran.status == 0, ran.err
    found: dict[str, Any] = json.loads(ran.out)
    return found


def orders(url: str, run: int = 1) -> dict[str, dict[str, str]]:
    """The orders of a run: those of lots by lot, purchases by symbol."""
    (found,) = json.loads(taxlots("runs", url, run, "--json").out)["runs"]
    return {one["lot_id"] or one["symbol"]: one for one in found["orders"]}
