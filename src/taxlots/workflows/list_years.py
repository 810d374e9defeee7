"""Every tax year of a book: its state, its gains, and whether it was closed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from taxlots.book.booking import Books
from taxlots.book.year_figures import YearTotal, year_totals
from taxlots.book.year_state import YearState, year_states
from taxlots.domain.money import dollars
from taxlots.reports.year_state import state_word
from taxlots.workflows.closed_years import closed_years_of
from taxlots.workflows.replay import replay

if TYPE_CHECKING:
    from taxlots.ledger.closed_year import ClosedYear


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedYear:
    """One year of one return: its state, its totals, and its closing, if it was closed."""

    state: YearState
    totals: tuple[YearTotal, ...]
    closed: ClosedYear | None
    is_restated: bool


def list_years(
    book: str, *, as_of: date | None = None, known_at: datetime | None = None
) -> tuple[Books, list[ListedYear]]:
    """The years in which the returns of a book realized something, and those that were closed.

    Raises UsageError and DataError like ``replay``.
    """
    books = replay(book, as_of=as_of, known_at=known_at)
    closed = {one.key: one for one in closed_years_of(book, known_at)}
    restated = {p.where for p in books.problems if p.code == "CLOSED_YEAR_RESTATED"}
    states = {(state.tax_return, state.year): state for state in year_states(books)}
    for name, year in closed:
        for state in year_states(books, year, name):
            states.setdefault((name, year), state)
    return books, [
        ListedYear(
            state=states[key],
            totals=year_totals(books, *key),
            closed=closed.get(key),
            is_restated=key in closed and f"closed_year:{closed[key].number}" in restated,
        )
        for key in sorted(states)
    ]


def year_cells(one: ListedYear) -> dict[str, str]:
    """The cells of a listed year; money is in dollars."""
    short, long = (
        sum(total.gain_cents for total in one.totals if total.is_long == is_long)
        for is_long in (False, True)
    )
    closed = one.closed
    state = state_word(one.state)
    if closed is not None:
        state = "restated" if one.is_restated else "closed"
    return {
        "tax_return": one.state.tax_return,
        "year": str(one.state.year),
        "state": state,
        "short_term": dollars(short),
        "long_term": dollars(long),
        "closed_on": "" if closed is None else str(closed.known_at.date()),
        "closed_by": "" if closed is None else closed.actor,
        "reason": "" if closed is None else closed.reason,
        "figures_hash": "" if closed is None else closed.figures_hash,
    }
