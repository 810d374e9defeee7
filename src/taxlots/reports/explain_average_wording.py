"""Average basis in an explanation: pools, what they give and how they end."""

from __future__ import annotations

from typing import Final

from taxlots.domain.money import SHARE, apportion, dollars, shares
from taxlots.law.cites import authorities_of
from taxlots.law.s1012_average import average_basis, can_revoke
from taxlots.reports.explain_corporate_wording import per_share
from taxlots.reports.explained import CitedRow, Step

FIRST_IN: Final = "Treas. Reg. 1.1012-1(e)(7)(ii)"
"""Shares averaged are sold first in, first out."""


def average_step(
    quantity: int, basis: int, pool: tuple[int, int], wash: int, *, to_cents: bool
) -> Step:
    """The basis of a piece out of a pool; ``pool``: cents and units before it."""
    cents, units = pool
    if quantity == units:
        how = f"all that is left of the pool of {shares(units)}"
    elif to_cents:
        average = dollars(apportion(cents, SHARE, units))
        how = f"{dollars(cents)} on {shares(units)} is {average} a share, rounded to cents"
    else:
        how = (
            f"{dollars(cents)} x {shares(quantity)} / {shares(units)}, the average of the pool "
            f"({per_share(cents, units)} a share)"
        )
    deferred = " Deferred losses that joined these shares are in the pool." if wash else ""
    return Step(
        name="basis",
        text=f"Basis of {shares(quantity)}: {dollars(basis)}, {how}.{deferred}",
        cites=authorities_of(average_basis),
        facts={
            "quantity": shares(quantity),
            "cost_basis": dollars(basis),
            "pool_basis": dollars(cents),
            "pool_quantity": shares(units),
        },
    )


def average_order_step(lots: str, row: CitedRow, origin: str) -> Step:
    """Averaging is in force, so shares leave first in, first out, whatever the order says."""
    named_lots = f" The lots that the order names ({lots}) do not count." if lots else ""
    return Step(
        name="identification",
        text=(
            f"The average basis method is in force ({origin}): shares leave first in, first "
            f"out.{named_lots}"
        ),
        cites=(*authorities_of(average_basis), FIRST_IN),
        rows=(row,),
        facts={"method": "AVERAGE", "late_lots": lots},
    )


def pooled_step(row: CitedRow, quantity: int, pool: tuple[int, int] | None) -> Step:
    """Shares of a lot joined an average-basis pool; ``pool``: its cents and units then."""
    now = ""
    if pool is not None:
        cents, units = pool
        now = f": {dollars(cents)} on {shares(units)}, {per_share(cents, units)} a share"
    return Step(
        name="pooled",
        text=f"{row.named}: {shares(quantity)} of it are in the average-basis pool{now}.",
        cites=authorities_of(average_basis),
        rows=(row,),
        facts={"quantity": shares(quantity)},
    )


def settled_step(row: CitedRow, quantity: int, before: int, after: int) -> Step:
    """A pool was spread over its shares before an event."""
    return Step(
        name="average_settled",
        text=(
            f"Before {row.named} the average-basis pool was spread over its shares: "
            f"{shares(quantity)} of this lot with a basis of {dollars(before)} now have "
            f"{dollars(after)}."
        ),
        cites=authorities_of(average_basis),
        rows=(row,),
        facts={"cost_basis": dollars(after)},
    )


def ended_step(row: CitedRow, before: int, after: int) -> Step:
    """Averaging ended: own bases came back, or the average stays."""
    if before == after:
        how = f"revoked in time: the lot has its own basis {dollars(after)} again"
    else:
        how = f"the average stays its basis: {dollars(before)} became {dollars(after)}"
    return Step(
        name="average_ended",
        text=f"{row.named}: average basis ended; {how}.",
        cites=authorities_of(can_revoke),
        rows=(row,),
        facts={"cost_basis": dollars(after)},
    )
