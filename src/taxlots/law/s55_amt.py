"""The alternative minimum tax of a person.  26 USC 55, 56; Form 6251.

State and local taxes and the standard deduction are no deductions here, a large exemption falls
with income, and capital gains keep their rates.  Other adjustments and preferences (incentive
stock options, depreciation, private activity bonds, ...) are not known here.  Amounts are in
cents times ``unit``; with a large unit nothing is rounded.
"""

from taxlots.domain.filing_status import FilingStatus
from taxlots.domain.tax_rate import at_rate
from taxlots.law.cites import cites
from taxlots.law.s1h_capital_gain_rates import RATE_25_PPM, TaxWorksheet, breakpoints
from taxlots.law.tables import amount, brackets, by_schedule, rate


@cites("26 USC 55(d)(1)", "26 USC 55(d)(2)", "26 USC 55(d)(4)", "Form 6251, line 5")
def exemption(amt_income_cents: int, year: int, status: FilingStatus, unit: int = 1) -> int:
    """The exemption that is left at an alternative minimum taxable income.

    It falls by 25 cents, from 2026 on by 50 cents, with each dollar above a threshold.
    UsageError without such a year.
    """
    full = amount("amt_exemption", year, status) * unit
    above = max(0, amt_income_cents - amount("amt_phase_out_start", year, status) * unit)
    return max(0, full - at_rate(above, rate("amt_phase_out_rate", year)))


@cites("26 USC 55(b)(2)", "26 USC 56(b)(1)", "26 USC 55(d)(2)", "Form 6251, line 4")
def amt_income(
    taxable_income_cents: int,
    added_back_cents: int,
    year: int,
    status: FilingStatus,
    unit: int = 1,
) -> int:
    """Alternative minimum taxable income; it may be negative.

    ``taxable_income_cents`` is reckoned as if it could be negative; ``added_back_cents`` is the
    standard deduction, or the state and local taxes of one who itemizes.  Who is married and files
    separately goes on adding when the exemption is gone, up to what it was.
    """
    income = taxable_income_cents + added_back_cents
    if status is not FilingStatus.SEPARATE:
        return income
    full = amount("amt_exemption", year, status) * unit
    falls_by = rate("amt_phase_out_rate", year)
    above = max(0, income - amount("amt_phase_out_start", year, status) * unit)
    return income + min(full, max(0, at_rate(above, falls_by) - full))


@cites("26 USC 55(b)(1)", "26 USC 55(b)(3)", "Form 6251, lines 12 to 40")
def tentative_minimum_tax(
    taxed_cents: int,
    worksheet: TaxWorksheet,
    gain_25_cents: int,
    year: int,
    status: FilingStatus,
    unit: int = 1,
) -> int:
    """Tax on alternative minimum taxable income less exemption, at 26 and 28 %, gains at their own.

    ``worksheet`` is that of the regular tax.  UsageError without such a year.
    """
    zero_top, fifteen_top = breakpoints(year, status, unit)
    fifteen, twenty = (b.rate_ppm for b in brackets("capital_gain_rates", year, status)[1:])
    line_13 = worksheet.adjusted_gain_cents
    line_16 = min(taxed_cents, line_13 + gain_25_cents, worksheet.preferred_cents)
    line_17 = taxed_cents - line_16
    line_22 = min(taxed_cents, line_13)
    line_21 = max(0, zero_top - worksheet.ordinary_cents)
    line_23 = min(line_21, line_22)
    line_29 = max(0, fifteen_top - line_21 - worksheet.at_ordinary_rates_cents)
    line_30 = min(line_22 - line_23, line_29)
    line_33 = line_22 - line_23 - line_30
    line_36 = line_16 - line_22
    tax = _by_amt_rates(line_17, year, status, unit)
    tax += at_rate(line_30, fifteen) + at_rate(line_33, twenty) + at_rate(line_36, RATE_25_PPM)
    return min(tax, _by_amt_rates(taxed_cents, year, status, unit))


@cites("26 USC 55(a)", "Form 6251, line 11")
def amt(tentative_cents: int, regular_tax_cents: int) -> int:
    """The alternative minimum tax: what the tentative tax exceeds the regular tax by."""
    return max(0, tentative_cents - regular_tax_cents)


def _by_amt_rates(taxed_cents: int, year: int, status: FilingStatus, unit: int) -> int:
    """26 % up to the edge, 28 % above it, rounded once."""
    return by_schedule(taxed_cents, brackets("amt_rates", year, status), unit)
