"""Budgets of a year: gains that may be realized at most, and tax that should be owed at most.

A gain budget is hard: a sale that goes beyond it is refused.  A tax budget is soft: a sale that
goes beyond the part of it that the year has reached is only told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from taxlots.domain.problem import Problem, error
from taxlots.domain.settings import scaled_value, unknown_keys
from taxlots.domain.tax_rate import at_rate
from taxlots.plan.gain_budgets import GainBudget, capped_gains, exceeded
from taxlots.plan.year_tax import YearTax

WHERE: Final = "book.toml:rebalance.budget"
MONTHS_OF_YEAR: Final = 12


class Prorated(StrEnum):
    """In how many parts a tax budget is released over the year, each on its first day."""

    ANNUAL = "annual"
    SEMIANNUAL = "semiannual"
    QUARTERLY = "quarterly"
    MONTHLY = "monthly"

    @property
    def parts(self) -> int:
        """The number of parts."""
        return {"annual": 1, "semiannual": 2, "quarterly": 4, "monthly": 12}[self]

    def begun(self, day: date) -> int:
        """How many parts have begun on a day of the year."""
        return (day.month - 1) * self.parts // MONTHS_OF_YEAR + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """What one return may realize and should owe in a year; None where nobody says.

    Gains are net of the year's losses, in cents.  ``tax_ppm`` is a part of the holdings, in parts
    per million; the smaller of both tax budgets holds.
    """

    short_gain_cents: int | None = None
    long_gain_cents: int | None = None
    gain_cents: int | None = None
    tax_cents: int | None = None
    tax_ppm: int | None = None
    prorated: Prorated = Prorated.ANNUAL

    @property
    def is_stated(self) -> bool:
        """Whether there is any budget."""
        return any(capped_gains(self)) or self.tax_cents is not None or self.tax_ppm is not None

    def tax_of_year(self, holdings_cents: int) -> int | None:
        """The tax budget of the whole year, for holdings of some value."""
        rated = None if self.tax_ppm is None else at_rate(holdings_cents, self.tax_ppm)
        return min((part for part in (self.tax_cents, rated) if part is not None), default=None)

    def tax_by(self, day: date, holdings_cents: int) -> int | None:
        """The part of it that is released by a day."""
        whole = self.tax_of_year(holdings_cents)
        return None if whole is None else whole * self.prorated.begun(day) // self.prorated.parts


AMOUNTS: Final = {
    # Key of book.toml -> field, decimals.
    **{str(one): (one.field, 2) for one in GainBudget},
    "tax": ("tax_cents", 2),
    "tax_percent": ("tax_ppm", 4),
}


def from_mapping(mapping: Mapping[str, object]) -> tuple[Budget, list[Problem]]:
    """The budget that ``[rebalance.budget]`` states, and a problem for each wrong key."""
    problems = unknown_keys(mapping, frozenset({*AMOUNTS, "prorated"}), WHERE)
    found: dict[str, object] = {}
    for key, (field, places) in AMOUNTS.items():
        if key in mapping:
            found[field] = number = scaled_value(mapping[key], places)
            if number is None or number < 0:
                wanted = f"a number that is not negative, with at most {places} decimals"
                problems.append(_bad(key, mapping[key], wanted))
    rhythm = mapping.get("prorated", Prorated.ANNUAL)
    if rhythm not in tuple(Prorated):
        problems.append(_bad("prorated", rhythm, " or ".join(f'"{one}"' for one in Prorated)))
    if problems:
        return Budget(), problems
    return Budget(prorated=Prorated(str(rhythm)), **found), []  # type: ignore[arg-type]


def _bad(key: str, value: object, wanted: str) -> Problem:
    message = f"{key} = {value!r} cannot be read."
    return error(f"{WHERE}:{key}", "BAD_VALUE", message, f"Write {wanted}.")


class Fit(StrEnum):
    """Whether a sale keeps to the budgets."""

    FITS = "fits"
    OVER_TAX = "over_tax"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class GainSale:
    """A sale that somebody considers, by what it would realize, in cents."""

    name: str
    short_cents: int
    long_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetedSale:
    """A sale after those before it that were not refused.

    ``tax_cents`` is what it adds to the year's tax.  ``over`` maps each budget that it goes beyond
    (a key of ``book.toml``) to the cents by which.
    """

    sale: GainSale
    fit: Fit
    tax_cents: int
    over: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetCheck:
    """The year so far against its budgets, and each sale; money in cents.

    ``tax_used_cents`` is what the realized gains of the year cost in tax; ``tax_by_cents`` is the
    tax budget that is released by the day.
    """

    short_cents: int
    long_cents: int
    tax_used_cents: int
    tax_year_cents: int | None
    tax_by_cents: int | None
    sales: tuple[BudgetedSale, ...]


def check_budget(
    budget: Budget,
    sales: Sequence[GainSale],
    year: YearTax | None,
    *,
    realized_cents: tuple[int, int],
    holdings_cents: int,
    as_of: date,
) -> BudgetCheck:
    """Which of some sales, one after the other, keep to the budgets of a return.

    ``realized_cents`` are the short-term and the long-term net gain of the year so far; losses make
    room.  A sale that takes nothing from a budget is not over it, however little is left.  Where
    the ``year`` is not known no tax is told, and no tax budget is exceeded.
    """
    short, long = realized_cents
    used = 0 if year is None else max(0, -year.this_year(-short, -long))
    released = None if year is None else budget.tax_by(as_of, holdings_cents)
    added = [0, 0]
    found = []
    for sale in sales:
        gains = (sale.short_cents, sale.long_cents)
        after = (added[0] + gains[0], added[1] + gains[1])
        over = {
            str(one): total - most
            for one, total, most in exceeded(budget, short + after[0], long + after[1])
            if one.used(*gains) > 0
        }
        is_refused = bool(over)
        so_far, taxed = (0, 0)
        if year is not None:
            so_far, taxed = year.this_year(*added), year.this_year(*after)
        tax = taxed - so_far
        beyond = used + taxed - (released or 0)
        if released is not None and tax > 0 and beyond > 0:
            over["tax"] = beyond
        if not is_refused:
            added = list(after)
        fit = Fit.REFUSED if is_refused else Fit.OVER_TAX if over else Fit.FITS
        found.append(BudgetedSale(sale=sale, fit=fit, tax_cents=tax, over=over))
    return BudgetCheck(
        short_cents=short,
        long_cents=long,
        tax_used_cents=used,
        tax_year_cents=budget.tax_of_year(holdings_cents),
        tax_by_cents=released,
        sales=tuple(found),
    )
