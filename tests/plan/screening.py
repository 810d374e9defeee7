"""A situation planned as a night plans it: screened in columns, and the live lots as objects."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa

from taxlots.book.lot_columns import STATUSES, LotColumns
from taxlots.book.record import OpenLot
from taxlots.domain.calendar import day_of
from taxlots.plan.harvest import plan
from taxlots.plan.harvest_plan import HarvestPlan
from taxlots.plan.screen import Screen, screened
from taxlots.plan.situation import Situation


def columns_of(lots: Sequence[OpenLot]) -> LotColumns:
    """Lots as columns."""
    positions = list(dict.fromkeys((lot.account, lot.symbol) for lot in lots))
    ids = list(dict.fromkeys(lot.lot_id for lot in lots))

    def ints(values: Sequence[int]) -> np.ndarray:  # type: ignore[type-arg]
        return np.array(values, np.int64)

    return LotColumns(
        positions=tuple(positions),
        position=ints([positions.index((lot.account, lot.symbol)) for lot in lots]),
        ids=pa.array([lot.lot_id for lot in lots], pa.string()),
        opened=ints([ids.index(lot.lot_id) for lot in lots]),
        acquired=ints([day_of(lot.acquired) for lot in lots]),
        holding_period=ints([day_of(lot.holding_period) for lot in lots]),
        quantity=ints([lot.quantity for lot in lots]),
        basis=ints([lot.cost_basis_cents for lot in lots]),
        loss_basis=ints([lot.loss_basis_cents for lot in lots]),
        is_replacement=np.array([lot.is_replacement for lot in lots], np.bool_),
        is_inherited=np.array([lot.is_inherited for lot in lots], np.bool_),
        status=ints([STATUSES.index(lot.basis_status) for lot in lots]),
        rank=ints([lot.rank for lot in lots]),
    )


def planned_by_screen(situation: Situation) -> tuple[Screen, HarvestPlan]:
    """The screen of a situation, and the plan of what it leaves live."""
    screen = screened(columns_of(situation.lots), replace(situation, lots=()))
    live = [lot for lot, is_live in zip(situation.lots, screen.is_live, strict=True) if is_live]
    return screen, plan(screen.situation(live))
