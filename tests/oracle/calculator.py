"""Tax-Calculator as an oracle: returns go in as its records, federal tax and NIIT come out.

Where its parameters are not those of the law they are corrected here, each with its authority;
what it reckons otherwise than the forms, the tests name.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd
import taxcalc
from numpy.typing import NDArray
from tests.oracle.profiles import Profile
from tests.oracle.statute import groups

from taxlots.domain.filing_status import FilingStatus
from taxlots.domain.tax_return import ReturnIncome
from taxlots.law.tables import YEARS, amount, rate

MARS = {
    FilingStatus.SINGLE: 1,
    FilingStatus.JOINT: 2,
    FilingStatus.SEPARATE: 3,
    FilingStatus.HEAD_OF_HOUSEHOLD: 4,
    FilingStatus.SURVIVING_SPOUSE: 5,
}

CORRECTIONS: dict[tuple[str, int], object] = {
    # Rev. Proc. 2022-38, section 3.01, Table 4: 346,875 for married, filing separately.
    # Tax-Calculator has the 578,125 of the unmarried.
    ("II_brk6", 2023): [578_125, 693_750, 346_875, 578_100, 693_750],
    # 26 USC 164(b)(7)(B)(ii)(II): 505,000 in 2026, half of it for married, filing separately.
    # Tax-Calculator has 513,850.
    ("ID_AllTaxes_c_ps", 2026): [505_000, 505_000, 252_500, 505_000, 505_000],
    # 26 USC 55(d)(2) as of 2026: half of what exceeds 500,000, so that 70,100 end at 640,200.
    # Tax-Calculator ends them at 639,200.
    ("AMT_em_pe", 2026): 640_200,
    # 26 USC 68, from 2026 on, is not reckoned: "Limit of itemized deductions in the 37 % bracket"
    # is one of the sentences of not_computed.
    ("ID_reduction_rate", 2026): 0.0,
}
"""Values of parameters for one year; the years after it keep theirs."""


@dataclass(frozen=True, slots=True)
class Taxes:
    """Federal tax (regular and minimum) and NIIT of each return, in dollars."""

    federal: NDArray[np.float64]
    niit: NDArray[np.float64]

    @property
    def total(self) -> NDArray[np.float64]:
        return self.federal + self.niit


def taxes(returns: Sequence[Profile]) -> Taxes:
    """The taxes that Tax-Calculator reckons for returns of one year."""
    (year,) = {one.income.year for one in returns}
    records = pd.DataFrame([_record(number, one) for number, one in enumerate(returns, start=1)])
    policy = _policy()
    policy.set_year(year)
    calculator = taxcalc.Calculator(
        policy=policy,
        records=taxcalc.Records(data=records, start_year=year, gfactors=None, weights=None),
        verbose=False,
    )
    calculator.calc_all()
    return Taxes(calculator.array("c05800"), calculator.array("niit"))


@cache
def _policy() -> taxcalc.Policy:
    policy, as_it_is = taxcalc.Policy(), taxcalc.Policy()
    reform: dict[str, dict[int, object]] = {}
    for (name, year), value in CORRECTIONS.items():
        reform[name] = {year: value}
        for later in range(year + 1, YEARS.stop):
            as_it_is.set_year(later)
            reform[name][later] = getattr(as_it_is, name)[0].tolist()
    policy.implement_reform(reform)
    return policy


def _record(number: int, profile: Profile) -> dict[str, float]:
    """The variables of a return, by the lines of the forms that they stand for."""
    income = profile.income
    is_joint = income.status is FilingStatus.JOINT
    other = _gross(income) - profile.interest_cents
    gain_28, gain_25 = groups(income)
    cents = {
        "e00300": profile.interest_cents,
        "e00600": income.qualified_dividends_cents,
        "e00650": income.qualified_dividends_cents,
        # Pensions are ordinary income and nothing else; a negative rest is a loss of Form 4797.
        "e01500": max(0, other),
        "e01700": max(0, other),
        "e01200": min(0, other),
        "p22250": income.short_cents - income.carry_short_cents,
        "p23250": income.long_cents - income.carry_long_cents,
        "e24518": gain_28,
        "e24515": gain_25,
        "cmbtp": _separate_addition(profile),
    }
    if income.itemizes:
        cents["e18400"] = income.state_local_taxes_cents or 0
        cents["e19200"] = income.deductions_cents or 0
    return {
        "RECID": number,
        "MARS": MARS[income.status],
        "XTOT": 2 if is_joint else 1,
        "age_head": 50,
        "age_spouse": 50 if is_joint else 0,
        "MIDR": int(income.itemizes and income.status is FilingStatus.SEPARATE),
    } | {name: value / 100 for name, value in cents.items()}


def _gross(income: ReturnIncome) -> int:
    """Ordinary income before deductions."""
    deducted = income.deductions_cents
    if deducted is None:
        deducted = amount("standard_deduction", income.year, income.status)
    return income.ordinary_income_cents + deducted


def _separate_addition(profile: Profile) -> int:
    """Form 6251, line 4, for married, filing separately: income goes up as the exemption would.

    26 USC 55(d)(2), last sentence.  Tax-Calculator leaves it out; here it enters as a further
    adjustment.  State and local taxes are not deducted for the minimum tax, so that income is
    adjusted gross income less the other itemized deductions.
    """
    income = profile.income
    if income.status is not FilingStatus.SEPARATE:
        return 0
    year, status = income.year, income.status
    minimum = _gross(income) + income.qualified_dividends_cents + profile.capital_cents
    if income.itemizes:
        minimum -= income.deductions_cents or 0
    full = amount("amt_exemption", year, status)
    above = max(0, minimum - amount("amt_phase_out_start", year, status))
    return min(full, max(0, above * rate("amt_phase_out_rate", year) // 10**6 - full))
