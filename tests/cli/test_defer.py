"""``taxlots defer``: which gains to hold until they are long-term."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.cli.running import SAMPLE, book, files_in, taxlots

import taxlots as api

PROFILE = (
    "tax_return,year,filing_status,ordinary_income,deductions\nhome,2024,single,160000,14600\n"
)
ROWS = (
    "b1,2020-01-06,brokerage,ABC,BUY,10,,1000.00,,,,\n"
    "b2,2023-08-01,brokerage,ABC,BUY,10,,1500.00,,,,\n"
    "b3,2024-03-01,brokerage,XYZ,BUY,10,,900.00,,,,\n"
    "i1,2024-03-01,ira,XYZ,BUY,10,,900.00,,,,\n"
    "b4,2024-04-01,brokerage,ABC,BUY,10,,3000.00,,,,\n"
)
PRICES = "date,symbol,close\n2024-06-03,ABC,250.00\n2024-06-03,XYZ,91.00\n"
DAY = "2024-06-03"


def written(folder: Path, rows: str = ROWS, profiles: str = PROFILE, toml: str = "") -> Path:
    made = book(folder, rows, toml=toml)
    (made / "profiles.csv").write_text(profiles, encoding="utf-8")
    (made / "prices.csv").write_text(PRICES, encoding="utf-8")
    return made


def deferred(made: Path | str, *options: str, as_of: str = DAY) -> dict[str, Any]:
    ran = taxlots("defer", made, "--as-of", as_of, "--json", *options)
    assert ran.status == 0, ran.err
    found = json.loads(ran.out)
    assert isinstance(found, dict)
    return found


def test_short_term_gains_alone_are_held_or_sold(tmp_path: Path) -> None:
    """b2 gains 1,000: 240 now, 150 from 2 August on; b1 is long-term, b4 shows a loss."""
    found = deferred(written(tmp_path / "book"), "--volatility", "0.3")
    assert [row["lot_id"] for row in found["lots"]] == ["b2", "b3"]
    assert (found["long_term_gains"], found["others"]) == (1, {"NO_LOSS": 1})
    held, sold = found["lots"]
    assert (held["gain"], held["tax_now"], held["tax_waiting"], held["tax_saved"]) == (
        "1000.00",
        "240.00",
        "150.00",
        "90.00",
    )
    assert (held["long_term_from"], held["days_to_long_term"]) == ("2024-08-02", "60")
    assert (held["bearable_fall"], held["advice"]) == ("105.88", "hold")
    assert (sold["gain"], sold["advice"], sold["why"]) == ("10.00", "sell", "RISK_COSTS_MORE")


def test_the_risk_is_that_of_the_weight_in_the_household(tmp_path: Path) -> None:
    """b2 stands at 2,500 of 9,320 held; with b1 and b4 ABC is 7,500 of it."""
    found = deferred(written(tmp_path / "book"), "--volatility", "0.3", "--risk-aversion", "4")
    exact = Decimal(2500) * 4 * Decimal("0.09") / 2 * 7500 / 9320 * 60 / 365
    assert abs(Decimal(found["lots"][0]["risk_cost"]) - exact) < Decimal("0.01")


def test_the_next_year_is_that_of_its_profile(tmp_path: Path) -> None:
    """b3 turns long-term on 2 March 2025: at the rates of 2025, where somebody tells them."""
    made = written(tmp_path / "book", ROWS.replace("900.00", "90.00"))
    found = deferred(made, "--symbol", "XYZ", "--discount", "0")
    assert (found["lots"][0]["tax_now"], found["lots"][0]["tax_waiting"]) == ("196.80", "123.00")
    assert any("Nobody says what 2025 is like for home" in told for told in found["because"])
    rich = PROFILE + "home,2025,single,900000,15000\n"
    (made / "profiles.csv").write_text(rich, encoding="utf-8")
    found = deferred(made, "--symbol", "XYZ", "--discount", "0")
    assert found["lots"][0]["tax_waiting"] == "195.16"
    assert not any("Nobody says" in told for told in found["because"])


def test_nothing_is_booked_and_python_says_the_same(tmp_path: Path) -> None:
    made = written(tmp_path / "book")
    files = {name: (made / name).read_bytes() for name in files_in(made)}
    found = api.open_book(made).defer(as_of=DAY, volatility="0.25", account="brokerage")
    assert found.json == deferred(made, "--volatility", "0.25", "--account", "brokerage")
    assert found.because == tuple(found.json["because"])
    assert {name: (made / name).read_bytes() for name in files_in(made)} == files


def test_text_says_what_it_rests_on(tmp_path: Path) -> None:
    ran = taxlots("defer", written(tmp_path / "book"), "--as-of", DAY)
    assert ran.status == 0
    assert "Never held by this rule: 1 lot with long-term gain, and 1 other." in ran.out
    assert "Volatility of 0.30 is assumed where the closes of a year are too few: ABC, XYZ." in (
        ran.out
    )


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--account", "none"), "the book has no account 'none'"),
        (("--volatility", "9"), "--volatility '9' is no number from 0 to 5"),
        (("--risk-aversion", "-1"), "--risk-aversion '-1' is no number from 0 to 100"),
        (("--expected-return", "x"), "--expected-return 'x' is no rate from -1 to 1"),
        (("--discount", "2"), "--discount '2' is no number from 0 to 1"),
    ],
)
def test_wrong_calls(tmp_path: Path, options: tuple[str, ...], said: str) -> None:
    ran = taxlots("defer", written(tmp_path / "book"), "--as-of", DAY, *options)
    assert (ran.status, said in ran.err) == (2, True), ran.err


def test_a_return_whose_tax_nobody_tells(tmp_path: Path) -> None:
    header = PROFILE.splitlines()[0] + "\n"
    ran = taxlots("defer", written(tmp_path / "book", profiles=header), "--as-of", DAY)
    assert ran.status == 1
    assert "profiles.csv:home:2024: NO_PROFILE" in ran.err


def test_the_sample_household() -> None:
    found = deferred(str(SAMPLE), as_of="2020-12-31")
    assert {row["advice"] for row in found["lots"]} == {"hold", "sell"}
