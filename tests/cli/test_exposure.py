"""``taxlots exposure``, ``schedule`` and ``overlay``: what a book is exposed to, and may do."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.cli.running import SAMPLE, book, taxlots

import taxlots as api

ROWS = (
    "b1,2022-01-03,brokerage,ABC,BUY,400,,40000.00,,,,\n"
    "b2,2024-06-12,brokerage,ABC,BUY,600,,66000.00,,,,\n"
    "b3,2024-06-12,brokerage,EURF,BUY,1000,,50000.00,,,,\n"
    "b4,2025-06-09,ira,ABC,BUY,10,,1200.00,,,,\n"
)
PRICES = "date,symbol,close\n2025-06-10,ABC,120\n2025-06-10,EURF,50\n2025-06-10,GONE,1\n"
PROFILE = "tax_return,year,short_rate,long_rate\nhome,2025,0.40,0.20\nhome,2026,0.40,0.20\n"
HOLDINGS = "fund,symbol,weight,date\nEURF,SAP,0.7,2025-05-30\nEURF,ABC,0.2,2025-05-30\n"
EXPOSURES = "symbol,date,beta,duration,currency\nABC,,1.2,,USD\nSAP,,0.9,0,EUR\n"
CONTRACTS = (
    "symbol,kind,underlying,price,multiplier,expiry,initial_margin,spread,section_1256\n"
    "F1,future,INDEX,6000,5,2025-06-20,2000,0.0001,true\n"
    "F2,future,INDEX,6060,5,2025-09-19,2000,0.0001,true\n"
    "ETF,fund,ABC,120,,,,0.0004,\n"
)


@pytest.fixture
def household(tmp_path: Path) -> Path:
    folder = book(tmp_path / "home", ROWS, toml='name = "Home"\n')
    (folder / "securities.csv").write_text(
        "symbol,kind,adv,spread\nABC,stock,100000,0.0004\nEURF,etf,,\n"
    )
    for name, text in (
        ("prices", PRICES),
        ("profiles", PROFILE.replace("home,", "home,")),
        ("holdings_of_funds", HOLDINGS),
        ("exposures", EXPOSURES),
        ("contracts", CONTRACTS),
    ):
        (folder / f"{name}.csv").write_text(text)
    return folder


def printed(*arguments: object) -> dict[str, Any]:
    ran = taxlots(*arguments, "--json")
    assert ran.status == 0, ran.err
    found = json.loads(ran.out)
    assert isinstance(found, dict)
    return found


def test_exposure_opens_funds_and_tells_what_is_not_listed(household: Path) -> None:
    """1,010 ABC at 120 and 1,000 EURF at 50, of which 10,000 are ABC and 5,000 not listed."""
    found = printed("exposure", household, "--as-of", "2025-06-10")
    assert found["value"] == "171200.00"
    held = {row["symbol"]: row for row in found["holdings"]}
    assert held["ABC"]["direct"] == "121200.00"
    assert held["ABC"]["through_funds"] == "10000.00"
    assert found["funds_not_listed"] == {"EURF": "5000.00"}
    assert found["beta"]["dollars"] == f"{Decimal(131200) * Decimal('1.2') + 31500:.2f}"
    assert found["currencies"] == {"USD": "131200.00", "EUR": "35000.00"}
    assert found["liquidity"] == {"within_a_day": "121200.00", "not known": "50000.00"}
    assert found["currency_not_known"] == {"EURF (holdings not listed)": "5000.00"}


def test_a_hedge_ratio_asks_for_its_forward_outside_its_band(household: Path) -> None:
    """35,000 dollars in euros at 1.10 are 31,818; half of them are 15,909, 10,000 are sold."""
    hedges = household / "currency_hedges.csv"
    rows = "currency,ratio,band,spot,rate,home_rate,sold\nEUR,0.5,{},1.10,0.02,0.05,10000\n"
    hedges.write_text(rows.format("0.10"))
    (forward,) = printed("exposure", household, "--as-of", "2025-06-10")["forwards"]
    assert forward["units"] == "-5909"
    assert (forward["ratio_before"], forward["ratio_after"]) == ("0.3143", "0.5000")
    hedges.write_text(rows.format("0.20"))
    assert printed("exposure", household, "--as-of", "2025-06-10")["forwards"] == []
    hedges.write_text(rows.replace("0.5,{}", "1.5,0"))
    ran = taxlots("exposure", household)
    assert (ran.status, "currency_hedges.csv:2:ratio: BAD_NUMBER" in ran.err) == (1, True)


def test_trades_are_shown_by_what_they_change_and_compensated(household: Path) -> None:
    """40,000 of ABC are sold and EURF bought: 48,000 of beta less, 9,600 and 25,200 back.

    13,200 of beta are missing, less than half of a contract of 30,000; of 48,000, two bring 60,000.
    """
    asked = ("exposure", household, "--as-of", "2025-06-10", "--trade", "ABC:-40000")
    found = printed(*asked, "--trade", "EURF:40000", "--compensate-with", "F1")["change"]
    rows = {row["exposure"]: row for row in found["exposures"]}
    assert rows["beta"]["change"] == "-13200.00"
    assert rows["EUR"]["change"] == "28000.00"
    assert found["contracts"] == {}
    found = printed(*asked, "--compensate-with", "F1")["change"]
    assert found["contracts"] == {"F1": "2"}
    (beta,) = [row for row in found["exposures"] if row["exposure"] == "beta"]
    assert Decimal(beta["compensated"]) - Decimal(beta["before"]) == 12_000


def test_trades_that_cannot_be_read_or_compensated_say_why(household: Path) -> None:
    asked = ("exposure", household, "--as-of", "2025-06-10")
    for more, said in (
        (("--trade", "ABC"), "write SYMBOL:DOLLARS"),
        (("--compensate-with", "F1"), "goes with --trade"),
        (("--trade", "ABC:1", "--compensate-with", "ETF"), "compensate with futures"),
        (("--trade", "ABC:1", "--compensate-with", "NONE"), "contracts.csv has no 'NONE'"),
    ):
        ran = taxlots(*asked, *more)
        assert (ran.status, said in ran.err) == (2, True), ran.err


def test_exposure_of_one_account_and_of_an_unknown_household(household: Path) -> None:
    found = printed("exposure", household, "--account", "ira", "--as-of", "2025-06-10")
    assert found["value"] == "1200.00"
    ran = taxlots("exposure", household, "--household", "away")
    assert ran.status == 2
    assert "has no household 'away'; it has home" in ran.err


def test_bad_cells_of_the_files_are_all_told(household: Path) -> None:
    (household / "exposures.csv").write_text("symbol,beta\nABC,much\n")
    ran = taxlots("exposure", household)
    assert ran.status == 1
    assert "exposures.csv:2:beta: BAD_NUMBER" in ran.err
    ran = taxlots("exposure", household, "--market", household / "nowhere")
    assert ran.status == 2


def test_a_holding_without_a_close_is_told_and_counts_nowhere(household: Path) -> None:
    (household / "prices.csv").write_text("date,symbol,close\n2025-06-10,ABC,120\n")
    found = printed("exposure", household, "--as-of", "2025-06-10")
    assert found["without_price"] == ["EURF"]
    assert found["value"] == "121200.00"


def test_a_schedule_sells_long_term_once_it_can(household: Path) -> None:
    """800 shares in four sessions from June 10: the young lot is long-term on June 13.

    TAX_OPTIMAL takes the old lot while it lasts, 400 shares at 4 a share, then 200 of the young
    one short-term at 4 a share, and 200 long-term at 2.
    """
    found = printed(
        "schedule", household, "ABC", "800", "--account", "brokerage", "--over", "4",
        "--method", "tax_optimal", "--as-of", "2025-06-10",
    )  # fmt: skip
    assert [row["date"] for row in found["tranches"]] == [
        "2025-06-10", "2025-06-11", "2025-06-12", "2025-06-13",
    ]  # fmt: skip
    assert [row["order"] for row in found["tranches"]] == ["b1:200", "b1:200", "b2:200", "b2:200"]
    assert found["turned_long_term"] == "200"
    assert (found["days_of_volume"], found["bucket"]) == ("0.0800", "at_once")
    assert found["tax"] == "2800.00"
    assert Decimal(found["at_once"]["tax"]) == Decimal("3200.00")
    spread = sum(Decimal(row["spread"]) for row in found["tranches"])
    assert spread == Decimal("19.20")
    assert Decimal(found["cost"]["impact"]) < Decimal(found["at_once"]["impact"])


def test_a_tax_deferred_account_sells_without_lots_and_no_more_than_it_holds(
    household: Path,
) -> None:
    asked = ("schedule", household, "ABC", "--account", "ira", "--as-of", "2025-06-10")
    assert printed(*asked, "10")["tax"] == ""
    ran = taxlots(*asked, "11")
    assert (ran.status, "ira holds 10 ABC; 11 are asked for" in ran.err) == (2, True)


def test_a_purchase_has_costs_and_no_lots(household: Path) -> None:
    found = printed(
        "schedule", household, "ABC", "100", "--account", "brokerage", "--over", "2", "--buy",
        "--by", "vwap", "--volumes", "1000,3000", "--as-of", "2025-06-10",
    )  # fmt: skip
    assert [row["quantity"] for row in found["tranches"]] == ["25", "75"]
    assert found["tax"] == ""
    assert "lots" not in found["tranches"][0]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("ABC", "5000"), "brokerage holds 1000 ABC; 5000 are asked for"),
        (("ABC", "-1"), "QTY '-1' is no quantity above zero"),
        (("ABC", "1", "--by", "luck"), "use one of twap, vwap, almgren-chriss"),
        (("ABC", "1", "--over", "0"), "write 1 to 60 sessions"),
        (("NONE", "1"), "no close of NONE; state --price"),
        (("EURF", "1", "--by", "vwap"), "needs the volume of EURF"),
    ],
)
def test_a_schedule_that_cannot_be_says_why(
    household: Path, arguments: tuple[str, ...], said: str
) -> None:
    ran = taxlots(
        "schedule", household, "--account", "brokerage", "--as-of", "2025-06-10", "--", *arguments
    ) if "-1" in arguments else taxlots(
        "schedule", household, *arguments, "--account", "brokerage", "--as-of", "2025-06-10"
    )  # fmt: skip
    assert ran.status == 2
    assert said in ran.err


def test_an_overlay_sells_futures_for_a_lower_beta_and_is_flagged(household: Path) -> None:
    """Beta dollars 188,940 of 171,200; to 0.5: 103,340 less; 30,000 a contract: 3.44, so 3."""
    found = printed(
        "overlay", household, "--with", "F1", "--to-beta", "0.5", "--as-of", "2025-06-10",
        "--rate", "0.04", "--income", "0.01",
    )  # fmt: skip
    assert (found["exact"], found["count"]) == ("-3.44", "-3")
    assert found["residual"] == "-13340.00"
    assert found["margin"] == "6000.00"
    assert found["roll"]["to"] == "F2"
    assert found["roll"]["shape"] == "contango"
    assert [flag["code"] for flag in found["flags"]] == ["SECTION_1256"]
    assert (
        "No beta is known of 5000.00 dollars of holdings: they count for nothing"
        in (found["because"])
    )


def test_a_short_position_in_what_is_held_is_a_constructive_sale_or_may_be(
    household: Path,
) -> None:
    """500 shares are offset: 400 of the old lot with 20 of gain each, 100 of the young with 10."""
    found = printed(
        "overlay", household, "--with", "F1", "--dollars", "-60000", "--as-of", "2025-06-10"
    )
    assert found["count"] == "-2"
    (household / "contracts.csv").write_text(CONTRACTS.replace("INDEX", "ABC"))
    found = printed(
        "overlay", household, "--with", "F1", "--dollars", "-60000", "--as-of", "2025-06-10"
    )
    flags = {flag["code"]: flag for flag in found["flags"]}
    assert flags["CONSTRUCTIVE_SALE"]["lots"] == ["b1", "b2"]
    assert flags["CONSTRUCTIVE_SALE"]["gain"] == "9000.00"


def test_carrying_is_weighed_against_selling(household: Path) -> None:
    """Two contracts stand for 60,000 dollars, 500 shares: 400 old ones at 4 a share of tax each.

    The other 100 are of the young lot, at 4; from June 13 on it is long-term, and all 500 are its
    own at 2 a share.  Four rolls a year cost 24 and a year's deferral of 1,000 is worth 49: the
    last day whose tax is known is the best.
    """
    found = printed(
        "overlay", household, "--with", "F1", "--dollars", "-48000", "--account", "brokerage",
        "--instead-of", "ABC", "--as-of", "2025-06-10",
    )  # fmt: skip
    days = found["unwinding"]["days"]
    assert days[0]["day"] == "2025-06-10"
    assert [days[0]["tax"], found["unwinding"]["best"]] == ["2000.00", "2026-01-02"]
    assert Decimal(999) < Decimal(days[1]["total"]) < Decimal(1001)
    assert [row["day"] for row in days] == ["2025-06-10", "2025-06-13", "2026-01-02"]
    assert any("tax of 2027, 2028" in said for said in found["because"])


def test_an_overlay_that_cannot_be_says_why(household: Path) -> None:
    ran = taxlots("overlay", household, "--with", "F9", "--to-beta", "1")
    assert ran.status == 2
    assert "contracts.csv has no 'F9'" in ran.err
    ran = taxlots("overlay", household, "--with", "F2", "--to-beta", "1", "--dollars", "5")
    assert "state one of --to-beta, --to-duration and --dollars" in ran.err
    ran = taxlots(
        "overlay", household, "--with", "F2", "--to-duration", "5", "--as-of", "2025-06-10"
    )
    assert "F2 has no duration" in ran.err
    (household / "exposures.csv").unlink()
    ran = taxlots("overlay", household, "--with", "F2", "--to-beta", "1", "--as-of", "2025-06-10")
    assert "no beta of what is held is known; state it in exposures.csv" in ran.err


def test_people_read_tables_and_python_gets_the_json(household: Path) -> None:
    ran = taxlots("exposure", household, "--as-of", "2025-06-10")
    assert "Exposures of Home on 2025-06-10" in ran.out
    asked = api.open_book(household)
    assert asked.exposure(as_of="2025-06-10").json["value"] == "171200.00"
    sold = asked.schedule("brokerage", "ABC", 10, over=2, as_of="2025-06-10")
    assert len(sold.json["tranches"]) == 2
    assert asked.overlay("F1", dollars=-30000.0, as_of="2025-06-10").json["count"] == "-1"
    assert asked.overlay("ETF", dollars=1200, as_of="2025-06-10").json["count"] == "10"


def test_betas_are_estimated_from_the_closes_of_the_sample() -> None:
    found = printed("exposure", SAMPLE, "--benchmark", "JPM")
    assert found["estimated_betas"]["JPM"]["beta"] == "1.0000"
    assert Decimal(found["estimated_betas"]["AAPL"]["beta"]) > 0
    ran = taxlots("exposure", SAMPLE, "--benchmark", "NONE")
    assert "no closes of the benchmark 'NONE'" in ran.err
