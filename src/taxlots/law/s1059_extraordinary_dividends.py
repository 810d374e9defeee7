"""Extraordinary dividends, and what they do to a loss.  26 USC 1059(c), 1(h)(11)(D)(i)."""

from typing import Final

from taxlots.law.cites import cites

PERCENT: Final = 10
PREFERRED_PERCENT: Final = 5


@cites("26 USC 1059(c)(1)", "26 USC 1059(c)(2)")
def is_extraordinary(dividend_cents: int, basis_cents: int, is_preferred: bool) -> bool:
    """Whether a dividend reaches the threshold: 10 % of the basis of the shares, preferred 5 %.

    Several dividends of 85 days, and more than 20 % within a year, are judged together by the
    statute; this looks at one.
    """
    percent = PREFERRED_PERCENT if is_preferred else PERCENT
    return dividend_cents > 0 and dividend_cents * 100 >= basis_cents * percent


@cites("26 USC 1(h)(11)(D)(i)")
def long_term_part(loss_cents: int, dividends_cents: int) -> int:
    """The part of a loss that is long-term: up to the qualified extraordinary dividends."""
    return max(0, min(loss_cents, dividends_cents))
