"""The documents of a return with very many sales: workbook, and pages."""

import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Final

from taxlots.book.return_forms import Filing, ReturnForms
from taxlots.book.schedule_d import OtherEntries, schedule_d
from taxlots.domain.form_8949 import Form8949Row
from taxlots.domain.money import SHARE
from taxlots.reports.pdf_8949 import pdf_bytes
from taxlots.reports.xlsx_8949 import write

WORKBOOK_ROWS: Final = 50_000
PAGE_ROWS: Final = 5_000
YEAR: Final = 2025


def filing_of(count: int) -> Filing:
    """A return with that many sales, half of them short-term, a third of those wash sales."""
    rows = tuple(_row(at) for at in range(count))
    schedule = schedule_d(rows, OtherEntries(), tax_return="trader", year=YEAR)
    forms = ReturnForms(
        tax_return="trader",
        rows=rows,
        totals=(),
        schedule_d=schedule,
        form_6781=None,
        form_4797=(),
        wash_statement=(),
        is_provisional=False,
    )
    return Filing(
        book="benchmark",
        year=YEAR,
        as_of=date(YEAR + 1, 2, 28),
        is_whole_dollars=False,
        returns=(forms,),
    )


def _row(at: int) -> Form8949Row:
    is_long, is_wash = at % 2 == 1, at % 6 == 0
    proceeds, basis = 100_000 + at, 110_000 + 3 * (at % 7_000)
    disallowed = (basis - proceeds) // 2 if is_wash and basis > proceeds else 0
    return Form8949Row(
        tax_return="trader",
        box="D" if is_long else "A",
        is_straight=False,
        description=f"{1 + at % 900} sh. SYM{at % 50} Example Corporation",
        acquired="2020-05-04" if is_long else "2025-01-06",
        sold="2025-06-30",
        proceeds_cents=proceeds,
        basis_cents=basis,
        codes="W" if disallowed else "",
        adjustment_cents=disallowed,
        gain_cents=proceeds - basis + disallowed,
        account="brokerage",
        symbol=f"SYM{at % 50}",
        quantity=(1 + at % 900) * SHARE,
        sale_id=f"sale-{at}",
        lot_id=f"lot-{at}",
        status="final",
    )


def lines() -> Iterator[str]:
    """The figures, one line each."""
    large, paged = filing_of(WORKBOOK_ROWS), filing_of(PAGE_ROWS)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "forms.xlsx"
        taken = _seconds(lambda: write(path, large))
        size = path.stat().st_size / 1e6
        yield f"Form 8949 with {WORKBOOK_ROWS:,} rows as workbook: {taken:.1f} s, {size:.1f} MB"
    pages: list[bytes] = []
    taken = _seconds(lambda: pages.append(pdf_bytes(paged)))
    size = len(pages[0]) / 1e6
    yield f"Form 8949 with {PAGE_ROWS:,} rows as PDF: {taken:.1f} s, {size:.1f} MB"


def _seconds(action: Callable[[], object]) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start
