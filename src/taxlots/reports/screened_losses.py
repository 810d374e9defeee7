"""The rows of ``opportunities.csv`` for losses that are in columns: no purchase meets them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from taxlots.domain.harvest_rule import RATIO_ONE
from taxlots.domain.verdict import WashStatus
from taxlots.plan.harvest_value import HarvestValue
from taxlots.plan.screen import Screen
from taxlots.plan.screen_appraisal import CODES
from taxlots.reports.cells import dollars_cells, name_cells, share_cells
from taxlots.reports.harvest_files import percent_cell
from taxlots.reports.inert import inert
from taxlots.reports.price_cell import price_cell

AMOUNTS: dict[str, Callable[[HarvestValue], int]] = {
    "used_this_year": lambda value: value.used_cents,
    "carried_forward": lambda value: value.carried_cents,
    "saved_later": lambda value: value.saved_later_cents,
    "later_tax": lambda value: value.later_tax_cents,
    "trading_cost": lambda value: value.trading_cents,
    "tracking_cost": lambda value: value.tracking_cents,
    "present_value": lambda value: value.present_cents,
    "value_of_waiting": lambda value: value.waiting_cents,
}
"""The cells of a value, in cents."""


def quiet_opportunities(screen: Screen) -> dict[str, Any]:
    """All columns of ``opportunities.csv`` but those that name the lot."""
    lots, appraisals, quiet = screen.lots, screen.appraisals, screen.losses
    losses = quiet.losses
    place, count = losses.place, len(losses.place)
    loss, basis = appraisals.loss[place], lots.loss_basis[place]
    ratios = zip(loss.tolist(), basis.tolist(), strict=True)
    nothing = pa.repeat(pa.scalar(""), count)
    return {
        **_closes(screen),
        "market_value": dollars_cells(appraisals.value[place]),
        "cost_basis": dollars_cells(basis),
        "loss": dollars_cells(loss),
        "loss_percent": pa.array([percent_cell(*one) for one in ratios], pa.string()),
        "term": name_cells(losses.is_long.astype(np.int64), ("ST", "LT")),
        "days_to_long_term": pa.array(losses.days_to_long_term).cast(pa.string()),
        "status": pa.repeat(pa.scalar(str(WashStatus.OK)), count),
        "free_quantity": share_cells(lots.quantity[place]),
        "blocked_quantity": pa.repeat(pa.scalar("0"), count),
        **dict.fromkeys(("blocked_until", "blocked_by", "blocked_accounts"), nothing),
        "deferred_loss": pa.repeat(pa.scalar("0.00"), count),
        "deferred_into": nothing,
        "sell_quantity": pa.repeat(pa.scalar("0"), count),
        "allowed_loss": dollars_cells(loss - appraisals.gain[place]),
        "estimated_tax_saved": _money([worth.tax_saved_cents for worth in quiet.worth]),
        "saving_basis": pa.array([str(worth.saving_basis) for worth in quiet.worth], pa.string()),
        "hurdle_percent": _percents(losses.hurdle.tolist()),
        **_values([worth.value for worth in quiet.worth]),
        "verdict": pa.repeat(pa.scalar("no"), count),
        "reason": name_cells(losses.reason, [str(reason) for reason in CODES]),
        "replacement": nothing,
        "refused_replacements": nothing,
        "told": pa.array([inert("; ".join(told)) for told in quiet.told], pa.string()),
    }


def _closes(screen: Screen) -> dict[str, pa.Array]:
    """The close of each loss and its day."""
    place = screen.losses.losses.place
    position = pa.array(screen.lots.position[place])
    closes, days = [], []
    for _, symbol in screen.lots.positions:
        quote = screen.index.situation.quotes.get(symbol)
        closes.append("" if quote is None else price_cell(quote.close, 8))
        days.append("" if quote is None else quote.day.isoformat())
    return {
        "close": pa.array(closes, pa.string()).take(position),
        "close_date": pa.array(days, pa.string()).take(position),
    }


def _percents(ratios: Sequence[int]) -> pa.Array:
    cells = {ratio: percent_cell(ratio, RATIO_ONE) for ratio in set(ratios)}
    return pa.array([cells[ratio] for ratio in ratios], pa.string())


def _money(cents: Sequence[int | None]) -> pa.Array:
    """Dollars; blank where nobody can say."""
    is_blank = np.array([one is None for one in cents], np.bool_)
    return dollars_cells(np.array([one or 0 for one in cents], np.int64), is_blank)


def _values(values: Sequence[HarvestValue | None]) -> dict[str, pa.Array]:
    """What losses are worth, part by part; blank where the return's tax is not known."""
    found = {
        name: _money([None if value is None else amount(value) for value in values])
        for name, amount in AMOUNTS.items()
    }
    warnings = [";".join(value.warnings) if value is not None else "" for value in values]
    return found | {"warnings": pa.array(warnings, pa.string())}
