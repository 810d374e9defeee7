"""Bands tighter or wider by liquidity bucket: what is slow to trade drifts further."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from taxlots.domain.rebalance_rule import RATIO, BandRule
from taxlots.plan.bands.by_rule import RuledBands
from taxlots.plan.bands.widths import Bands, around
from taxlots.plan.execution.liquidity import (
    USUAL_MULTIPLES,
    USUAL_PARTICIPATION,
    bands_by_liquidity,
    buckets,
)
from taxlots.plan.targets.hierarchy import Floats


def by_liquidity(
    names: Sequence[str], target: Floats, ruled: RuledBands, rules: Sequence[BandRule], days: Floats
) -> RuledBands:
    """The bands of a rule times the multiple of each class's bucket, within the rule's limits.

    ``days`` are average days of volume that a class of full size is, shape (n,), where a rule
    states none; 0 is not known, and leaves a band as it is.  A class trades at
    ``USUAL_PARTICIPATION`` in the volume.
    """
    stated = np.array([float(rule.days_to_trade) for rule in rules])
    slow = np.where(stated > 0, stated, days) / USUAL_PARTICIPATION
    known = np.flatnonzero(slow > 0)
    of = dict(zip(known.tolist(), buckets(slow[known]), strict=True))
    below, above = target - ruled.bands.low, ruled.bands.high - target
    told = []
    for place, bucket in of.items():
        least, most = rules[place].least / RATIO, rules[place].most / RATIO
        for side in (below, above):
            (wide,) = bands_by_liquidity(side[place : place + 1], [bucket])
            side[place] = min(max(wide, least), most)
        told.append(
            f"{names[place]}: {slow[place]:.1f} days to trade at {USUAL_PARTICIPATION:.0%} of the"
            f" volume ({bucket.replace('_', ' ')}): its band is"
            f" {USUAL_MULTIPLES[bucket]:g} times as wide"
        )
    bands: Bands = around(target, below, above)
    return replace(ruled, bands=bands, because=(*ruled.because, *told))
