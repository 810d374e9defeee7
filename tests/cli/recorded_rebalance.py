"""The made-up household of six classes in a database, with a rebalance that is recorded."""

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fixtures.households.six_classes import write_household
from tests.cli.running import Ran, database, taxlots

Row = dict[str, str]

DAY = "2024-12-31"
NOW = datetime(2024, 12, 31, 22, tzinfo=UTC)
SIDES = {
    ("joint", "USB1"): "SELL",
    ("joint", "USEQ"): "SELL",
    ("ira", "USEQ"): "SELL",
    ("joint", "DEV1"): "BUY",
    ("joint", "GLOB"): "BUY",
    ("joint", "GOLD"): "BUY",
    ("joint", "USB2"): "BUY",
    ("ira", "GOLD"): "BUY",
    ("ira", "USB2"): "BUY",
}
"""What it trades: all of lot b04, USB1, is sold at a loss."""


def six_classes(folder: Path) -> str:
    """The URL of a database with the household, without its overrides."""
    write_household(folder / "six", has_overrides=False)
    url = database(folder / "book.db")
    ran = taxlots("import", url, folder / "six")
    assert ran.status == 0, ran.err
    return url


def copy_of(url: str, folder: Path) -> str:
    """The same database again, for a test to change."""
    shutil.copy(url.removeprefix("sqlite:///"), folder / "book.db")
    return f"sqlite:///{folder / 'book.db'}"


def record(url: str, out: Path, by: str = "ann", *more: object) -> Ran:
    """Record the rebalance of the day."""
    return taxlots("rebalance", url, "--out", out, "--record", "--by", by, *more)


def listed_orders(url: str, run: int = 1) -> list[Row]:
    """The orders of a run, in their order."""
    (found,) = json.loads(taxlots("runs", url, run, "--json").out)["runs"]
    listed: list[Row] = found["orders"]
    return listed


def orders(url: str, run: int = 1) -> dict[tuple[str, str], Row]:
    """The orders of a run by account and symbol, where each trade is one order."""
    return {(one["account"], one["symbol"]): one for one in listed_orders(url, run)}


def checks(url: str, *more: object) -> dict[str, str]:
    """What ``runs 1 --check`` finds, by check."""
    ran = taxlots("runs", url, 1, "--check", "--json", *more)
    found: dict[str, Any] = json.loads(ran.out)
    assert (ran.status == 0) is found["passed"]
    return {one["name"]: one["outcome"] for one in found["checks"]}
