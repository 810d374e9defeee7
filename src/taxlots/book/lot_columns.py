"""Open lots as columns of planning: one element a sub-lot, in the books' order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np

from taxlots.book.booking import Books
from taxlots.book.cells import Int64, Mask
from taxlots.book.results import OpenLots, open_lots_of

STATUSES: Final = ("known", "pending", "unknown")
"""Of a basis."""

KNOWN: Final = 0
PENDING: Final = 1
UNKNOWN: Final = 2


class NamedLot(NamedTuple):
    """Whose and what a lot is, for whoever needs no more of it."""

    lot_id: str
    account: str
    symbol: str


@dataclass(frozen=True, slots=True)
class LotColumns:
    """Every open sub-lot, by household and rank, as ``book.record.OpenLot`` describes one.

    ``positions`` are accounts and symbols, and ``position`` the place of a lot's among them.
    ``ids`` is an Arrow array of the lots' ids, and ``opened`` a number that two lots share that
    share an id.  Days are day numbers; ``status`` is a place in ``STATUSES``.
    """

    positions: tuple[tuple[str, str], ...]
    position: Int64
    ids: Any
    opened: Int64
    acquired: Int64
    holding_period: Int64
    quantity: Int64
    basis: Int64
    loss_basis: Int64
    is_replacement: Mask
    is_inherited: Mask
    status: Int64
    rank: Int64

    def __len__(self) -> int:
        return len(self.position)

    def __iter__(self) -> Iterator[NamedLot]:
        """The lots one by one, by their names alone."""
        positions = self.positions
        for lot_id, position in zip(self.ids.to_pylist(), self.position.tolist(), strict=True):
            account, symbol = positions[position]
            yield NamedLot(lot_id, account, symbol)


def lot_columns(books: Books, lots: OpenLots | None = None) -> LotColumns:
    """The open lots of books; ``lots`` are those of ``book.results`` where they are known."""
    lots = open_lots_of(books) if lots is None else lots
    held, place = np.unique(lots.position, return_inverse=True)
    number: dict[tuple[str, str], int] = {}
    codes = [number.setdefault(books.blueprint.places[at][:2], len(number)) for at in held.tolist()]
    return LotColumns(
        positions=tuple(number),
        position=np.array(codes, np.int64)[place],
        ids=books.journal.ids.take(lots.lot_row),
        opened=lots.lot_row,
        acquired=lots.acquired,
        holding_period=lots.holding_period,
        quantity=lots.quantity,
        basis=lots.basis,
        loss_basis=lots.loss_basis,
        is_replacement=lots.is_replacement,
        is_inherited=lots.is_inherited,
        status=np.where(lots.is_pending, PENDING, np.where(lots.is_unknown, UNKNOWN, KNOWN)),
        rank=lots.lot,
    )
