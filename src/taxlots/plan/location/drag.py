"""What holding a security in a taxable account costs in tax each year, and what accounts are worth.

All figures are parts of one a year.  Sources: the after-tax view of accounts (a traditional account
is worth what its tax leaves) as in Reichenstein, and the expected size of a rebalancing sale, which
is that of the positive half of a normal move.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import pi, sqrt
from typing import Final

from taxlots.domain.account import AccountKind
from taxlots.domain.problem import UsageError

HALF_NORMAL: Final = 1 / sqrt(2 * pi)
"""The mean of the positive half of a standard normal move: 0.399."""

TAXED_WHEN_SPENT: Final = (AccountKind.TRADITIONAL_IRA, AccountKind.PLAN_401K)


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldingTax:
    """What a security pays and how it moves, as parts of its value a year.

    ``income`` are dividends and interest, of which ``qualified`` is the part taxed like long-term
    gain and ``exempt`` the part that is not taxed.  ``gain_paid_out`` are gains that a fund
    distributes.  ``volatility`` is annual, and ``gain_share`` the part of a sale that is gain.
    """

    income: float = 0.0
    qualified: float = 1.0
    exempt: float = 0.0
    gain_paid_out: float = 0.0
    volatility: float = 0.0
    gain_share: float = 0.3

    def __post_init__(self) -> None:
        """Refuse parts that are none."""
        if min(self.qualified, self.exempt) < 0 or self.qualified + self.exempt > 1:
            raise UsageError("qualified and exempt are parts of the income, at most 1 together")
        if min(self.income, self.gain_paid_out, self.volatility, self.gain_share) < 0:
            raise UsageError("income, distributed gain, volatility and gain share are from zero up")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """Tax rates of a household, and what of a gain's tax is saved by paying it later."""

    ordinary: float
    gain: float
    deferral: float


def tax_drag(holding: HoldingTax, rates: Rates, weight: float) -> float:
    """Tax that a dollar in a taxable account costs a year: on income, and by rebalancing.

    ``weight`` is its target's part of the household: what is nearly all of it drifts little.
    """
    taxed = 1 - holding.qualified - holding.exempt
    income = holding.income * (holding.qualified * rates.gain + taxed * rates.ordinary)
    return income + holding.gain_paid_out * rates.gain + rebalancing_drag(holding, rates, weight)


def rebalancing_drag(holding: HoldingTax, rates: Rates, weight: float) -> float:
    """Tax paid sooner because what has risen is trimmed: the more, the more it moves.

    A year's drift against the rest trims 0.4 x volatility x (1 - weight) of a holding; of that
    the gain is taxed now instead of later, which costs ``deferral`` of its tax.
    """
    trimmed = HALF_NORMAL * holding.volatility * (1 - min(1.0, max(0.0, weight)))
    return trimmed * holding.gain_share * rates.gain * rates.deferral


def after_tax_worth(kind: AccountKind, withdrawal_rate: float) -> float:
    """What a dollar in an account is worth after tax: less only where it is taxed when spent."""
    return 1.0 - withdrawal_rate if kind in TAXED_WHEN_SPENT else 1.0
