"""What clashes of losses and purchases weigh at given prices, by how each is settled."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from taxlots.plan.optimizer.optimum import Bounds, Optimum
from taxlots.plan.rebalance.household_portfolio import HouseholdPortfolio
from taxlots.plan.rebalance.replacements import Replacements
from taxlots.plan.rebalance.wash_choices import Choices

Bounder = Callable[[HouseholdPortfolio], Callable[[Optimum], Bounds] | None]
"""What no plan of a household costs less than, by prices of an optimum, if they tell."""


@dataclass(frozen=True, slots=True, eq=False)
class ClashPrices:
    """What plans cost at least at some prices, by how clashes are settled.

    Each security of ``lost`` maps to what it and what replaces it cost at least if none of that is
    bought, and if none of its losses is taken; ``rest`` is what all others do.
    """

    by: Replacements
    lost: Mapping[str, tuple[float, float]]
    rest: float

    def least(self, lost: str, choices: Choices) -> float:
        """What a security costs at least, by what is settled of it."""
        unbought, untaken = self.lost[lost]
        if lost in choices.kept:
            return untaken
        is_unbought = all(one in choices.forbidden for one in self.by.of(lost))
        return unbought if is_unbought else min(unbought, untaken)

    def bound(self, choices: Choices) -> float:
        """What no plan of some choices, or narrower ones, costs less than."""
        return self.rest + sum(self.least(lost, choices) for lost in self.lost)


@dataclass(frozen=True, slots=True, eq=False)
class ClashPricing:
    """The clashes of a household, weighed at prices of one optimum after the other."""

    whole: HouseholdPortfolio
    bounder: Bounder
    by: Replacements
    _bounders: dict[tuple[frozenset[str], frozenset[str]], Callable[[Optimum], Bounds] | None] = (
        field(default_factory=dict, repr=False)
    )
    _rows: dict[str, list[int]] = field(init=False, default_factory=dict, repr=False)

    def of(self, choices: Choices, near: Optimum, lost: Sequence[str]) -> ClashPrices | None:
        """How clashes weigh at the prices of an optimum, those that share no securities.

        None where prices do not tell.
        """
        rows: dict[str, list[int]] = {}
        unbought = untaken = choices
        used: set[str] = set()
        for one in lost:
            touched = {one, *self.by.of(one)}
            if used.isdisjoint(touched):
                used |= touched
                rows[one] = self.rows_of(touched)
                unbought = unbought.without_purchases(one, self.by)
                untaken = untaken.without_losses(one)
        bare, kept = self.bounds(unbought, near), self.bounds(untaken, near)
        if bare is None or kept is None or not bare.is_like(kept):
            return None
        least = {
            one: (float(bare.names[mine].sum()), float(kept.names[mine].sum()))
            for one, mine in rows.items()
        }
        return ClashPrices(self.by, least, bare.total - sum(one for one, _ in least.values()))

    def rows_of(self, symbols: set[str]) -> list[int]:
        """The positions of some securities."""
        if not self._rows:
            for row, symbol in enumerate(self.whole.symbols):
                self._rows.setdefault(symbol, []).append(row)
        return [row for symbol in sorted(symbols) for row in self._rows.get(symbol, ())]

    def bounds(self, choices: Choices, near: Optimum) -> Bounds | None:
        """What no plan of some choices costs less than, by the prices of an optimum."""
        settled = choices.securities
        if settled not in self._bounders:
            self._bounders[settled] = self.bounder(choices.applied(self.whole))
        bounder = self._bounders[settled]
        return None if bounder is None else bounder(near)
