"""The tax of one return and year, from its ordinary income and its capital items.

The sections stand in files of their own; here is the order in which a return asks them: Schedule D
and its deduction, taxable income, the tax worksheet, Form 6251, Form 8960, the carryover worksheet.
"""

from dataclasses import dataclass, fields, replace
from typing import Final

from taxlots.domain.tax_return import FederalTax, ReturnIncome, TaxOfYear
from taxlots.law.cites import cites
from taxlots.law.not_computed import not_computed
from taxlots.law.s1h_capital_gain_rates import (
    TaxWorksheet,
    gain_at_25,
    gain_at_28,
    tax_worksheet,
)
from taxlots.law.s55_amt import amt, amt_income, exemption, tentative_minimum_tax
from taxlots.law.s63_deductions import added_back, further_deduction
from taxlots.law.s164_salt import salt_cap, salt_deduction
from taxlots.law.s1211_loss_limit import deductible_loss, loss_limit
from taxlots.law.s1212_carryover import carryover_long, carryover_short, loss_used
from taxlots.law.s1222_netting import net_capital_gain, net_long_term, net_short_term
from taxlots.law.s1411_niit import net_investment_income, niit
from taxlots.law.state_tax import state_tax
from taxlots.law.tables import YEARS, amount

CENT: Final = 1
"""The unit in which people reckon: each product with a rate is rounded to the cent, half up."""


@dataclass(frozen=True, slots=True)
class _ScheduleD:
    """Lines 7, 15, 16 and 21, and what capital items add to adjusted gross income."""

    short: int
    long: int
    line_16: int
    deduction: int
    in_income: int


@cites("26 USC 1", "26 USC 55", "26 USC 1211(b)", "26 USC 1212(b)", "26 USC 1411")
def tax_of_year(income: ReturnIncome) -> TaxOfYear:
    """Federal tax, tax on net investment income and state tax of a return, in cents.

    UsageError for a year without tables.
    """
    federal = federal_tax(income)
    known = {field.name: getattr(federal, field.name) for field in fields(FederalTax)}
    state = state_tax(income, federal.capital_cents)
    short, long = state.carry_short_cents, state.carry_long_cents
    return TaxOfYear(
        **known,
        state_tax_cents=state.tax_cents,
        state_note=state.note,
        state_carryover_short_cents=federal.carryover_short_cents if short is None else short,
        state_carryover_long_cents=federal.carryover_long_cents if long is None else long,
        not_computed=(*not_computed(income, federal), *state.not_computed),
    )


@cites("Schedule D (Form 1040)", "Form 1040, lines 7 to 17", "Form 6251", "Form 8960")
def federal_tax(
    income: ReturnIncome,
    unit: int = CENT,
    kept_deduction_cents: int | None = None,
    kept_exemption_cents: int | None = None,
) -> FederalTax:
    """Federal tax of a return whose amounts are in cents times ``unit``, like those returned.

    With a large unit nothing is rounded, so that two returns compare exactly.  A further deduction
    and an exemption that are kept as they were show what their change is worth.  UsageError for a
    year without tables.
    """
    year, status = income.year, income.status
    lines = _schedule_d(income, unit)
    magi = _magi(income, lines, unit)
    further, back = _deductions(income, magi, unit, kept_deduction_cents)
    taxable = income.ordinary_income_cents + income.qualified_dividends_cents
    taxable += lines.in_income - further
    worksheet, gain_28, gain_25 = _worksheet(income, lines, max(0, taxable), unit)
    minimum = amt_income(taxable, back, year, status, unit)
    exempt = exemption(minimum, year, status, unit)
    if kept_exemption_cents is not None:
        exempt = kept_exemption_cents
    tentative = tentative_minimum_tax(
        max(0, minimum - exempt), worksheet, gain_25, year, status, unit
    )
    extra = amt(tentative, worksheet.tax_cents)
    invested = _net_investment_income(income, lines)
    used = loss_used(lines.deduction, taxable)
    return FederalTax(
        net_short_cents=lines.short,
        net_long_cents=lines.long,
        line_16_cents=lines.line_16,
        deduction_cents=lines.deduction,
        capital_cents=lines.in_income,
        carryover_short_cents=carryover_short(lines.short, lines.long, used),
        carryover_long_cents=carryover_long(lines.short, lines.long, used),
        gain_28_cents=gain_28,
        gain_25_cents=gain_25,
        magi_cents=magi,
        further_deduction_cents=further,
        taxable_income_cents=taxable,
        ordinary_tax_cents=worksheet.ordinary_tax_cents,
        gain_tax_cents=worksheet.gain_tax_cents,
        regular_tax_cents=worksheet.tax_cents,
        amt_income_cents=minimum,
        amt_exemption_cents=exempt,
        amt_cents=extra,
        federal_tax_cents=worksheet.tax_cents + extra,
        net_investment_income_cents=invested,
        niit_cents=niit(invested, magi, status, unit),
    )


@cites("26 USC 1212(b)", "Capital Loss Carryover Worksheet")
def carried_out(income: ReturnIncome) -> tuple[int, int]:
    """Short-term and long-term losses that a return carries to the next year, in cents.

    It needs no tables, so that a chain of carryovers may begin before their first year: deductions
    are then those that the income states.
    """
    if income.year in YEARS:
        tax = federal_tax(income)
        return tax.carryover_short_cents, tax.carryover_long_cents
    lines = _schedule_d(income, CENT)
    before = income.ordinary_income_cents + income.qualified_dividends_cents
    before -= income.state_local_taxes_cents or 0
    used = loss_used(lines.deduction, before + lines.in_income)
    return (
        carryover_short(lines.short, lines.long, used),
        carryover_long(lines.short, lines.long, used),
    )


@cites("26 USC 1222", "26 USC 1211(b)")
def moved(
    income: ReturnIncome, short_delta_cents: int, long_delta_cents: int, unit: int = CENT
) -> ReturnIncome:
    """The return with more gain, or less: a stated income moves along as far as that enters it.

    Gains by the state's own basis move too, the first of them.  Amounts are in cents times
    ``unit``.
    """
    after = replace(
        income,
        short_cents=income.short_cents + short_delta_cents,
        long_cents=income.long_cents + long_delta_cents,
    )
    by = _schedule_d(after, unit).in_income - _schedule_d(income, unit).in_income
    magi, invested = income.magi_cents, income.net_investment_income_cents
    own = income.state_gains_cents
    if own:
        own = (own[0] + short_delta_cents + long_delta_cents, *own[1:])
    return replace(
        after,
        state_gains_cents=own,
        magi_cents=None if magi is None else magi + by,
        net_investment_income_cents=None if invested is None else max(0, invested + by),
    )


def _schedule_d(income: ReturnIncome, unit: int) -> _ScheduleD:
    short = net_short_term(income.short_cents, income.carry_short_cents)
    long = net_long_term(income.long_cents, income.carry_long_cents)
    deduction = deductible_loss(short + long, loss_limit(income.status) * unit)
    return _ScheduleD(short, long, short + long, deduction, max(0, short + long) - deduction)


def _magi(income: ReturnIncome, lines: _ScheduleD, unit: int) -> int:
    if income.magi_cents is not None:
        return income.magi_cents
    deducted = income.deductions_cents
    if deducted is None:
        deducted = amount("standard_deduction", income.year, income.status) * unit
    before = income.ordinary_income_cents + deducted + income.qualified_dividends_cents
    return before + lines.in_income


def _deductions(income: ReturnIncome, magi: int, unit: int, kept: int | None) -> tuple[int, int]:
    """What is deducted further, and what Form 6251 adds back of all deductions."""
    year, status = income.year, income.status
    standard = amount("standard_deduction", year, status) * unit
    deducted = standard if income.deductions_cents is None else income.deductions_cents
    if not income.itemizes:
        return 0, deducted
    if income.state_local_taxes_cents is None:
        return 0, 0
    cap = salt_cap(magi, year, status, unit)
    taxes = salt_deduction(income.state_local_taxes_cents, cap)
    further = further_deduction(deducted, taxes, standard, status)
    back = added_back(further, taxes, standard)
    return (further, back) if kept is None else (kept, back + kept - further)


def _worksheet(
    income: ReturnIncome, lines: _ScheduleD, taxable: int, unit: int
) -> tuple[TaxWorksheet, int, int]:
    """The tax worksheet, with lines 18 and 19 of Schedule D."""
    collectibles, carried = income.gain_28_cents, income.carry_long_cents
    gain_28 = gain_at_28(collectibles, lines.short, carried)
    gain_25 = gain_at_25(income.unrecaptured_1250_cents, collectibles, lines.short, carried)
    worksheet = tax_worksheet(
        taxable,
        income.qualified_dividends_cents,
        net_capital_gain(lines.short, lines.long),
        gain_28,
        gain_25,
        income.year,
        income.status,
        unit,
        uses_table=income.uses_tax_table and unit == CENT,
    )
    return worksheet, gain_28, gain_25


def _net_investment_income(income: ReturnIncome, lines: _ScheduleD) -> int:
    if income.net_investment_income_cents is not None:
        return income.net_investment_income_cents
    other = income.qualified_dividends_cents + income.investment_income_cents
    return net_investment_income(other, lines.line_16, lines.deduction)
