"""Losses on fund shares held for six months or less.  26 USC 852(b)(4), 857(b)(8).

Exempt-interest dividends disallow the loss first; what is left is long-term as far as capital
gain distributions were received on the shares.  The period is that of section 246(c): the day of
acquisition out, the day of sale in, and no days of a wash sale added (section 246(c)(3)(B)).
"""

from typing import Final

from taxlots.domain.calendar import months_after
from taxlots.law.cites import cites

MONTHS: Final = 6


@cites("26 USC 852(b)(4)(C)", "26 USC 246(c)(3)", "26 USC 857(b)(8)(B)")
def held_longer_from(held_since_day: int) -> int:
    """The first day on which shares have been held for more than six months.

    The period starts on the day after ``held_since_day`` and is counted in calendar months; one
    that would end on a day that its last month does not have ends with that month (Rev. Rul. 66-7).
    """
    return months_after(held_since_day + 1, MONTHS)


@cites("26 USC 852(b)(4)(B)")
def disallowed_by_exempt_interest(loss_cents: int, exempt_interest_cents: int) -> int:
    """Loss in cents that exempt-interest dividends on the shares disallow."""
    return max(0, min(loss_cents, exempt_interest_cents))


@cites("26 USC 852(b)(4)(E)")
def is_excepted(declares_daily: bool) -> bool:
    """Whether exempt-interest dividends disallow nothing, because the fund declares them daily."""
    return declares_daily


@cites("26 USC 852(b)(4)(A)", "26 USC 857(b)(8)(A)")
def long_term_part(loss_cents: int, distributions_cents: int) -> int:
    """The part of an allowed loss that is long-term: up to the capital gain distributions."""
    return max(0, min(loss_cents, distributions_cents))
