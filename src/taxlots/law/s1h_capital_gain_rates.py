"""Tax at capital gain rates: 0, 15 and 20, 25 and 28 percent.  26 USC 1(h).

The Schedule D Tax Worksheet.  Without gain of the 25 and 28 percent groups it is, line by line,
the Qualified Dividends and Capital Gain Tax Worksheet.  Net capital gain lies on top of ordinary
taxable income; within it the 28 percent group is at the bottom, and what is taxed at 0, 15 and
20 percent at the top.  Amounts are in cents times ``unit``; with a large unit nothing is rounded.
"""

from dataclasses import dataclass
from typing import Final

from taxlots.domain.filing_status import FilingStatus
from taxlots.domain.tax_rate import at_rate
from taxlots.law.cites import cites
from taxlots.law.s1_rates import ordinary_tax, table_tax, taxed_below_25_percent
from taxlots.law.tables import brackets

RATE_25_PPM: Final = 250_000
RATE_28_PPM: Final = 280_000


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxWorksheet:
    """Lines of the Schedule D Tax Worksheet.

    ``preferred_cents`` (qualified dividends and net capital gain) is line 10,
    ``adjusted_gain_cents`` line 13, ``ordinary_cents`` line 14, ``at_ordinary_rates_cents``
    line 21; ``at_0_cents`` (22), ``at_15_cents`` (30), ``at_20_cents`` (33), ``at_25_cents`` (39)
    and ``at_28_cents`` (42) are income, not tax.  ``ordinary_tax_cents`` is line 44,
    ``gain_tax_cents`` the tax at the other rates, and ``tax_cents`` line 47.
    """

    preferred_cents: int
    adjusted_gain_cents: int
    ordinary_cents: int
    at_ordinary_rates_cents: int
    at_0_cents: int
    at_15_cents: int
    at_20_cents: int
    at_25_cents: int
    at_28_cents: int
    ordinary_tax_cents: int
    gain_tax_cents: int

    @property
    def tax_cents(self) -> int:
        """Line 47."""
        return self.ordinary_tax_cents + self.gain_tax_cents


@cites("26 USC 1(h)(4)", "28% Rate Gain Worksheet, line 7", "Schedule D (Form 1040), line 18")
def gain_at_28(collectibles_cents: int, net_short_cents: int, carry_long_cents: int) -> int:
    """Gain of the 28 % group, from zero up: net collectibles gain that no loss takes first.

    A net short-term loss and the long-term loss carried in are set against it before anything else.
    """
    return max(0, collectibles_cents + min(0, net_short_cents) - carry_long_cents)


@cites(
    "26 USC 1(h)(6)",
    "Unrecaptured Section 1250 Gain Worksheet, line 18",
    "Schedule D (Form 1040), line 19",
)
def gain_at_25(
    unrecaptured_cents: int,
    collectibles_cents: int,
    net_short_cents: int,
    carry_long_cents: int,
) -> int:
    """Unrecaptured section 1250 gain, from zero up, less the losses that the 28 % group leaves."""
    left = collectibles_cents + min(0, net_short_cents) - carry_long_cents
    return max(0, unrecaptured_cents + min(0, left))


@cites("26 USC 1(h)(1)(B)", "26 USC 1(h)(1)(C)", "26 USC 1(j)(5)(B)")
def breakpoints(year: int, status: FilingStatus, unit: int = 1) -> tuple[int, int]:
    """The taxable income up to which gain is taxed at 0 %, and at 15 %.

    UsageError without such a year.
    """
    zero, fifteen, _ = brackets("capital_gain_rates", year, status)
    return (zero.top_cents or 0) * unit, (fifteen.top_cents or 0) * unit


@cites("26 USC 1(h)(1)", "Schedule D Tax Worksheet, lines 1 to 47")
def tax_worksheet(
    taxable_cents: int,
    qualified_dividends_cents: int,
    net_capital_gain_cents: int,
    gain_28_cents: int,
    gain_25_cents: int,
    year: int,
    status: FilingStatus,
    unit: int = 1,
    *,
    uses_table: bool = False,
) -> TaxWorksheet:
    """Tax on taxable income (from zero up) with qualified dividends and net capital gain.

    ``gain_28_cents`` and ``gain_25_cents`` are lines 18 and 19 of Schedule D; ``uses_table`` takes
    ordinary rates from the printed Tax Table, and needs amounts in cents.  Each product of an
    amount and a rate is rounded half up once, as a person writes it.  UsageError without such a
    year.
    """
    zero_top, fifteen_top = breakpoints(year, status, unit)
    line_1, line_9, line_19 = taxable_cents, net_capital_gain_cents, gain_25_cents
    line_10 = qualified_dividends_cents + line_9
    line_13 = line_10 - min(line_9, gain_28_cents + line_19)
    line_14 = max(0, line_1 - line_13)
    line_16 = min(line_1, zero_top)
    line_20 = min(line_14, line_1, taxed_below_25_percent(year, status, unit))
    line_21 = max(0, line_1 - line_10, line_20)
    line_22 = line_16 - min(line_14, line_16)
    line_23 = min(line_1, line_13)
    line_29 = max(0, min(line_1, fifteen_top) - (line_21 + line_22))
    line_30 = min(line_23 - line_22, line_29)
    line_33 = line_23 - line_22 - line_30
    line_38 = max(0, line_10 + line_21 - line_1)
    line_39 = max(0, min(line_9, line_19) - line_38)
    line_42 = line_1 - (line_21 + line_22 + line_30 + line_33 + line_39)
    fifteen, twenty = (b.rate_ppm for b in brackets("capital_gain_rates", year, status)[1:])
    gain_tax = at_rate(line_30, fifteen) + at_rate(line_33, twenty)
    gain_tax += at_rate(line_39, RATE_25_PPM) + at_rate(line_42, RATE_28_PPM)
    line_44 = _ordinary(line_21, year, status, unit, uses_table)
    line_46 = _ordinary(line_1, year, status, unit, uses_table)
    is_plain = line_46 <= line_44 + gain_tax
    return TaxWorksheet(
        preferred_cents=line_10,
        adjusted_gain_cents=line_13,
        ordinary_cents=line_14,
        at_ordinary_rates_cents=line_21,
        at_0_cents=line_22,
        at_15_cents=line_30,
        at_20_cents=line_33,
        at_25_cents=line_39,
        at_28_cents=line_42,
        ordinary_tax_cents=line_46 if is_plain else line_44,
        gain_tax_cents=0 if is_plain else gain_tax,
    )


def _ordinary(
    taxable_cents: int, year: int, status: FilingStatus, unit: int, uses_table: bool
) -> int:
    if uses_table:
        return table_tax(taxable_cents, year, status)
    return ordinary_tax(taxable_cents, year, status, unit)
