"""Whatever stands in the rows: books whose identity holds, or problems that say where; no crash."""

import random
from dataclasses import replace

import pytest
from tests.book.booked import rows_of
from tests.engine_adapter import record_of
from tests.histories import Cells, History, random_history

from taxlots.domain.action import COLUMNS, Action
from taxlots.domain.problem import DataError, Problem
from taxlots.workflows.replay import replay_record

BLOCKS, BLOCK = 4, 150

OUT_OF_PLACE = [
    *("", " ", "0", "-1", "-0.01", "3", "0.1", "1/3", "1/0", "0/1", "-1/3", "1e5", "1,000", "=1+1"),
    *("0.000000001", "100000000", "99999999999999999", "NaN", "abc", "\u00a0", "true"),
    *("2024-13-01", "2024-02-30", "1900-01-01", "2099-12-31", "10:00", "25:00"),
    *("A:1;B", "t1:1;t1:1", "t1", "t99:1", ";", "H1A1", "H1A2", "AAA", "BBB", "AAA_C"),
    *("FIFO", "HIFO", "AVERAGE", "TAX_OPTIMAL", "gift", "inheritance"),
]
"""Cells that are wrong in most places and right in some."""


def damaged(seed: int) -> History:
    """A sound history with one to three things done to its rows."""
    rng = random.Random(seed)  # noqa: S311 (no secret)
    history = random_history(seed, rng.randint(5, 30))
    rows = [dict(row) for row in history.rows]
    for _ in range(rng.randint(1, 3)):
        damage(rng, rows)
    return replace(history, rows=rows, as_of="")


def damage(rng: random.Random, rows: list[Cells]) -> None:
    row = rng.choice(rows)
    kind = rng.choice(["cell", "cell", "cell", "action", "lost", "twice", "copied"])
    column = rng.choice(COLUMNS)
    if kind == "cell":
        row[column] = rng.choice(OUT_OF_PLACE)
    elif kind == "action":
        row["action"] = rng.choice(list(Action))
    elif kind == "lost" and len(rows) > 1:
        rows.remove(row)
    elif kind == "twice":
        rows.insert(rows.index(row), row | {"id": f"{row['id']}x"})
    else:
        row[column] = rng.choice(rows).get(column, "")


def refused(history: History) -> list[Problem]:
    """The problems of a history that is refused; none if its books were made and hold."""
    try:
        books = replay_record(record_of(history))
    except DataError as refusal:
        return refusal.problems
    rows_of(books)
    return []


@pytest.mark.parametrize("block", range(BLOCKS))
def test_damaged_rows_are_booked_or_refused(block: int) -> None:
    for seed in range(block * BLOCK, (block + 1) * BLOCK):
        problems = refused(damaged(seed))
        assert not problems or any(problem.severity == "error" for problem in problems), seed
        assert all(p.where and p.code and p.message and p.remedy for p in problems), seed


@pytest.mark.parametrize("price", ["abc", "1/0", "NaN", "1,000", "2024-02-30"])
def test_a_price_that_is_none_beside_fees_of_many_decimals(price: str) -> None:
    history = random_history(1, 5)
    account = history.accounts[0]["account"]
    row = {"id": "t1", "date": "2024-01-02", "account": account, "symbol": "AAA", "action": "BUY"}
    row |= {"quantity": "1", "price": price, "fees": "0.0123"}
    problems = refused(replace(history, rows=[row], as_of=""))
    assert [problem.code for problem in problems] == ["BAD_NUMBER"]
