"""Limits and reports of ``[rebalance.mandate]`` through ``Book.rebalance``: a made-up household."""

import csv
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from fixtures.households.six_classes import write_household

import taxlots

MOST = Decimal(36)
"""Percent of an account that a security may weigh: the US fund is 39 percent of the joint one."""


def household(folder: Path, mandate: str) -> Path:
    """The household of six classes with keys of a mandate, and without what people said."""
    write_household(folder)
    (folder / "overrides.csv").unlink()
    path = folder / "book.toml"
    path.write_text(f"{path.read_text()}\n[rebalance.mandate]\n{mandate}\n")
    return folder


def dearer(folder: Path, times: int) -> Path:
    """The same household at closes that are so many times as high."""
    path = folder / "prices.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    lines = [",".join(rows[0])]
    for row in rows:
        more = {"close": str(Decimal(row["close"]) * times)}
        lines.append(",".join((row | more).values()))
    path.write_text("\n".join(lines) + "\n")
    return folder


def planned(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = taxlots.open_book(str(folder)).rebalance().json
    return found


def shares_of_accounts(folder: Path, plan: dict[str, Any]) -> dict[tuple[str, str], Decimal]:
    """What each security weighs of its account after the plan, in percent, from the files alone."""
    with (folder / "transactions.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    with (folder / "prices.csv").open(encoding="utf-8", newline="") as file:
        closes = {row["symbol"]: Decimal(row["close"]) for row in csv.DictReader(file)}
    held: dict[tuple[str, str], Decimal] = {}
    for row in rows:
        if row["action"] == "BUY":
            key = row["account"], row["symbol"]
            held[key] = held.get(key, Decimal(0)) + Decimal(row["quantity"])
    worth = {row["account"]: Decimal(row["before"]) for row in plan["cash"]}
    for (account, symbol), quantity in held.items():
        worth[account] += quantity * closes[symbol]
    for trade in plan["trades"]:
        key = trade["account"], trade["symbol"]
        sign = 1 if trade["action"] == "BUY" else -1
        held[key] = held.get(key, Decimal(0)) + sign * Decimal(trade["quantity"])
    return {key: 100 * quantity * closes[key[1]] / worth[key[0]] for key, quantity in held.items()}


def test_no_security_weighs_more_of_its_account_than_the_mandate_allows(tmp_path: Path) -> None:
    folder = household(tmp_path / "six", f"account_position_percent = {MOST}")
    plan = planned(folder)
    before = shares_of_accounts(folder, plan | {"trades": []})
    assert before["joint", "USEQ"] > MOST
    after = shares_of_accounts(folder, plan)
    assert max(after.values()) <= MOST
    limits = {one["name"]: one for one in plan["limits"]}
    assert limits["position limit of USEQ in joint"]["is_kept"]
    assert any(one.startswith("position limit of USEQ in joint (at most") for one in plan["told"])


@pytest.mark.parametrize(("times", "how"), [(1, ""), (90, "approaches"), (120, "passes")], ids=str)
def test_form_13f_is_told_from_80_million_on(tmp_path: Path, times: int, how: str) -> None:
    """17 CFR 240.13f-1: 100 million dollars of section 13(f) securities; near it is told too."""
    plan = planned(dearer(household(tmp_path / "six", "form_13f = true"), times))
    told = [one for one in plan["told"] if "13F threshold" in one]
    assert [f" {how} the 13F" in one for one in told] == ([True, True] if how else [])
    assert [one.split(",")[0] for one in told] == (
        ["before the plan", "after the plan"] if how else []
    )


def test_form_13f_is_told_where_the_mandate_asks_alone(tmp_path: Path) -> None:
    plan = planned(dearer(household(tmp_path / "six", "form_13f = false"), 120))
    assert not any("13F" in one for one in plan["told"])
