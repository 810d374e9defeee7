"""``taxlots rebalance`` on inputs that contradict each other, or that nobody can mean.

Each is told by name, with the nearest that is possible, and never by a traceback.
"""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest
from tests.cli.running import SAMPLE, taxlots

OVERRIDES = "id,action,symbol,account,side,quantity,amount,by,reason\n"
HUGE = "1" + "0" * 30


def swapped(book: Path, file: str, old: str, new: str) -> None:
    """A cell or a line of a book put in place of another."""
    text = (book / file).read_text()
    assert old in text
    (book / file).write_text(text.replace(old, new, 1))


@pytest.mark.parametrize("amount", [HUGE, "nan", "inf", "-5", "0", "1e9"])
def test_an_amount_that_nobody_can_mean_is_refused(unspoilt: Path, amount: str) -> None:
    for asked in (["--cash", amount, "--account", "joint"], ["--withdraw", amount]):
        done = taxlots("rebalance", unspoilt, *asked)
        assert done.status == 2, done.err
        assert amount in done.err


@pytest.mark.parametrize("amount", [HUGE, "nan", "1.234", "ten"])
def test_a_balance_that_nobody_can_have_is_refused_by_its_row(six: Path, amount: str) -> None:
    swapped(six, "cash.csv", "16000.00", amount)
    done = taxlots("rebalance", six)
    assert done.status == 1
    assert "cash.csv:2:amount: BAD_AMOUNT" in done.err


def test_a_household_that_owes_more_than_it_holds_is_told(six: Path) -> None:
    swapped(six, "cash.csv", "16000.00", "-90000000.00")
    done = taxlots("rebalance", six)
    assert done.status == 1
    assert "cash.csv: NOTHING_OWNED" in done.err


def test_a_forced_purchase_beyond_the_money_of_its_account_names_the_most(six: Path) -> None:
    (six / "overrides.csv").write_text(f"{OVERRIDES}o1,force,GOLD,ira,buy,,9000000,Ann,wanted\n")
    done = taxlots("rebalance", six)
    assert done.status == 2
    assert "forced purchases of GOLD in ira cost 9001350.00" in done.err
    assert "6000.00 in cash" in done.err
    assert "the most is" in done.err


@pytest.mark.parametrize(
    ("terms", "said"),
    [
        ("min_trade = 500000", "the smallest trade, 500000.00, stops"),
        ("[rebalance.mandate]\nround_lots = {ROUND}", "round lots stop"),
    ],
)
def test_a_plan_that_is_empty_for_the_size_of_its_trades_says_so(
    six: Path, terms: str, said: str
) -> None:
    lots = ", ".join(f"{name} = 100000" for name in ("USEQ", "USB1", "USB2", "DEV1", "GLOB"))
    stated = terms.replace("{ROUND}", f"{{{lots}, GOLD = 100000, DEV2 = 100000}}")
    swapped(six, "book.toml", "cash_percent = 2", f"cash_percent = 2\n{stated}")
    (six / "overrides.csv").write_text(f"{OVERRIDES}o1,lock,USEQ,ira,,,,Ann,it would be ended\n")
    found = json.loads(taxlots("rebalance", six, "--json").out)
    assert not found["trades"]
    (sentence,) = [one for one in found["told"] if said in one]
    assert "trades of the" in sentence
    assert "; lower " in sentence


@pytest.mark.parametrize(
    ("named", "listed", "said"),
    [
        ("silver", "", "securities.csv has no security of it"),
        ("GLD9", "GLD9,etf,Gold (made up),gld9,Gold,,,,,\n", "GLD9 has no fresh close"),
        ("silver", "SLV9,etf,Silver (made up),slv9,Silver,silver,,,,\n", "SLV9 has no fresh close"),
    ],
)
def test_a_target_that_nothing_can_fill_says_why(
    six: Path, named: str, listed: str, said: str
) -> None:
    cells = ("", named) if named.isupper() else (named, "")
    added = f"six,gold,0.03,,\nsix,{cells[0]},0.02,,,{cells[1]}"
    swapped(six, "targets.csv", "band_high", "band_high,symbol")
    swapped(six, "targets.csv", "six,gold,0.05,0.03,0.07", added)
    with (six / "securities.csv").open("a") as securities:
        securities.write(listed)
    told = json.loads(taxlots("rebalance", six, "--json").out)["told"]
    (sentence,) = [one for one in told if one.startswith(f"nothing of {named} may be bought")]
    assert said in sentence


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01"])
@pytest.mark.parametrize("command", ["rebalance", "drift", "cash", "lots"])
def test_a_day_that_no_calendar_knows_is_refused(unspoilt: Path, command: str, day: str) -> None:
    done = taxlots(command, unspoilt, "--as-of", day)
    assert done.status == 2
    assert f"--as-of {day}: write a day from 1900-01-01 to 2199-12-31" in done.err


def test_a_row_of_the_journal_on_a_day_that_no_calendar_knows_is_told(six: Path) -> None:
    swapped(six, "transactions.csv", "d01,2024-12-31", "d01,9999-12-31")
    done = taxlots("drift", six)
    assert done.status == 1
    assert "transactions.csv:23:date: BAD_DATE" in done.err
    assert "1900-01-01 to 2199-12-31" in done.err


def test_a_folder_for_files_below_a_file_names_the_file(unspoilt: Path, tmp_path: Path) -> None:
    (tmp_path / "notes").write_text("mine")
    for below in ("sub", "sub/deeper"):
        done = taxlots("rebalance", unspoilt, "--out", tmp_path / "notes" / below)
        assert done.status == 2
        assert f"{tmp_path / 'notes'} is a file; name another folder" in done.err
    assert (tmp_path / "notes").read_text() == "mine"


def test_settings_that_are_no_text_are_told_as_such(six: Path) -> None:
    (six / "book.toml").write_bytes('name = "Vermögen"\n'.encode("latin-1"))
    done = taxlots("drift", six)
    assert done.status == 1
    assert "book.toml: NOT_UTF8: The file is not UTF-8 text (byte 12). Save it as UTF-8" in done.err


def test_a_balance_that_is_still_to_come_is_none_yet(six: Path) -> None:
    swapped(six, "cash.csv", "joint,2024-12-31", "joint,2025-12-31")
    told = json.loads(taxlots("rebalance", six, "--json").out)["told"]
    assert "joint has no balance by 2024-12-31 in cash.csv: it is taken to have no cash" in told


@pytest.mark.parametrize(("table", "key"), [("bands", "look"), ("timing", "calendar")])
@pytest.mark.parametrize("stated", ["every friday", "FREQ=HOURLY", "FREQ=DAILY;INTERVAL=0"])
def test_what_is_no_recurrence_is_told_by_its_key(
    six: Path, table: str, key: str, stated: str
) -> None:
    text = (six / "book.toml").read_text().replace('destination = "target"\n', "")
    text = text.replace("[rebalance.bands]\n", "")
    (six / "book.toml").write_text(f'{text}\n[rebalance.{table}]\n{key} = "{stated}"\n')
    for command in ("drift", "rebalance"):
        done = taxlots(command, six)
        assert done.status == 2
        assert f"book.toml:rebalance.{table}:{key}: '{stated}'" in done.err


def test_targets_that_are_all_zero_are_refused(six: Path) -> None:
    rows = ("household,asset_class,weight", "six,us equities,0", "six,gold,0")
    (six / "targets.csv").write_text("\n".join(rows) + "\n")
    swapped(six, "book.toml", 'illiquid = ["private equity"]', "")
    for command in ("rebalance", "drift"):
        done = taxlots(command, six)
        assert done.status == 1
        assert "targets.csv:2:weight: NO_WEIGHT: The targets of six are all 0." in done.err


def test_a_tilt_that_nothing_makes_room_for_is_told_by_the_file(six: Path) -> None:
    rows = ("household,asset_class,weight,tilt", "six,us equities,0.5,0.9", "six,gold,0.5,")
    (six / "targets.csv").write_text("\n".join(rows) + "\n")
    swapped(six, "book.toml", 'illiquid = ["private equity"]', "")
    for command in ("rebalance", "drift", "cash"):
        done = taxlots(command, six)
        assert done.status == 1
        assert "targets.csv:six: TARGETS_CLASH" in done.err


def test_a_class_that_has_the_name_of_a_security_is_a_class_to_every_command(six: Path) -> None:
    """USEQ counts for its class; nothing is of the class that is called as it is."""
    rows = ("household,asset_class,weight", "six,us equities,0.9", "six,USEQ,0.1")
    (six / "targets.csv").write_text("\n".join(rows) + "\n")
    swapped(six, "book.toml", 'illiquid = ["private equity"]', "")
    plan = json.loads(taxlots("rebalance", six, "--json").out)
    before = {one["name"]: float(one["before"]) for one in plan["classes"]}
    assert before["USEQ"] == 0 < before["us equities"]
    (found,) = json.loads(taxlots("drift", six, "--json").out)["households"]
    weights = {one["name"]: float(one["weight"]) for one in found["lines"]}
    assert (weights["USEQ"], weights["us equities"]) == (0, 1)
    assert any(one.startswith("nothing of USEQ may be bought") for one in plan["told"])


def test_a_household_without_accounts_that_are_rebalanced_is_told_which_are(six: Path) -> None:
    swapped(six, "accounts.csv", ",taxable,joint,", ",taxable,child,")
    swapped(six, "accounts.csv", ",traditional_ira,self,", ",traditional_ira,child,")
    done = taxlots("rebalance", six)
    assert done.status == 1
    assert "Accounts of self, spouse and joint are" in " ".join(done.err.split())


def test_where_all_classes_are_illiquid_that_is_the_reason(six: Path) -> None:
    names = [row.split(",")[1] for row in (six / "targets.csv").read_text().splitlines()[1:]]
    swapped(six, "book.toml", 'illiquid = ["private equity"]', f"illiquid = {json.dumps(names)}")
    done = taxlots("rebalance", six)
    assert done.status == 1
    said = " ".join(done.err.split())
    assert "NOTHING_TO_PLAN" in said
    assert "is traded in windows and at capital calls" in said
    assert "illiquid in [rebalance.targets]" in said


def test_a_locked_class_above_its_band_is_told_with_what_is_nearest(six: Path) -> None:
    swapped(six, "targets.csv", "us equities,0.30,0.27,0.33", "us equities,0.05,0.04,0.06")
    swapped(six, "targets.csv", "us bonds,0.20,0.17,0.23", "us bonds,0.45,0.42,0.48")
    (six / "overrides.csv").write_text(f"{OVERRIDES}o1,lock,USEQ,,,,,Ann,a gift\n")
    plan = json.loads(taxlots("rebalance", six, "--json").out)
    (said,) = [one for one in plan["told"] if one.startswith("us equities ends at")]
    assert "above its band of 3.92 to 5.88 %" in said
    assert "o1: lock USEQ" in said


def test_a_household_of_retirement_accounts_alone_says_who_could_pay(six: Path) -> None:
    swapped(six, "accounts.csv", "joint,taxable,joint", "joint,traditional_ira,self")
    done = taxlots("rebalance", six, "--withdraw", "500")
    assert done.status == 2
    assert "no taxable account" in done.err
    assert "joint, ira" in done.err


@pytest.mark.parametrize("value", ["nan", "0", "1e30", "-1", '"much"'])
def test_an_aversion_to_risk_out_of_range_is_refused_by_its_key(six: Path, value: str) -> None:
    swapped(six, "book.toml", "risk_aversion = 60", f"risk_aversion = {value}")
    done = taxlots("rebalance", six)
    assert done.status == 1
    assert "rebalance.plan:risk_aversion: BAD_VALUE" in done.err


def _constant(lines: Sequence[str]) -> str:
    return "".join(f"{line.rpartition(',')[0]},10\n" for line in lines)


def test_prices_that_never_move_tell_no_risk(six: Path) -> None:
    header, *lines = (six / "prices.csv").read_text().splitlines(keepends=True)
    (six / "prices.csv").write_text(header + _constant(lines))
    done = taxlots("rebalance", six)
    assert done.status == 1
    assert "NO_RISK: The price of USEQ never moves" in done.err


def test_a_cap_of_tracking_error_has_no_place_beside_the_risk_of_all(six: Path) -> None:
    swapped(six, "book.toml", "[rebalance.plan]", "[rebalance.plan]\ntracking_error_percent = 1")
    done = taxlots("rebalance", six, "--objective", "variance")
    assert done.status == 2
    assert "leave one of them out" in done.err


@pytest.mark.parametrize("command", ["rebalance", "cash", "exposure", "locate"])
def test_an_empty_book_says_what_it_lacks(tmp_path: Path, command: str) -> None:
    url = f"sqlite:///{tmp_path / 'empty.db'}"
    assert taxlots("init", url).status == 0
    done = taxlots(command, url)
    assert done.status == 2
    assert "the book has no account: import its accounts and transactions first" in done.err


@pytest.mark.parametrize(
    ("kind", "owner", "why"),
    [
        ("taxable_mtm_475", "self", "marked to market (26 USC 475)"),
        ("custodial", "child", "its owner (child) is not of the household"),
    ],
)
def test_an_account_that_no_plan_trades_in_is_told(
    tmp_path: Path, kind: str, owner: str, why: str
) -> None:
    """Neither a trader's account under section 475 nor a child's counts towards the targets."""
    book = Path(shutil.copytree(SAMPLE, tmp_path / "book"))
    row = f"kessler,other,{kind},{owner},kessler-2,FIFO,Schwab,true,2016-01-01,2020-12-31"
    with (book / "accounts.csv").open("a") as accounts:
        accounts.write(f"{row}\n")
    done = taxlots("rebalance", book, "--json")
    assert done.status == 0, done.err
    told = [one for one in json.loads(done.out)["told"] if one.startswith("account other ")]
    assert len(told) == 1
    assert why in told[0]
