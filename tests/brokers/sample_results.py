"""Samples of ``fixtures/brokers`` and what their ``expected`` folders say of them."""

import csv
from collections.abc import Iterable
from dataclasses import fields
from pathlib import Path
from typing import Final

from taxlots.brokers.protocol import BrokerRow, CustodianOpenLot, CustodianRealizedLot, Reading
from taxlots.brokers.registry import BROKERS
from taxlots.brokers.text import decode

FIXTURES: Final = Path(__file__).resolve().parents[2] / "fixtures" / "brokers"
Lot = CustodianOpenLot | CustodianRealizedLot


def sample_text(broker: str, name: str) -> str:
    text = decode((FIXTURES / broker / name).read_bytes(), name)
    assert isinstance(text, str)
    return text


def read_sample(broker: str, name: str, number: str | None = None) -> Reading:
    return BROKERS[broker].read(
        sample_text(broker, name), file=name, account="brokerage", statement_account=number
    )


def read_text(
    broker: str, text: str, *, held: dict[str, int] | None = None, number: str | None = None
) -> Reading:
    return BROKERS[broker].read(
        text, file="export", account="brokerage", held=held, statement_account=number
    )


def codes(reading: Reading) -> list[str]:
    return [problem.code for problem in reading.problems]


def expected(broker: str, name: str) -> list[dict[str, str]]:
    with (FIXTURES / broker / "expected" / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def same_columns(told: Iterable[dict[str, str]], wanted: list[dict[str, str]]) -> object:
    return [{column: cells.get(column, "") for column in wanted[0]} for cells in told]


def row_cells(rows: Iterable[BrokerRow]) -> list[dict[str, str]]:
    return [{"line": str(row.line), **row.cells} for row in rows]


def lot_cells(lots: Iterable[Lot]) -> list[dict[str, str]]:
    return [
        {f.name: "" if (v := getattr(lot, f.name)) is None else str(v) for f in fields(lot)}
        for lot in lots
    ]
