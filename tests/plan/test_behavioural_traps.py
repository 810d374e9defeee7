"""The traps of people's behaviour that users of other systems fell into, each with its tests.

A liquidation overrides the wash block, and says what it costs.
    ``TestLiquidation`` below; tests/plan/test_trade_guard.py::test_a_liquidation_is_told_and_not_
    refused; tests/cli/test_runs.py::test_a_liquidation_is_never_blocked_only_told.

A purchase that was made before the sale blocks it too.
    ``TestPriorPurchase`` below; tests/plan/test_guard.py (days 30 and 31, every account, partial
    blocks); tests/plan/test_trade_guard.py.

Deleting an order does not delete the wash history of what was executed.
    ``TestDeletedOrders`` below; tests/cli/test_restrictions.py::test_an_executed_sale_restricts_by_
    the_journal; tests/cli/test_confirm.py (what is executed cannot be taken out);
    tests/cli/test_guard.py::test_a_database_remembers_what_was_guarded_against.

A purchase that is blocked leaves the account away from its target, and it is said so.
    ``TestBlockedPurchase`` below; tests/plan/test_trade_guard_purchases.py::test_a_blocked_
    purchase_says_that_the_account_drifts_and_what_may_be_bought_instead; a sale without a
    replacement: tests/plan/test_replacement.py.
"""

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from tests.cli.recorded import DAY, NOW, orders, record, recorded_book
from tests.cli.running import book, database, taxlots
from tests.plan.situations import World, reasons

from taxlots.domain.harvest_rule import HarvestRule, WithoutReplacement
from taxlots.domain.verdict import Reason
from taxlots.reports.harvest_files import tables
from taxlots.workflows import clock

CASH = 'name = "Test"\n[harvest]\nwithout_replacement = "cash"\n'
ACCOUNTS = (
    "household,account,kind,owner\nhome,mine,taxable,self\nhome,hers,taxable,spouse\n"
    "home,joint,taxable,joint\nhome,ira,roth_ira,spouse\n"
)
OLD = "old,2023-01-03,mine,ABC,BUY,100,30.00,,,,,\n"


def priced(folder: Path, rows: str, toml: str = CASH) -> Path:
    """ABC closes at 20 on 20 December 2024."""
    path = book(folder, rows, accounts=ACCOUNTS, toml=toml)
    (path / "prices.csv").write_text("date,symbol,close\n2024-12-20,ABC,20.00\n")
    return path


def verdict_on(path: object, out: Path, day: str = "2024-12-20") -> dict[str, str]:
    """The verdict on the old lot."""
    ran = taxlots("harvest", path, "--as-of", day, "--out", out)
    assert ran.status == 0, ran.err
    with (out / "verdicts.csv").open(encoding="utf-8", newline="") as file:
        return next(row for row in csv.DictReader(file) if row["lot_id"] == "old")


def guard(path: object, *words: object) -> dict[str, Any]:
    ran = taxlots("guard", path, *words, "--json")
    assert ran.status == 0, ran.err
    found: dict[str, Any] = json.loads(ran.out)
    return found


class TestLiquidation:
    """Nobody is kept from selling: what section 1091 makes of it is told."""

    def test_a_lot_that_the_harvest_blocks_is_sold_by_force_with_what_it_washes(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(clock, "now", lambda: NOW)
        path = priced(tmp_path / "book", OLD + "new,2024-12-10,hers,ABC,BUY,100,19.00,,,,,\n")
        url = database(tmp_path / "book.db")
        assert taxlots("import", url, path).status == 0
        day = ("--as-of", "2024-12-20", "--out", tmp_path / "plan")
        assert taxlots("harvest", url, *day, "--record", "--by", "ann").status == 0
        assert verdict_on(url, tmp_path / "again")["reason"] == "WASH_BLOCKED"
        force = ("--lot", "old", "--action", "force", "--by", "bob", "--reason", "needs the cash")
        ran = taxlots("override", url, 1, *force, "--json")
        assert ran.status == 0, ran.err
        told = " ".join(json.loads(ran.out)["told"])
        assert "1000.00" in told, "the loss that is deferred is named"
        assert orders(url)["old"]["quantity"] == "100"
        assert taxlots("approve", url, 1, "--by", "carol").status == 0
        assert orders(url)["old"]["state"] == "approved"

    def test_the_guard_forbids_no_sale_of_a_whole_position(self, tmp_path: Path) -> None:
        path = priced(tmp_path / "book", OLD + "new,2024-12-10,hers,ABC,BUY,100,19.00,,,,,\n")
        found = guard(path, "sell", "ABC", "--account", "mine", "--as-of", "2024-12-20")
        assert (found["verdict"], found["is_liquidation"]) == ("blocked", True)
        assert any("nothing forbids" in sentence for sentence in found["told"])


class TestPriorPurchase:
    """26 USC 1091(a): the 30 days before the sale count as those after it, in every account."""

    @pytest.mark.parametrize("account", ["hers", "joint", "mine"])
    @pytest.mark.parametrize(
        ("bought", "reason"), [("2024-11-20", "WASH_BLOCKED"), ("2024-11-19", "HARVEST")]
    )
    def test_thirty_days_before_block_and_thirty_one_do_not(
        self, account: str, bought: str, reason: str, tmp_path: Path
    ) -> None:
        rows = OLD + f"new,{bought},{account},ABC,BUY,100,19.00,,,,,\n"
        found = verdict_on(priced(tmp_path / "book", rows), tmp_path / "plan")
        assert found["reason"] == reason
        if reason == "WASH_BLOCKED":
            assert "free from 2024-12-21" in found["detail"]
            assert "(lot new)" in found["detail"]

    def test_rev_rul_2008_5_one_in_an_ira_is_a_loss_for_good(self, tmp_path: Path) -> None:
        rows = OLD + "new,2024-11-20,ira,ABC,BUY,1,19.00,,,,,\n"
        found = verdict_on(priced(tmp_path / "book", rows), tmp_path / "plan")
        assert found["reason"] == "PERMANENT_RISK"


class TestDeletedOrders:
    """The sale stands in the journal, whatever becomes of its order."""

    def test_the_guard_and_later_harvests_still_know_an_executed_sale(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """ABC is sold, all else of that harvest is taken out, and ABC may still not be bought."""
        monkeypatch.setattr(clock, "now", lambda: NOW)
        url = recorded_book(tmp_path)
        record(url, tmp_path / "plan")
        assert taxlots("approve", url, 1, "--by", "carol").status == 0
        fills = tmp_path / "fills.csv"
        fills.write_text(
            "client_order_id,account_number,action,symbol,date,quantity,price,lot_id\n"
            f"{orders(url)['a1']['client_order_id']},brokerage,SELL,ABC,{DAY},60,70,a1\n"
        )
        assert taxlots("confirm", url, 1, fills, "--by", "dave").status == 0
        who = ("--by", "bob", "--reason", "changed our minds")
        executed = orders(url)["a1"]["client_order_id"]
        gone = taxlots("override", url, 1, "--order", executed, "--action", "exclude", *who)
        assert (gone.status, "what is executed stays" in gone.err) == (2, True)
        for name in ("a2", "XYZ"):
            order = orders(url)[name]["client_order_id"]
            words = ("--order", order, "--action", "exclude", *who)
            assert taxlots("override", url, 1, *words).status == 0
        found = guard(url, "buy", "ABC", "60", "--account", "ira", "--as-of", DAY)
        assert (found["verdict"], found["permanent"]) == ("blocked", "1800.00")
        path = tmp_path / "book" / "proxies.csv"
        path.write_text("symbol,proxy,rank\nABC,XYZ,1\nQRS,ABC,1\n")
        assert taxlots("import", url, path.parent).status == 0
        ran = taxlots("proxies", url, "QRS", "--as-of", DAY, "--json")
        assert ran.status == 0, ran.err
        (review, *_) = json.loads(ran.out)["reviews"]
        (row,) = review["candidates"]
        assert row["refused_in"] == {"brokerage": "WASHES_WAITING_LOSS"}


class TestBlockedPurchase:
    """What may not be bought leaves a hole, and the hole is named."""

    TARGETS = (
        "household,asset_class,weight,band_low,band_high\n"
        "home,equities,0.60,0.55,0.65\nhome,bonds,0.40,0.35,0.45\n"
    )

    def path(self, folder: Path, bonds: int) -> Path:
        rows = OLD + (
            f"b1,2023-01-03,mine,XYZ,BUY,{bonds},20.00,,,,,\n"
            "s1,2024-12-20,mine,ABC,SELL,50,20.00,,,,,\n"
        )
        path = priced(folder, rows)
        (path / "prices.csv").write_text(
            "date,symbol,close\n2024-12-20,ABC,20.00\n2024-12-20,XYZ,20.00\n"
        )
        (path / "securities.csv").write_text(
            "symbol,kind,asset_class\nABC,etf,equities\nXYZ,etf,bonds\n"
        )
        (path / "targets.csv").write_text(self.TARGETS)
        return path

    def told(self, path: Path) -> list[str]:
        buying = ("buy", "ABC", "50", "--account", "mine", "--as-of", "2024-12-20")
        found = guard(path, *buying)
        assert (found["verdict"], found["safe_date"]) == ("blocked", "2025-01-20")
        return [sentence for sentence in found["told"] if "band" in sentence]

    def test_a_class_below_its_band_stays_there_until_the_first_safe_day(
        self, tmp_path: Path
    ) -> None:
        """50 of 100 are left beside 50 of bonds: half, and the band begins at 55 %."""
        (sentence,) = self.told(self.path(tmp_path / "book", 50))
        assert sentence == (
            "equities is 50.00% of the household, below its band of 55.00% to 65.00%, and stays"
            " there if the purchase waits until 2025-01-20"
        )

    def test_within_the_band_nothing_is_said_of_it(self, tmp_path: Path) -> None:
        assert not self.told(self.path(tmp_path / "book", 33))

    def test_without_targets_the_drift_is_named_all_the_same(self, tmp_path: Path) -> None:
        path = self.path(tmp_path / "book", 50)
        (path / "targets.csv").unlink()
        assert not self.told(path)
        buying = ("buy", "ABC", "50", "--account", "mine", "--as-of", "2024-12-20")
        assert any("drifts from its target" in one for one in guard(path, *buying)["told"])

    def test_a_harvest_without_a_replacement_says_that_the_proceeds_stay_in_cash(self) -> None:
        w = World({"ABC": "8"}, rule=HarvestRule(without_replacement=WithoutReplacement.CASH))
        w.lot("lot", 100, "ABC", 1000)
        (row,) = tables(w.plan())["verdicts.csv"]
        assert "the proceeds stay in cash" in row["detail"]
        skipped = World({"ABC": "8"})
        skipped.lot("lot", 100, "ABC", 1000)
        assert reasons(skipped.plan()) == {"lot": Reason.NO_REPLACEMENT}
