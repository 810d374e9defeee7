"""The orders of a plan over the sessions of a schedule: volume, and cash that is there first.

Each session sales come before purchases, all orders of one security together stay within a part of
its volume, and a purchase waits until its account has the money, so that no account owes any on any
day.  The lots of sales are chosen afterwards, for all days together (``lots_over_days``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil, inf
from typing import Final

import numpy as np

from taxlots.domain.execution_terms import ScheduleKind
from taxlots.domain.money import SHARE
from taxlots.domain.order import Side
from taxlots.plan.appraisal import market_value_cents
from taxlots.plan.execution.impact import Market, TradeCost, impact_rate
from taxlots.plan.execution.liquidity import EDGES_DAYS, Bucket, buckets
from taxlots.plan.execution.schedules import square_root_schedule, twap, vwap
from taxlots.plan.stated_numbers import Floats

CENTS: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanOrder:
    """An order as a plan wants it: ``units`` in 1e-8, ``price`` in 1e-8 dollars."""

    account: str
    symbol: str
    side: Side
    units: int
    price: int
    multiplier: int = 1
    commission_cents: int = 0

    def cents(self, units: int) -> int:
        """What some units are worth."""
        return market_value_cents(units, self.multiplier, self.price)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sessions:
    """The sessions of a schedule, by their places.

    ``volume_parts`` are the parts of an average day's volume that each is expected to have;
    ``settles`` the place of the first session at whose start the money of a sale of each has come
    (their number, where none has).  ``tranches`` of them are for trading as planned, those after
    them for purchases whose money came late.
    """

    volume_parts: Sequence[float]
    settles: Sequence[int]
    tranches: int

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.volume_parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkingTerms:
    """How orders are worked: ``participation`` is the most of a day's volume, a part of one.

    ``risk_aversion`` is per dollar of variance (``schedules.risk_aversion_of``); ``step`` is the
    smallest quantity in 1e-8 units, ``least_cents`` the smallest part of an order.
    """

    schedule: ScheduleKind = ScheduleKind.TWAP
    participation: float = 0.1
    risk_aversion: float = 0.0
    is_settled_only: bool = False
    step: int = SHARE
    least_cents: int = 0


@dataclass(frozen=True, slots=True)
class Slice:
    """What of an order is traded in a session: both by their places; money in cents."""

    session: int
    order: int
    units: int
    cents: int
    cost: TradeCost

    @property
    def cost_cents(self) -> int:
        """What trading it is expected to cost."""
        return round(self.cost.total * CENTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Staggered:
    """The slices in order of time, sales first; ``cash`` of each account after each session.

    ``left`` has the units of each order that no session took.  ``buckets`` are those of the
    securities that are traded; one whose volume is not known has none.
    """

    slices: tuple[Slice, ...]
    left: tuple[int, ...]
    cash: tuple[Mapping[str, int], ...]
    buckets: Mapping[str, Bucket]
    sessions_of: Mapping[str, int]


@dataclass(slots=True)
class _Course:
    """How one security is traded over the sessions, all orders together; units in 1e-8.

    ``through`` is what the schedule has traded by the end of each session, ``caps`` what volume
    allows in each (infinite where it is not known).
    """

    market: Market
    volumes: Sequence[float]
    caps: Sequence[float]
    through: Sequence[int]
    bucket: Bucket | None
    sessions: int
    done: int = 0
    this_session: int = 0

    def allowed(self, session: int) -> int:
        """What may still be traded in a session."""
        behind = self.through[session] - self.done
        return int(max(0.0, min(behind, self.caps[session] - self.this_session)))

    def cost(self, order: PlanOrder, units: int, session: int) -> TradeCost:
        """What some units more cost: their part of the impact of all that the session trades."""
        return TradeCost(
            spread=order.cents(units) / CENTS * self.market.spread / 2,
            commission=order.commission_cents / CENTS,
            impact=self._impact(self.this_session + units, session)
            - self._impact(self.this_session, session),
        )

    def _impact(self, units: int, session: int) -> float:
        shares = units / SHARE
        if not self.market.adv:
            return 0.0
        return shares * self.market.price * impact_rate(shares, self.volumes[session], self.market)


@dataclass(slots=True)
class _Money:
    """The money of accounts in cents: all that is traded for, and what of it has settled."""

    traded: dict[str, int]
    settled: dict[str, int]
    coming: dict[int, list[tuple[str, int]]] = field(default_factory=dict)

    def begin(self, session: int) -> None:
        """What has settled by the start of a session may be spent."""
        for account, cents in self.coming.pop(session, ()):
            self.settled[account] = self.settled.get(account, 0) + cents

    def sold(self, account: str, cents: int, settles: int) -> None:
        self.traded[account] = self.traded.get(account, 0) + cents
        self.coming.setdefault(settles, []).append((account, cents))

    def paid(self, account: str, cents: int) -> None:
        self.traded[account] = self.traded.get(account, 0) - cents
        self.settled[account] = self.settled.get(account, 0) - cents

    def spendable(self, account: str, *, is_settled_only: bool) -> int:
        """What an account may pay with."""
        traded = self.traded.get(account, 0)
        return min(traded, self.settled.get(account, 0)) if is_settled_only else traded


@dataclass(slots=True)
class _Desk:
    """Trades the orders session by session."""

    orders: Sequence[PlanOrder]
    courses: Mapping[str, _Course]
    money: _Money
    reserved: Mapping[str, int]
    sessions: Sessions
    terms: WorkingTerms
    left: list[int]
    slices: list[Slice] = field(default_factory=list)

    def trade(self, session: int) -> None:
        """One session: sales, then purchases, each in the order in which the plan names them."""
        self.money.begin(session)
        for course in self.courses.values():
            course.this_session = 0
        for side in (Side.SELL, Side.BUY):
            for place, order in enumerate(self.orders):
                if order.side is side and self.left[place]:
                    self._take(place, order, session)

    def _take(self, place: int, order: PlanOrder, session: int) -> None:
        course = self.courses[order.symbol]
        units = self._steps(place, min(self.left[place], course.allowed(session)))
        if order.side is Side.BUY:
            units = self._affordable(place, units, session)
        is_rest = units == self.left[place]
        if not units or (not is_rest and order.cents(units) < self.terms.least_cents):
            return
        cost = course.cost(order, units, session)
        made = Slice(session, place, units, order.cents(units), cost)
        course.this_session += units
        course.done += units
        self.left[place] -= units
        self.slices.append(made)
        if order.side is Side.SELL:
            came = made.cents - made.cost_cents
            self.money.sold(order.account, came, self.sessions.settles[session])
        else:
            self.money.paid(order.account, made.cents + made.cost_cents)

    def _steps(self, place: int, units: int) -> int:
        """Whole steps, unless it is all that is left."""
        is_rest = units == self.left[place]
        return units if is_rest else units // self.terms.step * self.terms.step

    def _affordable(self, place: int, units: int, session: int) -> int:
        """As much of a purchase as its account can pay, in whole steps."""
        order = self.orders[place]
        course = self.courses[order.symbol]
        has = self.money.spendable(order.account, is_settled_only=self.terms.is_settled_only)
        has -= self.reserved.get(order.account, 0)

        def is_paid(some: int) -> bool:
            cost = round(course.cost(order, some, session).total * CENTS)
            return order.cents(some) + cost <= has

        if not units or is_paid(units):
            return units
        low, high = 0, units // self.terms.step
        while low < high:
            middle = (low + high + 1) // 2
            low, high = (middle, high) if is_paid(middle * self.terms.step) else (low, middle - 1)
        return low * self.terms.step


def stagger(
    orders: Sequence[PlanOrder],
    markets: Mapping[str, Market],
    sessions: Sessions,
    terms: WorkingTerms,
    *,
    cash_cents: Mapping[str, int],
    reserved_cents: Mapping[str, int] | None = None,
    due: Mapping[str, int] | None = None,
) -> Staggered:
    """The orders cut into slices over sessions.

    ``markets`` has each security; one whose ``adv`` is zero is one whose volume is not known: it
    is traded at once and without impact.  An account keeps ``reserved_cents`` of its money from
    purchases.  Sales of accounts that ``due`` names are planned to be done by that session.  What
    the volume, or the money, does not allow in these sessions is left.
    """
    desk = _Desk(
        orders=orders,
        courses=_courses(orders, markets, sessions, terms, due or {}),
        money=_Money(dict(cash_cents), dict(cash_cents)),
        reserved=reserved_cents or {},
        sessions=sessions,
        terms=terms,
        left=[one.units for one in orders],
    )
    cash: list[Mapping[str, int]] = []
    for session in range(sessions.count):
        desk.trade(session)
        cash.append(dict(desk.money.traded))
    return Staggered(
        slices=tuple(desk.slices),
        left=tuple(desk.left),
        cash=tuple(cash),
        buckets={name: c.bucket for name, c in desk.courses.items() if c.bucket is not None},
        sessions_of={name: c.sessions for name, c in desk.courses.items()},
    )


def _courses(
    orders: Sequence[PlanOrder],
    markets: Mapping[str, Market],
    sessions: Sessions,
    terms: WorkingTerms,
    due: Mapping[str, int],
) -> dict[str, _Course]:
    total: dict[str, int] = {}
    last: dict[str, int] = {}
    for one in orders:
        total[one.symbol] = total.get(one.symbol, 0) + one.units
        if one.side is Side.SELL and one.account in due:
            last[one.symbol] = min(last.get(one.symbol, sessions.count), due[one.account] + 1)
    return {
        symbol: _course(units, markets[symbol], sessions, terms, last.get(symbol))
        for symbol, units in total.items()
    }


def _course(
    units: int, market: Market, sessions: Sessions, terms: WorkingTerms, last: int | None
) -> _Course:
    """The schedule of one security: as many sessions as its bucket says, or its volume needs."""
    volumes = [part * market.adv for part in sessions.volume_parts]
    if not market.adv:
        return _Course(market, volumes, [inf] * len(volumes), [units] * len(volumes), None, 1)
    caps = [
        int(terms.participation * volume * SHARE) // terms.step * terms.step for volume in volumes
    ]
    bucket, usual = usual_sessions(units, market, terms.participation, sessions.tranches)
    needed = 1
    while needed < sessions.tranches and sum(caps[:needed]) < units:
        needed += 1
    most = sessions.tranches if last is None else max(1, min(last, sessions.tranches))
    count = min(most, max(needed, usual))
    planned = min(units, sum(caps[:count]))
    parts = _parts(planned / SHARE, volumes[:count], market, terms)
    wanted = within_caps(parts * planned, caps[:count])
    steps = [min(planned, ceil(through / terms.step) * terms.step) for through in np.cumsum(wanted)]
    through = [*steps, *[planned] * (len(volumes) - count)]
    through[count - 1] = planned
    return _Course(market, volumes, caps, through, bucket, count)


SESSIONS_OF_BUCKET: Final[Mapping[Bucket, int]] = {
    Bucket.AT_ONCE: 1,
    Bucket.WITHIN_A_DAY: 1,
    Bucket.WITHIN_A_WEEK: int(EDGES_DAYS[-1]),
}
"""Sessions of a trade; what takes longer takes all that are allowed."""


def usual_sessions(
    units: int, market: Market, participation: float, most: int
) -> tuple[Bucket, int]:
    """The bucket of so many 1e-8 units, and the sessions that it takes; at most ``most``."""
    days = units / SHARE / (participation * market.adv)
    (bucket,) = buckets([days])
    return bucket, min(most, max(ceil(days), SESSIONS_OF_BUCKET.get(bucket, most)))


def _parts(shares: float, volumes: Sequence[float], market: Market, terms: WorkingTerms) -> Floats:
    match terms.schedule:
        case ScheduleKind.TWAP:
            return twap(len(volumes))
        case ScheduleKind.VWAP:
            return vwap(volumes)
        case ScheduleKind.ALMGREN_CHRISS if shares > 0:
            return square_root_schedule(
                shares, volumes, market, terms.risk_aversion, most_part=terms.participation
            )
    return twap(len(volumes))


def within_caps(wanted: Floats, caps: Sequence[float]) -> Floats:
    """Amounts moved to later sessions, then to earlier ones, so that none exceeds its cap.

    Their sum stays, or is that of all caps where that is less.
    """
    found = np.array(wanted, np.float64)
    over = 0.0
    for order in (range(len(found)), range(len(found) - 1, -1, -1)):
        for k in order:
            total = found[k] + over
            found[k] = min(total, caps[k])
            over = total - found[k]
    return found
