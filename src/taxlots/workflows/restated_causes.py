"""Which of the rows that arrived caused a change: those of the same family of securities.

A figure can change only by a row that is of its own position, shares a wash-sale queue with it, or
moves lots to it.  Of these, the rows that are the sale or the lot itself are named first, then
those of the same account and symbol, then the others.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from taxlots.book.booking import Books
from taxlots.law.s1091_wash_sale import WINDOW_DAYS
from taxlots.reports.restated import Arrival, ArrivedRow
from taxlots.workflows.family_history import family_of

Place = tuple[str, str]
"""Account and symbol."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A row that arrived, with every place that it touches.

    ``names`` are the ids that it stands for: its own, and that of a row that it takes back.
    ``first_day`` is the earliest day on which it takes effect.  A place without an account is that
    symbol in every account.
    """

    row: ArrivedRow
    names: frozenset[str]
    places: frozenset[Place]
    first_day: date


class Causes:
    """Finds the rows that caused a change."""

    def __init__(self, candidates: Sequence[Candidate], books: Iterable[Books]) -> None:
        self._candidates = candidates
        self._books = list(books)
        self._families: dict[Place, frozenset[Place]] = {}

    def of(
        self, names: Iterable[str], place: Place, day: date | None, *, is_wash: bool = False
    ) -> tuple[str, ...]:
        """The ids of the rows that caused a change of a figure.

        ``names`` are the ids of its sale and its lots, ``place`` its account and symbol, ``day``
        that of its sale, None of an open lot.  ``is_wash``: purchases of the family within the
        window of the sale bear on it, too.
        """
        mine = set(names)
        own = [c for c in self._candidates if c.names & mine]
        if own and not (is_wash and day):
            return _ids(own)
        window = timedelta(days=WINDOW_DAYS)
        family = self._family(place)
        kin = [
            c
            for c in self._candidates
            if any(_touches(spot, family) for spot in c.places)
            and (day is None or c.first_day <= day + window)
        ]
        if own and day is not None:
            return _ids([*own, *(c for c in kin if c.first_day >= day - window)])
        near = [c for c in kin if any(_touches(spot, {place}) for spot in c.places)]
        changed = [c for c in self._candidates if c.row.kind is Arrival.REFERENCE]
        return _ids(near or kin or changed)

    def _family(self, place: Place) -> frozenset[Place]:
        """Every place whose events can bear on a place, in the books before and after."""
        if place not in self._families:
            found = {place}
            for books in self._books:
                places = books.blueprint.places
                here = [at for at, (*spot, _) in enumerate(places) if tuple(spot) == place]
                for position in here[:1]:
                    found |= {places[at][:2] for at in family_of(books, position)}
            self._families[place] = frozenset(found)
        return self._families[place]


def tax_returns(books: Iterable[Books]) -> Mapping[str, str]:
    """The tax return of each account."""
    return {account.id: account.tax_return for one in books for account in one.record.accounts}


def _touches(spot: Place, places: Iterable[Place]) -> bool:
    """Whether a row of a place concerns one of others; a blank account concerns all."""
    return any(
        spot[1] == symbol and spot[0] in ("", account) for account, symbol in places if spot[1]
    )


def _ids(candidates: Iterable[Candidate]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(c.row.id for c in candidates))
