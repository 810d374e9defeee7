"""Joining the realized pieces of two views so that both sides compare the same shares.

Pieces meet sale by sale and lot by lot.  Where the two views cut a lot differently, both are cut at
every bound of either, and amounts are spread over the parts by the Money rule: sums stay.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Any

import numpy as np

from taxlots.book import kinds
from taxlots.book.booking import Books
from taxlots.book.desk import Place
from taxlots.book.results import realized_of
from taxlots.domain.money import apportion

AMOUNTS = ("proceeds_cents", "basis_cents", "disallowed_cents", "nondeductible_cents")
WITHOUT_RELIEF = frozenset({kinds.RETURN_CAPITAL, kinds.OPEN_SHORT})
"""Events that realize without a sale of lots: another lot on the other side is no other choice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """One side of a compared piece: what one view says of these shares.

    ``lot_row`` is the journal row that opened the lot; quantities are 1e-8 units, money is in
    cents, dates are day numbers.  ``rules`` are the flags of ``book.character``.
    """

    lot_row: int
    acquired: int
    holding_period: int
    quantity: int
    proceeds_cents: int
    basis_cents: int
    disallowed_cents: int
    nondeductible_cents: int
    is_long: bool
    is_unknown: bool
    is_covered: bool
    rules: int

    @property
    def gain_cents(self) -> int:
        """Gain or loss, with what is disallowed or denied added back."""
        before = self.proceeds_cents - self.basis_cents
        return before + self.disallowed_cents + self.nondeductible_cents


@dataclass(frozen=True, slots=True)
class Pair:
    """The same shares of one sale as two views see them; one side is None where it has no row.

    ``place`` is account, symbol and side, as in ``Blueprint.places``.
    """

    sale_row: int
    place: Place
    sold: int
    taxpayer: Figures | None
    broker: Figures | None

    @property
    def side(self) -> Figures:
        """The taxpayer's side, or the broker's where that is the only one."""
        return next(side for side in (self.taxpayer, self.broker) if side is not None)

    @property
    def has_difference(self) -> bool:
        """Whether a figure that is reported differs: lot, proceeds, basis, 1091, gain or term."""
        ours, theirs = self.taxpayer, self.broker
        if ours is None or theirs is None:
            return True
        known = not ours.is_unknown or not theirs.is_unknown
        return (
            ours.lot_row != theirs.lot_row
            or ours.is_unknown != theirs.is_unknown
            or ours.proceeds_cents != theirs.proceeds_cents
            or ours.disallowed_cents != theirs.disallowed_cents
            or ours.nondeductible_cents != theirs.nondeductible_cents
            or ours.is_long != theirs.is_long
            or (known and ours.basis_cents != theirs.basis_cents)
        )

    @property
    def is_within_a_cent(self) -> bool:
        """Whether lot and term agree, and no amount differs by more than a cent."""
        ours, theirs = self.taxpayer, self.broker
        if ours is None or theirs is None:
            return False
        return (
            ours.lot_row == theirs.lot_row
            and ours.is_long == theirs.is_long
            and ours.is_unknown == theirs.is_unknown
            and all(abs(getattr(ours, name) - getattr(theirs, name)) <= 1 for name in AMOUNTS)
        )


Key = tuple[int, Place]


@dataclass(slots=True)
class _Sale:
    """The pieces of one sale in one view, by lot, in order of relief."""

    sold: int
    has_relief: bool
    lots: dict[int, list[Figures]]


def paired(taxpayer: Books, broker: Books) -> list[Pair]:
    """Every realized piece of either view beside the other's, by household and journal order."""
    ours, theirs = _sales(taxpayer), _sales(broker)
    household = {a.id: a.household for a in taxpayer.record.accounts}
    number = {name: at for at, name in enumerate(taxpayer.households)}
    turn = {int(row): at for at, row in enumerate(taxpayer.bookings.row)}
    keys = dict.fromkeys([*ours, *theirs])
    ordered = sorted(keys, key=lambda key: (number[household[key[1][0]]], turn[key[0]]))
    none = _Sale(0, False, {})
    return [p for key in ordered for p in _joined(key, ours.get(key, none), theirs.get(key, none))]


def _sales(books: Books) -> dict[Key, _Sale]:
    found = realized_of(books)
    rows = books.state.table("rows")[found.source]
    positions = books.state.table("positions")
    stated = rows["flags"] & (kinds.COVERED | kinds.NONCOVERED)
    by_date = rows["acquired"] >= positions["covered_from"][rows["position"]]
    is_covered = np.where(stated != 0, stated & kinds.COVERED != 0, by_date)
    kind = books.blueprint.tables["events"]["kind"][rows["event"]]
    columns = {
        "lot_row": found.lot_row,
        "acquired": found.acquired,
        "holding_period": found.holding_period,
        "quantity": found.quantity,
        "proceeds_cents": found.proceeds,
        "basis_cents": found.basis,
        "disallowed_cents": found.disallowed,
        "nondeductible_cents": found.nondeductible,
        "is_long": found.is_long,
        "is_unknown": found.is_unknown,
        "is_covered": is_covered,
        "rules": found.rules,
    }
    names = tuple(columns)
    lines = zip(*(columns[name].tolist() for name in names), strict=True)
    heads = zip(found.sale_row.tolist(), found.position.tolist(), found.sold.tolist(), strict=True)
    sales: dict[Key, _Sale] = {}
    for at, ((sale_row, position, sold), line) in enumerate(zip(heads, lines, strict=True)):
        key = (sale_row, books.blueprint.places[position])
        if key not in sales:
            sales[key] = _Sale(sold, int(kind[at]) not in WITHOUT_RELIEF, {})
        piece = Figures(**dict(zip(names, line, strict=True)))
        sales[key].lots.setdefault(piece.lot_row, []).append(piece)
    return sales


def _joined(key: Key, ours: _Sale, theirs: _Sale) -> Iterator[Pair]:
    """The pairs of one sale: of the same lots first, then what is left on either side."""
    one = ours if ours.lots else theirs
    both: list[tuple[Figures, Figures]] = []
    left: list[Figures] = []
    right: list[Figures] = []
    for lot in dict.fromkeys([*ours.lots, *theirs.lots]):
        for a, b in matched(ours.lots.get(lot, []), theirs.lots.get(lot, [])):
            if a is not None and b is not None:
                both.append((a, b))
            left += [a] if a is not None and b is None else []
            right += [b] if b is not None and a is None else []
    rest = list(matched(left, right)) if one.has_relief else []
    if not one.has_relief:
        rest = [*((a, None) for a in left), *((None, b) for b in right)]
    both += [(a, b) for a, b in rest if a is not None and b is not None]
    for a, b in _same_proceeds(both):
        yield Pair(*key, one.sold, a, b)
    for a, b in rest:
        if a is None or b is None:
            yield Pair(*key, one.sold, a, b)


def matched(
    ours: list[Figures], theirs: list[Figures]
) -> Iterator[tuple[Figures | None, Figures | None]]:
    """Two rows of pieces, cut at each other's bounds; what is longer has None beside it."""
    bounds = sorted({*_bounds(ours), *_bounds(theirs)})
    mine, other = _cut(ours, bounds), _cut(theirs, bounds)
    for bound in bounds:
        yield mine.get(bound), other.get(bound)


def _bounds(pieces: Iterable[Figures]) -> Iterator[int]:
    return accumulate(piece.quantity for piece in pieces)


def _cut(pieces: list[Figures], bounds: list[int]) -> dict[int, Figures]:
    """The parts of pieces between bounds, by the bound at which each ends."""
    parts: dict[int, Figures] = {}
    start = 0
    for piece in pieces:
        end = start + piece.quantity
        inside = [bound for bound in bounds if start < bound <= end] or [end]
        before = start
        for bound in inside:
            parts[bound] = _part(piece, before - start, bound - start)
            before = bound
        start = end
    return parts


def _part(piece: Figures, first: int, last: int) -> Figures:
    """The units of a piece from ``first`` to ``last``, with their share of every amount."""
    whole = piece.quantity
    if first == 0 and last == whole:
        return piece
    amounts = {name: getattr(piece, name) for name in AMOUNTS}
    shares: dict[str, Any] = {
        name: apportion(cents, last, whole) - apportion(cents, first, whole)
        for name, cents in amounts.items()
    }
    return replace(piece, quantity=last - first, **shares)


def _same_proceeds(pairs: list[tuple[Figures, Figures]]) -> list[tuple[Figures, Figures]]:
    """The pairs of one sale; where both views give it the same proceeds, both spread them alike.

    A sale brings what it brings: a cent that moves from one part to another is no difference.
    """
    if sum(a.proceeds_cents for a, _ in pairs) != sum(b.proceeds_cents for _, b in pairs):
        return pairs
    return [(a, replace(b, proceeds_cents=a.proceeds_cents)) for a, b in pairs]
