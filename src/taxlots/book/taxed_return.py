"""One return and year with its tax, with and without its capital items."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from taxlots.law.marginal_rates import marginal_rates
from taxlots.law.tax_of_year import moved, tax_of_year

if TYPE_CHECKING:
    from taxlots.book.year_items import YearItems
    from taxlots.domain.tax_profile import TaxProfile
    from taxlots.domain.tax_return import MarginalRates, ReturnIncome, TaxOfYear


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxedReturn:
    """The tax of one return and year, its marginal rates, and what they were reckoned from.

    ``without`` is the tax without the year's capital items, carryovers kept: the difference is what
    they cost.  ``profile`` and ``items`` are None where the figures were given instead of a book;
    ``carried_from`` says where losses of earlier years come from.
    """

    name: str
    income: ReturnIncome
    tax: TaxOfYear
    without: TaxOfYear
    rates: MarginalRates
    profile: TaxProfile | None = None
    items: YearItems | None = None
    carried_from: str = ""

    @property
    def cost_cents(self) -> int:
        """Federal tax, tax on net investment income and state tax of the year's capital items."""
        return _owed(self.tax) - _owed(self.without)


def tax_of_return(income: ReturnIncome, name: str = "") -> TaxedReturn:
    """The tax of a return with its marginal rates.  UsageError for a year without tables."""
    bare = moved(income, -income.short_cents, -income.long_cents)
    state_gains = None if income.state_gains_cents is None else (0,)
    bare = replace(bare, gain_28_cents=0, unrecaptured_1250_cents=0, state_gains_cents=state_gains)
    return TaxedReturn(
        name=name,
        income=income,
        tax=tax_of_year(income),
        without=tax_of_year(bare),
        rates=marginal_rates(income),
    )


def _owed(tax: TaxOfYear) -> int:
    return tax.federal_tax_cents + tax.niit_cents + tax.state_tax_cents
