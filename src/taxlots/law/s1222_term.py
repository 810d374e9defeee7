"""Short-term and long-term: held for more than one year.  26 USC 1222.

The day of acquisition is left out and the day of sale counted (Rev. Rul. 66-97).  The period is
measured in calendar months: bought on the last day of a month, property is long-term from the
first day of the thirteenth month after it (Rev. Rul. 66-7).
"""

from taxlots.domain.calendar import civil, day_number
from taxlots.law.cites import cites


@cites("26 USC 1222(3)", "Rev. Rul. 66-7", "Rev. Rul. 66-97")
def long_term_from(holding_period_day: int) -> int:
    """The first day on which a sale is long-term.

    The period starts on the day after ``holding_period_day`` and is longer than one year on the
    same calendar day of the next year; a start on 29 February passes on 1 March.
    """
    year, month, of_month = civil(holding_period_day + 1)
    return day_number(year + 1, month, of_month)


@cites("26 USC 1222(1)", "26 USC 1222(3)")
def is_long_term(holding_period_day: int, sold_day: int) -> bool:
    """Whether property held since ``holding_period_day`` and sold on ``sold_day`` is long-term."""
    return sold_day >= long_term_from(holding_period_day)
