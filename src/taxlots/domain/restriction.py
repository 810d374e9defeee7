"""Restrictions and switch-backs: what a harvest asks of the weeks after it."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class RestrictionKind(StrEnum):
    """What is not to be done."""

    DO_NOT_BUY = "do_not_buy"
    DO_NOT_SELL_AT_A_LOSS = "do_not_sell_at_a_loss"


class Force(StrEnum):
    """How binding a restriction is: ``must`` keeps a loss, ``advised`` is only told."""

    MUST = "must"
    ADVISED = "advised"


class Origin(StrEnum):
    """Whether this plan causes a restriction, or what is booked already."""

    PLAN = "plan"
    BOOKS = "books"


@dataclass(frozen=True, slots=True, kw_only=True)
class Restriction:
    """One security in one account.  ``until`` is the first day that is free again.

    ``because`` are the client order ids, sale ids or lot ids that cause it.
    """

    household: str
    account: str
    symbol: str
    kind: RestrictionKind
    until: date
    force: Force
    origin: Origin
    because: tuple[str, ...]
    note: str = ""


class Recommendation(StrEnum):
    """What to do with a proxy on a day: go back, wait (and look again on that day), or keep it."""

    RETURN = "return"
    WAIT = "wait"
    KEEP = "keep"


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldSwap:
    """A proxy that was bought for what was sold at a loss, as the books show it.

    ``sold_quantity`` of ``symbol`` was sold on a day, and ``proxy_lot_id`` was opened for it.
    """

    account: str
    symbol: str
    sold_quantity: int
    sold_on: date
    proxy_lot_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchBack:
    """When the sold security may come back for its proxy, and what is recommended.

    ``first_day`` is the first day on which buying it back disallows nothing;
    ``proxy_long_term_from`` the first on which a gain on the proxy is long-term.  ``day`` is that
    of the ``recommendation``, and ``is_long`` the term of the proxy's gain on it.  In cents, None
    where not known: ``estimated_gain_cents`` at the last close (a loss is negative), ``tax_cents``
    on it, ``likely_move_cents`` of the proxy's value until then (one standard deviation), and
    ``worth_gain_cents``, the gain up to which going back on the first day costs no more than
    waiting for the long term.
    """

    household: str
    account: str
    symbol: str
    sold_quantity: int
    proxy: str
    proxy_quantity: int
    proxy_order_id: str
    proxy_lot_id: str
    sold_on: date
    first_day: date
    proxy_long_term_from: date
    origin: Origin
    recommendation: Recommendation
    day: date
    is_long: bool
    estimated_gain_cents: int | None
    tax_cents: int | None
    likely_move_cents: int | None
    worth_gain_cents: int | None
    policy: str
