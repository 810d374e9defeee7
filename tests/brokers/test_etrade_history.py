"""E*TRADE's transactions: words that mean two things, and rows that lack facts."""

import pytest
from tests.brokers.sample_results import codes, read_text

from taxlots.brokers.etrade_history import day_of, option_symbol

OLD = (
    "For Account:,####5678\n\nTransactionDate,TransactionType,SecurityType,Symbol,Quantity,Amount,"
    "Price,Commission,Description\n\n"
)


def actions(*rows: str) -> list[str]:
    reading = read_text("etrade", OLD + "\n".join(rows) + "\n")
    assert not reading.is_refused, reading.problems
    return [row.cells["action"] for row in reading.rows]


@pytest.mark.parametrize(
    ("row", "action"),
    [
        ("06/12/23,Sold Short,EQ,PENY,-40,99.99,2.5,0,PENNY", "SELL_SHORT"),
        ("06/12/23,Sold Short,OPTN,ALFA Nov 17 '23 $50 Put,-1,99.34,1,0.66,PUT", "WRITE_OPTION"),
        ("06/12/23,Bought To Cover,EQ,PENY,40,-81.2,2.03,0,PENNY", "BUY_TO_COVER"),
        (
            "06/12/23,Bought To Cover,OPTN,ALFA Nov 17 '23 $50 Put,1,-50.66,0.5,0.66,PUT",
            "CLOSE_OPTION",
        ),
        ("06/12/23,Dividend,MF,WSTR,0.655,-5.8,0,0,REINVEST PRICE $ 8.86", "REINVEST"),
        ("06/12/23,Dividend,MF,WSTR,0,5.8,0,0,RECORD 06/01/23", "DIVIDEND"),
        (
            "06/12/23,Dividend,MF,WSTR,0,5.8,0,0,L/T CAPITAL GAIN RECORD",
            "CAPITAL_GAIN_DISTRIBUTION",
        ),
        ("06/12/23,Interest,UNKNOWN, ,0,-1.75,0,0,MARGIN INTEREST", "FEE"),
        ("06/12/23,Interest,BOND,#2145605,0,0.14,0,0,SWEEP", "INTEREST"),
        ("06/12/23,Transfer,UNKNOWN, ,0,-20,0,0,ACH WITHDRAWAL", "WITHDRAWAL"),
        ("06/12/23,Transfer,EQ,ALFA,-5,0,0,0,TFR TO ACCT", "TRANSFER_OUT"),
    ],
)
def test_one_word_means_two_things(row: str, action: str) -> None:
    assert actions(row) == [action]


@pytest.mark.parametrize(
    "name",
    [
        "Stock Split",
        "Exchange Received In",
        "Adjustment",
        "Reorganization",
        "Stock Spin-Off",
        "MISC",
    ],
)
def test_what_lacks_facts_is_refused_with_what_to_add(name: str) -> None:
    reading = read_text("etrade", f"{OLD}06/12/23,{name},EQ,ALFA,10,0,0,0,ALFA CORP\n")
    assert codes(reading) == ["NEEDS_FACTS"]
    assert "canonical" in reading.problems[0].remedy or "row" in reading.problems[0].remedy


def test_a_type_that_is_not_known_is_refused() -> None:
    reading = read_text("etrade", f"{OLD}06/12/23,Bartered,EQ,ALFA,10,-5,0.5,0,ALFA CORP\n")
    assert codes(reading) == ["UNKNOWN_ACTION"]


def test_a_cancelled_sale_takes_itself_back() -> None:
    text = (
        f"{OLD}06/12/23,Cancel Sold,EQ,ALFA,25,-1299.97,52,0,ALFA\n"
        "06/12/23,Sold,EQ,ALFA,-25,1299.97,52,0,ALFA\n"
    )
    reading = read_text("etrade", text)
    assert (codes(reading), reading.rows) == (["CANCELLED"], ())


def test_the_total_above_the_table_is_the_sum_of_its_rows() -> None:
    text = (
        "Account Activity for Rainy day -5678 from Current Year\n\nTotal:,10.00\n\n"
        "Activity/Trade Date,Transaction Date,Settlement Date,Activity Type,Description,Symbol,"
        "Cusip,Quantity #,Price $,Amount $,Commission,Category,Note\n"
        "01/05/26,01/05/26,01/05/26,Interest Income,SWEEP,--,--,--,--,0.1,0.0,--,--\n"
    )
    assert codes(read_text("etrade", text)) == ["TOTAL_MISMATCH"]


@pytest.mark.parametrize(
    ("symbol", "description", "option"),
    [
        ("COF Mar 21 '25 $210 Call", "", "COF250321C00210000"),
        ("ALFA", "PUT  ALFA   02/27/26   180.500", "ALFA260227P00180500"),
        ("ALFA", "PUT  ALFA   02/27/26   180.000 EXP", "ALFA260227P00180000"),
        ("ALFA", "PUTNAM FUND 02/27/26", ""),
        ("COF Mrz 21 '25 $210 Call", "", ""),
    ],
)
def test_options_are_named_as_the_occ_does(symbol: str, description: str, option: str) -> None:
    assert option_symbol(symbol, description) == option


def test_years_have_two_or_four_digits() -> None:
    days = [day_of(cell) for cell in ("12/31/19", "1/5/2026", "12/31/99", "13/01/26")]
    assert [str(day) for day in days] == ["2019-12-31", "2026-01-05", "1999-12-31", "None"]
