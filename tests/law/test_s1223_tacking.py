"""26 USC 1223(3): replacement shares include the time for which the sold ones were held."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from taxlots.domain.calendar import date_of, day_of
from taxlots.law.s1223_tacking import tacked_day

DAYS = st.integers(day_of(date(1950, 1, 1)), day_of(date(2050, 12, 31)))


def tacked(acquired: str, held_since: str, sold: str) -> str:
    days = [day_of(date.fromisoformat(text)) for text in (acquired, held_since, sold)]
    return date_of(tacked_day(*days)).isoformat()


def test_reg_1_1091_1_h_example_3_days_between_sale_and_repurchase_are_not_added() -> None:
    """Held 504 days to 1 February 1956, replaced on 15 February."""
    assert tacked("1956-02-15", "1954-09-15", "1956-02-01") == "1954-09-29"


def test_reg_1_1091_1_h_example_1_bought_before_the_sale_days_count_twice() -> None:
    """Held 33 days to 3 January 1955, replaced on 15 December 1954 (D10)."""
    assert tacked("1954-12-15", "1954-12-01", "1955-01-03") == "1954-11-12"


def test_tacking_over_leap_day_counts_days() -> None:
    assert tacked("2024-03-05", "2023-06-01", "2024-03-01") == "2023-06-05"


@given(DAYS, DAYS, st.integers(0, 20_000))
def test_the_deemed_period_is_as_long_as_both(acquired: int, sold: int, held: int) -> None:
    deemed = tacked_day(acquired, sold - held, sold)
    assert acquired - deemed == held
