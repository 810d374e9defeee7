"""Sleeves: what targets speak of, on a day, and where a security belongs."""

from datetime import date

from taxlots.domain.security import Security
from taxlots.domain.target import targets_from
from taxlots.plan.sleeves import Sleeves, reweighted, room_cents, sleeves_of

SECURITIES = {
    name: Security(symbol=name, asset_class=of)
    for name, of in (("VTI", "us"), ("VEA", "abroad"), ("BND", "bonds"), ("GLD", "gold"))
}
ROWS = (
    {"asset_class": "equities", "weight": "0.6"},
    {"asset_class": "us", "parent": "equities", "weight": "0.4", "band_high": "0.5"},
    {"asset_class": "abroad", "parent": "equities", "weight": "0.2"},
    {"asset_class": "bonds", "weight": "0.3", "tilt": "0.05", "from": "2024-01-01"},
)


def sleeves_on(day: str, *rows: dict[str, str]) -> Sleeves:
    table = [{"household": "home"} | row for row in (rows or ROWS)]
    targets, problems = targets_from(table)
    assert not [p for p in problems if p.severity == "error"]
    return sleeves_of(targets, "home", date.fromisoformat(day), SECURITIES)


def weights(sleeves: Sleeves) -> dict[str, float]:
    return {one.name: round(one.weight / 10**8, 4) for one in sleeves.items}


def test_the_leaves_of_the_tree_are_the_sleeves_and_the_rest_is_cash() -> None:
    assert weights(sleeves_on("2023-06-01")) == {"us": 0.4, "abroad": 0.2, "bonds": 0.3, "": 0.0}


def test_others_make_room_for_a_tilt_in_proportion() -> None:
    """Bonds gain 5 of 90 percentage points that are invested; equities fall from 60 to 55.5."""
    found = weights(sleeves_on("2024-06-01"))
    assert round(sum(found.values()), 4) == 0.9
    assert found["bonds"] == 0.345
    assert found["us"] == round(0.555 * 2 / 3, 4)


def test_a_band_moves_with_its_target() -> None:
    found = sleeves_on("2024-06-01")
    us = found.items[found.names.index("us")]
    assert us.band_high == us.weight + 10_000_000


def test_a_security_belongs_to_its_own_row_its_class_or_to_none() -> None:
    own = {"symbol": "VEA", "parent": "", "weight": "0.3"}
    found = sleeves_on("2024-06-01", own, {"asset_class": "us", "weight": "0.7"})
    assert [found.place(name) for name in ("VEA", "VTI", "BND", "XYZ")] == [0, 1, 2, 2]
    assert list(found.symbols(0)) == ["VEA"]
    assert list(found.symbols(1)) == ["VTI"]


def test_a_rule_may_state_other_targets() -> None:
    found = reweighted(sleeves_on("2023-06-01"), {"us": 0.7, "abroad": 0.1, "bonds": 0.2})
    assert weights(found) == {"us": 0.63, "abroad": 0.09, "bonds": 0.18, "": 0.0}
    us = found.items[found.names.index("us")]
    assert us.band_high == us.weight


def test_room_is_what_the_band_leaves() -> None:
    found = sleeves_on("2023-06-01")
    us = found.items[found.names.index("us")]
    assert room_cents(us, 300_00, 1_000_00) == 200_00
    assert room_cents(us, 600_00, 1_000_00) == 0
