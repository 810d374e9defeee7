"""Every sample of E*TRADE's exports is read as ``fixtures/brokers/etrade/expected`` says."""

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
from taxlots.domain.action import COLUMNS

HISTORIES = ["transactions-2023.csv", "transactions-2026.csv"]
GAINS = ["gains-expanded-2025.csv", "gains-collapsed-spreadsheet.csv", "gains-classic.csv"]


@pytest.mark.parametrize("name", [*HISTORIES, *GAINS])
def test_each_form_is_known_by_its_header(name: str) -> None:
    assert sniff(sample_text("etrade", name)) is BROKERS["etrade"]


@pytest.mark.parametrize("name", HISTORIES)
def test_transactions_become_these_rows(name: str) -> None:
    reading = read_sample("etrade", name)
    wanted = expected("etrade", name)
    assert same_columns(row_cells(reading.rows), wanted) == wanted
    assert reading.kind is FileKind.TRANSACTIONS
    assert all(set(row.cells) <= set(COLUMNS) - {"id"} for row in reading.rows)


@pytest.mark.parametrize("name", GAINS)
def test_gains_and_losses_become_these_lots(name: str) -> None:
    reading = read_sample("etrade", name)
    wanted = expected("etrade", name)
    assert same_columns(lot_cells(reading.realized_lots), wanted) == wanted
    assert reading.kind is FileKind.REALIZED_LOTS


def test_the_title_tells_the_account() -> None:
    accounts = [read_sample("etrade", name).statement_account for name in (*HISTORIES, *GAINS)]
    assert accounts == ["####5678", "Rainy day -5678", "", "", ""]


def test_options_and_bonds_are_told_as_securities() -> None:
    told = read_sample("etrade", "transactions-2026.csv").securities
    assert [(s["symbol"], s["kind"]) for s in told] == [
        ("91282CXY2", "bond"),
        ("ALFA260320P00055000", "option"),
    ]
    assert told[1]["strike"] == "55"
    assert told[1]["underlying"] == "ALFA"


def test_the_samples_raise_these_warnings_and_no_error() -> None:
    readings = {name: read_sample("etrade", name) for name in (*HISTORIES, *GAINS)}
    assert not any(reading.is_refused for reading in readings.values())
    assert {name: codes(reading) for name, reading in readings.items() if reading.problems} == {
        "transactions-2026.csv": ["BASIS_UNKNOWN"]
    }
