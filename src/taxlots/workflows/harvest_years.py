"""The year of every return as a harvest needs it: its profile, its tax and what it has realized."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from taxlots.book.booking import Books
from taxlots.book.return_income import capital_items
from taxlots.domain.calendar import date_of
from taxlots.domain.filing_status import FilingStatus
from taxlots.domain.harvest_rule import Goal, HarvestRule
from taxlots.domain.problem import Problem, Severity
from taxlots.domain.tax_profile import TaxProfile
from taxlots.law.marginal_rates import marginal_rates
from taxlots.law.s1211_loss_limit import loss_limit
from taxlots.law.tables import YEARS
from taxlots.plan.later_years import LaterYears
from taxlots.plan.situation import YearSoFar
from taxlots.plan.year_tax import YearTax, year_tax
from taxlots.workflows.tax import Chain

GOALS_OF_THE_YEAR = (Goal.OFFSET_GAINS, Goal.LOSS_LIMIT)
"""Goals that depend on what is realized so far."""


@dataclass(frozen=True, slots=True)
class HarvestYears:
    """By tax return; a return of which something is not known has no entry there."""

    profiles: dict[str, TaxProfile] = field(default_factory=dict)
    years: dict[str, YearTax] = field(default_factory=dict)
    so_far: dict[str, YearSoFar] = field(default_factory=dict)


def harvest_years(
    books: Books, rule: HarvestRule, rules: Mapping[str, HarvestRule]
) -> tuple[HarvestYears, list[Problem]]:
    """The year of the as-of date of every return, and what is wrong with profiles.

    Rates that a profile states win.  Where it states an income instead, its tax is reckoned by
    law, and its rates are what the next dollar of loss saves.
    """
    year = date_of(books.as_of).year
    chain = Chain(books)
    found = HarvestYears(profiles=dict(chain.profiles(year)))
    problems = list(chain.problems)
    for name in dict.fromkeys(account.tax_return for account in books.record.accounts):
        own = rules.get(name, rule)
        profile = found.profiles.get(name)
        if profile is not None:
            _enter_tax(chain, profile, own, found)
        if own.goal in GOALS_OF_THE_YEAR and name in chain.items(year):
            found.so_far[name] = _so_far(chain, name, year, profile)
    told = [p for p in chain.problems if p.severity is Severity.WARNING]
    return found, list(dict.fromkeys([*problems, *told]))


def _enter_tax(chain: Chain, profile: TaxProfile, rule: HarvestRule, found: HarvestYears) -> None:
    """The tax of the year of a return, and its rates."""
    name, year = profile.tax_return, profile.year
    is_rated = profile.short_rate is not None or profile.long_rate is not None
    is_known = not profile.lacks and year in YEARS
    income = None
    if not is_rated and is_known and name in chain.items(year):
        income = chain.income(profile)[0]
        rates = marginal_rates(income)
        found.profiles[name] = replace(
            profile,
            short_rate=rates.short_loss_ppm,
            long_rate=rates.long_loss_ppm,
            is_computed=True,
        )
    usual = year_tax(profile, income)
    if usual is not None:
        later = _as_assumed(usual.later, rule)
        taxed = usual if later == usual.later else year_tax(profile, income, later)
        if taxed is not None:
            found.years[name] = taxed


def _as_assumed(later: LaterYears, rule: HarvestRule) -> LaterYears:
    """Later years as the rule assumes them; what it leaves open is like this year."""
    income, gain, sale = (
        rule.later_income_rate_ppm,
        rule.later_gain_rate_ppm,
        rule.later_sale_rate_ppm,
    )
    return replace(
        later,
        income_rate_ppm=later.income_rate_ppm if income is None else income,
        gain_rate_ppm=later.gain_rate_ppm if gain is None else gain,
        sale_rate_ppm=later.sale_rate_ppm if sale is None else sale,
        gains_cents=rule.later_gains_cents,
        discount_ppm=rule.discount_ppm,
        years_to_sale=rule.years_to_sale,
    )


def _so_far(chain: Chain, name: str, year: int, profile: TaxProfile | None) -> YearSoFar:
    """What is realized this year, less the losses of earlier years."""
    short, long = capital_items(profile, chain.items(year)[name])
    carried_short, carried_long, _ = chain.carried_in(name, year)
    status = profile.status if profile is not None else None
    return YearSoFar(
        net_cents=short + long - carried_short - carried_long,
        limit_cents=loss_limit(status or FilingStatus.SINGLE),
    )
