"""What no figure contains, named where the income of a return is in its range.

Each depends on facts that are not asked for: age, children, health insurance, a business.  A range
that the statute does not close is closed, generously, where no return of its kind is touched any
more; the ends of the benefits' and premiums' ranges are such conventions.
"""

from dataclasses import dataclass
from typing import Final

from taxlots.domain.filing_status import FilingStatus
from taxlots.domain.tax_return import FederalTax, ReturnIncome
from taxlots.law.cites import cites
from taxlots.law.s1_rates import taxed_below_25_percent
from taxlots.law.tables import YEARS, brackets

JOINTLY: Final = (FilingStatus.JOINT, FilingStatus.SURVIVING_SPOUSE)
ALWAYS: Final = (YEARS.start, YEARS.stop - 1)
OPEN: Final = 1 << 62


@dataclass(frozen=True, slots=True)
class Range:
    """Modified adjusted gross income, in dollars, of joint and of other returns, in some years."""

    text: str
    joint: tuple[int, int]
    other: tuple[int, int]
    years: tuple[int, int] = ALWAYS


RANGES: Final = (
    Range(
        "Social Security: the part of benefits that is taxed rises with income here (26 USC 86).",
        (32_000, 225_000),
        (0, 125_000),
    ),
    Range(
        "Medicare premiums (IRMAA): income of this year raises those of the year after next "
        "(42 USC 1395r(i)).",
        (170_000, 750_000),
        (85_000, 500_000),
    ),
    Range(
        "Premium tax credit for health insurance: it falls with income, and may end at four times "
        "the poverty line (26 USC 36B).",
        (12_000, 350_000),
        (12_000, 350_000),
        (2021, 2025),
    ),
    Range(
        "Premium tax credit for health insurance: it falls with income, and ends at four times "
        "the poverty line (26 USC 36B).",
        (12_000, 200_000),
        (12_000, 150_000),
        (2018, 2020),
    ),
    Range(
        "Premium tax credit for health insurance: it falls with income, and ends at four times "
        "the poverty line (26 USC 36B).",
        (12_000, 200_000),
        (12_000, 150_000),
        (2026, 2026),
    ),
    Range(
        "Deduction of 6,000 for each person of 65 or older: it falls with income here "
        "(26 USC 151(d)(5)(C)).",
        (150_000, 250_000),
        (75_000, 175_000),
        (2025, 2028),
    ),
    Range(
        "Earned income credit: it falls with income, and much investment income ends it "
        "(26 USC 32).",
        (0, 75_000),
        (0, 70_000),
    ),
    Range(
        "Child tax credit: it falls with income here (26 USC 24(b)).",
        (400_000, 560_000),
        (200_000, 360_000),
    ),
    Range(
        "Education credits: they fall with income here (26 USC 25A(d)).",
        (160_000, 180_000),
        (80_000, 90_000),
    ),
    Range(
        "Allowance for rental losses: it falls with income here (26 USC 469(i)).",
        (100_000, 150_000),
        (50_000, 150_000),
    ),
)

QBI_TEXT: Final = (
    "Deduction for business income: its limits begin with taxable income here (26 USC 199A(b)(3))."
)
QBI_WIDTHS: Final = (50_000_00, 75_000_00)
"""The width of the range to 2025 and from 2026 on; twice that on joint returns."""
QBI_CHANGED: Final = 2026

KIDDIE_TEXT: Final = (
    "Tax on a child's unearned income: above the threshold it is taxed at the parents' rate "
    "(26 USC 1(g))."
)
KIDDIE_THRESHOLDS: Final = {
    2018: 2_100_00, 2019: 2_200_00, 2020: 2_200_00, 2021: 2_200_00, 2022: 2_300_00,
    2023: 2_500_00, 2024: 2_600_00, 2025: 2_700_00, 2026: 2_700_00,
}  # fmt: skip
"""Twice the amount of 26 USC 63(c)(5)(A), by the Revenue Procedure of each year."""

SALT_TEXT: Final = (
    "Minimum tax on itemized deductions: state and local taxes among them are added back "
    "(26 USC 56(b)(1)); state what was paid."
)
FLOORS_TEXT: Final = (
    "Itemized deductions that depend on income: medical expenses above 7.5 % of it, and gifts "
    "(26 USC 213, 170(b))."
)
LIMIT_TEXT: Final = (
    "Limit of itemized deductions in the 37 % bracket: 2/37 of them are lost (26 USC 68)."
)
LIMIT_FIRST_YEAR: Final = 2026


@cites("26 USC 86", "26 USC 36B", "26 USC 199A", "26 USC 151(d)(5)(C)", "26 USC 1(g)", "26 USC 68")
def not_computed(income: ReturnIncome, tax: FederalTax) -> tuple[str, ...]:
    """What a return may owe or lose beyond its figures, a sentence each."""
    told = [one.text for one in RANGES if _is_within(one, income, tax.magi_cents)]
    told += [QBI_TEXT] * _is_in_range_of_199a(income, tax)
    told += [KIDDIE_TEXT] * _may_be_a_childs(income, tax)
    if income.itemizes:
        told += [SALT_TEXT] * (income.state_local_taxes_cents is None) + [FLOORS_TEXT]
        told += [LIMIT_TEXT] * _is_above_the_last_bracket(income, tax)
    return tuple(told)


def _is_within(one: Range, income: ReturnIncome, magi_cents: int) -> bool:
    low, high = one.joint if income.status in JOINTLY else one.other
    is_year = one.years[0] <= income.year <= one.years[1]
    return is_year and low * 100 <= magi_cents <= high * 100


def _is_in_range_of_199a(income: ReturnIncome, tax: FederalTax) -> bool:
    """The range begins about where the 24 % bracket ends, and is twice as wide on joint returns."""
    start = taxed_below_25_percent(income.year, income.status)
    width = QBI_WIDTHS[income.year >= QBI_CHANGED] * (2 if income.status in JOINTLY else 1)
    return start <= tax.taxable_income_cents <= start + width


def _may_be_a_childs(income: ReturnIncome, tax: FederalTax) -> bool:
    """Unearned income above the threshold, and no other income that is taxed."""
    unearned = tax.net_investment_income_cents > KIDDIE_THRESHOLDS[income.year]
    return unearned and income.status is FilingStatus.SINGLE and income.ordinary_income_cents <= 0


def _is_above_the_last_bracket(income: ReturnIncome, tax: FederalTax) -> bool:
    start = brackets("ordinary_rates", income.year, income.status)[-2].top_cents or OPEN
    deducted = (income.deductions_cents or 0) + tax.further_deduction_cents
    return income.year >= LIMIT_FIRST_YEAR and tax.taxable_income_cents + deducted > start
