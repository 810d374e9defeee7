"""Returns over which the tax is compared: every year and status, with what people may have.

The search is seeded, so that the same returns are compared everywhere.  Amounts are in cents.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from random import Random

from taxlots.domain.filing_status import FilingStatus
from taxlots.domain.tax_return import ReturnIncome
from taxlots.law.tables import YEARS, amount, brackets

OF_EACH = 90
"""Returns of each year and status: 9 years and 5 statuses make 4,050."""

ORDINARY = (
    *(-60_000, -5_000, 0, 15_000, 45_000, 95_000),
    *(195_000, 250_000, 420_000, 640_000, 1_400_000),
)
GAINS = (0, 0, 900, 8_000, 60_000, 350_000, 1_900_000)
LOSSES = (0, -700, -2_900, -12_000, -150_000)
CARRIED = (0, 0, 0, 2_000, 45_000)
DIVIDENDS = (0, 0, 600, 25_000, 300_000)
INTEREST = (0, 0, 4_000, 80_000)
TAXES = (0, 6_000, 14_000, 38_000, 60_000)
OTHER_ITEMIZED = 36_000_00
"""Above every standard deduction, so that all programs itemize."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A return, and what of its ordinary income is interest: net investment income."""

    income: ReturnIncome
    interest_cents: int

    @property
    def capital_cents(self) -> int:
        """Line 16 of Schedule D, or less line 21."""
        income = self.income
        short = income.short_cents - income.carry_short_cents
        long = income.long_cents - income.carry_long_cents
        limit = 1_500_00 if income.status is FilingStatus.SEPARATE else 3_000_00
        return max(short + long, -limit)


def profiles(year: int) -> list[Profile]:
    """The returns of a year."""
    chance = Random(year)  # noqa: S311 - It chooses examples.
    found = [_random(chance, year, status) for status in FilingStatus for _ in range(OF_EACH)]
    return found + [edge for status in FilingStatus for edge in _edges(year, status)]


def all_profiles() -> list[Profile]:
    """The returns of every year."""
    return [profile for year in YEARS for profile in profiles(year)]


def _random(chance: Random, year: int, status: FilingStatus) -> Profile:
    def near(amounts: tuple[int, ...]) -> int:
        """One of the amounts, up to a quarter smaller, with odd cents."""
        dollars = chance.choice(amounts)
        return dollars * 100 - round(dollars * 25 * chance.random())

    long = near(GAINS + LOSSES)
    has_groups = long > 0 and chance.random() < 0.3
    itemizes = chance.random() < 0.3
    income = {
        "ordinary_income_cents": near(ORDINARY),
        "short_cents": near(GAINS + LOSSES),
        "long_cents": long,
        "carry_short_cents": near(CARRIED),
        "carry_long_cents": near(CARRIED),
        "qualified_dividends_cents": near(DIVIDENDS),
        "gain_28_cents": long * chance.choice((0, 1, 4)) // 4 if has_groups else 0,
    }
    rest = long - income["gain_28_cents"]
    income["unrecaptured_1250_cents"] = rest * chance.choice((0, 1, 2)) // 2 if has_groups else 0
    if itemizes:
        income["deductions_cents"] = OTHER_ITEMIZED
        income["state_local_taxes_cents"] = near(TAXES)
    return _stated(
        ReturnIncome(year=year, status=status, itemizes=itemizes, **income), near(INTEREST)
    )


def _stated(income: ReturnIncome, interest_cents: int) -> Profile:
    """With interest the return states its net investment income, which it can't know otherwise."""
    interest = min(interest_cents, max(0, income.ordinary_income_cents))
    if not interest:
        return Profile(income=income, interest_cents=0)
    stated = Profile(income=income, interest_cents=interest)
    invested = max(0, interest + income.qualified_dividends_cents + stated.capital_cents)
    return replace(stated, income=replace(income, net_investment_income_cents=invested))


def _edges(year: int, status: FilingStatus) -> Iterator[Profile]:
    """Taxable income a dollar below, at, and above each edge, with and without long-term gain."""
    gain = brackets("capital_gain_rates", year, status)
    ordinary = brackets("ordinary_rates", year, status)
    tops = [band.top_cents for band in (*ordinary, *gain) if band.top_cents is not None]
    tops.append(amount("amt_phase_out_start", year, status))
    for number, top in enumerate(tops):
        long = (0, 10_000_00, 400_000_00)[number % 3]
        for beside in (-100, 0, 100):
            yield Profile(
                income=ReturnIncome(
                    year=year,
                    status=status,
                    ordinary_income_cents=top - long + beside,
                    long_cents=long,
                ),
                interest_cents=0,
            )
