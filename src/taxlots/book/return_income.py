"""The income of one return and year: its profile, with the capital items of its books."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from taxlots.domain.filing_status import FilingStatus
from taxlots.domain.problem import UsageError
from taxlots.domain.tax_profile import TaxProfile
from taxlots.domain.tax_return import ReturnIncome
from taxlots.law.tables import YEARS, amount

if TYPE_CHECKING:
    from taxlots.book.year_items import YearItems

MOST_ADDITIONS: Final = 4
"""Both spouses 65 or older, and blind (26 USC 63(f))."""


def return_income(
    profile: TaxProfile,
    items: YearItems,
    carry_short_cents: int = 0,
    carry_long_cents: int = 0,
    spouses_cents: tuple[int, int] | None = None,
) -> ReturnIncome:
    """What a return is taxed on.

    The carryovers are losses of earlier years, from zero up.  ``spouses_cents`` are gains by the
    state's rules where these differ, see ``book.state_gains``; a profile that states them wins.
    UsageError for a profile that lacks
    what is needed, and for one without deductions in a year without tables.
    """
    status, ordinary = profile.status, profile.ordinary_income_cents
    if status is None or ordinary is None:
        raise UsageError(
            f"the profile of {profile.tax_return!r} for {profile.year} lacks "
            f"{' and '.join(profile.lacks)}; fill in profiles.csv"
        )
    deducted = profile.deductions_cents
    if deducted is None:
        deducted = amount("standard_deduction", profile.year, status)
    qualified = profile.qualified_dividends_cents
    if qualified is None:
        qualified = items.qualified_dividends_cents
    short, long = capital_items(profile, items)
    return ReturnIncome(
        year=profile.year,
        status=status,
        ordinary_income_cents=ordinary + items.section_475_cents - deducted,
        short_cents=short,
        long_cents=long,
        carry_short_cents=carry_short_cents,
        carry_long_cents=carry_long_cents,
        gain_28_cents=items.gain_28_cents,
        unrecaptured_1250_cents=profile.unrecaptured_1250_cents or 0,
        qualified_dividends_cents=qualified,
        investment_income_cents=_investment_income(items, qualified),
        deductions_cents=deducted,
        itemizes=_itemizes(profile, status, deducted),
        state_local_taxes_cents=profile.state_local_taxes_cents,
        magi_cents=profile.magi_cents,
        net_investment_income_cents=profile.net_investment_income_cents,
        state=profile.state,
        state_rate_ppm=profile.state_rate,
        state_carry_short_cents=profile.state_carry_short_cents,
        state_carry_long_cents=profile.state_carry_long_cents,
        state_gains_cents=_state_gains(profile, items, spouses_cents),
    )


def capital_items(profile: TaxProfile | None, items: YearItems) -> tuple[int, int]:
    """Short-term and long-term gain of the year, in cents, without what is carried in.

    Sales, section 1256 contracts and distributions of the books, and what the profile adds: lines
    1 to 5 and 8 to 13 of Schedule D.
    """
    short = items.short_cents + items.section_1256_short_cents
    long = items.long_cents + items.section_1256_long_cents
    long += items.capital_gain_distributions_cents
    if profile is not None:
        short += profile.k1_short_cents or 0
        long += profile.k1_long_cents or 0
    return short, long


def _investment_income(items: YearItems, qualified_cents: int) -> int:
    """What the books tell of investment income at ordinary rates (26 USC 1411(c)(1)(A), (c)(2)).

    Interest, dividends that are not qualified, and the results of section 475 accounts.
    """
    others = max(0, items.dividends_cents - qualified_cents)
    return items.interest_cents + others + items.section_475_cents


def _itemizes(profile: TaxProfile, status: FilingStatus, deducted: int) -> bool:
    """Whether deductions are itemized: they are no standard deduction, age and blindness included.

    State and local taxes beside them say so too.
    """
    if profile.state_local_taxes_cents is not None:
        return True
    if profile.year not in YEARS:
        return False
    standard = amount("standard_deduction", profile.year, status)
    each = amount("additional_standard_deduction", profile.year, status)
    return deducted not in {standard + times * each for times in range(MOST_ADDITIONS + 1)}


def _state_gains(
    profile: TaxProfile, items: YearItems, spouses_cents: tuple[int, int] | None
) -> tuple[int, ...] | None:
    """Net gains by the state's rules, of each spouse; distributions are no gain to lose from."""
    stated = (profile.state_gain_cents, profile.state_gain_spouse_cents)
    known = tuple(cents for cents in stated if cents is not None)
    if known or spouses_cents is None:
        return known or None
    own, spouse = spouses_cents
    own += items.section_1256_short_cents + items.section_1256_long_cents
    own += (profile.k1_short_cents or 0) + (profile.k1_long_cents or 0)
    gains = (own, spouse) if profile.status is FilingStatus.JOINT else (own + spouse,)
    return *gains, items.capital_gain_distributions_cents
