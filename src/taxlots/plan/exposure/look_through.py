"""Look-through of funds: what a household holds through its funds, fund of funds included.

What is not known stays in sight: a fund of which only 97 percent is listed leaves 3 percent that
nobody can place.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from taxlots.domain.problem import UsageError
from taxlots.plan.stated_numbers import finite

ROUNDED: Final = 1e-6
"""Weights of a fund that exceed 1 by no more than this are rounding."""


@dataclass(frozen=True, slots=True)
class LookedThrough:
    """Dollars by what is held in the end, and where they come from.

    ``direct`` are held by themselves, ``through`` by way of funds; ``unknown`` is by the fund
    whose holdings do not say it.  ``ways`` maps (fund held, symbol) to dollars.
    """

    direct: Mapping[str, float]
    through: Mapping[str, float]
    unknown: Mapping[str, float]
    ways: Mapping[tuple[str, str], float]

    @property
    def total(self) -> dict[str, float]:
        """Dollars by symbol, direct and through funds together."""
        names = dict.fromkeys([*self.direct, *self.through])
        return {name: self.direct.get(name, 0.0) + self.through.get(name, 0.0) for name in names}

    @property
    def overlap(self) -> dict[str, float]:
        """Dollars of what is held both directly and through funds: the part through funds."""
        return {
            name: dollars
            for name, dollars in self.through.items()
            if self.direct.get(name, 0.0) and dollars
        }


def check_funds(funds: Mapping[str, Mapping[str, float]]) -> None:
    """Raise UsageError for weights above 1 in all, and for funds that hold each other in a ring.

    Negative weights (shorts in a fund) are allowed; they count against the sum.
    """
    for fund, members in funds.items():
        whole = sum(finite(weight, f"a weight of {fund}") for weight in members.values())
        if whole > 1 + ROUNDED:
            raise UsageError(
                f"the holdings of {fund} sum to {whole:.4f} of it; write weights as parts of one"
            )
    _leaves_first(funds)


def look_through(
    dollars: Mapping[str, float], funds: Mapping[str, Mapping[str, float]]
) -> LookedThrough:
    """What dollars held by symbol come to once every fund is opened.

    ``funds`` maps a fund to the weights of what it holds; a fund that is not listed is held as it
    is.  The sum of all dollars, the unknown included, is that of the holdings.  Raises UsageError
    like ``check_funds``.
    """
    check_funds(funds)
    order = _leaves_first(funds)
    inside: dict[str, dict[str, float]] = {}
    lost: dict[str, dict[str, float]] = {}
    for fund in order:
        inside[fund], lost[fund] = _opened(fund, funds, inside, lost)
    direct: dict[str, float] = {}
    through: dict[str, float] = {}
    unknown: dict[str, float] = {}
    ways: dict[tuple[str, str], float] = {}
    for symbol, amount in dollars.items():
        value = finite(amount, f"the dollars of {symbol}")
        if symbol not in funds:
            direct[symbol] = direct.get(symbol, 0.0) + value
            continue
        for name, weight in inside[symbol].items():
            through[name] = through.get(name, 0.0) + value * weight
            ways[symbol, name] = value * weight
        for name, weight in lost[symbol].items():
            if abs(weight) > ROUNDED:
                unknown[name] = unknown.get(name, 0.0) + value * weight
    return LookedThrough(direct, through, unknown, ways)


def _opened(
    fund: str,
    funds: Mapping[str, Mapping[str, float]],
    inside: Mapping[str, Mapping[str, float]],
    lost: Mapping[str, Mapping[str, float]],
) -> tuple[dict[str, float], dict[str, float]]:
    """What a dollar of a fund comes to, and what of it is not known, by the fund that lacks it."""
    found: dict[str, float] = {}
    missing = {fund: 1 - sum(funds[fund].values())}
    for name, weight in funds[fund].items():
        for leaf, part in inside.get(name, {name: 1.0}).items():
            found[leaf] = found.get(leaf, 0.0) + weight * part
        for lacking, part in lost.get(name, {}).items():
            missing[lacking] = missing.get(lacking, 0.0) + weight * part
    return found, missing


def _leaves_first(funds: Mapping[str, Mapping[str, float]]) -> list[str]:
    """Every fund after the funds that it holds.  Raises UsageError for a ring of funds."""
    order: list[str] = []
    state: dict[str, bool] = {}
    for start in funds:
        path: list[tuple[str, list[str]]] = []
        if start not in state:
            state[start] = False
            path.append((start, [name for name in funds[start] if name in funds]))
        while path:
            fund, left = path[-1]
            if not left:
                state[fund] = True
                order.append(fund)
                path.pop()
                continue
            name = left.pop()
            if state.get(name) is False:
                ring = [one for one, _ in path]
                ring = [*ring[ring.index(name) :], name]
                raise UsageError(
                    f"{' holds '.join(ring)}: a fund can't hold itself; correct its holdings"
                )
            if name not in state:
                state[name] = False
                path.append((name, [one for one in funds[name] if one in funds]))
    return order
