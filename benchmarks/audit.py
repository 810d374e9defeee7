"""An audit pack of 50,000 realized rows and more: the whole command, files included."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.commands import seconds
from benchmarks.filing import DAYS, SALES
from benchmarks.histories import FIRST_DAY, write_trades, year_trades
from taxlots.domain.calendar import date_of


def lines() -> Iterator[str]:
    """The figures, one line each."""
    year = ("--year", str(date_of(FIRST_DAY).year))
    with tempfile.TemporaryDirectory() as place:
        book, out = Path(place) / "book", Path(place) / "pack"
        write_trades(book, year_trades(2 * SALES, DAYS))
        pack = seconds("audit", str(book), *year, "--out", str(out), repeats=1)
        with (out / "realized.csv").open() as file:
            pieces = sum(1 for _ in file) - 1
        yield f"taxlots audit, {pieces:,} realized rows: {pack:.1f} s"
        for form, name in (("xlsx", "forms.xlsx"), ("csv", "forms")):
            target = str(Path(place) / name)
            command = ("form8949", str(book), *year, "--format", form, "--out", target)
            taken = seconds(*command, repeats=1)
            yield f"taxlots form8949 --format {form}, the same book: {taken:.1f} s"
