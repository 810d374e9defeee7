"""The targets of a household on a day: glide path, system, illiquid holdings, tilt, and bands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from taxlots.domain.calendar import day_of
from taxlots.domain.problem import UsageError
from taxlots.domain.rebalance_rule import RATIO, BandSystem, RebalanceRule, TargetSystem
from taxlots.domain.security import Security
from taxlots.market_data.prices import PriceHistory
from taxlots.plan.bands.by_liquidity import by_liquidity
from taxlots.plan.bands.by_rule import NEEDS_COVARIANCE, RuledBands, bands_by_rule
from taxlots.plan.bands.widths import Bands, bands_of
from taxlots.plan.targets.hierarchy import rolled_up
from taxlots.plan.targets.illiquid import CapitalCall, around_illiquid
from taxlots.plan.targets.of_day import StatedTargets, on_glide_paths, stated_bands, with_tilts
from taxlots.plan.targets.regime import is_stressed
from taxlots.plan.targets.risk_parity import risk_parity
from taxlots.plan.targets.trend import above_mean, trend_targets
from taxlots.plan.timing.dislocation import ewma_volatility
from taxlots.workflows.class_prices import PriceGrid, Splits, covariance, fine, monthly
from taxlots.workflows.drift_holdings import Holdings
from taxlots.workflows.drift_windows import OpenWindow, notices, open_windows
from taxlots.workflows.volatility_scale import VolatilityScale, volatility_scale

Floats = NDArray[np.float64]
REGIME_DECAY = 0.94


@dataclass(frozen=True)
class Market:
    """What the classes of one household have done, by the securities that it holds of each.

    ``parts`` maps each name of the tree to its securities and their proportions, with what stands
    below it.
    """

    stated: StatedTargets
    parts: Sequence[Mapping[str, float]]
    history: PriceHistory
    as_of: date
    splits: Splits

    @cached_property
    def _symbols(self) -> list[str]:
        return sorted({symbol for one in self.parts for symbol in one})

    @cached_property
    def months(self) -> PriceGrid:
        """Closes a month apart."""
        return monthly(self.history, self._symbols, self.as_of, self.splits)

    @cached_property
    def fine(self) -> PriceGrid:
        """Daily closes where every security has them, else those of months."""
        return fine(self.history, self._symbols, self.as_of, self.splits)

    @cached_property
    def month_indexes(self) -> list[Floats]:
        """The index of each class, a month apart."""
        return [self.months.index(parts) for parts in self.parts]

    @cached_property
    def fine_indexes(self) -> list[Floats]:
        """The index of each class, by session where closes are daily."""
        return [self.fine.index(parts) for parts in self.parts]

    @cached_property
    def covariance(self) -> Floats:
        """Annual, of all classes at every level."""
        return covariance(self.fine_indexes, self.fine.periods_of_year)


@dataclass(frozen=True, slots=True, eq=False)
class DayTargets:
    """Targets and bands of a day, parts of the whole, shape (n,).

    ``base`` is the target without the tilt.  ``is_illiquid`` is what is not traded; ``windows`` are
    those of illiquid classes that are dealt on the day, by name, and ``dealt`` says so, and for
    which later ones to give notice.  ``scaled`` is the scale of the volatility target, if any.
    """

    base: Floats
    target: Floats
    ruled: RuledBands
    is_illiquid: NDArray[np.bool_]
    windows: Mapping[str, OpenWindow]
    dealt: tuple[str, ...]
    because: tuple[str, ...]
    scaled: VolatilityScale | None


def targets_of_day(
    market: Market,
    holdings: Holdings,
    rule: RebalanceRule,
    as_of: date,
    securities: Mapping[str, Security],
    taxes: Mapping[str, int],
) -> DayTargets:
    """The targets and bands of one household.

    ``taxes`` are those of a dollar sold, in 1e-8, where no rule states one.  Raises UsageError for
    contradictions that only the day shows, with the nearest without any.
    """
    stated = market.stated
    told: list[str] = []
    weights = on_glide_paths(stated, as_of)
    weights = _by_system(market, weights, rule, told)
    is_illiquid = np.array([row.name in rule.targets.illiquid for row in stated.rows])
    wished, windows = weights, open_windows(rule.targets, as_of)
    if is_illiquid.any() or (rule.targets.calls and rule.targets.call_reserve):
        weights = _around_illiquid(
            stated, weights, holdings, rule, as_of, is_illiquid, windows, told
        )
    scaled = volatility_scale(market, holdings, rule, weights)
    if scaled is not None:
        weights = scaled.weights
    target = with_tilts(stated, weights, as_of, is_illiquid)
    ruled = _bands(market, target, holdings, rule, securities, taxes)
    around = target if rule.targets.bands_follow_tilt else weights
    bands = stated_bands(stated, around, ruled.bands)
    bands = bands_of(stated.tree.names, target, bands.low, bands.high)
    dealt = [f"{name} is dealt on this day" for name in windows]
    for place in map(int, np.flatnonzero(is_illiquid)):
        dealt += notices(
            rule.targets,
            stated.tree.names[place],
            held=float(weights[place]) * _dollars(stated, holdings),
            wanted=_lack(place, wished, weights, target, bands) * _dollars(stated, holdings),
            as_of=as_of,
        )
    return DayTargets(
        weights,
        target,
        replace(ruled, bands=bands),
        is_illiquid & np.array([name not in windows for name in stated.tree.names]),
        windows,
        tuple(dealt),
        tuple(told),
        scaled,
    )


def _dollars(stated: StatedTargets, holdings: Holdings) -> float:
    """All that is held of the targets."""
    return sum(holdings.total_cents(name) for name in stated.tree.names) / 100


def _lack(place: int, wished: Floats, kept: Floats, target: Floats, bands: Bands) -> float:
    """What an illiquid class lacks of its own target, where it is outside the band around that."""
    lack = float(wished[place] - kept[place])
    low, high = bands.low[place] - target[place], bands.high[place] - target[place]
    return 0.0 if low <= -lack <= high else lack


def _by_system(market: Market, weights: Floats, rule: RebalanceRule, told: list[str]) -> Floats:
    """The weights that the system of ``[rebalance.targets]`` makes of strategic ones."""
    match rule.targets.system:
        case TargetSystem.RISK_PARITY:
            return _risk_parity(market, weights, rule, told)
        case TargetSystem.TREND:
            return _trend(market, weights, rule, told)
        case TargetSystem.REGIME:
            return _regime(market, weights, rule, told)
        case _:
            return weights


def _risk_parity(market: Market, weights: Floats, rule: RebalanceRule, told: list[str]) -> Floats:
    """The liquid leaves share what they have by equal contributions to its variance."""
    stated = market.stated
    frees = np.array([row.name not in rule.targets.illiquid for row in stated.rows])
    places = np.flatnonzero(stated.tree.is_leaf() & frees & (weights > 0))
    matrix = market.covariance[np.ix_(places, places)]
    _known(stated, places[~np.isfinite(np.diag(matrix))], "risk parity")
    found = risk_parity(matrix)
    own = np.where(stated.tree.is_leaf(), weights, 0.0)
    own[places] = found.weights * weights[places].sum()
    told.append(
        f"Risk parity: each of {len(places)} classes contributes {1 / len(places):.1%} of the"
        " variance"
    )
    return rolled_up(stated.tree, own)


def _trend(market: Market, weights: Floats, rule: RebalanceRule, told: list[str]) -> Floats:
    stated, asked = market.stated, rule.targets
    closes = np.array([index[-asked.trend_months :] for index in market.month_indexes]).T
    _known(
        stated, [stated.place(name) for name in sorted(asked.trend_of)], "the trend rule", closes
    )
    watched = np.array([row.name in asked.trend_of for row in stated.rows])
    is_up = above_mean(closes) | ~watched
    told += [
        f"Trend: {row.name} is {'above' if up else 'below'} its mean of {asked.trend_months} months"
        + ("" if up else f": its target goes to {asked.trend_into}")
        for row, up, is_watched in zip(stated.rows, is_up, watched, strict=True)
        if is_watched
    ]
    return trend_targets(stated.tree, weights, is_up, asked.trend_into)


def _regime(market: Market, weights: Floats, rule: RebalanceRule, told: list[str]) -> Floats:
    stated, asked = market.stated, rule.targets
    place = stated.place(asked.regime_of)
    _known(stated, [place], "the regime", np.array(market.fine_indexes).T[-3:])
    index = market.fine_indexes[place]
    returns = np.diff(np.log(index[np.isfinite(index)]))
    levels = ewma_volatility(returns, REGIME_DECAY) * np.sqrt(market.fine.periods_of_year)
    enter, leave = asked.regime_enter / RATIO, asked.regime_exit / RATIO
    now = is_stressed(levels.tolist(), enter=enter, leave=leave)[-1]
    told.append(
        f"Regime: {asked.regime_of} has a volatility of {levels[-1]:.1%} and is"
        f" {'in' if now else 'not in'} stress, which begins above {enter:.1%} and ends below"
        f" {leave:.1%}"
    )
    if not now:
        return weights
    leaf = stated.tree.is_leaf()
    names = {row.name for row, is_leaf in zip(stated.rows, leaf, strict=True) if is_leaf}
    strange = sorted(set(asked.regime_weights) - names)
    if strange:
        raise UsageError(f"regime_weights names {strange[0]!r}; use lowest classes: {_list(names)}")
    own = [asked.regime_weights.get(row.name, 0) / RATIO for row in stated.rows]
    return rolled_up(stated.tree, np.where(leaf, own, 0.0))


def _known(
    stated: StatedTargets,
    places: Sequence[int] | NDArray[np.int64],
    asker: str,
    rows: Floats | None = None,
) -> None:
    """Raise UsageError where a class that is asked about is none, or has no closes."""
    for place in map(int, places):
        if place < 0:
            raise UsageError(
                f"{asker} names a class without a target; use {_list(stated.tree.names)}"
            )
        if rows is None or not np.isfinite(rows[:, place]).all():
            raise UsageError(
                f"{asker} needs a close of {stated.tree.names[place]} at least each month; add"
                " them to prices.csv, or leave the class out"
            )


def _list(names: Sequence[str] | set[str]) -> str:
    return ", ".join(sorted(names))


def _around_illiquid(
    stated: StatedTargets,
    weights: Floats,
    holdings: Holdings,
    rule: RebalanceRule,
    as_of: date,
    is_illiquid: NDArray[np.bool_],
    windows: Mapping[str, OpenWindow],
    told: list[str],
) -> Floats:
    """Leaves with illiquid ones at the weight that they have, or reach by a window of the day."""
    asked = rule.targets
    leaves = np.flatnonzero(stated.tree.is_leaf())
    names = [stated.tree.names[place] for place in leaves]
    if not is_illiquid[leaves].any() and is_illiquid.any():
        raise UsageError(f"illiquid names a class with others below it; use {_list(names)}")
    calls = [
        CapitalCall(names.index(c.asset_class), day_of(c.day), c.amount_cents / 100)
        for c in asked.calls
        if c.asset_class in names
    ]
    values = np.array([holdings.total_cents(name) / 100 for name in names])
    goals = weights[leaves]
    reached = values / (values.sum() or 1.0) * goals.sum()
    for name, window in windows.items():
        if name in names and is_illiquid[stated.place(name)]:
            place = names.index(name)
            reached[place] = window.reached(float(reached[place]), float(goals[place]))
    found = around_illiquid(
        names,
        goals,
        values,
        is_illiquid[leaves],
        reached=reached,
        stand_in=asked.stand_in,
        reserve=asked.call_reserve,
        calls=calls if asked.call_reserve else (),
        as_of=day_of(as_of),
        call_days=asked.call_days,
    )
    told += found.because
    own = np.zeros(len(weights))
    own[leaves] = found.weights
    return rolled_up(stated.tree, own)


def _bands(
    market: Market,
    target: Floats,
    holdings: Holdings,
    rule: RebalanceRule,
    securities: Mapping[str, Security],
    taxes: Mapping[str, int],
) -> RuledBands:
    """Bands by rule; the width of a class that states both its edges is not asked about."""
    rules = []
    for row in market.stated.rows:
        own = rule.bands.of(row.name)
        if own.tax == 0:
            own = replace(own, tax=taxes.get(row.name, 0))
        if row.band_low is not None and row.band_high is not None:
            own = replace(own, system=BandSystem.ABSOLUTE, days_to_trade=0)
        rules.append(own)
    needs = any(one.system in NEEDS_COVARIANCE for one in rules)
    days = np.array([_days_to_trade(parts, holdings, securities) for parts in market.parts])
    covariance = market.covariance if needs else None
    found = bands_by_rule(
        market.stated.tree, target, rules, covariance=covariance, days_to_trade=days
    )
    if not rule.bands.by_liquidity:
        return found
    is_stated = [
        row.band_low is not None and row.band_high is not None for row in market.stated.rows
    ]
    days[is_stated] = 0.0
    return by_liquidity(market.stated.tree.names, target, found, rules, days)


def _days_to_trade(
    parts: Mapping[str, float], holdings: Holdings, securities: Mapping[str, Security]
) -> float:
    """How many average days trade as much as is held of a class; 0 where no volume is stated."""
    total = sum(parts.values())
    days = 0.0
    for symbol, part in parts.items() if total else ():
        security = securities.get(symbol)
        if security is not None and security.adv:
            days += part / total * holdings.units.get(symbol, 0) / security.adv
    return days
