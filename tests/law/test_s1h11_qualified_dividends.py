"""26 USC 1(h)(11)(B)(iii): more than 60 days of 121, for preferred stock more than 90 of 181."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from taxlots.domain.calendar import day_of
from taxlots.law.s1h11_qualified_dividends import (
    days_held,
    is_held_enough,
    qualified_from,
    window_end,
    window_start,
)

EX = day_of(date(2025, 7, 14))


def test_the_window_has_121_days_and_for_preferred_stock_181() -> None:
    assert window_end(EX, is_preferred=False) - window_start(EX, is_preferred=False) + 1 == 121
    assert window_end(EX, is_preferred=True) - window_start(EX, is_preferred=True) + 1 == 181


@given(held=st.integers(1, 400), is_preferred=st.booleans())
def test_the_first_qualified_day_is_the_first_with_enough_days(
    held: int, is_preferred: bool
) -> None:
    """Whoever holds on the day before the ex-dividend date can still come to enough days."""
    since = EX - held
    first = qualified_from(since, EX, is_preferred)
    assert first <= window_end(EX, is_preferred)
    assert is_held_enough(days_held(since, first, EX, is_preferred), is_preferred)
    assert not is_held_enough(days_held(since, first - 1, EX, is_preferred), is_preferred)
