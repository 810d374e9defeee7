"""What happened to a lot: the steps of its history, from the row that opened it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

import numpy as np

from taxlots.book import kinds
from taxlots.book.booking import Books
from taxlots.book.tables import NONE
from taxlots.domain.calendar import date_of
from taxlots.domain.money import dollars, shares
from taxlots.reports import explain_wash_wording as wash
from taxlots.reports import explain_wording as wording
from taxlots.reports.books_files import result_tables
from taxlots.reports.explained import LotStory, Step
from taxlots.workflows.evidence import Evidence
from taxlots.workflows.family_history import Change, FamilyHistory, Match, Part, history_of

OPENING: Final = (kinds.OPEN, kinds.OPEN_OUTSIDE, kinds.DISTRIBUTE)


def lot_story(books: Books, evidence: Evidence, row: int) -> LotStory:
    """The story of the lot that a journal row opened."""
    lot = lot_of_row(books, row)
    event = int(books.state.table("lots")["event"][lot])
    history = history_of(books, position_of_lot(books, event), [lot])
    steps = tuple(lot_steps(history, evidence, lot))
    table = result_tables(books)["lots"]
    name = books.journal.id(row)
    parts = [cells for cells in table.to_pylist() if cells["lot_id"] == name]
    held = f"{len(parts)} open part{'' if len(parts) == 1 else 's'}" if parts else "nothing is open"
    symbol = books.journal.symbol_of(row)
    return LotStory(
        book=books.record.name,
        as_of=date_of(books.as_of),
        lot_id=name,
        headline=f"Lot {name}: {symbol}; {held}",
        steps=steps,
        parts=tuple(parts),
    )


def lot_of_row(books: Books, row: int) -> int:
    """The number of the lot that a row opened; NONE if it opened none."""
    opened = books.state.table("lots")["event"]
    rows = np.where(opened == NONE, NONE, books.blueprint.tables["events"]["row"][opened])
    found = np.flatnonzero(rows == row)
    return int(found[0]) if len(found) else NONE


def position_of_lot(books: Books, event: int) -> int:
    """The position in which the event of a lot put it."""
    tables = books.blueprint.tables
    if int(tables["events"]["kind"][event]) == kinds.DISTRIBUTE:
        return int(tables["details"]["to_position"][tables["events"]["detail"][event]])
    return int(tables["events"]["position"][event])


def lot_steps(
    history: FamilyHistory, evidence: Evidence, lot: int, before: int | None = None
) -> Iterator[Step]:
    """The steps of a lot in order, those of events before one if it is given."""
    for change in history.changes:
        if change.lot == lot and (before is None or change.event < before):
            yield from _steps_of(history, evidence, change)


def _steps_of(history: FamilyHistory, evidence: Evidence, change: Change) -> Iterator[Step]:
    events = history.books.blueprint.tables["events"]
    kind = int(events["kind"][change.event])
    row = int(events["row"][change.event])
    if kind in OPENING and not change.before:
        yield _opened(history.books, evidence, change.event)
    else:
        said = _SAID[kind](history, change) if kind in _SAID else None
        if said is not None:
            name, text = said
            yield wording.changed_step(name, evidence.row(row), text)
    for match in history.matches:
        if match.event == change.event and match.lot == change.lot:
            yield took_over(history.books, evidence, match)


def took_over(books: Books, evidence: Evidence, match: Match) -> Step:
    """The step in which part of a lot took over a loss, or was used up by it."""
    events = books.blueprint.tables["events"]
    sale = evidence.row(int(events["row"][match.loss_event]))
    loss_lot = id_of_lot(books, match.loss_lot)
    if match.rule != kinds.STEPS_UP:
        quantity = match.part.quantity if match.part else match.quantity
        return wash.used_up_step(sale, loss_lot, match.disallowed, quantity, match.rule)
    return wash.took_loss_step(sale, loss_lot, match.disallowed, figures(match.part))


def figures(part: Part | None) -> tuple[int, int, int] | None:
    """Quantity, basis and holding period of a part."""
    return None if part is None else (part.quantity, part.basis, part.holding_period)


def id_of_lot(books: Books, lot: int) -> str:
    """The id of a lot: that of the row that opened it."""
    event = int(books.state.table("lots")["event"][lot])
    return books.journal.id(int(books.blueprint.tables["events"]["row"][event]))


def _opened(books: Books, evidence: Evidence, event: int) -> Step:
    tables = books.blueprint.tables
    opened = tables["events"][event]
    row = int(opened["row"])
    cents, loss, flags = int(opened["cents"]), int(opened["cents"]), 0
    if int(opened["detail"]) != NONE:
        detail = tables["details"][int(opened["detail"])]
        flags = int(detail["flags"])
        loss = int(detail["loss_cents"]) if flags & kinds.DUAL_BASIS else cents
    return wording.opened_step(
        evidence.fills(row, "lot"),
        int(opened["quantity"]),
        cents,
        loss,
        is_unknown=bool(flags & kinds.UNKNOWN_BASIS),
    )


def _quantity(parts: tuple[Part, ...]) -> int:
    return sum(part.quantity for part in parts)


def _basis(parts: tuple[Part, ...]) -> int:
    return sum(part.basis for part in parts)


def _sold(history: FamilyHistory, change: Change) -> tuple[str, str] | None:
    gone = _quantity(change.before) - _quantity(change.after)
    if gone <= 0:
        return None
    return "sold", f"{shares(gone)} sold by {_id(history, change)}; {_left(change)}."


def _departed(history: FamilyHistory, change: Change) -> tuple[str, str] | None:
    gone = _quantity(change.before) - _quantity(change.after)
    return "left", f"{shares(gone)} left by {_id(history, change)}; {_left(change)}."


def _split(history: FamilyHistory, change: Change) -> tuple[str, str] | None:
    before, after = shares(_quantity(change.before)), shares(_quantity(change.after))
    text = f"Split {_id(history, change)}: {before} became {after}; basis and dates stay."
    return "split", text


def _moved(history: FamilyHistory, change: Change) -> tuple[str, str] | None:
    places = history.books.blueprint.places
    moved = sorted(set(_by_place(change.after).items()) - set(_by_place(change.before).items()))
    where = ", ".join(
        f"{shares(quantity)} in {places[position][0]} as {places[position][1]}"
        for position, quantity in moved
        if not places[position][2]
    )
    on_the_way = "" if where else "on its way"
    text = f"Moved by {_id(history, change)}: now {where or on_the_way}; basis and dates go along."
    return "moved", text


def _by_place(parts: tuple[Part, ...]) -> dict[int, int]:
    held: dict[int, int] = {}
    for part in parts:
        held[part.position] = held.get(part.position, 0) + part.quantity
    return held


def _rebased(history: FamilyHistory, change: Change) -> tuple[str, str] | None:
    before, after = _basis(change.before), _basis(change.after)
    text = f"Basis adjusted by {_id(history, change)}: {dollars(before)} became {dollars(after)}."
    return "basis_adjusted", text


def _id(history: FamilyHistory, change: Change) -> str:
    events = history.books.blueprint.tables["events"]
    row = int(events["row"][change.event])
    return f"{history.books.journal.id(row)} ({wording.day(int(events['day'][change.event]))})"


def _left(change: Change) -> str:
    """What of the lot is left after an event."""
    quantity = _quantity(change.after)
    if not quantity:
        return "nothing of it is left"
    return f"{shares(quantity)} with basis {dollars(_basis(change.after))} left"


_SAID: Final[dict[int, Callable[[FamilyHistory, Change], tuple[str, str] | None]]] = {
    kinds.SELL: _sold,
    kinds.DEPART: _departed,
    kinds.DISTRIBUTE: _departed,
    kinds.SPLIT: _split,
    kinds.TRANSFER: _moved,
    kinds.ARRIVE: _moved,
    kinds.RETURN: _moved,
    kinds.RENAME: _moved,
    kinds.ADJUST: _rebased,
}
