"""``taxlots rebalance`` on the sample household."""

import json
import re
import shutil
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pyarrow.csv as pacsv
import pytest
from tests.cli.running import SAMPLE, taxlots

TAXABLE = ("schwab-taxable", "fidelity-taxable", "spouse-taxable", "joint-taxable")
FILES = {
    "plan.json",
    "trades.csv",
    "orders.csv",
    "lot_instructions.csv",
    "restrictions.csv",
    "problems.csv",
    "manifest.json",
    "drift.svg",
    "tax_by_lot.svg",
    "frontier.svg",
}


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("rebalance") / "plan"
    done = taxlots("rebalance", SAMPLE, "--out", out)
    assert done.status == 0, done.err
    assert f"The files are in {out}" in done.out
    return out


def plan_of(out: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((out / "plan.json").read_text())
    return found


def test_all_files_appear_together(written: Path) -> None:
    assert {one.name for one in written.iterdir()} == FILES


def test_no_loss_of_the_plan_is_disallowed(written: Path) -> None:
    plan = plan_of(written)
    assert [one["disallowed"] for one in plan["returns"]] == ["0.00"]
    sold = {one["symbol"] for one in plan["trades"] if one["action"] == "SELL"}
    lost = {
        one["symbol"]
        for one in plan["trades"]
        if any(one[term].startswith("-") for term in ("short_term_gain", "long_term_gain"))
    }
    bought = {one["symbol"] for one in plan["trades"] if one["action"] == "BUY"}
    assert lost
    assert lost <= sold
    assert not lost & bought


def test_the_tax_of_the_returns_is_that_of_their_trades(written: Path) -> None:
    plan = plan_of(written)
    for key in ("tax_now", "tax_later"):
        of_trades = sum(Decimal(one[key]) for one in plan["trades"] if one[key])
        assert of_trades == sum(Decimal(one[key]) for one in plan["returns"])


def test_cash_follows_from_the_trades(written: Path) -> None:
    plan = plan_of(written)
    for one in plan["cash"]:
        moved = sum(
            (Decimal(t["amount"]) * (1 if t["action"] == "SELL" else -1)) - Decimal(t["cost"])
            for t in plan["trades"]
            if t["account"] == one["account"]
        )
        assert Decimal(one["before"]) + moved == Decimal(one["after"])
        assert Decimal(one["after"]) >= 0


def test_each_class_ends_inside_its_band_where_it_began_there(written: Path) -> None:
    for one in plan_of(written)["classes"]:
        low, high = Decimal(one["band_low"]), Decimal(one["band_high"])
        if low <= Decimal(one["before"]) <= high:
            assert low - Decimal("0.001") <= Decimal(one["after"]) <= high + Decimal("0.001")


def test_orders_name_every_lot_that_is_sold(written: Path) -> None:
    orders = pacsv.read_csv(written / "orders.csv").to_pylist()
    named = {one["lot_id"] for one in orders if one["tax_lot_method"] == "SPECIFIC"}
    lots = {
        part.partition(":")[0]
        for one in plan_of(written)["trades"]
        for part in one["lots"].split(";")
        if part
    }
    assert named == lots
    instructions = pacsv.read_csv(written / "lot_instructions.csv").to_pylist()
    assert len(instructions) == len(lots)


def test_restrictions_forbid_what_would_wash_the_losses_of_the_plan(written: Path) -> None:
    """26 USC 1091(a): in every account of the household, through day 30, IRAs included."""
    rows = pacsv.read_csv(written / "restrictions.csv").to_pylist()
    orders = pacsv.read_csv(written / "orders.csv").to_pylist()
    named = {one["client_order_id"]: one for one in orders}
    lost = {one["symbol"] for one in orders if one["reason"].endswith(" loss")}
    bought = {one["symbol"] for one in orders if one["action"] == "BUY"}
    mine = [one for one in rows if one["origin"] == "plan"]
    no_purchase = {one["symbol"] for one in mine if one["restriction"] == "do_not_buy"}
    no_sale = {one["symbol"] for one in mine if one["restriction"] == "do_not_sell_at_a_loss"}
    assert lost
    assert lost <= no_purchase
    assert not no_purchase & bought
    assert bought <= no_sale
    for one in mine:
        assert str(one["until"]) == "2021-01-31"
        assert set(one["because"].split(";")) & set(named)
    for symbol in lost:
        accounts = {one["account"] for one in mine if one["symbol"] == symbol}
        assert accounts == {*TAXABLE, "trad-ira", "roth-ira"}
    assert len(plan_of(written)["restrictions"]) == len(rows)


def test_the_frontier_trades_tax_for_tracking_error(written: Path) -> None:
    """Dearer risk, less of it; whole shares may cost a hundredth of a percent on the way."""
    points = plan_of(written)["frontier"]
    errors = [float(one["tracking_error"]) for one in points]
    assert all(after <= before + 0.0001 for before, after in pairwise(errors))
    assert errors[-1] < errors[0] / 2


def test_a_withdrawal_leaves_its_money_in_taxable_accounts() -> None:
    done = taxlots("rebalance", SAMPLE, "--withdraw", "25000", "--by", "2021-01-06", "--json")
    cash = {one["account"]: Decimal(one["after"]) for one in json.loads(done.out)["cash"]}
    assert sum(cash[name] for name in TAXABLE) >= 25000


def test_a_deposit_is_invested_where_it_comes_in() -> None:
    asked = ("--cash", "+10000", "--account", "joint-taxable", "--json")
    plan = json.loads(taxlots("rebalance", SAMPLE, *asked).out)
    (mine,) = [one for one in plan["cash"] if one["account"] == "joint-taxable"]
    assert mine["before"] == "14402.19"
    assert Decimal(mine["after"]) < 10000


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (("--withdraw", "2500000"), "the most is"),
        (("--withdraw", "25000", "--by", "2021-01-02"), "2021-01-05"),
        (("--cash", "10000"), "say with --account where the money comes in: schwab-taxable"),
        (("--cash", "10000", "--withdraw", "1"), "one at a time"),
        (("--household", "nobody"), "it has kessler"),
        (("--objective", "alpha"), "tracking, factors, variance"),
        (("--tranches", "0"), "write 1 to 60 sessions"),
        (("--tranches", "3", "--schedule", "slow"), "twap, vwap, almgren-chriss"),
        (("--schedule", "vwap"), "needs --tranches"),
    ],
)
def test_what_cannot_be_asked_is_told(asked: tuple[str, ...], said: str) -> None:
    done = taxlots("rebalance", SAMPLE, *asked)
    assert done.status == 2
    assert said in done.err


def test_a_locked_position_is_not_sold_and_its_price_is_told(tmp_path: Path) -> None:
    mine = tmp_path / "book"
    shutil.copytree(SAMPLE, mine)
    (mine / "overrides.csv").write_text(
        "id,action,symbol,household,account,side,quantity,amount,instead,until,by,reason\n"
        "o1,lock,UAA,,,,,,,,Ann,promised as a gift\n"
    )
    plan = json.loads(taxlots("rebalance", mine, "--json").out)
    assert not [one for one in plan["trades"] if one["symbol"] == "UAA"]
    told = " ".join(plan["told"])
    assert "lock UAA, by Ann: promised as a gift" in told
    assert "the overrides cost" in told


def test_other_objectives_are_other_plans() -> None:
    """Least variance, within the bands, holds no more of the most volatile classes."""
    plans = {
        name: json.loads(taxlots("rebalance", SAMPLE, "--objective", name, "--json").out)
        for name in ("tracking", "factors", "variance")
    }
    energy = {
        name: next(float(c["after"]) for c in plan["classes"] if c["name"] == "energy")
        for name, plan in plans.items()
    }
    assert energy["variance"] < energy["tracking"]
    assert plans["factors"]["trades"] != plans["tracking"]["trades"]


def test_a_dry_run_writes_nothing(tmp_path: Path) -> None:
    done = taxlots("rebalance", SAMPLE, "--out", tmp_path / "plan", "--dry-run")
    assert done.status == 0
    assert not (tmp_path / "plan").exists()


def test_bad_terms_leave_problems_alone(tmp_path: Path) -> None:
    mine = tmp_path / "book"
    shutil.copytree(SAMPLE, mine)
    toml = mine / "book.toml"
    toml.write_text(toml.read_text() + "\n[rebalance.plan]\nrisk_aversion = 0\n")
    done = taxlots("rebalance", mine, "--out", tmp_path / "plan")
    assert done.status == 1
    assert "rebalance.plan:risk_aversion" in done.err
    assert {one.name for one in (tmp_path / "plan").iterdir()} == {"problems.csv"}


def test_without_targets_the_missing_file_is_named(tmp_path: Path) -> None:
    mine = tmp_path / "book"
    shutil.copytree(SAMPLE, mine)
    (mine / "targets.csv").unlink()
    done = taxlots("rebalance", mine)
    assert done.status == 1
    assert "targets.csv" in done.err


def test_an_illiquid_class_is_left_alone_without_any_override(unspoilt: Path) -> None:
    trades = json.loads(taxlots("rebalance", unspoilt, "--json").out)["trades"]
    assert trades
    assert "PRIV" not in {one["symbol"] for one in trades}


def test_an_ira_buys_nothing_whose_loss_a_taxable_account_could_take(unspoilt: Path) -> None:
    """Rev. Rul. 2008-5: GLOB stands at a loss in joint; bought in an IRA, it goes for good."""
    trades = json.loads(taxlots("rebalance", unspoilt, "--json").out)["trades"]
    bought = {(one["account"], one["symbol"]) for one in trades if one["action"] == "BUY"}
    assert bought
    assert ("ira", "GLOB") not in bought


def test_without_a_fresh_close_it_is_said_what_is_missing(unspoilt: Path, tmp_path: Path) -> None:
    mine = tmp_path / "book"
    shutil.copytree(unspoilt, mine)
    lines = (mine / "prices.csv").read_text().splitlines(keepends=True)
    kept = [line for line in lines if line < "2024-11" or line.startswith("date")]
    (mine / "prices.csv").write_text("".join(kept))
    done = taxlots("rebalance", mine, "--as-of", "2024-12-31")
    assert done.status == 1
    assert "NOTHING_TO_PLAN" in done.err
    assert "no fresh close" in done.err


def test_the_balances_of_other_households_are_none_of_this_ones(tmp_path: Path) -> None:
    """A book of two households, one of them asked for by its account."""
    mine = tmp_path / "book"
    shutil.copytree(SAMPLE, mine)
    with (mine / "accounts.csv").open("a") as accounts:
        accounts.write("other,other-taxable,taxable,self,other,FIFO,Schwab,false,,\n")
    with (mine / "cash.csv").open("a") as cash:
        cash.write("other-taxable,2020-12-31,55.00\n")
    asked = ("--cash", "+500", "--account", "joint-taxable", "--json")
    plan = json.loads(taxlots("rebalance", mine, *asked).out)
    assert {one["account"] for one in plan["cash"]} == {*TAXABLE, "trad-ira", "roth-ira"}


@pytest.fixture(scope="module")
def thin(unspoilt: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The household of six classes where a thousand shares of each fund trade in a day."""
    mine = tmp_path_factory.mktemp("thin") / "household"
    shutil.copytree(unspoilt, mine)
    text = (mine / "securities.csv").read_text()
    (mine / "securities.csv").write_text(re.sub(r",\d+$", ",1000", text, flags=re.MULTILINE))
    return mine


def test_a_schedule_is_written_beside_the_plan(thin: Path, tmp_path: Path) -> None:
    out = tmp_path / "plan"
    done = taxlots(
        "rebalance", thin, "--tranches", "8", "--schedule", "almgren-chriss", "--out", out
    )
    assert done.status == 0, done.err
    rows = pacsv.read_csv(out / "schedule.csv").to_pylist()
    found = plan_of(out)["schedule"]
    assert len(rows) == len(found["trades"])
    assert found["by"] == "almgren-chriss"
    assert len({row["date"] for row in rows}) > 5
    for row in rows:
        parts = (Decimal(str(row[name])) for name in ("spread", "commission", "impact"))
        assert abs(Decimal(str(row["cost"])) - sum(parts)) < Decimal("0.02")
    assert all(Decimal(one["after"]) >= 0 for one in found["cash"])
    assert {one["disallowed"] for one in found["returns"]} == {"0.00"}
    assert {one["year"] for one in found["returns"]} == {2024, 2025}
    first = [row for row in rows if row["date"] == min(row["date"] for row in rows)]
    orders = pacsv.read_csv(out / "orders.csv").to_pylist()
    assert sum(float(one["quantity"]) for one in orders) == sum(float(r["quantity"]) for r in first)


def test_the_book_states_tranches_and_commissions(thin: Path, tmp_path: Path) -> None:
    mine = tmp_path / "book"
    shutil.copytree(thin, mine)
    toml = mine / "book.toml"
    stated = "[rebalance.execution]\ntranches = 4\nsettled_cash = true\ncommission = 2.5\n"
    toml.write_text(f"{toml.read_text()}\n{stated}")
    plan = json.loads(taxlots("rebalance", mine, "--json").out)
    rows = plan["schedule"]["trades"]
    assert {row["commission"] for row in rows} == {"2.50"}
    for one in plan["cash"]:
        mine_of_day = [row for row in rows if row["account"] == one["account"]]
        for day in {row["date"] for row in mine_of_day}:
            # A sale settles on the next session (SEC Rule 15c6-1): it pays for none of its day.
            has = Decimal(one["before"])
            for row in mine_of_day:
                amount, cost = Decimal(row["amount"]), Decimal(row["cost"])
                if row["side"] == "SELL" and row["date"] < day:
                    has += amount - cost
                elif row["side"] == "BUY" and row["date"] <= day:
                    has -= amount + cost
            assert has >= 0
    toml.write_text(toml.read_text().replace("tranches = 4", "tranches = 99"))
    done = taxlots("rebalance", mine)
    assert done.status == 1
    assert "rebalance.execution:tranches" in done.err


def test_a_withdrawal_that_volume_does_not_allow_by_its_day_is_told(thin: Path) -> None:
    asked = ("--withdraw", "90000", "--by", "2025-01-03", "--tranches", "10", "--json")
    told = " ".join(json.loads(taxlots("rebalance", thin, *asked).out)["schedule"]["told"])
    assert "of the 90000.00 that are to be taken out: volume does not allow more" in told
