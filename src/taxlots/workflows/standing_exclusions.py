"""Lots that people took out of one run for longer: later runs leave them alone too."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from taxlots.domain.harvest_run import HarvestRun, Override, OverrideAction

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Engine


def carry_exclusions(ledger: Engine, run: HarvestRun, *, now: datetime) -> tuple[Override, ...]:
    """Exclude from a recorded run the lots that are out until a day after its own.

    The last change of a lot in any run counts.  Each exclusion bears the name and the reason
    of who made it; orders of the run that somebody changed already are left as they are.
    """
    from taxlots.ledger.batch import next_stamp
    from taxlots.ledger.database import writing
    from taxlots.ledger.harvest_review import append_overrides, overrides_of

    with writing(ledger) as connection:
        last = {one.lot_id: one for one in overrides_of(connection) if one.lot_id}
        changed = {one.client_order_id for one in overrides_of(connection, run.number)}
        carried = []
        for order in run.orders:
            one = last.get(order.lot_id)
            is_out = one is not None and one.action is OverrideAction.EXCLUDE
            if one is None or not is_out or order.client_order_id in changed:
                continue
            if one.until is None or one.until <= run.as_of:
                continue
            carried.append(replace(one, client_order_id=order.client_order_id))
        for one in carried:
            stamp = next_stamp(connection, now, one.actor)
            append_overrides(connection, run.number, [one], stamp)
    return tuple(carried)
