"""All open lots at their last closes, in columns: what ``plan.appraisal`` says of each one.

What is true of a whole position is asked once of the functions that a single lot is appraised by.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from taxlots.book.cells import Int64, Mask
from taxlots.book.lot_columns import STATUSES, LotColumns
from taxlots.domain.verdict import Reason
from taxlots.plan.appraisal import (
    PLACE_OF_CODE,
    bar_of_basis,
    bar_of_place,
    bar_of_quote,
    market_value_cents,
)
from taxlots.plan.situation import Index

CODES: Final = tuple(Reason)
"""Reasons by their places, which stand for them in columns."""

OPEN: Final = -1
"""No reason against a lot yet."""


@dataclass(frozen=True, slots=True)
class Appraisals:
    """The lots at their last closes, one element a lot; money in cents.

    ``value`` is 0 for a lot without a close.  ``bar`` is the place of a reason in ``CODES``;
    ``OPEN`` marks an opportunity.  ``is_shared`` says that one order sells other lots with it.
    """

    value: Int64
    loss: Int64
    gain: Int64
    bar: Int64
    is_shared: Mask


def appraised(lots: LotColumns, index: Index) -> Appraisals:
    """Appraise all lots of a situation; those of ``index`` itself are not looked at."""
    before, is_shared = _sold_before(lots, index)
    quotes = [index.situation.quotes.get(symbol) for _, symbol in lots.positions]
    close = np.array([quote.close if quote else 0 for quote in quotes], np.int64)[lots.position]
    value = _values(lots, index, before, close)
    is_priced = close > 0
    loss = np.where(is_priced, np.maximum(0, lots.loss_basis - value), 0)
    by_value = np.where(value > lots.basis, _code(Reason.GAIN), _code(Reason.NO_LOSS))
    of_place = [_code(_place_bar(one, index)) for one in lots.positions]
    of_quote = [_code(bar_of_quote(quote)) for quote in quotes]
    bars = [
        np.array(of_place, np.int64)[lots.position],
        _basis_bars(lots, index),
        np.array(of_quote, np.int64)[lots.position],
        np.where(loss > 0, OPEN, by_value),
    ]
    return Appraisals(
        value=value,
        loss=loss,
        gain=np.where(is_priced, np.maximum(0, value - lots.basis), 0),
        bar=np.select([bar != OPEN for bar in bars], bars, OPEN),
        is_shared=is_shared,
    )


def _code(reason: Reason | None) -> int:
    return OPEN if reason is None else PLACE_OF_CODE[reason]


def _place_bar(position: tuple[str, str], index: Index) -> Reason | None:
    account, symbol = index.accounts[position[0]], position[1]
    return bar_of_place(symbol, account, index.security(symbol), index.rule_of(account))


def _basis_bars(lots: LotColumns, index: Index) -> Int64:
    """The bars of the basis: asked once of each position, state and own reason that occurs."""
    own = np.full(len(lots), OPEN, np.int64)
    if barred := index.situation.barred:
        own[:] = [_code(barred.get(lot_id)) for lot_id in lots.ids.to_pylist()]
    kinds = (lots.position * len(STATUSES) + lots.status) * (len(CODES) + 1) + own - OPEN
    found, inverse = np.unique(kinds, return_inverse=True)
    bars = []
    for kind in found.tolist():
        rest, code = divmod(kind, len(CODES) + 1)
        position, status = divmod(rest, len(STATUSES))
        account, symbol = lots.positions[position]
        reason = CODES[code + OPEN] if code + OPEN != OPEN else None
        rule = index.rule_of(index.accounts[account])
        bars.append(_code(bar_of_basis(STATUSES[status], reason, index.security(symbol), rule)))
    return np.array(bars, np.int64)[inverse]


def _values(lots: LotColumns, index: Index, before: Int64, close: Int64) -> Int64:
    """Market values: those of what is sold through a lot, less those of what is sold before it."""
    multiplier = np.array(
        [index.security(symbol).multiplier for _, symbol in lots.positions], np.int64
    )[lots.position]

    def at(rows: Int64, quantity: Int64) -> Int64:
        columns = (quantity[rows], multiplier[rows], close[rows])
        values = map(market_value_cents, *(column.tolist() for column in columns))
        return np.fromiter(values, np.int64, len(rows))

    value = np.zeros(len(lots), np.int64)
    priced = np.flatnonzero(close > 0)
    value[priced] = at(priced, before + lots.quantity)
    later = np.flatnonzero((close > 0) & (before > 0))
    value[later] -= at(later, before)
    return value


def _sold_before(lots: LotColumns, index: Index) -> tuple[Int64, Mask]:
    """How much the same order sells before each lot, and which lots share an order.

    One order sells the parts of a lot, or all of a position at average basis.
    """
    situation = index.situation
    is_averaged = np.array([one in situation.averaged for one in lots.positions], np.bool_)
    lot = np.where(is_averaged[lots.position], OPEN, lots.opened)
    by_order = np.lexsort((lot, lots.position))
    is_same = (np.diff(lots.position[by_order]) == 0) & (np.diff(lot[by_order]) == 0)
    is_shared = np.zeros(len(lots), np.bool_)
    is_shared[by_order[1:][is_same]] = True
    is_shared[by_order[:-1][is_same]] = True
    before = np.zeros(len(lots), np.int64)
    shared = np.flatnonzero(is_shared)
    waits = lots.is_replacement[shared] & (situation.policy.sub_first == "unadjusted")
    sold: dict[tuple[int, int], int] = {}
    for place in shared[np.lexsort((shared, waits, lots.rank[shared]))].tolist():
        order = int(lots.position[place]), int(lot[place])
        before[place] = sold.get(order, 0)
        sold[order] = int(before[place] + lots.quantity[place])
    return before, is_shared
