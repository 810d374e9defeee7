"""The auditor's corporate actions against examples reckoned by hand and official ones."""

import pytest
from tests.auditor.book import InvalidBookError
from tests.auditor.small_books import LOSS, booked, columns, disallowed

LOTS = ("lot_id", "symbol", "quantity", "cost_basis")
GAINS = ("lot_id", "quantity", "proceeds", "cost_basis", "gain", "term")


def test_ca_001_spinoff_by_the_issuers_fraction() -> None:
    result = booked(
        "old 2020-01-02 A BUY P 75 amount=5400",
        "spin 2024-01-02 A SPINOFF P 25 to_symbol=S basis_fraction=0.109624",
    )
    assert columns(result.lots, *LOTS, "acquired_date") == {
        ("old", "P", "75", "4808.03", "2020-01-02"),
        ("old", "S", "25", "591.97", "2020-01-02"),
    }


def test_ca_003_stock_merger_carries_basis_and_dates() -> None:
    result = booked(
        "old 2020-01-02 A BUY KP1 100 amount=3500",
        "merge 2024-01-02 A MERGER KP1 - to_symbol=KP2 ratio=0.7",
    )
    assert columns(result.lots, *LOTS, "holding_period_date") == {
        ("old", "KP2", "70", "3500.00", "2020-01-02")
    }
    assert not result.realized


def test_ca_007_stock_dividend_of_two_for_one_on_two_lots() -> None:
    result = booked(
        "A1 2020-01-02 A BUY P 1 amount=30",
        "B1 2020-01-03 A BUY P 1 amount=45",
        "div 2024-01-02 A STOCK_DIVIDEND P - ratio=3",
    )
    assert columns(result.lots, *LOTS) == {("A1", "P", "3", "30.00"), ("B1", "P", "3", "45.00")}


def test_ca_008_dividend_of_another_class_by_value() -> None:
    result = booked(
        "old 2020-01-02 A BUY P 1 amount=100",
        "div 2024-01-02 A STOCK_DIVIDEND P - to_symbol=PB ratio=1 fmv=50 price=150",
    )
    assert columns(result.lots, *LOTS) == {("old", "P", "1", "75.00"), ("old", "PB", "1", "25.00")}


@pytest.mark.parametrize(
    ("elected", "stock", "rights"), [("true", "2178.22", "21.78"), ("-", "2200.00", "0.00")]
)
def test_ca_009_rights_under_fifteen_percent(elected: str, stock: str, rights: str) -> None:
    result = booked(
        "old 2020-01-02 A BUY P 100 amount=2200",
        f"r 2024-01-02 A RIGHTS P 10 to_symbol=PR fmv=30 price=30 elected={elected}",
    )
    assert columns(result.lots, *LOTS) == {("old", "P", "100", stock), ("old", "PR", "10", rights)}


def test_rights_of_fifteen_percent_take_basis_without_election() -> None:
    result = booked(
        "old 2020-01-02 A BUY P 100 amount=2300",
        "r 2024-01-02 A RIGHTS P 100 to_symbol=PR fmv=450 price=30",
    )
    assert columns(result.lots, *LOTS) == {
        ("old", "P", "100", "2000.00"),
        ("old", "PR", "100", "300.00"),
    }


def test_ca_010_return_of_capital_to_zero_and_beyond() -> None:
    result = booked(
        "old 2020-01-02 A BUY P 10 price=12",
        "one 2021-01-04 A RETURN_OF_CAPITAL P - amount=50",
        "two 2022-01-04 A RETURN_OF_CAPITAL P - amount=10",
        "tri 2023-01-04 - RETURN_OF_CAPITAL P - cash=2",
        "end 2024-01-04 A RETURN_OF_CAPITAL P - amount=50",
    )
    assert columns(result.lots, *LOTS) == {("old", "P", "10", "0.00")}
    assert columns(result.realized, "sale_id", *GAINS) == {
        ("end", "old", "10", "10.00", "0.00", "10.00", "LT")
    }


def test_return_of_capital_needs_something_held() -> None:
    with pytest.raises(InvalidBookError):
        booked("one 2021-01-04 A RETURN_OF_CAPITAL P - amount=50")


def test_cash_in_lieu_is_a_sale_of_the_fraction() -> None:
    """Pub. 550: 11 shares for 330, three for two, 13 for the half share: basis 10, gain 3."""
    result = booked(
        "old 2020-01-02 A BUY P 11 amount=330",
        "split 2024-01-02 - SPLIT P - ratio=3/2",
        "cash 2024-01-02 A CASH_IN_LIEU P 0.5 amount=13",
    )
    assert columns(result.realized, *GAINS) == {("old", "0.5", "13.00", "10.00", "3.00", "LT")}


def test_boot_is_taken_block_by_block_and_no_loss_is_netted() -> None:
    """Each of three blocks gets 100 of cash and 500 of stock: gain 100, 0 and 50."""
    result = booked(
        "low 2020-01-02 A BUY P 10 amount=300",
        "high 2020-01-03 A BUY P 10 amount=900",
        "mid 2020-01-04 A BUY P 10 amount=550",
        "merge 2024-01-02 A MERGER P - to_symbol=Q ratio=2 cash=300 fmv=1500",
    )
    assert columns(result.realized, *GAINS, "status") == {
        ("low", "10", "100.00", "0.00", "100.00", "LT", "final"),
        ("high", "10", "100.00", "100.00", "0.00", "LT", "final"),
        ("mid", "10", "100.00", "50.00", "50.00", "LT", "final"),
    }
    assert columns(result.lots, *LOTS) == {
        ("low", "Q", "20", "300.00"),
        ("high", "Q", "20", "800.00"),
        ("mid", "Q", "20", "500.00"),
    }


def test_cash_merger_of_everybody_is_one_sale() -> None:
    """Shares of another account that leave by the same row are not held after it."""
    result = booked(
        "old 2024-01-02 A BUY X 10 price=100",
        "new 2024-02-20 B BUY X 10 price=95",
        "end 2024-03-01 - MERGER X - cash=90",
    )
    assert not result.wash_sales
    assert columns(result.realized, "lot_id", "account", "gain") == {
        ("old", "A", "-100.00"),
        ("new", "B", "-50.00"),
    }


def test_taxable_merger_sells_and_its_shares_replace_losses_on_what_they_are() -> None:
    result = booked(
        "q 2024-01-02 A BUY Q 10 price=100",
        "cut 2024-02-20 A SELL Q 10 price=90",
        "old 2023-01-02 A BUY P 20 price=10",
        "merge 2024-03-01 A MERGER P - to_symbol=Q ratio=0.5 cash=20 fmv=950 taxable=true",
    )
    assert columns(result.realized, "sale_id", "lot_id", "proceeds", "gain") == {
        ("cut", "q", "900.00", "0.00"),
        ("merge", "old", "970.00", "770.00"),
    }
    assert disallowed(result) == {("cut", "merge", "10", "100.00", "0.00")}
    assert columns(result.lots, *LOTS) == {("merge", "Q", "10", "1050.00")}


@pytest.mark.parametrize(
    ("between", "symbol", "shares"),
    [
        ("e 2024-03-05 - SPLIT X - ratio=2", "X", "20"),
        ("e 2024-03-05 - MERGER X - to_symbol=Q ratio=2", "Q", "20"),
        ("e 2024-03-05 - CLASS_EXCHANGE X - to_symbol=Q ratio=2", "Q", "20"),
        ("e 2024-03-05 - SYMBOL_CHANGE X - to_symbol=Q", "Q", "10"),
        ("e 2024-03-05 A SPINOFF X - to_symbol=S ratio=1 basis_fraction=0.5", "X", "10"),
    ],
)
def test_event_between_a_loss_and_its_replacement(between: str, symbol: str, shares: str) -> None:
    keep = "keep 2020-01-02 A BUY X 10 price=90"
    buy = f"new 2024-03-20 B BUY {symbol} {shares} amount=900"
    result = booked(keep, LOSS[0], LOSS[1] + " lots=old:10", between, buy)
    assert disallowed(result) == {("cut", "new", "10", "100.00", "0.00")}


def test_merged_company_is_another_until_it_is_merged() -> None:
    """Shares of the buyer, bought before the merger, replace no loss on the company bought."""
    result = booked(
        *LOSS, "q 2024-03-05 A BUY Q 10 price=90", "m 2024-03-08 - MERGER X - to_symbol=Q ratio=1"
    )
    assert not result.wash_sales


def test_spun_off_shares_replace_nothing_and_are_not_used() -> None:
    result = booked(
        "p 2024-02-20 A BUY P 10 price=10",
        "s 2024-01-02 A BUY S 10 price=100",
        "spin 2024-02-25 A SPINOFF P - to_symbol=S ratio=1 basis_fraction=0.5",
        "cut 2024-03-01 A SELL S 10 price=90 lots=s:10",
    )
    assert not result.wash_sales


def test_wash_adjustment_is_divided_by_a_spinoff() -> None:
    result = booked(
        *LOSS,
        "new 2024-03-05 A BUY X 10 price=90",
        "spin 2024-04-01 A SPINOFF X - to_symbol=S ratio=1 basis_fraction=0.25",
    )
    names = ("symbol", "cost_basis", "wash_sale_adjustment", "replacement", "holding_period_date")
    # Held 59 days before the sale: 5 March less 59 days.
    assert columns(result.lots, *names) == {
        ("X", "750.00", "75.00", "true", "2024-01-06"),
        ("S", "250.00", "25.00", "false", "2024-01-06"),
    }


def test_part_of_a_position_is_exchanged_by_name() -> None:
    result = booked(
        "one 2020-01-02 A BUY X 10 amount=100",
        "two 2020-01-03 A BUY X 10 amount=200",
        "x 2024-01-02 A CLASS_EXCHANGE X 4 to_symbol=Q ratio=0.5 lots=two:4",
    )
    assert columns(result.lots, *LOTS) == {
        ("one", "X", "10", "100.00"),
        ("two", "X", "6", "120.00"),
        ("two", "Q", "2", "80.00"),
    }


def test_worthless_shares_are_sold_on_the_last_day_of_the_year() -> None:
    result = booked(
        "old 2023-06-01 A BUY X 10 price=100",
        "gone 2024-03-01 A WORTHLESS X -",
        "soon 2024-03-20 A BUY X 10 price=1",
        "late 2025-01-15 B BUY X 4 price=1",
    )
    assert columns(result.realized, "sold_date", "term", "proceeds", "gain") == {
        ("2024-12-31", "LT", "0.00", "-600.00")
    }
    assert disallowed(result) == {("gone", "late", "4", "400.00", "0.00")}


def test_final_liquidation_is_a_sale_and_an_earlier_one_returns_capital() -> None:
    result = booked(
        "old 2020-01-02 A BUY X 10 price=10",
        "part 2021-01-04 A LIQUIDATION X - amount=60",
        "last 2022-01-04 A LIQUIDATION X 10 amount=30",
    )
    assert columns(result.realized, "sale_id", "cost_basis", "gain") == {
        ("last", "40.00", "-10.00")
    }


def test_taxed_dividend_of_shares_opens_a_lot_at_value_and_replaces_nothing() -> None:
    result = booked(
        "keep 2020-01-02 A BUY X 100 price=90",
        LOSS[0],
        LOSS[1] + " lots=old:10",
        "div 2024-03-05 A STOCK_DIVIDEND X - ratio=1.05 fmv=450 taxable=true",
    )
    assert not result.wash_sales
    assert ("div", "X", "5", "450.00") in columns(result.lots, *LOTS)


@pytest.mark.parametrize("kept", [True, False])
def test_lapsed_right_gives_its_basis_back_or_loses_it(kept: bool) -> None:
    sale = [] if kept else ["sold 2024-01-10 A SELL P 100 amount=3000"]
    result = booked(
        "old 2020-01-02 A BUY P 100 amount=2300",
        "r 2024-01-02 A RIGHTS P 100 to_symbol=PR fmv=450 price=30",
        *sale,
        "end 2024-02-02 A EXPIRE PR -",
    )
    lapsed = [row for row in result.realized if row["sale_id"] == "end"]
    names = ("cost_basis", "gain", "nondeductible_loss")
    if kept:
        assert columns(lapsed, *names) == {("0.00", "0.00", "0.00")}
        assert columns(result.lots, *LOTS) == {("old", "P", "100", "2300.00")}
    else:
        assert columns(lapsed, *names) == {("300.00", "0.00", "300.00")}


def test_blank_account_reaches_every_household_by_the_share() -> None:
    result = booked(
        "a 2020-01-02 A BUY P 3 amount=30",
        "z 2020-01-02 Z BUY P 5 amount=50",
        "spin 2024-01-02 - SPINOFF P - to_symbol=S ratio=1 fmv=2.50 price=7.50",
    )
    assert columns(result.lots, "account", *LOTS[1:]) == {
        ("A", "P", "3", "22.50"),
        ("A", "S", "3", "7.50"),
        ("Z", "P", "5", "37.50"),
        ("Z", "S", "5", "12.50"),
    }
