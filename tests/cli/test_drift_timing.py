"""``taxlots drift``: when a trade waits, and when it hurries, by ``[rebalance.timing]``."""

import re
from pathlib import Path

import pytest
from tests.cli.drifting import DAY, asked, written
from tests.cli.running import SAMPLE, taxlots

MOMENTUM = (
    '[rebalance.bands]\nsystem = "relative"\nrelative_percent = 10\n'
    "[rebalance.timing]\nmomentum = true\n"
)


def test_the_trim_of_a_winner_waits_inside_the_hard_band(tmp_path: Path) -> None:
    """35 % against 30 %: beyond 33 %, inside the outer band of 36 %."""
    found = asked(written(tmp_path / "b", MOMENTUM))
    us = found["by_name"]["us equities"]
    assert (us["breach"], us["waits"], us["trade"]) == ("above", True, "0.00")
    assert found["is_due"] is False
    assert "us equities: the trim waits: momentum is +" in found["timing"][0]
    hard = asked(written(tmp_path / "c", MOMENTUM + "hard_band = 1.2\n"))
    assert hard["by_name"]["us equities"]["waits"] is False
    assert "beyond the hard band" in hard["timing"][0]


def test_flows_against_a_wait_end_it(tmp_path: Path) -> None:
    found = asked(written(tmp_path / "b", MOMENTUM + 'fund_flows = {"us equities" = -1.5}\n'))
    assert found["by_name"]["us equities"]["waits"] is False
    assert "fund flows have turned against it" in found["timing"][0]


def test_the_pace_of_buying_is_told(tmp_path: Path) -> None:
    toml = (
        '[rebalance.bands]\nsystem = "relative"\nrelative_percent = 8\n'
        "[rebalance.timing]\nbuy_pace_percent = 25\n"
    )
    found = asked(written(tmp_path / "b", toml))
    (said,) = [one for one in found["timing"] if one.startswith("developed equities: buy ")]
    assert "% of the gap at this look: -" in said


def test_a_buy_of_what_falls_waits_unless_it_is_dislocated(tmp_path: Path) -> None:
    toml = (
        '[rebalance.bands]\nsystem = "relative"\nrelative_percent = 8\n'
        "[rebalance.timing]\ndelay_buys = true\n"
    )
    found = asked(written(tmp_path / "b", toml))
    abroad = found["by_name"]["developed equities"]
    assert (abroad["breach"], abroad["waits"]) == ("below", True)
    forced = asked(written(tmp_path / "c", toml + "dislocation_z = 0.5\n"))
    assert forced["by_name"]["developed equities"]["waits"] is False
    assert "it is bought at once" in forced["timing"][-1]


def test_a_calendar_day_moves_everything_and_other_days_say_the_next(tmp_path: Path) -> None:
    toml = '[rebalance.timing]\ncalendar = "FREQ=MONTHLY;BYMONTHDAY=31"\n'
    found = asked(written(tmp_path / "b", toml))
    assert found["is_due"] is True
    assert found["by_name"]["bonds"]["trade"] == "3000.00"
    assert found["timing"] == [
        "Everything goes to its target by calendar on this day, and next on 2025-01-31"
    ]
    other = asked(tmp_path / "b", as_of="2024-12-30")
    assert other["is_due"] is False
    assert other["timing"][0].endswith("next on 2024-12-31, not on this day")


def test_bands_are_looked_at_on_their_days_only(tmp_path: Path) -> None:
    toml = (
        '[rebalance.bands]\nsystem = "relative"\nrelative_percent = 10\n'
        'look = "FREQ=WEEKLY;INTERVAL=2"\nlook_from = 2024-12-02\n'
    )
    found = asked(written(tmp_path / "b", toml))
    assert found["is_due"] is False
    assert found["timing"] == ["The bands are looked at next on 2025-01-13, not on this day"]
    assert asked(tmp_path / "b", as_of="2024-12-30")["is_due"] is True


def test_the_volatility_target_speaks_of_the_mix(tmp_path: Path) -> None:
    """The scale is the target over the volatility, within the dead band of a tenth of it."""
    toml = "[rebalance.timing]\nvolatility_target_percent = 1\nstep_percent = 25\n"
    (said,) = asked(written(tmp_path / "b", toml))["timing"]
    found = re.fullmatch(
        r"The mix has a volatility of (.+)%, the target is 1.0%: hold (.+) of it, the rest in cash",
        said,
    )
    assert found is not None
    volatility, scale = float(found[1]), float(found[2])
    assert abs(1 / volatility - scale) <= 0.1 * scale + 0.01


def test_the_volatility_target_moves_targets_and_what_is_inside_its_band(tmp_path: Path) -> None:
    toml = (
        '[rebalance.timing]\nvolatility_target_percent = 1\nvolatility_into = "bonds"\n'
        'volatility_of = ["us equities", "developed equities"]\n'
    )
    found = asked(written(tmp_path / "b", toml))["by_name"]
    scale = float(found["equities"]["target"]) / 0.5
    assert 0 < scale < 1
    assert float(found["bonds"]["target"]) == pytest.approx(0.35 + 0.5 * (1 - scale), abs=1e-5)
    assert float(found["equities"]["destination"]) == pytest.approx(0.5 * scale, abs=1e-5)
    assert float(found["gold"]["trade"]) == 0


def test_a_class_that_is_scaled_takes_no_rest(tmp_path: Path) -> None:
    toml = '[rebalance.timing]\nvolatility_target_percent = 1\nvolatility_into = "equities"\n'
    ran = taxlots("drift", written(tmp_path / "b", toml), "--as-of", DAY)
    assert (ran.status, "Equities cannot take what the volatility" in ran.err) == (1, True)


def test_a_recurrence_that_is_none_and_an_unknown_household_are_wrong_use(tmp_path: Path) -> None:
    made = written(tmp_path / "b", '[rebalance.timing]\ncalendar = "monthly"\n')
    assert taxlots("drift", made, "--as-of", DAY).status == 2
    ran = taxlots("drift", SAMPLE, "--household", "smith")
    assert (ran.status, "it has kessler" in ran.err) == (2, True)
