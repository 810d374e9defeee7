"""What happened to a lot: the steps of its history, from the row that opened it."""

from __future__ import annotations

from collections.abc import Iterator

from taxlots.book import kinds
from taxlots.book.booking import Books
from taxlots.book.events import OPENING
from taxlots.domain.calendar import date_of
from taxlots.reports import explain_average_wording as average
from taxlots.reports import explain_short_wording as short
from taxlots.reports import explain_wash_wording as wash
from taxlots.reports.books_files import result_tables
from taxlots.reports.explained import LotStory, Step
from taxlots.workflows.evidence import Evidence
from taxlots.workflows.explain_changes import change_steps, quantity_of
from taxlots.workflows.explain_lookup import (
    event_of_lot,
    id_of_lot,
    is_owed,
    position_of_lot,
    row_of_event,
    symbol_of,
)
from taxlots.workflows.explain_opening import opened_step
from taxlots.workflows.family_history import history_of
from taxlots.workflows.family_record import Change, FamilyHistory, Match, Part


def lot_story(books: Books, evidence: Evidence, lot: int) -> LotStory:
    """The story of a lot, by its number."""
    event = event_of_lot(books, lot)
    position = position_of_lot(books, event)
    history = history_of(books, position, [lot])
    tables = result_tables(books)
    name = id_of_lot(books, lot)
    is_short = is_owed(books, position)
    table = tables["short_lots" if is_short else "lots"]
    parts = [cells for cells in table.to_pylist() if cells["lot_id"] == name]
    held = f"{len(parts)} open part{'' if len(parts) == 1 else 's'}" if parts else "nothing is open"
    kind = "Short lot" if is_short else "Lot"
    return LotStory(
        book=books.record.name,
        as_of=date_of(books.as_of),
        lot_id=name,
        headline=f"{kind} {name}: {symbol_of(books, position)}; {held}",
        steps=tuple(lot_steps(history, evidence, lot)),
        parts=tuple(parts),
        is_short=is_short,
    )


def lot_steps(
    history: FamilyHistory, evidence: Evidence, lot: int, before: int | None = None
) -> Iterator[Step]:
    """The steps of a lot in order, those of events before one if it is given."""
    for change in history.changes:
        if change.lot == lot and (before is None or change.event < before):
            yield from steps_of(history, evidence, change)


def steps_of(history: FamilyHistory, evidence: Evidence, change: Change) -> Iterator[Step]:
    """The steps of what one event did to a lot: opened it, changed it, let it take over a loss."""
    books = history.books
    kind = int(books.blueprint.tables["events"]["kind"][change.event])
    if kind in OPENING and event_of_lot(books, change.lot) == change.event:
        yield opened_step(history, evidence, change)
        if any(part.is_pooled for part in change.after):
            row = evidence.row(row_of_event(books, change.event))
            yield average.pooled_step(row, quantity_of(change.after), change.pool)
    else:
        yield from change_steps(history, evidence, change)
    for match in history.matches:
        if match.event == change.event and match.lot == change.lot:
            yield took_over(books, evidence, match)


def took_over(books: Books, evidence: Evidence, match: Match) -> Step:
    """The step in which part of a lot took over a loss, or was used up by it."""
    sale = evidence.row(row_of_event(books, match.loss_event))
    loss_lot = id_of_lot(books, match.loss_lot)
    quantity = match.part.quantity if match.part else match.quantity
    if match.rule != kinds.STEPS_UP:
        return wash.used_up_step(sale, loss_lot, match.disallowed, quantity, match.rule)
    if is_owed(books, match.position):
        return short.deferred_step(sale, loss_lot, match.disallowed, quantity)
    return wash.took_loss_step(sale, loss_lot, match.disallowed, figures(match.part))


def figures(part: Part | None) -> tuple[int, int, int] | None:
    """Quantity, basis and holding period of a part."""
    return None if part is None else (part.quantity, part.basis, part.holding_period)
