"""Regimes: targets that follow the state of the market."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from taxlots.domain.problem import UsageError
from taxlots.plan.targets.hierarchy import NEGLIGIBLE, Floats


def is_stressed(levels: Sequence[float], *, enter: float, leave: float) -> list[bool]:
    """Whether each period is in the regime of stress, by a level such as volatility.

    The regime begins when the level rises above ``enter`` and ends when it falls below ``leave``,
    which is lower, so that a level between both changes nothing.  It begins as calm.
    """
    if leave > enter:
        raise UsageError("a regime is left below the level at which it is entered")
    found = []
    now = False
    for level in levels:
        now = level >= leave if now else level > enter
        found.append(now)
    return found


def regime_probabilities(
    returns: Floats, means: Floats, volatilities: Floats, transition: Floats
) -> Floats:
    """The probability of each state after each return, shape (t, k).

    The filter of J. Hamilton, "A new approach to the economic analysis of nonstationary time
    series" (1989), with given parameters: in state k returns of a period are normal with
    ``means[k]`` and ``volatilities[k]``; ``transition[j, k]`` is the probability of going from j
    to k in one period, so that its rows sum to 1.  It looks only backward.  It starts at the
    states' long-run probabilities.
    """
    count = len(means)
    if transition.shape != (count, count) or not np.allclose(transition.sum(axis=1), 1.0):
        raise UsageError("each row of the transition matrix is to sum to 1, a row for each state")
    if len(volatilities) != count or np.min(volatilities) <= 0 or np.min(transition) < 0:
        raise UsageError("each state needs a volatility above 0 and probabilities from 0 to 1")
    now = long_run(transition)
    found = np.empty((len(returns), count))
    for place, value in enumerate(returns):
        expected = now @ transition
        distance = (value - means) / volatilities
        # The constant of the normal density and the largest exponent cancel.
        logs = -0.5 * distance**2 - np.log(volatilities)
        likelihood = expected * np.exp(logs - logs.max())
        now = likelihood / likelihood.sum()
        found[place] = now
    return found


def long_run(transition: Floats) -> Floats:
    """The probabilities of the states that the transition leaves as they are."""
    count = len(transition)
    equations = np.vstack([transition.T - np.eye(count), np.ones(count)])
    found, *_ = np.linalg.lstsq(equations, np.append(np.zeros(count), 1.0), rcond=None)
    clipped = np.clip(found, 0.0, None)
    return np.asarray(clipped / clipped.sum())


def blended(targets: Floats, probabilities: Floats) -> Floats:
    """Targets of the states, shape (k, n), weighed by their probabilities, shape (k,)."""
    if (
        targets.shape[0] != len(probabilities)
        or abs(float(np.sum(probabilities)) - 1.0) > NEGLIGIBLE
    ):
        raise UsageError("targets for each state, and probabilities that sum to 1, are needed")
    return np.asarray(probabilities @ targets)
