"""Synthetic long and short positions: a call and a put of one strike, by put-call parity.

A call bought and a put written are a forward at the strike: call - put = S e^(-qT) - K e^(-rT) for
European options.  Source: Stoll, "The Relationship Between Put and Call Option Prices" (1969).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log

from taxlots.domain.problem import UsageError
from taxlots.plan.overlay.black_scholes import Spot
from taxlots.plan.stated_numbers import above_zero, finite, not_below_zero


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionPair:
    """A call and a put of one strike and expiry, with bid and ask in dollars a share."""

    strike: float
    years: float
    call_bid: float
    call_ask: float
    put_bid: float
    put_ask: float
    multiplier: float = 100.0
    is_american: bool = True

    def __post_init__(self) -> None:
        above_zero(self.strike, "the strike")
        above_zero(self.years, "the years to expiry")
        for low, high, what in (
            (self.call_bid, self.call_ask, "call"),
            (self.put_bid, self.put_ask, "put"),
        ):
            not_below_zero(low, f"the bid of the {what}")
            if low > high:
                raise UsageError(
                    f"the {what}'s bid {low} is above its ask {high}; check the quotes"
                )


@dataclass(frozen=True, slots=True, kw_only=True)
class SyntheticPosition:
    """Pairs that stand for a position (negative: short), and what they cost.

    ``pairs`` calls are bought and as many puts written, or the other way round.  ``delta_shares``
    is their delta, ``residual`` what is left of the wanted dollars.  ``premium`` is paid (negative:
    received) at bid and ask.  ``forward`` is the price at which one buys or sells in the end, and
    ``financing_rate`` the annual rate that it asks for over the spot without dividends;
    ``crossing`` is what bid and ask cost against the middle.  ``may_be_assigned`` tells that the
    written option is American: the position can end early.
    """

    pairs: int
    exact: float
    delta_shares: float
    residual: float
    premium: float
    forward: float
    financing_rate: float
    crossing: float
    may_be_assigned: bool

    @property
    def is_short(self) -> bool:
        """Whether puts are bought and calls written."""
        return self.pairs < 0


def synthetic_position(dollars: float, pair: OptionPair, spot: Spot) -> SyntheticPosition:
    """Pairs whose delta stands for so many dollars of the underlying (negative: a short)."""
    per_pair = spot.price * exp(-spot.dividend_yield * pair.years) * pair.multiplier
    exact = finite(dollars, "the wanted exposure") / per_pair
    count = round(exact)
    is_short = exact < 0
    net = pair.call_bid - pair.put_ask if is_short else pair.call_ask - pair.put_bid
    middle = (pair.call_bid + pair.call_ask - pair.put_bid - pair.put_ask) / 2
    forward = forward_of(pair, spot, net)
    return SyntheticPosition(
        pairs=count,
        exact=exact,
        delta_shares=count * per_pair / spot.price,
        residual=dollars - count * per_pair,
        premium=count * net * pair.multiplier,
        forward=forward,
        financing_rate=log(forward / spot.price) / pair.years + spot.dividend_yield,
        crossing=abs(count) * abs(net - middle) * pair.multiplier,
        may_be_assigned=pair.is_american,
    )


def forward_of(pair: OptionPair, spot: Spot, net: float) -> float:
    """The forward price that a net premium (call less put) means: K + net × e^(rT).

    Raises UsageError where it is not above zero.
    """
    forward = pair.strike + net * exp(spot.rate * pair.years)
    if forward <= 0:
        raise UsageError(f"the quotes mean a forward of {forward:.4f}; check them")
    return forward


def parity_gap(call: float, put: float, pair: OptionPair, spot: Spot) -> float:
    """By how much call less put exceeds what parity asks for, dollars a share; 0 is parity.

    For American options parity is a range, S e^(-qT) - K to S - K e^(-rT): within it the gap is 0.
    """
    held = spot.price * exp(-spot.dividend_yield * pair.years)
    paid = pair.strike * exp(-spot.rate * pair.years)
    found = call - put
    if not pair.is_american:
        return found - (held - paid)
    low, high = min(held - pair.strike, held - paid), max(spot.price - paid, held - paid)
    return max(0.0, found - high) + min(0.0, found - low)
