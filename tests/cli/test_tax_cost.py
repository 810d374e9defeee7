"""``taxlots tax-cost``: what selling a lot would change in tax."""

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
RATES = "tax_return,year,short_rate,long_rate\nhome,2024,0.37,0.238\n"
ROWS = (
    "b1,2020-01-06,brokerage,ABC,BUY,10,,1000.00,,,,\n"
    "b2,2024-03-01,brokerage,ABC,BUY,10,,1500.00,,,,\n"
)
DAY = "2024-06-03"


def written(folder: Path, rows: str = ROWS, profiles: str = PROFILE) -> Path:
    made = book(folder, rows)
    (made / "profiles.csv").write_text(profiles, encoding="utf-8")
    return made


def cost(made: Path | str, lot: str, price: str, *options: str, as_of: str = DAY) -> dict[str, Any]:
    ran = taxlots(
        "tax-cost", made, "--lot", lot, "--price", price, "--as-of", as_of, "--json", *options
    )
    assert ran.status == 0, ran.err
    found = json.loads(ran.out)
    assert isinstance(found, dict)
    return found


def tax_of(made: Path) -> Decimal:
    """Federal tax and tax on net investment income of 2024, as ``taxlots tax`` says."""
    ran = taxlots("tax", made, "--year", "2024", "--as-of", DAY, "--json")
    assert ran.status == 0, ran.err
    [found] = json.loads(ran.out)["returns"]
    return Decimal(found["federal_tax"]) + Decimal(found["niit"])


def test_1222_the_term_of_the_lot_decides_what_a_gain_costs(tmp_path: Path) -> None:
    """Taxable income 145,400 of an unmarried person in 2024: 24 % ordinary, 15 % on long gain."""
    made = written(tmp_path / "book")
    long, short = cost(made, "b1", "160"), cost(made, "b2", "160")
    assert (long["gain_long"], long["tax_now"], long["tax_cost"]) == ("600.00", "90.00", "90.00")
    assert (short["gain_short"], short["tax_now"]) == ("100.00", "24.00")
    assert (long["long_term"], long["rates"]) == (None, "reckoned")
    assert short["long_term"] == {
        "long_term_from": "2025-03-02",
        "days": "272",
        "tax_cost": "15.00",
        "saved": "9.00",
    }


@pytest.mark.parametrize(("lot", "price", "quantity"), [("b1", "160", "7"), ("b2", "20.5", "10")])
def test_the_cost_is_what_the_tax_of_the_year_changes_by_when_the_lot_is_sold(
    tmp_path: Path, lot: str, price: str, quantity: str
) -> None:
    earlier = "b3,2019-01-07,brokerage,XYZ,BUY,10,,100.00,,,,\n" + ROWS
    earlier += "s3,2024-04-05,brokerage,XYZ,SELL,10,,900.00,,,,\n"
    before = written(tmp_path / "before", earlier)
    sale = f"s1,{DAY},brokerage,ABC,SELL,{quantity},{price},,{lot}:{quantity},,,\n"
    after = written(tmp_path / "after", earlier + sale)
    found = cost(before, lot, price, "--quantity", quantity)
    assert Decimal(found["tax_now"]) == tax_of(after) - tax_of(before)


def test_1211_b_a_loss_beyond_3000_saves_tax_in_later_years(tmp_path: Path) -> None:
    """12,000 of loss: 3,000 a year at 24 %, this year and three later ones at 5 % less each."""
    rows = "b1,2020-01-06,brokerage,ABC,BUY,100,,15000.00,,,,\n"
    found = cost(written(tmp_path / "book", rows), "b1", "30")
    assert found["tax_now"] == "-720.00"
    exact = sum(Decimal(-720) / Decimal("1.05") ** years for years in (1, 2, 3))
    assert abs(Decimal(found["tax_later"]) - exact) < Decimal("0.01")
    assert found["assumed"]["discount"] == "0.05"
    undiscounted = cost(tmp_path / "book", "b1", "30", "--discount", "0")
    assert undiscounted["tax_later"] == "-2160.00"
    with_gains = cost(tmp_path / "book", "b1", "30", "--discount", "0", "--later-gains", "50000")
    assert with_gains["tax_later"] == "-1350.00"


def test_1091_d_a_loss_that_waits_in_a_replacement_saves_when_that_is_sold(tmp_path: Path) -> None:
    rows = ROWS + "b3,2024-05-20,brokerage,ABC,BUY,10,,1100.00,,,,\n"
    found = cost(written(tmp_path / "book", rows), "b2", "110", "--discount", "0")
    assert (found["gain_short"], found["tax_now"], found["deferred_loss"]) == (
        "0.00",
        "0.00",
        "400.00",
    )
    assert found["tax_later"] == "-60.00"
    sooner = cost(tmp_path / "book", "b2", "110", "--discount", "0.1", "--years-to-sale", "1")
    assert sooner["tax_later"] == "-54.55"


def test_rev_rul_2008_5_a_loss_replaced_in_an_ira_saves_nothing(tmp_path: Path) -> None:
    rows = ROWS + "i1,2024-05-20,ira,ABC,BUY,10,,1100.00,,,,\n"
    found = cost(written(tmp_path / "book", rows), "b2", "110")
    assert (found["tax_cost"], found["permanently_disallowed"]) == ("0.00", "400.00")
    assert any("joins no basis and is gone" in told for told in found["because"])


def test_rates_of_the_profile_hold_for_every_dollar(tmp_path: Path) -> None:
    made = written(tmp_path / "book", profiles=RATES)
    ran = taxlots("tax-cost", made, "--lot", "b2", "--price", "110.255", "--as-of", DAY)
    assert ran.status == 0, ran.err
    assert "Sale of 10 ABC in brokerage at 110.255 on 2024-06-03" in ran.out
    assert "Tax on home: -147.06 now, 0.00 later, -147.06 in all" in ran.out
    assert "The profile states the rates 0.37 (short-term) and 0.238 (long-term)" in ran.out
    assert "A purchase within 30 days after the sale" in ran.out


def test_a_lot_in_two_accounts_is_asked_for_by_account(tmp_path: Path) -> None:
    accounts = "household,account,kind,owner\n" + "".join(
        f"home,{name},taxable,self\n" for name in ("brokerage", "second")
    )
    header = "id,date,account,symbol,action,quantity,amount,lots,to_account\n"
    rows = (
        "b1,2020-01-06,brokerage,ABC,BUY,10,1000.00,,\n"
        "m1,2023-01-06,brokerage,ABC,TRANSFER,4,,b1:4,second\n"
    )
    made = book(tmp_path / "book", rows, header=header, accounts=accounts)
    (made / "profiles.csv").write_text(RATES, encoding="utf-8")
    ran = taxlots("tax-cost", made, "--lot", "b1", "--price", "160")
    assert ran.status == 2
    assert "is in brokerage, second; name one of them with --account" in ran.err
    found = cost(made, "b1", "160", "--account", "second")
    assert (found["quantity"], found["gain_long"]) == ("4", "240.00")


def test_1012_1_e_7_of_averaged_shares_the_oldest_are_sold_whatever_is_named(
    tmp_path: Path,
) -> None:
    accounts = "household,account,kind,owner,method\nhome,brokerage,taxable,self,AVERAGE\n"
    made = book(tmp_path / "book", ROWS, accounts=accounts)
    (made / "securities.csv").write_text("symbol,kind\nABC,mutual_fund\n", encoding="utf-8")
    (made / "profiles.csv").write_text(RATES, encoding="utf-8")
    assert cost(made, "b1", "160")["gain_long"] == "350.00"
    ran = taxlots("tax-cost", made, "--lot", "b2", "--price", "160", "--as-of", DAY)
    assert ran.status == 2
    assert "the sale would close b1; ask for that lot, or use `taxlots select`" in ran.err


def test_nothing_is_booked_and_python_says_the_same(tmp_path: Path) -> None:
    made = written(tmp_path / "book")
    files = {name: (made / name).read_bytes() for name in files_in(made)}
    found = api.open_book(made).tax_cost("b2", 160, as_of=DAY, discount=0.04)
    told = cost(made, "b2", "160", "--discount", "0.04")
    assert found.json == {key: value for key, value in told.items() if key != "book"}
    assert (found.now, found.total, found.days_to_long_term) == (Decimal(24), Decimal(24), 272)
    assert {name: (made / name).read_bytes() for name in files_in(made)} == files


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--lot", "b9", "--price", "1"), "no lot 'b9' is open on 2024-06-03"),
        (("--lot", "i1", "--price", "1"), "is in ira, where no sale is taxed"),
        (("--lot", "b1", "--price", "0"), "is no number above zero"),
        (("--lot", "b1", "--price", "1,000"), "is no number above zero"),
        (("--lot", "b1", "--price", "1", "--quantity", "11"), "brokerage has 10 of lot 'b1'"),
        (("--lot", "b1", "--price", "1", "--account", "ira"), "is in brokerage, not in 'ira'"),
        (("--lot", "b1", "--price", "1", "--discount", "5"), "is no rate from 0 to 1"),
        (("--lot", "b1", "--price", "1", "--later-gains", "-1"), "from zero up"),
    ],
)
def test_wrong_calls(tmp_path: Path, options: tuple[str, ...], said: str) -> None:
    made = written(tmp_path / "book", ROWS + "i1,2024-04-01,ira,XYZ,BUY,1,,10.00,,,,\n")
    ran = taxlots("tax-cost", made, *options, "--as-of", DAY)
    assert (ran.status, said in ran.err) == (2, True), ran.err


def test_a_lot_of_unknown_basis_has_no_cost(tmp_path: Path) -> None:
    rows = "b1,2020-01-06,brokerage,ABC,TRANSFER_IN,10,,,,,,\n"
    ran = taxlots("tax-cost", written(tmp_path / "book", rows), "--lot", "b1", "--price", "1")
    assert ran.status == 2
    assert "the basis of lot 'b1' is not known" in ran.err


def test_a_return_whose_tax_nobody_tells(tmp_path: Path) -> None:
    made = book(tmp_path / "book", ROWS)
    ran = taxlots("tax-cost", made, "--lot", "b1", "--price", "160", "--as-of", DAY)
    assert ran.status == 1
    assert "profiles.csv:home:2024: NO_PROFILE" in ran.err
    assert "Write short_rate and long_rate, or filing_status and ordinary_income" in ran.err


def test_the_sample_household() -> None:
    found = cost(str(SAMPLE), "s2020-0212", "76.50", as_of="2020-12-31")
    assert (found["gain_short"], found["tax_now"], found["rates"]) == ("94.60", "33.87", "stated")
