"""Recent acquisitions other than by purchase: shares by exercise, assignment and taxable merger.

What of a lot can replace a loss is marked on its pieces, open or sold: shares of an option that
has replaced a loss already are not among them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

import numpy as np

from taxlots.book import kinds
from taxlots.book.booking import Books
from taxlots.book.record import Acquisition
from taxlots.domain.calendar import date_of


@dataclass(slots=True)
class _Found:
    """A lot's pieces, in today's 1e-8 units."""

    position: int
    quantity: int = 0
    unused: int = 0
    held: int = 0


def exercised(
    books: Books,
    since: int,
    known: Collection[int],
    in_units_of_today: Callable[[int, int, int], int],
) -> list[tuple[int, Acquisition]]:
    """The acquisitions from a day on of lots that are not ``known``, with their ranks.

    ``in_units_of_today`` takes a quantity of a position, the event after which it stood, and the
    position.
    """
    lots = books.state.table("lots")
    events = books.blueprint.tables["events"]
    numbers = np.flatnonzero((lots["event"] >= 0) & (lots["acquired"] >= since))
    numbers = numbers[~np.isin(numbers, list(known))]
    found: dict[int, _Found] = {}
    for slot in _pieces(books, "slots", numbers):
        if slot["quantity"] > 0 and not slot["flags"] & kinds.CLOSED:
            _enter(found, slot, int(slot["quantity"]), is_open=True)
    for row in _pieces(books, "rows", numbers):
        units = in_units_of_today(int(row["quantity"]), int(row["event"]), int(row["position"]))
        _enter(found, row, units, is_open=False)
    household = {account.id: account.household for account in books.record.accounts}
    acquired = []
    for number, piece in found.items():
        account, symbol, _ = books.blueprint.places[piece.position]
        acquisition = Acquisition(
            lot_id=books.journal.id(int(events["row"][lots["event"][number]])),
            household=household[account],
            account=account,
            symbol=symbol,
            acquired=date_of(int(lots["acquired"][number])),
            quantity=piece.quantity,
            unused=piece.unused,
            held=piece.held,
            is_compensation=False,
        )
        acquired.append((number, acquisition))
    return acquired


def _pieces(books: Books, table: str, numbers: Any) -> Any:
    """The pieces of some lots that can replace a loss or have done so."""
    pieces = books.state.table(table)
    positions = books.state.table("positions")
    pieces = pieces[np.isin(pieces["lot"], numbers)]
    pieces = pieces[pieces["flags"] & kinds.ACQUISITION != 0]
    elsewhere = kinds.OUTSIDE | kinds.SHORT
    return pieces[positions["flags"][pieces["position"]] & elsewhere == 0]


def _enter(found: dict[int, _Found], piece: Any, units: int, *, is_open: bool) -> None:
    lot = found.setdefault(int(piece["lot"]), _Found(int(piece["position"])))
    lot.quantity += units
    if not piece["flags"] & kinds.REPLACEMENT:
        lot.unused += units
        lot.held += units if is_open else 0
