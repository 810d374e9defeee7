"""The fold run one event at a time, with what happens to lots written down."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

import numpy as np

from taxlots.book import kinds
from taxlots.book.booking import Books
from taxlots.book.pools import is_averaged, settle
from taxlots.book.state import State
from taxlots.book.tables import NONE, Book, Slot
from taxlots.workflows.family_record import Block, Booked, Change, FamilyHistory, Match, Part
from taxlots.workflows.family_relief import RELIEVING, pool_of, relieved_by

SETTLING: Final = frozenset(
    {
        kinds.SPLIT,
        kinds.TRANSFER,
        kinds.DEPART,
        kinds.ARRIVE,
        kinds.RETURN,
        kinds.DISTRIBUTE,
        kinds.ADJUST,
        kinds.RENAME,
        kinds.EXCHANGE,
        kinds.DISTRIBUTE_SHARES,
        kinds.RETURN_CAPITAL,
        kinds.DELIVER,
        kinds.OPEN_SHORT,
    }
)
"""Events before which average-basis pools are spread over their sub-lots."""

OF_SYMBOL: Final = frozenset({kinds.SPLIT, kinds.OPEN_SHORT})
"""Events that meet every position of a symbol."""

MET_IN_ORDER: Final = frozenset({kinds.EXCHANGE, kinds.DISTRIBUTE_SHARES, kinds.RETURN_CAPITAL})
"""Events that spread something over the sub-lots of a position."""

Parts = dict[int, tuple[Part, ...]]


class Recorder:
    """Runs the fold one event at a time and writes down what happens.

    ``events`` and ``lots`` give the books' numbers of the state's events and lots; ``asked`` are
    lots by the state's numbers, ``watched`` events by the books'.
    """

    def __init__(
        self, state: State, events: list[int], lots: list[int], asked: set[int], watched: set[int]
    ) -> None:
        self.state = state
        self.events = events
        self.lots = lots
        self.asked = sorted(asked)
        self.watched = watched
        self.adjusted: dict[int, int] = {}
        self.history: FamilyHistory

    def run(self, books: Books) -> FamilyHistory:
        """Book every event; returns all that was written down."""
        self.history = FamilyHistory(
            books=books,
            events=np.array(self.events, np.int64),
            changes=[],
            matches=[],
            rows=[],
            relieved={},
            blocks={},
            booked={},
        )
        for at in range(len(self.events)):
            self._book(at)
        book = self.state.book
        self.history.rows = [
            replace(
                row,
                event=self.events[row.event],
                lot=self.lots[row.lot],
                against=NONE if row.against == NONE else self.lots[row.against],
            )
            for row in book.rows[: book.tally[0].rows]
        ]
        return self.history

    def _book(self, at: int) -> None:
        book = self.state.book
        outer = self.events[at]
        is_watched = outer in self.watched
        before = {lot: self._parts(book, lot) for lot in self._looked_at(is_watched=is_watched)}
        settled = self._settled(at, before)
        matches = book.tally[0].matches
        event = book.events[at]
        held = book.positions[event.position].quantity
        if is_watched and event.kind in RELIEVING:
            taken = relieved_by(self.state, at)
            self.history.relieved[outer] = [
                replace(
                    one,
                    lot=self.lots[one.lot],
                    against=NONE if one.against == NONE else self.lots[one.against],
                )
                for one in taken
            ]
        if event.kind in MET_IN_ORDER and held:
            self.history.blocks[outer] = list(self._blocks(at))
        self.state.advance(at + 1)
        book = self.state.book
        event = book.events[at]
        self.history.booked[outer] = Booked(
            kind=event.kind,
            day=event.day,
            position=event.position,
            quantity=event.quantity,
            cents=event.cents,
            held=held,
        )
        self.history.matches += self._matches(at, matches)
        self.history.changes += self._changes(outer, before, settled, is_watched=is_watched)

    def _looked_at(self, *, is_watched: bool) -> Iterable[int]:
        return range(self.state.book.tally[0].lots) if is_watched else self.asked

    def _changes(
        self, event: int, before: Parts, settled: Parts, *, is_watched: bool
    ) -> Iterator[Change]:
        book = self.state.book
        for lot in self._looked_at(is_watched=is_watched):
            after = self._parts(book, lot)
            was = before.get(lot, ())
            if after != was:
                yield Change(
                    event=event,
                    lot=self.lots[lot],
                    before=was,
                    settled=settled.get(lot, was),
                    after=after,
                    pool=self._pool(lot),
                )

    def _settled(self, at: int, before: Parts) -> Parts:
        """The parts of lots after an event has settled the pools that it meets."""
        event = self.state.book.events[at]
        pooled = [lot for lot, parts in before.items() if any(part.is_pooled for part in parts)]
        if event.kind not in SETTLING or not pooled:
            return {}
        book = self.state.fork().book
        for position in _met(book, at):
            settle(book, position)
        return {lot: self._parts(book, lot) for lot in pooled}

    def _blocks(self, at: int) -> Iterator[Block]:
        """The sub-lots of an event's position in order, their pools settled."""
        book = self.state.book
        position = book.events[at].position
        if is_averaged(book, position):
            book = self.state.fork().book
            settle(book, position)
        before = 0
        slot_at = book.positions[position].head
        while slot_at != NONE:
            slot = book.slots[slot_at]
            yield Block(
                lot=self.lots[slot.lot],
                sub=slot.sub,
                before=before,
                quantity=slot.quantity,
                basis=slot.open_cents,
                is_unknown=bool(slot.flags & kinds.UNKNOWN_BASIS),
            )
            before += slot.quantity
            slot_at = slot.next

    def _pool(self, lot: int) -> tuple[int, int] | None:
        book = self.state.book
        found = [at for at in _slots(book, lot) if book.slots[at].flags & kinds.POOLED]
        return pool_of(book, found[0]) if found else None

    def _parts(self, book: Book, lot: int) -> tuple[Part, ...]:
        parts = [_part(book.slots[at]) for at in _slots(book, lot)]
        return tuple(sorted(parts, key=lambda part: (part.position, part.sub)))

    def _matches(self, at: int, first: int) -> Iterator[Match]:
        """The matches that an event made, each with the part that it made of its lot."""
        book = self.state.book
        for match in book.matches[first : book.tally[0].matches]:
            row = book.rows[match.row]
            sub = self.adjusted.get(match.lot, 0) + 1
            is_part = sub <= book.lots[match.lot].adjusted
            if is_part:
                self.adjusted[match.lot] = sub
            parts = [part for part in self._parts(book, match.lot) if part.sub == sub and is_part]
            yield Match(
                event=self.events[at],
                loss_event=self.events[row.event],
                loss_lot=self.lots[row.lot],
                loss_row=match.row,
                lot=self.lots[match.lot],
                position=match.position,
                rule=match.rule,
                quantity=match.quantity,
                disallowed=match.disallowed_cents,
                sub=sub if is_part else None,
                part=parts[0] if parts else None,
            )


def _slots(book: Book, lot: int) -> Iterator[int]:
    at = book.lots[lot].slot if lot < book.tally[0].lots else NONE
    while at != NONE:
        yield at
        at = book.slots[at].next_of_lot


def _part(slot: Slot) -> Part:
    return Part(
        position=slot.position,
        sub=slot.sub,
        quantity=slot.quantity,
        basis=slot.open_cents,
        wash=slot.wash_open_cents,
        holding_period=slot.holding_period,
        is_replacement=bool(slot.flags & kinds.REPLACEMENT),
        is_pooled=bool(slot.flags & kinds.POOLED),
        is_long_backed=bool(slot.flags & kinds.LONG_BACKED),
    )


def _met(book: Book, at: int) -> Iterator[int]:
    """The positions whose pools an event settles."""
    event = book.events[at]
    yield event.position
    if event.detail != NONE and book.details[event.detail].to_position != NONE:
        yield book.details[event.detail].to_position
    if event.kind in OF_SYMBOL:
        position = event.position
        if book.positions[position].first_of_symbol != NONE:
            position = book.positions[position].first_of_symbol
        while position != NONE:
            yield position
            position = book.positions[position].next_of_symbol
