"""Swaps of earlier harvests that the books show: a loss, and a proxy bought for it that is held."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Final

import numpy as np

from taxlots.book.booking import Books
from taxlots.book.cells import Int64
from taxlots.book.lot_columns import LotColumns
from taxlots.book.results import realized_of
from taxlots.domain.calendar import date_of, day_of
from taxlots.domain.restriction import HeldSwap
from taxlots.domain.security import Proxy

BOUGHT_WITHIN: Final = timedelta(days=3)
"""A proxy that is bought later than this after the sale was bought for something else."""

DAYS: Final = 1 << 32
"""More than there are day numbers."""

Place = tuple[str, str]
"""An account's id and a symbol."""


def held_swaps(books: Books, lots: LotColumns, proxies: Sequence[Proxy]) -> list[HeldSwap]:
    """The open lots of proxies that replaced what was sold at a loss, in the order of the lots.

    Of several sales that a lot could belong to, it is the last.
    """
    originals: dict[str, list[str]] = {}
    for proxy in proxies:
        originals.setdefault(proxy.proxy, []).append(proxy.symbol)
    losses = _losses(books, {proxy.symbol for proxy in proxies})
    found: dict[Place, HeldSwap] = {}
    for at in _bought_after(lots, originals, losses).tolist():
        account, symbol = lots.positions[int(lots.position[at])]
        acquired = date_of(int(lots.acquired[at]))
        sales = [
            (day, original, quantity)
            for original in originals[symbol]
            for day, quantity in losses.get((account, original), {}).items()
            if timedelta() <= acquired - day <= BOUGHT_WITHIN
        ]
        lot_id = str(lots.ids[at].as_py())
        if (account, lot_id) not in found:
            day, original, quantity = max(sales)
            found[account, lot_id] = HeldSwap(
                account=account,
                symbol=original,
                sold_quantity=quantity,
                sold_on=day,
                proxy_lot_id=lot_id,
            )
    return list(found.values())


def _bought_after(
    lots: LotColumns,
    originals: Mapping[str, Sequence[str]],
    losses: Mapping[Place, Mapping[date, int]],
) -> Int64:
    """The places of the lots of proxies that were bought shortly after a loss on an original."""
    days = [
        at * DAYS + day_of(day) + later
        for at, (account, symbol) in enumerate(lots.positions)
        for original in originals.get(symbol, ())
        for day in losses.get((account, original), ())
        for later in range(BOUGHT_WITHIN.days + 1)
    ]
    bought = lots.position * DAYS + lots.acquired
    return np.flatnonzero(np.isin(bought, np.array(days, np.int64)))


def _losses(books: Books, symbols: set[str]) -> dict[Place, dict[date, int]]:
    """How much was sold at a loss, by place and day: before what is disallowed of it."""
    realized = realized_of(books)
    found: dict[Place, dict[date, int]] = {}
    for at in np.flatnonzero(realized.proceeds < realized.basis).tolist():
        account, symbol, _ = books.blueprint.places[int(realized.position[at])]
        if symbol in symbols:
            days = found.setdefault((account, symbol), {})
            day = date_of(int(realized.sold[at]))
            days[day] = days.get(day, 0) + int(realized.quantity[at])
    return found
