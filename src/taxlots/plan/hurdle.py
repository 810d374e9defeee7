"""The hurdle: how deep a loss must be before it is worth giving up the option to wait.

A lot that has lost a little may lose more, and its loss can be taken only once.  Early in the year
there is much time for it, so that the hurdle is high; towards December it falls to what costs
alone demand.  A volatile security is given more room.  A short-term lot that is about to turn
long-term has little time left, and its hurdle falls away over its last weeks.
"""

from datetime import date
from typing import Final

from taxlots.domain.harvest_rule import HarvestRule
from taxlots.domain.money import apportion
from taxlots.domain.tax_rate import RATE_ONE

LEAST_STRETCH_PPM: Final = RATE_ONE // 2
MOST_STRETCH_PPM: Final = 2 * RATE_ONE
"""A hurdle is at least halved and at most doubled for the security's volatility."""

DECEMBER: Final = (12, 1)


def hurdle_ratio(
    rule: HarvestRule, day: date, volatility_ppm: int | None, days_to_long_term: int
) -> int:
    """The least loss of a lot in 1e-8 of its basis, on a day.

    Between 1 January and 1 December the rule's two ratios are joined by a straight line.  The
    result is multiplied by the security's volatility (annual, in 1e-6; None leaves it) over the
    rule's, within bounds, and by the days to the lot's anniversary over those of the rule where
    fewer are left.  ``days_to_long_term`` is 0 for what is long-term: no anniversary is ahead.
    """
    ratio = _of_the_season(rule, day)
    if volatility_ppm is not None and rule.hurdle_volatility_ppm:
        stretch = apportion(RATE_ONE, volatility_ppm, rule.hurdle_volatility_ppm)
        stretch = min(max(stretch, LEAST_STRETCH_PPM), MOST_STRETCH_PPM)
        ratio = apportion(ratio, stretch, RATE_ONE)
    if 0 < days_to_long_term < rule.hurdle_anniversary_days:
        ratio = apportion(ratio, days_to_long_term, rule.hurdle_anniversary_days)
    return ratio


def _of_the_season(rule: HarvestRule, day: date) -> int:
    first, december = date(day.year, 1, 1), date(day.year, *DECEMBER)
    if day >= december:
        return rule.hurdle_december_ratio
    fall = rule.hurdle_ratio - rule.hurdle_december_ratio
    return rule.hurdle_ratio - apportion(fall, (day - first).days, (december - first).days)
