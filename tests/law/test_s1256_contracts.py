"""26 USC 1256: marked to market, 60 percent long-term."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taxlots.domain.calendar import day_of
from taxlots.law.s1256_contracts import aggregate, long_term_part, unrealized, year_end


@pytest.mark.parametrize("day", [date(2024, 1, 1), date(2024, 2, 29), date(2024, 12, 31)])
def test_1256_a_1_a_contract_is_treated_as_sold_at_the_end_of_the_year(day: date) -> None:
    assert year_end(day_of(day)) == day_of(date(2024, 12, 31))


def test_1256_a_1_a_long_contract_gains_what_its_value_is_above_its_cost() -> None:
    assert unrealized(48_205_000, 47_000_500, is_short=False) == 1_204_500
    assert unrealized(46_000_000, 47_000_500, is_short=False) == -1_000_500


def test_1256_a_1_a_short_contract_gains_what_it_brought_above_its_value() -> None:
    assert unrealized(46_000_000, 46_999_500, is_short=True) == 999_500
    assert unrealized(48_000_000, 46_999_500, is_short=True) == -1_000_500


def test_1256_a_2_what_was_taxed_at_the_last_mark_is_not_taxed_again() -> None:
    """Boxes 8, 9, 10 and 11: bought at 100, marked at 130, sold at 120."""
    assert aggregate(0, 0, 3_000) == 3_000
    assert aggregate(2_000, 3_000, 0) == -1_000


def test_1256_a_3_sixty_percent_are_long_term() -> None:
    assert long_term_part(10_000) == 6_000
    assert long_term_part(-10_000) == -6_000


def test_1256_a_3_the_part_is_rounded_to_the_nearest_cent() -> None:
    """60 percent of 2.01 are 1.206 and of 1.99 are 1.194; no multiple of 0.6 cents is a half."""
    assert long_term_part(201) == 121
    assert long_term_part(199) == 119
    assert long_term_part(-199) == -119


@given(st.lists(st.integers(-(10**12), 10**12)))
def test_the_parts_of_a_return_sum_to_sixty_percent_of_its_sum(gains: list[int]) -> None:
    """Form 6781, line 9, is 60 percent of line 7."""
    parts = [long_term_part(gain, sum(gains[:at])) for at, gain in enumerate(gains)]
    assert sum(parts) == long_term_part(sum(gains))
