"""The rebalance rule: ``[rebalance.targets]``, ``[rebalance.bands]`` and ``[rebalance.timing]``.

Ratios are in 1e-8, multiples in 1e-4; percentages of ``book.toml`` may have six decimals.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final

RATIO: Final = 10**8
MULTIPLE: Final = 10**4


class BandSystem(StrEnum):
    """How wide the band of a target is that has none of its own in ``targets.csv``."""

    ABSOLUTE = "absolute"
    RELATIVE = "relative"
    WIDER = "wider"
    NARROWER = "narrower"
    ASYMMETRIC = "asymmetric"
    BY_CLASS = "by_class"
    VOLATILITY = "volatility"
    COST_BENEFIT = "cost_benefit"


class Destination(StrEnum):
    """Where a trade goes that a breach sets off."""

    EDGE = "edge"
    HALF = "half"
    TARGET = "target"
    FRACTION = "fraction"


class TargetSystem(StrEnum):
    """What the weights of the classes are taken from."""

    STATED = "stated"
    RISK_PARITY = "risk_parity"
    TREND = "trend"
    REGIME = "regime"


@dataclass(frozen=True, slots=True, kw_only=True)
class BandRule:
    """``[rebalance.bands]``: widths, where trades go, and when one looks.

    ``absolute``, ``below`` and ``above`` are in 1e-8 of the whole, ``relative`` in 1e-8 of the
    target, ``fraction`` in 1e-8 of the way from the target to the edge.  ``cost`` is lost on each
    dollar traded and ``tax`` on each dollar sold, in 1e-8.  ``look`` is a recurrence of RFC 5545
    that counts from ``look_from``; blank looks every day.  ``days_to_trade`` is how many days of
    its volume a class of full size takes.  With ``by_liquidity`` a band is tighter or wider by the
    bucket of those days.  With ``tax_from_lots`` the tax of the lots that are
    held takes the place of a ``tax`` that nobody states.
    """

    system: BandSystem = BandSystem.NARROWER
    absolute: int = 5_000_000
    relative: int = 25_000_000
    below: int = 5_000_000
    above: int = 5_000_000
    least: int = 100_000
    most: int = 20_000_000
    volatility_multiple: int = 10_000
    horizon_days: int = 365
    cost: int = 100_000
    tax: int = 0
    risk_aversion: int = 30_000
    days_to_trade: int = 0
    by_liquidity: bool = False
    destination: Destination = Destination.EDGE
    fraction: int = 87_500_000
    tax_from_lots: bool = False
    look: str = ""
    look_from: date = date(2000, 1, 3)
    classes: Mapping[str, "BandRule"] = field(default_factory=dict)

    def of(self, name: str) -> "BandRule":
        """The rule of one class or symbol."""
        return self.classes.get(name, self)


@dataclass(frozen=True, slots=True, kw_only=True)
class CapitalFlow:
    """A dated capital call on an illiquid class in cents; a distribution is negative."""

    asset_class: str
    day: date
    amount_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DealingWindow:
    """A day on which an illiquid class is dealt: ``side`` is "subscribe", "redeem", or blank: both.

    ``notice_days`` before ``day`` an order has to be given at the latest; at most ``most`` of what
    is held, in 1e-8, is redeemed.
    """

    asset_class: str
    day: date
    side: str = ""
    notice_days: int = 0
    most: int = RATIO


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetRule:
    """``[rebalance.targets]``: what moves the targets besides tilts and glide paths.

    ``bands_follow_tilt`` moves the bands of ``targets.csv`` along with a tilt.  ``illiquid``
    classes keep the weight that they have; ``stand_in`` holds what they have less than their
    target.  The trend rule moves ``trend_of`` into ``trend_into`` while their price is below its
    mean of ``trend_months``; the regime is that of ``regime_of``, whose volatility begins one at
    ``regime_enter`` and ends it at ``regime_exit`` (1e-8), and ``regime_weights`` are its targets.
    ``calls`` within ``call_days`` keep cash in ``call_reserve``, or in the accounts where that is
    blank.  On the days of ``windows`` an illiquid class is traded.
    """

    system: TargetSystem = TargetSystem.STATED
    bands_follow_tilt: bool = False
    illiquid: frozenset[str] = frozenset()
    stand_in: str = ""
    trend_of: frozenset[str] = frozenset()
    trend_into: str = ""
    trend_months: int = 10
    regime_of: str = ""
    regime_enter: int = 25_000_000
    regime_exit: int = 18_000_000
    regime_weights: Mapping[str, int] = field(default_factory=dict)
    call_reserve: str = ""
    call_days: int = 90
    calls: tuple[CapitalFlow, ...] = ()
    windows: tuple[DealingWindow, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TimingRule:
    """``[rebalance.timing]``: when a trade waits, and when it is sooner or larger.

    ``calendar`` is a recurrence of RFC 5545 that counts from ``calendar_from``.  With
    ``momentum``, a trim waits while the return of ``momentum_months`` but the last
    ``momentum_skip_months`` is above ``momentum_floor``, up to the outer band at ``hard_band``
    times the band; with ``delay_buys``, buys of what falls wait.  Below ``dislocation_z``
    (1e-4 standard deviations) buys are not delayed.  ``volatility_target`` is annual, in 1e-8; 0
    is none.  It scales ``volatility_of``, all classes where that is empty, and the rest goes into
    the class ``volatility_into``, or into cash where that is blank.

    ``fund_flows`` are net purchases of funds of a class in 1e-8 of their assets, below 0 net
    sales.  ``buy_pace`` is the part of a gap that is bought at one look in quiet times, in 1e-8;
    0 says nothing of it.
    """

    calendar: str = ""
    calendar_from: date = date(2000, 1, 3)
    momentum: bool = False
    momentum_months: int = 12
    momentum_skip_months: int = 1
    momentum_floor: int = 0
    hard_band: int = 20_000
    delay_buys: bool = False
    dislocation_z: int = 20_000
    volatility_target: int = 0
    volatility_of: frozenset[str] = frozenset()
    volatility_into: str = ""
    volatility_decay: int = 94_000_000
    dead_band: int = 10_000_000
    step: int = 10_000_000
    most_scale: int = 10_000
    fund_flows: Mapping[str, int] = field(default_factory=dict)
    buy_pace: int = 0


@dataclass(frozen=True, slots=True)
class RebalanceRule:
    """The three tables together."""

    targets: TargetRule
    bands: BandRule
    timing: TimingRule
