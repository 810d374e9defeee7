"""Caps that couple all trades, each with the portfolio that pays for what it uses."""

from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from taxlots.plan.optimizer.portfolio import Portfolio
from taxlots.plan.risk import Floats


class Cap(Protocol):
    """A cap on a plan: what it uses, how much is allowed, and the portfolio that pays for it."""

    @property
    def name(self) -> str:
        """How it is told."""
        ...

    @property
    def allowed(self) -> float:
        """The most that may be used, in the unit of ``used``."""
        ...

    def used(self, book: Portfolio, trades: Floats, sold_by_row: Floats) -> float:
        """What trades use of it; ``sold_by_row`` is by lot, as the lots were given."""
        ...

    def priced(self, book: Portfolio, price: float) -> Portfolio:
        """The portfolio whose objective has ``price`` times what is used added to it."""
        ...

    def told(self, used: float) -> str:
        """An amount as it is told."""
        ...


@dataclass(frozen=True, slots=True)
class TurnoverCap:
    """Purchases and sales together, as a fraction of NAV."""

    allowed: float
    name: str = "turnover"

    def used(self, _book: Portfolio, trades: Floats, _sold_by_row: Floats) -> float:
        """Both sides of all trades."""
        return float(np.abs(trades).sum())

    def priced(self, book: Portfolio, price: float) -> Portfolio:
        """Every dollar traded costs so much more."""
        return replace(book, buy_cost=book.buy_cost + price, sell_cost=book.sell_cost + price)

    def told(self, used: float) -> str:
        """In percent of NAV."""
        return f"{100 * used:.4g} % of NAV"


@dataclass(frozen=True, slots=True)
class TrackingCap:
    """The tracking error against the target, as an annual standard deviation."""

    most: float
    name: str = "tracking error"

    @property
    def allowed(self) -> float:
        """Half of the variance that is allowed."""
        return 0.5 * self.most * self.most

    def used(self, book: Portfolio, trades: Floats, _sold_by_row: Floats) -> float:
        """Half of the annual variance of the deviation."""
        return 0.5 * book.risk.variance(book.held + trades - book.target)

    def priced(self, book: Portfolio, price: float) -> Portfolio:
        """Risk is averted so much more."""
        return replace(book, risk_aversion=book.risk_aversion + price)

    def told(self, used: float) -> str:
        """As a standard deviation."""
        return f"{100 * np.sqrt(2 * max(used, 0.0)):.4g} % a year"


@dataclass(frozen=True, slots=True)
class LotCap:
    """A sum over the lots sold: gains, short-term gains or tax for each dollar of proceeds.

    ``each`` is by lot, in the order in which the lots were given to ``lots_of``; losses are
    negative and make room.  ``allowed`` is a fraction of NAV.
    """

    name: str
    each: Floats
    allowed: float

    def used(self, _book: Portfolio, _trades: Floats, sold_by_row: Floats) -> float:
        """The sum over what is sold."""
        return float(self.each @ sold_by_row)

    def priced(self, book: Portfolio, price: float) -> Portfolio:
        """Every lot's slope is so much higher, for each unit of the cap."""
        lots = book.lots
        return replace(book, lots=lots.with_slopes(lots.slope + price * self.each[lots.order]))

    def told(self, used: float) -> str:
        """In percent of NAV."""
        return f"{100 * used:.4g} % of NAV"


def by_row(book: Portfolio, sold: Floats) -> Floats:
    """What is sold of each lot, in the order in which lots were given."""
    rows = np.empty_like(sold)
    rows[book.lots.order] = sold
    return rows


@dataclass(frozen=True, slots=True)
class LiftedCap:
    """A cap at the least that can be kept."""

    cap: Cap
    allowed: float

    @property
    def name(self) -> str:
        """As before."""
        return self.cap.name

    def used(self, book: Portfolio, trades: Floats, sold_by_row: Floats) -> float:
        """As before."""
        return self.cap.used(book, trades, sold_by_row)

    def priced(self, book: Portfolio, price: float) -> Portfolio:
        """As before."""
        return self.cap.priced(book, price)

    def told(self, used: float) -> str:
        """As before."""
        return self.cap.told(used)
