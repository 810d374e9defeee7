"""Sessions that end at one o'clock, by the exchange's calendars of these years."""

from datetime import date

import pytest

from taxlots.market_data.early_closes import is_early_close, part_of_a_day


@pytest.mark.parametrize(
    ("day", "is_early"),
    [
        ("2023-07-03", True),
        ("2023-11-24", True),
        ("2024-07-03", True),
        ("2024-11-29", True),
        ("2024-12-24", True),
        ("2025-07-03", True),
        ("2025-11-28", True),
        ("2025-12-24", True),
        ("2023-12-22", False),  # the Friday before a Monday Christmas is whole
        ("2020-07-02", False),  # Independence Day was kept on the Friday
        ("2020-07-03", False),
        ("2021-12-24", False),  # Christmas was kept on this Friday
        ("2024-11-22", False),
        ("2024-06-14", False),
    ],
)
def test_early_closes_of_the_exchange(day: str, is_early: bool) -> None:
    assert is_early_close(date.fromisoformat(day)) is is_early


def test_a_short_day_has_the_part_of_its_hours() -> None:
    assert part_of_a_day(date(2024, 7, 3)) == pytest.approx(3.5 / 6.5)
    assert part_of_a_day(date(2024, 7, 5)) == 1
