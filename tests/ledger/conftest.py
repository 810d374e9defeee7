"""An empty ledger, and rows to put into it."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest
from sqlalchemy import Engine

from taxlots.ledger.batch import Appended
from taxlots.ledger.canonical import Source
from taxlots.ledger.imports import append
from taxlots.ledger.migrate import create

COLUMNS = ("id", "date", "account", "symbol", "action", "quantity", "amount")

Rows = Callable[..., pa.Table]
Import = Callable[..., Appended]


@pytest.fixture
def database(tmp_path: Path) -> str:
    """The URL of an empty ledger."""
    url = f"sqlite:///{tmp_path / 'book.db'}"
    create(url).dispose()
    return url


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Engine]:
    made = create(f"sqlite:///{tmp_path / 'book.db'}")
    yield made
    made.dispose()


@pytest.fixture
def rows() -> Rows:
    """``rows("T1 2024-01-05 A1 AAPL BUY 10 1000", …)``: a ``-`` is a blank cell."""

    def made(*lines: str, **more: list[str]) -> pa.Table:
        cells = [["" if cell == "-" else cell for cell in line.split(" ")] for line in lines]
        columns = zip(*cells, strict=True) if cells else [[] for _ in COLUMNS]
        table = {
            name: pa.array(list(column), pa.string())
            for name, column in zip(COLUMNS, columns, strict=True)
        }
        return pa.table(table | {name: pa.array(cells) for name, cells in more.items()})

    return made


@pytest.fixture
def imported(ledger: Engine, rows: Rows) -> Import:
    """Imports lines of ``rows`` as one file, an hour of 2026-01-01 UTC later."""

    def done(*lines: str, hour: int = 1, file: str = "export.csv", **more: list[str]) -> Appended:
        return append(
            ledger,
            rows(*lines, **more),
            source=Source(file, "canonical", "0" * 64),
            recorded_at=datetime(2026, 1, 1, hour, tzinfo=UTC),
            actor="ann",
        )

    return done
