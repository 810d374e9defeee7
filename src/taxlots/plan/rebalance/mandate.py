"""A mandate in a household's rebalance: limits on sums of its weights, round lots, views."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from taxlots.plan.rebalance.positions import Position
from taxlots.plan.risk import Floats, floats


@dataclass(frozen=True, slots=True)
class HeldWeights:
    """Weights as parts of the household: of securities, and of them in each account.

    What is owed counts against them; ``owed`` is all of it in each account.
    """

    of_symbol: Mapping[str, float]
    of_position: Mapping[tuple[str, str], float]
    owed: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def of(cls, positions: Sequence[Position], weights: Floats) -> HeldWeights:
        """The weights of positions, looked up."""
        of_symbol: dict[str, float] = {}
        of_position: dict[tuple[str, str], float] = {}
        owed: dict[str, float] = {}
        for one, value in zip(positions, weights.tolist(), strict=True):
            weight, account = value * one.gear, one.account.id
            of_symbol[one.symbol] = of_symbol.get(one.symbol, 0.0) + weight
            of_position[account, one.symbol] = of_position.get((account, one.symbol), 0.0) + weight
            if one.short:
                owed[account] = owed.get(account, 0.0) - weight
        return cls(of_symbol, of_position, owed)


@dataclass(frozen=True, slots=True, kw_only=True)
class SumLimit:
    """A limit on a sum of weights after the trades.

    ``exposures`` maps securities to what each dollar of them counts: ones for a sector, betas for
    a factor.  ``least`` and ``most`` are parts of the household, infinite where there is none.
    ``accounts`` are those that count; None is all.  With ``is_of_shorts`` all that these accounts
    owe is summed, and nothing else.
    """

    name: str
    exposures: Mapping[str, float]
    least: float = -np.inf
    most: float = np.inf
    accounts: frozenset[str] | None = None
    is_of_shorts: bool = False

    def row(self, positions: Sequence[Position]) -> Floats:
        """What each position counts, (positions,)."""
        return floats(
            [
                self._part(one) if self.accounts is None or one.account.id in self.accounts else 0.0
                for one in positions
            ]
        )

    def _part(self, position: Position) -> float:
        if self.is_of_shorts:
            return -position.gear if position.short else 0.0
        return self.exposures.get(position.symbol, 0.0) * position.gear

    def beyond(self, value: float) -> float:
        """How far a value is beyond the limit; 0 within it."""
        return max(0.0, value - self.most, self.least - value)

    def value(self, held: HeldWeights) -> float:
        """What weights come to."""
        if self.is_of_shorts:
            mine = held.owed if self.accounts is None else sorted(self.accounts)
            return sum(held.owed.get(account, 0.0) for account in mine)
        if self.accounts is None:
            weights = held.of_symbol
            return sum(part * weights.get(one, 0.0) for one, part in self.exposures.items())
        return sum(
            part * held.of_position.get((account, one), 0.0)
            for one, part in self.exposures.items()
            for account in sorted(self.accounts)
        )

    def narrowed(self, over: float, *, is_above: bool) -> SumLimit:
        """The limit with so much less room on one side."""
        if is_above:
            return replace(self, most=self.most - over)
        return replace(self, least=self.least + over)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mandate:
    """What a mandate sets to a household's plan.

    ``round_lots`` maps securities to the quantity, in 1e-8 units, of which trades are multiples.
    ``views`` maps them to what a dollar is expected to earn beyond its target over the horizon.
    """

    sums: tuple[SumLimit, ...] = ()
    round_lots: Mapping[str, int] = field(default_factory=dict)
    views: Mapping[str, float] = field(default_factory=dict)

    def rows(self, positions: Sequence[Position]) -> list[tuple[str, Floats, float, float]]:
        """The optimizer's rows: name, coefficients, least and most."""
        return [(one.name, one.row(positions), one.least, one.most) for one in self.sums]

    def alpha(self, positions: Iterable[Position]) -> Floats:
        """The view of each position, (positions,)."""
        return floats([self.views.get(one.symbol, 0.0) * one.gear for one in positions])

    def step(self, symbol: str, usual: int) -> int:
        """The smallest quantity of a security that is traded, in 1e-8 units."""
        return max(usual, self.round_lots.get(symbol, 0))
