"""Machine code and the interpreter run the same lines: their books are equal."""

import os
import subprocess
import sys

import pytest
from tests.book.booked import (
    booked,
    books_of,
    day,
    day_ends,
    drawn,
    first_rows,
    rows_of,
    state_of,
)
from tests.cases import ROOT

from taxlots.book import booking
from taxlots.book.extension import extend
from taxlots.book.state import GROWING, State, begin
from taxlots.market_data.calendars import settlement_day

JIT_IS_OFF = os.environ.get("NUMBA_DISABLE_JIT") == "1"
"""Then all books are interpreted, whatever was asked for."""


@pytest.mark.slow
def test_compiled_books_are_the_interpreted_books() -> None:
    for history in drawn(10_000, 250, 40):
        compiled, plain = books_of(history, compiled=True), books_of(history, compiled=False)
        assert compiled.state.is_compiled != JIT_IS_OFF
        assert not plain.state.is_compiled
        assert rows_of(compiled) == rows_of(plain)


@pytest.mark.slow
def test_compiled_books_grow_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    def begin_small(*arguments: object, **options: object) -> State:
        state = begin(*arguments, **options)  # type: ignore[arg-type]
        room = {name: getattr(state.book, name)[:1].copy() for name in GROWING}
        state.book = state.book._replace(**room)
        return state

    for history in drawn(11_000, 60, 40):
        plain = books_of(history, compiled=False)
        with monkeypatch.context() as small:
            small.setattr(booking, "begin", begin_small)
            compiled = books_of(history, compiled=True)
        assert rows_of(compiled) == rows_of(plain)


@pytest.mark.slow
def test_compiled_books_extend_alike_and_stay_as_they_were() -> None:
    for history in drawn(12_000, 60, 30):
        half = day_ends(history)[len(day_ends(history)) // 2]
        books = booked(first_rows(history, half), compiled=True)
        if books is None:
            continue
        before = state_of(books)
        whole = first_rows(history, len(history.rows))
        further, _ = extend(books, whole, as_of=day(history.as_of), settlement=settlement_day)
        assert further is not None
        assert rows_of(further) == rows_of(books_of(history))
        assert state_of(books) == before


def test_without_the_compiler_large_books_are_interpreted() -> None:
    """``NUMBA_DISABLE_JIT=1`` runs the same lines in plain Python."""
    script = """
from tests.book.booked import books_of, drawn, rows_of
history = drawn(13_000, 1, 30)[0]
assert rows_of(books_of(history, compiled=True)) == rows_of(books_of(history, compiled=False))
"""
    ran = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env=os.environ | {"NUMBA_DISABLE_JIT": "1"},
        capture_output=True,
        check=False,
        text=True,
    )
    assert ran.returncode == 0, ran.stderr


@pytest.mark.slow
@pytest.mark.skipif(JIT_IS_OFF, reason="nothing is compiled then")
def test_another_run_finds_all_that_was_compiled() -> None:
    """In a cache that misses, every run would compile a part again and leave another copy."""
    books = (
        "from pathlib import Path\n"
        "from tests.book.booked import books_of, drawn\n"
        "from taxlots.book import compiled\n"
        "assert books_of(next(iter(drawn(10_000, 1, 40))), compiled=True).state.is_compiled\n"
        "folder = Path(compiled.numba.config.CACHE_DIR)\n"
        "print(sorted(path.name for path in folder.rglob('*.nb?')))\n"
    )
    runs = [
        subprocess.run(
            [sys.executable, "-c", books], cwd=ROOT, capture_output=True, text=True, check=True
        )
        for _ in range(2)
    ]
    first, second = (run.stdout for run in runs)
    assert "compiled._enter" in first
    assert second == first
