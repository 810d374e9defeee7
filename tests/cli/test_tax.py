"""``taxlots tax``: the tax of a year, of stated figures and of a book."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from tests.cli.running import ACCOUNTS, SAMPLE, book, taxlots

KEYS = [
    "net_short", "net_long", "line16", "deduction", "carryover_short", "carryover_long",
    "federal_tax", "niit", "state_tax", "marginal_short", "marginal_long",
]  # fmt: skip
"""The keys of the JSON that come first, in order."""

LOSS_OF_2023 = """b,2023-01-03,brokerage,ABC,BUY,100,200.00,,,,,
s,2023-06-01,brokerage,ABC,SELL,100,100.00,,,,,
"""
PROFILES = "tax_return,year,filing_status,ordinary_income,deductions,carry_short\n"
INCOME = ("--year", "2025", "--status", "single", "--ordinary-income", "40000")


def told(*arguments: object) -> dict[str, Any]:
    """The JSON of ``taxlots tax``."""
    ran = taxlots("tax", *arguments, "--json")
    assert ran.status == 0, ran.err
    found: dict[str, Any] = json.loads(ran.out)
    return found


def taxed_book(folder: Path, profiles: str, rows: str = LOSS_OF_2023) -> Path:
    """A book with a loss of 10,000 in 2023, and the profiles of its return."""
    accounts = ACCOUNTS.replace("self,,", "self,home,")
    written = book(folder, rows, accounts=accounts)
    (written / "profiles.csv").write_text(PROFILES + profiles, encoding="utf-8")
    return written


def test_the_keys_and_the_tax_of_stated_figures() -> None:
    found = told(*INCOME, "--long-term", "20000")

    assert list(found)[: len(KEYS)] == KEYS
    assert (found["federal_tax"], found["niit"], found["state_tax"]) == ("6309.00", "0.00", "0.00")
    assert (found["marginal_short"], found["marginal_long"]) == ("0.27", "0.15")


def test_a_loss_is_an_amount_with_a_minus() -> None:
    found = told(*INCOME, "--short-term", "-10000", "--long-term", "4000")

    assert [found[key] for key in KEYS[:6]] == [
        "-10000.00", "4000.00", "-6000.00", "3000.00", "3000.00", "0.00",
    ]  # fmt: skip


@pytest.mark.parametrize("status", ["single", "MFJ", "mfs", "Hoh", "QSS"])
def test_a_status_in_any_case(status: str) -> None:
    found = told("--year", "2026", "--status", status, "--ordinary-income", "90000")
    assert found["federal_tax"] != "0.00"


def test_the_minimum_tax_is_part_of_the_federal_tax() -> None:
    found = told(
        *("--year", "2026", "--status", "mfj"),
        *("--ordinary-income", "367800", "--long-term", "900000"),
    )
    assert (found["regular_tax"], found["amt"]) == ("241173.00", "33642.00")
    assert found["federal_tax"] == "274815.00"


def test_people_read_the_lines_and_why_a_dollar_costs_what_it_costs() -> None:
    ran = taxlots("tax", *INCOME, "--long-term", "20000")

    assert ran.status == 0
    assert "Federal tax" in ran.out
    assert "0.12 rate of its bracket + 0.15 long-term gain above it" in ran.out
    assert "Not computed: Social Security" in ran.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--year", "2025"), "there is no ordinary income; add --ordinary-income"),
        (("--year", "2025", "--ordinary-income", "1"), "there is no filing status; add --status"),
        (("--year", "2017", "--status", "single", "--ordinary-income", "1"), "from 2018 to 2026"),
        ((*INCOME, "--long-term", "1,000"), "--long-term '1,000' is no amount of dollars"),
        ((*INCOME, "--magi", "1.001"), "with at most two decimals"),
        ((*INCOME, "--short-term", "9" * 40), "is no amount of dollars"),
        ((*INCOME, "--carry-short", "-5"), "--carry-short -5 is negative"),
        ((*INCOME, "--state", "CA", "--state-rate", "9.3"), "is no rate from 0 to 1"),
        ((*INCOME, "--state-rate", "0.05"), "add --state, like CA"),
        ((*INCOME, "--itemized"), "add --deductions"),
        ((*INCOME, "--as-of", "2025-12-31"), "name a BOOK"),
        ((SAMPLE, "--year", "2020", "--magi", "5"), "--magi: the profile of a book tells this"),
        (("nowhere", "--year", "2020"), "nowhere is no folder"),
        ((SAMPLE, "--year", "2020", "--as-of", "yesterday"), "is no date"),
        ((SAMPLE, "--year", "2020", "--known-at", "2024-01-01"), "a folder does not remember"),
    ],
)
def test_a_wrong_call_exits_with_2_and_says_what_to_write(
    arguments: tuple[object, ...], said: str
) -> None:
    ran = taxlots("tax", *arguments)
    assert ran.status == 2
    assert said in ran.err
    assert not ran.out


def test_an_unknown_status_is_told_with_those_that_there_are() -> None:
    ran = taxlots("tax", "--year", "2025", "--status", "married", "--ordinary-income", "1")
    assert ran.status == 2
    assert "'married' is no filing status; add --status with one of single, mfj" in ran.err


def test_the_sample_household_with_and_without_its_trades() -> None:
    found = told(SAMPLE, "--year", "2020")
    (kessler,) = found["returns"]

    assert (found["year"], kessler["tax_return"], kessler["provisional"]) == (
        "2020",
        "kessler",
        True,
    )
    assert kessler["without"]["line16"] == "0.00"
    cost = sum(
        round(100 * (float(kessler[key]) - float(kessler["without"][key])))
        for key in ("federal_tax", "niit", "state_tax")
    )
    assert cost == round(100 * float(kessler["cost"]))


def test_a_carryover_comes_from_the_year_before(tmp_path: Path) -> None:
    """26 USC 1212(b): 10,000 of loss, 3,000 deducted, 7,000 carried, and so on."""
    profiles = "".join(f"home,{year},single,60000,15000,\n" for year in (2023, 2024, 2025))
    written = taxed_book(tmp_path / "book", profiles)

    second = told(written, "--year", "2024")["returns"][0]
    third = told(written, "--year", "2025")["returns"][0]

    assert second["carried_in"] == {"short": "7000.00", "long": "0.00", "from": "year before"}
    assert (second["deduction"], second["carryover_short"]) == ("3000.00", "4000.00")
    assert third["carried_in"]["short"] == "4000.00"


def test_a_stated_carryover_wins(tmp_path: Path) -> None:
    profiles = "home,2023,single,60000,15000,\nhome,2024,single,60000,15000,500\n"
    written = taxed_book(tmp_path / "book", profiles)

    found = told(written, "--year", "2024")["returns"][0]

    assert found["carried_in"] == {"short": "500.00", "long": "0.00", "from": "profile"}


def test_a_year_without_a_profile_before_is_told(tmp_path: Path) -> None:
    written = taxed_book(tmp_path / "book", "home,2024,single,60000,15000,\n")

    ran = taxlots("tax", written, "--year", "2024")

    assert ran.status == 0
    assert "CARRYOVER_UNKNOWN" in ran.err
    assert "State carry_short and carry_long for 2024" in ran.err


def test_a_book_without_a_profile_of_the_year_is_refused_with_the_remedy(tmp_path: Path) -> None:
    written = taxed_book(tmp_path / "book", "")

    ran = taxlots("tax", written, "--year", "2023")

    assert ran.status == 1
    assert "NO_PROFILE: The return 'home' has no profile for 2023" in ran.err
    assert "Write a row with tax_return home, year 2023, filing_status and ordinary_income" in (
        ran.err
    )


def test_a_profile_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    written = taxed_book(tmp_path / "book", "home,2023,married,60000,,\n")

    ran = taxlots("tax", written, "--year", "2023")

    assert ran.status == 1
    assert "profiles.csv:2:filing_status: BAD_FILING_STATUS" in ran.err
    assert "Traceback" not in ran.err


LOT_AT_A_LOSS = "b,2024-01-03,brokerage,ABC,BUY,100,200.00,,,,,\n"


@pytest.mark.parametrize(
    ("profile", "saved"),
    [
        ("home,2024,single,60000,15000,\n", "240.00"),
        ("home,2024,single,,15000,\n", ""),
    ],
)
def test_a_harvest_takes_rates_by_law_where_the_profile_states_none(
    profile: str, saved: str, tmp_path: Path
) -> None:
    """12 % of 2,000: 60,000 less 15,000 is below 47,150 (2024); nothing without an income."""
    written = taxed_book(tmp_path / "book", profile, LOT_AT_A_LOSS)
    prices = "date,symbol,close\n2024-07-01,ABC,180.00\n"
    (written / "prices.csv").write_text(prices, encoding="utf-8")

    ran = taxlots("harvest", written, "--as-of", "2024-07-01", "--out", tmp_path / "plan")

    assert ran.status == 0, ran.err
    with (tmp_path / "plan" / "opportunities.csv").open(encoding="utf-8") as file:
        (row,) = csv.DictReader(file)
    assert row["estimated_tax_saved"] == saved
