"""Long-term gain that costs no federal tax (26 USC 1(h)(1)(B))."""

from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.plan.test_tax_cost import returns, single

from taxlots.domain.filing_status import FilingStatus
from taxlots.domain.money import SHARE
from taxlots.domain.tax_return import ReturnIncome
from taxlots.law.tax_of_year import federal_tax, moved
from taxlots.plan.gain_harvest import MOST_CENTS, FreeAgain, HeldGain, free_room, within_room


def lot(name: str, shares: int, value: int, basis: int) -> HeldGain:
    """Value and basis in dollars."""
    return HeldGain(
        lot_id=name, quantity=shares * SHARE, value_cents=value * 100, basis_cents=basis * 100
    )


def federal(income: ReturnIncome, gain_cents: int) -> int:
    found = federal_tax(moved(income, 0, gain_cents))
    return found.federal_tax_cents + found.niit_cents


def test_rev_proc_2024_40_the_room_ends_where_15_percent_begins() -> None:
    """48,350 of taxable income in 2025, unmarried: 18,350 above an income of 30,000."""
    found = free_room(single(30_000_00))
    assert (found.room_cents, found.absorbed_cents, found.state_cents) == (18_350_00, 0, 0)
    assert found.next_rate == Fraction(15, 100)


def test_qualified_dividends_take_room() -> None:
    assert free_room(single(30_000_00, qualified_dividends_cents=5_000_00)).room_cents == 13_350_00


def test_deductions_that_no_income_uses_are_room_too() -> None:
    assert free_room(single(-10_000_00)).room_cents == 58_350_00


def test_above_the_bracket_there_is_no_room() -> None:
    found = free_room(single(60_000_00))
    assert (found.room_cents, found.next_rate) == (0, Fraction(15, 100))


def test_1212_b_a_carryover_is_used_up_before_any_gain_is_free() -> None:
    """10,000 carried in: 7,000 of gain take the place of what would be carried on.

    The next dollar takes the place of the 3,000 that are deducted from income at 12 %: there is no
    free gain at all.
    """
    found = free_room(single(30_000_00, carry_long_cents=10_000_00))
    assert (found.room_cents, found.absorbed_cents) == (7_000_00, 7_000_00)
    assert found.next_rate == Fraction(12, 100)


def test_1211_b_beyond_the_loss_that_is_deducted_gain_is_free_again() -> None:
    """500 of loss come off income at 12 %: the first 500 of gain cost 60, the next 18,350 nothing.

    Deducted, the loss leaves 29,500 of taxable income; 48,350 is the end of the bracket.
    """
    found = free_room(single(30_000_00, short_cents=-500_00))
    assert (found.room_cents, found.next_rate) == (0, Fraction(12, 100))
    assert found.again == FreeAgain(from_cents=500_00, to_cents=18_850_00, tax_cents=60_00)
    assert free_room(single(30_000_00)).again is None


def test_the_state_taxes_what_is_free_of_federal_tax() -> None:
    income = ReturnIncome(
        year=2025,
        status=FilingStatus.SINGLE,
        ordinary_income_cents=30_000_00,
        state="CO",
        state_rate_ppm=44_000,
    )
    assert free_room(income).state_cents == 18_350_00 * 44 // 1000


def test_what_a_higher_income_may_cost_besides_is_told() -> None:
    assert any("Social Security" in text for text in free_room(single(30_000_00)).not_computed)


@settings(max_examples=60, deadline=None)
@given(income=returns())
def test_the_room_is_free_and_the_next_dollar_is_not(income: ReturnIncome) -> None:
    found = free_room(income)
    assert abs(federal(income, found.room_cents) - federal(income, 0)) <= 1
    if found.room_cents < MOST_CENTS:
        assert federal(income, found.room_cents + 101) > federal(income, 0)
    assert 0 <= found.absorbed_cents <= found.room_cents


def test_lots_of_highest_gain_a_dollar_are_sold_up_to_the_room() -> None:
    """Lot c gains 80 cents of each dollar, a 50, b 10: 8,000, then 2,000 in whole shares of a."""
    lots = [lot("a", 100, 10_000, 5_000), lot("b", 10, 1_000, 900), lot("c", 100, 10_000, 2_000)]
    taken = within_room(lots, 10_050_00)
    assert [(one.lot_id, one.quantity // SHARE, one.gain_cents) for one in taken] == [
        ("c", 100, 8_000_00),
        ("a", 41, 2_050_00),
    ]


@settings(max_examples=60, deadline=None)
@given(
    lots=st.lists(
        st.builds(
            lot, st.just("b1"), st.integers(1, 99), st.integers(1, 9_999), st.integers(1, 9_999)
        ),
        max_size=5,
    ),
    room=st.integers(0, 10_000_00),
)
def test_no_more_is_sold_than_there_is_room(lots: list[HeldGain], room: int) -> None:
    taken = within_room(lots, room)
    assert sum(one.gain_cents for one in taken) <= room
    assert all(one.gain_cents > 0 and one.quantity % SHARE == 0 for one in taken)
