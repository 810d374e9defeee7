"""The tax on a line of choices: the law itself tells every bend (26 USC 1, 55, 1211, 1411)."""

from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from taxlots.domain.filing_status import FilingStatus
from taxlots.domain.tax_rate import at_rate
from taxlots.domain.tax_return import ReturnIncome
from taxlots.law.s1411_niit import niit
from taxlots.law.tax_of_year import federal_tax, moved
from taxlots.plan.ramp import Bend, bends

ROUNDED = 5
"""Cents by which a return differs, whose lines are each rounded."""


def test_a_bend_stands_where_the_tax_on_net_investment_income_begins() -> None:
    """Nothing up to 200,000 of income, 3.8 percent from there on."""
    found = bends(lambda income: niit(income, income, FilingStatus.SINGLE), 100_000_00, 300_000_00)
    assert found == [
        Bend(100_000_00, 0, 0),
        Bend(200_000_00, 0, Fraction(38, 1000)),
        Bend(300_000_00, 3_800_00, Fraction(38, 1000)),
    ]


def test_what_is_rounded_half_up_is_exact_on_a_line() -> None:
    (start, end) = bends(lambda amount: at_rate(amount, 150_000), 0, 7)
    assert (start.value, end.value) == (0, Fraction(105, 100))


def test_the_deduction_of_a_loss_ends_at_3000() -> None:
    income = ReturnIncome(year=2025, status=FilingStatus.SINGLE, ordinary_income_cents=60_000_00)
    found = bends(lambda loss: federal_tax(moved(income, -loss, 0)).federal_tax_cents, 0, 10_000_00)
    assert [(bend.at, bend.slope) for bend in found] == [
        (0, Fraction(-22, 100)),
        (3_000_00, 0),
        (10_000_00, 0),
    ]


@st.composite
def lines(draw: st.DrawFn) -> tuple[ReturnIncome, int, int]:
    """A return, and the direction in which its short and long gains grow."""
    cents = st.integers(-500_000_00, 900_000_00)
    income = ReturnIncome(
        year=draw(st.integers(2018, 2026)),
        status=draw(st.sampled_from(FilingStatus)),
        ordinary_income_cents=draw(cents),
        short_cents=draw(cents),
        long_cents=draw(cents),
        carry_short_cents=draw(st.integers(0, 50_000_00)),
        qualified_dividends_cents=draw(st.integers(0, 50_000_00)),
    )
    return income, draw(st.integers(-3, 3)), draw(st.integers(-3, 3))


@settings(max_examples=60, deadline=None)
@given(lines(), st.lists(st.integers(0, 1_000_000_00), min_size=5, max_size=5))
def test_between_bends_the_tax_is_straight(
    line: tuple[ReturnIncome, int, int], amounts: list[int]
) -> None:
    income, short, long = line

    def tax(amount: int) -> int:
        found = federal_tax(moved(income, short * amount, long * amount))
        return found.federal_tax_cents + found.niit_cents

    found = bends(tax, 0, 1_000_000_00)
    for amount in amounts:
        last = [bend for bend in found if bend.at <= amount][-1]
        straight = last.value + last.slope * (amount - last.at)
        assert abs(straight - tax(amount)) <= ROUNDED
