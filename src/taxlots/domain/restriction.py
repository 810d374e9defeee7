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


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchBack:
    """When the sold security may come back for its proxy.

    ``first_day`` is the first day on which buying it back disallows nothing;
    ``proxy_long_term_from`` the first on which a gain on the proxy is long-term.
    """

    household: str
    account: str
    symbol: str
    sold_quantity: int
    proxy: str
    proxy_quantity: int
    proxy_order_id: str
    sold_on: date
    first_day: date
    proxy_long_term_from: date
    policy: str
