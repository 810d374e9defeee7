"""Custodians' files of lots, made from the lots that a book lists."""

import csv
import importlib.util
import io
from datetime import date
from pathlib import Path
from types import ModuleType

from tests.cli.running import SAMPLE, taxlots

Rows = list[dict[str, str]]


def make_export() -> ModuleType:
    """The script beside the Schwab fixtures, which writes files like Schwab's."""
    path = SAMPLE.parents[1] / "fixtures" / "brokers" / "schwab" / "make_export.py"
    spec = importlib.util.spec_from_file_location("make_export", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def lots_of(source: object, *options: object) -> Rows:
    """The open lots of a book."""
    return list(csv.DictReader(io.StringIO(taxlots("lots", source, "--csv", *options).out)))


def gains_of(source: object, *options: object) -> Rows:
    """The realized pieces of a book."""
    return list(csv.DictReader(io.StringIO(taxlots("gains", source, "--csv", *options).out)))


def open_lots_file(folder: Path, lots: Rows, symbol: str, as_of: date) -> Path:
    """The custodian's file of the open lots of one symbol."""
    path = folder / f"open-{symbol}.csv"
    text = make_export().open_lots_csv(lots, symbol, "12345678", as_of, "50.00")
    path.write_text(text, encoding="utf-8")
    return path


def realized_lots_file(path: Path, pieces: Rows, first: date, as_of: date) -> Path:
    """The custodian's file of the lots that were closed in some days."""
    text = make_export().realized_lots_csv(pieces, "12345678", first, as_of)
    path.write_text(text, encoding="utf-8")
    return path
