"""``taxlots cash``: deposits go to what is under target, withdrawals come from what is over it."""

import csv
import json
import shutil
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.cli.running import SAMPLE, book, taxlots

import taxlots as api

TOML = """name = "Test"
[tax_profile]
short_rate = 0.40
long_rate = 0.20
"""
HELD = """b1,2020-01-02,brokerage,ABC,BUY,60,5,,,,,
b2,2020-01-02,brokerage,ABC,BUY,40,12,,,,,
b3,2020-01-02,brokerage,XYZ,BUY,50,8,,,,,
"""
TARGETS = "household,asset_class,weight\nhome,us,0.5\nhome,bonds,0.5\n"


def cash_book(
    folder: Path, rows: str = HELD, *, schedule: str = "", targets: str = TARGETS
) -> Path:
    """100 ABC (us) and 50 XYZ (bonds) at 10 dollars on 2022-06-01; half and half is wanted."""
    made = book(folder, rows, toml=TOML)
    (made / "securities.csv").write_text(
        "symbol,kind,asset_class\nABC,stock,us\nXYZ,stock,bonds\nOLD,stock,bonds\nQQQ,stock,us\n"
    )
    prices = "".join(f"2022-06-01,{name},10\n" for name in ("ABC", "XYZ", "OLD", "QQQ"))
    (made / "prices.csv").write_text("date,symbol,close\n" + prices)
    (made / "targets.csv").write_text(targets)
    if schedule:
        (made / "scheduled.csv").write_text("account,symbol,date,kind,quantity,amount\n" + schedule)
    return made


def routed(made: Path, *options: object, day: str = "2022-06-01") -> dict[str, Any]:
    ran = taxlots("cash", made, "--as-of", day, "--json", *options)
    assert ran.status == 0, ran.err
    answer: dict[str, Any] = json.loads(ran.out)
    return answer


def test_a_deposit_fills_what_is_most_under_target(tmp_path: Path) -> None:
    """Held 1,000 and 500 of 2,500 with the deposit: 1,250 each is the level, 250 and 750.

    QQQ stands for its class: a lot of ABC shows a loss, which a purchase would keep from harvests.
    """
    found = routed(cash_book(tmp_path), "--deposit", "1000", "--account", "brokerage")
    bought = {row["symbol"]: (row["quantity"], row["amount"]) for row in found["purchases"]}
    assert bought == {"QQQ": ("25", "250.00"), "XYZ": ("75", "750.00")}
    assert found["cash_left"] == {}
    assert [row["after"] for row in found["classes"]] == ["50.00", "50.00"]


def test_a_band_is_never_bought_above_and_the_rest_stays_cash(tmp_path: Path) -> None:
    """Of 2,500 with the deposit 45 % is 1,125 for bonds: 625 of them are bought, 250 of us."""
    targets = "household,asset_class,weight,band_high\nhome,us,0.5,0.5\nhome,bonds,0.4,0.45\n"
    made = cash_book(tmp_path, targets=targets)
    found = routed(made, "--deposit", "1000", "--account", "brokerage", "--fractions")
    assert [row["amount"] for row in found["purchases"]] == ["250.00", "625.00"]
    assert found["cash_left"] == {"brokerage": "125.00"}


def test_nothing_is_bought_that_was_sold_at_a_loss(tmp_path: Path) -> None:
    """OLD, the larger bond holding, was sold at a loss on May 25th: XYZ is bought in its place.

    From June 25th on it is free again.
    """
    rows = (
        HELD
        + "b0,2020-01-02,brokerage,OLD,BUY,200,5,,,,,\nb9,2022-04-01,brokerage,OLD,BUY,10,30,,,,,\n"
    )
    rows += "s1,2022-05-25,brokerage,OLD,SELL,10,20,,b9:10,,,\n"
    made = cash_book(tmp_path, rows)
    found = routed(made, "--deposit", "9000", "--account", "brokerage")
    assert {row["symbol"] for row in found["purchases"]} == {"QQQ", "XYZ"}
    with (made / "prices.csv").open("a") as file:
        file.writelines(f"2022-06-27,{name},10\n" for name in ("ABC", "XYZ", "OLD", "QQQ"))
    found = routed(made, "--deposit", "9000", "--account", "brokerage", day="2022-06-27")
    assert {row["symbol"] for row in found["purchases"]} == {"QQQ", "OLD"}


def test_an_ira_never_buys_what_a_harvest_could_sell(tmp_path: Path) -> None:
    """Lot b2 of ABC shows a loss: the IRA buys QQQ, of the same class."""
    found = routed(cash_book(tmp_path), "--deposit", "4000", "--account", "ira")
    assert {row["symbol"] for row in found["purchases"]} == {"QQQ", "XYZ"}
    alone = cash_book(tmp_path / "alone")
    (alone / "securities.csv").write_text(
        "symbol,kind,asset_class\nABC,stock,us\nXYZ,stock,bonds\n"
    )
    found = routed(alone, "--deposit", "4000", "--account", "ira")
    assert {row["symbol"] for row in found["purchases"]} == {"XYZ"}
    assert any("which can be harvested, lost for good" in said for said in found["because"])


def test_a_withdrawal_sells_what_is_over_target_by_the_lots_of_least_tax(tmp_path: Path) -> None:
    """500 leave 1,000: 500 each, so all comes from ABC: 40 at a loss of 2, then 10 at a gain of 5.

    Tax at 20 %: -80 and +50 make -30, so -6.
    """
    found = routed(cash_book(tmp_path), "--withdraw", "500")
    (sale,) = found["sales"]
    assert (sale["symbol"], sale["quantity"], sale["amount"]) == ("ABC", "50", "500.00")
    assert sale["order"] == "b2:40;b1:10"
    assert (sale["gain"], found["tax"]) == ("-30.00", "-6.00")
    assert [row["after"] for row in found["classes"]] == ["50.00", "50.00"]


def test_flows_pay_before_anything_is_sold(tmp_path: Path) -> None:
    schedule = (
        "brokerage,ABC,2022-06-10,dividend,,120.00\n"
        "brokerage,,2022-06-12,contribution,,100.00\n"
        "brokerage,,2022-07-20,contribution,,900.00\n"
    )
    made = cash_book(tmp_path, schedule=schedule)
    found = routed(made, "--withdraw", "200", "--by", "2022-06-15")
    assert found["sales"] == []
    (need,) = found["needs"]
    assert [flow["amount"] for flow in need["paid_by_flows"]] == ["120.00", "80.00"]
    assert found["purchases"] == [] or found["purchases"][0]["date"] == "2022-06-12"
    found = routed(made, "--withdraw", "500", "--by", "2022-06-15")
    assert found["needs"][0]["from_sales"] == "280.00"
    assert sum(Decimal(sale["amount"]) for sale in found["sales"]) == 280


def test_a_gain_that_turns_long_term_before_the_money_is_needed_is_told(tmp_path: Path) -> None:
    """Bought on 2021-06-10: long-term from 2022-06-11, a Saturday."""
    rows = "b1,2021-06-10,brokerage,ABC,BUY,100,5,,,,,\n"
    made = cash_book(tmp_path, rows)
    found = routed(made, "--withdraw", "500", "--by", "2022-06-30")
    told = "Lot b1 of ABC is long-term from 2022-06-11: sold then, it still settles by 2022-06-30"
    assert told in found["because"]
    found = routed(made, "--withdraw", "500", "--by", "2022-06-08")
    assert not any("is long-term from" in said for said in found["because"])


def test_cash_that_is_there_pays_before_anything_is_sold(tmp_path: Path) -> None:
    """What the IRA holds in cash pays only where taxable accounts cannot."""
    made = cash_book(tmp_path)
    (made / "cash.csv").write_text(
        "account,date,amount\nbrokerage,2022-05-31,300.00\nira,2022-05-31,90.00\n"
    )
    found = routed(made, "--withdraw", "500")
    assert found["needs"][0]["from_sales"] == "200.00"
    assert [sale["amount"] for sale in found["sales"]] == ["200.00"]
    found = routed(made, "--withdraw", "1850")
    assert found["missing"] == "0.00"
    assert "50.00 comes out of ira and is ordinary income" in " ".join(found["because"])
    row = found["classes"][-1]
    assert (row["asset_class"], row["change"]) == ("cash", "-350.00")


def test_rows_of_other_households_are_no_matter(tmp_path: Path) -> None:
    """One household asked by its account; cash and overrides of the other are left alone."""
    made = cash_book(tmp_path)
    with (made / "accounts.csv").open("a") as file:
        file.write("away,other,taxable,self,,FIFO\n")
    (made / "cash.csv").write_text("account,date,amount\nother,2022-05-31,300.00\n")
    (made / "overrides.csv").write_text(
        "id,action,symbol,account,by,reason\no1,lock,ABC,other,Rowan,x\n"
    )
    found = routed(made, "--withdraw", "500", "--account", "brokerage")
    assert [sale["symbol"] for sale in found["sales"]] == ["ABC"]
    ran = taxlots("cash", made, "--withdraw", "500")
    assert "the book has 2 households; name one with --household" in ran.err
    found = routed(made, "--withdraw", "500", "--household", "home")
    assert found["needs"][0]["from_sales"] == "500.00"


def test_idle_cash_is_invested_but_for_what_targets_leave_in_cash(tmp_path: Path) -> None:
    """Held 1,500 and 500 in cash: 10 % of 2,000 stays, 300 go to bonds, which lack most."""
    targets = "household,asset_class,weight\nhome,us,0.45\nhome,bonds,0.45\n"
    made = cash_book(tmp_path, targets=targets)
    (made / "cash.csv").write_text("account,date,amount\nbrokerage,2022-05-31,500.00\n")
    found = routed(made)
    assert {row["symbol"]: row["amount"] for row in found["purchases"]} == {"XYZ": "300.00"}
    assert found["classes"][-1] == {
        "asset_class": "cash",
        "target": "10.00",
        "before": "25.00",
        "change": "-300.00",
        "after": "10.00",
    }


def test_scheduled_flows_are_routed_where_nothing_else_is_asked(tmp_path: Path) -> None:
    made = cash_book(tmp_path, schedule="brokerage,ABC,2022-06-10,dividend,,120.00\n")
    (bought,) = routed(made)["purchases"]
    assert (bought["date"], bought["symbol"], bought["amount"]) == ("2022-06-10", "XYZ", "120.00")


def test_what_cannot_be_raised_is_said_with_the_most_that_can(tmp_path: Path) -> None:
    found = routed(cash_book(tmp_path), "--withdraw", "2000")
    assert found["missing"] == "500.00"
    said = "500.00 of 2000.00 cannot be raised; the most that can be withdrawn is 1500.00"
    assert said in found["because"]


def test_the_ira_pays_last_and_its_tax_is_said(tmp_path: Path) -> None:
    rows = HELD + "b4,2020-01-02,ira,QQQ,BUY,100,10,,,,,\n"
    found = routed(cash_book(tmp_path, rows), "--withdraw", "1700")
    sold = {row["account"]: row["amount"] for row in found["sales"][-1:]}
    assert sold == {"ira": "200.00"}
    said = " ".join(found["because"])
    assert "200.00 comes out of ira and is ordinary income: tax of about 80.00" in said
    assert "Required minimum distributions are not computed" in said


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--deposit", "5", "--withdraw", "5"), "ask one at a time"),
        (("--withdraw", "-5"), "no amount of dollars above zero"),
        (
            ("--withdraw", "5", "--by", "2022-06-02"),
            "the first day that sales can meet is 2022-06-03",
        ),
        (("--household", "nobody"), "it has home"),
        (("--deposit", "5", "--account", "nobody"), "no account 'nobody'"),
    ],
)
def test_what_cannot_be_asked_is_said(tmp_path: Path, options: tuple[str, ...], said: str) -> None:
    ran = taxlots("cash", cash_book(tmp_path), "--as-of", "2022-06-01", *options)
    assert ran.status == 2
    assert said in ran.err


def test_a_household_without_targets_is_told_what_to_write(tmp_path: Path) -> None:
    made = cash_book(tmp_path, targets="household,asset_class,weight\n")
    ran = taxlots("cash", made, "--deposit", "5", "--account", "brokerage")
    assert ran.status == 1
    assert "NO_TARGETS" in ran.err


def test_the_gains_that_a_withdrawal_promises_are_those_that_the_books_have(
    tmp_path: Path,
) -> None:
    """The sales of the sample household, executed: gain and disallowed loss to the cent."""
    made = tmp_path / "sample"
    shutil.copytree(SAMPLE, made)
    before = api.replay(made).realized
    found = routed(made, "--withdraw", "150000", day="2020-12-31")
    path = made / "transactions.csv"
    header = path.read_text().splitlines()[0].split(",")
    with path.open("a", newline="") as file:
        writer = csv.DictWriter(file, header, restval="")
        for number, sale in enumerate(found["sales"]):
            row = {k: sale[k] for k in ("account", "symbol", "quantity", "amount")}
            row |= {"id": f"cash-{number}", "date": "2020-12-31", "action": "SELL"}
            writer.writerow(row | {"lots": sale["order"]})
    after = api.replay(made).realized
    mine = after[after.sale_id.str.startswith("cash-")]
    assert len(after) == len(before) + len(mine)
    promised = sum(Decimal(sale["gain"]) for sale in found["sales"])
    disallowed = sum(Decimal(sale["disallowed"]) for sale in found["sales"])
    assert sum(map(Decimal, mine.gain.astype(str))) == promised
    assert sum(map(Decimal, mine.wash_sale_loss_disallowed.astype(str))) == disallowed
    (need,) = found["needs"]
    raised = sum(Decimal(sale["amount"]) for sale in found["sales"])
    assert 0 <= raised - Decimal(need["from_sales"]) < 100
