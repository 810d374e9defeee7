"""A household whose holdings are to be located: accounts, assets, lots, targets, and the answer.

Amounts are dollars, weights parts of the household after tax.  Accounts, assets and sleeves are
named by their places.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from taxlots.domain.problem import UsageError

Floats = NDArray[np.float64]

HALF_CENT: Final = 0.005


@dataclass(frozen=True, slots=True, kw_only=True)
class LocatedAccount:
    """An account: its cash, and what a dollar in it is worth after tax."""

    name: str
    is_taxable: bool
    worth: float = 1.0
    cash: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LocatedAsset:
    """A security of a sleeve: its tax a year for each dollar in a taxable account.

    Assets of one ``family`` replace each other's losses (substantially identical).
    """

    symbol: str
    sleeve: int
    drag: float
    family: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LocatedLot:
    """A lot, or in a tax-deferred account a whole position, and what selling a dollar of it costs.

    ``tax`` is dollars of tax for each dollar sold, net of what it saves later; below 0 it saves.
    Of a ``is_loss`` lot the family may not be bought anywhere.  ``is_locked`` is never sold.
    """

    account: int
    asset: int
    lot_id: str
    value: float
    tax: float = 0.0
    is_loss: bool = False
    is_locked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LocatedSleeve:
    """A sleeve's target and band, as parts of the household after tax."""

    name: str
    target: float
    low: float = 0.0
    high: float = 1.0


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class LocationProblem:
    """What is to be located.

    ``can_buy`` says which account may buy which asset, and ``reluctance`` how many dollars a dollar
    of it counts less, both of shape (accounts, assets): it ranks what is alike.  ``years`` is how
    many years of drag are weighed against the tax of moving (a discounted number), ``cost`` is
    lost on each dollar traded, and ``deviation`` is what a dollar off its target costs a year.
    """

    accounts: tuple[LocatedAccount, ...]
    assets: tuple[LocatedAsset, ...]
    lots: tuple[LocatedLot, ...]
    sleeves: tuple[LocatedSleeve, ...]
    can_buy: NDArray[np.bool_]
    reluctance: Floats | None = None
    years: float = 5.0
    cost: float = 0.0005
    deviation: float = 0.01

    def __post_init__(self) -> None:
        """Refuse what contradicts itself, with what clashes."""
        if self.can_buy.shape != (len(self.accounts), len(self.assets)):
            raise UsageError("can_buy needs a row for each account and a column for each asset")
        for one in self.sleeves:
            if not 0 <= one.low <= one.target <= one.high:
                raise UsageError(
                    f"the band of {one.name}, {one.low:.2%} to {one.high:.2%}, excludes its target"
                    f" of {one.target:.2%}"
                )
        least = sum(one.low for one in self.sleeves)
        if least > 1 + 1e-9:
            names = ", ".join(f"{one.name} {one.low:.2%}" for one in self.sleeves if one.low)
            raise UsageError(f"the least of all sleeves is {least:.2%} of the whole: {names}")
        if self.total <= 0:
            raise UsageError("the household holds nothing")

    @property
    def held(self) -> Floats:
        """What each account holds of each asset, shape (accounts, assets)."""
        found = np.zeros(self.can_buy.shape)
        for lot in self.lots:
            found[lot.account, lot.asset] += lot.value
        return found

    @property
    def worths(self) -> Floats:
        """What a dollar of each account is worth after tax."""
        return np.array([one.worth for one in self.accounts])

    @property
    def total(self) -> float:
        """The household after tax, cash included."""
        cash = np.array([one.cash for one in self.accounts])
        return float(self.worths @ (self.held.sum(axis=1) + cash))

    def by_sleeve(self, held: Floats) -> Floats:
        """The part of the household after tax that each sleeve is, shape (sleeves,)."""
        found = np.zeros(len(self.sleeves))
        worth = self.worths @ held
        for place, asset in enumerate(self.assets):
            found[asset.sleeve] += worth[place]
        return found / self.total

    def drag(self, held: Floats) -> float:
        """Tax a year of what taxable accounts hold, in dollars."""
        taxable = np.array([one.is_taxable for one in self.accounts])
        drags = np.array([one.drag for one in self.assets])
        return float(held[taxable].sum(axis=0) @ drags) if taxable.any() else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Clash:
    """A sleeve that cannot come into its band: how far it comes, and why no farther."""

    sleeve: str
    wanted: float
    reached: float
    reasons: tuple[str, ...]

    def __str__(self) -> str:
        side = "at least" if self.reached < self.wanted else "at most"
        why = "; ".join(self.reasons)
        wanted, reached = f"{self.wanted:.2%}", f"{self.reached:.2%}"
        return f"{self.sleeve} is to be {side} {wanted} and comes to {reached}: {why}"


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Location:
    """The answer: dollars sold of each lot, and bought by account and asset.

    ``clashes`` is empty where every sleeve comes into its band; else this is the nearest location.
    """

    problem: LocationProblem
    sold: Floats
    bought: Floats
    clashes: tuple[Clash, ...] = field(default=())

    @property
    def held(self) -> Floats:
        """What each account holds afterwards, shape (accounts, assets)."""
        found = self.problem.held + self.bought
        for lot, dollars in zip(self.problem.lots, self.sold, strict=True):
            found[lot.account, lot.asset] -= dollars
        return found

    @property
    def saved_a_year(self) -> float:
        """Tax a year that the move saves, in dollars."""
        return self.problem.drag(self.problem.held) - self.problem.drag(self.held)

    @property
    def tax(self) -> float:
        """What the sales cost in tax, net of what they save later, by estimate."""
        slopes = np.array([lot.tax for lot in self.problem.lots])
        return float(slopes @ self.sold) if len(slopes) else 0.0

    @property
    def costs(self) -> float:
        """What trading costs beside tax."""
        return self.problem.cost * float(self.sold.sum() + self.bought.sum())

    def moves(self) -> Iterator[tuple[str, str, float]]:
        """Account, security and dollars of each change, sales below 0, the largest first."""
        change = self.held - self.problem.held
        places = [(int(a), int(n)) for a, n in np.argwhere(np.abs(change) > HALF_CENT)]
        for a, n in sorted(places, key=lambda place: -abs(float(change[place]))):
            yield (
                self.problem.accounts[a].name,
                self.problem.assets[n].symbol,
                float(change[a, n]),
            )
