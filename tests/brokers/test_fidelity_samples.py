"""Every sample of Fidelity's downloads is read as ``fixtures/brokers/fidelity/expected`` says."""

import csv
from dataclasses import fields
from pathlib import Path

import pytest

from taxlots.brokers.protocol import FileKind, Reading
from taxlots.brokers.registry import BROKERS, sniff
from taxlots.brokers.text import decode

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "brokers" / "fidelity"
HISTORIES = [
    ("history-2021.csv", None),
    ("accounts-history-2024.csv", None),
    ("accounts-history-2025.csv", "X12345678"),
    ("accounts-history-2025.csv", "Y23456789"),
    ("accounts-history-2025.csv", "Z34567890"),
    ("history-2026.csv", None),
]


def text_of(name: str) -> str:
    text = decode((FIXTURES / name).read_bytes(), name)
    assert isinstance(text, str)
    return text


def read(name: str, number: str | None = None) -> Reading:
    return BROKERS["fidelity"].read(
        text_of(name), file=name, account="brokerage", statement_account=number
    )


def expected(name: str, number: str | None = None) -> list[dict[str, str]]:
    stem = name.removesuffix(".csv")
    file = FIXTURES / "expected" / (f"{stem}.{number}.csv" if number else name)
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@pytest.mark.parametrize("name", [*dict(HISTORIES), "closed-positions.csv"])
def test_each_form_is_known_by_its_header(name: str) -> None:
    assert sniff(text_of(name)) is BROKERS["fidelity"]


@pytest.mark.parametrize(("name", "number"), HISTORIES)
def test_histories_become_these_rows(name: str, number: str | None) -> None:
    reading = read(name, number)
    wanted = expected(name, number)
    found = [
        {column: {"line": str(row.line), **row.cells}.get(column, "") for column in wanted[0]}
        for row in reading.rows
    ]
    assert found == wanted
    assert reading.kind is FileKind.TRANSACTIONS


def test_closed_positions_become_these_lots() -> None:
    lots = read("closed-positions.csv").realized_lots
    found = [
        {f.name: "" if (v := getattr(lot, f.name)) is None else str(v) for f in fields(lot)}
        for lot in lots
    ]
    wanted = expected("closed-positions.csv")
    assert [{column: lot[column] for column in wanted[0]} for lot in found] == wanted


@pytest.mark.parametrize(
    ("name", "number", "as_of", "account"),
    [
        ("history-2021.csv", None, "2022-01-04", ""),
        ("accounts-history-2024.csv", None, "2024-03-20", "Individual X...5678"),
        ("accounts-history-2025.csv", "X12345678", "2025-12-04", "X...5678"),
        ("history-2026.csv", None, "2026-09-01", ""),
        ("closed-positions.csv", None, "None", ""),
    ],
)
def test_the_file_tells_its_day_and_account(
    name: str, number: str | None, as_of: str, account: str
) -> None:
    reading = read(name, number)
    assert (str(reading.as_of), reading.statement_account) == (as_of, account)


def test_the_samples_raise_these_warnings_and_no_error() -> None:
    readings = [read(name, number) for name, number in HISTORIES] + [read("closed-positions.csv")]
    assert not any(reading.is_refused for reading in readings)
    assert [[p.code for p in reading.problems] for reading in readings] == [
        [
            "BASIS_UNKNOWN",
            "CANCELLED",
            "SPLIT_RATIO_DERIVED",
            "SWEEPS_LEFT_OUT",
            "SPLIT_RATIO_DERIVED",
        ],
        [],
        ["SWEEPS_LEFT_OUT"],
        [],
        [],
        [],
        [],
    ]
