"""The gate: trade only where what is gained exceeds cost and tax by a margin.

What a plan is worth against doing nothing is, in dollars over its horizon, the risk of deviation
that it takes away (half the risk aversion times the fall in active variance), the value of its
harvests and the drag of idle cash that it ends, less transaction costs and tax.  Trades that take
more than they bring are dropped, each time after an exact re-evaluation of what is left.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from taxlots.domain.problem import UsageError

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

TaxOf = Callable[[Mask], float]
"""Tax in dollars, now and later, of the trades that are kept: exact and netted."""

FallsOf = Callable[[Mask], Floats]
"""What that tax falls by without each of the kept trades alone."""

TRIED: Final = 8
"""How many of the trades that seem to pay least are looked at exactly before pruning ends."""

NEGLIGIBLE: Final = 1e-9

ROUNDED: Final = 0.05
"""What cents that are rounded by themselves and together may differ by, in dollars."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class GatedPlan:
    """Trades to weigh; n names, weights as parts of the net asset value ``nav`` in dollars.

    ``trades`` are changes of weight (buys above 0), ``active`` weights less targets before them,
    both (n,).  The annual covariance is ``loadings @ loadings.T + diag(specific)``, (n, k) and
    (n,).  ``cost`` and ``harvest`` are dollars for each trade, (n,): what it costs beside tax, and
    the present value of losses that its tax does not contain.  Cash is ``cash`` before the trades
    and must not fall below ``cash_floor``; each dollar above ``cash_target`` costs ``cash_drag`` a
    year.  ``kept_always`` are forced trades, (n,), and ``earned`` what views expect each trade to
    earn over the horizon, in dollars.
    """

    names: tuple[str, ...]
    nav: float
    trades: Floats
    active: Floats
    loadings: Floats
    specific: Floats
    risk_aversion: float
    years: float
    cost: Floats
    harvest: Floats
    cash: float = 0.0
    cash_floor: float = 0.0
    cash_target: float = 0.0
    cash_drag: float = 0.0
    kept_always: Mask | None = None
    earned: Floats | None = None

    def __post_init__(self) -> None:
        """Refuse what does not fit together, or is no number."""
        n = len(self.names)
        given = (self.trades, self.active, self.specific, self.cost, self.harvest)
        if any(array.shape != (n,) for array in given) or self.loadings.shape[:1] != (n,):
            raise UsageError(f"a plan of {n} names needs {n} of every figure")
        if not all(np.isfinite(array).all() for array in (*given, self.loadings)):
            raise UsageError("a figure of the plan is missing (not a number)")
        if self.specific.min(initial=0.0) < 0 or self.nav <= 0 or self.risk_aversion < 0:
            raise UsageError("variances, the net asset value and risk aversion are from zero up")


@dataclass(frozen=True, slots=True, kw_only=True)
class Worth:
    """What a plan brings and takes against doing nothing, in dollars over its horizon."""

    risk: float
    harvest: float
    cash: float
    cost: float
    tax: float
    views: float = 0.0

    @property
    def benefit(self) -> float:
        """What it brings."""
        return self.risk + self.harvest + self.cash + self.views

    @property
    def net(self) -> float:
        """What it is worth in all."""
        return self.benefit - self.cost - self.tax


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropped:
    """A trade that does not pay: what it would bring and what it would take, in dollars."""

    name: str
    brings: float
    takes: float
    because_of: str = ""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class GateAnswer:
    """The answer: ``kept`` are the trades to make (all False where the gate stays shut).

    ``full`` is the worth of the plan as it came, ``pruned`` of what is left of it, ``margin`` what
    that has to exceed.  ``forced_net`` is what the forced trades are worth by themselves.
    """

    passes: bool
    kept: Mask
    full: Worth
    pruned: Worth
    margin: float
    dropped: tuple[Dropped, ...]
    years: float
    forced_net: float = 0.0

    def sentences(self) -> Iterator[str]:
        """The plan against doing nothing, in words."""
        worth = self.pruned
        views = f", views {worth.views:,.2f}" if worth.views else ""
        yield (
            f"Against doing nothing over {self.years:g} years the plan brings"
            f" {worth.benefit:,.2f} dollars (risk {worth.risk:,.2f}, harvests {worth.harvest:,.2f},"
            f" idle cash {worth.cash:,.2f}{views}) and takes {worth.cost + worth.tax:,.2f} (costs"
            f" {worth.cost:,.2f}, tax {worth.tax:,.2f}): {worth.net:,.2f} in all"
        )
        verb = "exceeds" if self.passes else "does not exceed"
        end = "trade" if self.passes else "do nothing"
        if self.passes and self.pruned.net <= self.margin:
            more = self.pruned.net - self.forced_net
            alone = f"What is forced comes to {self.forced_net:,.2f} by itself"
            yield f"{alone}; this is {more:,.2f} more"
            yield f"That exceeds the margin of {self.margin:,.2f}: trade"
        elif not self.passes and self.kept.any():
            yield f"That {verb} the margin of {self.margin:,.2f}: trade what is forced alone"
        else:
            yield f"That {verb} the margin of {self.margin:,.2f}: {end}"
        for one in self.dropped:
            why = f" once {one.because_of} is dropped" if one.because_of else ""
            yield (
                f"{one.name} is dropped{why}: it would bring {one.brings:,.2f} and take"
                f" {one.takes:,.2f}"
            )


def weigh(
    plan: GatedPlan,
    tax_of: TaxOf,
    *,
    margin_dollars: float = 0.0,
    margin_ratio: float = 0.0,
    falls_of: FallsOf | None = None,
    is_linear: bool = False,
) -> GateAnswer:
    """Prune a plan, and say whether what is left is worth more than doing nothing.

    It passes where it is worth more than the larger of ``margin_dollars`` and ``margin_ratio``
    times its cost and tax, or so much more than what is forced by itself: that is made anyway, so
    doing nothing is no choice beside it.  What is left is never worth less than the plan as it
    came.
    ``falls_of`` is what ``tax_of`` falls by without each trade, where that is known sooner, and
    ``is_linear``: it falls by as much to a cent, whatever else is dropped.
    """
    everything = plan.trades != 0
    falls = _falls(everything, tax_of) if falls_of is None else falls_of(everything)
    variance, own = _variance(plan, plan.active), _own_variances(plan)
    gate = _Gate(plan, tax_of, falls, is_linear, variance, own)
    full = gate.worth(everything)
    kept, pruned, dropped = gate.pruned(everything, full)
    margin = max(margin_dollars, margin_ratio * (pruned.cost + max(0.0, pruned.tax)))
    forced = plan.kept_always if plan.kept_always is not None else np.zeros_like(everything)
    must = forced & everything
    alone = gate.worth(must)
    passes = bool(kept.any()) and pruned.net > margin + min(0.0, alone.net)
    if not passes and must.any():
        return GateAnswer(
            passes=False,
            kept=must,
            full=full,
            pruned=alone,
            margin=margin,
            dropped=dropped,
            years=plan.years,
            forced_net=alone.net,
        )
    return GateAnswer(
        passes=passes,
        kept=kept if passes else np.zeros_like(kept),
        full=full,
        pruned=pruned,
        margin=margin,
        dropped=dropped,
        years=plan.years,
        forced_net=alone.net,
    )


def worth_of(plan: GatedPlan, kept: Mask, tax_of: TaxOf) -> Worth:
    """What some of the trades are worth against none, exactly."""
    return _worth(plan, kept, tax_of, _variance(plan, plan.active))


def _worth(plan: GatedPlan, kept: Mask, tax_of: TaxOf, variance_before: float) -> Worth:
    is_kept = kept.astype(np.float64)
    moved = is_kept * plan.trades
    fall = variance_before - _variance(plan, plan.active + moved)
    idle_before = max(0.0, plan.cash - plan.cash_target)
    idle_after = max(0.0, plan.cash - float(moved.sum()) - plan.cash_target)
    return Worth(
        risk=0.5 * plan.risk_aversion * plan.years * fall * plan.nav,
        harvest=float(plan.harvest @ is_kept),
        cash=plan.cash_drag * plan.years * (idle_before - idle_after) * plan.nav + 0.0,
        cost=float(plan.cost @ is_kept),
        tax=float(tax_of(kept)) if kept.any() else 0.0,
        views=0.0 if plan.earned is None else float(plan.earned @ is_kept),
    )


def _variance(plan: GatedPlan, active: Floats) -> float:
    factors = active @ plan.loadings
    return float(factors @ factors + plan.specific @ (active * active))


def _own_variances(plan: GatedPlan) -> Floats:
    own = np.einsum("ik,ik->i", plan.loadings, plan.loadings) + plan.specific
    return np.asarray(own)


def _falls(kept: Mask, tax_of: TaxOf) -> Floats:
    """What the tax falls by without each trade alone: a guess that ranks them."""
    whole = float(tax_of(kept))
    found = np.zeros(len(kept))
    for i in np.flatnonzero(kept):
        less = kept.copy()
        less[i] = False
        found[i] = whole - (float(tax_of(less)) if less.any() else 0.0)
    return found


@dataclass(frozen=True, slots=True, eq=False)
class _Gate:
    """A plan that is weighed many times.

    ``falls`` is what the tax falls by without each trade: by guess, or to a cent where it
    ``is_linear``.  ``variance`` is the active variance of no trades and ``own`` that of each name.
    """

    plan: GatedPlan
    tax_of: TaxOf
    falls: Floats
    is_linear: bool
    variance: float
    own: Floats

    def worth(self, kept: Mask) -> Worth:
        """What some of the trades are worth against none, exactly."""
        return _worth(self.plan, kept, self.tax_of, self.variance)

    def pruned(self, kept: Mask, worth: Worth) -> tuple[Mask, Worth, tuple[Dropped, ...]]:
        """Drop what does not pay, the worst first, until each trade that is left pays.

        ``worth`` is that of the trades ``kept`` at first; the result has that of what is left.
        """
        dropped: list[Dropped] = []
        is_better = True
        while is_better and kept.any():
            is_better = False
            values = self._values(kept)
            for i in self._worst(kept, values):
                group = self._group(kept, i, values)
                if group is None or (self.is_linear and group == [i] and values[i] > ROUNDED):
                    continue
                less = kept.copy()
                less[group] = False
                after = self.worth(less)
                if after.net > worth.net + NEGLIGIBLE:
                    dropped += self._told(kept, worth, group, after)
                    kept, worth, is_better = less, after, True
                    break
        return kept, worth, tuple(dropped)

    def _values(self, kept: Mask) -> Floats:
        """What each kept trade adds to what the others leave: by guess in tax, else exact."""
        plan = self.plan
        moved = np.where(kept, plan.trades, 0.0)
        after = plan.active + moved
        gradient = plan.loadings @ (plan.loadings.T @ after) + plan.specific * after
        # Without trade u the variance is (a - u e)'S(a - u e) = a'Sa - 2 u (Sa)_i + u^2 S_ii.
        rise = -2.0 * moved * gradient + moved * moved * self.own
        risk = 0.5 * plan.risk_aversion * plan.years * rise * plan.nav
        cash = plan.cash - float(moved.sum())
        idle = np.maximum(0.0, cash + moved - plan.cash_target) - max(0.0, cash - plan.cash_target)
        drag = plan.cash_drag * plan.years * idle * plan.nav
        earned = 0.0 if plan.earned is None else plan.earned
        return np.asarray(risk + drag + plan.harvest + earned - plan.cost - self.falls)

    def _free(self, kept: Mask) -> Mask:
        always = self.plan.kept_always
        return kept if always is None else kept & ~always

    def _worst(self, kept: Mask, values: Floats) -> list[int]:
        """The kept trades that seem to pay least, the worst first."""
        places = np.flatnonzero(self._free(kept))
        order = np.argsort(values[places], kind="stable")[:TRIED]
        return [int(i) for i in places[order]]

    def _group(self, kept: Mask, first: int, values: Floats) -> list[int] | None:
        """A trade and the buys that cannot be paid without it; None where these are forced."""
        plan, group = self.plan, [first]
        cash = plan.cash - float(plan.trades[kept].sum()) + float(plan.trades[first])
        if cash >= plan.cash_floor - NEGLIGIBLE or plan.trades[first] > 0:
            return group
        buys = np.flatnonzero(self._free(kept) & (plan.trades > 0))
        order = np.argsort(values[buys] / plan.trades[buys], kind="stable")
        for i in buys[order].tolist():
            if cash >= plan.cash_floor - NEGLIGIBLE:
                break
            group.append(i)
            cash += float(plan.trades[i])
        return group if cash >= plan.cash_floor - NEGLIGIBLE else None

    def _told(
        self, kept: Mask, worth: Worth, group: Sequence[int], last: Worth
    ) -> Iterator[Dropped]:
        """Each trade of a group, weighed in its turn after those before it are gone.

        ``last`` is the worth of what is left without all of them.
        """
        left, before = kept.copy(), worth
        for i in group:
            left[i] = False
            after = last if i == group[-1] else self.worth(left)
            yield Dropped(
                name=self.plan.names[i],
                brings=before.benefit - after.benefit,
                takes=before.cost + before.tax - after.cost - after.tax,
                because_of=self.plan.names[group[0]] if i != group[0] else "",
            )
            before = after
