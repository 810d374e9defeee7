"""How much of a net capital loss a person may deduct in a year.  26 USC 1211(b)."""

from typing import Final

from taxlots.domain.filing_status import FilingStatus
from taxlots.law.cites import cites

LIMIT_CENTS: Final = 3_000_00
SEPARATE_LIMIT_CENTS: Final = 1_500_00


@cites("26 USC 1211(b)(1)")
def loss_limit(status: FilingStatus) -> int:
    """The most that is deducted from other income, in cents."""
    return SEPARATE_LIMIT_CENTS if status is FilingStatus.SEPARATE else LIMIT_CENTS


@cites("26 USC 1211(b)", "Schedule D (Form 1040), line 21")
def deductible_loss(line_16_cents: int, limit_cents: int) -> int:
    """The deducted part of a net loss, from zero up: line 21."""
    return min(max(0, -line_16_cents), limit_cents)
