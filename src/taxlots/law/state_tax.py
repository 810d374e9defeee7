"""The tax of the state of residence on a return with capital items.

Each state has its rules for losses in a file of its own; here they are chosen.  Ordinary income is
what the federal return taxes, with qualified dividends: a state's own deductions, exemptions and
credits are not computed, nor are its cities.  Where gain is taxed as ordinary income, a rate that
the taxpayer states stands for the brackets.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from taxlots.domain.filing_status import FilingStatus
from taxlots.domain.tax_rate import at_rate, rate_text
from taxlots.domain.tax_return import ReturnIncome
from taxlots.law import state_ca, state_ma, state_nj, state_ny, state_pa, state_wa
from taxlots.law.cites import cites
from taxlots.law.tables import years

WITHOUT_TAX: Final = frozenset({"AK", "FL", "NV", "NH", "SD", "TN", "TX", "WY"})
"""States that tax no capital gain of a person."""

Brackets = Callable[[int, int, FilingStatus], int]

BRACKETS: Final[dict[str, tuple[str, Brackets]]] = {
    "CA": ("california_rates", state_ca.income_tax),
    "NJ": ("new_jersey_rates", state_nj.income_tax),
    "NY": ("new_york_rates", state_ny.income_tax),
}
"""States whose brackets are known: their table, and the tax on taxable income by it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StateTax:
    """A state's tax in cents, and how it was reckoned.

    The carryovers are the state's own, from zero up; None where they are the federal ones.
    ``not_computed`` names what the tax leaves out, in sentences.
    """

    tax_cents: int
    note: str
    carry_short_cents: int | None = None
    carry_long_cents: int | None = None
    not_computed: tuple[str, ...] = ()


@cites("N.J.S.A. 54A:2-1", "72 P.S. 7302", "M.G.L. c. 62, § 4", "RCW 82.87.040")
def state_tax(income: ReturnIncome, capital_cents: int) -> StateTax:
    """Tax of the state of residence; 0 where the return names none.

    ``capital_cents`` is what capital adds to federal income: line 16 of Schedule D, or the negative
    of line 21 where that is a loss.
    """
    state = income.state.strip().upper()
    if not state:
        return StateTax(tax_cents=0, note="")
    if state in OWN_RULES:
        return OWN_RULES[state](income)
    if state in WITHOUT_TAX and income.state_rate_ppm is None:
        return StateTax(tax_cents=0, note=f"{state} taxes no capital gain of a person.")
    return _as_ordinary_income(income, state, capital_cents)


def _ordinary(income: ReturnIncome) -> int:
    return income.ordinary_income_cents + income.qualified_dividends_cents


def _left_out(state: str) -> str:
    return (
        f"{state}: the state's own deductions, exemptions and credits, and local taxes; "
        "its ordinary income is taken to be the federal taxable one."
    )


def _as_ordinary_income(income: ReturnIncome, state: str, capital_cents: int) -> StateTax:
    taxable = max(0, _ordinary(income) + capital_cents)
    told = [_left_out(state)]
    tax, how = _by_rate_or_brackets(income, state, taxable)
    if tax is None:
        return StateTax(tax_cents=0, note=how, not_computed=(how,))
    if state not in BRACKETS:
        told.append(f"{state}: its own rules for losses; the federal net gain is used.")
    is_by_brackets = income.state_rate_ppm is None
    if state == "NY" and is_by_brackets and state_ny.is_in_recapture(taxable):
        told.append("NY: the recapture of the benefit of lower brackets (supplemental tax).")
    note = f"{state}: gain as ordinary income, federal net gain and carryover, {how}."
    return StateTax(tax_cents=tax, note=note, not_computed=tuple(told))


def _by_rate_or_brackets(income: ReturnIncome, state: str, taxable: int) -> tuple[int | None, str]:
    """The tax, and by which rates it is reckoned; None and the reason where there are none."""
    if income.state_rate_ppm is not None:
        how = f"at the stated rate of {rate_text(income.state_rate_ppm)}"
        return at_rate(taxable, income.state_rate_ppm), how
    if state in BRACKETS:
        rule, by_brackets = BRACKETS[state]
        if income.year in years(rule):
            return by_brackets(taxable, income.year, income.status), f"brackets of {income.year}"
    return None, (
        f"{state}: no tax is computed for {income.year}, because its brackets are not known "
        "here: state the rate on ordinary income (state_rate)."
    )


def _new_jersey(income: ReturnIncome) -> StateTax:
    gain = state_nj.taxable_gain(income.short_cents, income.long_cents)
    taxable = max(0, _ordinary(income)) + gain
    tax, how = _by_rate_or_brackets(income, "NJ", taxable)
    if tax is None:
        return StateTax(
            tax_cents=0, note=how, carry_short_cents=0, carry_long_cents=0, not_computed=(how,)
        )
    return StateTax(
        tax_cents=tax,
        note=f"NJ: losses against gains of the same year alone, no carryover, {how}.",
        carry_short_cents=0,
        carry_long_cents=0,
        not_computed=(_left_out("NJ"),),
    )


def _pennsylvania(income: ReturnIncome) -> StateTax:
    told = [_left_out("PA")]
    gains = income.state_gains_cents
    if gains is None:
        gains = (income.short_cents + income.long_cents,)
        told.append(
            "PA: gain by the state's own basis (without section 1091) and of each spouse alone; "
            "the federal gain of the return is used."
        )
    taxable = max(0, _ordinary(income)) + state_pa.taxable_gain(gains)
    return StateTax(
        tax_cents=state_pa.income_tax(taxable),
        note="PA: gains of any term at 0.0307, no deduction and no carryover of a loss.",
        carry_short_cents=0,
        carry_long_cents=0,
        not_computed=tuple(told),
    )


def _massachusetts(income: ReturnIncome) -> StateTax:
    told = [_left_out("MA")]
    carry_short, carry_long = income.state_carry_short_cents, income.state_carry_long_cents
    if carry_short is None or carry_long is None:
        if income.carry_short_cents or income.carry_long_cents:
            told.append("MA: the state's own carryovers; the federal ones are used.")
        carry_short = income.carry_short_cents if carry_short is None else carry_short
        carry_long = income.carry_long_cents if carry_long is None else carry_long
    net = state_ma.net_by_term(
        income.short_cents - carry_short,
        income.long_cents - carry_long,
        income.qualified_dividends_cents,
    )
    if income.gain_28_cents > 0:
        told.append("MA: gain on collectibles, of which half is taxed at 12 percent.")
    if net.carry_short_cents or net.carry_long_cents:
        told.append(
            "MA: up to 2,000 of losses against interest and dividends that are no qualified ones."
        )
    general = max(0, income.ordinary_income_cents) + net.dividends_cents + net.long_cents
    tax = state_ma.general_tax(general, income.year)
    tax += state_ma.short_term_tax(net.short_cents, income.year)
    tax += state_ma.surtax(general + net.short_cents, income.year, income.status)
    return StateTax(
        tax_cents=tax,
        note="MA: gain by term, losses and carryovers by its Schedules B and D, with the surtax.",
        carry_short_cents=net.carry_short_cents,
        carry_long_cents=net.carry_long_cents,
        not_computed=tuple(told),
    )


def _washington(income: ReturnIncome) -> StateTax:
    year, status = income.year, income.status
    if year < state_wa.FIRST_YEAR:
        return StateTax(tax_cents=0, note=f"WA: no tax on gain before {state_wa.FIRST_YEAR}.")
    net_long = income.long_cents - income.carry_long_cents
    deduction = state_wa.standard_deduction(year, status)
    taxable = state_wa.taxable_gain(net_long, income.unrecaptured_1250_cents, deduction)
    told = ["WA: its other exemptions and deductions, such as charity and family businesses."]
    if state_wa.deduction_year(year) < year:
        told.append(
            f"WA: the standard deduction of {year}; "
            f"that of {state_wa.deduction_year(year)} is used."
        )
    if income.carry_long_cents:
        told.append("WA: which of the losses carried in are allocated to the state since 2022.")
    return StateTax(
        tax_cents=state_wa.excise(taxable, year, status),
        note="WA: excise on long-term gain above its standard deduction, none on other income.",
        not_computed=tuple(told) if net_long > 0 else (),
    )


OWN_RULES: Final[dict[str, Callable[[ReturnIncome], StateTax]]] = {
    "MA": _massachusetts,
    "NJ": _new_jersey,
    "PA": _pennsylvania,
    "WA": _washington,
}
"""States whose rules for losses or for gain differ from the federal ones."""
