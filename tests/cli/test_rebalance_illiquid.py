"""``taxlots rebalance`` and illiquid classes: windows, gates, notices, calls, and appraisals."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from fixtures.households.six_classes import write_household
from tests.cli.running import taxlots

FUND = 'class = "private equity"'


@pytest.fixture
def household(tmp_path: Path) -> Path:
    """Private equity at 10 % against 5 %, and nobody locks it."""
    made = tmp_path / "household"
    write_household(made, has_overrides=False)
    targets = (made / "targets.csv").read_text()
    targets = targets.replace("private equity,0.10,0.05,0.15", "private equity,0.05,0.03,0.07")
    (made / "targets.csv").write_text(targets.replace("us bonds,0.20,", "us bonds,0.25,"))
    bands = (made / "targets.csv").read_text().replace("0.25,0.17,0.23", "0.25,0.22,0.28")
    (made / "targets.csv").write_text(bands)
    return made


def state(made: Path, keys: str) -> Path:
    toml = made / "book.toml"
    head = 'illiquid = ["private equity"]\n'
    toml.write_text(toml.read_text().replace(head, head + keys))
    return made


def dealt(side: str, gate: int) -> str:
    """A window of the day of the plan."""
    keys = f'{FUND}, date = 2024-12-31, side = "{side}", most_percent = {gate}'
    return f"windows = [{{{keys}}}]\n"


def planned(made: Path, *options: str) -> dict[str, Any]:
    ran = taxlots("rebalance", made, *options, "--json")
    assert ran.status == 0, ran.err
    found: dict[str, Any] = json.loads(ran.out)
    found["fund"] = [one for one in found["trades"] if one["symbol"] == "PRIV"]
    return found


def test_without_a_window_nothing_is_dealt_and_the_next_notice_is_told(household: Path) -> None:
    later = f"windows = [{{{FUND}, date = 2025-03-31, notice_days = 45, most_percent = 20}}]\n"
    found = planned(state(household, later))
    assert found["fund"] == []
    assert (
        "private equity: give notice by 2025-02-14 to redeem 20000.00 on 2025-03-31"
        in found["told"]
    )


@pytest.mark.parametrize("gate", [25, 50])
def test_a_window_is_dealt_as_far_as_its_gate(household: Path, gate: int) -> None:
    found = planned(state(household, dealt("redeem", gate)))
    (sold,) = found["fund"]
    assert sold["action"] == "SELL"
    assert 0 < Decimal(sold["amount"]) <= gate * 1000
    assert "private equity is dealt on this day" in found["told"]


def test_a_window_for_subscriptions_redeems_nothing(household: Path) -> None:
    found = planned(state(household, dealt("subscribe", 100)))
    assert found["fund"] == []


def test_calls_are_kept_in_cash(household: Path) -> None:
    calls = f"calls = [{{{FUND}, date = 2025-02-14, amount = 30000.00}}]\n"
    found = planned(state(household, calls))
    assert (
        "30000.00 is kept in cash for the calls of private equity until 2025-03-31"
        in (found["told"])
    )
    (joint,) = [one for one in found["cash"] if one["account"] == "joint"]
    assert Decimal(joint["after"]) >= 30000


def test_calls_that_nobody_can_pay_are_named(household: Path) -> None:
    calls = f"calls = [{{{FUND}, date = 2025-02-14, amount = 3000000.00}}]\n"
    ran = taxlots("rebalance", state(household, calls))
    assert ran.status == 1
    assert "CALLS_NOT_COVERED: Calls of 3000000.00 come" in ran.err
    assert "The most is " in ran.err


def thinned(made: Path, symbol: str) -> Path:
    """Only appraisals of quarter-ends, the last one three months old."""
    prices = made / "prices.csv"
    lines = prices.read_text().splitlines()
    kept = [
        one
        for one in lines
        if f",{symbol}," not in one
        or (one[5:7] in ("03", "06", "09", "12") and not one.startswith("2024-12"))
    ]
    prices.write_text("\n".join(kept) + "\n")
    return made


def test_a_fund_with_appraisals_alone_stops_no_plan(household: Path) -> None:
    found = planned(thinned(household, "PRIV"))
    assert any(
        one.startswith("PRIV is appraised: it is taken to move as all others") and "a year" in one
        for one in found["told"]
    )
    (fund,) = [one for one in found["classes"] if one["name"] == "private equity"]
    assert float(fund["before"]) > 0.09


def test_a_liquid_security_without_closes_still_does(household: Path) -> None:
    thinned(household, "GOLD")
    prices = household / "prices.csv"
    prices.write_text(prices.read_text() + "2024-12-31,GOLD,50.00\n")
    ran = taxlots("rebalance", household)
    assert (ran.status, "TOO_FEW_CLOSES: The closes of GOLD" in ran.err) == (1, True)


@pytest.mark.parametrize(
    "window",
    ["date = 2025-03-31", f'{FUND}, date = "soon"', f"{FUND}, date = 2025-03-31, gate = 5"],
)
def test_a_window_that_cannot_be_read_is_named(household: Path, window: str) -> None:
    ran = taxlots("drift", state(household, f"windows = [{{{window}}}]\n"))
    assert ran.status == 1
    assert "book.toml:rebalance.targets:windows: BAD_VALUE" in ran.err


def test_windows_of_a_liquid_class_and_a_rest_into_an_illiquid_one_are_named(
    household: Path,
) -> None:
    state(household, 'windows = [{class = "gold", date = 2025-03-31}]\n')
    toml = household / "book.toml"
    timing = '[rebalance.timing]\nvolatility_into = "private equity"\n'
    toml.write_text(toml.read_text() + timing)
    ran = taxlots("drift", household)
    assert ran.status == 1
    assert "rebalance.targets:windows: BAD_VALUE: Windows = 'gold'" in ran.err
    assert "rebalance.timing:volatility_into: BAD_VALUE" in ran.err
