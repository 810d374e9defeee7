"""The auditor's average basis against the examples of Reg. 1.1012-1(e)."""

import pytest
from tests.auditor.book import InvalidBookError
from tests.auditor.small_books import booked, columns, disallowed

ELECT = "el 2010-01-04 A ELECT_AVERAGE F -"
EX_2 = (
    "a 2010-01-08 A BUY F 25 amount=200",
    "b 2010-02-08 A BUY F 24 amount=200",
    "c 2010-03-08 A BUY F 20 amount=200",
    "d 2010-04-08 A BUY F 20 amount=200",
)
SALE = "s1 2011-01-15 A SELL F 40 price=10"
LATER = (
    "e 2011-03-08 A BUY F 25 price=12",
    "s2 2011-05-08 A SELL F 40 price=10",
    "s3 2012-07-08 A SELL F 34 price=10",
)
GAINS = ("lot_id", "quantity", "gain", "term")


@pytest.mark.parametrize(
    ("rounding", "first", "second"), [("cents", "25.25", "15.15"), ("exact", "25.28", "15.17")]
)
def test_av_001_average_with_fifo_for_the_term(rounding: str, first: str, second: str) -> None:
    result = booked(ELECT, *EX_2, SALE, average_rounding=rounding)
    assert columns(result.realized, *GAINS) == {("a", "25", first, "LT"), ("b", "15", second, "ST")}


def test_av_002_change_to_fifo_keeps_the_average() -> None:
    """The 49 shares left have 8.99 each; those bought later have their own 12.00."""
    result = booked(
        ELECT, *EX_2, SALE, "off 2011-02-08 A REVOKE_AVERAGE F -", *LATER, average_rounding="cents"
    )
    later = [row for row in result.realized if row["sale_id"] != "s1"]
    units = {
        (row["sale_id"], row["lot_id"], row["quantity"]): round(
            float(row["cost_basis"]) / float(row["quantity"]), 2
        )
        for row in later
    }
    assert units == {
        ("s2", "b", "9"): 8.99,
        ("s2", "c", "20"): 8.99,
        ("s2", "d", "11"): 8.99,
        ("s3", "d", "9"): 8.99,
        ("s3", "e", "25"): 12.00,
    }


def test_av_003_change_from_fifo_to_average() -> None:
    """FIFO first: 25 at 8.00 and 15 at 8.33; the pool of 74 then has 775.00 exactly."""
    elect = "el 2011-04-01 A ELECT_AVERAGE F -"
    result = booked(*EX_2, SALE, LATER[0], elect, LATER[1])
    sold = [row for row in result.realized if row["sale_id"] == "s1"]
    assert columns(sold, "lot_id", "cost_basis") == {("a", "200.00"), ("b", "125.00")}
    later = [row for row in result.realized if row["sale_id"] == "s2"]
    assert sum(float(row["cost_basis"]) for row in later) == pytest.approx(775 * 40 / 74, abs=0.01)


EX_9 = (
    "a 2012-01-08 A BUY F 25 amount=200",
    "b 2012-02-08 A BUY F 24 amount=200",
    "c 2012-03-08 A BUY F 20 amount=200",
)
SOLD = "s 2012-06-01 A SELL F 60 price=10"


def test_av_004_timely_revocation_restores_the_lots() -> None:
    elect = "el 2012-04-01 A ELECT_AVERAGE F -"
    result = booked(*EX_9, elect, "off 2012-05-08 A REVOKE_AVERAGE F -", SOLD)
    assert columns(result.realized, "lot_id", "cost_basis") == {
        ("a", "200.00"),
        ("b", "200.00"),
        ("c", "110.00"),
    }


def test_av_005_method_of_the_broker_is_no_election() -> None:
    average = "el 2012-01-02 A SET_METHOD F - method=AVERAGE"
    result = booked(average, *EX_9, "off 2012-05-08 A SET_METHOD F - method=FIFO", SOLD)
    assert sum(float(row["cost_basis"]) for row in result.realized) == pytest.approx(
        600 * 60 / 69, abs=0.01
    )


@pytest.mark.parametrize("end", ["2013-02-01", "2013-02-02"])
def test_av_006_single_account_election_is_void_with_a_timely_revocation(end: str) -> None:
    result = booked(
        "n 2010-02-01 A BUY F 1000 price=24",
        "c 2012-02-01 A BUY F 100 price=28",
        "el 2012-02-01 A ELECT_AVERAGE F - single_account=true",
        f"off {end} A REVOKE_AVERAGE F -",
    )
    timely = {("n", "24000.00", "false"), ("c", "2800.00", "true")}
    late = {("n", "24363.64", "false"), ("c", "2436.36", "true")}
    expected = timely if end == "2013-02-01" else late
    assert columns(result.lots, "lot_id", "cost_basis", "covered") == expected


def test_covered_and_noncovered_shares_are_two_pools() -> None:
    result = booked(
        "n 2010-02-01 A BUY F 10 price=24",
        "m 2010-03-01 A BUY F 10 price=20",
        "c 2012-02-01 A BUY F 10 price=28",
        "el 2012-02-01 A ELECT_AVERAGE F -",
    )
    assert columns(result.lots, "lot_id", "cost_basis") == {
        ("n", "220.00"),
        ("m", "220.00"),
        ("c", "280.00"),
    }


def test_av_007_first_acquired_shares_are_sold_first_whatever_the_row_says() -> None:
    result = booked(
        "long 2020-01-02 A BUY F 40 price=10",
        "short 2023-06-01 A BUY F 100 price=10",
        "el 2023-06-02 A ELECT_AVERAGE F -",
        "s 2024-01-02 A SELL F 50 price=11 lots=short:50",
    )
    assert columns(result.realized, "lot_id", "quantity", "term") == {
        ("long", "40", "LT"),
        ("short", "10", "ST"),
    }


def test_av_009_plan_shares_are_averaged_and_others_are_not() -> None:
    result = booked(
        "p 2020-01-02 A BUY X 50 price=10 origin=drip",
        "q 2020-02-03 A REINVEST X 50 price=20",
        "o 2020-03-02 A BUY X 50 price=60",
        "el 2020-04-01 A ELECT_AVERAGE X -",
    )
    assert columns(result.lots, "lot_id", "cost_basis") == {
        ("p", "750.00"),
        ("q", "750.00"),
        ("o", "3000.00"),
    }


def test_disallowed_loss_joins_the_pool() -> None:
    result = booked(
        "el 2024-01-01 A ELECT_AVERAGE F -",
        "a 2024-01-02 A BUY F 10 price=100",
        "s 2024-03-01 A SELL F 5 price=80",
        "b 2024-03-10 A BUY F 5 price=80",
    )
    assert disallowed(result) == {("s", "b", "5", "100.00", "0.00")}
    assert columns(result.lots, "lot_id", "quantity", "cost_basis") == {
        ("a", "5", "500.00"),
        ("b", "5", "500.00"),
    }


@pytest.mark.parametrize(("account", "symbol"), [("I", "F"), ("A", "XL"), ("A", "COIN")])
def test_only_funds_and_plan_stock_in_taxable_accounts_are_averaged(
    account: str, symbol: str
) -> None:
    with pytest.raises(InvalidBookError):
        booked(f"el 2024-01-01 {account} ELECT_AVERAGE {symbol} -")
