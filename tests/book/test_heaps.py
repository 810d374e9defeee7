"""Heaps find the sub-lot that looking through all of them finds."""

import random
from dataclasses import replace
from datetime import date, timedelta

import pytest
from tests.book.booked import Rows, booked, rows_of
from tests.engine_adapter import record_of
from tests.histories import PROFILES, Cells, History, random_history

from taxlots.book import heaps, kinds
from taxlots.domain.method import ReliefMethod

RANKED = tuple(m for m in ReliefMethod if m not in {"FIFO", "LIFO", "AVERAGE", "HIGHEST_COST"})
ACCOUNT = {"household": "H", "account": "A", "kind": "taxable", "owner": "self"}


def rows_with(history: History, few: int, monkeypatch: pytest.MonkeyPatch) -> Rows | None:
    """What replay writes where positions of more than ``few`` sub-lots have heaps."""
    monkeypatch.setattr(heaps, "FEW", few)
    books = booked(record_of(history), history.as_of)
    if books is None:
        return None
    if few < 0:
        slots, positions = books.state.table("slots"), books.state.table("positions")
        heaped = positions["flags"] & kinds.TURN_HEAP != 0
        assert not heaped.any() or (slots["side"] <= heaps.LONG_SIDE).all()
    return rows_of(books)


def by(method: ReliefMethod, history: History) -> History:
    return replace(history, accounts=[a | {"method": method.value} for a in history.accounts])


def years_of_trades(seed: int, size: int) -> History:
    """One account that trades one symbol for years: lots turn long-term between its sales."""
    draw = random.Random(seed)  # noqa: S311 (no secret)
    day = date(2018, 1, 2)
    held = 0
    rows: list[Cells] = []
    for number in range(size):
        day += timedelta(days=draw.choice((0, 1, 3, 9)))
        is_sale = held > 0 and draw.random() < 0.4
        quantity = draw.randint(1, min(held, 60)) if is_sale else draw.randint(1, 40)
        held += -quantity if is_sale else quantity
        rows.append(
            {
                "id": f"t{number}",
                "date": day.isoformat(),
                "account": "A",
                "symbol": "X",
                "action": "SELL" if is_sale else "BUY",
                "quantity": str(quantity),
                "price": str(draw.randint(40, 60)),
            }
        )
    return History([ACCOUNT], [{"symbol": "X", "kind": "stock"}], [], {}, rows)


@pytest.mark.parametrize("method", RANKED)
def test_lots_that_turn_long_term(method: ReliefMethod, monkeypatch: pytest.MonkeyPatch) -> None:
    for seed in range(3):
        history = by(method, years_of_trades(seed, 250))
        expected = rows_with(history, 1_000_000, monkeypatch)
        assert expected is not None
        assert {row["term"] for row in expected["realized"]} == {"ST", "LT"}
        assert rows_with(history, -1, monkeypatch) == expected
        assert rows_with(history, 20, monkeypatch) == expected, "heaps begun in the middle"


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("method", RANKED)
def test_random_histories(
    method: ReliefMethod, profile: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Splits, moves, gifts, shorts and corporate actions between the sales."""
    compared = 0
    for seed in range(7_000, 7_025):
        history = by(method, random_history(seed, 40, profile))
        expected = rows_with(history, 1_000_000, monkeypatch)
        assert rows_with(history, -1, monkeypatch) == expected
        compared += expected is not None
    assert compared > 0


def test_a_method_can_follow_another(monkeypatch: pytest.MonkeyPatch) -> None:
    """A position that is sold by all of them in turn has heaps of every kind at once."""
    history = years_of_trades(7, 300)
    methods = [*RANKED, ReliefMethod.FIFO, ReliefMethod.LIFO]
    sales = [row for row in history.rows if row["action"] == "SELL"]
    for number, row in enumerate(sales):
        row["method"] = methods[number % len(methods)].value
    expected = rows_with(history, 1_000_000, monkeypatch)
    assert expected is not None
    assert rows_with(history, -1, monkeypatch) == expected
