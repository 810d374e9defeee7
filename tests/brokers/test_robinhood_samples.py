"""Every sample of Robinhood's report is read as ``fixtures/brokers/robinhood/expected`` says."""

import pytest
from tests.brokers.sample_results import (
    codes,
    expected,
    read_sample,
    row_cells,
    same_columns,
    sample_text,
)

from taxlots.brokers.registry import BROKERS, sniff
from taxlots.domain.action import COLUMNS

SAMPLES = ["activity-2025.csv", "activity-2026-dashes.csv"]


@pytest.mark.parametrize("name", SAMPLES)
def test_the_report_is_known_by_its_header(name: str) -> None:
    assert sniff(sample_text("robinhood", name)) is BROKERS["robinhood"]


@pytest.mark.parametrize("name", SAMPLES)
def test_activities_become_these_rows(name: str) -> None:
    rows = read_sample("robinhood", name).rows
    wanted = expected("robinhood", name)
    assert same_columns(row_cells(rows), wanted) == wanted
    assert all(set(row.cells) <= set(COLUMNS) - {"id"} for row in rows)


def test_the_samples_raise_these_warnings_and_no_error() -> None:
    assert {name: codes(read_sample("robinhood", name)) for name in SAMPLES} == {
        "activity-2025.csv": ["SPLIT_RATIO_DERIVED", "SPLIT_RATIO_DERIVED", "BASIS_UNKNOWN"],
        "activity-2026-dashes.csv": ["CANCELLED"],
    }
    assert not any(read_sample("robinhood", name).is_refused for name in SAMPLES)


def test_a_row_over_several_lines_keeps_its_text() -> None:
    [row] = [row for row in read_sample("robinhood", SAMPLES[0]).rows if row.line == 2]
    assert row.raw.count("\n") == 2
    assert row.raw.startswith('"6/30/2025"')


def test_the_descriptions_tell_cusips_and_contracts() -> None:
    told = {s["symbol"]: s for s in read_sample("robinhood", SAMPLES[0]).securities}
    assert told["NRTH"] == {
        "symbol": "NRTH",
        "cusip": "66611Y206",
        "name": "Northwind Total Market ETF",
    }
    contract = told["BRKB250620C00510000"]
    assert contract["underlying"] == "BRK.B"
    assert (contract["put_call"], contract["strike"], contract["expiry"]) == (
        "call",
        "510",
        "2025-06-20",
    )
    assert told["ALFA250718C01000000"]["strike"] == "1000"
