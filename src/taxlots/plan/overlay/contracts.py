"""What moves exposure without selling lots: futures, funds, swaps and options, as their specs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from taxlots.domain.problem import UsageError
from taxlots.plan.stated_numbers import above_zero, finite, not_below_zero

DAYS_OF_YEAR = 365.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Future:
    """A futures contract: ``price`` points, ``multiplier`` dollars a point, margins in dollars.

    ``beta`` and ``duration`` are those of what it stands for; ``spread`` is a fraction of the
    price, ``commission`` dollars a contract and side.  ``underlying`` is what it tracks;
    ``is_1256`` holds for regulated futures contracts (26 USC 1256(g)(1)), not for those on single
    securities (1256(b)(2)(B)).
    """

    symbol: str
    price: float
    multiplier: float
    expiry: date
    underlying: str = ""
    beta: float = 1.0
    duration: float = 0.0
    initial_margin: float = 0.0
    maintenance_margin: float = 0.0
    spread: float = 0.0
    commission: float = 0.0
    currency: str = "USD"
    is_1256: bool = True

    def __post_init__(self) -> None:
        above_zero(self.price, f"the price of {self.symbol}")
        above_zero(self.multiplier, f"the multiplier of {self.symbol}")
        finite(self.beta, f"the beta of {self.symbol}")
        for name in ("duration", "initial_margin", "maintenance_margin", "spread", "commission"):
            not_below_zero(getattr(self, name), f"the {name.replace('_', ' ')} of {self.symbol}")
        if self.maintenance_margin > self.initial_margin:
            raise UsageError(
                f"{self.symbol}: a maintenance margin of {self.maintenance_margin:.2f} exceeds the"
                f" initial one of {self.initial_margin:.2f}; correct one of them"
            )

    @property
    def notional(self) -> float:
        """Dollars that one contract stands for."""
        return self.price * self.multiplier

    @property
    def trade_cost(self) -> float:
        """Dollars to buy or to sell one contract: half the spread, and commission."""
        return self.notional * self.spread / 2 + self.commission


@dataclass(frozen=True, slots=True, kw_only=True)
class Fund:
    """An exchange-traded fund that carries exposure; ``expense`` and ``spread`` are fractions."""

    symbol: str
    price: float
    beta: float = 1.0
    duration: float = 0.0
    expense: float = 0.0
    spread: float = 0.0

    def __post_init__(self) -> None:
        above_zero(self.price, f"the price of {self.symbol}")
        not_below_zero(self.expense, f"the expense of {self.symbol}")
        not_below_zero(self.spread, f"the spread of {self.symbol}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Swap:
    """A total-return swap: the return of ``underlying`` against the cash rate and a spread.

    ``financing_spread`` is annual and paid by whoever receives the return, ``short_spread`` by
    whoever pays it; ``margin`` is collateral as a part of the notional, ``fee`` is paid once on it.
    """

    symbol: str
    underlying: str = ""
    beta: float = 1.0
    duration: float = 0.0
    financing_spread: float = 0.0
    short_spread: float = 0.0
    fee: float = 0.0
    margin: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """An option: ``strike`` dollars a share, ``multiplier`` shares a contract.

    ``volatility`` is implied and annual, ``spread`` in dollars a share, ``commission`` dollars a
    contract.  ``is_1256`` holds for options on broad indices (26 USC 1256(g)(6)).
    """

    symbol: str
    underlying: str
    strike: float
    expiry: date
    is_call: bool
    volatility: float
    multiplier: float = 100.0
    spread: float = 0.0
    commission: float = 0.0
    is_1256: bool = False

    def __post_init__(self) -> None:
        above_zero(self.strike, f"the strike of {self.symbol}")
        above_zero(self.multiplier, f"the multiplier of {self.symbol}")
        above_zero(self.volatility, f"the volatility of {self.symbol}")

    def years(self, as_of: date) -> float:
        """Years to expiry.  Raises UsageError on and after the day of expiry."""
        return years_between(as_of, self.expiry, self.symbol)


def years_between(as_of: date, expiry: date, symbol: str) -> float:
    """Years of 365 days from a day to an expiry.  Raises UsageError where it is not later."""
    days = (expiry - as_of).days
    if days <= 0:
        raise UsageError(f"{symbol} expires on {expiry}, not after {as_of}; name a later contract")
    return days / DAYS_OF_YEAR
