"""The sample household: what it holds, and that anyone can rebuild it."""

import csv
import re
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest
from fixtures.households.build_sample import build
from fixtures.households.sample_life import AS_OF
from fixtures.households.sample_prices import EXTRACT, SYMBOLS, read_extract, read_source

from taxlots.brokers.schwab import Schwab

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = ROOT / "ledger" / "sample"
SHARED_PRICES = ROOT / "../shared/data/us_equities_1999_2021.parquet"


def read(name: str) -> list[dict[str, str]]:
    with (SAMPLE / name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_six_accounts_and_five_years() -> None:
    rows = read("transactions.csv")
    kinds = Counter((row["kind"], row["owner"]) for row in read("accounts.csv"))
    assert kinds == {
        ("taxable", "self"): 2,
        ("taxable", "spouse"): 1,
        ("taxable", "joint"): 1,
        ("traditional_ira", "self"): 1,
        ("roth_ira", "spouse"): 1,
    }
    assert len(rows) >= 600
    assert rows[0]["date"][:4] == "2016"
    assert rows[-1]["date"] == AS_OF.isoformat() == "2020-12-31"


def test_every_feature_has_its_rows() -> None:
    count = Counter(row["action"] for row in read("transactions.csv"))
    for action in ("TRANSFER", "GIFT_IN", "INHERIT", "DONATE", "VOID"):
        assert count[action] == 1, action
    assert count["SPLIT"] == 3
    assert count["RSU_VEST"] == 20
    assert count["SET_METHOD"] == 2
    assert count["REINVEST"] > 200
    orders = Counter(row["order_id"] for row in read("transactions.csv") if row["order_id"])
    assert list(orders.values()) == [2, 2]
    unknown = [r for r in read("transactions.csv") if r["action"] == "TRANSFER_IN"]
    assert sorted(bool(row["cost_basis"]) for row in unknown) == [False, True, True]


def test_the_readme_names_rows_that_exist() -> None:
    ids = {row["id"] for row in read("transactions.csv")}
    named = set(re.findall(r"`(s\d{4}-\d{4})`", (SAMPLE / "README.md").read_text()))
    assert named <= ids


def test_the_sample_is_rebuilt_byte_for_byte_from_the_prices_in_the_repository() -> None:
    for name, text in build(read_extract()).items():
        assert (SAMPLE / name).read_bytes() == text.encode(), name


def test_the_prices_are_those_of_the_source() -> None:
    if not SHARED_PRICES.is_file():
        pytest.skip("the source of the prices is not part of the repository")
    source = read_source(SHARED_PRICES).by_session
    extract = read_extract().by_session
    assert {key: source[key] for key in extract} == extract


def test_the_extract_is_small() -> None:
    assert len(SYMBOLS) <= 40
    assert EXTRACT.stat().st_size < 150_000
    assert {row["symbol"] for row in read("securities.csv")} == set(SYMBOLS)


def test_the_schwab_export_says_what_the_journal_says_of_that_account() -> None:
    """Schwab gives no ids, no settlement dates and no names of lots."""
    export = SAMPLE / "schwab" / "XXXX-Transactions.csv"
    reading = Schwab().read(export.read_text(), file=export.name, account="schwab-taxable")
    assert reading.problems == ()
    told = ("date", "account", "symbol", "action", "quantity", "price", "amount")
    imported = [tuple(row.cells.get(name, "") for name in told) for row in reading.rows]
    own = [row for row in read("transactions.csv") if row["account"] == "schwab-taxable"]
    assert imported == [tuple(row[name] for name in told) for row in own]
    fees = [Decimal(row.cells.get("fees", "0")) for row in reading.rows]
    assert fees == [Decimal(row["fees"] or 0) for row in own]
