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


def test_what_is_never_harvested_may_be_held_all_the_same(tmp_path: Path) -> None:
    toml = 'name = "Test"\n[harvest]\nexclude = ["ABC"]\n'
    found = deferred(written(tmp_path / "book", toml=toml), "--symbol", "ABC")
    assert [row["lot_id"] for row in found["lots"]] == ["b2"]


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
    assert "Never held by this rule: 1 lot with long-term gain, and 1 lot without a gain" in ran.out
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


LOW = "tax_return,year,filing_status,ordinary_income,deductions\nhome,2024,single,44600,14600\n"


def test_gain_at_0_percent_and_the_lots_to_take_it_from(tmp_path: Path) -> None:
    """47,025 of taxable income end the bracket of 2024: 17,025 are left, b1 gains 1,500 of it."""
    found = deferred(written(tmp_path / "book", profiles=LOW), "--zero-bracket")
    (home,) = found["returns"]
    assert (home["room"], home["absorbed"], home["next_rate"]) == ("17025.00", "0.00", "0.15")
    assert [(lot["lot_id"], lot["quantity"], lot["gain"]) for lot in home["lots"]] == [
        ("b1", "10", "1500.00")
    ]
    assert any("not computed: Social Security" in told for told in found["because"])


def federal_tax(made: Path) -> Decimal:
    ran = taxlots("tax", made, "--year", "2024", "--as-of", DAY, "--json")
    (home,) = json.loads(ran.out)["returns"]
    return Decimal(home["federal_tax"]) + Decimal(home["niit"])


def test_the_lots_taken_at_0_percent_once_sold_leave_the_tax_of_the_year(tmp_path: Path) -> None:
    tight = LOW.replace("44600", "61325")
    before = written(tmp_path / "before", profiles=tight)
    (lot,) = deferred(before, "--zero-bracket")["returns"][0]["lots"]
    sale = f"s1,{DAY},brokerage,ABC,SELL,{lot['quantity']},250,,{lot['lot_id']}:{lot['quantity']}"
    after = written(tmp_path / "after", ROWS + f"{sale},,,\n", profiles=tight)
    assert federal_tax(after) == federal_tax(before)
    (home,) = deferred(after, "--zero-bracket")["returns"]
    assert (home["room"], home["lots"]) == ("0.00", [])


def test_selling_now_costs_what_the_sale_of_the_lot_costs(tmp_path: Path) -> None:
    made = written(tmp_path / "book")
    for row in deferred(made)["lots"]:
        price = Decimal(row["value"]) / Decimal(row["quantity"])
        ran = taxlots(
            "tax-cost", made, "--lot", row["lot_id"], "--price", price, "--as-of", DAY, "--json"
        )
        found = json.loads(ran.out)
        assert (found["tax_cost"], found["gain_short"]) == (row["tax_now"], row["gain"])
        assert found["long_term"]["long_term_from"] == row["long_term_from"]


def test_the_last_lot_is_sold_in_part_and_the_tax_of_the_year_stays(tmp_path: Path) -> None:
    """300 are left: 2 of 10 shares with 150 of gain each."""
    tight = LOW.replace("44600", "61325")
    made = written(tmp_path / "book", profiles=tight)
    (home,) = deferred(made, "--zero-bracket")["returns"]
    assert (home["room"], home["lots"][0]["quantity"], home["gain"]) == ("300.00", "2", "300.00")


def test_1091_buying_back_replaces_a_loss_of_the_last_30_days(tmp_path: Path) -> None:
    rows = ROWS + f"s2,{DAY},brokerage,ABC,SELL,10,250,,b2:10,,,\n"
    rows += f"s4,{DAY},brokerage,ABC,SELL,10,250,,b4:10,,,\n"
    found = deferred(written(tmp_path / "book", rows, profiles=LOW), "--zero-bracket")
    assert any(
        "ABC bought back before 2024-07-04 replaces the loss of 500.00 of sale s4" in told
        for told in found["because"]
    )


def test_the_0_percent_bracket_needs_an_income(tmp_path: Path) -> None:
    rates = "tax_return,year,short_rate,long_rate\nhome,2024,0.37,0.238\n"
    made = written(tmp_path / "book", profiles=rates)
    ran = taxlots("defer", made, "--as-of", DAY, "--zero-bracket")
    assert ran.status == 1
    assert "No profile tells the income of 2024" in ran.err


def test_170_e_long_term_lots_alone_are_given(tmp_path: Path) -> None:
    found = deferred(written(tmp_path / "book"), "--donate", "2000", "--deduction-rate", "0.24")
    assert [(lot["lot_id"], lot["quantity"], lot["tax_avoided"]) for lot in found["lots"]] == [
        ("b1", "8", "180.00")
    ]
    assert (found["given"], found["left"], found["deduction_saves"]) == (
        "2000.00",
        "0.00",
        "480.00",
    )
    assert any("Lots that show a loss are never given" in told for told in found["because"])


def test_a_sale_waits_for_the_year_in_which_it_is_long_term(tmp_path: Path) -> None:
    """b2 turns long-term in August: 1,000 of gain at 24 % now, at 15 % in January."""
    made = written(tmp_path / "book", ROWS.replace("b1,2020-01-06", "b1,2023-12-06"))
    options = ("--split", "ABC:20", "--account", "brokerage", "--discount", "0")
    found = deferred(made, *options)
    assert found["next_year_on"] == "2025-01-02"
    assert (found["all_this_year"], found["all_next_year"]) == ("600.00", "375.00")
    assert (found["best"]["this_year"], found["best"]["tax"]) == ("0", "375.00")
    assert {lot["term_next_year"] for lot in found["best"]["lots"]} == {"LT"}


def test_budgets_refuse_gains_and_warn_of_tax(tmp_path: Path) -> None:
    """b1 gains 1,500 long-term (225 of tax), b3 and b2 10 and 1,000 short-term."""
    toml = 'name = "Test"\n[rebalance.budget]\nshort_gain = 500\ntax = 220\n'
    found = deferred(written(tmp_path / "book", toml=toml), "--budget")
    (home,) = found["returns"]
    assert [(row["lot_id"], row["fit"], row["over"]) for row in home["sales"]] == [
        ("b1", "over_tax", "tax by 5.00"),
        ("b3", "over_tax", "tax by 7.40"),
        ("b2", "refused", "short_gain by 510.00, tax by 247.40"),
    ]
    assert (home["tax_used"], home["tax_budget"]) == ("0.00", "220.00")


@pytest.mark.parametrize(
    ("toml", "status", "said"),
    [
        ("", 2, "the book states no budget"),
        ("[rebalance.budget]\ngains = 1\n", 1, "book.toml:rebalance.budget:gains: UNKNOWN_KEY"),
        ("[rebalance]\nbudget = 5\n", 1, "UNKNOWN_KEY"),
    ],
)
def test_a_budget_is_needed(tmp_path: Path, toml: str, status: int, said: str) -> None:
    made = written(tmp_path / "book", toml=f'name = "Test"\n{toml}')
    ran = taxlots("defer", made, "--as-of", DAY, "--budget")
    assert (ran.status, said in ran.err) == (status, True), ran.err


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--budget", "--zero-bracket"), "--budget and --zero-bracket ask different things"),
        (("--donate", "5", "--volatility", "1"), "--volatility says nothing with --donate"),
        (("--deduction-rate", "0.3"), "--deduction-rate goes with --donate"),
        (("--donate", "-5"), "--donate '-5' is no amount above zero"),
        (("--split", "ABC:5"), "write SYMBOL:QUANTITY, and the seller with --account"),
        (("--split", "ABC", "--account", "brokerage"), "write SYMBOL:QUANTITY"),
        (("--split", "ABC:99", "--account", "brokerage"), "99 are asked for"),
    ],
)
def test_wrong_questions(tmp_path: Path, options: tuple[str, ...], said: str) -> None:
    ran = taxlots("defer", written(tmp_path / "book"), "--as-of", DAY, *options)
    assert (ran.status, said in ran.err) == (2, True), ran.err


def test_python_asks_the_same_questions(tmp_path: Path) -> None:
    toml = 'name = "Test"\n[rebalance.budget]\ngain = 500\n'
    made = written(tmp_path / "book", toml=toml)
    asked = api.open_book(made)
    assert asked.zero_bracket(as_of=DAY).json == deferred(made, "--zero-bracket")
    assert asked.donate(900, as_of=DAY).json == deferred(made, "--donate", "900")
    assert asked.budget(as_of=DAY).json == deferred(made, "--budget")
    split = deferred(made, "--split", "ABC:5", "--account", "brokerage")
    assert asked.split_years("brokerage", "ABC", 5, as_of=DAY).json == split


def test_each_question_has_a_table(tmp_path: Path) -> None:
    toml = 'name = "Test"\n[rebalance.budget]\ngain = 500\n'
    made = written(tmp_path / "book", toml=toml)
    for options, title in (
        (("--zero-bracket",), "Gains of Test at 0 percent on 2024-06-03"),
        (("--donate", "900"), "Lots of Test to give, up to 900.00, on 2024-06-03"),
        (("--budget",), "Gains of Test against their budgets on 2024-06-03"),
        (("--split", "ABC:5", "--account", "brokerage"), "Sale of 5 ABC from brokerage: 2024 or"),
    ):
        ran = taxlots("defer", made, "--as-of", DAY, *options)
        assert (ran.status, title in ran.out) == (0, True), ran.out + ran.err
