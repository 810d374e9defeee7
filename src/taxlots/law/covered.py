"""Covered securities: whose basis a broker must report.  Treas. Reg. 1.6045-1(a)(15)."""

from datetime import date
from typing import Final

from taxlots.domain.calendar import day_of
from taxlots.domain.security import SecurityKind
from taxlots.law.cites import cites

COVERED_FROM: Final = {
    SecurityKind.STOCK: day_of(date(2011, 1, 1)),
    SecurityKind.ETF: day_of(date(2012, 1, 1)),
    SecurityKind.MUTUAL_FUND: day_of(date(2012, 1, 1)),
    SecurityKind.OPTION: day_of(date(2014, 1, 1)),
    SecurityKind.BOND: day_of(date(2014, 1, 1)),
    SecurityKind.SECTION_1256: day_of(date(2014, 1, 1)),
    SecurityKind.DIGITAL_ASSET: day_of(date(2026, 1, 1)),
}
"""First day on which an acquisition is covered, by kind of security."""


@cites("Treas. Reg. 1.6045-1(a)(15)")
def is_covered(kind: SecurityKind, acquired_day: int) -> bool:
    """Whether a security acquired for cash in an account on a day is a covered one."""
    return acquired_day >= COVERED_FROM[kind]
