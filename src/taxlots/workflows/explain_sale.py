"""Why a sale has the gain that it has: from its rows to the last line of arithmetic."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from taxlots.book import kinds
from taxlots.book.booking import Books
from taxlots.book.results import Realized, realized_of
from taxlots.book.tables import Row
from taxlots.domain.calendar import date_of
from taxlots.domain.money import dollars
from taxlots.reports import explain_wording as wording
from taxlots.reports.books_files import result_tables
from taxlots.reports.explained import CitedRow, LotEffect, PieceStory, SaleStory, Step
from taxlots.workflows.evidence import Evidence
from taxlots.workflows.explain_decisions import decision_steps
from taxlots.workflows.explain_disposition import Sale, disposition_steps, headline_of
from taxlots.workflows.explain_identification import identification_step
from taxlots.workflows.explain_lookup import id_of_lot, row_of_event
from taxlots.workflows.explain_lot import lot_steps, steps_of
from taxlots.workflows.explain_piece import Piece, piece_steps
from taxlots.workflows.family_history import family_of, history_of
from taxlots.workflows.family_record import FamilyHistory
from taxlots.workflows.family_relief import RELIEVING

DISPOSING = (kinds.SELL, kinds.SURRENDER, kinds.EXPIRE, kinds.COVER, kinds.DELIVER)
"""Events that close lots; others realize only here and there."""


def sales_of_row(books: Books, row: int) -> list[int]:
    """The events of a row that close lots or realize something, in booking order."""
    events = books.blueprint.tables["events"]
    rows = books.state.table("rows")["event"]
    mine = np.flatnonzero(events["row"] == row)
    return [
        int(event)
        for event in mine
        if int(events["kind"][event]) in DISPOSING or bool((rows == event).any())
    ]


def sale_story(books: Books, evidence: Evidence, events: list[int]) -> SaleStory | None:
    """The story of the events of one row; None if they found nothing to close."""
    realized = realized_of(books)
    event_of = books.state.table("rows")["event"][realized.source]
    sales = [
        sale
        for sale in _sales(books, evidence, events)
        if sale.relieved or bool((event_of == sale.event).any())
    ]
    if not sales:
        return None
    pieces: list[PieceStory] = []
    steps: list[Step] = []
    for sale in sales:
        own = np.flatnonzero(event_of == sale.event)
        found = tuple(_pieces(sale, realized, own)) if len(own) else ()
        pieces += found
        steps += disposition_steps(sale)
        if sale.kind in RELIEVING:
            steps.append(identification_step(sale))
        if not found:
            steps += _unrealized(sale)
    effects = tuple(effects_of(sales, events))
    return SaleStory(
        book=books.record.name,
        as_of=date_of(books.as_of),
        sale_id=books.journal.id(sales[0].row),
        headline=headline_of(sales),
        rows=_scene([*steps, *(step for one in effects for step in one.steps)], pieces),
        steps=tuple(steps),
        pieces=tuple(pieces),
        decisions=tuple(_decisions(sales)) if pieces else (),
        totals=_totals(realized, np.flatnonzero(np.isin(event_of, events))),
        effects=effects,
    )


def _sales(books: Books, evidence: Evidence, events: list[int]) -> list[Sale]:
    """The sales of a row, those of one family with one history of every lot that they met."""
    positions = books.blueprint.tables["events"]["position"]
    found: dict[int, Sale] = {}
    for event in events:
        if event in found:
            continue
        position = int(positions[event])
        family = family_of(books, position)
        mine = [one for one in events if int(positions[one]) in family]
        history = _history(books, position, mine)
        for one in mine:
            found[one] = Sale(books=books, evidence=evidence, event=one, history=history)
    return [found[event] for event in events]


def _history(books: Books, position: int, events: list[int]) -> FamilyHistory:
    """The history of a family, with every lot that the events of a row closed or met."""
    row = row_of_event(books, events[0])
    watched = np.flatnonzero(books.blueprint.tables["events"]["row"] == row).tolist()
    first = history_of(books, position, watched=watched)
    lots = {one.lot for event in events for one in first.relieved.get(event, [])}
    lots |= {one.lot for one in first.rows if one.event in events}
    lots |= {match.lot for match in first.matches if match.loss_event in events}
    return history_of(books, position, lots, watched=watched)


def _decisions(sales: list[Sale]) -> Iterator[Step]:
    """The open questions of law that matter, family by family."""
    for history in _histories(sales):
        events = [sale.event for sale in sales if sale.history is history]
        yield from decision_steps(sales[0].books, history, events)


def _pieces(sale: Sale, realized: Realized, mine: np.ndarray) -> Iterator[PieceStory]:
    """The pieces as realized.csv has them, each with its steps."""
    table = result_tables(sale.books)["realized"].take(mine.tolist())
    source = realized.source[mine]
    piece_of = np.cumsum(np.diff(source, prepend=source[0]) != 0)
    paired = _with_relief(sale)
    for at, cells in enumerate(table.to_pylist()):
        piece = paired[int(piece_of[at])]
        whole = mine[piece_of == piece_of[at]]
        booked = (int(realized.quantity[whole].sum()), int(realized.basis[whole].sum()))
        if booked != (piece.row.quantity, piece.row.basis_cents):
            raise AssertionError("the history of a family books what the whole book books")
        steps = piece_steps(sale, piece, realized, int(mine[at]))
        yield PieceStory(cells=cells, steps=tuple(steps))


def _with_relief(sale: Sale) -> list[Piece]:
    """Each realized row with its number and the units that it comes from, as in realized.csv."""
    rows = [(n, row) for n, row in enumerate(sale.history.rows) if row.event == sale.event]
    turn = {number: at for at, (number, _) in enumerate(rows)}
    pieces = [
        Piece(number=number, row=row, taken=_taken(sale, turn[number], row), turn=turn[number])
        for number, row in rows
    ]
    return sorted(pieces, key=lambda piece: (piece.row.lot, piece.number))


def _taken(sale: Sale, turn: int, row: Row) -> int:
    """Which relieved part a row comes from: the one in its turn, or the first of its lot."""
    relieved = sale.relieved
    if turn < len(relieved):
        if relieved[turn].lot != row.lot:
            raise AssertionError("a dry run of the relief takes the lots that were booked")
        return turn
    return next((at for at, one in enumerate(relieved) if one.lot == row.lot), -1)


def _unrealized(sale: Sale) -> Iterator[Step]:
    """A sale in a tax-deferred account: its lots leave, and nothing is realized."""
    for taken in sale.relieved:
        yield from lot_steps(sale.history, sale.evidence, taken.lot, before=sale.event)
        whole = (taken.whole_quantity, taken.whole_cents, taken.relieved_before)
        yield wording.basis_step(taken.quantity, taken.basis, whole, taken.wash, "an earlier sale")
    yield wording.unrealized_step(sale.account)


def effects_of(sales: list[Sale], events: list[int]) -> Iterator[LotEffect]:
    """What a row did besides: lots that it opened, periods that it made start anew."""
    books, evidence = sales[0].books, sales[0].evidence
    found: dict[int, list[Step]] = {}
    for history in _histories(sales):
        told = {one.lot for taken in history.relieved.values() for one in taken}
        told |= {one.against for taken in history.relieved.values() for one in taken}
        told |= {row.lot for row in history.rows if row.event in events}
        told |= {match.lot for match in history.matches if match.loss_event in events}
        for change in history.changes:
            if row_of_event(books, change.event) == sales[0].row:
                found.setdefault(change.lot, []).extend(
                    step
                    for step in steps_of(history, evidence, change)
                    if change.lot not in told or step.name == "holding_period_restarted"
                )
    for lot, steps in found.items():
        if steps:
            yield LotEffect(lot_id=id_of_lot(books, lot), steps=tuple(steps))


def _histories(sales: list[Sale]) -> list[FamilyHistory]:
    """The histories of sales, each once."""
    return list({id(sale.history): sale.history for sale in sales}.values())


def _scene(steps: list[Step], pieces: list[PieceStory]) -> tuple[CitedRow, ...]:
    """Every row that the story cites, once, in order of date."""
    found: dict[str, CitedRow] = {}
    for step in (*steps, *(step for piece in pieces for step in piece.steps)):
        for row in step.rows:
            if row.id not in found or row.role:
                found[row.id] = row
    return tuple(sorted(found.values(), key=lambda row: row.day))


def _totals(realized: Realized, mine: np.ndarray) -> dict[str, str]:
    """Sums over the pieces; blank gain where a basis is unknown."""
    if not len(mine):
        return {}
    proceeds, basis, disallowed, permanent, denied = (
        sum(column[mine].tolist())
        for column in (
            realized.proceeds,
            realized.basis,
            realized.disallowed,
            realized.permanent,
            realized.nondeductible,
        )
    )
    unknown = bool(realized.is_unknown[mine].any())
    return {
        "proceeds": dollars(proceeds),
        "cost_basis": "" if unknown else dollars(basis),
        "wash_sale_loss_disallowed": dollars(disallowed),
        "permanently_disallowed": dollars(permanent),
        "nondeductible_loss": dollars(denied),
        "gain": "" if unknown else dollars(sum(realized.gain[mine].tolist())),
    }
