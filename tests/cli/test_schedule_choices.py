"""``taxlots schedule`` with quotes, a block, a currency, or a day by which money must be there."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.cli.running import SAMPLE, book, taxlots

import taxlots as api

ROWS = "b1,2022-01-03,brokerage,ABC,BUY,400,,40000.00,,,,\n"
QUOTES = (
    "time,bid,ask,bid_size,ask_size,volume\n"
    "09:30,119.90,120.10,50,50,500\n"
    "12:00,119.98,120.02,400,400,200\n"
    "15:30,119.95,120.05,100,100,500\n"
)
RATES = "base,quote,rate,spread,fee\nEUR,USD,1.10,0.0010,0.0005\n"
PROFILE = "tax_return,year,short_rate,long_rate\nhome,2025,0.40,0.20\nhome,2026,0.40,0.20\n"


@pytest.fixture
def household(tmp_path: Path) -> Path:
    folder = book(tmp_path / "home", ROWS, toml='name = "Home"\n')
    (folder / "securities.csv").write_text("symbol,kind,adv,spread\nABC,stock,1000,0.0005\n")
    (folder / "prices.csv").write_text("date,symbol,close\n2025-06-10,ABC,120\n")
    (folder / "profiles.csv").write_text(PROFILE)
    return folder


@pytest.fixture
def quotes(tmp_path: Path) -> Path:
    path = tmp_path / "quotes.csv"
    path.write_text(QUOTES)
    return path


@pytest.fixture
def rates(tmp_path: Path) -> Path:
    path = tmp_path / "rates.csv"
    path.write_text(RATES)
    return path


def asked(household: Path, *options: object) -> dict[str, Any]:
    words = ("schedule", household, "ABC", "200", "--account", "brokerage", *options)
    done = taxlots(*words, "--as-of", "2025-06-10", "--json")
    assert done.status == 0, done.err
    found: dict[str, Any] = json.loads(done.out)
    return found


def test_slices_of_a_day_take_more_where_the_spread_is_narrow(
    household: Path, quotes: Path
) -> None:
    """The usual spread is 6 dollars in 10,000; at noon it is half as wide, in the morning thrice.

    A sixth and more of what is left is planned for noon; half of the 400 offered would allow it.
    """
    found = asked(household, "--quotes", quotes)
    counts = [int(one["quantity"]) for one in found["slices"]]
    assert sum(counts) == 200
    assert counts[0] <= 25, "no more than half of the 50 that are offered"
    assert counts[1] > 200 * 200 // 1200
    assert [one["is_forced"] for one in found["slices"]] == [
        "",
        "",
        "yes" if counts[2] > 50 else "",
    ]
    assert float(found["half_spread"]) < float(found["half_spread_by_clock"])
    average = sum(
        int(one["quantity"]) * Decimal(one["price"]) for one in found["slices"]
    ) / Decimal(200)
    assert abs(Decimal(found["price"]) - average) < Decimal("1e-8")
    assert found["order"] == "b1:200"
    assert Decimal(found["gain"]) == round(200 * average - 20_000, 2)


def test_a_block_is_taken_below_its_breakeven_and_not_above(household: Path) -> None:
    for rate, better in (("0.001", "block"), ("0.05", "work")):
        found = asked(household, "--over", "3", "--volatility", "0.4", "--block", rate)["block"]
        assert found["better"] == better
        assert Decimal(found["cost"]) == 200 * 120 * Decimal(rate)
        is_below = Decimal(rate) < Decimal(found["breakeven_discount"])
        assert is_below is (better == "block")
        assert found["tax"] == found["worked_tax"]


def test_a_sale_abroad_exchanges_what_it_brings(household: Path, rates: Path) -> None:
    """Half of 10, and 5, in 10,000 of 24,000 less the cost of the sale itself."""
    found = asked(household, "--currency", "eur", "--rates", rates)
    legs = found["crossing"]["legs"]
    assert [(one["sold"], one["bought"]) for one in legs] == [("ABC", "EUR"), ("EUR", "USD")]
    own = Decimal(found["cost"]["total"])
    assert legs[0]["cost"] == found["cost"]["total"]
    assert Decimal(legs[1]["cost"]) == round((24_000 - own) * Decimal("0.001"), 2)
    assert any("988" in one for one in found["because"])
    bought = asked(household, "--buy", "--currency", "EUR", "--rates", rates)["crossing"]["legs"]
    assert [(one["sold"], one["bought"]) for one in bought] == [("USD", "EUR"), ("EUR", "ABC")]


def test_a_sale_in_a_hurry_is_orderly_as_far_as_volume_allows(household: Path) -> None:
    """100 shares a day: from Tuesday June 10 trades settle by Wednesday June 11, one session."""
    found = asked(household, "--forced-by", "2025-06-11", "--volatility", "0.4")
    assert found["last_session"] == "2025-06-10"
    assert [(one["part"], one["quantity"]) for one in found["parts"]] == [
        ("in order", "100"),
        ("forced", "100"),
    ]
    assert float(found["years_early"]) == pytest.approx(1 / 252, abs=1e-6)
    assert 0 < float(found["discount"]["used"]) < float(found["discount"]["longstaff"])
    later = asked(household, "--forced-by", "2025-06-20", "--volatility", "0.4")
    assert [one["part"] for one in later["parts"]] == ["in order"]
    assert later["discount"]["cost"] == "0.00"


def test_without_volume_the_day_of_an_orderly_sale_is_asked_for(household: Path) -> None:
    (household / "securities.csv").write_text("symbol,kind\nABC,stock\n")
    words = ("schedule", household, "ABC", "200", "--account", "brokerage", "--as-of", "2025-06-10")
    done = taxlots(*words, "--forced-by", "2025-06-30", "--volatility", "0.3")
    assert done.status == 2
    assert "--orderly-by" in done.err
    found = asked(
        household, "--forced-by", "2025-06-30", "--orderly-by", "2027-06-30", "--volatility", "0.3"
    )
    assert float(found["years_early"]) == pytest.approx(2, abs=0.01)
    assert Decimal(found["gain"]) < 4_000


@pytest.mark.parametrize(
    ("options", "status", "said"),
    [
        (("--quotes", "nowhere.csv"), 2, "no file"),
        (("--block", "1.5"), 2, "no part of the price"),
        (("--currency", "EUR"), 2, "go together"),
        (("--orderly-by", "2026-01-02"), 2, "goes with --forced-by"),
        (("--forced-by", "2025-06-10"), 2, "name a later day"),
        (("--forced-by", "2025-06-30", "--buy"), 2, "is of a sale"),
        (("--forced-by", "2025-06-30", "--block", "0.01"), 2, "one at a time"),
        (("--forced-by", "2025-06-30", "--orderly-by", "2025-06-20"), 2, "before --forced-by"),
    ],
)
def test_nonsense_is_told(
    household: Path, options: tuple[str, ...], status: int, said: str
) -> None:
    words = ("schedule", household, "ABC", "200", "--account", "brokerage")
    done = taxlots(*words, "--as-of", "2025-06-10", *options)
    assert done.status == status
    assert said in done.err


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("09:30,120.10,119.90,50,50,500\n", "above the ask"),
        ("9 am,119,120,50,50,500\n", "is no time"),
        ("09:30,119,120,50,,500\n", "ask_size"),
        ("10:00,119,120,5,5,5\n09:30,119,120,5,5,5\n", "does not come after"),
    ],
)
def test_bad_quotes_are_named(household: Path, quotes: Path, rows: str, said: str) -> None:
    quotes.write_text("time,bid,ask,bid_size,ask_size,volume\n" + rows)
    words = ("schedule", household, "ABC", "200", "--account", "brokerage", "--quotes", quotes)
    done = taxlots(*words, "--as-of", "2025-06-10")
    assert done.status == 1
    assert said in done.err


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("EUR,USD,0,,\n", "no rate"),
        ("EUR,EUR,1,,\n", "EUR is both"),
        ("EUR,USD,1.1,0.5,0.9\n", "take all of it"),
        ("EUR,GBP,0.85,,\n", "no pairs lead"),
    ],
)
def test_bad_rates_are_named(household: Path, rates: Path, row: str, said: str) -> None:
    rates.write_text("base,quote,rate,spread,fee\n" + row)
    words = ("schedule", household, "ABC", "200", "--account", "brokerage", "--currency", "EUR")
    done = taxlots(*words, "--rates", rates, "--as-of", "2025-06-10")
    assert done.status in (1, 2)
    assert said in done.err or "is none" in done.err


def test_python_answers_the_same(household: Path, quotes: Path) -> None:
    mine = api.open_book(str(household))
    found = mine.schedule("brokerage", "ABC", 200, quotes=quotes, as_of="2025-06-10").json
    assert found == asked(household, "--quotes", quotes)
    forced = mine.schedule("brokerage", "ABC", 200, forced_by="2025-06-11", as_of="2025-06-10")
    assert forced.json == asked(household, "--forced-by", "2025-06-11")


def test_a_schedule_in_the_past_knows_nothing_of_what_came_later() -> None:
    """Half of 2020 is still to come: only lots of that day are sold."""
    words = ("schedule", SAMPLE, "MSFT", "10", "--account", "joint-taxable", "--over", "3")
    done = taxlots(*words, "--as-of", "2020-06-30", "--method", "LIFO", "--json")
    assert done.status == 0, done.err
    lots = [lot for one in json.loads(done.out)["tranches"] for lot in one["lots"]]
    assert all(lot["acquired_date"] <= "2020-06-30" for lot in lots)
