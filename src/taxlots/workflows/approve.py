"""Signing the orders of a recorded run; who made them does not sign them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from taxlots.domain.harvest_run import Approval, OrderState
from taxlots.domain.problem import UsageError
from taxlots.plan.reviewed import ReviewedOrder, order_hash
from taxlots.workflows.approved_orders import OPEN_STATES
from taxlots.workflows.gather import require_database
from taxlots.workflows.run_gate import refuse_unsound
from taxlots.workflows.run_ledger import (
    ReviewedRun,
    refuse_changed_journal,
    require_name,
    review_of,
)

if TYPE_CHECKING:
    from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class _Asked:
    """Which orders somebody signs: those named or all but some, of one session or of all."""

    orders: tuple[str, ...]
    excepted: tuple[str, ...]
    day: date | None

    def is_of_day(self, one: ReviewedOrder, reviewed: ReviewedRun) -> bool:
        return self.day in (None, one.order.session or reviewed.run.as_of)


@dataclass(frozen=True, slots=True)
class Approved:
    """The run as it stands after the signatures, and the names of the orders signed now."""

    reviewed: ReviewedRun
    signed: tuple[str, ...]


def approve(
    book: str,
    number: int,
    *,
    by: str,
    now: datetime,
    orders: Sequence[str] = (),
    excepted: Sequence[str] = (),
    reason: str = "",
    day: date | None = None,
) -> Approved:
    """Sign orders of a recorded run; without names, every one that is still proposed.

    ``orders`` are signed alone, or all but ``excepted``; either names orders by their ids, or
    trades as ``ACCOUNT:SYMBOL``; ``day`` leaves those of that session.  A signature stands under
    an order as it is: what is changed afterwards must be signed again.  All are signed or none.

    Raises UsageError for a folder, for a run or order that is not there, for an order that is
    excluded, executed, or signed in another run, where the journal has changed since, where what is
    signed would not be paid for or would disallow a loss, and, with makers and checkers apart, for
    whoever recorded or changed the run.
    """
    require_database(book)
    require_name(by, "who approves")
    if orders and excepted:
        raise UsageError("name what is approved with --order, or what is not with --except")
    from taxlots.ledger.batch import next_stamp
    from taxlots.ledger.database import reading, writing
    from taxlots.ledger.harvest_review import append_approvals
    from taxlots.ledger.migrate import open_ledger

    ledger = open_ledger(book)
    asked = _Asked(tuple(orders), tuple(excepted), day)
    with reading(ledger) as connection:
        reviewed = review_of(connection, number)
        chosen = _signable(connection, reviewed, by, asked)
    names = tuple(one.order.client_order_id for one in chosen)
    refuse_unsound(book, reviewed, names)
    with writing(ledger) as connection:
        stamp = next_stamp(connection, now, by)
        if review_of(connection, number) != reviewed:
            raise UsageError(
                f"{reviewed.run.label.capitalize()} was changed meanwhile. Repeat the command."
            )
        _signable(connection, reviewed, by, asked)
        approvals = [
            Approval(
                actor=by,
                client_order_id=one.order.client_order_id,
                order_hash=order_hash(one.order),
                reason=reason,
            )
            for one in chosen
        ]
        append_approvals(connection, number, approvals, stamp)
        after = review_of(connection, number)
    return Approved(after, names)


def _signable(
    connection: Connection,
    reviewed: ReviewedRun,
    by: str,
    asked: _Asked,
) -> list[ReviewedOrder]:
    """The orders that are asked for, which this person may sign.  Raises UsageError."""
    _refuse_maker(connection, reviewed, by)
    refuse_changed_journal(connection, reviewed.run)
    chosen = _chosen(reviewed, asked)
    _refuse_signed_elsewhere(connection, reviewed, chosen)
    return chosen


def _refuse_maker(connection: Connection, reviewed: ReviewedRun, by: str) -> None:
    from taxlots.ledger.harvest_review import overrides_of

    run = reviewed.run
    if not run.checkers_apart:
        return
    makers = {run.actor: "recorded it"}
    makers |= {one.actor: "changed it" for one in overrides_of(connection, run.number)}
    did = next((text for name, text in makers.items() if _same(name, by)), None)
    if did is not None:
        raise UsageError(
            f"{by} cannot approve {run.label}, having {did.removesuffix(' it')} it:"
            " someone else must, because makers and checkers are kept apart (checkers_apart of"
            " [harvest])"
        )


def _same(one: str, other: str) -> bool:
    """Whether two names are one person's: letter case and spaces do not make another."""
    return " ".join(one.split()).casefold() == " ".join(other.split()).casefold()


def _chosen(reviewed: ReviewedRun, asked: _Asked) -> list[ReviewedOrder]:
    if not asked.orders:
        left_out = {
            one.order.client_order_id for name in asked.excepted for one in reviewed.named(name)
        }
        chosen = [
            one
            for one in reviewed.orders
            if one.state is OrderState.PROPOSED
            and one.order.client_order_id not in left_out
            and asked.is_of_day(one, reviewed)
        ]
        if not chosen:
            when = "" if asked.day is None else f" of {asked.day}"
            raise UsageError(f"{reviewed.run.label} has no order{when} left to approve")
        return chosen
    found = [one for name in dict.fromkeys(asked.orders) for one in reviewed.named(name)]
    chosen = list({one.order.client_order_id: one for one in found}.values())
    chosen = [one for one in chosen if asked.is_of_day(one, reviewed)]
    if not chosen:
        raise UsageError(f"{', '.join(asked.orders)} has no order on {asked.day}")
    for one in chosen:
        if one.state is not OrderState.PROPOSED:
            raise UsageError(f"order {one.order.client_order_id} is {one.state} already")
    return chosen


def _refuse_signed_elsewhere(
    connection: Connection, reviewed: ReviewedRun, chosen: Sequence[ReviewedOrder]
) -> None:
    """The same proposal, recorded twice, has the same order ids: it is sent once."""
    from taxlots.ledger.harvest_review import runs_that_signed

    names = [one.order.client_order_id for one in chosen]
    for name, runs in runs_that_signed(connection, names).items():
        for other in sorted(runs - {reviewed.run.number}):
            elsewhere = review_of(connection, other)
            if elsewhere.order(name).state is not OrderState.EXCLUDED:
                raise UsageError(
                    f"order {name} was approved in {elsewhere.run.label}: exclude it there first"
                )
    _refuse_still_open(connection, reviewed, chosen)


def _refuse_still_open(
    connection: Connection, reviewed: ReviewedRun, chosen: Sequence[ReviewedOrder]
) -> None:
    """Once something is executed a later order for the same has another id: it comes after it."""
    from taxlots.ledger.harvest_runs import runs_of

    asked = {_purpose(one): one.order.client_order_id for one in chosen}
    for other in runs_of(connection):
        if other.number == reviewed.run.number or other.as_of != reviewed.run.as_of:
            continue
        for one in review_of(connection, other.number).orders:
            if one.state in OPEN_STATES and _purpose(one) in asked:
                raise UsageError(
                    f"order {asked[_purpose(one)]} is for what order {one.order.client_order_id} of"
                    f" {other.label} is for, which is signed and not executed in full: exclude that"
                    " one, or wait for the next day"
                )


def _purpose(one: ReviewedOrder) -> tuple[str, ...]:
    """What an order is for, whatever its id."""
    order = one.order
    return order.account, order.side, order.symbol, order.lot_id, order.for_symbol
