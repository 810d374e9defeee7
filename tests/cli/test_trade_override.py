"""``taxlots overrides`` and ``override-trade``: who, why and until when stay in the book."""

import json
from pathlib import Path

from tests.cli.running import database, taxlots
from tests.cli.test_cash import cash_book, routed

FIRST = "id,action,symbol,account,until,by,reason\n"


def ledger(tmp_path: Path) -> str:
    url = database(tmp_path / "book.db")
    assert taxlots("import", url, cash_book(tmp_path / "folder")).status == 0
    return url


def test_an_override_of_a_folder_is_a_line_of_its_file(tmp_path: Path) -> None:
    made = cash_book(tmp_path)
    (made / "overrides.csv").write_text(FIRST + "o1,lock,ABC,,2022-06-10,Rowan,a gift\n")
    found = json.loads(taxlots("overrides", made, "--as-of", "2022-06-01", "--json").out)
    (row,) = found["overrides"]
    assert (row["state"], row["by"], row["account"]) == ("holds", "Rowan", "any")
    found = json.loads(taxlots("overrides", made, "--as-of", "2022-06-10", "--json").out)
    assert found["because"] == ["o1: lock ABC has expired on 2022-06-10; it counts no more"]


def test_what_is_locked_is_not_sold_for_cash(tmp_path: Path) -> None:
    made = cash_book(tmp_path)
    (made / "overrides.csv").write_text(FIRST + "o1,lock,ABC,,,Rowan,a gift\n")
    found = routed(made, "--withdraw", "500")
    assert {sale["symbol"] for sale in found["sales"]} == {"XYZ"}
    assert "o1: lock ABC, by Rowan: a gift" in found["because"]
    (made / "overrides.csv").write_text(FIRST + "o1,exclude,XYZ,,,Rowan,merger\n")
    found = routed(made, "--deposit", "1000", "--account", "brokerage")
    assert "XYZ" not in {row["symbol"] for row in found["purchases"]}


def test_a_database_keeps_who_said_so_and_what_it_was_before(tmp_path: Path) -> None:
    url = ledger(tmp_path)
    named = ("--by", "Rowan", "--reason", "a gift is planned")
    ran = taxlots("override-trade", url, "--action", "lock", "--symbol", "ABC", *named)
    assert (ran.status, ran.out) == (0, "Recorded by Rowan: o1: lock ABC.\n")
    changed = ("--action", "lift", "--id", "o1", "--until", "2022-06-02", "--by", "Avery")
    assert taxlots("override-trade", url, *changed, "--reason", "given").status == 0
    (row,) = json.loads(taxlots("overrides", url, "--json").out)["overrides"]
    assert (row["by"], row["reason"], row["until"]) == ("Avery", "given", "2022-06-02")
    assert taxlots("verify", url).status == 0


def test_a_folder_is_told_the_line_to_add(tmp_path: Path) -> None:
    made = cash_book(tmp_path)
    asked = ("--action", "lock", "--symbol", "ABC", "--by", "Rowan", "--reason", "gift, planned")
    ran = taxlots("override-trade", made, *asked)
    assert ran.status == 2
    assert 'o1,lock,,,ABC,,,,,,Rowan,"gift, planned"' in ran.err


def test_what_cannot_be_recorded_is_said_by_its_option(tmp_path: Path) -> None:
    url = ledger(tmp_path)
    asked = ("--action", "force", "--symbol", "ABC", "--by", "R", "--reason", "x")
    ran = taxlots("override-trade", url, *asked)
    assert ran.status == 1
    assert "--quantity: BAD_SIZE" in ran.err
    assert "--side: MISSING_CELL" in ran.err
    ran = taxlots("override-trade", url, "--action", "lift", "--by", "R", "--reason", "x")
    assert ran.status == 2
    gone = ("--action", "lift", "--id", "o9", "--until", "2022-06-02", "--by", "R")
    ran = taxlots("override-trade", url, *gone, "--reason", "x")
    assert "there is no override 'o9'" in ran.err
