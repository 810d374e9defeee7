"""Robinhood's codes: what the description adds, shares that leave, splits, and what lacks facts."""

import pytest
from tests.brokers.sample_results import codes, read_text

from taxlots.domain.money import SHARE

HEAD = (
    '"Activity Date","Process Date","Settle Date","Instrument","Description","Trans Code",'
    '"Quantity","Price","Amount"\n'
)


def row(
    code: str,
    description: str = "",
    *,
    symbol: str = "ALFA",
    day: str = "6/10/2025",
    quantity: str = "",
    price: str = "",
    amount: str = "",
) -> str:
    cells = (day, day, day, symbol, description, code, quantity, price, amount)
    return ",".join(f'"{cell}"' for cell in cells) + "\n"


@pytest.mark.parametrize(
    ("text", "action"),
    [
        (row("Buy", quantity="1", price="$5.00", amount="($5.00)"), "BUY"),
        (
            row(
                "Buy", "Alfa\nDividend Reinvestment", quantity="1", price="$5.00", amount="($5.00)"
            ),
            "REINVEST",
        ),
        (row("INT", symbol="", amount="$0.10"), "INTEREST"),
        (row("INT", symbol="", amount="($0.10)"), "FEE"),
        (row("ACH", symbol="", amount="($10.00)"), "WITHDRAWAL"),
        (row("CIL", "CIL on 0.723 @ $100.00 - ALFA", amount="$72.30"), "CASH_IN_LIEU"),
        (row("ACATO", quantity="3S"), "TRANSFER_OUT"),
        (row("ACATI", quantity="3"), "TRANSFER_IN"),
        (row("MDIV", amount="$1.44"), "INTEREST"),
        (row("OEXP", "ALFA 6/10/2025 Call $50.00", quantity="2S"), "EXPIRE"),
    ],
)
def test_each_code_becomes_its_action(text: str, action: str) -> None:
    reading = read_text("robinhood", HEAD + text)
    assert not reading.is_refused, reading.problems
    assert [r.cells["action"] for r in reading.rows] == [action]


@pytest.mark.parametrize("code", ["SOFF", "MRGS", "MRGC", "SXCH", "CONV", "LIQ", "OCC", "OCA"])
def test_what_lacks_facts_is_refused_with_what_to_add(code: str) -> None:
    reading = read_text("robinhood", HEAD + row(code, quantity="10S"))
    assert codes(reading) == ["NEEDS_FACTS"]
    assert " row" in reading.problems[0].remedy


def test_a_code_that_is_not_known_is_refused() -> None:
    reading = read_text("robinhood", HEAD + row("ZZZ", "Something new", quantity="1"))
    assert codes(reading) == ["UNKNOWN_ACTION"]
    assert "'ZZZ'" in reading.problems[0].message
    assert "'Something new'" in reading.problems[0].message


def test_a_split_needs_what_was_held_before_the_file() -> None:
    split = HEAD + row("SPL", "Forward Split", quantity="27")
    assert codes(read_text("robinhood", split)) == ["SPLIT_RATIO_UNKNOWN"]
    known = read_text("robinhood", split, held={"ALFA": 3 * SHARE})
    assert [r.cells["ratio"] for r in known.rows] == ["10"]


def test_a_spin_off_that_stands_alone_under_the_code_of_splits_is_no_split() -> None:
    reading = read_text("robinhood", HEAD + row("SPR", "Spun off", quantity="4"))
    assert codes(reading) == ["SPLIT_RATIO_UNKNOWN"]


def test_reverse_splits_of_two_symbols_on_one_day_stay_apart() -> None:
    text = HEAD + "".join(
        (
            row("SPR", symbol="ALFA", quantity="5"),
            row("SPR", symbol="BETA", quantity="30S"),
            row("SPR", symbol="ALFA", quantity="50S"),
            row("SPR", symbol="BETA", quantity="1.5"),
        )
    )
    rows = read_text("robinhood", text).rows
    assert {r.cells["symbol"]: r.cells["ratio"] for r in rows} == {"ALFA": "1/10", "BETA": "1/20"}


def test_an_assignment_takes_the_shares_beside_it() -> None:
    option = row("OASGN", "ALFA 6/10/2025 Put $44.00", quantity="1")
    stock = row(
        "Buy",
        "Alfa\nCUSIP: 02099X105\n1 ALFA Option Assigned",
        quantity="100",
        price="$44.00",
        amount="($4,400.00)",
    )
    [both] = read_text("robinhood", HEAD + option + stock).rows
    assert (both.cells["action"], both.cells["symbol"]) == ("ASSIGN", "ALFA250610P00044000")
    assert both.cells["amount"] == "4400.00"
    assert codes(read_text("robinhood", HEAD + option)) == ["NEEDS_FACTS"]
    assert codes(read_text("robinhood", HEAD + stock)) == ["NEEDS_FACTS"]


def test_stock_for_which_the_code_of_options_stands_is_no_option() -> None:
    reading = read_text(
        "robinhood", HEAD + row("Buy", "ALFA 6/20/2025 Call $5.00", quantity="1", amount="($5.00)")
    )
    assert codes(reading) == ["NEEDS_FACTS"]


def test_the_legal_text_is_no_row_and_a_cut_off_row_is_no_legal_text() -> None:
    bought = row("Buy", quantity="1", price="$5.00", amount="($5.00)")
    legal = '"","","","","","","","","","The data provided is for informational purposes only."\n'
    assert len(read_text("robinhood", HEAD + bought + legal).rows) == 1
    assert codes(read_text("robinhood", HEAD + bought + bought[:40] + '"\n')) == ["BAD_ROW"]


def test_an_amount_that_the_price_does_not_make_is_told() -> None:
    reading = read_text(
        "robinhood", HEAD + row("Sell", quantity="10", price="$5.00", amount="$75.00")
    )
    assert codes(reading) == ["AMOUNT_MISMATCH"]
    assert reading.rows[0].cells["amount"] == "75.00"
