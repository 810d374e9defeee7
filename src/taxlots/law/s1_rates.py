"""Tax on ordinary taxable income: the schedules of rates, and the printed Tax Table.  26 USC 1, 3.

Amounts are in cents times ``unit``; with a large unit nothing is rounded.
"""

from typing import Final

from taxlots.domain.filing_status import FilingStatus
from taxlots.law.cites import cites
from taxlots.law.tables import brackets, by_schedule

TABLE_END_CENTS: Final = 100_000_00
"""From this taxable income on, everybody reckons by the schedules."""

DOLLAR: Final = 100

FIRST_ROWS: Final = ((5_00, 0), (15_00, 5_00), (25_00, 15_00))
"""The first rows of the Tax Table: where each ends and begins."""

NARROW_ROWS_END_CENTS: Final = 3_000_00
NARROW_ROW_CENTS: Final = 25_00
WIDE_ROW_CENTS: Final = 50_00


@cites("26 USC 1(a)", "26 USC 1(b)", "26 USC 1(c)", "26 USC 1(d)", "26 USC 1(j)(2)")
def ordinary_tax(taxable_cents: int, year: int, status: FilingStatus, unit: int = 1) -> int:
    """Tax by the schedule of a year and status, rounded once.  UsageError without such a year."""
    return by_schedule(taxable_cents, brackets("ordinary_rates", year, status), unit)


@cites("26 USC 3(a)", "Instructions for Form 1040, Tax Table")
def table_tax(taxable_cents: int, year: int, status: FilingStatus) -> int:
    """Tax by the printed Tax Table: that on the middle of the row, in whole dollars.

    The table ends at 100,000; above it the schedule is used.  UsageError without such a year.
    """
    if taxable_cents >= TABLE_END_CENTS:
        return ordinary_tax(taxable_cents, year, status)
    # Twice the middle of a row, so that half cents are whole; the schedule is then exact.
    doubled = ordinary_tax(_twice_the_middle(taxable_cents), year, status, 2)
    return (doubled + DOLLAR) // (2 * DOLLAR) * DOLLAR


@cites("26 USC 1(h)(1)(A)(ii)(I)", "Schedule D Tax Worksheet, line 19")
def taxed_below_25_percent(year: int, status: FilingStatus, unit: int = 1) -> int:
    """The taxable income up to which rates are below 25 percent: the top of the 24 % bracket."""
    quarter = 250_000
    tops = [b.top_cents or 0 for b in brackets("ordinary_rates", year, status)]
    rates = [b.rate_ppm for b in brackets("ordinary_rates", year, status)]
    return max(top for top, rate in zip(tops, rates, strict=True) if rate < quarter) * unit


def _twice_the_middle(taxable_cents: int) -> int:
    for end, start in FIRST_ROWS:
        if taxable_cents < end:
            return start + end if start else 0
    is_narrow = taxable_cents < NARROW_ROWS_END_CENTS
    width = NARROW_ROW_CENTS if is_narrow else WIDE_ROW_CENTS
    return 2 * (taxable_cents // width * width) + width
