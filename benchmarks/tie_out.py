"""What it takes to tie a year out: from a form that agrees to one in which every row breaks.

The sales stand in ten positions alone, so that thousands of rows of one security meet: whatever
compares them with one another would show.
"""

import json
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, Final

from benchmarks.histories import FIRST_DAY, write_trades, year_trades
from taxlots.domain.calendar import date_of
from taxlots.reports.broker_1099b import form_1099b_text
from taxlots.workflows.differences import differences
from taxlots.workflows.reconcile import reconcile, write_reconciliation
from taxlots.workflows.reconcile_files import FormFiles

ROUND_TRIPS: Final = (12_500, 25_000, 50_000)
DAYS: Final = 60

Sale = dict[str, Any]


def as_it_is(_: Sale, __: random.Random) -> None:
    """A form that agrees."""


def other_basis(sale: Sale, draw: random.Random) -> None:
    """Every tenth row has a basis that nothing explains."""
    if draw.randrange(10) == 0:
        sale["costBasis"] = round(sale["costBasis"] + 1.23, 2)


def other_day(sale: Sale, draw: random.Random) -> None:
    """Every row is of another day of purchase, as another method would choose lots."""
    day = date_of(FIRST_DAY + draw.randrange(DAYS)).isoformat()
    sale["dateAcquired"] = min(day, sale["dateOfSale"])
    sale["costBasis"] = round(sale["costBasis"] + draw.randrange(5_000) / 100, 2)


FORMS: Final[dict[str, Callable[[Sale, random.Random], None]]] = {
    "all rows agree": as_it_is,
    "a tenth has another basis": other_basis,
    "all lots are others": other_day,
}


def lines() -> Iterator[str]:
    """The figures, one line each."""
    year = date_of(FIRST_DAY).year
    with tempfile.TemporaryDirectory() as place:
        for count in ROUND_TRIPS:
            book = Path(place) / str(count)
            write_trades(book, year_trades(2 * count, DAYS))
            views = differences(str(book), year=year)
            document = json.loads(form_1099b_text(views, year))
            for name, change in FORMS.items():
                form = Path(place) / "form.json"
                rows = _changed(document, change)
                form.write_text(json.dumps(document), "utf-8")
                start = time.perf_counter()
                files = FormFiles(paths=(form,))
                out = Path(place) / "out"
                found = write_reconciliation(out, partial(reconcile, str(book), files, year))
                taken = time.perf_counter() - start
                yield (
                    f"{rows:,} rows of the form, {name}: {taken:.1f} s,"
                    f" {len(found.breaks):,} breaks, files included"
                )


def _changed(document: dict[str, Any], change: Callable[[Sale, random.Random], None]) -> int:
    draw = random.Random(1)  # noqa: S311 (a form, not a secret)
    sales = [sale for one in document["forms"] for sale in one["tax1099B"]["securityDetails"]]
    for sale in sales:
        change(sale, draw)
    return len(sales)
