"""Basis rolls forward: opening + in + adjustments - relieved = closing, to the cent.

The histories are random; opening and closing are also read from books of that day alone.
"""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from tests.book.booked import books_of
from tests.cli.running import book
from tests.histories import PROFILES, History, histories, random_history

from taxlots.book.booking import Books
from taxlots.book.results import open_lots_of
from taxlots.book.roll_forward import RollForward, roll_forward
from taxlots.domain.calendar import date_of, day_number
from taxlots.workflows.replay import replay

HEADER = "id,date,account,symbol,action,quantity,amount\n"
ACCOUNTS = "household,account,kind,owner\nhome,home-a,taxable,self\n"
LONG_AGO = day_number(1900, 1, 1)


def years(books: Books) -> list[int]:
    day = books.journal.day["date"][0]
    return sorted({date_of(int(one)).year for one in day})


def of_year(books: Books, year: int) -> RollForward:
    return roll_forward(books, day_number(year, 1, 1), day_number(year, 12, 31))


def check(history: History, *, compiled: bool = False) -> None:
    books = books_of(history, compiled=compiled)
    before = None
    for year in years(books):
        rolled = of_year(books, year)
        assert not rolled.residual.any(), (year, rolled)
        if before is not None:
            assert (rolled.cents["opening"] == before.cents["closing"]).all()
        before = rolled
    whole = roll_forward(books, LONG_AGO, books.as_of)
    assert not whole.residual.any()
    assert not whole.cents["opening"].any()
    lots = open_lots_of(books)
    known = ~lots.is_unknown & whole.in_scope[lots.position]
    held = np.zeros(len(whole.in_scope), np.int64)
    np.add.at(held, lots.position[known], lots.basis[known])
    assert (held == whole.cents["closing"]).all()


@pytest.mark.parametrize("profile", PROFILES)
def test_every_year_of_random_histories_rolls_forward_without_residual(profile: str) -> None:
    for seed in range(25):
        check(random_history(seed, 10 + seed % 60, profile))


@given(histories(profile="all"))
@settings(max_examples=60)
def test_whatever_hypothesis_finds_rolls_forward(history: History) -> None:
    check(history)


def test_compiled_books_roll_forward_too() -> None:
    for seed in range(6):
        check(random_history(seed, 40, "all"), compiled=True)


def test_what_a_year_bought_washed_and_sold_stands_in_its_own_column(tmp_path: Path) -> None:
    """1,000 held at the start; 400 sold of it at a loss of 100, which joins what 500 bought."""
    rows = (
        "b1,2023-01-03,home-a,ABC,BUY,10,1000.00\n"
        "s1,2024-05-01,home-a,ABC,SELL,4,300.00\n"
        "b2,2024-05-10,home-a,ABC,BUY,5,500.00\n"
    )
    books = replay(str(book(tmp_path / "book", rows, header=HEADER, accounts=ACCOUNTS)))
    [position] = [at for at, place in enumerate(books.blueprint.places) if place[1] == "ABC"]
    rolled = of_year(books, 2024)
    moved = {name: int(cents[position]) for name, cents in rolled.cents.items() if cents[position]}
    assert moved == {
        "opening": 1000_00,
        "purchased": 500_00,
        "disallowed": 100_00,
        "relieved": 400_00,
        "closing": 1200_00,
    }
    assert not rolled.residual.any()
