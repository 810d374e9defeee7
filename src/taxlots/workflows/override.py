"""Changing a recorded run by hand: every change has a person, a reason and a moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING

from taxlots.domain.harvest_run import OrderState, Override, OverrideAction, RunKind, RunOrder
from taxlots.domain.money import scaled, shares
from taxlots.domain.order import Side
from taxlots.domain.problem import UsageError
from taxlots.plan.reviewed import ReviewedOrder
from taxlots.workflows.forced_order import forced_order, replacement_quantity
from taxlots.workflows.gather import require_database
from taxlots.workflows.run_gate import faults_of
from taxlots.workflows.run_ledger import ReviewedRun, require_name, review_of

if TYPE_CHECKING:
    from sqlalchemy import Connection

DONE = (OrderState.PARTLY_FILLED, OrderState.FILLED)


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedOverride:
    """A change as somebody asks for it, in text: of one order, or of all sales of one lot.

    ``order`` is the id of an order, or a trade, ``ACCOUNT:SYMBOL``, with all its orders.
    """

    action: OverrideAction
    by: str
    reason: str
    order: str = ""
    lot: str = ""
    quantity: str = ""
    symbol: str = ""
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Overridden:
    """The run after the change, the names of the orders changed, and what should be known."""

    reviewed: ReviewedRun
    changed: tuple[str, ...]
    told: tuple[str, ...]


def override_action(text: str) -> OverrideAction:
    """The action of that name.  Raises UsageError where there is none."""
    try:
        return OverrideAction(text)
    except ValueError:
        known = ", ".join(OverrideAction)
        raise UsageError(f"{text!r} is no change of a run; use {known}") from None


def override(book: str, number: int, asked: AskedOverride, *, now: datetime) -> Overridden:
    """Exclude, cap, replace or force orders of a recorded run.

    ``exclude`` takes an order out, and its lot out of later runs until ``until``; ``cap`` leaves
    ``quantity`` of it; ``replace`` buys ``symbol`` instead, if the rules of proxies allow that;
    ``force`` brings back what was taken out, or sells a lot that the run leaves alone, of which
    what section 1091 makes of it is told.  A cap of a trade leaves its lots in the order in which
    they are sold.  What a change of a rebalance leaves unpaid, or washes, among the orders that
    are signed is told.  Raises UsageError where that cannot be.
    """
    require_database(book)
    require_name(asked.by, "who changes the run")
    if not asked.reason.strip():
        raise UsageError("--reason is blank; say why the run is changed")
    if bool(asked.order) == bool(asked.lot):
        raise UsageError("name what is changed: --order ID, or --lot ID")
    from taxlots.ledger.batch import next_stamp
    from taxlots.ledger.database import reading, writing
    from taxlots.ledger.harvest_review import append_overrides
    from taxlots.ledger.migrate import open_ledger

    ledger = open_ledger(book)
    with reading(ledger) as connection:
        before = review_of(connection, number)
        changes, told = _changes(connection, book, before, asked)
    with writing(ledger) as connection:
        stamp = next_stamp(connection, now, asked.by)
        if review_of(connection, number) != before:
            raise UsageError(f"Run {number} was changed meanwhile. Repeat the command.")
        append_overrides(connection, number, changes, stamp)
        after = review_of(connection, number)
    if after.run.kind is RunKind.REBALANCE:
        told = (*told, *faults_of(book, after))
    return Overridden(after, tuple(one.client_order_id for one in changes), told)


def _changes(
    connection: Connection, book: str, before: ReviewedRun, asked: AskedOverride
) -> tuple[list[Override], tuple[str, ...]]:
    targets = _targets(before, asked)
    for one in targets:
        if one.state in DONE:
            raise UsageError(
                f"order {one.order.client_order_id} is {one.state}: what is executed stays"
            )
    plain = [_plain(one, asked) for one in targets]
    match asked.action:
        case OverrideAction.EXCLUDE:
            return [replace(one, until=asked.until) for one in plain], ()
        case OverrideAction.CAP:
            caps = _caps(targets, asked)
            return [replace(o, quantity=cap) for o, cap in zip(plain, caps, strict=True)], ()
        case OverrideAction.REPLACE:
            if before.run.kind is RunKind.REBALANCE:
                raise UsageError(
                    f"a purchase of {before.run.label} is not replaced by hand: another security"
                    " has a risk, limits and losses that it replaces of its own, and the other"
                    " trades rest on it. Say it with `taxlots override-trade --action replace`, and"
                    " plan and record the rebalance again around it"
                )
            quantity = replacement_quantity(book, before.run, targets, asked.symbol)
            return [replace(plain[0], symbol=asked.symbol, quantity=quantity)], ()
        case OverrideAction.FORCE if targets:
            return plain, ()
        case _:
            order, told = forced_order(connection, book, before.run, asked.lot, asked.quantity)
            return [_of_new(order, asked)], told


def _targets(before: ReviewedRun, asked: AskedOverride) -> list[ReviewedOrder]:
    if asked.order:
        return list(before.named(asked.order))
    found = [one for one in before.orders if one.order.lot_id == asked.lot]
    if not found and asked.action is not OverrideAction.FORCE:
        raise UsageError(
            f"{before.run.label} has no order for lot {asked.lot!r};"
            " `taxlots runs BOOK RUN` lists its orders"
        )
    return found


def _plain(one: ReviewedOrder, asked: AskedOverride) -> Override:
    return Override(
        actor=asked.by,
        reason=asked.reason,
        action=asked.action,
        client_order_id=one.order.client_order_id,
        lot_id=one.order.lot_id,
    )


def _of_new(order: RunOrder, asked: AskedOverride) -> Override:
    return Override(
        actor=asked.by,
        reason=asked.reason,
        action=asked.action,
        client_order_id=order.client_order_id,
        lot_id=order.lot_id,
        order=order,
    )


def _caps(targets: Sequence[ReviewedOrder], asked: AskedOverride) -> list[int]:
    """What is left of each order: of a trade, the lots that go first keep theirs."""
    if not asked.order or len(targets) == 1:
        return [_cap(one.order, one.planned, asked) for one in targets]
    left = _cap(targets[0].order, sum(one.planned for one in targets), asked)
    caps = []
    for one in targets:
        caps.append(min(left, one.planned))
        left -= caps[-1]
    return caps


def _cap(order: RunOrder, planned: int, asked: AskedOverride) -> int:
    quantity = scaled(asked.quantity, 8) if asked.quantity else None
    if quantity is None or quantity <= 0:
        raise UsageError(f"--quantity {asked.quantity!r} is no number above zero; write 12.5")
    if quantity > planned:
        raise UsageError(
            f"order {asked.order or order.client_order_id} is for {shares(planned)}, which a cap"
            " cannot raise"
        )
    if order.side is Side.BUY and asked.lot:
        raise AssertionError("a lot names sales alone")
    return quantity
