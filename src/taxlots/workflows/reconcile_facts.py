"""What bears on the breaks of one tie: the facts of its position, narrowed to its days.

A position may have thousands of sales and breaks.  What the tests of causes look at is therefore
looked up by day, so that the work grows with the rows, not with their square.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from taxlots.book.booking import Books
from taxlots.domain.calendar import date_of
from taxlots.domain.view import View
from taxlots.workflows.booked_lots import (
    Place,
    books_by_method,
    facts_by_place,
    realized_figures,
)
from taxlots.workflows.lot_facts import REORGANIZATIONS, PositionFacts
from taxlots.workflows.lot_matching import LotFigures, Pairing

BEARING: Final = REORGANIZATIONS | {
    "TRANSFER",
    "TRANSFER_IN",
    "TRANSFER_OUT",
    "RETURN_OF_CAPITAL",
    "DIVIDEND",
}
"""The actions at which tests of causes look; trades are not among them."""

ByDay = Mapping[date | None, Sequence[LotFigures]]


class Position:
    """One account and symbol with breaks: what the journal tells, by day of sale."""

    def __init__(
        self,
        facts: PositionFacts,
        ours: Iterable[LotFigures],
        theirs: Iterable[LotFigures],
        tried: Mapping[str, Iterable[LotFigures]],
    ) -> None:
        self.facts = replace(
            facts, happenings=[h for h in facts.happenings if h.action in BEARING], deferred=()
        )
        self._deferred = {*facts.deferred, sum(facts.deferred)}
        self._bought = {one.day: (name, one) for name, one in facts.openings.items()}
        self._ours = _by_close(ours)
        self._theirs = _by_close(theirs)
        self._tried = {method: _by_close(lots) for method, lots in tried.items()}
        sold: dict[str, int] = defaultdict(int)
        for lots in self._ours.values():
            for lot in lots:
                sold[lot.sale] += lot.quantity
        self._sold = sold

    def facts_of(self, pairing: Pairing) -> PositionFacts:
        """The facts that bear on one pairing of this position."""
        lots = (*pairing.ours, *pairing.theirs)
        closes = dict.fromkeys(lot.closed for lot in lots)
        days = {day for lot in lots for day in lot.days}
        openings = dict(self._bought[day] for day in days if day in self._bought)
        openings |= {
            lot.name: self.facts.openings[lot.name]
            for lot in pairing.ours
            if lot.name in self.facts.openings
        }
        basis = pairing.basis_difference or 0
        return replace(
            self.facts,
            as_of=max((day for day in closes if day is not None), default=self.facts.as_of),
            openings=openings,
            sale_quantities=self._sold,
            deferred=[-basis] if basis and -basis in self._deferred else [],
            all_ours=_on(self._ours, closes),
            all_theirs=_on(self._theirs, closes),
            by_method={method: _on(lots, closes) for method, lots in self._tried.items()},
        )


def _by_close(lots: Iterable[LotFigures]) -> ByDay:
    found: dict[date | None, list[LotFigures]] = defaultdict(list)
    for lot in lots:
        found[lot.closed].append(lot)
    return found


def _on(lots: ByDay, days: Iterable[date | None]) -> tuple[LotFigures, ...]:
    return tuple(lot for day in days for lot in lots.get(day, ()))


def positions_of(
    broker: Books,
    places: Collection[Place],
    puzzling: Collection[Place],
    ours: Mapping[Place, Sequence[LotFigures]],
    theirs: Mapping[Place, Sequence[LotFigures]],
) -> dict[Place, Position]:
    """The positions with breaks; those that are ``puzzling`` are tried under other methods.

    ``ours`` and ``theirs`` are all pieces and form rows of the year by place.
    """
    facts = facts_by_place(broker, places)
    tried: dict[str, Mapping[Place, Sequence[LotFigures]]] = {}
    if puzzling:
        day = date_of(broker.as_of)
        under = books_by_method(broker.record, puzzling, day, View.BROKER)
        tried = {m: realized_figures(books, puzzling) for m, books in under.items()}
    return {
        place: Position(
            facts[place],
            ours.get(place, ()),
            theirs.get(place, ()),
            {method: lots.get(place, ()) for method, lots in tried.items()},
        )
        for place in places
    }
