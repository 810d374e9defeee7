"""The auditor's wash sales against cases reckoned by hand: each rule, each reading of it."""

import pytest
from tests.auditor.small_books import LOSS, booked, columns, disallowed


@pytest.mark.parametrize(
    ("bought", "matched"),
    [("2024-01-31", True), ("2024-01-30", False), ("2024-03-31", True), ("2024-04-01", False)],
)
def test_window_of_thirty_days_on_both_sides(bought: str, matched: bool) -> None:
    buy = f"new {bought} A BUY X 10 price=95"
    rows = sorted([*LOSS, buy], key=lambda line: line.split()[1])
    expected = {("cut", "new", "10", "100.00", "0.00")} if matched else set()
    assert disallowed(booked(*rows)) == expected


def test_d1_shares_of_the_same_sale_do_not_replace_or_do() -> None:
    rows = (
        "one 2024-01-02 A BUY X 10 price=100",
        "two 2024-01-10 A BUY X 6 price=80",
        "all 2024-01-20 A SELL X 16 price=90",
    )
    assert not booked(*rows).wash_sales
    literal = booked(*rows, held_after_sale=False)
    assert disallowed(literal) == {("all", "two", "6", "60.00", "0.00")}
    # Held 18 days before the replacement was bought: 10 January less 18 days.
    assert columns(
        literal.realized, "lot_id", "holding_period_date", "cost_basis", "gain"
    ) == {
        ("one", "2024-01-02", "1000.00", "-40.00"),
        ("two", "2023-12-23", "540.00", "0.00"),
    }  # fmt: skip


def test_d2_shares_sold_before_the_loss_count_when_told_so() -> None:
    rows = (
        "old 2024-01-02 A BUY X 10 price=100",
        "new 2024-02-20 A BUY X 8 price=90",
        "out 2024-02-25 A SELL X 8 price=95 lots=new:8",
        "cut 2024-03-01 A SELL X 5 price=90",
    )
    assert not booked(*rows).wash_sales
    literal = booked(*rows, sold_before_counts=True)
    assert disallowed(literal) == {("cut", "new", "5", "50.00", "0.00")}
    assert columns(literal.realized, "sale_id", "quantity", "cost_basis", "gain", "status") == {
        ("out", "5", "500.00", "-25.00", "final"),
        ("out", "3", "270.00", "15.00", "final"),
        ("cut", "5", "500.00", "0.00", "final"),
    }


def test_d3_shares_older_than_the_sold_ones_replace_or_do_not() -> None:
    rows = (
        "one 2024-01-02 A BUY X 10 price=80",
        "two 2024-01-10 A BUY X 10 price=100",
        "cut 2024-01-20 A SELL X 10 price=90 lots=two:10",
    )
    assert disallowed(booked(*rows)) == {("cut", "one", "10", "100.00", "0.00")}
    assert not booked(*rows, count_older_than_sold=False).wash_sales


@pytest.mark.parametrize(
    ("account", "step_up", "permanent"),
    [
        ("B", True, "0.00"),
        ("SP", True, "0.00"),
        ("SP", False, "100.00"),
        ("J", False, "0.00"),
        ("I", True, "100.00"),
        ("M", True, "0.00"),
    ],
)
def test_d8_and_ira_whose_purchase_takes_the_loss(
    account: str, step_up: bool, permanent: str
) -> None:
    buy = f"new 2024-03-05 {account} BUY X 10 price=90"
    result = booked(*LOSS, buy, spouse_basis_step_up=step_up)
    assert disallowed(result) == {("cut", "new", "10", "100.00", permanent)}
    basis = "1000.00" if permanent == "0.00" else "900.00"
    assert columns(result.lots, "cost_basis", "replacement") == {(basis, "true")}


@pytest.mark.parametrize("account", ["K", "Z"])
def test_a_child_and_another_household_replace_nothing(account: str) -> None:
    assert not booked(*LOSS, f"new 2024-03-05 {account} BUY X 10 price=90").wash_sales


def test_d16_a_vest_and_d19_a_marked_account_replace_or_do_not() -> None:
    vest = (*LOSS, "new 2024-03-05 A RSU_VEST X 10 price=90")
    assert booked(*vest).wash_sales
    assert not booked(*vest, rsu_vest_is_acquisition=False).wash_sales
    marked = (*LOSS, "new 2024-03-05 M BUY X 10 price=90")
    assert not booked(*marked, mtm475_purchase_replaces=False).wash_sales


def test_d17_funds_on_one_index_are_identical_when_told_so() -> None:
    rows = (
        "old 2024-01-02 A BUY V1 10 price=100",
        "cut 2024-03-01 A SELL V1 10 price=90",
        "new 2024-03-05 A BUY V2 10 price=90",
    )
    assert not booked(*rows).wash_sales
    assert booked(*rows, same_index_identical=True).wash_sales


def test_identity_is_that_of_the_day_of_the_loss() -> None:
    rows = (*LOSS, "new 2024-03-05 A BUY Y 10 price=90")
    members = [{"group": "G", "symbol": "X"}, {"group": "G", "symbol": "Y", "to": "2024-03-01"}]
    assert booked(*rows, identical=members).wash_sales
    members[1]["to"] = "2024-02-29"
    assert not booked(*rows, identical=members).wash_sales


@pytest.mark.parametrize(
    "never",
    ["GIFT_IN X 10 cost_basis=900 fmv=900 acquired_date=2024-03-01", "INHERIT X 10 fmv=900"],
)
def test_gifts_and_inheritances_are_no_purchases(never: str) -> None:
    assert not booked(*LOSS, f"new 2024-03-05 A {never}").wash_sales


def test_part_of_a_lot_that_moved_stays_the_same_lot() -> None:
    result = booked(
        "one 2024-01-02 A BUY X 20 price=50",
        "mv 2024-01-03 A TRANSFER X 10 to_account=B",
        "cut 2024-01-05 A SELL X 10 price=40",
    )
    assert not result.wash_sales


def test_a_split_between_sale_and_repurchase_converts_the_shares() -> None:
    result = booked(
        *LOSS,
        "div 2024-03-04 - SPLIT X - ratio=2",
        "new 2024-03-05 A BUY X 8 price=45",
    )
    assert disallowed(result) == {("cut", "new", "4", "40.00", "0.00")}


def test_shares_transferred_in_replace_from_the_day_they_were_bought() -> None:
    result = booked(
        *LOSS,
        "mid 2024-04-15 A BUY X 1 price=90",
        "in 2024-05-20 B TRANSFER_IN X 4 acquired_date=2024-03-10 cost_basis=380.00",
    )
    assert disallowed(result) == {("cut", "in", "4", "40.00", "0.00")}
    assert ("in", "420.00", "40.00", "true") in columns(
        result.lots, "lot_id", "cost_basis", "wash_sale_adjustment", "replacement"
    )


def test_shares_transferred_in_with_an_older_period_are_already_used() -> None:
    arrival = "in 2024-05-20 B TRANSFER_IN X 4 acquired_date=2024-03-10 cost_basis=380.00"
    assert not booked(*LOSS, f"{arrival} holding_period_date=2024-01-20").wash_sales


def test_a_linked_transfer_keeps_basis_dates_and_standing() -> None:
    result = booked(
        "old 2024-01-02 A BUY X 10 price=100",
        "new 2024-02-20 A BUY X 10 price=95",
        "off 2024-02-25 A TRANSFER_OUT X 10 lots=new:10 order_id=m",
        "cut 2024-03-01 A SELL X 10 price=90",
        "in 2024-03-04 B TRANSFER_IN X 10 order_id=m cost_basis=1 acquired_date=2020-01-01",
    )
    assert disallowed(result) == {("cut", "new", "10", "100.00", "0.00")}
    assert columns(result.lots, "lot_id", "account", "cost_basis") == {("new", "B", "1050.00")}


def test_a_call_replaces_the_loss_on_its_underlying_in_shares() -> None:
    result = booked(
        "old 2024-01-02 A BUY X 150 price=100",
        "cut 2024-03-01 A SELL X 150 price=90",
        "call 2024-03-05 A BUY_OPTION XC 1 price=2.50",
    )
    assert disallowed(result) == {("cut", "call", "100", "1000.00", "0.00")}
    assert columns(result.lots, "quantity", "cost_basis") == {("1", "1250.00")}


def test_the_stock_replaces_a_loss_on_the_call_only_if_listed() -> None:
    rows = (
        "call 2024-01-02 A BUY_OPTION XC 1 price=2.50",
        "cut 2024-03-01 A SELL_OPTION XC 1 price=1.00",
        "new 2024-03-05 A BUY X 40 price=90",
    )
    assert not booked(*rows).wash_sales
    listed = [{"group": "G", "symbol": "X"}, {"group": "G", "symbol": "XC"}]
    assert disallowed(booked(*rows, identical=listed)) == {
        ("cut", "new", "0.4", "60.00", "0.00")
    }  # fmt: skip


def test_digital_assets_and_marked_accounts_have_no_wash_sales() -> None:
    for account, symbol in (("A", "COIN"), ("M", "X")):
        result = booked(
            f"old 2024-01-02 {account} BUY {symbol} 10 price=100",
            f"cut 2024-03-01 {account} SELL {symbol} 10 price=90",
            f"new 2024-03-05 {account} BUY {symbol} 10 price=90",
        )
        assert not result.wash_sales
        assert columns(result.realized, "gain", "status") == {("-100.00", "final")}


def test_a_chain_hands_the_loss_on() -> None:
    result = booked(
        *LOSS,
        "b2 2024-03-05 A BUY X 10 price=90",
        "s2 2024-03-25 A SELL X 10 price=85",
        "b3 2024-04-02 A BUY X 10 price=80",
    )
    assert columns(result.realized, "sale_id", "cost_basis", "gain") == {
        ("cut", "1000.00", "0.00"),
        ("s2", "1000.00", "0.00"),
    }
    # 5 March less 59 days, then 2 April less the days from 6 January to 25 March.
    assert columns(result.lots, "holding_period_date", "cost_basis") == {
        ("2024-01-14", "950.00")
    }  # fmt: skip


def test_the_replacement_of_an_inherited_lot_is_long_term_at_once() -> None:
    result = booked(
        "old 2024-02-20 A INHERIT X 10 fmv=1000",
        "cut 2024-03-01 A SELL X 10 price=90",
        "new 2024-03-05 A BUY X 10 price=90",
        "out 2024-03-06 A SELL X 10 price=99",
    )
    assert columns(result.realized, "sale_id", "term", "gain") == {
        ("cut", "LT", "0.00"),
        ("out", "LT", "-10.00"),
    }


def test_a_change_of_symbol_is_no_event() -> None:
    result = booked(
        *LOSS,
        "sc 2024-03-04 - SYMBOL_CHANGE X - to_symbol=NEWX",
        "new 2024-03-05 A BUY NEWX 10 price=90",
    )
    assert disallowed(result) == {("cut", "new", "10", "100.00", "0.00")}
