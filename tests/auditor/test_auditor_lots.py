"""The auditor's lots against cases reckoned by hand: which lot, at which basis, since when."""

from fractions import Fraction

import pytest
from tests.auditor.book import Book
from tests.auditor.engine import audit
from tests.auditor.money import cut, spread
from tests.auditor.small_books import ACCOUNTS, LOSS, booked, columns, row_of


def test_d12_adjusted_shares_of_a_lot_go_first_or_last() -> None:
    rows = (
        "old 2024-01-02 A BUY X 10 price=100",
        "cut 2024-03-01 A SELL X 4 price=90",
        "new 2024-03-05 B BUY X 10 price=90",
        "out 2024-06-03 B SELL X 4 price=95",
    )
    adjusted = booked(*rows).realized
    assert ("out", "400.00", "-20.00") in columns(adjusted, "sale_id", "cost_basis", "gain")
    plain = booked(*rows, sub_first="unadjusted").realized
    assert ("out", "360.00", "20.00") in columns(plain, "sale_id", "cost_basis", "gain")


def test_reg_1_1012_1_c_fills_of_one_order_are_one_lot() -> None:
    result = booked(
        "a1 2024-01-02 A BUY X 120 price=50.00 order_id=o",
        "b1 2024-01-02 A BUY X 80 price=49.50 order_id=o",
        "cut 2024-01-05 A SELL X 100 price=40",
    )
    assert not result.wash_sales  # Rev. Rul. 56-602: the rest is the same lot.
    assert columns(result.lots, "lot_id", "quantity", "cost_basis") == {("a1", "100", "4980.00")}


def test_a_split_stated_by_two_accounts_is_one_event() -> None:
    result = booked(
        "one 2024-01-02 A BUY X 10 price=50",
        "two 2024-01-02 B BUY X 10 price=50",
        "s1 2024-02-01 A SPLIT X - ratio=1.5",
        "s2 2024-02-01 B STOCK_DIVIDEND X - ratio=3/2",
    )
    assert columns(result.lots, "account", "quantity") == {("A", "15"), ("B", "15")}


def test_unknown_basis_is_listed_and_left_out_of_the_identity() -> None:
    result = booked(
        "in 2024-01-02 A TRANSFER_IN X 10 acquired_date=2020-01-02 cost_basis=-",
        "out 2024-03-01 A SELL X 4 price=90",
    )
    row = ("4", "360.00", "", "", "LT", "basis_unknown")
    names = ("quantity", "proceeds", "cost_basis", "gain", "term", "status")
    assert columns(result.realized, *names) == {row}


def test_a_gift_sold_at_a_loss_was_held_since_the_gift() -> None:
    result = booked(
        "g 2024-02-20 A GIFT_IN X 10 cost_basis=1000 fmv=800 acquired_date=2010-01-04",
        "cut 2024-03-01 A SELL X 5 price=70",
        "mid 2024-03-01 A SELL X 3 price=90",
        "up 2024-03-01 A SELL X 2 price=110",
    )
    names = ("sale_id", "holding_period_date", "cost_basis", "gain", "term")
    assert columns(result.realized, *names) == {
        ("cut", "2024-02-20", "400.00", "-50.00", "ST"),
        ("mid", "2010-01-04", "270.00", "0.00", "LT"),
        ("up", "2010-01-04", "200.00", "20.00", "LT"),
    }


@pytest.mark.parametrize(
    ("method", "order"),
    [
        ("FIFO", ["L", "Z", "G", "S"]),
        ("LIFO", ["S", "G", "Z", "L"]),
        ("HIFO", ["S", "L", "Z", "G"]),
        ("LOFO", ["G", "Z", "L", "S"]),
        ("MINTAX", ["S", "L", "Z", "G"]),
    ],
)
def test_relief_methods(method: str, order: list[str]) -> None:
    """A long-term loss, a zero, a long-term gain and a short-term loss, at a price of 90."""
    rows = [
        "L 2020-01-02 A BUY X 1 price=95",
        "Z 2020-01-03 A BUY X 1 price=90",
        "G 2020-01-06 A BUY X 1 price=50",
        "S 2023-11-01 A BUY X 1 price=100",
    ]
    rows += [f"s{n} 2024-03-01 A SELL X 1 price=90 method={method}" for n in range(4)]
    sold = sorted(booked(*rows).realized, key=lambda row: row["sale_id"])
    assert [row["lot_id"] for row in sold] == order


def test_a_standing_order_holds_for_later_sales_only() -> None:
    result = booked(
        "one 2020-01-02 A BUY X 5 price=50",
        "two 2020-01-03 A BUY X 5 price=60",
        "s1 2024-03-01 A SELL X 1 price=90",
        "m 2024-03-02 A SET_METHOD X - method=LIFO",
        "s2 2024-03-03 A SELL X 1 price=90",
    )
    assert columns(result.realized, "sale_id", "lot_id") == {("s1", "one"), ("s2", "two")}


def test_identification_after_settlement_does_not_count() -> None:
    rows = [
        "one 2020-01-02 A BUY X 5 price=50",
        "two 2020-01-03 A BUY X 5 price=60",
        "s1 2024-03-01 A SELL X 1 price=90 lots=two:1 settle_date=2024-03-05",
    ]
    in_time, late = " identified_at=2024-03-05", " identified_at=2024-03-06"
    assert columns(booked(*rows[:2], rows[2] + in_time).realized, "lot_id") == {("two",)}
    assert columns(booked(*rows[:2], rows[2] + late).realized, "lot_id") == {("one",)}


def test_a_voided_row_has_never_been() -> None:
    result = booked(*LOSS, "new 2024-03-05 A BUY X 9 price=90", "v 2024-06-01 A VOID - - note=new")
    assert not result.wash_sales
    assert not result.lots


def test_a_distribution_from_an_ira_opens_a_lot_and_replaces_nothing() -> None:
    result = booked(
        "ira 2020-01-02 I BUY X 10 price=10",
        *LOSS,
        "d 2024-03-05 I IRA_DISTRIBUTION X 10 to_account=A fmv=880",
    )
    assert not result.wash_sales
    assert columns(result.lots, "lot_id", "account", "acquired_date", "cost_basis") == {
        ("d", "A", "2024-03-05", "880.00")
    }


def test_a_basis_adjustment_is_spread_over_the_open_shares() -> None:
    result = booked(
        "one 2024-01-02 A BUY X 10 price=10",
        "two 2024-01-03 A BUY X 20 price=10",
        "adj 2024-02-01 A BASIS_ADJUSTMENT X - amount=-0.10",
    )
    assert columns(result.lots, "lot_id", "cost_basis") == {("one", "99.97"), ("two", "199.93")}


@pytest.mark.parametrize(
    ("as_of", "status"), [("2024-03-31", "provisional"), ("2024-04-01", "final")]
)
def test_d20_a_loss_is_provisional_until_its_window_has_passed(as_of: str, status: str) -> None:
    result = audit(Book(ACCOUNTS, [row_of(line) for line in LOSS], as_of=as_of))
    assert columns(result.realized, "status") == {(status,)}


def test_money_rule_pieces_sum_to_the_whole() -> None:
    assert spread(100, [1, 1, 1]) == [33, 34, 33]
    assert spread(-100, [1, 1, 1]) == [-33, -34, -33]
    assert cut([10, 10, 11], Fraction(1, 3)) == [3, 3, 4]
