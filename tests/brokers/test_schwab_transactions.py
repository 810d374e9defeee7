"""What the importer does with a transaction of Schwab's, rule by rule."""

import json
from datetime import date

import pytest

from taxlots.brokers.protocol import Reading
from taxlots.brokers.registry import BROKERS

HEADER = '"Date","Action","Symbol","Description","Quantity","Price","Fees & Comm","Amount"'
TITLE = '"Transactions  for account Individual ...678 as of 12/31/2024 06:00:00 PM ET"'


def read(
    *rows: str,
    title: str = "",
    as_of: date | None = None,
    held: dict[str, int] | None = None,
) -> Reading:
    """``rows`` are unquoted cells with commas between, newest first."""
    body = [",".join(f'"{cell}"' for cell in row.split(",")) for row in rows]
    text = "\n".join([*([title] if title else []), HEADER, *body, ""])
    schwab = BROKERS["schwab"]
    return schwab.read(text, file="export.csv", account="A", as_of=as_of, held=held)


def cells(reading: Reading, *columns: str) -> list[tuple[str, ...]]:
    assert not reading.is_refused, reading.problems
    return [tuple(row.cells.get(column, "") for column in columns) for row in reading.rows]


def codes(reading: Reading) -> list[tuple[str, str]]:
    return [(p.where, p.code) for p in reading.problems]


def test_the_as_of_date_is_the_trade_date() -> None:
    reading = read("08/18/2023 as of 08/15/2023,Buy,ALFA,ALFA CORP,10,$5.00,,-$50.00")
    assert cells(reading, "date") == [("2023-08-15",)]


def test_rows_are_booked_oldest_first_and_of_one_day_the_lower_first() -> None:
    reading = read(
        "03/02/2023,Sell,ALFA,ALFA CORP,1,$9.00,,$9.00",
        "03/01/2023,Sell,ALFA,ALFA CORP,2,$8.00,,$16.00",
        "03/01/2023,Buy,ALFA,ALFA CORP,3,$7.00,,-$21.00",
    )
    assert cells(reading, "date", "quantity") == [
        ("2023-03-01", "3"),
        ("2023-03-01", "2"),
        ("2023-03-02", "1"),
    ]


def test_an_export_sorted_oldest_first_is_booked_as_it_stands() -> None:
    reading = read(
        "03/01/2023,Buy,ALFA,ALFA CORP,3,$7.00,,-$21.00",
        "03/01/2023,Sell,ALFA,ALFA CORP,2,$8.00,,$16.00",
        "03/02/2023,Sell,ALFA,ALFA CORP,1,$9.00,,$9.00",
    )
    assert cells(reading, "quantity") == [("3",), ("2",), ("1",)]
    assert not reading.problems


def test_an_unsorted_export_is_booked_by_date_with_a_warning() -> None:
    reading = read(
        "03/01/2023,Buy,ALFA,ALFA CORP,3,$7.00,,-$21.00",
        "03/03/2023,Sell,ALFA,ALFA CORP,1,$9.00,,$9.00",
        "03/02/2023,Sell,ALFA,ALFA CORP,2,$8.00,,$16.00",
    )
    assert cells(reading, "quantity") == [("3",), ("2",), ("1",)]
    assert codes(reading) == [("export.csv:3:Date", "UNORDERED")]


def test_equal_rows_are_equal_transactions() -> None:
    row = "03/01/2023,Buy,ALFA,ALFA CORP,3,$7.00,,-$21.00"
    assert len(read(row, row, row).rows) == 3


@pytest.mark.parametrize(
    ("money", "amount"),
    [
        ("-$1234.50", "1234.50"),
        ("($1234.50)", "1234.50"),
        ("$-1234.50", "1234.50"),
        ("-1234.5", "1234.50"),
    ],
)
def test_money_is_read_in_each_of_its_forms(money: str, amount: str) -> None:
    reading = read(f"03/01/2023,Buy,ALFA,ALFA CORP,10,$123.45,,{money}")
    assert cells(reading, "amount") == [(amount,)]


@pytest.mark.parametrize(
    "name",
    [
        "Cash Dividend",
        "Qualified Dividend",
        "Non-Qualified Div",
        "Qual Div Reinvest",
        "REINVEST DIVIDEND",
        "Pr Yr Non-Qual Div",
        "Special Dividend",
        "Short Term Cap Gain",
    ],
)
def test_dividends_are_cash_under_the_security(name: str) -> None:
    reading = read(f"03/01/2023,{name},ALFA,ALFA CORP,,,,$12.00")
    assert cells(reading, "action", "symbol", "amount") == [("DIVIDEND", "ALFA", "12.00")]


def test_a_reversed_dividend_is_negative() -> None:
    reading = read("03/01/2023,Rev Pr Yr Cash Div,ALFA,ALFA CORP,,,,-$12.00")
    assert cells(reading, "action", "amount") == [("DIVIDEND", "-12.00")]


def test_a_return_of_capital_is_one() -> None:
    reading = read("03/01/2023,Return Of Capital,ALFA,ALFA CORP,,,,$12.00")
    assert cells(reading, "action", "amount") == [("RETURN_OF_CAPITAL", "12.00")]


def test_a_refunded_fee_is_negative() -> None:
    reading = read(
        "03/02/2023,Service Fee,,WAIVED,,,,$25.00", "03/01/2023,Service Fee,,FEE,,,,-$25.00"
    )
    assert cells(reading, "action", "amount") == [("FEE", "25.00"), ("FEE", "-25.00")]


def test_a_journal_moves_money_or_shares_by_what_it_tells() -> None:
    reading = read(
        "03/03/2023,Journal,NO NUMBER,TOA ACAT,,,,$101000.00",
        "03/02/2023,Journal,ALFA,TO SPOUSE,-5,,,",
        "03/01/2023,Journal,,FROM CHECKING,,,,-$7.00",
    )
    assert cells(reading, "action", "symbol", "quantity", "amount") == [
        ("WITHDRAWAL", "", "", "7.00"),
        ("TRANSFER_OUT", "ALFA", "5", ""),
        ("DEPOSIT", "", "", "101000.00"),
    ]


def test_shares_that_come_in_have_an_unknown_basis_never_zero() -> None:
    reading = read("03/02/2023,Security Transfer,ALFA,ACAT,48,,,")
    assert cells(reading, "action", "quantity", "cost_basis", "acquired_date") == [
        ("TRANSFER_IN", "48", "", "")
    ]
    assert codes(reading) == [("export.csv:2:Quantity", "BASIS_UNKNOWN")]
    assert "order_id" in reading.problems[0].remedy


def test_without_an_amount_price_and_fees_stand() -> None:
    reading = read("03/02/2023,Buy,ALFA,ALFA CORP,10,$5.00,$1.00,")
    assert cells(reading, "price", "fees", "amount") == [("5.00", "1.00", "")]


def test_an_amount_that_contradicts_the_price_is_told() -> None:
    reading = read("03/02/2023,Buy,ALFA,ALFA CORP,10,$5.00,$1.00,-$61.00")
    assert cells(reading, "amount") == [("61.00",)]
    assert codes(reading) == [("export.csv:2:Amount", "AMOUNT_MISMATCH")]


def test_the_digits_that_a_price_does_not_show_are_no_contradiction() -> None:
    reading = read("03/02/2023,Buy,ALFA,ALFA CORP,139,$34.90,,-$4851.09")
    assert not reading.problems


def test_a_cell_that_starts_like_a_formula_is_text() -> None:
    reading = read("03/02/2023,Cash Dividend,ALFA,=1+1@cmd,,,,$1.00")
    assert "=1+1@cmd" in reading.rows[0].raw
    assert cells(reading, "action", "amount") == [("DIVIDEND", "1.00")]


def test_the_words_of_a_description_do_not_make_another_transaction() -> None:
    """Schwab shows a security's name of today, so an old row reads differently later on."""
    before = read("03/02/2020,Sell,ALFA,FACELIFT INC,10,$5.00,,$50.00")
    after = read("03/02/2020,Sell,ALFA,METAPHOR INC,10,$5.00,,$50.00")
    assert before.rows[0].cells == after.rows[0].cells
    assert before.rows[0].cells["note"] == "Sell"
    assert before.rows[0].raw != after.rows[0].raw


def test_csv_and_json_tell_the_same_transaction() -> None:
    row = "03/02/2020,Sell,ALFA,ALFA CORP,1000,$5.00,$0.10,$4999.90"
    values = [*row.split(",")[:4], "1,000", "$5.00", "$0.10", "$4,999.90"]
    names = HEADER.replace('"', "").split(",")
    text = json.dumps({"BrokerageTransactions": [dict(zip(names, values, strict=True))]})
    other = BROKERS["schwab"].read(text, file="export.json", account="A")
    assert other.rows[0].cells == read(row).rows[0].cells


def test_unknown_columns_are_ignored() -> None:
    text = f"Row,{HEADER},Extra\n1,03/02/2023,Cash Dividend,ALFA,X,,,,$1.00,whatever\n"
    reading = BROKERS["schwab"].read(text, file="export.csv", account="A")
    assert cells(reading, "amount") == [("1.00",)]


def test_a_total_that_the_rows_do_not_make_up_is_told() -> None:
    reading = read("03/02/2023,Cash Dividend,ALFA,X,,,,$1.00", "Transactions Total,,,,,,,$2.00")
    assert codes(reading) == [("export.csv:3:Amount", "TOTAL_MISMATCH")]
    assert "2.00" in reading.problems[0].message


def test_an_export_without_rows_is_told() -> None:
    reading = read(title=TITLE)
    assert codes(reading) == [("export.csv:2", "NO_ROWS")]


class TestCancellation:
    def test_it_takes_back_the_row_of_its_day(self) -> None:
        reading = read(
            "03/26/2026 as of 03/25/2026,Cancel Buy,ALFA,ALFA CORP,4,$5.00,,$20.00",
            "03/25/2026,Buy,ALFA,ALFA CORP,4,$5.00,,-$20.00",
            "03/25/2026,Buy,ALFA,ALFA CORP,4,$5.00,,-$20.00",
        )
        assert len(reading.rows) == 1
        assert codes(reading) == [("export.csv:2:Action", "CANCELLED")]

    def test_alone_it_is_an_error(self) -> None:
        reading = read("03/26/2026,Cancel Buy,ALFA,ALFA CORP,4,$5.00,,$20.00")
        assert codes(reading) == [("export.csv:2:Action", "UNMATCHED_CANCEL")]
        assert "VOID" in reading.problems[0].remedy


class TestOptions:
    def test_symbols_are_those_of_the_clearing_house(self) -> None:
        reading = read("03/02/2023,Buy to Open,SPY 03/31/2023 284.50 P,PUT,1,$2.00,$0.66,-$200.66")
        assert cells(reading, "action", "symbol", "quantity") == [
            ("BUY_OPTION", "SPY230331P00284500", "1")
        ]
        assert not reading.problems

    def test_long_and_short_options_expire(self) -> None:
        reading = read(
            "04/01/2020 as of 03/31/2020,Expired,SPY 03/31/2020 284.00 P,PUT,-1,,,",
            "04/01/2020 as of 03/31/2020,Expired,SPY 03/31/2020 300.00 C,CALL,1,,,",
        )
        assert cells(reading, "date", "action", "quantity") == [
            ("2020-03-31", "EXPIRE", "1"),
            ("2020-03-31", "EXPIRE", "1"),
        ]

    def test_an_assignment_needs_the_shares_that_it_moved(self) -> None:
        reading = read("06/21/2024,Assigned,META 06/21/2024 450.00 C,Assignment,1,,,")
        assert codes(reading) == [("export.csv:2:Action", "NEEDS_FACTS")]
        assert "ASSIGN row" in reading.problems[0].remedy


class TestMoveWithinTheAccount:
    """The accounts that came from TD Ameritrade show each position leaving and coming in."""

    def test_the_two_rows_cancel_and_the_lots_stay(self) -> None:
        reading = read(
            "05/13/2024,Internal Transfer,ALFA,ALFA CORP,18.933,,,",
            "05/13/2024,Journaled Shares,ALFA,TDA TRAN - TRANSFER OUT,-18.933,,,",
            "05/01/2024,Buy,ALFA,ALFA CORP,18.933,$10.00,,-$189.33",
        )
        assert cells(reading, "action") == [("BUY",)]
        assert codes(reading) == [("export.csv:2:Quantity", "INTERNAL_MOVE")]

    def test_two_moves_of_other_kinds_are_two_transfers(self) -> None:
        reading = read(
            "05/13/2024,Security Transfer,ALFA,FROM BANK,5,,,",
            "05/13/2024,Journaled Shares,ALFA,TO SPOUSE,-5,,,",
        )
        assert cells(reading, "action") == [("TRANSFER_OUT",), ("TRANSFER_IN",)]


def test_options_and_bonds_tell_their_contracts() -> None:
    reading = read(
        "12/02/2024,Buy to Open,ALFA 12/20/2024 92.50 P,PUT ALFA,1,$2.00,$0.66,-$200.66",
        "11/05/2024,Buy,91282CXY2,UST NOTE DUE 11/30/30,5000,$99.50,,-$4975.00",
        "11/04/2024,Buy,ALFA,ALFA CORP,1,$9.00,,-$9.00",
    )
    assert [(s["symbol"], s["kind"]) for s in reading.securities] == [
        ("91282CXY2", "bond"),
        ("ALFA241220P00092500", "option"),
    ]
    assert reading.securities[1]["strike"] == "92.5"
