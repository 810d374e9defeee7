"""Which sales of a year an auditor looks at one by one, and why each was chosen."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from taxlots.book import kinds
from taxlots.domain.calendar import date_of
from taxlots.domain.money import dollars
from taxlots.reports.audit_columns import SAMPLE
from taxlots.reports.rows import text_table

if TYPE_CHECKING:
    import pyarrow as pa

    from taxlots.book.audit_scope import AuditScope
    from taxlots.workflows.audit_choices import AuditChoices


WORDS: Final = {True: "yes", False: "no"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenSale:
    """A sale that is explained: its journal row, its pieces among the scope's, and why."""

    row: int
    pieces: tuple[int, ...]
    is_drawn: bool
    is_above: bool
    is_adjusted: bool
    is_overridden: bool


def chosen_sales(
    scope: AuditScope, choices: AuditChoices, overridden: Iterable[int]
) -> list[ChosenSale]:
    """The sales to explain, in the order of the pieces.

    ``overridden`` are journal rows of sales and lots that an override bears on.
    """
    pieces, mine = scope.pieces, scope.mine
    by_sale: dict[int, list[int]] = {}
    for at, row in zip(mine.tolist(), pieces.sale_row[mine].tolist(), strict=True):
        by_sale.setdefault(row, []).append(at)
    drawn = _drawn(sorted(by_sale), choices)
    is_adjusted = _adjusted(scope)
    touched = set(overridden)
    proceeds, lots = pieces.proceeds.tolist(), pieces.lot_row.tolist()
    found = []
    for row, places in by_sale.items():
        sale = ChosenSale(
            row=row,
            pieces=tuple(places),
            is_drawn=row in drawn,
            is_above=sum(proceeds[at] for at in places) >= choices.above_cents,
            is_adjusted=any(is_adjusted[at] for at in places),
            is_overridden=row in touched or any(lots[at] in touched for at in places),
        )
        if sale.is_drawn or sale.is_above or sale.is_adjusted or sale.is_overridden:
            found.append(sale)
    return found


def _drawn(rows: list[int], choices: AuditChoices) -> set[int]:
    """A random sample of journal rows; the same seed draws the same of the same rows."""
    draw = random.Random(choices.seed)  # noqa: S311 (a sample that can be drawn again, no secret)
    return set(draw.sample(rows, min(choices.sample, len(rows))))


def _adjusted(scope: AuditScope) -> list[bool]:
    """Pieces with disallowed or denied loss, or with a disallowed loss in their basis."""
    pieces = scope.pieces
    flags = scope.books.state.table("rows")["flags"][pieces.source]
    adjusted = (pieces.disallowed != 0) | (pieces.nondeductible != 0) | (pieces.rules != 0)
    adjusted |= flags & (kinds.ADJUSTED | kinds.RESTATED) != 0
    listed: list[bool] = np.asarray(adjusted, np.bool_).tolist()
    return listed


def sample_table(
    scope: AuditScope, chosen: Iterable[ChosenSale], files: dict[int, str]
) -> pa.Table:
    """``sample.csv``; ``files`` names, by journal row, the files that explain a sale."""
    pieces, places, ids = scope.pieces, scope.books.blueprint.places, scope.books.journal.id
    known = np.where(pieces.is_unknown, 0, pieces.gain).tolist()
    proceeds, position, sold = (
        column.tolist() for column in (pieces.proceeds, pieces.position, pieces.sold)
    )
    rows = [
        {
            "sale_id": ids(sale.row),
            "sold_date": date_of(sold[sale.pieces[0]]).isoformat(),
            "account": places[position[sale.pieces[0]]][0],
            "symbol": places[position[sale.pieces[0]]][1],
            "pieces": str(len(sale.pieces)),
            "proceeds": dollars(sum(proceeds[at] for at in sale.pieces)),
            "gain": dollars(sum(known[at] for at in sale.pieces)),
            "drawn": WORDS[sale.is_drawn],
            "above": WORDS[sale.is_above],
            "adjusted": WORDS[sale.is_adjusted],
            "overridden": WORDS[sale.is_overridden],
            "explained_in": files[sale.row],
        }
        for sale in chosen
    ]
    return text_table(tuple(SAMPLE), rows)
