"""Futures, index options and the like: marked to market, 60 percent long-term.  26 USC 1256.

No loss on such a contract is a wash sale (26 USC 1256(f)(5)): ``SecurityKind`` says of which
kinds that holds.  A person who is no corporation may elect to carry a net loss back to the three
years before, against net gains on such contracts alone (26 USC 1212(c)); that is told, and not
computed.
"""

from typing import Final

from taxlots.domain.calendar import civil, day_number
from taxlots.domain.money import apportion
from taxlots.law.cites import cites

LONG_TERM_PERCENT: Final = 60


@cites("26 USC 1256(a)(1)")
def year_end(day: int) -> int:
    """The day on which a contract that is open on ``day`` is next treated as sold: 31 December."""
    year, _, _ = civil(day)
    return day_number(year, 12, 31)


@cites("26 USC 1256(a)(1)")
def unrealized(value_cents: int, opening_cents: int, is_short: bool) -> int:
    """Gain of an open contract, in cents, if it were closed at its value; a loss is negative.

    ``opening_cents`` is what a long contract cost, or what a short or written one brought.
    """
    gain_of_long = value_cents - opening_cents
    return -gain_of_long if is_short else gain_of_long


@cites("26 USC 1256(a)(2)")
def aggregate(realized_cents: int, before_cents: int, at_end_cents: int) -> int:
    """Gain or loss of a year, in cents, from that of the closed contracts.

    ``before_cents`` is what open contracts had gained at the end of the year before, which was
    taxed then; ``at_end_cents`` what they have gained at the end of this year.  These are boxes 8,
    9 and 10 of Form 1099-B, and the result is box 11.
    """
    return realized_cents - before_cents + at_end_cents


@cites("26 USC 1256(a)(3)")
def long_term_part(gain_cents: int, before_cents: int = 0) -> int:
    """The 60 percent of a gain or loss that are long-term, in cents; the rest is short-term.

    ``before_cents`` are the gains of the same return and year that were divided before it, so that
    the parts sum to 60 percent of the sum, rounded once (half up).
    """
    through = apportion(before_cents + gain_cents, LONG_TERM_PERCENT, 100)
    return through - apportion(before_cents, LONG_TERM_PERCENT, 100)
