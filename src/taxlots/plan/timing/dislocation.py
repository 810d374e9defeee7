"""Dislocations: buying faster when prices are far below their mean and volatility has burst.

A dislocation is a price so many standard deviations below its mean (mean reversion) while
volatility is a multiple of its usual one (volatility comes in clusters).  Buying speeds up, and
most of it once volatility has turned down: the worst of the cluster is then over.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from taxlots.domain.problem import UsageError
from taxlots.plan.targets.hierarchy import Floats

TURNED_PERIODS = 5
"""Over so many periods volatility is to have fallen."""
STILL = 1e-12
"""A standard deviation that is only rounding."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DislocationRule:
    """When buying speeds up.

    ``z`` is how many standard deviations below the mean of ``window`` closes a price is to be, and
    ``burst`` how many times its usual volatility the present one.  ``pace`` is the part of a gap
    that is bought at one look in quiet times, ``rising_pace`` in a dislocation while volatility
    still rises, ``turned_pace`` once it falls.  ``decay`` and ``slow_decay`` are those of the
    present and the usual volatility, by period.
    """

    z: float = 2.0
    burst: float = 1.5
    window: int = 252
    decay: float = 0.94
    slow_decay: float = 0.99
    pace: float = 0.25
    rising_pace: float = 0.5
    turned_pace: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class BuyingPace:
    """The part of a gap to buy at this look, from 0 to 1, and what it rests on.

    ``z`` is how many standard deviations the price is above its mean, ``burst`` the present
    volatility over the usual.
    """

    part: float
    z: float
    burst: float
    is_dislocated: bool
    because: str


def deviation(closes: Floats, window: int) -> float:
    """How many standard deviations the last log close is above the mean of the last ``window``.

    0 where the closes do not move.  Raises UsageError for fewer than three closes.
    """
    if window < 3 or len(closes) < 3:  # noqa: PLR2004 (a deviation of a deviation)
        raise UsageError("a deviation needs three closes or more")
    logs = np.log(closes[-window:])
    spread = float(logs.std(ddof=1))
    return 0.0 if spread < STILL else float((logs[-1] - logs.mean()) / spread)


def ewma_volatility(returns: Floats, decay: float) -> Floats:
    """The volatility of a period after each return, exponentially weighted, shape (t,).

    variance = decay × the one before + (1 - decay) × return² (RiskMetrics, 1996); the first is the
    square of the first return.
    """
    if not 0 <= decay < 1 or not len(returns):
        raise UsageError("a decay is from 0 to below 1, and there is at least one return")
    variance = np.empty(len(returns))
    now = float(returns[0]) ** 2
    for place, value in enumerate(returns):
        now = decay * now + (1.0 - decay) * float(value) ** 2
        variance[place] = now
    return np.sqrt(variance)


def is_falling(volatility: Floats, periods: int) -> bool:
    """Whether the last volatility is below that of so many periods before."""
    return len(volatility) > periods and bool(volatility[-1] < volatility[-1 - periods])


def buying_pace(closes: Floats, rule: DislocationRule) -> BuyingPace:
    """How fast to buy what is under its target, by the closes of even periods up to now.

    Raises UsageError for a rule whose paces do not rise, and for fewer than three closes.
    """
    if not 0 < rule.pace <= rule.rising_pace <= rule.turned_pace <= 1:
        raise UsageError("the paces rise from quiet to rising to turned, from above 0 to 1")
    z = deviation(closes, rule.window)
    returns = np.diff(np.log(closes))
    fast, slow = (ewma_volatility(returns, rate) for rate in (rule.decay, rule.slow_decay))
    burst = float(fast[-1] / slow[-1]) if slow[-1] > 0 else 1.0
    is_far = z <= -rule.z
    is_cluster = burst >= rule.burst
    has_turned = is_falling(fast, TURNED_PERIODS)
    if is_far and (is_cluster or has_turned):
        part = rule.turned_pace if has_turned else rule.rising_pace
        mood = "volatility has turned down" if has_turned else "volatility still rises"
    elif is_far:
        part, mood = rule.rising_pace, "volatility is as usual"
    else:
        part, mood = rule.pace, "no dislocation"
    said = f"{z:+.1f} standard deviations from its mean, {burst:.1f} times its usual volatility"
    return BuyingPace(part=part, z=z, burst=burst, is_dislocated=is_far, because=f"{said}: {mood}")
