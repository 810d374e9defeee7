"""Every sample of an aggregator's answers is read as its ``expected`` folder says."""

import pytest
from tests.brokers.sample_results import (
    codes,
    expected,
    lot_cells,
    read_sample,
    row_cells,
    same_columns,
    sample_text,
)

from taxlots.brokers.protocol import FileKind
from taxlots.brokers.registry import BROKERS, sniff

LOTS = ["plaid-holdings", "snaptrade-positions", "snaptrade-holdings-2024"]
TRANSACTIONS = ["plaid-transactions", "snaptrade-activities"]


@pytest.mark.parametrize("name", [*LOTS, *TRANSACTIONS])
def test_each_answer_is_known_by_its_members(name: str) -> None:
    assert sniff(sample_text("aggregator", f"{name}.json")) is BROKERS["aggregator"]


@pytest.mark.parametrize("name", LOTS)
def test_tax_lots_become_these(name: str) -> None:
    reading = read_sample("aggregator", f"{name}.json")
    wanted = expected("aggregator", f"{name}.csv")
    assert same_columns(lot_cells(reading.open_lots), wanted) == wanted
    assert reading.kind is FileKind.OPEN_LOTS


@pytest.mark.parametrize("name", TRANSACTIONS)
def test_transactions_become_these_rows(name: str) -> None:
    reading = read_sample("aggregator", f"{name}.json")
    wanted = expected("aggregator", f"{name}.csv")
    assert same_columns(row_cells(reading.rows), wanted) == wanted
    assert reading.kind is FileKind.TRANSACTIONS


def test_the_answers_tell_their_day() -> None:
    days = [str(read_sample("aggregator", f"{name}.json").as_of) for name in LOTS]
    assert days == ["2026-05-29", "2026-05-30", "None"]


def test_the_answers_tell_their_account() -> None:
    told = [
        read_sample("aggregator", f"{n}.json").statement_account for n in (*LOTS, *TRANSACTIONS)
    ]
    plaid = "kNo4xv5mQaSg9dPzWbeRqLr7YJ31tfVwUcZia"
    assert told == [plaid, "", "5c3e8d1a-beef-4a3e-a18f-57c3f2ee6631", plaid, ""]


def test_securities_are_told_with_kind_and_contract() -> None:
    told = {s["symbol"]: s for s in read_sample("aggregator", "plaid-holdings.json").securities}
    assert {symbol: cells["kind"] for symbol, cells in told.items()} == {
        "ALFA": "stock",
        "NRTH": "etf",
        "WSTR": "mutual_fund",
        "ALFA260619P00055000": "option",
    }
    assert told["ALFA"]["cusip"] == "02099X105"
    assert told["ALFA260619P00055000"]["underlying"] == "ALFA"


def test_the_samples_raise_these_warnings_and_no_error() -> None:
    found = {n: read_sample("aggregator", f"{n}.json") for n in (*LOTS, *TRANSACTIONS)}
    assert not any(reading.is_refused for reading in found.values())
    assert {name: codes(reading) for name, reading in found.items() if reading.problems} == {
        "plaid-holdings": ["NO_LOTS"],
        "snaptrade-positions": ["LOTS_DIFFER", "NO_LOTS"],
        "plaid-transactions": ["POSTING_DATES", "BASIS_UNKNOWN"],
    }
