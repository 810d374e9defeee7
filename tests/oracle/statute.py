"""26 USC 1(h)(1), paragraph by paragraph: a reckoning of regular tax that knows no worksheet."""

from taxlots.domain.tax_return import ReturnIncome
from taxlots.law.tables import Bracket, brackets


def groups(income: ReturnIncome) -> tuple[int, int]:
    """28-percent rate gain and unrecaptured section 1250 gain.  26 USC 1(h)(4), (6).

    A net short-term loss and the long-term loss carried in are set against collectibles first,
    then against the gain of section 1250.
    """
    short = income.short_cents - income.carry_short_cents
    lost = max(0, -short) + income.carry_long_cents
    rest = max(0, lost - income.gain_28_cents)
    return max(0, income.gain_28_cents - lost), max(0, income.unrecaptured_1250_cents - rest)


def preferred(income: ReturnIncome) -> tuple[int, int]:
    """Net capital gain and adjusted net capital gain, with qualified dividends.  1(h)(3), (11)."""
    short = income.short_cents - income.carry_short_cents
    long = income.long_cents - income.carry_long_cents
    gain = max(0, min(long, short + long))
    dividends = income.qualified_dividends_cents
    return gain + dividends, max(0, gain - sum(groups(income))) + dividends


def section_1h(income: ReturnIncome, taxable: int) -> float:
    """Regular tax in dollars, not rounded, on taxable income in cents."""
    ordinary = brackets("ordinary_rates", income.year, income.status)
    zero, fifteen, _ = brackets("capital_gain_rates", income.year, income.status)
    gain_28, gain_1250 = groups(income)
    gain, adjusted = preferred(income)
    below_25 = max(band.top_cents or 0 for band in ordinary if band.rate_ppm < 250_000)
    at_gain_rates = min(adjusted, taxable)

    a = max(taxable - gain, min(below_25, taxable, taxable - adjusted), 0)
    b = min(at_gain_rates, max(0, (zero.top_cents or 0) - max(0, taxable - adjusted)))
    c = min(at_gain_rates - b, max(0, (fifteen.top_cents or 0) - a - b))
    d = at_gain_rates - b - c
    of_long = gain - income.qualified_dividends_cents
    e = max(0, min(gain_1250, of_long) - max(0, a + gain - taxable))
    f = taxable - (a + b + c + d + e)
    assert f >= 0
    assert f == 0 or gain_28 > 0
    by_rates = _ordinary_tax(ordinary, a) + 0.15 * c + 0.20 * d + 0.25 * e + 0.28 * f
    return min(by_rates, _ordinary_tax(ordinary, taxable)) / 100


def _ordinary_tax(schedule: tuple[Bracket, ...], taxable: int) -> float:
    bottoms = [0, *(band.top_cents or 0 for band in schedule[:-1])]
    tops = [band.top_cents or taxable for band in schedule]
    return sum(
        band.rate_ppm / 10**6 * max(0, min(taxable, top) - bottom)
        for band, bottom, top in zip(schedule, bottoms, tops, strict=True)
    )
