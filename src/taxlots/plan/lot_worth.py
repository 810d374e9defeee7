"""What selling one lot at a loss is worth, by the rule and the tax of its return."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Protocol

from taxlots.domain.harvest_rule import RATIO_ONE, HarvestRule
from taxlots.domain.money import apportion
from taxlots.domain.tax_rate import RATE_ONE
from taxlots.domain.verdict import SavingBasis
from taxlots.plan.appraisal import Appraisal, tax_saved_cents
from taxlots.plan.harvest_plan import Replacement
from taxlots.plan.harvest_value import Costs, HarvestValue, LossesTaken, costs_of
from taxlots.plan.hurdle import hurdle_ratio
from taxlots.plan.situation import Index
from taxlots.plan.year_tax import RatedYear

TOLD_BEFORE_DAYS: Final = 31
"""A lot that turns long-term within so many days is told."""


class Measured(Protocol):
    """What of a lot is looked at: an open lot has it."""

    @property
    def account(self) -> str:
        """The account's id."""
        ...

    @property
    def symbol(self) -> str:
        """What is held."""
        ...

    @property
    def loss_basis_cents(self) -> int:
        """The basis for loss."""
        ...


@dataclass(frozen=True, slots=True)
class Worth:
    """The tax saved this year and the value, each None where nobody can say; and the hurdle."""

    tax_saved_cents: int | None
    saving_basis: SavingBasis
    value: HarvestValue | None
    hurdle_ratio: int


class ValueAppraiser:
    """Measures the worth of losses in one situation."""

    def __init__(self, index: Index, appraisals: Sequence[Appraisal]) -> None:
        self.index = index
        self.weights = weights_of(index, appraisals)
        self._hurdles: dict[tuple[str, str, int], int] = {}

    def worth(
        self,
        lot: Measured,
        appraisal: Appraisal,
        loss_cents: int,
        replacement: Replacement | None,
        taken: Mapping[str, LossesTaken],
    ) -> Worth:
        """The worth of a lot's loss as far as it is allowed, after the losses ``taken``.

        Without a ``replacement`` it is not decided yet whether and what is bought: no tracking
        is reckoned.
        """
        situation = self.index.situation
        account = self.index.accounts[lot.account]
        rule = self.index.rule_of(account)
        key = account.tax_return, lot.symbol, appraisal.days_to_long_term
        if key not in self._hurdles:
            volatility = situation.volatility_ppm.get(lot.symbol)
            self._hurdles[key] = hurdle_ratio(rule, situation.as_of, volatility, key[2])
        hurdle = self._hurdles[key]
        losses = taken.get(account.tax_return)
        if losses is None:
            profile = situation.profiles.get(account.tax_return)
            saved = tax_saved_cents(loss_cents, profile, is_long=appraisal.is_long)
            basis = SavingBasis.NO_PROFILE if saved is None else SavingBasis.GIVEN_RATES
            return Worth(saved, basis, None, hurdle)
        costs = self._costs(lot, appraisal, rule, replacement)
        value = losses.value_of(
            loss_cents,
            costs,
            is_long=appraisal.is_long,
            hurdle_cents=apportion(lot.loss_basis_cents, hurdle, RATIO_ONE),
        )
        is_rated = isinstance(losses.year, RatedYear)
        return Worth(
            value.saved_now_cents,
            SavingBasis.GIVEN_RATES if is_rated else SavingBasis.BY_LAW,
            value,
            hurdle,
        )

    def _costs(
        self,
        lot: Measured,
        appraisal: Appraisal,
        rule: HarvestRule,
        replacement: Replacement | None,
    ) -> Costs:
        """Cash in place of a proxy moves as little as the security moves much."""
        situation = self.index.situation
        orders = 2
        tracking = None
        if replacement is not None and replacement.proxy is not None:
            tracking = situation.tracking_ppm.get((lot.symbol, replacement.proxy.proxy))
        elif replacement is not None:
            orders = 1
            tracking = situation.volatility_ppm.get(lot.symbol)
        weight = self.weights.get((lot.account, lot.symbol), 0)
        return costs_of(rule, appraisal.market_value_cents or 0, orders, tracking, weight)


def weights_of(index: Index, appraisals: Sequence[Appraisal]) -> dict[tuple[str, str], int]:
    """Each position's part of all that its household holds, in 1e-6, at the last closes."""
    positions: dict[tuple[str, str], int] = {}
    households: dict[str, int] = {}
    for lot, appraisal in zip(index.situation.lots, appraisals, strict=True):
        value = appraisal.market_value_cents or 0
        position = lot.account, lot.symbol
        positions[position] = positions.get(position, 0) + value
        households[lot.household] = households.get(lot.household, 0) + value
    for position, aside in index.situation.aside.items():
        household = index.accounts[position[0]].household
        positions[position] = positions.get(position, 0) + aside.value_cents
        households[household] = households.get(household, 0) + aside.value_cents
    found = {}
    for position, value in positions.items():
        whole = households[index.accounts[position[0]].household]
        found[position] = apportion(RATE_ONE, value, whole) if whole else 0
    return found


def told_of_term(long_term_from: date | None, days: int) -> Iterator[str]:
    """That a short-term lot is about to turn long-term, in so many days."""
    if long_term_from is not None and 0 < days <= TOLD_BEFORE_DAYS:
        yield f"short-term for {days} more days: long-term from {long_term_from}"
