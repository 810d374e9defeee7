"""The term structure of futures: contango, backwardation, carry, and what a roll costs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import pairwise
from math import exp, log

from taxlots.domain.problem import UsageError
from taxlots.plan.overlay.contracts import DAYS_OF_YEAR, Future, years_between
from taxlots.plan.stated_numbers import above_zero, finite


class Shape(StrEnum):
    """How prices change from the nearest contract to the farthest."""

    CONTANGO = "contango"
    BACKWARDATION = "backwardation"
    FLAT = "flat"
    MIXED = "mixed"


def shape(curve: Sequence[Future]) -> Shape:
    """Whether each later contract is dearer (contango) or cheaper (backwardation).

    Raises UsageError for fewer than two contracts.
    """
    ordered = _ordered(curve)
    rises = [later.price - sooner.price for sooner, later in pairwise(ordered)]
    if all(rise == 0 for rise in rises):
        return Shape.FLAT
    if all(rise >= 0 for rise in rises):
        return Shape.CONTANGO
    return Shape.BACKWARDATION if all(rise <= 0 for rise in rises) else Shape.MIXED


def implied_carry(near: Future, far: Future) -> float:
    """The annual rate, continuous, at which the price grows from one contract to a later one."""
    years = years_between(near.expiry, far.expiry, far.symbol)
    return log(far.price / near.price) / years


def roll_yield(near: Future, far: Future) -> float:
    """What a long position earns a year as its contract nears the spot price: minus the carry.

    Positive in backwardation, negative in contango.
    """
    return -implied_carry(near, far)


def fair_price(
    spot: float, rate: float, income: float, years: float, storage: float = 0.0
) -> float:
    """The price without arbitrage: spot × e ** ((rate - income + storage) × years).

    Rates are annual and continuous; ``income`` is dividends, coupons or a convenience yield.
    """
    carry = finite(rate, "the rate") - finite(income, "the income") + finite(storage, "storage")
    return above_zero(spot, "the spot price") * exp(carry * years)


def richness(contract: Future, fair: float, as_of: date) -> float:
    """By how much a contract is dear, as an annual rate: what whoever is long pays too much."""
    years = years_between(as_of, contract.expiry, contract.symbol)
    return log(contract.price / above_zero(fair, "the fair price")) / years


@dataclass(frozen=True, slots=True)
class RollCost:
    """What going from one contract to the next costs, in dollars.

    ``trading`` is spread and commission of both legs; ``mispricing`` is what the far contract is
    dearer against the near one than its carry explains, negative where a roll earns it.
    """

    trading: float
    mispricing: float

    @property
    def total(self) -> float:
        """Both."""
        return self.trading + self.mispricing


def roll_cost(count: int, near: Future, far: Future, fair_carry: float) -> RollCost:
    """The cost of rolling ``count`` contracts (negative: short), in dollars.

    ``fair_carry`` is the annual rate, continuous, that financing less income explains.  The
    price difference that carry explains is no cost: the cash that is not paid earns it.
    """
    years = years_between(near.expiry, far.expiry, far.symbol)
    explained = near.price * exp(finite(fair_carry, "the fair carry") * years)
    return RollCost(
        trading=abs(count) * (near.trade_cost + far.trade_cost),
        mispricing=count * far.multiplier * (far.price - explained),
    )


def next_roll(contract: Future, as_of: date, days_before: int = 5) -> date:
    """The day on which to roll: so many days before expiry, and not before the as-of day."""
    last = contract.expiry.toordinal() - days_before
    if contract.expiry <= as_of:
        raise UsageError(
            f"{contract.symbol} has expired on {contract.expiry}; name a later contract"
        )
    return date.fromordinal(max(last, as_of.toordinal()))


def rolls_a_year(near: Future, far: Future) -> float:
    """How many rolls a year the cycle of two contracts asks for."""
    return DAYS_OF_YEAR / (far.expiry - near.expiry).days


def _ordered(curve: Sequence[Future]) -> list[Future]:
    ordered = sorted(curve, key=lambda one: one.expiry)
    if len({one.expiry for one in ordered}) < len(("near", "far")):
        raise UsageError("a term structure needs contracts of two expiries or more")
    return ordered
