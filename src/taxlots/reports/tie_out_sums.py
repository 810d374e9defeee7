"""Totals of a tie-out by account, box of Form 8949 and term: three sides that foot."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from taxlots.book.form_8949 import RowWriter
from taxlots.book.view_form import LONG_TERM_BOXES, SHORT_TERM_BOXES
from taxlots.book.view_pieces import Figures
from taxlots.domain.form_8949 import Form8949Row
from taxlots.domain.money import dollars
from taxlots.reports.tie_out import FormPair, ReportedLot, Status, Tie, TieOut, sums_of_form

AMOUNTS: Final = ("proceeds", "basis", "disallowed", "gain")
UNEXPLAINED: Final = "UNEXPLAINED"

SUMMARY: Final = (
    "account",
    "box",
    "term",
    "pieces",
    *(f"{side}_{what}" for side in ("form", "broker_view", "book") for what in AMOUNTS),
    "difference",
    "explained",
    "breaks",
    "unexplained",
)
"""Of ``summary.csv``.

``difference`` is the book's gain less the form's: the sum of ``explained`` (the law),
``breaks`` (a cause that has a name) and ``unexplained``.
"""

FormOf = list[tuple[FormPair, Form8949Row | None]]


def form_8949_of(found: TieOut) -> FormOf:
    """Every pair of an account with a form beside its row of Form 8949; None where it has none."""
    writer = RowWriter(found.views.taxpayer, found.year, with_straight=True)
    return [
        (one, writer.row(one.pair, one.told) if writer.is_on_form(one.pair.place) else None)
        for one in found.pairs
        if one.tie is not None
    ]


Key = tuple[str, str, str]
"""Account, box and term as Form 8949 has them."""


@dataclass(slots=True)
class _Totals:
    """Sums of one line, in cents; a side whose basis is unknown adds no basis and no gain."""

    pieces: int = 0
    form: list[int] = field(default_factory=lambda: [0] * len(AMOUNTS))
    seen: list[int] = field(default_factory=lambda: [0] * len(AMOUNTS))
    book: list[int] = field(default_factory=lambda: [0] * len(AMOUNTS))
    explained: int = 0
    breaks: int = 0
    unexplained: int = 0

    def add(self, sides: tuple[list[int], list[int], list[int]], tie: Tie) -> None:
        """Add the three sides of a part of a tie.

        Of a break, the law explains what the book has otherwise than a broker ought to report.
        """
        self.pieces += 1
        for total, amounts in zip((self.form, self.seen, self.book), sides, strict=True):
            total[:] = [a + b for a, b in zip(total, amounts, strict=True)]
        told, seen, own = (amounts[-1] for amounts in sides)
        if tie.status is not Status.BREAK:
            self.explained += own - told
            return
        self.explained += own - seen
        if tie.cause == UNEXPLAINED:
            self.unexplained += seen - told
        else:
            self.breaks += seen - told


def summary_rows(found: TieOut, form: FormOf) -> list[dict[str, str]]:
    """Totals by account, box and term, and over all, as rows by ``SUMMARY``."""
    totals: dict[Key, _Totals] = defaultdict(_Totals)
    whole = _Totals()
    for key, sides, tie in _lines(found, form):
        totals[key].add(sides, tie)
        whole.add(sides, tie)
    rows = [_row(key, total) for key, total in sorted(totals.items())]
    return [*rows, _row(("total", "", ""), whole)] if rows else []


Line = tuple[Key, tuple[list[int], list[int], list[int]], Tie]


def _lines(found: TieOut, form: FormOf) -> Iterator[Line]:
    for one, row in form:
        tie, pair = one.tie, one.pair
        if tie is None:
            continue
        term = "LT" if pair.side.is_long else "ST"
        key = (pair.place[0], "" if row is None else row.box, term)
        own = _amounts(pair.taxpayer)
        seen = own if one.seen is None and not tie.reasons else _amounts(one.seen)
        yield key, (_amounts(pair.broker), seen, own), tie
    for tie in found.ties:
        for lot in () if tie.ours else tie.theirs:
            key = (lot.account, lot.box or _box_of(lot), lot.term)
            yield key, (_told(lot), [0] * len(AMOUNTS), [0] * len(AMOUNTS)), tie


def _box_of(lot: ReportedLot) -> str:
    """The box of a row that no sale of the book meets, as far as the form tells it."""
    if not lot.term:
        return ""
    boxes = LONG_TERM_BOXES if lot.term == "LT" else SHORT_TERM_BOXES
    return boxes[1 if lot.covered is False or lot.basis_cents is None else 0]


def _amounts(side: Figures | None) -> list[int]:
    if side is None:
        return [0] * len(AMOUNTS)
    if side.is_unknown:
        return [side.proceeds_cents, 0, side.disallowed_cents, 0]
    return [side.proceeds_cents, side.basis_cents, side.disallowed_cents, side.gain_cents]


def _told(lot: ReportedLot) -> list[int]:
    gain = sums_of_form([lot]).gain_cents or 0
    return [lot.proceeds_cents, lot.basis_cents or 0, lot.disallowed_cents, gain]


def _row(key: Key, total: _Totals) -> dict[str, str]:
    cells = dict(zip(("account", "box", "term"), key, strict=True))
    sides = {"form": total.form, "broker_view": total.seen, "book": total.book}
    return {
        **cells,
        "pieces": str(total.pieces),
        **{
            f"{side}_{what}": dollars(cents)
            for side, amounts in sides.items()
            for what, cents in zip(AMOUNTS, amounts, strict=True)
        },
        "difference": dollars(total.book[-1] - total.form[-1]),
        "explained": dollars(total.explained),
        "breaks": dollars(total.breaks),
        "unexplained": dollars(total.unexplained),
    }
