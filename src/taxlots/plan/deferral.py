"""Deferral of a gain: sell a short-term lot now, or hold it until its gain is long-term.

Waiting saves the difference of two taxes, and costs what it means to hold for so long what one
would rather not hold.  Nothing of this is law: the verdict is the sum of both.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise
from math import floor, isqrt
from typing import Final

from taxlots.book.record import OpenLot
from taxlots.domain.calendar import date_of, day_of
from taxlots.domain.dividend import PendingDividend
from taxlots.domain.tax_rate import RATE_ONE
from taxlots.plan.ramp import bends
from taxlots.plan.two_years import TwoYears

DAYS_OF_YEAR: Final = 365


class Advice(StrEnum):
    """What to do with a short-term lot that shows a gain."""

    HOLD = "hold"
    SELL = "sell"


class Why(StrEnum):
    """Why a lot is held or sold."""

    WAITING_SAVES = "WAITING_SAVES"
    RISK_COSTS_MORE = "RISK_COSTS_MORE"
    NO_TAX_SAVED = "NO_TAX_SAVED"


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingRisk:
    """What holding a lot costs a year, as a part of its value.

    The certainty equivalent of its risk is half of risk aversion times variance times its weight in
    the holdings; what it is expected to earn more than the proceeds would comes off it.  Rates are
    in parts per million, ``weight`` from 0 to 1.
    """

    volatility_ppm: int
    risk_aversion_ppm: int
    weight: Fraction
    expected_return_ppm: int = 0

    @property
    def yearly(self) -> Fraction:
        """Cost of a year of holding for each dollar of value; negative where holding earns."""
        aversion, volatility = (
            Fraction(rate, RATE_ONE) for rate in (self.risk_aversion_ppm, self.volatility_ppm)
        )
        earned = Fraction(self.expected_return_ppm, RATE_ONE)
        return aversion * volatility**2 * self.weight / 2 - earned


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A short-term lot with a gain: what selling it now and waiting for the long term come to.

    Money in cents, days as day numbers.  ``sell_tax_cents`` and ``wait_tax_cents`` are the tax of
    both at the price of today, in today's dollars; ``risk_cents`` is what holding on costs.
    ``bearable_fall_cents`` is the exact fall in value at which both leave the same after tax; None
    where waiting saves no tax.  ``waits_from`` is the first day of the holding period from which
    waiting pays, at this price; None where waiting costs nothing or saves nothing.
    """

    lot: OpenLot
    value_cents: int
    long_from: int
    days: int
    sell_tax_cents: int
    wait_tax_cents: int
    risk_cents: int
    volatility_ppm: int
    bearable_fall_cents: Fraction | None
    waits_from: int | None
    dividends: tuple[PendingDividend, ...]

    @property
    def gain_cents(self) -> int:
        """The gain of a sale of today."""
        return self.value_cents - self.lot.cost_basis_cents

    @property
    def saved_cents(self) -> int:
        """The tax that waiting saves, in today's dollars."""
        return self.sell_tax_cents - self.wait_tax_cents

    @property
    def net_cents(self) -> int:
        """What waiting is worth after its risk."""
        return self.saved_cents - self.risk_cents

    @property
    def why(self) -> Why:
        """The reason of the advice."""
        if self.saved_cents <= 0 and self.net_cents <= 0:
            return Why.NO_TAX_SAVED
        return Why.WAITING_SAVES if self.net_cents > 0 else Why.RISK_COSTS_MORE

    @property
    def advice(self) -> Advice:
        """Hold where waiting is worth more than it costs."""
        return Advice.HOLD if self.net_cents > 0 else Advice.SELL

    @property
    def usual_moves_tenths(self) -> int | None:
        """The bearable fall in tenths of what the price usually moves until then.

        That is one standard deviation: volatility times the root of the time.  None where either
        is not there.
        """
        if self.bearable_fall_cents is None or not self.volatility_ppm:
            return None
        usual = Fraction(self.value_cents * self.volatility_ppm, RATE_ONE)
        ratio = (self.bearable_fall_cents / usual) ** 2 * DAYS_OF_YEAR / self.days
        return isqrt(floor(100 * ratio))


def waiting(
    lot: OpenLot,
    value_cents: int,
    long_from: int,
    as_of: int,
    years: TwoYears,
    risk: WaitingRisk,
    dividends: Sequence[PendingDividend] = (),
) -> Waiting:
    """Selling a short-term lot of some value on ``as_of`` against waiting until ``long_from``.

    Taxes are those of the lot alone, netted with what each year has so far (26 USC 1222).
    """
    gain, days = value_cents - lot.cost_basis_cents, long_from - as_of
    is_next_year = date_of(long_from).year > date_of(as_of).year

    def waits(value: int) -> int:
        long = value - lot.cost_basis_cents
        return years.cost(long_then=long) if is_next_year else years.cost(long_now=long)

    sell_tax, wait_tax = years.cost(short_now=gain), waits(value_cents)
    daily = risk.yearly * value_cents / DAYS_OF_YEAR
    saved = sell_tax - wait_tax
    first_day = day_of(lot.holding_period) + 1
    pays_for = floor(saved / daily) if daily > 0 and saved > 0 else None
    kept = Fraction(value_cents - sell_tax)
    left = _value_that_leaves(kept, waits, value_cents) if saved > 0 else None
    return Waiting(
        lot=lot,
        value_cents=value_cents,
        long_from=long_from,
        days=days,
        sell_tax_cents=sell_tax,
        wait_tax_cents=wait_tax,
        risk_cents=floor(daily * days + Fraction(1, 2)),
        volatility_ppm=risk.volatility_ppm,
        bearable_fall_cents=None if left is None else value_cents - left,
        waits_from=None if pays_for is None else max(long_from - pays_for, first_day),
        dividends=tuple(dividends),
    )


def _value_that_leaves(
    kept_cents: Fraction, tax: Callable[[int], int], highest_cents: int
) -> Fraction | None:
    """The value of which a sale leaves so much after tax, up to ``highest_cents``; None if none.

    What is left grows with the value, since no dollar is taxed at all of itself: so one straight
    piece of it holds the answer.
    """

    def left(value: int) -> int:
        return value - tax(value)

    for start, end in pairwise(bends(left, 0, highest_cents)):
        if start.value <= kept_cents <= end.value and start.slope:
            return start.at + (kept_cents - start.value) / Fraction(start.slope)
    return None
