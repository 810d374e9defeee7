"""Massachusetts: gains by term, each with a rate and carryovers of its own.  M.G.L. c. 62.

Short-term gain is income of Part A, long-term gain of Part C.
"""

from dataclasses import dataclass
from typing import Final

from taxlots.domain.filing_status import FilingStatus
from taxlots.domain.tax_rate import at_rate
from taxlots.law.cites import cites
from taxlots.law.tables import amount, rate, years

AGAINST_DIVIDENDS_CENTS: Final = 2_000_00
"""The most that losses of a year take from interest and dividends."""

SURTAX_PPM: Final = 40_000


@dataclass(frozen=True, slots=True, kw_only=True)
class NetByTerm:
    """What is taxed and what is carried on, all from zero up, in cents."""

    short_cents: int
    long_cents: int
    dividends_cents: int
    carry_short_cents: int
    carry_long_cents: int


@cites("M.G.L. c. 62, § 2(c)(2)", "M.G.L. c. 62, § 2(c)(3)", "Massachusetts Schedules B and D")
def net_by_term(net_short_cents: int, net_long_cents: int, dividends_cents: int) -> NetByTerm:
    """Gains and losses after the offsets that Schedules B and D allow.

    The nets contain the losses of their own term that are carried in; ``dividends_cents`` are the
    year's interest and dividends.  A short-term loss is set against up to 2,000 of those, then
    against long-term gain; a long-term loss against short-term gain, then against what of the
    2,000 is left.  The rest is carried on by its term.
    """
    short_loss, long_loss = max(0, -net_short_cents), max(0, -net_long_cents)
    short_gain, long_gain = max(0, net_short_cents), max(0, net_long_cents)
    room = min(AGAINST_DIVIDENDS_CENTS, max(0, dividends_cents))
    short_from_dividends = min(short_loss, room)
    short_from_long = min(short_loss - short_from_dividends, long_gain)
    long_from_short = min(long_loss, short_gain)
    long_from_dividends = min(long_loss - long_from_short, room - short_from_dividends)
    return NetByTerm(
        short_cents=short_gain - long_from_short,
        long_cents=long_gain - short_from_long,
        dividends_cents=max(0, dividends_cents) - short_from_dividends - long_from_dividends,
        carry_short_cents=short_loss - short_from_dividends - short_from_long,
        carry_long_cents=long_loss - long_from_short - long_from_dividends,
    )


@cites("M.G.L. c. 62, § 4(a)(1)")
def short_term_tax(short_cents: int, year: int) -> int:
    """Tax on short-term gain: 8.5 percent, 12 before 2023.

    UsageError for a year without a table.
    """
    return at_rate(short_cents, rate("massachusetts_short_term_rate", year))


@cites("M.G.L. c. 62, § 4(a)(2)", "M.G.L. c. 62, § 4(b)", "M.G.L. c. 62, § 4(c)")
def general_tax(income_cents: int, year: int) -> int:
    """Tax on ordinary income, interest, dividends and long-term gain, in cents.

    UsageError for a year without a table.
    """
    return at_rate(income_cents, rate("massachusetts_rate", year))


@cites("Mass. Const. amend. art. XLIV", "M.G.L. c. 62, § 4(d)")
def surtax(taxable_cents: int, year: int, status: FilingStatus) -> int:
    """Four percent of all taxable income above an indexed million; none before 2023."""
    if year < years("massachusetts_surtax_start")[0]:
        return 0
    start = amount("massachusetts_surtax_start", year, status)
    return at_rate(max(0, taxable_cents - start), SURTAX_PPM)
