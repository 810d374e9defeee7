"""``taxlots rebalance --overlay``: contracts in the plan of the household of six classes."""

import json
import shutil
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.csv as pacsv
import pytest
from fixtures.households.six_classes import write_household
from tests.cli.running import taxlots

from taxlots.reports.rebalance_overlay import OVERLAY

NO_SALE = "w3,exclude,,joint,USEQ,sell,,,,2025-12-31,Avery,no gain is to be realized\n"
ASKED = ("--cash", "+12000", "--account", "joint", "--overlay")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The household, which wants no gain of US equities in its taxable account."""
    path = tmp_path_factory.mktemp("overlay") / "six"
    write_household(path)
    with (path / "overrides.csv").open("a", encoding="utf-8") as overrides:
        overrides.write(NO_SALE)
    return path


@pytest.fixture(scope="module")
def out(folder: Path) -> Path:
    path = folder.parent / "plan"
    done = taxlots("rebalance", folder, *ASKED, "--out", path)
    assert done.status == 0, done.err
    assert "Sell" in done.out
    assert "BIG-H5: SECTION_1256" in done.out
    return path


@pytest.fixture(scope="module")
def plan(out: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((out / "plan.json").read_text())["overlay"]
    return found


def test_contracts_carry_what_may_not_be_sold(plan: dict[str, Any]) -> None:
    counts = {one["contract"]: int(one["count"]) for one in plan["contracts"]}
    assert counts["BIG-H5"] < 0
    (us,) = (one for one in plan["classes"] if one["name"] == "us equities")
    assert Decimal(us["overlay"]) == counts["BIG-H5"] * 5_950
    for one in plan["classes"]:
        parts = (Decimal(one[name]) for name in ("physical", "overlay", "residual"))
        assert sum(parts) == Decimal(one["wanted"])


def test_the_error_falls_below_that_of_the_plan_without(plan: dict[str, Any]) -> None:
    errors = {name: float(text) for name, text in plan["tracking_error"].items()}
    assert errors["after"] < errors["without_overlay"] < errors["before"]
    assert errors["after"] < errors["trades_alone"]
    assert float(plan["worth_bps"]) > 0


def test_a_short_future_on_what_is_held_at_a_gain_is_no_way_out(plan: dict[str, Any]) -> None:
    """It would be a constructive sale (26 USC 1259(c)(1)(C)); the ledger has the lots."""
    (barred,) = (one for one in plan["contracts"] if one["contract"] == "ALL-H5")
    assert int(barred["count"]) >= 0
    assert barred["why_not"] == "not sold short: 26 USC 1259(c)(1)(C): b01"
    (big,) = (one for one in plan["contracts"] if one["contract"] == "BIG-H5")
    assert big["why_not"] == ""
    assert {one["code"] for one in plan["flags"] if one["contract"] == "BIG-H5"} == {"SECTION_1256"}


def test_the_cash_of_the_account_covers_the_margin(plan: dict[str, Any]) -> None:
    (joint,) = plan["margin"]
    assert joint["is_covered"]
    assert Decimal(joint["tied"]) == sum(Decimal(one["tied"]) for one in plan["contracts"])


def test_the_table_says_what_the_plan_says(out: Path, plan: dict[str, Any]) -> None:
    table = pacsv.read_csv(out / "overlay.csv", convert_options=AS_TEXT)
    assert table.to_pylist() == plan["contracts"]


AS_TEXT = pacsv.ConvertOptions(column_types=dict.fromkeys(OVERLAY, "string"))


def test_a_future_that_is_held_counts_and_is_closed_where_it_is_superfluous(
    folder: Path, tmp_path: Path
) -> None:
    """Ten short futures are too many for a drift of three percent."""
    path = tmp_path / "six"
    shutil.copytree(folder, path)
    with (path / "securities.csv").open("a", encoding="utf-8") as securities:
        securities.write("BIG-H5,section_1256,A future (made up),,US 500,,,,,\n")
    with (path / "transactions.csv").open("a", encoding="utf-8") as journal:
        journal.write("f01,2024-12-31,joint,BIG-H5,SELL_SHORT,10,1190.00,\n")
    with (path / "prices.csv").open("a", encoding="utf-8") as prices:
        prices.write("2024-12-31,BIG-H5,1190.00\n")
    done = taxlots("rebalance", path, *ASKED, "--json")
    assert done.status == 0, done.err
    found = json.loads(done.out)["overlay"]
    (big,) = (one for one in found["contracts"] if one["contract"] == "BIG-H5")
    assert int(big["held"]) == -10
    assert -10 < int(big["count"]) <= 0
    assert int(big["trade"]) > 0


@pytest.mark.parametrize(
    ("terms", "told"),
    [
        ("", "names no contracts"),
        ('[rebalance.overlay]\naccount = "x"\ncontracts."BIG-H5" = "gold"\n', "name the account"),
        (
            '[rebalance.overlay]\naccount = "joint"\ncontracts."NO" = "gold"\n',
            "contracts.csv has no 'NO'",
        ),
        (
            '[rebalance.overlay]\naccount = "joint"\ncontracts."BIG-H5" = "silver"\n',
            "stands for 'silver'",
        ),
        ("[rebalance.overlay]\nacount = 1\n", "no key 'acount'"),
        ("[rebalance.overlay]\nreserve_days = -1\n", "a whole number from zero up"),
        ("[rebalance.overlay]\ncash_rate_percent = 1e308\n", "a percentage from zero to 1,000"),
    ],
)
def test_what_cannot_be_used_is_told(tmp_path: Path, terms: str, told: str) -> None:
    write_household(tmp_path / "six")
    book = tmp_path / "six" / "book.toml"
    text, _, _ = book.read_text(encoding="utf-8").partition("[rebalance.overlay]")
    book.write_text(text + terms, encoding="utf-8")
    done = taxlots("rebalance", tmp_path / "six", "--overlay")
    assert done.status != 0
    assert told in done.err + done.out


def test_another_objective_goes_without_overlay(folder: Path) -> None:
    done = taxlots("rebalance", folder, "--overlay", "--objective", "variance")
    assert done.status != 0
    assert "--objective tracking" in done.err
