"""Schwab does not tell a split's ratio: when it can be derived, and when that is refused."""

from fractions import Fraction

import pytest

from taxlots.brokers.protocol import Reading
from taxlots.brokers.registry import BROKERS
from taxlots.brokers.split_ratio import declared_ratio
from taxlots.domain.money import SHARE

HEADER = "Date,Action,Symbol,Description,Quantity,Price,Fees & Comm,Amount"


def read(*rows: str, held: dict[str, int] | None = None) -> Reading:
    text = "\n".join([HEADER, *rows, ""])
    return BROKERS["schwab"].read(text, file="export.csv", account="A", held=held)


def ratios(reading: Reading) -> list[tuple[str, str, str]]:
    return [
        (row.cells["date"], row.cells["symbol"], row.cells["ratio"])
        for row in reading.rows
        if "ratio" in row.cells
    ]


def codes(reading: Reading) -> list[str]:
    return [p.code for p in reading.problems]


def test_added_shares_and_the_position_before_tell_the_ratio() -> None:
    reading = read(
        "07/15/2024 as of 07/12/2024,Stock Split,ALFA,ALFA CORP,9,$170.067,,",
        "06/13/2024,Buy,ALFA,ALFA CORP,1,$1680.00,,-$1680.00",
    )
    assert ratios(reading) == [("2024-07-12", "ALFA", "10")]
    assert codes(reading) == ["SPLIT_RATIO_DERIVED"]


def test_trades_of_the_day_as_of_which_it_counts_come_before_the_split() -> None:
    reading = read(
        "07/15/2024 as of 07/12/2024,Stock Split,ALFA,ALFA CORP,20,$170.067,,",
        "07/12/2024,Buy,ALFA,ALFA CORP,10,$340.00,,-$3400.00",
        "06/13/2024,Buy,ALFA,ALFA CORP,10,$1680.00,,-$16800.00",
    )
    assert ratios(reading) == [("2024-07-12", "ALFA", "2")]


def test_a_split_without_another_date_takes_effect_before_the_market_opens() -> None:
    reading = read(
        "07/15/2024,Stock Split,ALFA,ALFA CORP,10,$170.00,,",
        "07/15/2024,Buy,ALFA,ALFA CORP,7,$170.00,,-$1190.00",
        "06/13/2024,Buy,ALFA,ALFA CORP,10,$340.00,,-$3400.00",
    )
    assert [row.cells["action"] for row in reading.rows] == ["BUY", "SPLIT", "BUY"]
    assert ratios(reading) == [("2024-07-15", "ALFA", "2")]


def test_without_purchases_in_the_file_the_ratio_is_not_known() -> None:
    reading = read("07/15/2024,Stock Split,ALFA,ALFA CORP,9,$170.067,,")
    assert reading.is_refused
    assert not reading.rows
    (problem,) = reading.problems
    assert (problem.where, problem.code) == ("export.csv:2:Quantity", "SPLIT_RATIO_UNKNOWN")
    assert "SPLIT row: date 2024-07-15, account A, symbol ALFA, ratio" in problem.remedy


def test_more_sold_than_bought_means_that_the_position_is_not_known() -> None:
    reading = read(
        "07/15/2024,Stock Split,ALFA,ALFA CORP,10,,,",
        "06/15/2024,Buy,ALFA,ALFA CORP,20,$5.00,,-$100.00",
        "06/13/2024,Sell,ALFA,ALFA CORP,10,$5.00,,$50.00",
    )
    assert codes(reading) == ["SPLIT_RATIO_UNKNOWN"]


def test_what_the_account_held_before_the_file_counts_where_it_is_known() -> None:
    split = "07/15/2024,Stock Split,ALFA,ALFA CORP,90,,,"
    assert ratios(read(split, held={"ALFA": 10 * SHARE})) == [("2024-07-15", "ALFA", "10")]


def test_prices_that_contradict_the_shares_show_that_some_were_held_before() -> None:
    """60 shares before the file and 10 in it double: the rows alone would say 8-for-1."""
    reading = read(
        "07/15/2024,Stock Split,ALFA,ALFA CORP,70,$50.00,,",
        "07/01/2024,Buy,ALFA,ALFA CORP,10,$101.00,,-$1010.00",
    )
    assert codes(reading) == ["SPLIT_RATIO_UNKNOWN"]
    assert "held before this file starts" in reading.problems[0].message


def test_two_splits_in_a_row_each_have_their_own() -> None:
    reading = read(
        "08/15/2024,Stock Split,ALFA,ALFA CORP,20,,,",
        "07/15/2024,Stock Split,ALFA,ALFA CORP,30,,,",
        "06/13/2024,Buy,ALFA,ALFA CORP,10,$5.00,,-$50.00",
    )
    assert [ratio for _, _, ratio in ratios(reading)] == ["4", "3/2"]


def test_a_stock_dividend_is_one() -> None:
    reading = read(
        "07/15/2024,Stock Div Dist,ALFA,ALFA CORP,5,,,",
        "06/13/2024,Buy,ALFA,ALFA CORP,100,$5.00,,-$500.00",
    )
    assert [(r.cells["action"], r.cells["ratio"]) for r in reading.rows[1:]] == [
        ("STOCK_DIVIDEND", "21/20")
    ]


class TestReverseSplit:
    NEW = "06/17/2024,Reverse Split,PENY,PENNY INC,{},,,"
    OLD = "06/17/2024,Reverse Split,74346Q704,PENNY INCXXXREVERSE SPLIT,{},,,"

    def test_both_rows_tell_the_ratio(self) -> None:
        reading = read(self.NEW.format(5), self.OLD.format(-50))
        assert ratios(reading) == [("2024-06-17", "PENY", "1/10")]
        assert "74346Q704" in reading.rows[0].raw

    def test_money_for_the_fraction_shows_that_shares_were_cut(self) -> None:
        reading = read(
            "06/18/2024,Cash In Lieu,PENY,PENNY INC,,,,$0.68",
            self.NEW.format(587),
            self.OLD.format('"-14,684"'),
        )
        assert ratios(reading) == [("2024-06-17", "PENY", "1/25")]
        assert {k: reading.rows[1].cells[k] for k in ("action", "quantity", "cash")} == {
            "action": "CASH_IN_LIEU",
            "quantity": "0.36",
            "cash": "0.68",
        }

    def test_one_share_for_one_is_no_ratio(self) -> None:
        """A fraction rounded up to a whole share hides the ratio altogether."""
        assert codes(read(self.NEW.format(1), self.OLD.format(-1))) == ["SPLIT_RATIO_UNKNOWN"]

    def test_one_row_alone_is_refused(self) -> None:
        assert codes(read(self.NEW.format(268))) == ["SPLIT_RATIO_UNKNOWN"]


def test_money_for_a_fraction_of_unknown_size_is_refused() -> None:
    reading = read("06/18/2024,Cash In Lieu,PENY,PENNY INC,,,,$0.68")
    assert codes(reading) == ["NEEDS_FACTS"]
    assert "CASH_IN_LIEU row" in reading.problems[0].remedy


class TestNameChange:
    def test_two_tickers_are_a_change_of_symbol(self) -> None:
        reading = read(
            "04/30/2021,Name Change,NEWH,NEW INC,1000,,,",
            "04/30/2021,Name Change,OLDH,OLD INC,-1000,,,",
        )
        assert [
            (r.cells["action"], r.cells["symbol"], r.cells["to_symbol"]) for r in reading.rows
        ] == [("SYMBOL_CHANGE", "OLDH", "NEWH")]

    def test_a_cusip_does_not_tell_the_old_ticker(self) -> None:
        reading = read(
            "04/30/2021,Name Change,NEWH,NEW INC,1000,,,",
            "04/30/2021,Name Change,74346Q704,OLD INC,-1000,,,",
        )
        assert codes(reading) == ["NEEDS_FACTS"]
        assert "SYMBOL_CHANGE" in reading.problems[0].remedy


@pytest.mark.parametrize(
    ("before", "after", "in_lieu", "ratio"),
    [
        ("10", "20", False, Fraction(2)),
        ("100", "105", False, Fraction(21, 20)),
        ("3", "2", False, Fraction(2, 3)),
        ("0.3333", "0.5", False, Fraction(3, 2)),
        ("18.9333", "28.3999", False, Fraction(3, 2)),
        ("14684", "587", True, Fraction(1, 25)),
        ("101", "151", True, Fraction(3, 2)),
        ("10", "1", True, None),
        ("3", "4", True, None),
        ("100", "100", False, None),
        ("0", "5", False, None),
        ("997", "1009", False, None),
    ],
)
def test_a_ratio_is_derived_only_if_there_is_but_one(
    before: str, after: str, in_lieu: bool, ratio: Fraction | None
) -> None:
    held, then = (int(Fraction(text) * SHARE) for text in (before, after))
    assert declared_ratio(held, then, in_lieu=in_lieu) == ratio
