"""Every sample of Vanguard's downloads is read as ``fixtures/brokers/vanguard/expected`` says."""

import csv
from dataclasses import fields
from pathlib import Path

import pytest

from taxlots.brokers.protocol import (
    CustodianOpenLot,
    CustodianRealizedLot,
    FileKind,
    Reading,
)
from taxlots.brokers.registry import BROKERS, sniff
from taxlots.brokers.text import decode

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "brokers" / "vanguard"
HISTORIES = [
    ("transactions-2019.csv", None),
    ("transactions-2023.csv", None),
    ("ofxdownload-2025.csv", "12345678"),
    ("ofxdownload-2025.csv", "87654321"),
]
LOTS = [
    ("realized-lots.csv", "12345678"),
    ("realized-lots.csv", "87654321"),
    ("cost-basis.csv", None),
    ("cost-basis-lots.csv", None),
]


def text_of(name: str) -> str:
    text = decode((FIXTURES / name).read_bytes(), name)
    assert isinstance(text, str)
    return text


def read(name: str, number: str | None = None) -> Reading:
    return BROKERS["vanguard"].read(
        text_of(name), file=name, account="brokerage", statement_account=number
    )


def expected(name: str, number: str | None = None) -> list[dict[str, str]]:
    stem = name.removesuffix(".csv")
    file = FIXTURES / "expected" / (f"{stem}.{number}.csv" if number else name)
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@pytest.mark.parametrize("name", sorted({name for name, _ in (*HISTORIES, *LOTS)}))
def test_each_form_is_known_by_its_header(name: str) -> None:
    assert sniff(text_of(name)) is BROKERS["vanguard"]


@pytest.mark.parametrize(("name", "number"), HISTORIES)
def test_transactions_become_these_rows(name: str, number: str | None) -> None:
    reading = read(name, number)
    wanted = expected(name, number)
    found = [
        {column: {"line": str(row.line), **row.cells}.get(column, "") for column in wanted[0]}
        for row in reading.rows
    ]
    assert found == wanted
    assert reading.kind is FileKind.TRANSACTIONS


@pytest.mark.parametrize(("name", "number"), LOTS)
def test_lots_become_these(name: str, number: str | None) -> None:
    reading = read(name, number)
    lots: list[CustodianOpenLot | CustodianRealizedLot]
    lots = [*reading.open_lots, *reading.realized_lots]
    found = [
        {f.name: "" if (v := getattr(lot, f.name)) is None else str(v) for f in fields(lot)}
        for lot in lots
    ]
    wanted = expected(name, number)
    assert [{column: lot[column] for column in wanted[0]} for lot in found] == wanted


@pytest.mark.parametrize(
    ("name", "number", "as_of"),
    [
        ("ofxdownload-2025.csv", "12345678", "None"),
        ("realized-lots.csv", "12345678", "None"),
        ("cost-basis.csv", None, "2026-01-30"),
    ],
)
def test_the_file_tells_its_account_and_sometimes_its_day(
    name: str, number: str | None, as_of: str
) -> None:
    reading = read(name, number)
    assert (str(reading.as_of), reading.statement_account) == (as_of, "...5678")


def test_a_short_position_is_told_by_its_type() -> None:
    assert [lot.is_short for lot in read("cost-basis.csv").open_lots] == [False] * 6 + [True]


def test_the_samples_raise_these_warnings_and_no_error() -> None:
    readings = [read(name, number) for name, number in (*HISTORIES, *LOTS)]
    assert not any(reading.is_refused for reading in readings)
    assert [[p.code for p in reading.problems] for reading in readings] == [
        ["SPLIT_RATIO_DERIVED", "CANCELLED", "BASIS_UNKNOWN"],
        ["SWEEPS_LEFT_OUT"],
        ["SPLIT_RATIO_DERIVED", "SYMBOL_MADE", "SWEEPS_LEFT_OUT"],
        [],
        [],
        [],
        [],
        [],
    ]
