"""How wide a band is best, and why: from volatility, correlation, cost, tax and risk aversion.

Three answers to the same question.  They differ in what they know of the time after the trade.

``one_period``: holding a deviation a for a time H costs ½ × aversion × H × a² × variance;
trading a little of it costs its cost and tax.  Both are equal at the edge, and one trades to it.
``masters``: the same, but a trade goes halfway back and so pays for itself as a whole: the band is
twice as wide (S. Masters, "Rebalancing", Journal of Portfolio Management, 2003).
``long_run``: for ever, with a small proportional cost: the half-width is
(3/(2p) × w²(1-w)² × cost)^⅓, p the risk aversion; volatility cancels out (M. Davis and A.
Norman, "Portfolio selection with transaction costs", 1990; K. Janeček and S. Shreve, 2004).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from taxlots.domain.problem import UsageError
from taxlots.plan.bands.widths import Bands, around
from taxlots.plan.targets.hierarchy import Floats


class WidthMethod(StrEnum):
    """How the width is reckoned."""

    ONE_PERIOD = "one_period"
    MASTERS = "masters"
    LONG_RUN = "long_run"


@dataclass(frozen=True, slots=True, kw_only=True)
class WidthFacts:
    """What a width rests on.

    ``volatility`` and ``rest_volatility`` are annual, of the class and of all the rest together,
    ``correlation`` that between them.  ``cost`` is lost on each dollar traded, ``tax`` on each
    dollar sold.  ``risk_aversion`` is what half a variance costs, and ``horizon_years`` how long
    a deviation would stay.
    """

    target: float
    volatility: float
    rest_volatility: float
    correlation: float
    cost: float
    tax: float = 0.0
    risk_aversion: float = 3.0
    horizon_years: float = 1.0

    @property
    def variance(self) -> float:
        """The annual variance of the class against the rest."""
        both = 2.0 * self.correlation * self.volatility * self.rest_volatility
        return self.volatility**2 + self.rest_volatility**2 - both


@dataclass(frozen=True, slots=True, kw_only=True)
class Width:
    """How far a weight may fall below and rise above its target, and why, in sentences.

    ``destination`` is the part of the band, from the target, that a trade goes back to: 1 is the
    edge, 0.5 halfway.
    """

    below: float
    above: float
    destination: float
    because: tuple[str, ...]


def best_width(facts: WidthFacts, method: WidthMethod = WidthMethod.ONE_PERIOD) -> Width:
    """The width of one band.  Raises UsageError for facts that no width follows from."""
    _check(facts, method)
    buying, selling = facts.cost, facts.cost + facts.tax
    if method is WidthMethod.LONG_RUN:
        below, above = _long_run(facts, buying), _long_run(facts, selling)
        destination = 1.0
    else:
        price = facts.risk_aversion * facts.horizon_years * facts.variance
        below, above, destination = buying / price, selling / price, 1.0
        if method is WidthMethod.MASTERS:
            below, above, destination = 2.0 * below, 2.0 * above, 0.5
    return Width(
        below=below,
        above=above,
        destination=destination,
        because=_because(facts, method, below, above),
    )


def _long_run(facts: WidthFacts, cost: float) -> float:
    weight = facts.target
    spread = (weight * (1.0 - weight)) ** 2
    return float(np.cbrt(1.5 / facts.risk_aversion * spread * cost))


def _check(facts: WidthFacts, method: WidthMethod) -> None:
    if not 0 <= facts.target <= 1 or not -1 <= facts.correlation <= 1:
        raise UsageError("a target is from 0 to 1 and a correlation from -1 to 1")
    if facts.cost < 0 or facts.tax < 0 or facts.risk_aversion <= 0 or facts.horizon_years <= 0:
        raise UsageError("cost and tax are not negative; risk aversion and horizon are above 0")
    if method is not WidthMethod.LONG_RUN and facts.variance <= 0:
        raise UsageError(
            "the class moves exactly as the rest does: no width follows from its risk; use"
            " long_run, or state a correlation below 1"
        )


def _because(facts: WidthFacts, method: WidthMethod, below: float, above: float) -> tuple[str, ...]:
    relative = float(np.sqrt(max(0.0, facts.variance)))
    told = [
        (
            f"Against the rest it moves by {relative:.1%} a year: {facts.volatility:.1%} itself,"
            f" {facts.rest_volatility:.1%} the rest, correlation {facts.correlation:.2f}"
        )
    ]
    if method is WidthMethod.LONG_RUN:
        told.append(
            f"For ever, a target of {facts.target:.1%} at risk aversion {facts.risk_aversion:g} has"
            " a half-width that grows with the cube root of the cost; volatility cancels out"
        )
    else:
        year = 0.5 * facts.risk_aversion * facts.horizon_years * facts.variance
        told.append(
            f"A deviation of one percentage point for {_period(facts.horizon_years)} costs"
            f" {year * 0.01**2 * 1e4:.4f} bps at risk aversion {facts.risk_aversion:g}, and four"
            " times as much for two"
        )
    told.append(
        f"A dollar bought costs {facts.cost * 1e4:.1f} bps, a dollar sold"
        f" {(facts.cost + facts.tax) * 1e4:.1f} bps, {facts.tax * 1e4:.1f} of them tax"
    )
    if method is WidthMethod.MASTERS:
        told.append("A trade goes halfway back, so that the band is twice the edge of one period")
    told.append(f"So the band is {below:.2%} below and {above:.2%} above the target")
    return tuple(told)


def _period(years: float) -> str:
    return "a year" if years == 1 else f"{years:g} years"


def best_bands(
    target: Floats,
    covariance: Floats,
    *,
    cost: Floats,
    tax: Floats,
    risk_aversion: float = 3.0,
    horizon_years: float = 1.0,
    method: WidthMethod = WidthMethod.ONE_PERIOD,
) -> tuple[Bands, tuple[Width, ...]]:
    """The bands of a whole mix, and the explanation of each width.

    ``covariance`` is annual, shape (n, n); ``cost`` and ``tax`` are parts of what is traded and
    sold, shape (n,).
    """
    widths = tuple(
        best_width(
            facts_of(
                target,
                covariance,
                place,
                cost=float(cost[place]),
                tax=float(tax[place]),
                risk_aversion=risk_aversion,
                horizon_years=horizon_years,
            ),
            method,
        )
        for place in range(len(target))
    )
    below = np.array([width.below for width in widths])
    above = np.array([width.above for width in widths])
    return around(target, below, above), widths


def facts_of(
    target: Floats,
    covariance: Floats,
    place: int,
    *,
    cost: float,
    tax: float,
    risk_aversion: float,
    horizon_years: float,
) -> WidthFacts:
    """The facts of one class in a mix: its volatility, that of the rest, and their correlation."""
    others = target.copy()
    others[place] = 0.0
    if others.sum() > 0:
        others = others / others.sum()
    own = float(np.sqrt(covariance[place, place]))
    rest = float(np.sqrt(max(0.0, float(others @ covariance @ others))))
    both = float(covariance[place] @ others)
    correlation = both / (own * rest) if own * rest > 0 else 0.0
    return WidthFacts(
        target=float(target[place]),
        volatility=own,
        rest_volatility=rest,
        correlation=min(1.0, max(-1.0, correlation)),
        cost=cost,
        tax=tax,
        risk_aversion=risk_aversion,
        horizon_years=horizon_years,
    )
