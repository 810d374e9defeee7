"""Caps that couple all trades, each with the portfolio that pays for what it uses."""

from dataclasses import dataclass, replace
from math import ceil, floor, log10
from typing import Final, Protocol

import numpy as np

from taxlots.plan.optimizer.portfolio import Portfolio
from taxlots.plan.risk import Floats

DIGITS: Final = 4
"""Of an amount as it is told."""


ROUNDING: Final = 1e-6
"""Of the last digit: a number that has so many digits is told as it is."""


def rounded_up(value: float, digits: int = DIGITS) -> float:
    """The least number of so many digits that is not below a value: what is told is then enough."""
    if value == 0 or not np.isfinite(value):
        return value
    places = digits - 1 - floor(log10(abs(value)))
    return float(f"{ceil(value * 10.0**places - ROUNDING)}e{-places}")


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
        """An amount as it is told, rounded up: so much is enough."""
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
        return f"{rounded_up(100 * used):.4g} % of NAV"


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
        return f"{rounded_up(100 * float(np.sqrt(2 * max(used, 0.0)))):.4g} % a year"


@dataclass(frozen=True, slots=True)
class LotCap:
    """A sum over the lots sold: gains, short-term gains or tax for each dollar of proceeds.

    ``each`` is by lot, in the order in which the lots were given to ``lots_of``; losses are
    negative and make room.  ``allowed`` is a fraction of NAV, which is told in dollars where
    ``nav_cents`` says how much that is.  ``stated`` is what somebody allowed, where the cap that
    keeps it is narrower.
    """

    name: str
    each: Floats
    allowed: float
    nav_cents: int = 0
    stated: float | None = None

    def used(self, _book: Portfolio, _trades: Floats, sold_by_row: Floats) -> float:
        """The sum over what is sold."""
        return float(self.each @ sold_by_row)

    def priced(self, book: Portfolio, price: float) -> Portfolio:
        """Every lot's slope is so much higher, for each unit of the cap."""
        lots = book.lots
        return replace(book, lots=lots.with_slopes(lots.slope + price * self.each[lots.order]))

    def told(self, used: float) -> str:
        """In dollars, or in percent of NAV."""
        if self.nav_cents:
            return f"{ceil(used * self.nav_cents - ROUNDING) / 100:.2f} dollars"
        return f"{rounded_up(100 * used):.4g} % of NAV"


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


def told_of(cap: Cap) -> str:
    """A cap as it was stated."""
    stated = cap.cap if isinstance(cap, LiftedCap) else cap
    allowed = stated.stated if isinstance(stated, LotCap) and stated.stated is not None else None
    return f"{cap.name} of at most {cap.told(stated.allowed if allowed is None else allowed)}"


def is_tracking(cap: Cap) -> bool:
    """Whether a cap is of the tracking error; all others are linear in what is bought and sold."""
    return isinstance(cap.cap if isinstance(cap, LiftedCap) else cap, TrackingCap)


def uses_of_lots(cap: Cap, book: Portfolio) -> tuple[Floats, Floats]:
    """What a unit bought of each name, and sold of each lot in order, uses of a linear cap."""
    plain = cap.cap if isinstance(cap, LiftedCap) else cap
    if isinstance(plain, TurnoverCap):
        return np.ones(book.count), np.ones(book.lots.slope.size)
    if not isinstance(plain, LotCap):
        raise TypeError(f"no linear use is known of {plain.name}")
    return np.zeros(book.count), plain.each[book.lots.order]
