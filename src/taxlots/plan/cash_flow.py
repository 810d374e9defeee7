"""Cash flows of a household: they meet needs before anything is sold, and buy what is under target.

Amounts are in cents, quantities in 1e-8 units, prices in 1e-8 dollars, days are day numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from taxlots.domain.money import SHARE
from taxlots.plan.appraisal import UNITS_PER_CENT, market_value_cents

FRACTION: Final = SHARE // 10_000
"""The smallest quantity where brokers deal in fractions of a share: 0.0001."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inflow:
    """Money that comes into an account: a contribution, a dividend of ``symbol``, interest."""

    account: str
    day: int
    cents: int
    kind: str
    symbol: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CashNeed:
    """Money that is needed by a day; of ``account``, or of any that may pay where blank."""

    day: int
    cents: int
    account: str = ""
    kind: str = "withdrawal"


@dataclass(frozen=True, slots=True)
class Paid:
    """What of a need an inflow pays, both by their places."""

    inflow: int
    need: int
    cents: int


@dataclass(frozen=True, slots=True)
class Met:
    """How inflows meet needs: what is paid, and what is left of inflows and missing of needs."""

    paid: tuple[Paid, ...]
    left_cents: tuple[int, ...]
    missing_cents: tuple[int, ...]


def meet_needs(
    inflows: Sequence[Inflow],
    needs: Sequence[CashNeed],
    can_pay: Callable[[str, CashNeed], bool],
) -> Met:
    """Pay needs out of money that has come by their day, the earliest need first.

    An inflow of the account that the need names goes first, then the earliest.  ``can_pay`` says
    whether money of an account may pay a need.
    """
    left = [one.cents for one in inflows]
    missing = [one.cents for one in needs]
    paid = []
    for n in sorted(range(len(needs)), key=lambda n: (needs[n].day, n)):
        need = needs[n]
        usable = [
            i for i, one in enumerate(inflows) if one.day <= need.day and can_pay(one.account, need)
        ]
        for i in sorted(usable, key=lambda i: (inflows[i].account != need.account, inflows[i].day)):
            cents = min(left[i], missing[n])
            if cents:
                paid.append(Paid(i, n, cents))
                left[i] -= cents
                missing[n] -= cents
    return Met(tuple(paid), tuple(left), tuple(missing))


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A security that an account may buy for a sleeve, at a price."""

    symbol: str
    price: int
    multiplier: int = 1

    def units(self, cents: int, step: int) -> int:
        """As many units as some cents buy, in steps."""
        return cents * UNITS_PER_CENT // (self.price * self.multiplier) // step * step

    def cost_cents(self, units: int) -> int:
        """What some units cost."""
        return market_value_cents(units, self.multiplier, self.price)


@dataclass(frozen=True, slots=True, kw_only=True)
class CashPurchase:
    """What an account buys of a flow; ``wanted_cents`` is its part of the flow before rounding."""

    account: str
    sleeve: int
    symbol: str
    units: int
    cents: int
    wanted_cents: int


def purchases(
    wanted_cents: Mapping[tuple[str, int], int],
    offers: Mapping[tuple[str, int], Offer],
    *,
    step: int = SHARE,
) -> tuple[list[CashPurchase], dict[str, int]]:
    """Turn amounts by account and sleeve into units, and what of each account's money is left.

    ``step`` is the smallest quantity: whole shares, or ``FRACTION``.  Money that is left over buys
    one step more of what lacks most of its part, if that is half a step at least and the money is
    enough.
    """
    found = {
        key: CashPurchase(
            account=key[0],
            sleeve=key[1],
            symbol=offers[key].symbol,
            units=(units := offers[key].units(cents, step)),
            cents=offers[key].cost_cents(units),
            wanted_cents=cents,
        )
        for key, cents in wanted_cents.items()
    }
    left: dict[str, int] = {}
    for one in found.values():
        left[one.account] = left.get(one.account, 0) + one.wanted_cents - one.cents
    lacking = {key: more for key, one in found.items() if (more := _lacked(one, offers[key], step))}
    while payable := [
        (found[key].cents - found[key].wanted_cents, key)
        for key, more in lacking.items()
        if more <= left[key[0]]
    ]:
        _, key = min(payable)
        one, more = found[key], lacking.pop(key)
        left[one.account] -= more
        found[key] = replace(one, units=one.units + step, cents=one.cents + more)
        if more := _lacked(found[key], offers[key], step):
            lacking[key] = more
    return [one for one in found.values() if one.units], left


def _lacked(one: CashPurchase, offer: Offer, step: int) -> int:
    """What one step more costs where half of it at least is lacking of a purchase, else 0."""
    lacking = one.wanted_cents - one.cents
    if lacking <= 0:
        return 0
    more = offer.cost_cents(one.units + step) - one.cents
    return more if lacking >= max(1, more // 2) else 0


@dataclass(slots=True, kw_only=True)
class CashSale:
    """A sale for cash from one position: units of each lot, in the order in which they are named.

    ``held`` is how many units of each lot may be sold.
    """

    account: str
    symbol: str
    sleeve: str
    offer: Offer
    held: dict[str, int]
    taken: dict[str, int] = field(default_factory=dict)

    @property
    def units(self) -> int:
        """Units of all lots."""
        return sum(self.taken.values())

    @property
    def cents(self) -> int:
        """What the sale brings."""
        return self.offer.cost_cents(self.units)

    def add(self, units: int) -> int:
        """Sell more, from the first lots that have more; returns the units that were added."""
        left = units
        for name, held in self.held.items():
            more = min(left, held - self.taken.get(name, 0))
            if more:
                self.taken[name] = self.taken.get(name, 0) + more
                left -= more
        return units - left

    def cut(self, units: int) -> None:
        """Sell less, from the last lots on."""
        for name in reversed(self.held):
            less = min(units, self.taken.get(name, 0))
            if less:
                self.taken[name] -= less
                units -= less


def in_shares(sales: Sequence[CashSale], need_cents: int, *, step: int = SHARE) -> int:
    """Turn sales into multiples of a step that bring the need, or a little more; returns cents.

    Each is cut to its step; then steps are added where the overshoot is least, else where a step
    brings most.  What is brought is less than the need only where all is sold.
    """
    for one in sales:
        one.cut(one.units % step)
    while (missing := need_cents - sum(one.cents for one in sales)) > 0:
        can = []
        for place, one in enumerate(sales):
            more = min(step, sum(one.held.values()) - one.units)
            if more:
                gain = one.offer.cost_cents(one.units + more) - one.cents
                can.append((gain < missing, abs(gain - missing), place, more))
        if not can:
            break
        _, _, place, more = min(can)
        sales[place].add(more)
    return sum(one.cents for one in sales)
