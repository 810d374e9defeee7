"""The state of a tax year in words, and as cells."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from taxlots.book.year_state import YearState
from taxlots.domain.money import dollars

NAMED: Final = 3
"""How many names a sentence has before it only counts the others."""


def state_word(state: YearState) -> str:
    """``final`` or ``provisional``."""
    return "provisional" if state.is_provisional else "final"


def state_sentence(state: YearState) -> str:
    """One line: which year of which return, its state, and what it waits for."""
    told = f"{state.year} on {state.tax_return}: {state_word(state)}"
    if not state.is_provisional:
        told += f" since {state.final_from}"
    return "; ".join([told, *missing_sentences(state), *assumed_sentences(state)])


def missing_sentences(state: YearState) -> Iterator[str]:
    """What is missing before the year can be closed, one thing each."""
    if state.is_window_open:
        yield f"{state.window_ends} has not passed: the book is booked as of {state.as_of}"
    for day in dict.fromkeys(last for _, last in state.ending_accounts):
        accounts = [account for account, last in state.ending_accounts if last == day]
        yield f"rows of {_named(accounts)} end on {day}"
    if state.waiting_sales:
        names = _named(state.waiting_sales)
        yield f"{dollars(state.waiting_cents)} of loss may still be disallowed ({names})"
    if state.constructive_sales:
        yield f"a constructive sale can be cured ({_named(state.constructive_sales)})"
    if state.unknown_basis:
        pieces = [f"{sale} of lot {lot}" for sale, lot in state.unknown_basis]
        yield f"the basis is unknown of {_named(pieces)}"


def assumed_sentences(state: YearState) -> Iterator[str]:
    """What is not known for sure, and stops nothing."""
    if state.incomplete_sales:
        names = _named(state.incomplete_sales)
        yield f"purchases before the first known day may have replaced a loss ({names})"
    if state.assumed_accounts:
        names = _named(state.assumed_accounts)
        yield f"rows of {names} are assumed to be complete (no data_through)"


def state_cells(state: YearState) -> dict[str, Any]:
    """The state as JSON: dates and money are strings."""
    return {
        "tax_return": state.tax_return,
        "year": str(state.year),
        "state": state_word(state),
        "final_from": state.final_from.isoformat(),
        "is_complete": state.is_complete,
        "missing": list(missing_sentences(state)),
        "assumed": list(assumed_sentences(state)),
        "ending_accounts": {name: last.isoformat() for name, last in state.ending_accounts},
        "waiting_sales": list(state.waiting_sales),
        "waiting_loss": dollars(state.waiting_cents),
        "constructive_sales": list(state.constructive_sales),
        "unknown_basis": [{"sale_id": s, "lot_id": lot} for s, lot in state.unknown_basis],
    }


def _named(names: Sequence[str]) -> str:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more
