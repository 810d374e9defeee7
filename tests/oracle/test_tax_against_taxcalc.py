"""Federal tax, NIIT and marginal rates against Tax-Calculator, over thousands of returns.

Tax-Calculator (Policy Simulation Library) is a third party's reckoning of the same forms.  What is
not compared with it stands in ``reckons_line_20``, with the lines of the form by which it differs,
and is compared with the statute.
"""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from tests.oracle.calculator import Taxes, taxes
from tests.oracle.profiles import Profile, all_profiles, profiles
from tests.oracle.statute import groups, preferred, section_1h

from taxlots.domain.tax_return import FederalTax, MarginalRates
from taxlots.law.marginal_rates import marginal_rates
from taxlots.law.s1_rates import taxed_below_25_percent
from taxlots.law.s1h_capital_gain_rates import breakpoints
from taxlots.law.tables import YEARS
from taxlots.law.tax_of_year import federal_tax, moved

A_FEW_CENTS = 0.05
"""A return rounds each product to the cent; Tax-Calculator rounds nothing."""

ONE_PPM = 1e-6

DOLLAR = 100


def reckons_line_20(profile: Profile) -> bool:
    """Whether lines 19 to 21 of the Schedule D Tax Worksheet matter, which Tax-Calculator lacks.

    With gain of the 25 or 28 percent group, ordinary rates below 25 percent are used on it first:
    line 21 is the larger of what is no gain and of line 20, the income without adjusted gain up to
    the top of the 24 percent bracket.  Tax-Calculator stops at the top of the 0 percent rate.
    """
    income = profile.income
    if not any(groups(income)):
        return False
    taxable = max(0, federal_tax(income).taxable_income_cents)
    net_gain, adjusted = preferred(income)
    line_14 = max(0, taxable - adjusted)
    line_20 = min(line_14, taxed_below_25_percent(income.year, income.status))
    theirs = min(line_14, breakpoints(income.year, income.status)[0])
    return line_20 > max(theirs, taxable - net_gain)


def changed(profile: Profile, short: int, long: int) -> Profile:
    """The return with some dollars more of gain."""
    return replace(profile, income=moved(profile.income, short * DOLLAR, long * DOLLAR))


WAYS = {
    "short_ppm": (1, 0),
    "long_ppm": (0, 1),
    "short_loss_ppm": (-1, 0),
    "long_loss_ppm": (0, -1),
}
"""The dollars of short-term and long-term gain by which each marginal rate is defined."""


@cache
def grid(year: int) -> tuple[Profile, ...]:
    """The returns that are compared with Tax-Calculator, also with a dollar more or less."""

    def is_comparable(profile: Profile) -> bool:
        beside = (
            [changed(profile, *way) for way in WAYS.values()] if any(groups(profile.income)) else []
        )
        return not any(map(reckons_line_20, [profile, *beside]))

    return tuple(filter(is_comparable, profiles(year)))


@cache
def theirs_of(year: int) -> Taxes:
    return taxes(grid(year))


@cache
def ours_of(year: int) -> tuple[FederalTax, ...]:
    return tuple(federal_tax(one.income) for one in grid(year))


@cache
def rates_of(year: int) -> tuple[MarginalRates, ...]:
    return tuple(marginal_rates(one.income) for one in grid(year))


def test_the_grid_has_thousands_of_returns_of_each_kind() -> None:
    taxed = [tax for year in YEARS for tax in ours_of(year)]
    assert len(taxed) >= 5_000
    assert len(taxed) >= 0.9 * len(all_profiles())
    assert sum(tax.amt_cents > 0 for tax in taxed) >= 100
    assert sum(tax.niit_cents > 0 for tax in taxed) >= 500
    assert sum(tax.gain_28_cents > 0 for tax in taxed) >= 50
    assert sum(tax.gain_25_cents > 0 for tax in taxed) >= 50
    assert sum(tax.taxable_income_cents < 0 for tax in taxed) >= 100
    assert sum(tax.further_deduction_cents > 0 for tax in taxed) >= 500


@pytest.mark.parametrize("year", YEARS)
def test_federal_tax(year: int) -> None:
    """Form 1040, line 16, with Form 6251, line 11."""
    assert_equal(year, [tax.federal_tax_cents for tax in ours_of(year)], theirs_of(year).federal)


@pytest.mark.parametrize("year", YEARS)
def test_net_investment_income_tax(year: int) -> None:
    """Form 8960, line 17."""
    assert_equal(year, [tax.niit_cents for tax in ours_of(year)], theirs_of(year).niit)


def assert_equal(year: int, ours_cents: list[int], theirs: np.ndarray) -> None:
    differing = [
        f"{one}: {ours / 100:.2f}, Tax-Calculator {other:.2f}"
        for one, ours, other in zip(grid(year), ours_cents, theirs, strict=True)
        if abs(ours / 100 - other) > A_FEW_CENTS
    ]
    assert differing == []


@pytest.mark.parametrize("year", YEARS)
@pytest.mark.parametrize("rate", WAYS)
def test_marginal_rates(year: int, rate: str) -> None:
    """The rate is what one dollar changes, bends within the dollar included."""
    short, long = WAYS[rate]
    more = taxes([changed(one, short, long) for one in grid(year)]).total
    theirs = (more - theirs_of(year).total) * (short + long)
    ours = [getattr(rates, rate) / 10**6 for rates in rates_of(year)]
    differing = [
        f"{one}: {mine:.6f}, Tax-Calculator {other:.6f}"
        for one, mine, other in zip(grid(year), ours, theirs, strict=True)
        if abs(mine - other) > ONE_PPM
    ]
    assert differing == []


@pytest.mark.parametrize("year", YEARS)
def test_regular_tax_by_the_paragraphs_of_section_1h(year: int) -> None:
    """All returns, also those whose gain of the 25 and 28 percent groups is taxed at less."""
    for one in profiles(year):
        tax = federal_tax(one.income)
        by_statute = section_1h(one.income, max(0, tax.taxable_income_cents))
        assert abs(tax.regular_tax_cents / 100 - by_statute) <= A_FEW_CENTS, repr(one)
