"""26 USC 852(b)(4): losses on fund shares held for six months or less."""

from datetime import date

import pytest

from taxlots.domain.calendar import date_of, day_of
from taxlots.law.s852_fund_losses import (
    disallowed_by_exempt_interest,
    held_longer_from,
    long_term_part,
)


@pytest.mark.parametrize(
    ("acquired", "longer_from"),
    [
        ("2025-04-03", "2025-10-04"),
        ("2025-08-30", "2026-03-01"),
        ("2025-08-31", "2026-03-01"),
        ("2024-08-28", "2025-03-01"),
        ("2023-08-28", "2024-02-29"),
        ("2023-08-29", "2024-03-01"),
    ],
)
def test_26_usc_246_c_3_the_day_of_acquisition_is_out(acquired: str, longer_from: str) -> None:
    """Counted in calendar months, as Rev. Rul. 66-7 counts the year of section 1222."""
    found = date_of(held_longer_from(day_of(date.fromisoformat(acquired))))
    assert found.isoformat() == longer_from


def test_852_b_4_never_takes_more_than_the_loss() -> None:
    assert disallowed_by_exempt_interest(600, 500) == 500
    assert disallowed_by_exempt_interest(400, 500) == 400
    assert long_term_part(400, 500) == 400
    assert long_term_part(0, 500) == 0
