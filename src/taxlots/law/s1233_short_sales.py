"""Short sales and the holding period of what stands against them.  26 USC 1233."""

from taxlots.law.cites import cites
from taxlots.law.s1222_term import is_long_term


@cites("26 USC 1233(b)")
def starts_anew(holding_period_day: int, opened_day: int) -> bool:
    """Whether property like that sold short loses its holding period when the short is closed.

    So it is for property held for one year or less on the day of the short sale, or acquired since.
    """
    return not is_long_term(holding_period_day, opened_day)


@cites("26 USC 1233(d)")
def backs_long_term(holding_period_day: int, opened_day: int) -> bool:
    """Whether property held on the day of a short sale makes a loss on it long-term."""
    return is_long_term(holding_period_day, opened_day)


@cites("Treas. Reg. 1.1091-1(g)")
def is_complete_when_opened(acquired_day: int, opened_day: int) -> bool:
    """Whether a short sale closed with shares acquired on a day was complete when it was opened."""
    return acquired_day <= opened_day
