"""Netting of the year's capital gains and losses: Schedule D, lines 7, 15 and 16.  26 USC 1222.

Each term is netted by itself first, with the losses of its own kind that are carried in.
"""

from taxlots.law.cites import cites


@cites("26 USC 1222(5)", "26 USC 1222(6)", "26 USC 1212(b)(1)(A)", "Schedule D (Form 1040), line 7")
def net_short_term(short_cents: int, carry_short_cents: int) -> int:
    """Net short-term gain, or loss as a negative amount: line 7."""
    return short_cents - carry_short_cents


@cites(
    "26 USC 1222(7)", "26 USC 1222(8)", "26 USC 1212(b)(1)(B)", "Schedule D (Form 1040), line 15"
)
def net_long_term(long_cents: int, carry_long_cents: int) -> int:
    """Net long-term gain, or loss as a negative amount: line 15."""
    return long_cents - carry_long_cents


@cites("26 USC 1222(11)", "26 USC 1(h)(11)")
def net_capital_gain(net_short_cents: int, net_long_cents: int) -> int:
    """Net long-term gain beyond a net short-term loss, 0 if there is none.

    It is the smaller of lines 15 and 16, where both are gains.
    """
    return max(0, min(net_long_cents, net_long_cents + net_short_cents))
