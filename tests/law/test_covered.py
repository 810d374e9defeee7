"""Treas. Reg. 1.6045-1(a)(15): from when brokers report basis, by kind of security."""

from datetime import date

import pytest

from taxlots.domain.calendar import day_of
from taxlots.domain.security import SecurityKind
from taxlots.law.covered import is_covered


@pytest.mark.parametrize(
    ("kind", "first"),
    [
        (SecurityKind.STOCK, date(2011, 1, 1)),
        (SecurityKind.ETF, date(2012, 1, 1)),
        (SecurityKind.MUTUAL_FUND, date(2012, 1, 1)),
        (SecurityKind.OPTION, date(2014, 1, 1)),
        (SecurityKind.BOND, date(2014, 1, 1)),
        (SecurityKind.SECTION_1256, date(2014, 1, 1)),
        (SecurityKind.DIGITAL_ASSET, date(2026, 1, 1)),
    ],
)
def test_covered_from_the_first_day_on(kind: SecurityKind, first: date) -> None:
    assert is_covered(kind, day_of(first))
    assert not is_covered(kind, day_of(first) - 1)


def test_every_kind_has_its_day() -> None:
    assert all(is_covered(kind, day_of(date(2026, 1, 1))) for kind in SecurityKind)
