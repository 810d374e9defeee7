"""What selling a dollar of a class costs in tax, on the average of the lots that are held of it."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from taxlots.book.booking import Books
from taxlots.book.record import OpenLot
from taxlots.book.standing import open_lots
from taxlots.domain.account import taxed_returns
from taxlots.domain.calendar import date_of
from taxlots.domain.harvest_rule import from_mapping
from taxlots.domain.problem import DataError, Problem, error
from taxlots.domain.rebalance_rule import RATIO
from taxlots.domain.tax_profile import TaxProfile
from taxlots.domain.tax_rate import RATE_ONE
from taxlots.workflows.drift_holdings import Holdings
from taxlots.workflows.harvest_years import harvest_years


def class_taxes(books: Books, holdings: Holdings) -> dict[str, int]:
    """Tax in 1e-8 of the value of each target, of what it holds itself.

    A gain that is kept is taxed later all the same, as a long-term one: only what a sale of today
    costs more than that in today's dollars counts, by ``discount_percent`` and ``years_to_sale``
    of ``[harvest]``.  Lots of unknown basis and tax-deferred ones count at nothing, losses against
    gains; a class that shows a loss costs nothing.  Raises DataError for a return without rates.
    """
    rule, _ = from_mapping(books.record.harvest)
    profiles, problems = harvest_years(books, rule, {})
    kept = Fraction(RATE_ONE, RATE_ONE + rule.discount_ppm) ** rule.years_to_sale
    place = {symbol: name for name, held in holdings.cents.items() for symbol in held}
    values = {symbol: cents for held in holdings.cents.values() for symbol, cents in held.items()}
    taxed = taxed_returns(books.record.accounts)
    costs: dict[str, Fraction] = {}
    for lot in open_lots(books):
        is_counted = lot.household == holdings.household and lot.account in taxed
        if is_counted and lot.symbol in place and lot.basis_status == "known":
            value = Fraction(values[lot.symbol] * lot.quantity, holdings.units[lot.symbol])
            now, later = _rates(profiles.profiles, taxed[lot.account], lot, books, problems)
            name = place[lot.symbol]
            cost = (value - lot.cost_basis_cents) * (now - later * kept) / RATE_ONE
            costs[name] = costs.get(name, Fraction(0)) + cost
    return {
        name: max(0, int(cost / holdings.total_cents(name) * RATIO)) for name, cost in costs.items()
    }


def _rates(
    profiles: Mapping[str, TaxProfile],
    tax_return: str,
    lot: OpenLot,
    books: Books,
    problems: list[Problem],
) -> tuple[int, int]:
    """The rate of a gain of today, and the long-term one of a later year."""
    as_of = date_of(books.as_of)
    is_long = lot.long_term_from is None or lot.long_term_from <= as_of
    profile = profiles.get(tax_return)
    rate = None if profile is None else profile.rate(is_long=is_long)
    later = None if profile is None else profile.rate(is_long=True)
    if rate is None or later is None:
        missing = error(
            f"profiles.csv:{tax_return}:{as_of.year}",
            "NO_PROFILE",
            f"No profile tells how {tax_return} is taxed, and tax_from_lots asks for it.",
            "Write rates or an income there, or state tax_percent instead of tax_from_lots.",
        )
        raise DataError([missing, *problems])
    return rate, later
