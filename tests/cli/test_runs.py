"""Recorded harvests: kept once, changed by name and reason, signed by somebody else."""

import json
from pathlib import Path

import pytest
from tests.cli.recorded import DAY, NOW, orders, record, recorded_book
from tests.cli.running import HEADER, Ran, book, taxlots

from taxlots.ledger.migrate import open_ledger
from taxlots.ledger.verify import heads, verify_ledger
from taxlots.workflows import clock


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    return recorded_book(tmp_path)


def change(url: str, action: str, *options: object, by: str = "bob") -> Ran:
    return taxlots(
        "override", url, 1, "--action", action, "--by", by, "--reason", "the client", *options
    )


def test_a_dry_run_is_the_default(url: str, tmp_path: Path) -> None:
    assert taxlots("harvest", url, "--as-of", DAY, "--out", tmp_path / "plan").status == 0
    assert json.loads(taxlots("runs", url, "--json").out) == {"runs": []}


def test_a_recorded_harvest_keeps_every_order_and_every_verdict(url: str, tmp_path: Path) -> None:
    told = record(url, tmp_path / "plan")
    assert told["run"] == "1"
    (run,) = json.loads(taxlots("runs", url, "--json").out)["runs"]
    assert (run["as_of"], run["by"], run["checkers_apart"]) == (DAY, "ann", True)
    assert int(run["verdicts"]) == told["manifest"]["lots"]["open"] == 4
    assert {name: (o["action"], o["quantity"]) for name, o in orders(url).items()} == {
        "a1": ("SELL", "60"),
        "a2": ("SELL", "40"),
        "XYZ": ("BUY", "140"),
    }
    assert verify_ledger(open_ledger(url)) == []


def test_the_same_proposal_is_recorded_once(url: str, tmp_path: Path) -> None:
    record(url, tmp_path / "plan")
    assert record(url, tmp_path / "again", by="bob")["run"] == "1"
    assert heads(open_ledger(url))["harvest_run"].rows == 1


def test_a_folder_remembers_no_harvest(tmp_path: Path) -> None:
    folder = book(tmp_path / "b", "a1,2024-01-05,brokerage,ABC,BUY,1,,1.00,,,,\n", header=HEADER)
    for words in (
        ("harvest", folder, "--out", tmp_path / "plan", "--record", "--by", "ann"),
        ("runs", folder),
        ("approve", folder, 1, "--by", "ann"),
        ("override", folder, 1, "--action", "cap", "--by", "ann", "--reason", "x", "--lot", "a1"),
    ):
        ran = taxlots(*words)
        assert ran.status == 2
        assert "taxlots init sqlite:///book.db" in ran.err


@pytest.mark.parametrize("name", ["ann", "ANN", " Ann ", "bob"])
def test_makers_and_checkers_are_apart(url: str, tmp_path: Path, name: str) -> None:
    """Neither who recorded a harvest nor who changed it approves it."""
    record(url, tmp_path / "plan")
    assert change(url, "cap", "--lot", "a2", "--quantity", "10").status == 0
    ran = taxlots("approve", url, 1, "--by", name)
    assert ran.status == 2
    assert "makers and checkers are kept apart" in ran.err
    assert taxlots("approve", url, 1, "--by", "carol").status == 0
    assert {one["approved_by"] for one in orders(url).values()} == {"carol"}


def test_an_order_that_is_changed_after_it_was_signed_must_be_signed_again(
    url: str, tmp_path: Path
) -> None:
    record(url, tmp_path / "plan")
    assert taxlots("approve", url, 1, "--by", "carol").status == 0
    assert change(url, "exclude", "--lot", "a2").status == 0
    states = {name: (one["state"], one["quantity"]) for name, one in orders(url).items()}
    assert states == {"a1": ("approved", "60"), "a2": ("excluded", "0"), "XYZ": ("proposed", "84")}


def test_a_single_order_is_approved_by_its_name(url: str, tmp_path: Path) -> None:
    record(url, tmp_path / "plan")
    name = orders(url)["a1"]["client_order_id"]
    assert taxlots("approve", url, 1, "--by", "carol", "--order", name).status == 0
    assert {n: one["state"] for n, one in orders(url).items()} == {
        "a1": "approved",
        "a2": "proposed",
        "XYZ": "proposed",
    }
    again = taxlots("approve", url, 1, "--by", "carol", "--order", name)
    assert (again.status, "is approved already" in again.err) == (2, True)


def test_a_harvest_of_a_journal_that_has_changed_is_not_approved(url: str, tmp_path: Path) -> None:
    """A purchase that came later may wash what the harvest promises."""
    record(url, tmp_path / "plan")
    rows = "a9,2024-11-22,brokerage,ABC,BUY,10,,700.00,,,,\n"
    assert taxlots("import", url, book(tmp_path / "late", rows)).status == 0
    ran = taxlots("approve", url, 1, "--by", "carol")
    assert (ran.status, "journal has changed" in ran.err) == (2, True)


def test_the_same_order_is_not_approved_in_two_harvests(url: str, tmp_path: Path) -> None:
    record(url, tmp_path / "plan")
    assert taxlots("approve", url, 1, "--by", "carol").status == 0
    prices = tmp_path / "prices.csv"
    prices.write_text("date,symbol,close\n2024-11-25,ABC,69.00\n")
    assert taxlots("import", url, prices).status == 0
    assert record(url, tmp_path / "again")["run"] == "2"
    ran = taxlots("approve", url, 2, "--by", "carol")
    assert (ran.status, "was approved in harvest 1" in ran.err) == (2, True)


def test_a_replacement_is_held_to_the_rules_of_proxies(url: str, tmp_path: Path) -> None:
    record(url, tmp_path / "plan")
    name = orders(url)["XYZ"]["client_order_id"]
    refused = change(url, "replace", "--order", name, "--with", "ABC")
    assert (refused.status, "IDENTICAL" in refused.err) == (2, True)
    assert change(url, "replace", "--order", name, "--with", "QRS").status == 0
    assert (orders(url)["QRS"]["quantity"], orders(url)["QRS"]["planned"]) == ("350", "140")


def test_a_liquidation_is_never_blocked_only_told(url: str, tmp_path: Path) -> None:
    """Trap: a lot that the plan leaves alone is sold by force; the gain is a person's decision."""
    record(url, tmp_path / "plan")
    ran = change(url, "force", "--lot", "a3", "--quantity", "4", "--json")
    assert ran.status == 0, ran.err
    assert json.loads(ran.out)["told"]
    forced = orders(url)["a3"]
    assert (forced["action"], forced["symbol"], forced["quantity"]) == ("SELL", "QRS", "4")


@pytest.mark.parametrize(
    ("action", "options", "said"),
    [
        ("cap", ["--lot", "a2", "--quantity", "41"], "cap cannot raise"),
        ("cap", ["--lot", "a2", "--quantity", "x"], "no number above zero"),
        ("exclude", ["--lot", "nothing"], "has no order for lot"),
        ("exclude", ["--order", "nothing"], "has no order 'nothing'"),
        ("exclude", [], "name what is changed"),
        ("force", ["--lot", "nothing"], "knows no open lot"),
        ("replace", ["--lot", "a2", "--with", "QRS"], "only a purchase can be replaced"),
    ],
)
def test_a_change_that_cannot_be_is_refused(
    url: str, tmp_path: Path, action: str, options: list[str], said: str
) -> None:
    record(url, tmp_path / "plan")
    ran = change(url, action, *options)
    assert ran.status == 2
    assert said in ran.err
    assert heads(open_ledger(url))["harvest_override"].rows == 0


def test_whoever_works_alone_may_say_so_in_the_rule(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    url = recorded_book(tmp_path, toml='name = "Test"\n[harvest]\ncheckers_apart = false\n')
    record(url, tmp_path / "plan")
    assert taxlots("approve", url, 1, "--by", "ann").status == 0


@pytest.mark.parametrize(("until", "state"), [("2024-12-31", "excluded"), (DAY, "proposed")])
def test_a_lot_that_is_out_for_longer_is_out_of_later_harvests(
    url: str, tmp_path: Path, until: str, state: str
) -> None:
    record(url, tmp_path / "plan")
    assert change(url, "exclude", "--lot", "a2", "--until", until).status == 0
    prices = tmp_path / "prices.csv"
    prices.write_text("date,symbol,close\n2024-11-25,ABC,69.00\n")
    assert taxlots("import", url, prices).status == 0
    assert record(url, tmp_path / "again")["run"] == "2"
    later = orders(url, 2)
    assert (later["a1"]["state"], later["a2"]["state"]) == ("proposed", state)
    assert later["a2"]["changed_by"] == ("bob" if state == "excluded" else "")
