"""What is settled between the losses and the purchases of a household."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from taxlots.plan.rebalance.household_portfolio import HouseholdPortfolio
from taxlots.plan.rebalance.lot_table import Mask
from taxlots.plan.rebalance.replacements import Replacements


@dataclass(frozen=True, slots=True)
class Choices:
    """What is settled: purchases ``forbidden`` for a loss, securities whose losses are ``kept``."""

    forbidden: Mapping[str, str] = field(default_factory=dict)
    kept: frozenset[str] = frozenset()

    @property
    def securities(self) -> tuple[frozenset[str], frozenset[str]]:
        """Those that are not bought, and those whose losses are not taken."""
        return frozenset(self.forbidden), self.kept

    def applied(self, household: HouseholdPortfolio) -> HouseholdPortfolio:
        """The household as it may be traded then."""
        if not self.forbidden and not self.kept:
            return household
        table, symbols = household.table, household.symbols
        return household.narrowed(
            unbought=_are_in(symbols, self.forbidden),
            unsold=np.zeros(len(symbols), np.bool_),
            barred=_are_in(symbols, self.kept)[table.holder] & table.is_loss,
        )

    def without_purchases(self, lost: str, by: Replacements) -> Choices:
        """These choices, and nothing is bought that replaces a loss on ``lost``."""
        also = dict.fromkeys(by.of(lost), lost)
        return replace(self, forbidden={**also, **self.forbidden})

    def without_losses(self, lost: str) -> Choices:
        """These choices, and no loss on ``lost`` is taken."""
        return replace(self, kept=self.kept | {lost})

    def halves(self, lost: str, by: Replacements) -> tuple[Choices, Choices]:
        """Both ways to settle a clash."""
        return self.without_purchases(lost, by), self.without_losses(lost)


def _are_in(symbols: Sequence[str], some: Collection[str]) -> Mask:
    """Which positions are of some securities, (positions,)."""
    if not some:
        return np.zeros(len(symbols), np.bool_)
    return np.array([symbol in some for symbol in symbols], np.bool_)
