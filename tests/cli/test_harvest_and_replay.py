"""``taxlots harvest`` and ``taxlots replay``: the summary on screen is what the files hold."""

import csv
import json
from decimal import Decimal
from pathlib import Path

import pytest
from tests.cli.running import SAMPLE, book, files_in, taxlots

RESULT = {
    "opportunities.csv",
    "orders.csv",
    "lot_instructions.csv",
    "restrictions.csv",
    "switch_back.csv",
    "verdicts.csv",
    "readiness.csv",
    "problems.csv",
    "manifest.json",
}


def read(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_the_summary_lists_every_lot_to_sell_and_what_to_buy_instead(tmp_path: Path) -> None:
    ran = taxlots("harvest", SAMPLE, "--out", tmp_path / "plan")

    assert ran.status == 0
    assert files_in(tmp_path / "plan") == RESULT
    to_sell = ran.out.split("\n\n")[0].splitlines()[2:]
    orders = [row for row in read(tmp_path / "plan" / "orders.csv") if row["action"] == "SELL"]
    assert sorted(line.split()[2] for line in to_sell) == sorted(row["lot_id"] for row in orders)
    assert all(len(line.split()) == 8 for line in to_sell), "each has its replacement"


def test_the_summary_tells_what_is_left_alone_and_why(tmp_path: Path) -> None:
    """WFC in the sample: the spouse bought more than is held."""
    ran = taxlots("harvest", SAMPLE, "--out", tmp_path / "plan")
    (wfc,) = [line for line in ran.out.splitlines() if "s2017-0043" in line]
    assert wfc.split()[4:6] == ["WASH_BLOCKED", "2021-01-10"]
    assert "s2020-0246" in wfc
    opportunities = read(tmp_path / "plan" / "opportunities.csv")
    small = [row for row in opportunities if row["reason"] == "BELOW_MIN_LOSS"]
    assert f"{len(small)} more are below the thresholds of [harvest]." in ran.out


def test_the_summary_sums_what_is_proposed(tmp_path: Path) -> None:
    ran = taxlots("harvest", SAMPLE, "--out", tmp_path / "plan", "--json")
    printed = json.loads(ran.out)
    totals = printed["manifest"]["totals"]
    sold = [row for row in printed["opportunities"] if row["verdict"] == "harvest"]
    assert Decimal(totals["estimated_tax_saved"]) == sum(
        Decimal(row["estimated_tax_saved"]) for row in sold
    )
    assert len(printed["verdicts"]) == printed["manifest"]["lots"]["open"] == 361
    assert set(printed) == {"out", "manifest"} | {
        name.partition(".")[0] for name in RESULT - {"manifest.json", "problems.csv"}
    }


def summary_of_returns(folder: Path, toml: str = "") -> list[list[str]]:
    """The cells of the table by tax return, for two lots that lose 1,000 and 600."""
    rows = (
        "t1,2022-01-03,brokerage,ABC,BUY,100,,3000.00,,,,\n"
        "t2,2022-01-03,brokerage,XYZ,BUY,100,,2600.00,,,,\n"
    )
    path = book(folder / "book", rows)
    (path / "prices.csv").write_text(
        "date,symbol,close\n2024-12-20,ABC,20.00\n2024-12-20,XYZ,20.00\n"
    )
    (path / "book.toml").write_text(
        'name = "Test"\n[harvest]\nwithout_replacement = "cash"\nlater_sale_rate = 0\n' + toml
    )
    ran = taxlots("harvest", path, "--as-of", "2024-12-20", "--out", folder / "plan")
    assert ran.status == 0, ran.err
    (table,) = [part for part in ran.out.split("\n\n") if part.startswith("By tax return")]
    return [line.split() for line in table.splitlines()[2:]]


RATES = """[tax_profile]
filing_status = "single"
short_rate = 0.40
long_rate = 0.20
"""


def test_the_summary_tells_present_value_by_tax_return(tmp_path: Path) -> None:
    """20 % of 1,600 is saved now, and no tax comes later at a later_sale_rate of 0."""
    (row,) = summary_of_returns(tmp_path, RATES)
    assert row == ["home", "all_that_pays", "1600.00", "320.00", "0.00", "320.00"]


def test_the_summary_tells_whether_the_goal_of_a_return_is_reached(tmp_path: Path) -> None:
    """A goal of 1,300 takes ABC, and 50 of the 100 XYZ; one of 2,000 is missed by 400."""
    goal = 'goal = "target"\ngoal_amount = {}\n'
    (row,) = summary_of_returns(tmp_path / "met", goal.format(1300) + RATES)
    assert row == ["home", "target", "1300.00", "1300.00", "yes", "260.00", "0.00", "260.00"]
    (row,) = summary_of_returns(tmp_path / "missed", goal.format(2000) + RATES)
    assert row[:6] == ["home", "target", "2000.00", "1600.00", "400.00", "short"]


def test_without_a_profile_the_summary_claims_no_dollars(tmp_path: Path) -> None:
    (row,) = summary_of_returns(tmp_path)
    assert row == ["home", "all_that_pays", "1600.00"]


def test_a_book_without_losses_has_nothing_to_sell(tmp_path: Path) -> None:
    rows = "t1,2024-01-02,brokerage,ABC,BUY,10,10.00,,,,,\n"
    folder = book(tmp_path / "book", rows)
    (folder / "prices.csv").write_text("date,symbol,close\n2024-01-02,ABC,11.00\n")

    ran = taxlots("harvest", folder, "--out", tmp_path / "plan")

    assert ran.status == 0
    assert "sell: no loss is worth a sale today" in ran.out


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_replay_says_how_many_rows_it_wrote(kind: str, tmp_path: Path) -> None:
    out = tmp_path / "books"

    ran = taxlots("replay", SAMPLE, "--out", out, "--format", kind, "--json")

    printed = json.loads(ran.out)
    assert printed["rows"] == {"realized": 84, "lots": 361, "wash_sales": 13}
    assert printed["identity"]["residual"] == "0.00"
    assert {f"{name}.{kind}" for name in printed["rows"]} < files_in(out)


def test_replay_lists_its_warnings(tmp_path: Path) -> None:
    rows = (
        "t1,2024-01-02,brokerage,ABC,BUY,10,10.00,,,,,\n"
        "t2,2024-02-01,brokerage,ABC,SELL,5,12.00,,t1:5,,,\n"
    )
    ran = taxlots("replay", book(tmp_path / "book", rows), "--out", tmp_path / "out")
    assert ran.status == 0
    assert "1 warning" in ran.out
    assert ran.err.startswith(
        "transactions.csv:3:identified_at: IDENTIFICATION_ASSUMED (warning): "
    )


def test_a_previous_result_is_replaced(tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert taxlots("replay", SAMPLE, "--out", out).status == 0
    assert taxlots("replay", SAMPLE, "--out", out, "--as-of", "2018-12-31").status == 0
    assert max(row["sold_date"] for row in read(out / "realized.csv")) <= "2018-12-31"
