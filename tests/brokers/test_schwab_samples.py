"""Every sample of Schwab's exports is read as ``fixtures/brokers/schwab/expected`` says."""

import csv
from dataclasses import fields
from pathlib import Path

import pytest

from taxlots.brokers.protocol import CustodianOpenLot, CustodianRealizedLot, FileKind, Reading
from taxlots.brokers.registry import BROKERS, sniff
from taxlots.brokers.text import decode
from taxlots.domain.action import COLUMNS

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "brokers" / "schwab"
TRANSACTIONS = {
    "transactions-2020-title.csv": "transactions-2020-title.csv",
    "transactions-2023-title.csv": "transactions-2023-title.csv",
    "transactions-2025.csv": "transactions-2025.csv",
    "transactions-2025.json": "transactions-2025-json.csv",
}
LOTS = (
    "open-lots.csv",
    "open-lots-wash.csv",
    "realized-lots.csv",
    "realized-2021.csv",
    "realized-2025.csv",
)


def text_of(name: str) -> str:
    text = decode((FIXTURES / name).read_bytes(), name)
    assert isinstance(text, str)
    return text


def read(name: str) -> Reading:
    return BROKERS["schwab"].read(text_of(name), file=name, account="schwab-taxable")


def expected(name: str) -> list[dict[str, str]]:
    with (FIXTURES / "expected" / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@pytest.mark.parametrize("name", [*TRANSACTIONS, *LOTS])
def test_each_form_is_known_by_its_header(name: str) -> None:
    assert sniff(text_of(name)) is BROKERS["schwab"]


@pytest.mark.parametrize(("name", "rows"), TRANSACTIONS.items())
def test_transactions_become_these_rows(name: str, rows: str) -> None:
    reading = read(name)
    wanted = expected(rows)
    found = [
        {column: {"line": str(row.line), **row.cells}.get(column, "") for column in wanted[0]}
        for row in reading.rows
    ]
    assert found == wanted
    assert reading.kind is FileKind.TRANSACTIONS


@pytest.mark.parametrize("name", TRANSACTIONS)
def test_rows_have_no_cells_but_those_of_the_journal(name: str) -> None:
    for row in read(name).rows:
        assert set(row.cells) <= set(COLUMNS) - {"id"}
        assert row.cells["account"] == "schwab-taxable"
        assert all(row.cells.values())


@pytest.mark.parametrize("name", LOTS)
def test_lots_become_these(name: str) -> None:
    reading = read(name)
    lots: list[CustodianOpenLot | CustodianRealizedLot]
    lots = [*reading.open_lots, *reading.realized_lots]
    found = [
        {f.name: "" if (v := getattr(lot, f.name)) is None else str(v) for f in fields(lot)}
        for lot in lots
    ]
    wanted = expected(name)
    assert [{column: lot[column] for column in wanted[0]} for lot in found] == wanted


@pytest.mark.parametrize(
    ("name", "as_of", "account"),
    [
        ("transactions-2020-title.csv", "2020-11-20", "Individual XXXX-5678"),
        ("transactions-2023-title.csv", "2023-06-30", "General Investing ...678"),
        ("transactions-2025.csv", "None", ""),
        ("transactions-2025.json", "2024-12-31", ""),
        ("open-lots.csv", "2020-09-25", "XXXX-5678"),
        ("open-lots-wash.csv", "2024-12-11", "Individual ...678"),
        ("realized-lots.csv", "2024-12-11", "...678"),
        ("realized-2021.csv", "2021-09-28", "XXXX-5678"),
        ("realized-2025.csv", "2025-03-15", "...678"),
    ],
)
def test_the_title_tells_day_and_account(name: str, as_of: str, account: str) -> None:
    reading = read(name)
    assert (str(reading.as_of), reading.statement_account) == (as_of, account)


def test_a_reading_tells_its_first_day() -> None:
    assert str(read("transactions-2020-title.csv").first_date) == "2020-01-15"
    assert read("open-lots.csv").first_date is None


def test_the_samples_raise_these_warnings_and_no_error() -> None:
    found = {name: [p.code for p in read(name).problems] for name in (*TRANSACTIONS, *LOTS)}
    assert {name: codes for name, codes in found.items() if codes} == {
        "transactions-2020-title.csv": ["SPLIT_RATIO_DERIVED"],
        "transactions-2025.csv": [
            "BOND_AMOUNT",
            "BASIS_UNKNOWN",
            "SPLIT_RATIO_DERIVED",
            "INTERNAL_MOVE",
            "CANCELLED",
        ],
        "transactions-2025.json": ["SPLIT_RATIO_DERIVED"],
    }
    assert not any(read(name).is_refused for name in found)


def test_the_raw_text_of_a_row_is_kept() -> None:
    rows = {row.line: row.raw for row in read("transactions-2025.csv").rows}
    lines = text_of("transactions-2025.csv").splitlines()
    assert rows[9] == lines[8]
    assert rows[16] == f"{lines[15]}\n{lines[16]}"
