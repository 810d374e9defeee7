"""Fills against a signed plan, lot by lot: every difference, by its kind."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from taxlots.domain.harvest_run import BreakKind, Fill, FillBreak, OrderState, RunOrder
from taxlots.domain.money import ratio_exceeds, shares
from taxlots.plan.reviewed import ReviewedOrder

PERCENT = 100


def breaks_of(
    orders: Sequence[ReviewedOrder],
    earlier: Sequence[Fill],
    fills: Sequence[Fill],
    *,
    day: date,
    closes: Mapping[str, int],
    tolerance_percent: int,
) -> list[FillBreak]:
    """What new fills show, and what is still missing, by order and then fill.

    ``orders`` stand as they did before the new ``fills``; ``earlier`` are those known before.
    ``day`` is that of the plan, and ``closes`` its prices by symbol in 1e-8 dollars: a fill further
    from them than ``tolerance_percent`` is told.  An order of a session that is after the last fill
    is not missing yet.
    """
    known = {one.order.client_order_id: one for one in orders}
    found = []
    for fill in fills:
        one = known.get(fill.client_order_id)
        if one is None:
            found.append(_extra(fill))
        else:
            due = one.order.session or day
            found += _of_fill(one, fill, due, closes.get(fill.symbol), tolerance_percent)
    filled: dict[str, int] = {}
    for fill in (*earlier, *fills):
        filled[fill.client_order_id] = filled.get(fill.client_order_id, 0) + fill.quantity
    last = max((fill.day for fill in (*earlier, *fills)), default=day)
    for one in orders:
        name = one.order.client_order_id
        if name in filled or one.order.session is None or one.order.session <= last:
            found += _of_order(one, filled.get(name, 0))
    return found


def _of_fill(
    one: ReviewedOrder, fill: Fill, day: date, close: int | None, tolerance_percent: int
) -> Iterable[FillBreak]:
    order = one.order
    if not one.approvals:
        state = "excluded" if one.state is OrderState.EXCLUDED else "not signed"
        yield _break(BreakKind.NOT_APPROVED, order, state, _told(fill), "executed all the same")
    for kind, planned, confirmed in (
        (BreakKind.OTHER_ACCOUNT, order.account, fill.account),
        (BreakKind.OTHER_SECURITY, order.symbol, fill.symbol),
        (BreakKind.OTHER_SIDE, str(order.side), str(fill.side)),
    ):
        if planned != confirmed:
            yield _break(kind, order, planned, confirmed, f"line {fill.line}")
    if order.lot_id and fill.lot_id != order.lot_id:
        yield _break(
            BreakKind.OTHER_LOT,
            order,
            order.lot_id,
            fill.lot_id,
            f"{shares(fill.quantity)} were closed of another lot, and are booked so; ask the"
            " custodian to correct it by the settlement date",
        )
    if fill.day != day:
        yield _break(
            BreakKind.OTHER_DAY,
            order,
            day.isoformat(),
            fill.day.isoformat(),
            "the 30 days before and after count from the day of the trade",
        )
    if close is not None and fill.price is not None:
        apart = abs(fill.price - close)
        if ratio_exceeds(apart * PERCENT, close, tolerance_percent, 1):
            yield _break(
                BreakKind.PRICE,
                order,
                _price(close),
                _price(fill.price),
                f"more than {tolerance_percent} % from the close of the plan",
            )


def _of_order(one: ReviewedOrder, filled: int) -> Iterable[FillBreak]:
    order = one.order
    told = shares(order.quantity), shares(filled)
    if not filled:
        if one.approvals:
            yield _break(BreakKind.NOT_FILLED, order, *told, "no fill of it is known")
    elif filled < order.quantity:
        left = shares(order.quantity - filled)
        yield _break(BreakKind.PARTIAL, order, *told, f"{left} are still to be filled")
    elif filled > order.quantity and one.approvals:
        more = shares(filled - order.quantity)
        yield _break(BreakKind.OTHER_QUANTITY, order, *told, f"{more} more than ordered")


def _extra(fill: Fill) -> FillBreak:
    return FillBreak(
        kind=BreakKind.EXTRA_FILL,
        client_order_id=fill.client_order_id,
        account=fill.account,
        symbol=fill.symbol,
        lot_id=fill.lot_id,
        planned="",
        confirmed=_told(fill),
        detail=f"line {fill.line} is of no order of this harvest and is not booked: import it",
    )


def _break(
    kind: BreakKind, order: RunOrder, planned: str, confirmed: str, detail: str
) -> FillBreak:
    return FillBreak(
        kind=kind,
        client_order_id=order.client_order_id,
        account=order.account,
        symbol=order.symbol,
        lot_id=order.lot_id,
        planned=planned,
        confirmed=confirmed,
        detail=detail,
    )


def _told(fill: Fill) -> str:
    return f"{fill.side} {shares(fill.quantity)} {fill.symbol}"


def _price(price: int) -> str:
    """A price in 1e-8 dollars with two decimals or as many as it needs."""
    units, _, decimals = shares(price).partition(".")
    return f"{units}.{decimals:0<2}"
