"""A book that goes on day by day is the book that is booked at once."""

from collections import Counter
from dataclasses import replace

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
from tests.histories import History

from taxlots.book import extension
from taxlots.book.booking import Books
from taxlots.book.extension import extend
from taxlots.market_data.calendars import settlement_day

HISTORIES = 100


def extended(books: Books, history: History, count: int) -> Books | None:
    """The books after the first ``count`` rows; as of the history's day once all are there."""
    as_of = history.as_of if count == len(history.rows) else ""
    further, _ = extend(
        books, first_rows(history, count), as_of=day(as_of), settlement=settlement_day
    )
    return further


def day_by_day(history: History) -> Books | None:
    """Extend the books by each day's rows; a day that cannot be booked yet waits for the next.

    A history that is sound as a whole may not be so on its way: what a VOID takes back later.
    """
    books: Books | None = None
    further: Books | None = None
    for count in day_ends(history):
        further = (
            booked(first_rows(history, count), history.as_of if count == len(history.rows) else "")
            if books is None
            else extended(books, history, count)
        )
        books = further or books
    return further


@pytest.fixture
def continued(monkeypatch: pytest.MonkeyPatch) -> Counter[bool]:
    """How often books were extended, and how often booked anew."""
    counted: Counter[bool] = Counter()
    original = extension.continues

    def counting(*arguments: object) -> bool:
        goes_on = original(*arguments)  # type: ignore[arg-type]
        counted[goes_on] += 1
        return goes_on

    monkeypatch.setattr(extension, "continues", counting)
    return counted


def test_day_by_day_is_all_at_once(continued: Counter[bool]) -> None:
    for history in drawn(0, HISTORIES, 15):
        books = day_by_day(history)
        assert books is not None
        assert rows_of(books) == rows_of(books_of(history))
    assert continued[True] > 10 * HISTORIES, "most days extend the books"
    assert continued[False] > HISTORIES, "some take effect earlier and book them anew"


def test_what_if_leaves_the_books_as_they_were() -> None:
    for history in drawn(1_000, 40, 25):
        half = day_ends(history)[len(day_ends(history)) // 2]
        books = booked(first_rows(history, half))
        if books is None:
            continue
        before, state = rows_of(books), state_of(books)
        first = extended(books, history, len(history.rows))
        second = extended(books, history, len(history.rows))
        assert first is not None
        assert second is not None
        assert rows_of(first) == rows_of(second)
        assert rows_of(books) == before
        assert state_of(books) == state


def test_what_if_of_a_purchase_and_of_its_contrary() -> None:
    """One book, two futures: neither sees the other."""
    history = drawn(2_000, 1, 40)[0]
    books = books_of(history)
    last = max(row["date"] for row in history.rows)
    account = history.accounts[0]["account"]
    futures = []
    for number, quantity in enumerate(("1", "2"), start=1):
        row = {"id": f"what-if-{number}", "date": last, "account": account, "symbol": "NEW"}
        row |= {"action": "BUY", "quantity": quantity, "price": "10"}
        future = replace(history, rows=[*history.rows, row], as_of=last)
        further = extended(books, future, len(future.rows))
        assert further is not None
        futures.append(
            [lot["quantity"] for lot in rows_of(further)["lots"] if lot["symbol"] == "NEW"]
        )
    assert futures == [["1"], ["2"]]


def test_households_go_on_each_from_its_own_last_day(continued: Counter[bool]) -> None:
    """A new row of one household may be older than the last row of the other."""
    histories = [h for h in drawn(3_000, 400, 20) if len({a["household"] for a in h.accounts}) > 1]
    for history in histories[:20]:
        home = {cells["account"]: cells["household"] for cells in history.accounts}
        if not all(row["account"] for row in history.rows):
            continue
        blocks = replace(history, rows=sorted(history.rows, key=lambda row: home[row["account"]]))
        books = day_by_day(blocks)
        assert books is not None
        assert rows_of(books) == rows_of(books_of(blocks))
    assert continued[True] > 100


def test_the_same_rows_again_change_nothing() -> None:
    for history in drawn(4_000, 15, 25):
        books = books_of(history)
        again = extended(books, history, len(history.rows))
        assert again is not None
        assert rows_of(again) == rows_of(books)


def test_rows_of_a_lot_in_two_accounts_have_one_order() -> None:
    """Whether the accounts came to hold the symbol on one day or on several."""
    accounts = [
        {"household": "H", "account": name, "kind": "taxable", "owner": "self", "method": ""}
        for name in ("A1", "A2")
    ]
    buy = {"symbol": "X", "action": "BUY", "quantity": "4", "price": "10"}
    move = {"symbol": "X", "action": "TRANSFER", "quantity": "1", "to_account": "A1"}
    rows = [
        {"id": "t1", "date": "2024-03-01", "account": "A2"} | buy,
        {"id": "t2", "date": "2024-03-04", "account": "A1"} | buy,
        {"id": "t3", "date": "2024-03-05", "account": "A2", "lots": "t1:1"} | move,
    ]
    history = History(accounts, [{"symbol": "X", "kind": "stock"}], [], {}, rows)
    books = day_by_day(history)
    assert books is not None
    assert rows_of(books) == rows_of(books_of(history))
