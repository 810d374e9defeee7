"""What a further gain or loss of a year changes: its tax now, and the tax of later years.

Both kinds answer in cents, exactly, and take a ``Ramp`` for an amount: so the tax along a line of
choices is known with every bend.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Protocol

from taxlots.domain.tax_profile import TaxProfile
from taxlots.domain.tax_rate import RATE_ONE, at_rate
from taxlots.domain.tax_return import ReturnIncome
from taxlots.law.s1211_loss_limit import loss_limit
from taxlots.law.state_tax import state_tax
from taxlots.law.tax_of_year import federal_tax, moved
from taxlots.plan.later_years import LaterYears, carryover_value
from taxlots.plan.ramp import bends


@dataclass(frozen=True, slots=True)
class Owed:
    """What a return owes in all, and the losses that it carries on, in cents."""

    tax_cents: int
    carry_short_cents: int
    carry_long_cents: int

    @property
    def carried_cents(self) -> int:
        """Losses of both terms."""
        return self.carry_short_cents + self.carry_long_cents


def owed(income: ReturnIncome) -> Owed:
    """Federal tax, tax on net investment income and state tax of a return."""
    federal = federal_tax(income)
    state = state_tax(income, federal.capital_cents).tax_cents if income.state else 0
    return Owed(
        federal.federal_tax_cents + federal.niit_cents + state,
        federal.carryover_short_cents,
        federal.carryover_long_cents,
    )


def net_tax(income: ReturnIncome, later: LaterYears) -> int:
    """What a return owes, less what the losses are worth that it carries on, in cents."""
    found = owed(income)
    return found.tax_cents - carryover_value(found.carried_cents, later)


class YearTax(Protocol):
    """The tax of one return and year, as planning asks for it.

    ``later`` is what is assumed of the years after.
    """

    @property
    def later(self) -> LaterYears:
        """What is assumed of the years after this one."""
        ...

    def this_year(self, short_cents: int, long_cents: int) -> int:
        """The change of this year's tax by further net gains (losses negative), in cents."""
        ...

    def next_years(self, short_cents: int, long_cents: int) -> int:
        """The change of later years' tax by what is carried on, as a present value in cents."""
        ...

    def all_years(self, short_cents: int, long_cents: int) -> int:
        """The change of both together, in cents."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class RatedYear:
    """A year of which the profile states the rates: they hold for every dollar, and win."""

    short_ppm: int
    long_ppm: int
    later: LaterYears

    def this_year(self, short_cents: int, long_cents: int) -> int:
        """At the stated rates, gains and losses of one term alike."""
        return at_rate(short_cents, self.short_ppm) + at_rate(long_cents, self.long_ppm)

    def next_years(self, short_cents: int, long_cents: int) -> int:
        """Nothing: stated rates say that each loss is used this year."""
        return 0 * (short_cents + long_cents)

    def all_years(self, short_cents: int, long_cents: int) -> int:
        """That of this year: nothing comes later."""
        return self.this_year(short_cents, long_cents)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReckonedYear:
    """A year whose tax is reckoned by law from the income of the return: gains are netted."""

    income: ReturnIncome
    later: LaterYears
    _base: list[tuple[int, int]] = field(
        init=False, default_factory=list, repr=False, compare=False
    )

    def this_year(self, short_cents: int, long_cents: int) -> int:
        """Federal tax, tax on net investment income and state tax, with and without."""
        return self._owed(short_cents, long_cents)[0] - self._bare()[0]

    def next_years(self, short_cents: int, long_cents: int) -> int:
        """The carryover's worth without, less its worth with: a cost where it shrinks."""
        return self._bare()[1] - self._owed(short_cents, long_cents)[1]

    def all_years(self, short_cents: int, long_cents: int) -> int:
        """The year's tax less the carryover's worth, with and without."""
        (tax, worth), (bare_tax, bare_worth) = self._owed(short_cents, long_cents), self._bare()
        return tax - bare_tax + (bare_worth - worth)

    def _bare(self) -> tuple[int, int]:
        if not self._base:
            self._base.append(self._owed(0, 0))
        return self._base[0]

    def _owed(self, short_cents: int, long_cents: int) -> tuple[int, int]:
        """The year's tax, and what its carryover is worth."""
        income = self.income
        if short_cents or long_cents:
            income = moved(income, short_cents, long_cents)
        found = owed(income)
        return found.tax_cents, carryover_value(found.carried_cents, self.later)


@dataclass(frozen=True, slots=True)
class YearAfterSales:
    """A year in which something is sold already: ``short`` and ``long`` are its net gains in cents.

    It tells what gains and losses change beyond those.
    """

    year: YearTax
    short: int
    long: int

    @property
    def later(self) -> LaterYears:
        """What is assumed of the years after this one."""
        return self.year.later

    def this_year(self, short_cents: int, long_cents: int) -> int:
        """The change of this year's tax by gains beyond those."""
        return self._change(self.year.this_year, short_cents, long_cents)

    def next_years(self, short_cents: int, long_cents: int) -> int:
        """The change of later years' tax by gains beyond those."""
        return self._change(self.year.next_years, short_cents, long_cents)

    def all_years(self, short_cents: int, long_cents: int) -> int:
        """The change of both together by gains beyond those."""
        return self._change(self.year.all_years, short_cents, long_cents)

    def _change(self, tax: Callable[[int, int], int], short_cents: int, long_cents: int) -> int:
        return tax(self.short + short_cents, self.long + long_cents) - tax(self.short, self.long)


def year_tax(
    profile: TaxProfile, income: ReturnIncome | None, assumed: LaterYears | None = None
) -> YearTax | None:
    """The tax of a year as its profile lets it be known; None without rates and without income.

    Rates that the profile states win over those that follow from its income.  Unless something
    else is ``assumed``, later years are taken to have this year's marginal rates, and no gains
    that a carryover could be set against.
    """
    short, long = profile.short_rate, profile.long_rate
    if not profile.is_computed and short is not None and long is not None:
        return RatedYear(short_ppm=short, long_ppm=long, later=assumed or _alike(short, long, 0))
    if income is None:
        return None
    if assumed is None:
        assumed = _alike(*_usual_rates(income), loss_limit(income.status))
    return ReckonedYear(income=income, later=assumed)


def _usual_rates(income: ReturnIncome) -> tuple[int, int]:
    """What the first dollar of short and of long gain costs in a year without any, all taxes."""
    bare = moved(income, -income.short_cents, -income.long_cents)
    bare = replace(bare, carry_short_cents=0, carry_long_cents=0, gain_28_cents=0)
    usual = ReckonedYear(income=bare, later=_alike(0, 0, 0))
    (short,) = bends(lambda gain: usual.this_year(gain, 0), 0, 0)
    (long,) = bends(lambda gain: usual.this_year(0, gain), 0, 0)
    return round(short.slope * RATE_ONE), round(long.slope * RATE_ONE)


def _alike(short_ppm: int, long_ppm: int, limit_cents: int) -> LaterYears:
    return LaterYears(
        income_rate_ppm=short_ppm,
        gain_rate_ppm=long_ppm,
        sale_rate_ppm=long_ppm,
        limit_cents=limit_cents,
    )
