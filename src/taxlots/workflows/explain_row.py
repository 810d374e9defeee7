"""What a row did that realized nothing and opened no lot of its own: to which lots, and how."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from taxlots.book.booking import Books
from taxlots.domain.calendar import date_of
from taxlots.reports import explain_corporate_wording as wording
from taxlots.reports.explained import LotEffect, RowStory
from taxlots.workflows.evidence import Evidence
from taxlots.workflows.explain_lookup import account_of, id_of_lot
from taxlots.workflows.explain_lot import steps_of
from taxlots.workflows.family_history import family_of, history_of
from taxlots.workflows.family_record import Change, Part


def row_story(books: Books, evidence: Evidence, row: int) -> RowStory | None:
    """The story of a row; None if it changed no lot."""
    found: dict[int, LotEffect] = {}
    accounts: dict[str, None] = {}
    for lot, change, effect in _effects(books, evidence, row):
        if lot not in found:
            found[lot] = effect
        accounts |= {account_of(books, part.position): None for part in _parts(change)}
    if not found:
        return None
    cited = evidence.row(row, "action")
    symbol = books.journal.symbol_of(row)
    where = cited.account or ", ".join(accounts)
    on = f"{symbol} in {where}" if symbol else where
    return RowStory(
        book=books.record.name,
        as_of=date_of(books.as_of),
        row_id=cited.id,
        headline=f"{cited.action} {cited.id}: {on} on {cited.day}",
        steps=(wording.action_step(cited, symbol or "all securities", where),),
        lots=tuple(effect for _, effect in sorted(found.items())),
    )


def _effects(books: Books, evidence: Evidence, row: int) -> Iterator[tuple[int, Change, LotEffect]]:
    """Each lot that the row changed in a family of positions, with the steps of all its events."""
    events = books.blueprint.tables["events"]
    left = np.flatnonzero(events["row"] == row).tolist()
    while left:
        position = int(events["position"][left[0]])
        family = family_of(books, position)
        mine = [event for event in left if int(events["position"][event]) in family]
        left = [event for event in left if event not in mine]
        history = history_of(books, position, watched=mine)
        changes = [change for change in history.changes if change.event in mine]
        for lot in dict.fromkeys(change.lot for change in changes):
            own = [change for change in changes if change.lot == lot]
            steps = [step for change in own for step in steps_of(history, evidence, change)]
            if steps:
                effect = LotEffect(lot_id=id_of_lot(books, lot), steps=tuple(steps))
                yield from ((lot, change, effect) for change in own)


def _parts(change: Change) -> Iterator[Part]:
    yield from change.before
    yield from change.after
