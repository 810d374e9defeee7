"""What it takes to fill in and write the forms of a year of very many sales, books included."""

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from benchmarks.histories import FIRST_DAY, write_trades, year_trades
from taxlots.domain.calendar import date_of
from taxlots.workflows.form_8949 import filed_year
from taxlots.workflows.form_8949_files import write_forms

SALES: Final = 50_000
DAYS: Final = 60
FORMATS: Final = {"csv": "forms", "txf": "f.txf", "taxact": "f.csv", "fdx": "f.json"}


def lines() -> Iterator[str]:
    """The figures, one line each."""
    year = date_of(FIRST_DAY).year
    with tempfile.TemporaryDirectory() as place:
        book = Path(place) / "book"
        write_trades(book, year_trades(2 * SALES, DAYS))
        start = time.perf_counter()
        filed = filed_year(str(book), year)
        rows = len(filed.filing.rows)
        yield f"{rows:,} rows of Form 8949 from the journal: {time.perf_counter() - start:.1f} s"
        for form, name in FORMATS.items():
            start = time.perf_counter()
            write_forms(filed, form, Path(place) / name)
            yield f"{rows:,} rows as {form}: {time.perf_counter() - start:.1f} s"
