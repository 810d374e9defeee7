"""What is not ready is not harvested, and is listed with its reason."""

import csv
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from tests.cli.custodian_files import lots_of, open_lots_file
from tests.cli.running import book, database, taxlots

HEADER = "id,date,settle_date,account,symbol,action,quantity,amount\n"
ROWS = (
    "a1,2024-01-05,2024-01-09,brokerage,ABC,BUY,60,6000.00\n"
    "a2,2024-02-05,2024-02-07,brokerage,XYZ,BUY,40,4400.00\n"
    "a3,2024-11-22,{settles},brokerage,ABC,SELL,10,700.00\n"
)
ACCOUNTS = (
    "household,account,kind,owner,method,{columns}\nhome,brokerage,taxable,self,FIFO,{cells}\n"
)
TOML = 'name = "Test"\n[harvest]\nwithout_replacement = "cash"\n'
DAY = "2024-11-22"


def priced(folder: Path, settles: str = "", **columns: str) -> Path:
    """A book with a loss on ABC and one on XYZ; ``columns`` are further ones of its account."""
    accounts = ACCOUNTS.format(columns=",".join(columns), cells=",".join(columns.values()))
    path = book(folder, ROWS.format(settles=settles), header=HEADER, accounts=accounts, toml=TOML)
    (path / "prices.csv").write_text(
        "date,symbol,close\n2024-11-21,ABC,70.00\n2024-11-21,XYZ,50.00\n"
    )
    return path


def rows(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def harvested(source: object, out: Path, *options: object, as_of: str = DAY) -> dict[str, str]:
    """The reason of each lot."""
    ran = taxlots("harvest", source, "--as-of", as_of, "--out", out, *options)
    assert ran.status == 0, ran.err
    return {row["lot_id"]: row["reason"] for row in rows(out, "verdicts.csv")}


@pytest.mark.parametrize(
    ("settles", "as_of", "expected"),
    [
        ("2024-11-25", DAY, {"a1": "UNSETTLED", "a2": "HARVEST"}),
        ("2024-11-22", DAY, {"a1": "HARVEST", "a2": "HARVEST"}),
        ("", DAY, {"a1": "HARVEST", "a2": "HARVEST"}),
        ("2024-11-25", "2024-11-21", {"a1": "HARVEST", "a2": "HARVEST"}),
    ],
    ids=["unsettled", "settled", "without a settlement date", "not booked yet"],
)
def test_a_position_with_an_unsettled_trade_is_not_harvested(
    settles: str, as_of: str, expected: dict[str, str], tmp_path: Path
) -> None:
    """The sale of ABC settles on the 25th: until then the rest of ABC is left alone, XYZ is not."""
    path = priced(tmp_path / "book", settles)
    assert harvested(path, tmp_path / "plan", as_of=as_of) == expected


def test_a_position_with_an_open_lot_break_is_not_harvested_and_is_listed(tmp_path: Path) -> None:
    path = priced(tmp_path / "book")
    abc, _ = lots_of(path)
    listed = open_lots_file(tmp_path, [abc | {"cost_basis": "4000.00"}], "ABC", date(2024, 11, 22))
    told = ("--custodian-lots", f"brokerage={listed}")
    assert harvested(path, tmp_path / "plan", *told) == {"a1": "LOT_BREAK", "a2": "HARVEST"}
    (row,) = rows(tmp_path / "plan", "readiness.csv")
    assert (row["account"], row["symbol"], row["lots"]) == ("brokerage", "ABC", "1")
    assert row["source"].startswith("lots of schwab of 2024-11-22: ")
    manifest = json.loads((tmp_path / "plan" / "manifest.json").read_text())
    assert manifest["readiness"] == {"positions_not_ready": 1, "by_reason": {"LOT_BREAK": 1}}
    assert sum(manifest["lots"]["by_reason"].values()) == manifest["lots"]["open"]
    ran = taxlots("harvest", path, "--as-of", DAY, "--out", tmp_path / "plan", *told)
    assert "1 position is not ready (LOT_BREAK 1): readiness.csv says what to do." in ran.out


def test_a_database_is_compared_with_the_lots_that_it_keeps(tmp_path: Path) -> None:
    path = priced(tmp_path / "book")
    abc, _ = lots_of(path)
    listed = open_lots_file(tmp_path, [abc | {"cost_basis": "4000.00"}], "ABC", date(2024, 11, 22))
    url = database(tmp_path / "book.db")
    assert taxlots("import", url, path).status == 0
    assert taxlots("import", url, listed, "--account", "brokerage").status == 0
    record = ("--record", "--by", "Ann")
    assert harvested(url, tmp_path / "plan", *record)["a1"] == "LOT_BREAK"


def test_a_position_that_the_custodian_relieves_otherwise_is_listed(tmp_path: Path) -> None:
    path = priced(tmp_path / "book", custodian_method="FIFO;XYZ:HIFO")
    found = harvested(path, tmp_path / "plan")
    assert found == {"a1": "HARVEST", "a2": "OTHER_METHOD"}
    (row,) = rows(tmp_path / "plan", "readiness.csv")
    assert "custodian_method is HIFO" in row["source"]


def test_data_that_end_before_the_day_hold_the_household_up(tmp_path: Path) -> None:
    path = priced(tmp_path / "book", data_through="2024-11-21")
    found = harvested(path, tmp_path / "plan")
    assert set(found.values()) == {"DATA_NOT_THROUGH"}
    ran = taxlots("harvest", path, "--as-of", DAY, "--out", tmp_path / "plan", "--json")
    printed = json.loads(ran.out)
    assert [row["symbol"] for row in printed["readiness"]] == ["ABC", "XYZ"]
    (path / "book.toml").write_text(TOML + "data_age_days = 1\n")
    assert set(harvested(path, tmp_path / "plan").values()) == {"HARVEST"}


def test_pending_basis_and_stale_prices_are_listed_with_what_to_do(tmp_path: Path) -> None:
    path = priced(tmp_path / "book")
    journal = path / "transactions.csv"
    header, *lines = journal.read_text().splitlines()
    pending = "a0,2024-01-02,,brokerage,NEW,TRANSFER_IN,5,,pending,2020-01-02"
    text = [header + ",basis_status,acquired_date", pending, *(line + ",," for line in lines)]
    journal.write_text("\n".join(text) + "\n")
    (path / "prices.csv").write_text(
        "date,symbol,close\n2024-11-21,NEW,9\n2024-11-21,ABC,70\n2024-10-21,XYZ,50\n"
    )
    found = harvested(path, tmp_path / "plan")
    assert found == {"a0": "BASIS_PENDING", "a1": "HARVEST", "a2": "STALE_PRICE"}
    listed = {row["symbol"]: row for row in rows(tmp_path / "plan", "readiness.csv")}
    assert listed["NEW"]["remedy"] == (
        "Import the package of the earlier custodian as soon as it comes."
    )
    assert listed["XYZ"]["remedy"] == "Add a newer close to prices."


def test_a_book_that_is_ready_lists_nothing_and_says_nothing(tmp_path: Path) -> None:
    path = priced(tmp_path / "book")
    ran = taxlots("harvest", path, "--as-of", DAY, "--out", tmp_path / "plan")
    assert "not ready" not in ran.out
    assert not rows(tmp_path / "plan", "readiness.csv")


def test_without_a_profile_no_saving_in_dollars_is_claimed(tmp_path: Path) -> None:
    """Neither for a lot, nor for a return, nor in the sums; with rates all three are."""
    path = priced(tmp_path / "book")
    told = ("estimated_tax_saved", "saved_later", "present_value", "later_tax")

    def planned() -> tuple[list[dict[str, str]], dict[str, Any], dict[str, Any]]:
        ran = taxlots("harvest", path, "--as-of", DAY, "--out", tmp_path / "plan", "--json")
        assert ran.status == 0, ran.err
        printed = json.loads(ran.out)
        (of_return,) = printed["manifest"]["returns"]
        return printed["opportunities"], of_return, printed["manifest"]["totals"]

    lots, of_return, totals = planned()
    assert all(lot["verdict"] == "harvest" for lot in lots)
    assert {lot[name] for lot in lots for name in told} == {""}
    assert {lot["saving_basis"] for lot in lots} == {"no_profile"}
    assert (of_return["tax_saved_this_year"], of_return["carried_forward"]) == (None, None)
    assert (totals["estimated_tax_saved"], totals["lots_without_rates"]) == ("0.00", 2)
    (path / "book.toml").write_text(TOML + "[tax_profile]\nshort_rate = 0.4\nlong_rate = 0.2\n")
    lots, of_return, totals = planned()
    assert all(lot["estimated_tax_saved"] for lot in lots)
    assert of_return["tax_saved_this_year"] == totals["estimated_tax_saved"]
