"""``taxlots locate``: each class in the account where it costs least tax a year."""

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
[rebalance.location]
cost_percent = 0.0
withdrawal_rate = 0.25
[rebalance.location.holdings.bonds]
income = 0.05
qualified = 0.0
[rebalance.location.holdings.us]
income = 0.01
"""
ACCOUNTS = """household,account,kind,owner
home,brokerage,taxable,self
home,roth,roth_ira,self
home,ira,traditional_ira,self
"""
HELD = """b1,2020-01-02,brokerage,ABC,BUY,50,10,,,,,
b2,2020-01-02,brokerage,BND,BUY,50,10,,,,,
b3,2020-01-02,roth,ABC,BUY,50,10,,,,,
"""
TARGETS = "household,asset_class,weight\nhome,us,{us}\nhome,bonds,{bonds}\n"


def locate_book(
    folder: Path, rows: str = HELD, *, us: str = "0.6667", bonds: str = "0.3333", toml: str = TOML
) -> Path:
    """50 ABC and 50 BND in the brokerage account, 50 ABC in the Roth, all at 10 dollars."""
    made = book(folder, rows, toml=toml, accounts=ACCOUNTS)
    (made / "securities.csv").write_text(
        "symbol,kind,asset_class\nABC,stock,us\nBND,etf,bonds\nAGG,etf,bonds\nOLD,stock,\n"
    )
    prices = "".join(f"2022-06-01,{name},10\n" for name in ("ABC", "BND", "AGG", "OLD"))
    (made / "prices.csv").write_text("date,symbol,close\n" + prices)
    (made / "targets.csv").write_text(TARGETS.format(us=us, bonds=bonds))
    return made


def located(made: Path, *options: object, day: str = "2022-06-01") -> dict[str, Any]:
    ran = taxlots("locate", made, "--as-of", day, "--json", *options)
    assert ran.status == 0, ran.err
    answer: dict[str, Any] = json.loads(ran.out)
    return answer


def wanted(found: dict[str, Any]) -> dict[tuple[str, str], str]:
    return {
        (row["account"], row["asset_class"]): row["wanted"]
        for row in found["places"]
        if row["wanted"] != "0.00"
    }


def test_bonds_move_into_the_roth_and_stocks_out_of_it(tmp_path: Path) -> None:
    """500 of bonds cost 5 % x 40 % = 10 a year, as stocks 1 % x 20 % = 1: 9 are saved."""
    found = located(locate_book(tmp_path), "--keep-mix")
    assert wanted(found)["brokerage", "us"].startswith("1000")
    assert wanted(found)["roth", "bonds"].startswith("500")
    moves = {(m["account"], m["side"], m["symbol"]): m["quantity"] for m in found["moves"]}
    assert moves == {
        ("brokerage", "sell", "BND"): "50",
        ("roth", "sell", "ABC"): "50",
        ("brokerage", "buy", "ABC"): "50",
        ("roth", "buy", "BND"): "50",
    }
    assert found["value"]["tax_a_year_today"] == "11.00"
    assert found["value"]["saved_a_year"] == "9.00"


def test_a_gain_that_is_dearer_than_the_saving_stays(tmp_path: Path) -> None:
    """450 of gain; 4.4 counted years save 9 each, 40 in all.

    A long-term gain costs 20 % now and saves 20 % in five years, today 15.7 %: 19 in all.  A
    short-term one costs 40 % now: 109.
    """
    rows = HELD.replace("BND,BUY,50,10", "BND,BUY,50,1")
    assert located(locate_book(tmp_path / "long", rows), "--keep-mix")["moves"]
    rows = rows.replace("b2,2020-01-02", "b2,2022-01-03")
    rows = "".join(sorted(rows.splitlines(keepends=True), key=lambda row: row.split(",")[1]))
    assert located(locate_book(tmp_path / "short", rows), "--keep-mix")["moves"] == []


def test_what_the_ira_would_wash_is_not_bought_there(tmp_path: Path) -> None:
    """BND shows a loss in the brokerage account: the Roth buys AGG, and the loss stands."""
    rows = HELD.replace("BND,BUY,50,10", "BND,BUY,50,12")
    found = located(locate_book(tmp_path, rows), "--keep-mix")
    (bought,) = [m for m in found["moves"] if m["account"] == "roth" and m["side"] == "buy"]
    assert bought["symbol"] == "AGG"
    (sold,) = [m for m in found["moves"] if m["symbol"] == "BND"]
    assert (sold["gain"], sold["tax"]) == ("-100.00", "-20.00")
    assert any(said.startswith("Sold at a loss: BND") for said in found["because"])


def test_a_traditional_account_counts_for_what_its_tax_leaves(tmp_path: Path) -> None:
    rows = HELD + "b4,2020-01-02,ira,ABC,BUY,40,10,,,,,\n"
    found = located(locate_book(tmp_path, rows), "--keep-mix")
    worths = {row["account"]: row["after_tax_worth"] for row in found["accounts"]}
    assert worths == {"brokerage": "1.0000", "roth": "1.0000", "ira": "0.7500"}
    before = {row["asset_class"]: row["before"] for row in found["classes"]}
    assert before["us"] == f"{100 * 1300 / 1800:.2f}"


def test_cash_of_the_accounts_is_invested(tmp_path: Path) -> None:
    made = locate_book(tmp_path, us="0.5", bonds="0.5")
    (made / "cash.csv").write_text("account,date,amount\nroth,2022-05-31,500.00\n")
    found = located(made)
    assert {(m["account"], m["side"], m["symbol"]) for m in found["moves"]} >= {
        ("roth", "buy", "BND")
    }
    assert [row["after"] for row in found["classes"]][:2] == ["50.00", "50.00"]


def test_what_cannot_be_reached_is_named(tmp_path: Path) -> None:
    """Half is OLD, of no class and unknown basis: nothing of it is sold, and the bands clash."""
    rows = HELD + "b4,2020-01-02,brokerage,OLD,TRANSFER_IN,150,,,,,,\n"
    made = locate_book(tmp_path, rows)
    (made / "targets.csv").write_text(
        "household,asset_class,weight,band_low\nhome,us,0.6,0.55\nhome,bonds,0.4,0.35\n"
    )
    found = located(made)
    assert found["clashes"]
    assert any("dollars of other lots may not be sold" in said for said in found["clashes"])


def test_a_lock_is_kept(tmp_path: Path) -> None:
    made = locate_book(tmp_path)
    (made / "overrides.csv").write_text("id,action,symbol,by,reason\no1,lock,BND,R,gift\n")
    found = located(made, "--keep-mix")
    assert "BND" not in {move["symbol"] for move in found["moves"]}
    assert "o1: lock BND, by R: gift" in found["because"]


@pytest.mark.parametrize(
    ("line", "said"),
    [("yeers = 3", "UNKNOWN_KEY"), ("years = -1", "BAD_VALUE"), ("holdings.ABC.income = 2", "BAD")],
)
def test_bad_assumptions_are_told(tmp_path: Path, line: str, said: str) -> None:
    made = locate_book(tmp_path, toml=f'name = "Test"\n[rebalance.location]\n{line}\n')
    ran = taxlots("locate", made)
    assert ran.status == 1
    assert said in ran.err


def test_without_a_profile_nobody_can_say(tmp_path: Path) -> None:
    ran = taxlots("locate", locate_book(tmp_path, toml='name = "Test"\n'))
    assert ran.status == 1
    assert "NO_PROFILE" in ran.err


def test_the_gains_that_a_move_promises_are_those_that_the_books_have(tmp_path: Path) -> None:
    """The trades of the sample household, executed: no loss is washed that was not told."""
    made = tmp_path / "sample"
    shutil.copytree(SAMPLE, made)
    found = located(made, day="2020-12-31")
    path = made / "transactions.csv"
    header = path.read_text().splitlines()[0].split(",")
    with path.open("a", newline="") as file:
        writer = csv.DictWriter(file, header, restval="")
        for number, move in enumerate(found["moves"]):
            row = {k: move[k] for k in ("account", "symbol", "quantity", "amount")}
            row |= {"id": f"move-{number}", "date": "2020-12-31", "action": move["side"].upper()}
            writer.writerow(row | {"lots": move["order"]})
    books = api.replay(made)
    mine = books.realized[books.realized.sale_id.str.startswith("move-")]
    promised = sum(Decimal(move["gain"]) for move in found["moves"] if move["gain"])
    assert sum(map(Decimal, mine.gain.astype(str))) == promised
    replaced = books.wash_sales.replacement_lot_id.str.startswith("move-")
    assert not replaced.any()
