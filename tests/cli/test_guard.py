"""``taxlots guard``: what a trade would disallow, before it is ordered."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.cli.recorded import DAY, NOW, record, recorded_book
from tests.cli.running import SAMPLE, book, database, taxlots

from taxlots.workflows import clock

CONTRACT = [
    "verdict",
    "quantity",
    "loss_at_stake",
    "permanent",
    "safe_date",
    "because",
    "unknown",
]
ENTRY = ["id", "lot_id", "account", "date", "quantity", "loss", "rule"]

ROWS = (
    "b1,2024-01-03,brokerage,ABC,BUY,100,10.00,,,,,\n"
    "b2,2024-06-03,ira,ABC,BUY,40,8.00,,,,,\n"
    "s1,2024-06-10,brokerage,ABC,SELL,10,8.00,,,,,\n"
)
PRICED = ("--price", "8", "--json")


def asked(source: object, *arguments: str) -> dict[str, Any]:
    ran = taxlots("guard", source, *arguments)
    assert ran.status == 0, ran.err
    found: dict[str, Any] = json.loads(ran.out)
    return found


def test_the_contract_of_the_json() -> None:
    found = asked(SAMPLE, "sell", "T", "--account", "schwab-taxable", "--json")
    assert list(found)[: len(CONTRACT)] == CONTRACT
    assert list(found["because"][0])[: len(ENTRY)] == ENTRY
    assert found["verdict"] == "partial"
    assert all(isinstance(one["loss"], str) for one in found["because"])


def test_a_sale_is_confirmed_by_what_replay_books(tmp_path: Path) -> None:
    """The first ten shares met the IRA's purchase already; of its other thirty, the next do."""
    folder = book(tmp_path / "book", ROWS)
    found = asked(folder, "sell", "ABC", "--account", "brokerage", *PRICED)
    assert (found["verdict"], found["quantity"]) == ("partial", "30")
    assert (found["loss_at_stake"], found["permanent"]) == ("60.00", "60.00")
    assert (found["safe_date"], found["is_liquidation"]) == ("2024-07-04", True)
    assert found["because"][0]["rule"] == "Rev. Rul. 2008-5"
    after = book(tmp_path / "after", ROWS + "s2,2024-06-10,brokerage,ABC,SELL,90,8.00,,,,,\n")
    taxlots("replay", after, "--out", tmp_path / "books")
    booked = (tmp_path / "books" / "realized.csv").read_text("utf-8").splitlines()[-1].split(",")
    assert booked[0] == "s2"
    assert "60.00" in booked


def test_a_purchase_says_which_loss_it_meets_and_every_verdict_ends_well(tmp_path: Path) -> None:
    rows = ROWS.replace("b2,2024-06-03,ira,ABC,BUY,40,8.00,,,,,\n", "")
    folder = book(tmp_path / "book", rows)
    found = asked(folder, "buy", "ABC", "--account", "ira", "--json")
    assert (found["verdict"], found["quantity"], found["asked"]) == ("blocked", "10", "")
    assert (found["loss_at_stake"], found["permanent"]) == ("20.00", "20.00")
    assert found["because"][0]["id"] == "s1"
    assert found["safe_date"] == "2024-07-11"
    assert asked(folder, "buy", "ABC", "30", "--account", "ira", "--json")["verdict"] == "partial"
    assert asked(folder, "buy", "XYZ", "30", "--account", "ira", "--json")["verdict"] == "ok"


def test_the_words_for_people(tmp_path: Path) -> None:
    ran = taxlots("guard", book(tmp_path / "book", ROWS), "sell", "ABC", "--account", "brokerage",
                  "--price", "8")  # fmt: skip
    assert ran.status == 0
    assert "30 ABC would have 60.00 of loss disallowed, 60.00 of it for good" in ran.out
    assert "nothing forbids" in ran.out


def test_lots_and_method_decide_what_is_sold(tmp_path: Path) -> None:
    rows = (
        "b1,2024-01-03,brokerage,ABC,BUY,10,10.00,,,,,\n"
        "b2,2024-01-04,brokerage,ABC,BUY,10,5.00,,,,,\n"
        "b3,2024-06-03,ira,ABC,BUY,40,8.00,,,,,\n"
    )
    folder = book(tmp_path / "book", rows)
    sale = ("sell", "ABC", "10", "--account", "brokerage", *PRICED)
    assert asked(folder, *sale)["verdict"] == "blocked"
    assert asked(folder, *sale, "--method", "lifo")["verdict"] == "ok"
    assert asked(folder, *sale, "--lots", "b2:10")["verdict"] == "ok"


def test_a_void_purchase_blocks_nothing_and_a_void_sale_leaves_no_loss(tmp_path: Path) -> None:
    """Taking a row back takes its wash history back with it; deleting a plan takes nothing."""
    header = "id,date,account,symbol,action,quantity,price,amount,lots,method,order_id,note\n"
    without = ROWS + "v1,2024-06-11,ira,,VOID,,,,,,,b2\n"
    folder = book(tmp_path / "purchase", without, header=header)
    kept = asked(folder, "buy", "ABC", "--account", "ira", "--json")
    assert (kept["verdict"], kept["quantity"]) == ("blocked", "10")
    sale = asked(folder, "sell", "ABC", "--account", "brokerage", *PRICED)
    assert sale["verdict"] == "ok"
    gone = book(
        tmp_path / "sale", without + "v2,2024-06-11,brokerage,,VOID,,,,,,,s1\n", header=header
    )
    assert asked(gone, "buy", "ABC", "--account", "ira", "--json")["verdict"] == "ok"


def test_a_database_remembers_what_was_guarded_against(tmp_path: Path) -> None:
    """A row that is taken back stays in the journal: as known before, it blocks as it did."""
    url = database(tmp_path / "book.db")
    assert taxlots("import", url, book(tmp_path / "book", ROWS)).status == 0
    before = datetime.now(UTC).isoformat()
    header = "id,date,account,symbol,action,quantity,price,amount,lots,method,order_id,note\n"
    back = "v1,2024-06-11,ira,,VOID,,,,,,,b2\n"
    assert taxlots("import", url, book(tmp_path / "later", back, header=header)).status == 0
    sale = ("sell", "ABC", "--account", "brokerage", "--as-of", "2024-06-10", *PRICED)
    assert asked(url, *sale)["verdict"] == "ok"
    assert asked(url, *sale, "--known-at", before)["verdict"] == "partial"


def test_an_approved_harvest_is_guarded_before_it_is_executed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A proposal is not guarded; what another person has signed is, until its fills are booked."""
    monkeypatch.setattr(clock, "now", lambda: NOW)
    url = recorded_book(tmp_path)
    record(url, tmp_path / "plan")
    purchase = ("buy", "ABC", "--account", "ira", "--as-of", DAY, "--json")
    assert asked(url, *purchase)["verdict"] == "ok"
    assert taxlots("approve", url, 1, "--by", "carol").status == 0
    found = asked(url, *purchase)
    assert (found["verdict"], found["quantity"], found["permanent"]) == (
        "blocked",
        "100",
        "3400.00",
    )
    assert {one["kind"] for one in found["because"]} == {"approved_sale"}
    assert found["safe_date"] == "2024-12-26"


def test_other_households_neither_count_nor_trouble(tmp_path: Path) -> None:
    accounts = (
        "household,account,kind,owner,tax_return,method\n"
        "home,brokerage,taxable,self,,FIFO\n"
        "next-door,ira,traditional_ira,self,,FIFO\n"
    )
    rule = 'name = "Test"\n[harvest]\nexclude_accounts = ["ira"]\n'
    folder = book(tmp_path / "book", ROWS, accounts=accounts, toml=rule)
    (folder / "profiles.csv").write_text(
        "tax_return,year,filing_status,ordinary_income\n"
        "home,2024,mfj,100000\nnext-door,2024,single,90000\n",
        "utf-8",
    )
    (folder / "scheduled.csv").write_text(
        "account,symbol,date,kind,quantity,amount\nira,ABC,2024-06-20,recurring,5,\n", "utf-8"
    )
    found = asked(folder, "sell", "ABC", "--account", "brokerage", *PRICED)
    assert found["verdict"] == "ok"
    assert any("married" in sentence for sentence in found["unknown"])


def test_wrong_use_is_told(tmp_path: Path) -> None:
    folder = book(tmp_path / "book", ROWS)
    sale = ("sell", "ABC", "1", "--account", "brokerage", "--price", "8")
    for words, remedy in (
        (("sell", "ABC", "--account", "nobody"), "it has brokerage, ira"),
        (("sell", "XYZ", "--account", "brokerage"), "holds no XYZ"),
        (("sell", "ABC", "91", "--account", "brokerage", "--price", "8"), "holds 90 ABC"),
        (("sell", "ABC", "--account", "brokerage"), "state --price"),
        (("sell", "ABC", "few", "--account", "brokerage"), "write 12.5"),
        ((*sale, "--method", "TAX_OPTIMAL"), "the sale cannot be booked: TAX_OPTIMAL is no method"),
        ((*sale, "--lots", "b9:1"), "no lot has the id 'b9'"),
    ):
        ran = taxlots("guard", folder, *words)
        assert ran.status == 2, words
        assert remedy in ran.err
