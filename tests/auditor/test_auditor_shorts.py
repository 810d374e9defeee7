"""The auditor's short sales against examples reckoned by hand and official ones."""

import pytest
from tests.auditor.book import InvalidBookError
from tests.auditor.small_books import booked, columns, disallowed

ROW = ("sale_id", "lot_id", "quantity", "proceeds", "cost_basis", "gain", "term")
OWED = ("lot_id", "quantity", "proceeds", "deferred")
LOTS = ("lot_id", "quantity", "cost_basis", "holding_period_date")


def test_cover_realizes_on_the_day_of_closing() -> None:
    result = booked(
        "s 2024-01-02 A SELL_SHORT X 10 price=50 fees=1",
        "c 2024-06-03 A BUY_TO_COVER X 4 price=45 fees=1",
    )
    assert columns(result.realized, *ROW, "acquired_date", "holding_period_date", "sold_date") == {
        ("c", "s", "4", "199.60", "181.00", "18.60", "ST", *["2024-06-03"] * 3)
    }
    assert columns(result.shorts, *OWED) == {("s", "6", "299.40", "0.00")}


def test_more_than_is_owed_cannot_be_covered() -> None:
    with pytest.raises(InvalidBookError):
        booked("s 2024-01-02 A SELL_SHORT X 1 price=5", "c 2024-06-03 A BUY_TO_COVER X 2 price=5")


def test_ss_001_pub_550_delivery_of_shares_held_when_the_short_was_opened() -> None:
    """Complete on 15 October: shares bought the day after replace the loss, however late."""
    result = booked(
        "t1 2025-06-04 A BUY X 100 price=10",
        "t2 2025-10-15 A SELL_SHORT X 100 price=7.50",
        "t3 2025-10-16 A BUY X 100 price=7.50",
        "t4 2025-11-19 A CLOSE_SHORT_BY_DELIVERY X 100 lots=t1:100",
    )
    assert columns(result.realized, *ROW) == {
        ("t4", "t1", "100", "750.00", "1000.00", "0.00", "ST")
    }
    assert disallowed(result) == {("t4", "t3", "100", "250.00", "0.00")}
    assert columns(result.lots, "lot_id", "quantity", "cost_basis") == {("t3", "100", "1000.00")}


def test_ss_004_short_against_appreciated_stock_is_a_constructive_sale() -> None:
    result = booked(
        "t1 2025-05-06 A BUY X 100 price=10",
        "t2 2025-09-09 A SELL_SHORT X 100 price=16",
    )
    assert columns(result.realized, *ROW, "sold_date", "status") == {
        ("t2", "t1", "100", "1600.00", "1000.00", "600.00", "ST", "2025-09-09", "final")
    }
    assert columns(result.lots, *LOTS) == {("t1", "100", "1600.00", "2025-09-09")}


@pytest.mark.parametrize(
    ("cover", "more", "as_of", "cured"),
    [
        ("2026-01-30", (), "2026-03-31", True),
        ("2026-01-31", (), "2026-06-30", False),
        ("2026-01-30", (), "2026-03-30", False),
        ("2026-01-30", ("x 2026-03-30 A SELL X 1 price=16",), "2026-06-30", False),
        ("2026-01-30", ("x 2026-03-31 A SELL X 1 price=16",), "2026-06-30", True),
        ("2026-01-30", ("x 2026-02-20 B BUY_OPTION XP 1 price=1",), "2026-06-30", False),
        ("2026-01-30", ("x 2026-02-20 B WRITE_OPTION XL 1 price=1",), "2026-06-30", False),
    ],
)
def test_constructive_sale_is_cured_by_30_january_and_sixty_days(
    cover: str, more: tuple[str, ...], as_of: str, cured: bool
) -> None:
    result = booked(
        "t1 2025-05-06 A BUY X 100 price=10",
        "t2 2025-09-09 A SELL_SHORT X 100 price=16",
        f"t3 {cover} A BUY_TO_COVER X 100 price=15",
        *more,
        as_of=as_of,
    )
    assert any(row["sale_id"] == "t2" for row in result.realized) != cured


def test_constructive_sale_is_provisional_while_it_could_be_cured() -> None:
    rows = ("t1 2025-05-06 A BUY X 1 price=10", "t2 2025-09-09 A SELL_SHORT X 1 price=16")
    status = {
        day: columns(booked(*rows, as_of=day).realized, "status")
        for day in ("2026-03-30", "2026-03-31")
    }
    assert status == {"2026-03-30": {("provisional",)}, "2026-03-31": {("final",)}}


def test_second_short_sale_takes_the_shares_after_those_of_the_first() -> None:
    result = booked(
        "t1 2025-05-06 A BUY X 100 price=10",
        "s1 2025-09-09 A SELL_SHORT X 60 price=9",
        "s2 2025-09-10 A SELL_SHORT X 60 price=16",
    )
    assert columns(result.realized, *ROW) == {
        ("s2", "t1", "40", "640.00", "400.00", "240.00", "ST")
    }


def test_another_short_sale_within_thirty_days_defers_the_loss_on_closing() -> None:
    """26 USC 1091(e): 100 lost on ten, deferred on the six that were sold short again."""
    result = booked(
        "one 2024-01-02 A SELL_SHORT X 10 price=50",
        "cut 2024-03-01 A BUY_TO_COVER X 10 price=60",
        "two 2024-03-20 A SELL_SHORT X 6 price=55",
        "end 2024-08-01 A BUY_TO_COVER X 6 price=40",
    )
    assert disallowed(result) == {("cut", "two", "6", "60.00", "0.00")}
    assert columns(result.realized, *ROW) == {
        ("cut", "one", "10", "500.00", "600.00", "-40.00", "ST"),
        ("end", "two", "6", "330.00", "300.00", "30.00", "ST"),
    }


def test_shares_bought_replace_no_loss_on_a_short_sale() -> None:
    result = booked(
        "one 2024-01-02 A SELL_SHORT X 10 price=50",
        "cut 2024-03-01 A BUY_TO_COVER X 10 price=60",
        "buy 2024-03-02 A BUY X 10 price=60",
    )
    assert not result.wash_sales


def test_1233_d_loss_is_long_term_against_long_term_shares() -> None:
    result = booked(
        "old 2022-01-03 A BUY X 4 price=80",
        "s 2024-01-02 A SELL_SHORT X 10 price=50",
        "c 2024-03-01 A BUY_TO_COVER X 10 price=60",
    )
    assert columns(result.realized, *ROW) == {
        ("c", "s", "4", "200.00", "240.00", "-40.00", "LT"),
        ("c", "s", "6", "300.00", "360.00", "-60.00", "ST"),
    }
    assert columns(result.lots, *LOTS) == {("old", "4", "320.00", "2022-01-03")}


def test_1233_b_closing_starts_the_period_of_short_term_shares_anew() -> None:
    result = booked(
        "old 2024-01-02 A BUY X 10 price=80",
        "s 2024-06-03 A SELL_SHORT X 6 price=50",
        "c 2025-03-03 A BUY_TO_COVER X 6 price=45",
    )
    assert columns(result.lots, *LOTS) == {
        ("old", "6", "480.00", "2025-03-03"),
        ("old", "4", "320.00", "2024-01-02"),
    }


def test_1233_b_shares_sold_while_the_short_is_open_are_short_term() -> None:
    """Each short unit reaches one share: what was sold is not started anew on closing."""
    result = booked(
        "old 2024-01-02 A BUY X 10 price=80",
        "s 2024-06-03 A SELL_SHORT X 6 price=50",
        "x 2025-02-03 A SELL X 4 price=90",
        "c 2025-03-03 A BUY_TO_COVER X 6 price=45",
    )
    sold = [row for row in result.realized if row["sale_id"] == "x"]
    assert columns(sold, "holding_period_date", "term") == {("2025-02-03", "ST")}
    assert columns(result.lots, *LOTS) == {
        ("old", "2", "160.00", "2025-03-03"),
        ("old", "4", "320.00", "2024-01-02"),
    }


def test_1233_b_shares_of_a_later_lot_are_sold_while_an_earlier_one_is_reached() -> None:
    """The short reaches ten of the first lot and five of the second, sold or not."""
    result = booked(
        "one 2024-01-02 A BUY X 10 price=80",
        "two 2024-01-03 A BUY X 10 price=80",
        "s 2024-06-03 A SELL_SHORT X 15 price=50",
        "x 2025-02-03 A SELL X 10 price=90 lots=two:10",
    )
    assert columns(result.realized, "quantity", "holding_period_date", "term") == {
        ("5", "2025-02-03", "ST"),
        ("5", "2024-01-03", "LT"),
    }


def test_1233_b_shares_delivered_count_for_those_that_the_short_reaches() -> None:
    result = booked(
        "one 2024-01-02 A BUY X 10 price=80",
        "s 2024-06-03 A SELL_SHORT X 10 price=50",
        "two 2024-07-10 A BUY X 10 price=50",
        "d 2024-09-03 A CLOSE_SHORT_BY_DELIVERY X 10 lots=one:10",
    )
    assert ("two", "10", "500.00", "2024-07-10") in columns(result.lots, *LOTS)


def test_1233_delivered_shares_that_were_short_term_when_shorted_give_a_short_term_gain() -> None:
    """Constructively sold at 50; the cover by delivery is even."""
    result = booked(
        "old 2024-01-02 A BUY X 10 price=40",
        "s 2024-06-03 A SELL_SHORT X 10 price=50",
        "d 2025-03-03 A CLOSE_SHORT_BY_DELIVERY X 10",
    )
    assert columns(result.realized, "sale_id", "cost_basis", "gain", "term") == {
        ("s", "400.00", "100.00", "ST"),
        ("d", "500.00", "0.00", "ST"),
    }


def test_split_and_merger_restate_what_is_owed() -> None:
    result = booked(
        "s 2024-01-02 A SELL_SHORT X 10 price=50",
        "split 2024-02-01 - SPLIT X - ratio=2",
        "merge 2024-03-01 - MERGER X - to_symbol=Q ratio=0.5",
        "c 2024-06-03 A BUY_TO_COVER Q 4 price=45",
    )
    assert columns(result.shorts, *OWED, "symbol") == {("s", "6", "300.00", "0.00", "Q")}


@pytest.mark.parametrize(
    "event",
    [
        "e 2024-02-01 A RETURN_OF_CAPITAL X - amount=5",
        "e 2024-02-01 - SPINOFF X - to_symbol=S ratio=1 basis_fraction=0.5",
        "e 2024-02-01 A MERGER X - cash=100",
        "e 2024-02-01 - MERGER X - to_symbol=Q ratio=1 cash=1 fmv=1",
        "e 2024-02-01 A WORTHLESS X -",
        "e 2024-02-01 A CASH_IN_LIEU X 1 amount=5",
    ],
)
def test_other_actions_of_the_issuer_wait_until_the_short_is_closed(event: str) -> None:
    with pytest.raises(InvalidBookError, match="short"):
        booked("b 2024-01-02 A BUY X 5 price=60", "s 2024-01-02 A SELL_SHORT X 10 price=50", event)
