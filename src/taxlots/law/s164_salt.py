"""The cap on the itemized deduction for state and local taxes.  26 USC 164(b)(6), (7).

From 2025 on the cap falls with income, down to a floor: within that range a further dollar of
income costs its tax and that on the deduction which it takes away.
"""

from typing import Final

from taxlots.domain.filing_status import FilingStatus
from taxlots.domain.tax_rate import at_rate
from taxlots.law.cites import cites
from taxlots.law.tables import amount, years

PHASE_DOWN_PPM: Final = 300_000
FLOOR_CENTS: Final = 10_000_00
SEPARATE_FLOOR_CENTS: Final = 5_000_00


@cites("26 USC 164(b)(6)", "26 USC 164(b)(7)")
def salt_cap(magi_cents: int, year: int, status: FilingStatus, unit: int = 1) -> int:
    """The most that may be deducted with a modified adjusted gross income, in cents times unit.

    UsageError without such a year.
    """
    cap = amount("salt_cap", year, status) * unit
    if year not in years("salt_phase_down_start"):
        return cap
    floor = SEPARATE_FLOOR_CENTS if status is FilingStatus.SEPARATE else FLOOR_CENTS
    above = max(0, magi_cents - amount("salt_phase_down_start", year, status) * unit)
    return max(min(cap, floor * unit), cap - at_rate(above, PHASE_DOWN_PPM))


@cites("26 USC 164(a)", "26 USC 164(b)(6)", "Schedule A (Form 1040), line 5e")
def salt_deduction(paid_cents: int, cap_cents: int) -> int:
    """What of the taxes paid is deducted."""
    return min(paid_cents, cap_cents)
