"""``taxlots rebalance``: what looks, waits and paces of ``[rebalance.timing]`` do to the plan."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.cli.drifting import DAY, written
from tests.cli.running import taxlots

RELATIVE = '[rebalance.bands]\nsystem = "relative"\nrelative_percent = 8\n'
NO_LOOK = 'look = "FREQ=WEEKLY;INTERVAL=2"\nlook_from = 2024-12-02\n'
NO_CASH = "[rebalance.plan]\ncash_percent = 0\ncash_drag_percent = 3\nmin_trade = 1\n"


def moving(folder: Path, toml: str) -> Path:
    """The book of ``drifting``, with a private fund that moves as gold, and no volumes stated."""
    made = written(folder, toml)
    lines = (made / "prices.csv").read_text().splitlines()
    kept = [one for one in lines if ",PEF," not in one]
    kept += [one.replace(",GLD,", ",PEF,") for one in lines if ",GLD," in one]
    (made / "prices.csv").write_text("\n".join(kept) + "\n")
    securities = made / "securities.csv"
    securities.write_text(securities.read_text().replace(",1000\n", ",\n"))
    return made


def planned(made: Path, *options: str) -> dict[str, Any]:
    ran = taxlots("rebalance", made, *options, "--as-of", DAY, "--json")
    assert ran.status == 0, ran.err
    found: dict[str, Any] = json.loads(ran.out)
    found["by_name"] = {one["name"]: one for one in found["classes"]}
    return found


def weight(found: dict[str, Any], name: str, key: str) -> float:
    return float(found["by_name"][name][key])


def bought(found: dict[str, Any]) -> dict[str, Decimal]:
    return {
        one["symbol"]: Decimal(one["amount"]) for one in found["trades"] if one["action"] == "BUY"
    }


def test_what_falls_is_bought_by_flows_alone(tmp_path: Path) -> None:
    """A buy that waits: the plan buys none of it with what it sells, and all that cash funds."""
    made = moving(tmp_path / "b", RELATIVE + "[rebalance.timing]\ndelay_buys = true\n" + NO_CASH)
    found = planned(made)
    assert "EUR" not in bought(found)
    assert any(one.startswith("developed equities: the buy waits") for one in found["told"])
    (made / "cash.csv").write_text(f"account,date,amount\nbrokerage,{DAY},2000.00\n")
    funded = planned(made)
    assert 0 < bought(funded)["EUR"] <= 2000


def test_a_pace_limits_what_is_bought_of_a_gap(tmp_path: Path) -> None:
    timing = "[rebalance.timing]\nbuy_pace_percent = {}\ndislocation_z = 9\n"
    at_once = planned(moving(tmp_path / "a", RELATIVE + NO_CASH))
    slow = planned(moving(tmp_path / "b", RELATIVE + timing.format(25) + NO_CASH))
    gap = weight(at_once, "developed equities", "wanted") - 0.18
    assert gap > 0
    assert abs(weight(slow, "developed equities", "wanted") - (0.18 + 0.25 * gap)) < 1e-4
    assert weight(slow, "developed equities", "after") <= 0.18 + 0.25 * gap + 1e-6
    assert any("buy 25% of the gap at this look" in one for one in slow["told"])


def test_between_looks_only_flows_trade_towards_the_targets(tmp_path: Path) -> None:
    """US equities are above their band and stay there; a withdrawal comes from them."""
    made = moving(tmp_path / "b", RELATIVE + NO_LOOK + NO_CASH)
    still = planned(made)
    assert still["trades"] == []
    assert any("looked at next on 2025-01-13" in one for one in still["told"])
    (made / "cash.csv").write_text(f"account,date,amount\nbrokerage,{DAY},3000.00\n")
    flowing = planned(made)
    assert {one["action"] for one in flowing["trades"]} == {"BUY"}
    assert set(bought(flowing)) <= {"BND", "EUR"}
    (made / "cash.csv").unlink()
    asked = planned(made, "--withdraw", "2990")  # 30 shares raise it, with what selling costs
    assert {one["action"] for one in asked["trades"]} == {"SELL"}
    assert {one["symbol"] for one in asked["trades"]} == {"USA"}


def test_the_last_share_of_a_withdrawal_comes_from_where_the_others_do(tmp_path: Path) -> None:
    """3,000.00 are 30 shares, and what selling them costs is a 31st: no bond is sold for it."""
    made = moving(tmp_path / "b", RELATIVE + NO_LOOK + NO_CASH)
    for amount, shares in (("3000", "31"), ("3090", "31"), ("3100", "32")):
        asked = planned(made, "--withdraw", amount)
        assert [(one["action"], one["symbol"], one["quantity"]) for one in asked["trades"]] == [
            ("SELL", "USA", shares)
        ]
        assert Decimal(asked["cash"][0]["after"]) >= Decimal(amount)
