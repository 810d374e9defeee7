"""The auditor's options against examples reckoned by hand (Pub. 550, puts and calls)."""

from tests.auditor.small_books import booked, columns, disallowed

ROW = ("sale_id", "lot_id", "quantity", "proceeds", "cost_basis", "gain", "term")
LOTS = ("lot_id", "symbol", "quantity", "cost_basis", "holding_period_date")


def test_written_option_that_expires_is_a_short_term_gain() -> None:
    result = booked("w 2023-01-03 A WRITE_OPTION XL 1 price=3", "e 2024-06-21 A EXPIRE XL -")
    assert columns(result.realized, *ROW) == {("e", "w", "1", "300.00", "0.00", "300.00", "ST")}


def test_option_held_that_expires_is_sold_for_nothing() -> None:
    result = booked(
        "b 2023-01-03 A BUY_OPTION XL 1 price=3",
        "e 2024-06-21 A EXPIRE XL -",
        "r 2024-07-01 A BUY_OPTION XL 1 price=2",
    )
    assert columns(result.realized, *ROW) == {("e", "b", "1", "0.00", "300.00", "0.00", "LT")}
    assert disallowed(result) == {("e", "r", "1", "300.00", "0.00")}


def test_loss_on_closing_a_written_option_is_deferred_by_writing_it_again() -> None:
    result = booked(
        "w 2024-01-03 A WRITE_OPTION XL 1 price=3",
        "c 2024-02-01 A CLOSE_OPTION XL 1 price=5",
        "again 2024-02-10 A WRITE_OPTION XL 1 price=4",
        "other 2024-02-10 A WRITE_OPTION XP 1 price=4",
    )
    assert disallowed(result) == {("c", "again", "1", "200.00", "0.00")}
    assert columns(result.shorts, "lot_id", "deferred") == {("again", "200.00"), ("other", "0.00")}


def test_exercise_of_a_call_puts_the_premium_into_the_basis() -> None:
    result = booked(
        "b 2023-01-03 A BUY_OPTION XL 2 price=3",
        "x 2024-06-21 A EXERCISE XL 1 fees=1",
    )
    assert columns(result.lots, *LOTS) == {
        ("b", "XL", "1", "300.00", "2023-01-03"),
        ("x", "X", "100", "5301.00", "2024-06-21"),
    }
    assert not result.realized


def test_used_option_brings_used_shares_with_its_loss_and_its_tacked_days() -> None:
    """26 USC 1223(3) names options to acquire: 60 days were tacked to the used 0.6 contract."""
    result = booked(
        "old 2024-01-01 A BUY X 60 price=60",
        "cut 2024-03-01 A SELL X 60 price=50",
        "b 2024-03-10 A BUY_OPTION XL 1 price=3",
        "x 2024-06-21 A EXERCISE XL 1 amount=5000",
    )
    assert disallowed(result) == {("cut", "b", "60", "600.00", "0.00")}
    names = ("quantity", "cost_basis", "wash_sale_adjustment", "replacement")
    assert columns(result.lots, *names, "holding_period_date") == {
        ("60", "3780.00", "600.00", "true", "2024-04-22"),
        ("40", "2120.00", "0.00", "false", "2024-06-21"),
    }


def test_exercise_of_a_call_is_an_acquisition() -> None:
    result = booked(
        "b 2023-01-03 A BUY_OPTION XL 1 price=3",
        "old 2024-01-01 A BUY X 60 price=60",
        "cut 2024-06-01 A SELL X 60 price=50",
        "x 2024-06-21 A EXERCISE XL 1",
    )
    assert disallowed(result) == {("cut", "x", "60", "600.00", "0.00")}


def test_exercise_of_a_put_takes_the_premium_off_the_proceeds() -> None:
    result = booked(
        "old 2023-01-01 A BUY X 100 price=40",
        "b 2024-01-03 A BUY_OPTION XP 1 price=3",
        "x 2024-06-21 A EXERCISE XP 1 fees=1",
    )
    assert columns(result.realized, *ROW) == {
        ("x", "old", "100", "4699.00", "4000.00", "699.00", "LT")
    }
    assert not result.lots


def test_assigned_call_adds_the_premium_to_the_proceeds() -> None:
    result = booked(
        "old 2023-01-01 A BUY X 100 price=40",
        "w 2024-01-03 A WRITE_OPTION XL 1 price=3",
        "x 2024-06-21 A ASSIGN XL 1",
    )
    assert columns(result.realized, *ROW) == {
        ("x", "old", "100", "5300.00", "4000.00", "1300.00", "LT")
    }
    assert not result.shorts


def test_assigned_put_takes_the_premium_off_the_basis_and_is_an_acquisition() -> None:
    result = booked(
        "old 2024-01-01 A BUY X 60 price=60",
        "w 2024-01-03 A WRITE_OPTION XP 1 price=3",
        "cut 2024-06-01 A SELL X 60 price=50",
        "x 2024-06-21 A ASSIGN XP 1",
    )
    assert disallowed(result) == {("cut", "x", "60", "600.00", "0.00")}
    assert sum(float(row["cost_basis"]) for row in result.lots) == 4_700 + 600


def test_options_settled_in_cash_are_sold_or_closed_for_it() -> None:
    result = booked(
        "b 2024-01-03 A BUY_OPTION XL 1 price=3",
        "w 2024-01-03 A WRITE_OPTION XP 1 price=2",
        "x 2024-06-21 A EXERCISE XL 1 cash=450",
        "y 2024-06-21 A ASSIGN XP 1 cash=50",
    )
    assert columns(result.realized, *ROW) == {
        ("x", "b", "1", "450.00", "300.00", "150.00", "ST"),
        ("y", "w", "1", "200.00", "50.00", "150.00", "ST"),
    }


def test_stock_from_a_right_is_held_from_the_day_of_exercise() -> None:
    result = booked(
        "old 2020-01-02 A BUY X 100 amount=2300",
        "r 2024-01-02 A RIGHTS X 100 to_symbol=XR fmv=450 price=30",
        "x 2024-02-01 A EXERCISE XR 100",
    )
    assert ("x", "X", "100", "4300.00", "2024-01-31") in columns(result.lots, *LOTS)
