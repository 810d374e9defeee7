"""What does not fit 64-bit cents and shares is a problem; nothing wraps and nothing crashes."""

from pathlib import Path

import pytest
from tests.book.booked import booked
from tests.cases import Case, Cells, read_csv, write_book
from tests.engine_adapter import record_of
from tests.histories import History

from taxlots.book.booking import book_record
from taxlots.domain.problem import DataError
from taxlots.market_data.calendars import settlement_day
from taxlots.workflows.replay import write_replay

CALL = {"symbol": "XC", "kind": "option", "multiplier": "100", "underlying": "X"}
BUY = {"id": "t1", "date": "2024-01-02", "account": "A1", "symbol": "X", "action": "BUY"}
MORE = BUY | {"id": "t2", "date": "2024-01-03"}
SELL = {"id": "t2", "date": "2024-03-01", "account": "A1", "symbol": "X", "action": "SELL"}
SPLIT = {"id": "t2", "date": "2024-03-01", "account": "A1", "symbol": "X", "action": "SPLIT"}

BILLION = 10**9

ABSURD: dict[str, tuple[str, list[Cells]]] = {
    "one quantity": ("BAD_NUMBER", [BUY | {"qty": f"{100 * BILLION}", "amount": "1"}]),
    "one amount": ("BAD_NUMBER", [BUY | {"qty": "1", "amount": f"{100_000_000 * BILLION}"}]),
    "the sum of quantities": (
        "TOO_LARGE",
        [row | {"qty": f"{30 * BILLION}", "amount": "1"} for row in (BUY, MORE)],
    ),
    "the sum of amounts": (
        "TOO_LARGE",
        [row | {"qty": "1", "amount": f"{30_000_000 * BILLION}"} for row in (BUY, MORE)],
    ),
    "price times quantity": (
        "TOO_LARGE",
        [BUY | {"qty": f"{30 * BILLION}", "price": f"{10 * BILLION}"}],
    ),
    "price times quantity, finely": (
        "TOO_LARGE",
        [BUY | {"qty": f"{30 * BILLION}", "price": f"{10 * BILLION}.0000000001"}],
    ),
    "contracts times their multiplier": (
        "TOO_LARGE",
        [BUY | {"symbol": "XC", "qty": f"{10 * BILLION}", "price": "0.01"}],
    ),
    "a split": (
        "TOO_LARGE",
        [BUY | {"qty": f"{BILLION}", "amount": "1"}, SPLIT | {"ratio": "2000000000"}],
    ),
    "share equivalents of a loss": (
        "TOO_LARGE",
        [
            BUY | {"symbol": "XC", "qty": f"{2 * BILLION}", "amount": "2"},
            SELL | {"symbol": "XC", "qty": f"{2 * BILLION}", "amount": "1"},
        ],
    ),
}


def case_of(rows: list[Cells]) -> Case:
    return {
        "id": "absurd",
        "accounts": [{"id": "A1", "type": "taxable", "owner": "self"}],
        "securities": [CALL],
        "substantially_identical": [],
        "lot_method": "FIFO",
        "policy": {},
        "transactions": rows,
    }


@pytest.mark.parametrize("what", ABSURD)
def test_absurd_numbers_are_refused(what: str, tmp_path: Path) -> None:
    code, rows = ABSURD[what]
    book = write_book(case_of(rows), tmp_path / "book")
    with pytest.raises(DataError):
        write_replay(str(book), tmp_path / "out")
    problems = read_csv(tmp_path / "out" / "problems.csv")
    assert [row["code"] for row in problems if row["severity"] == "error"] == [code]
    assert all(row["remedy"] for row in problems)


def history_of(rows: list[Cells]) -> History:
    accounts = [{"household": "H", "account": "A1", "kind": "taxable", "owner": "self"}]
    cells = [{("quantity" if k == "qty" else k): v for k, v in row.items()} for row in rows]
    return History(accounts, [CALL, {"symbol": "X", "kind": "stock"}], [], {}, cells)


@pytest.mark.slow
@pytest.mark.parametrize("what", [what for what, (code, _) in ABSURD.items() if "TOO" in code])
def test_absurd_numbers_do_not_wrap_in_machine_code(what: str) -> None:
    record = record_of(history_of(ABSURD[what][1]))
    books, problems = book_record(record, settlement=settlement_day, compiled=True)
    assert books is None
    assert [problem.code for problem in problems] == ["TOO_LARGE"]


def test_a_large_but_possible_book_is_booked() -> None:
    """Ten billion shares for a trillion dollars."""
    rows = [BUY | {"qty": f"{10 * BILLION}", "amount": f"{1_000 * BILLION}"}]
    rows.append(SELL | {"qty": f"{10 * BILLION}", "amount": f"{999 * BILLION}"})
    books = booked(record_of(history_of(rows)))
    assert books is not None
