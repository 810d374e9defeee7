"""What the law of the year asks of a plan, beside the rates at which its lots were weighed."""

from __future__ import annotations

from taxlots.plan.optimizer.caps import by_row
from taxlots.plan.optimizer.portfolio import Portfolio
from taxlots.plan.rebalance.household_portfolio import HouseholdPortfolio
from taxlots.plan.risk import Floats
from taxlots.plan.year_tax import RatedYear


def tax_of_lots(household: HouseholdPortfolio, sold_by_row: Floats) -> float:
    """What selling lots costs in tax, now and later: by law, or at the stated rates.

    ``sold_by_row`` is what is sold of the household's lots, (lots,), as fractions of NAV, and so is
    the result.  Lots of other returns than the main one bear their marginal rates.
    """
    year, gains = household.year, household.gains
    if year is None or isinstance(year, RatedYear):
        return float(by_row(household.book, household.book.lots.slope) @ sold_by_row)
    short, long = (round(gain * household.nav_cents) for gain in gains.totals(sold_by_row))
    tax = year.all_years(short, long)
    return tax / household.nav_cents + float(gains.other @ sold_by_row)


def beyond_rates(household: HouseholdPortfolio, book: Portfolio, sold: Floats) -> float:
    """The tax of sales by law, less that at the rates of a portfolio's lots.

    ``book`` is the household's portfolio with lots at any rates and ``sold`` what is sold of them,
    in their order, as fractions of NAV; so is the result.  Nothing where the rates are stated.
    """
    if household.year is None or isinstance(household.year, RatedYear):
        return 0.0
    return tax_of_lots(household, by_row(book, sold)) - float(book.lots.slope @ sold)
