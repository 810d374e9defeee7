"""The bands of a whole tree of targets, by the rule of each class."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from taxlots.domain.problem import UsageError
from taxlots.domain.rebalance_rule import MULTIPLE, RATIO, BandRule, BandSystem
from taxlots.plan.bands.breach import part_of_band
from taxlots.plan.bands.width_calculator import best_bands
from taxlots.plan.bands.widths import (
    DAYS_OF_YEAR,
    Bands,
    absolute,
    asymmetric,
    by_class,
    kept_within,
    narrower,
    relative,
    volatility_scaled,
    wider,
)
from taxlots.plan.targets.hierarchy import TOP, Floats, Places, Tree

NEEDS_COVARIANCE = (BandSystem.BY_CLASS, BandSystem.VOLATILITY, BandSystem.COST_BENEFIT)


@dataclass(frozen=True, slots=True, eq=False)
class RuledBands:
    """Bands by rule, where trades go as a part of the way to the edge, and why they are so wide.

    ``because`` has the sentences of classes whose width was reckoned.
    """

    bands: Bands
    parts: Floats
    because: tuple[str, ...]


def bands_by_rule(
    tree: Tree,
    target: Floats,
    rules: Sequence[BandRule],
    *,
    covariance: Floats | None = None,
    days_to_trade: Floats | None = None,
) -> RuledBands:
    """The band of each class by its rule, at every level of a tree.

    ``target`` are parts of the whole, shape (n,), with a rule for each.  ``covariance`` is annual,
    shape (n, n); systems that rest on risk weigh a class against its siblings and raise UsageError
    without it.  ``days_to_trade`` are days of volume, shape (n,), where a rule states none.
    """
    low, high = target.copy(), target.copy()
    told: dict[int, str] = {}
    days = np.zeros(len(target)) if days_to_trade is None else days_to_trade
    for parent, children in tree.siblings():
        whole = 1.0 if parent == TOP else float(target[parent])
        if whole <= 0:
            continue
        of_children = [rules[int(place)] for place in children]
        for system in dict.fromkeys(rule.system for rule in of_children):
            if system in NEEDS_COVARIANCE:
                if covariance is None:
                    raise UsageError(
                        f"bands by {system} need the volatilities of their classes; add closes,"
                        " or use absolute, relative, wider or narrower"
                    )
                matrix = covariance[np.ix_(children, children)]
                found, why = _by_risk(
                    system, target[children] / whole, of_children, matrix, days[children]
                )
                found = Bands(found.low * whole, found.high * whole)
            else:
                found, why = _by_width(system, target[children], of_children), ()
            _put(children, of_children, system, found, target, (low, high))
            told |= {
                int(place): sentence
                for place, rule, sentence in zip(children, of_children, why, strict=False)
                if rule.system is system
            }
    parts = np.array([part_of_band(rule.destination, rule.fraction / RATIO) for rule in rules])
    because = tuple(f"{tree.names[place]}: {told[place]}" for place in sorted(told))
    return RuledBands(Bands(low, high), parts, because)


def _put(
    children: Places,
    rules: Sequence[BandRule],
    system: BandSystem,
    found: Bands,
    target: Floats,
    edges: tuple[Floats, Floats],
) -> None:
    """Write the bands of the classes that use a system, within their limits."""
    for at, rule in enumerate(rules):
        if rule.system is system:
            place = children[at : at + 1]
            one = Bands(found.low[at : at + 1], found.high[at : at + 1])
            kept = kept_within(target[place], one, rule.least / RATIO, rule.most / RATIO)
            edges[0][place], edges[1][place] = kept.low, kept.high


def _ratios(rules: Sequence[BandRule], key: str, unit: int = RATIO) -> Floats:
    return np.array([getattr(rule, key) / unit for rule in rules])


def _by_width(system: BandSystem, target: Floats, rules: Sequence[BandRule]) -> Bands:
    width, ratio = _ratios(rules, "absolute"), _ratios(rules, "relative")
    match system:
        case BandSystem.ABSOLUTE:
            return absolute(target, width)
        case BandSystem.RELATIVE:
            return relative(target, ratio)
        case BandSystem.WIDER:
            return wider(target, width, ratio)
        case BandSystem.ASYMMETRIC:
            return asymmetric(target, _ratios(rules, "below"), _ratios(rules, "above"))
        case _:
            return narrower(target, width, ratio)


def _by_risk(
    system: BandSystem,
    target: Floats,
    rules: Sequence[BandRule],
    covariance: Floats,
    days: Floats,
) -> tuple[Bands, tuple[str, ...]]:
    """Bands of siblings, whose targets are parts of their parent, and the reasons."""
    if not np.isfinite(covariance).all():
        raise UsageError(f"bands by {system} need closes of all the classes beside each other")
    first = next(rule for rule in rules if rule.system is system)
    cost = _ratios(rules, "cost")
    volatility = np.sqrt(np.diag(covariance))
    horizon = first.horizon_days
    if system is BandSystem.BY_CLASS:
        stated = _ratios(rules, "days_to_trade", 1)
        slow = np.where(stated > 0, stated, days)
        moving = np.maximum(volatility, np.finfo(np.float64).tiny)
        ratio = float(first.relative / RATIO)
        found = by_class(target, ratio, volatility=moving, cost=cost, days_to_trade=slow)
        return found, tuple(
            f"volatility {own:.1%}, cost {dear * 1e4:.0f} bps, {late:.1f} days of volume"
            for own, dear, late in zip(volatility, cost, slow, strict=True)
        )
    if system is BandSystem.VOLATILITY:
        multiple = first.volatility_multiple / MULTIPLE
        found = volatility_scaled(target, covariance, multiple=multiple, horizon_days=horizon)
        return found, tuple(f"volatility {own:.1%} a year" for own in volatility)
    bands, widths = best_bands(
        target,
        covariance,
        cost=cost,
        tax=_ratios(rules, "tax"),
        risk_aversion=first.risk_aversion / MULTIPLE,
        horizon_years=horizon / DAYS_OF_YEAR,
    )
    return bands, tuple("; ".join(width.because) for width in widths)
