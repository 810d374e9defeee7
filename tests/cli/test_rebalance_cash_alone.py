"""``taxlots rebalance`` of a household that holds cash alone: its first purchases."""

import json
import random
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.cli.drifting import DAY, SESSIONS
from tests.cli.running import taxlots

ACCOUNTS = "household,account,kind,owner\nnew,first,taxable,self\n"
SECURITIES = """symbol,kind,asset_class
USA,etf,stocks
EUR,etf,stocks
BND,etf,bonds
"""
TARGETS = (
    "household,asset_class,weight,band_low,band_high\nnew,stocks,0.6,0.55,0.65\nnew,bonds,0.4,,\n"
)
JOURNAL = "id,date,account,symbol,action,quantity,amount\n"
CASH = f"account,date,amount\nfirst,{DAY},50000.00\n"


def prices() -> str:
    """Three funds whose days are independent, of 16, 16 and 8 % a year, that end at 100."""
    rng = random.Random(5)  # noqa: S311 (no secret)
    lines = ["date,symbol,close"]
    for symbol, deviation in (("USA", 0.01), ("EUR", 0.01), ("BND", 0.005)):
        close = 100.0
        for day in reversed(SESSIONS[-400:]):
            lines.append(f"{day},{symbol},{close:.4f}")
            close /= 1 + rng.gauss(0.0003, deviation)
    return "\n".join(lines) + "\n"


PRICES = prices()


def household(folder: Path, *, cash: str = "", toml: str = "") -> Path:
    folder.mkdir()
    files = {
        "accounts": ACCOUNTS,
        "transactions": JOURNAL,
        "securities": SECURITIES,
        "targets": TARGETS,
        "prices": PRICES,
    } | ({"cash": cash} if cash else {})
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text)
    (folder / "book.toml").write_text(f'name = "New"\n{toml}')
    return folder


def planned(folder: Path, *options: str) -> dict[str, Any]:
    ran = taxlots("rebalance", folder, "--as-of", DAY, "--json", *options)
    assert ran.status == 0, ran.err
    found: dict[str, Any] = json.loads(ran.out)
    return found


def bought(plan: dict[str, Any]) -> dict[str, Decimal]:
    assert {one["action"] for one in plan["trades"]} <= {"BUY"}
    return {one["symbol"]: Decimal(one["amount"]) for one in plan["trades"]}


@pytest.mark.parametrize("toml", ["", '[rebalance.targets]\nsystem = "risk_parity"\n'])
def test_the_first_security_of_each_class_is_bought_with_the_cash(
    tmp_path: Path, toml: str
) -> None:
    plan = planned(household(tmp_path / "b", cash=CASH, toml=toml))
    amounts = bought(plan)
    assert set(amounts) == {"USA", "BND"}
    for one in plan["classes"]:
        assert Decimal(one["before"]) == 0
        assert abs(Decimal(one["after"]) - Decimal(one["target"])) < Decimal("0.05")
    spent = sum(amounts.values()) + sum(Decimal(one["cost"]) for one in plan["trades"])
    (cash,) = plan["cash"]
    assert (cash["before"], Decimal(cash["after"])) == ("50000.00", 50000 - spent)
    assert 0 <= Decimal(cash["after"]) < 1500


def test_a_deposit_into_an_empty_account_is_invested(tmp_path: Path) -> None:
    plan = planned(household(tmp_path / "b"), "--cash", "+20000")
    assert set(bought(plan)) == {"USA", "BND"}
    assert Decimal(plan["cash"][0]["after"]) >= 0


@pytest.mark.parametrize(
    "cash", ["", CASH.replace("50000.00", "0.00"), CASH.replace("50000", "-50000")]
)
def test_without_cash_and_holdings_there_is_nothing(tmp_path: Path, cash: str) -> None:
    ran = taxlots("rebalance", household(tmp_path / "b", cash=cash), "--as-of", DAY)
    assert ran.status == 1
    assert "NOTHING_HELD: The household new holds nothing" in ran.err


def test_without_a_fresh_close_nothing_can_be_bought(tmp_path: Path) -> None:
    made = household(tmp_path / "b", cash=CASH.replace(DAY, "2025-03-31"))
    ran = taxlots("rebalance", made, "--as-of", "2025-03-31")
    assert ran.status == 1
    assert "NOTHING_TO_PLAN" in ran.err


def test_a_class_kept_as_it_is_held_has_nothing_to_be_kept_at(tmp_path: Path) -> None:
    """Illiquid classes are targets that follow from holdings."""
    made = household(tmp_path / "b", cash=CASH, toml='[rebalance.targets]\nilliquid = ["bonds"]\n')
    ran = taxlots("rebalance", made, "--as-of", DAY)
    assert ran.status == 1
    assert "NOTHING_HELD" in ran.err
    assert "follow from what is held" in ran.err
    assert "illiquid of [rebalance.targets]" in ran.err
