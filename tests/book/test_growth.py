"""Tables that start with room for one record end like tables that start with enough."""

import pytest
from tests.book.booked import books_of, drawn, rows_of, state_of

from taxlots.book import booking
from taxlots.book.state import GROWING, OF_SLOTS, State, begin


@pytest.fixture
def tiny(monkeypatch: pytest.MonkeyPatch) -> list[State]:
    """Books that are begun here have room for one record in each table."""
    begun: list[State] = []

    def begin_small(*arguments: object, **options: object) -> State:
        state = begin(*arguments, **options)  # type: ignore[arg-type]
        room = {name: getattr(state.book, name)[:1] for name in GROWING}
        state.book = state.book._replace(**room)
        begun.append(state)
        return state

    monkeypatch.setattr(booking, "begin", begin_small)
    return begun


def test_growing_tables_change_no_figure(
    tiny: list[State], monkeypatch: pytest.MonkeyPatch
) -> None:
    for history in drawn(5_000, 60, 30):
        grown = books_of(history)
        with monkeypatch.context() as usual:
            usual.setattr(booking, "begin", begin)
            roomy = books_of(history)
        assert rows_of(grown) == rows_of(roomy)
        assert state_of(grown) == state_of(roomy)
    assert len(tiny) == 60


def test_room_is_linear_in_the_history() -> None:
    """Pieces, matches and losses are bounded by a small multiple of the events."""
    for history in drawn(6_000, 30, 60):
        state = books_of(history).state
        events = len(state.book.events)
        for name in GROWING:
            assert state.used("slots" if name in OF_SLOTS else name) <= 256 + 4 * events
