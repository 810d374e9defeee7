"""26 USC 2032: the value six months after a death."""

from datetime import date

import pytest

from taxlots.domain.calendar import date_of, day_of
from taxlots.law.s2032_alternate_valuation import elected_basis, may_elect, valuation_day


@pytest.mark.parametrize(
    ("died", "valued"),
    [
        ("2025-01-15", "2025-07-15"),
        ("2025-06-30", "2025-12-30"),
        ("2025-08-31", "2026-02-28"),
        ("2023-08-30", "2024-02-29"),
    ],
)
def test_reg_20_2032_1_the_same_day_of_the_sixth_month(died: str, valued: str) -> None:
    assert date_of(valuation_day(day_of(date.fromisoformat(died)))).isoformat() == valued


def test_26_usc_2032_c_an_election_lowers_the_estate() -> None:
    assert may_elect(500, 420)
    assert not may_elect(500, 500)


def test_26_usc_2032_a_an_election_values_all_of_the_estate_later() -> None:
    """Also what is worth more then: the executor cannot pick property by property."""
    assert elected_basis(420) == 420
    assert elected_basis(600) == 600
