"""Swaps of earlier harvests that the books show: a loss, and a proxy bought for it that is held."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Final

import numpy as np

from taxlots.book.booking import Books
from taxlots.book.record import OpenLot
from taxlots.book.results import realized_of
from taxlots.domain.calendar import date_of
from taxlots.domain.restriction import HeldSwap
from taxlots.domain.security import Proxy

BOUGHT_WITHIN: Final = timedelta(days=3)
"""A proxy that is bought later than this after the sale was bought for something else."""

Place = tuple[str, str]
"""An account's id and a symbol."""


def held_swaps(books: Books, lots: Iterable[OpenLot], proxies: Sequence[Proxy]) -> list[HeldSwap]:
    """The open lots of proxies that replaced what was sold at a loss, in the order of the lots.

    Of several sales that a lot could belong to, it is the last.
    """
    originals: dict[str, list[str]] = {}
    for proxy in proxies:
        originals.setdefault(proxy.proxy, []).append(proxy.symbol)
    losses = _losses(books, {proxy.symbol for proxy in proxies})
    found: dict[Place, HeldSwap] = {}
    for lot in lots:
        sales = [
            (day, symbol, quantity)
            for symbol in originals.get(lot.symbol, ())
            for day, quantity in losses.get((lot.account, symbol), {}).items()
            if timedelta() <= lot.acquired - day <= BOUGHT_WITHIN
        ]
        if sales and (lot.account, lot.lot_id) not in found:
            day, symbol, quantity = max(sales)
            found[lot.account, lot.lot_id] = HeldSwap(
                account=lot.account,
                symbol=symbol,
                sold_quantity=quantity,
                sold_on=day,
                proxy_lot_id=lot.lot_id,
            )
    return list(found.values())


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
