"""``taxlots overlay`` by greeks, as synthetic positions, and the curve of futures."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from tests.cli.running import SAMPLE, taxlots

from taxlots import open_book
from taxlots.plan.overlay.black_scholes import Spot, greeks_of

CONTRACTS = (
    "symbol,kind,underlying,price,multiplier,expiry,initial_margin,spread,commission,section_1256,"
    "put_call,strike,volatility\n"
    "F1,future,AAPL,132.00,100,2021-03-19,1300,0.0001,1.50,,,,\n"
    "F2,future,AAPL,131.00,100,2021-06-18,1300,0.0001,1.50,,,,\n"
    "F3,future,AAPL,133.00,100,2021-09-17,1300,0.0001,1.50,,,,\n"
    "C130,option,AAPL,,100,2021-06-18,,0.20,0.65,,call,130,0.33\n"
    "P130,option,AAPL,,100,2021-06-18,,0.20,0.65,,put,130,0.33\n"
    "P110,option,AAPL,,100,2021-06-18,,0.20,0.65,,put,110,0.38\n"
    "SWAP,swap,AAPL,,,,,,,,,,\n"
)
CLOSE = 132.69
YEARS = (date(2021, 6, 18) - date(2020, 12, 31)).days / 365


@pytest.fixture(scope="module")
def market(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("market")
    (folder / "contracts.csv").write_text(CONTRACTS, encoding="utf-8")
    return folder


def asked(market: Path, *options: object) -> Any:
    account = () if "--curve" in options else ("--account", "fidelity-taxable")
    done = taxlots("overlay", SAMPLE, "--market", market, *account, *options, "--json")
    assert done.status == 0, done.err
    return json.loads(done.out)


def test_each_greek_is_met_within_half_of_the_smallest_contract(market: Path) -> None:
    named = ("--with", "C130", "--with", "P110", "--with", "F1")
    found = asked(market, *named, "--delta", "0", "--gamma", "12", "--vega", "400")
    assert found["is_within"]
    counts = {one["contract"]: int(one["count"]) for one in found["contracts"]}
    call = greeks_of(Spot(price=CLOSE), 130, YEARS, 0.33, is_call=True)
    put = greeks_of(Spot(price=CLOSE), 110, YEARS, 0.38, is_call=False)
    vega = counts.get("C130", 0) * call.vega + counts.get("P110", 0) * put.vega
    assert abs(vega - 400) <= min(call.vega, put.vega) / 2 + 0.01
    delta = 100 * (counts.get("C130", 0) * call.delta + counts.get("P110", 0) * put.delta)
    assert abs(delta + 100 * counts.get("F1", 0)) <= 100 * min(call.delta, -put.delta) / 2 + 0.01


def test_a_written_option_puts_up_margin(market: Path) -> None:
    """FINRA Rule 4210(f)(2)(E): premium and 20 percent of the stock, less what it is out of it."""
    found = asked(market, "--with", "P110", "--vega", "-60")
    (leg,) = found["contracts"]
    put = greeks_of(Spot(price=CLOSE), 110, YEARS, 0.38, is_call=False)
    each = 100 * (put.price + max(0.2 * CLOSE - (CLOSE - 110), 0.1 * 110))
    assert float(leg["margin"]) == pytest.approx(-int(leg["count"]) * each, abs=0.02)
    assert float(leg["premium"]) < 0


def test_a_synthetic_short_is_a_forward_and_flagged_as_one(market: Path) -> None:
    """The account holds appreciated shares: a forward on them is a constructive sale."""
    pair = ("--with", "C130", "--with", "P130", "--synthetic")
    found = asked(market, *pair, "--dollars", "-13000")
    assert (found["bought"], found["written"], found["pairs"]) == ("P130", "C130", "-1")
    assert {one["code"] for one in found["flags"]} == {"CONSTRUCTIVE_SALE", "STRADDLE"}
    assert found["may_be_assigned"]
    long = asked(market, *pair, "--dollars", "26000")
    assert (long["bought"], long["pairs"]) == ("C130", "2")
    assert not [one for one in long["flags"] if one["code"] == "CONSTRUCTIVE_SALE"]


def test_a_curve_tells_carry_and_roll_yield(market: Path) -> None:
    found = asked(market, "--curve", "AAPL")
    assert found["shape"] == "mixed"
    assert [one["contract"] for one in found["contracts"]] == ["F1", "F2", "F3"]
    yields = [one["roll_yield"] for one in found["contracts"]]
    assert yields[0] == ""
    assert float(yields[1]) > 0 > float(yields[2])


def test_python_answers_as_the_command(market: Path) -> None:
    book = open_book(SAMPLE)
    answer = book.overlay("P110", vega=-60, account="fidelity-taxable", market=market)
    assert answer.json == asked(market, "--with", "P110", "--vega", "-60")
    assert book.overlay(curve="AAPL", market=market).json["shape"] == "mixed"


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--delta", "5"), "with --with"),
        (("--with", "F1", "--gamma", "5"), "none of the contracts has gamma"),
        (("--with", "SWAP", "--delta", "5"), "greeks are those of options and futures"),
        (("--with", "C130", "--with", "P110", "--synthetic", "--dollars", "5"), "differ in strike"),
        (("--with", "C130", "--synthetic", "--dollars", "5"), "one call and one put"),
        (("--with", "C130", "--synthetic"), "--synthetic goes with --dollars"),
        (("--with", "C130", "--delta", "1", "--dollars", "5"), "greeks go by themselves"),
        (("--curve", "AAPL", "--delta", "1"), "ask one"),
        (("--curve", "MSFT"), "needs two"),
        (("--with", "F1", "--with", "F2", "--dollars", "5"), "name one contract"),
    ],
)
def test_questions_that_clash_are_told(market: Path, options: tuple[str, ...], told: str) -> None:
    account = ("--account", "fidelity-taxable")
    done = taxlots("overlay", SAMPLE, "--market", market, *account, *options)
    assert done.status == 2
    assert told in done.err
