"""One family of identical securities of one household, booked again event by event.

The books keep what came out, not how.  This books the few events that can bear on a position once
more, in plain Python, and writes down what each of them did to the lots that are asked about.
The result is the same to the cent: other events touch other positions.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from taxlots.book import kinds
from taxlots.book.booking import Books
from taxlots.book.events import OPENING
from taxlots.book.positions import free_slot, relieve, share_of_whole
from taxlots.book.relief import first_pick, next_relief
from taxlots.book.state import State, begin
from taxlots.book.tables import NONE, ROOTS, Row, Slot
from taxlots.domain.money import apportion
from taxlots.domain.policy import Policy

ABSENT: Final = -2
"""The number of a lot that stands outside the family: no lot has it."""

BLANK_POSITION: Final = ("head", "tail", *ROOTS)
BLANK_POOL: Final = ("first_candidate", "last_candidate", "first_wait", "last_wait")
STANDING_FLAGS: Final = kinds.TAX_DEFERRED | kinds.EXEMPT | kinds.NO_CANDIDATE | kinds.OUTSIDE


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A sub-lot at one moment; quantities in 1e-8 units, money in cents, days as numbers."""

    position: int
    sub: int
    quantity: int
    basis: int
    wash: int
    holding_period: int
    is_replacement: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Relieved:
    """Units that one event took out of a sub-lot, in order of relief.

    They were ``quantity`` of ``whole_quantity`` units with ``whole_cents``, of which
    ``relieved_before`` had left.  ``wash`` is the deferred loss inside ``basis``; ``loss_basis``
    differs from ``basis`` for gifts alone.
    """

    lot: int
    sub: int
    quantity: int
    basis: int
    wash: int
    loss_basis: int
    holding_period: int
    whole_quantity: int
    whole_cents: int
    relieved_before: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A loss met its replacement at an event; ``sub`` is the part of the lot that it became."""

    event: int
    loss_event: int
    loss_lot: int
    loss_row: int
    lot: int
    position: int
    rule: int
    quantity: int
    disallowed: int
    sub: int | None
    part: Part | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What one event did to one lot."""

    event: int
    lot: int
    before: tuple[Part, ...]
    after: tuple[Part, ...]


@dataclass(slots=True)
class FamilyHistory:
    """The events of a family and what came of them.  Lots and events bear the books' numbers.

    ``changes`` concern the lots that were asked about, ``matches`` and ``rows`` the whole family;
    ``relieved`` is what the sale that was asked about took, in order of relief.
    """

    books: Books
    events: np.ndarray[Any, Any]
    changes: list[Change]
    matches: list[Match]
    relieved: list[Relieved]
    rows: list[Row]


def family_of(books: Books, position: int) -> set[int]:
    """Every position of the household whose events can bear on a position.

    They share its queue of replacements, its symbol (splits are shared) or a transfer.
    """
    tables = books.blueprint.tables
    positions, events, details = tables["positions"], tables["events"], tables["details"]
    household = {account.id: account.household for account in books.record.accounts}
    places = books.blueprint.places
    mine = household[places[position][0]]
    homes = [household[account] == mine for account, _, _ in places]
    moving = events["detail"] != NONE
    ends = np.stack(
        [events["position"][moving], details["to_position"][events["detail"][moving]]], axis=1
    )
    links = {(int(a), int(b)) for a, b in ends.tolist() if b != NONE}
    found = {position}
    while True:
        pools = {int(positions["pool"][at]) for at in found}
        symbols = {places[at][1] for at in found}
        wider = {
            at
            for at, is_mine in enumerate(homes)
            if is_mine and (int(positions["pool"][at]) in pools or places[at][1] in symbols)
        }
        wider |= {end for link in links if found & set(link) for end in link}
        if wider <= found:
            return found
        found |= wider


def history_of(
    books: Books,
    position: int,
    lots: Collection[int] = (),
    *,
    sale: int = NONE,
    policy: Policy | None = None,
) -> FamilyHistory:
    """Book the family of a position again, under another policy if one is given.

    ``lots`` are the lots whose changes are written down, ``sale`` is the event whose relief is.
    """
    tables = books.blueprint.tables
    family = np.array(sorted(family_of(books, position)), np.int64)
    chosen = np.flatnonzero(np.isin(tables["events"]["position"], family))
    opens = np.isin(tables["events"]["kind"], OPENING)
    lot_numbers = np.flatnonzero(opens[chosen])
    all_lots = np.cumsum(opens) - 1
    outer = [int(all_lots[chosen[at]]) for at in lot_numbers]
    inner = {number: at for at, number in enumerate(outer)}
    state = begin(
        _tables(books, chosen, inner),
        books.record.policy if policy is None else policy,
        compiled=False,
    )
    recorder = _Recorder(state, chosen.tolist(), outer, {inner[lot] for lot in lots}, sale)
    return recorder.run(books)


def _tables(books: Books, chosen: np.ndarray[Any, Any], inner: dict[int, int]) -> dict[str, Any]:
    """The blueprint's tables with the chosen events alone, as if nothing had been booked."""
    tables = {name: table.copy() for name, table in books.blueprint.tables.items()}
    tables["events"] = tables["events"][chosen]
    for name in ("details", "picks"):
        lots = tables[name]["lot"]
        lots[:] = [inner.get(lot, ABSENT if lot != NONE else NONE) for lot in lots.tolist()]
    for field in BLANK_POSITION:
        tables["positions"][field] = NONE
    for field in BLANK_POOL:
        tables["pools"][field] = NONE
    for field in ("slots", "quantity"):
        tables["positions"][field] = 0
    for field in ("candidates", "waits"):
        tables["pools"][field] = 0
    tables["positions"]["flags"] &= STANDING_FLAGS
    return tables


class _Recorder:
    """Runs the fold one event at a time and writes down what happens."""

    def __init__(
        self, state: State, events: list[int], lots: list[int], asked: set[int], sale: int
    ) -> None:
        self.state = state
        self.events = events
        self.lots = lots
        self.asked = sorted(asked)
        self.sale = sale
        self.adjusted: dict[int, int] = {}
        self.changes: list[Change] = []
        self.matches: list[Match] = []
        self.relieved: list[Relieved] = []

    def run(self, books: Books) -> FamilyHistory:
        for at in range(len(self.events)):
            self._book(at)
        book = self.state.book
        rows = [
            replace(row, event=self.events[row.event], lot=self.lots[row.lot])
            for row in book.rows[: book.tally[0].rows]
        ]
        return FamilyHistory(
            books=books,
            events=np.array(self.events, np.int64),
            changes=self.changes,
            matches=self.matches,
            relieved=self.relieved,
            rows=rows,
        )

    def _book(self, at: int) -> None:
        book = self.state.book
        before = {lot: self._parts(lot) for lot in self.asked}
        matches = book.tally[0].matches
        if self.events[at] == self.sale:
            self.relieved = self._relieved(at)
        self.state.advance(at + 1)
        self.matches += self._matches(at, matches)
        for lot in self.asked:
            after = self._parts(lot)
            if after != before[lot]:
                self.changes.append(
                    Change(
                        event=self.events[at],
                        lot=self.lots[lot],
                        before=before[lot],
                        after=after,
                    )
                )

    def _slots(self, lot: int) -> Iterable[Slot]:
        book = self.state.book
        at = book.lots[lot].slot if lot < book.tally[0].lots else NONE
        while at != NONE:
            yield book.slots[at]
            at = book.slots[at].next_of_lot

    def _parts(self, lot: int) -> tuple[Part, ...]:
        parts = [
            Part(
                position=slot.position,
                sub=slot.sub,
                quantity=slot.quantity,
                basis=slot.open_cents,
                wash=_left(slot, slot.wash_cents),
                holding_period=slot.holding_period,
                is_replacement=bool(slot.flags & kinds.REPLACEMENT),
            )
            for slot in self._slots(lot)
        ]
        return tuple(sorted(parts, key=lambda part: (part.position, part.sub)))

    def _matches(self, at: int, first: int) -> list[Match]:
        """The matches that an event made, each with the part that it made of its lot."""
        book = self.state.book
        made = []
        for match in book.matches[first : book.tally[0].matches]:
            row = book.rows[match.row]
            sub = self.adjusted.get(match.lot, 0) + 1
            is_part = sub <= book.lots[match.lot].adjusted
            if is_part:
                self.adjusted[match.lot] = sub
            parts = [part for part in self._parts(match.lot) if part.sub == sub and is_part]
            made.append(
                Match(
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
            )
        return made

    def _relieved(self, at: int) -> list[Relieved]:
        """What a sale is about to take out, by a dry run of the relief alone."""
        book = self.state.fork().book
        event = book.events[at]
        pick, of_pick = first_pick(book, at)
        left = event.quantity
        taken = []
        while left > 0:
            source, units, pick, of_pick = next_relief(book, at, event.method, pick, of_pick, left)
            slot = replace(book.slots[source])
            wash = share_of_whole(book, source, slot.wash_cents, units)
            loss = share_of_whole(book, source, slot.loss_cents, units)
            basis = relieve(book, source, units)
            taken.append(
                Relieved(
                    lot=self.lots[slot.lot],
                    sub=slot.sub,
                    quantity=units,
                    basis=basis,
                    wash=wash,
                    loss_basis=loss if slot.flags & kinds.DUAL_BASIS else basis,
                    holding_period=slot.holding_period,
                    whole_quantity=slot.whole_quantity,
                    whole_cents=slot.whole_cents,
                    relieved_before=slot.whole_quantity - slot.quantity,
                )
            )
            left -= units
            if book.slots[source].quantity == 0:
                free_slot(book, source)
        return taken


def _left(slot: Slot, cents: int) -> int:
    """What is left, at the open units, of an amount that belongs to the whole."""
    if cents == 0 or slot.whole_quantity == slot.quantity:
        return cents
    gone = slot.whole_quantity - slot.quantity
    return cents - apportion(cents, gone, slot.whole_quantity)
