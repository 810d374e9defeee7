"""``taxlots rebalance``: the part of a day's volume that is traded, and the volatility target."""

from decimal import Decimal
from pathlib import Path

from tests.cli.test_rebalance_timing import NO_CASH, RELATIVE, moving, planned, weight


def test_no_more_than_a_part_of_the_volume_is_traded_and_the_rest_is_told(tmp_path: Path) -> None:
    """A tenth of 200 shares a day: 20 of the 30 US equities that are above their band."""
    made = moving(tmp_path / "b", RELATIVE + NO_CASH + "risk_aversion = 500\n")
    assert max(Decimal(one["amount"]) for one in planned(made)["trades"]) > 2000
    securities = made / "securities.csv"
    text = securities.read_text().replace("us equities,", "us equities,200")
    securities.write_text(text)
    toml = made / "book.toml"
    toml.write_text(toml.read_text() + "adv_percent = 10\n")
    found = planned(made)
    (sold,) = [one for one in found["trades"] if one["symbol"] == "USA"]
    assert Decimal(sold["amount"]) <= 2000
    assert any(
        one.startswith("USA: 20 shares are traded at most, by its volume of 1 day")
        for one in found["told"]
    )


def test_less_of_what_moves_is_held_and_the_rest_is_cash(tmp_path: Path) -> None:
    scaled = "[rebalance.timing]\nvolatility_target_percent = 2\n"
    more = NO_CASH.replace("cash_drag_percent = 3\n", "risk_aversion = 500\n")
    found = planned(moving(tmp_path / "b", RELATIVE + scaled + more))
    said = next(one for one in found["told"] if one.startswith("The mix has a volatility of"))
    scale = float(said.partition("hold ")[2].split()[0])
    assert 0 < scale < 1
    assert abs(weight(found, "us equities", "target") - 0.30 * scale) < 0.01
    assert weight(found, "us equities", "after") < 0.32
