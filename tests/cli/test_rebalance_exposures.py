"""What a rebalance does to beta, duration and currencies, where the book states them."""

import json
import re
from decimal import Decimal
from pathlib import Path

import pytest
from fixtures.households.six_classes import write_household
from tests.cli.running import taxlots

EXPOSURES = (
    "symbol,beta,duration,currency\n"
    "USEQ,1.0,0,USD\nDEV1,0.9,0,EUR\nDEV2,0.9,0,EUR\nUSB1,0,6,USD\nUSB2,0,6.2,USD\n"
    "GLOB,0,7,USD\nGOLD,0,0,USD\nPRIV,1.2,0,USD\n"
)
HEDGES = (
    "currency,ratio,spot,band,rate,home_rate,spread,sold\nEUR,0.5,1.04,0.02,0.03,0.045,,80000\n"
)
BETAS = {"USEQ": Decimal("1.0"), "DEV1": Decimal("0.9"), "DEV2": Decimal("0.9")}


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[dict[str, str]]]:
    folder: Path = tmp_path_factory.mktemp("exposures") / "six"
    write_household(folder)
    (folder / "exposures.csv").write_text(EXPOSURES, encoding="utf-8")
    (folder / "currency_hedges.csv").write_text(HEDGES, encoding="utf-8")
    done = taxlots("rebalance", folder, "--json")
    assert done.status == 0, done.err
    found: dict[str, list[dict[str, str]]] = json.loads(done.out)
    return found


def told(plan: dict[str, list[dict[str, str]]], start: str) -> list[Decimal]:
    """The numbers of the sentence that starts so."""
    (sentence,) = (str(one) for one in plan["told"] if str(one).startswith(start))
    return [Decimal(one) for one in re.findall(r"-?\d+\.?\d*", sentence)]


def moved(plan: dict[str, list[dict[str, str]]], symbol: str) -> Decimal:
    sign = {"BUY": 1, "SELL": -1}
    return sum(
        (Decimal(one["amount"]) * sign[one["action"]] for one in plan["trades"]
         if one["symbol"] == symbol),
        Decimal(0),
    )  # fmt: skip


def test_the_change_of_beta_is_that_of_the_trades(plan: dict[str, list[dict[str, str]]]) -> None:
    before, after = told(plan, "the plan takes beta")
    assert after - before == sum(beta * moved(plan, name) for name, beta in BETAS.items())


def test_a_hedge_that_the_trades_take_out_of_its_band_is_brought_back(
    plan: dict[str, list[dict[str, str]]],
) -> None:
    """Half of the euros are to be sold forward; 80,000 are, of those of before the trades."""
    _, after = told(plan, "the plan takes the exposure to EUR")
    units, *_ = told(plan, "after the plan sell")
    wanted = after / Decimal("1.04") / 2
    assert abs(80_000 + units - wanted) < Decimal("0.01")


def test_a_book_without_exposures_tells_none(tmp_path: Path) -> None:
    write_household(tmp_path / "six")
    done = taxlots("rebalance", tmp_path / "six", "--json")
    assert not [one for one in json.loads(done.out)["told"] if "takes beta" in one]
