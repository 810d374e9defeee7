"""Closes: read exactly, found by date, refused when they are bad."""

from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from taxlots.domain.quote import STALE_AFTER_SESSIONS, Quote
from taxlots.market_data.prices import PriceHistory, price_history

DOLLAR = 100_000_000


def table(*rows: tuple[Any, Any, Any]) -> pa.Table:
    dates, symbols, closes = zip(*rows, strict=True)
    return pa.table({"date": list(dates), "symbol": list(symbols), "close": list(closes)})


def history(*rows: tuple[Any, Any, Any]) -> PriceHistory:
    prices, problems = price_history(table(*rows))
    assert problems == []
    return prices


def test_the_last_close_on_or_before_the_as_of_date() -> None:
    prices = history(
        ("2020-12-30", "T", "28.65"),
        ("2020-12-28", "T", "28.53"),
        ("2020-12-30", "XOM", "41.6"),
    )
    wednesday = Quote(28_65000000, date(2020, 12, 30), 0)
    assert prices.last_close("T", date(2020, 12, 30)) == wednesday
    assert prices.last_close("T", date(2020, 12, 29)) == Quote(28_53000000, date(2020, 12, 28), 1)
    assert prices.last_close("XOM", date(2021, 1, 3)) == Quote(41_60000000, date(2020, 12, 30), 1)


def test_no_close_for_an_unknown_symbol_or_before_the_first_date() -> None:
    prices = history(("2020-12-30", "T", "28.65"))
    assert prices.last_close("VZ", date(2020, 12, 31)) is None
    assert prices.last_close("T", date(2020, 12, 29)) is None
    assert prices.symbols == {"T"}


def test_a_close_is_stale_after_five_sessions_not_after_days() -> None:
    """From 24 December 2020 to 4 January 2021 there are five sessions and eleven days."""
    prices = history(("2020-12-24", "T", "28.60"))
    fifth = prices.last_close("T", date(2021, 1, 4))
    sixth = prices.last_close("T", date(2021, 1, 5))
    assert fifth is not None
    assert fifth.sessions_old == STALE_AFTER_SESSIONS == 5
    assert not fifth.is_stale
    assert sixth is not None
    assert sixth.is_stale


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("132.69", 132_69000000),
        ("7.00000701", 7_00000701),
        ("0.00000001", 1),
        ("5", 5 * DOLLAR),
        ("+41.22", 41_22000000),
        (".5", DOLLAR // 2),
        ("1.2500000000", 1_25000000),
    ],
)
def test_text_is_read_exactly(text: str, units: int) -> None:
    quote = history(("2020-12-31", "T", text)).last_close("T", date(2020, 12, 31))
    assert quote is not None
    assert quote.close == units


def test_typed_columns_give_the_same_as_text() -> None:
    day = date(2020, 12, 31)
    typed = pa.table(
        {
            "date": pa.array([day], pa.date32()),
            "symbol": pa.array(["T"]).dictionary_encode(),
            "close": pa.array([Decimal("28.76")], pa.decimal128(28, 8)),
        }
    )
    prices, problems = price_history(typed)
    assert problems == []
    assert prices.last_close("T", day) == Quote(28_76000000, day, 0)


def test_equal_rows_are_one_close() -> None:
    rows = [("2020-12-31", "T", "28.76"), ("2020-12-31", "T", "28.760")]
    assert history(*rows).last_close("T", date(2020, 12, 31)) == Quote(
        28_76000000, date(2020, 12, 31), 0
    )


def test_every_bad_row_is_reported_with_its_line_and_column() -> None:
    bad = table(
        ("2020-12-31", "T", "28.76"),
        ("2020-13-31", "T", "28.76"),
        ("2020-12-31", "", "28.76"),
        ("2020-12-31", "VZ", "-1"),
        ("2020-12-31", "VZ", "n/a"),
        ("20201231", "VZ", "1e2"),
        ("2020-12-31", "VZ", None),
    )
    prices, problems = price_history(bad)
    assert [(p.where, p.code) for p in problems] == [
        ("prices.csv:3:date", "BAD_DATE"),
        ("prices.csv:4:symbol", "MISSING_SYMBOL"),
        ("prices.csv:5:close", "BAD_PRICE"),
        ("prices.csv:6:close", "BAD_PRICE"),
        ("prices.csv:7:date", "BAD_DATE"),
        ("prices.csv:7:close", "BAD_PRICE"),
        ("prices.csv:8:close", "BAD_PRICE"),
    ]
    assert prices.symbols == set()


def test_two_different_closes_of_one_day_are_a_problem() -> None:
    rows = [
        ("2020-12-31", "T", "28.76"),
        ("2020-12-30", "T", "28.65"),
        ("2020-12-31", "T", "28.77"),
    ]
    _, problems = price_history(table(*rows))
    assert [(p.where, p.code) for p in problems] == [("prices.csv:4:close", "TWO_CLOSES")]
    assert problems[0].message == "T has two different closes on 2020-12-31."


def test_floats_are_refused() -> None:
    _, problems = price_history(table(("2020-12-31", "T", 28.76)))
    assert [p.code for p in problems] == ["BAD_PRICE"]
    assert "never as a float" in problems[0].remedy


def test_a_missing_column_is_named() -> None:
    _, problems = price_history(pa.table({"date": ["2020-12-31"], "symbol": ["T"]}))
    assert [(p.where, p.code) for p in problems] == [("prices.csv:1:close", "MISSING_COLUMN")]


def test_a_book_without_prices_has_no_quotes() -> None:
    prices, problems = price_history(None)
    assert problems == []
    assert prices.last_close("T", date(2020, 12, 31)) is None


def test_three_hundred_thousand_rows_agree_with_a_plain_search() -> None:
    days = np.arange("2010-01-01", "2018-03-20", dtype="datetime64[D]")
    symbols = [f"S{n:03d}" for n in range(100)]
    shuffled = np.random.default_rng(7).permutation(len(days) * len(symbols))
    closes = shuffled + 1
    prices, problems = price_history(
        pa.table(
            {
                "date": pa.array(np.tile(days, len(symbols))[shuffled]),
                "symbol": np.repeat(symbols, len(days))[shuffled],
                "close": pa.array([f"{c // 100}.{c % 100:02d}" for c in closes.tolist()]),
            }
        )
    )
    assert problems == []
    assert len(shuffled) >= 300_000 - 500
    at = 123_456
    row = int(np.flatnonzero(shuffled == at)[0])
    day = days[at % len(days)].astype(date)
    quote = prices.last_close(symbols[at // len(days)], day)
    assert quote is not None
    assert quote.close == int(closes[row]) * 1_000_000
