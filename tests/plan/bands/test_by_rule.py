"""The bands of a tree, by the rule of each class."""

from dataclasses import replace

import numpy as np
import pytest

from taxlots.domain.problem import UsageError
from taxlots.domain.rebalance_rule import BandRule, BandSystem, Destination
from taxlots.plan.bands.by_rule import bands_by_rule
from taxlots.plan.bands.widths import volatility_scaled
from taxlots.plan.targets.hierarchy import flat, tree_of

RULE = BandRule()
TARGET = np.array([0.6, 0.3, 0.1])
COVARIANCE = np.diag([0.04, 0.01, 0.09])


def widths(*rules: BandRule, target: np.ndarray = TARGET) -> list[tuple[float, float]]:
    found = bands_by_rule(flat("abc"), target, rules, covariance=COVARIANCE).bands
    pairs = zip(target - found.low, found.high - target, strict=True)
    return [(round(float(low), 8), round(float(high), 8)) for low, high in pairs]


def test_each_class_has_its_own_system_and_destination() -> None:
    rules = (
        replace(RULE, system=BandSystem.RELATIVE, relative=20_000_000),
        replace(RULE, system=BandSystem.ASYMMETRIC, below=1_000_000, above=4_000_000),
        replace(RULE, destination=Destination.FRACTION),
    )
    assert widths(*rules) == [(0.12, 0.12), (0.01, 0.04), (0.025, 0.025)]
    found = bands_by_rule(flat("abc"), TARGET, rules)
    assert found.parts.tolist() == [1.0, 1.0, 0.875]


def test_no_band_is_wider_than_the_most_or_narrower_than_the_least() -> None:
    wide = replace(RULE, system=BandSystem.ABSOLUTE, absolute=30_000_000)
    small = replace(RULE, system=BandSystem.ABSOLUTE, absolute=0)
    assert widths(wide, small, small) == [(0.2, 0.2), (0.001, 0.001), (0.001, 0.001)]


def test_risk_is_weighed_among_siblings_and_scaled_to_their_parent() -> None:
    """Two parts of a half: as two classes of a whole, and half as wide."""
    tree = tree_of({"x": "", "y": "", "x1": "x", "x2": "x"})
    target = np.array([0.5, 0.5, 0.3, 0.2])
    rule = replace(RULE, system=BandSystem.VOLATILITY, most=10**8)
    covariance = np.diag([0.02, 0.03, 0.04, 0.01])
    found = bands_by_rule(tree, target, [rule] * 4, covariance=covariance)
    alone = volatility_scaled(np.array([0.6, 0.4]), np.diag([0.04, 0.01]))
    assert found.bands.high[2:] - target[2:] == pytest.approx(
        (alone.high - np.array([0.6, 0.4])) / 2
    )
    assert found.because[2] == "x1: volatility 20.0% a year"


def test_systems_that_rest_on_risk_say_why() -> None:
    rule = replace(RULE, system=BandSystem.COST_BENEFIT, cost=100_000, tax=2_000_000)
    found = bands_by_rule(flat("abc"), TARGET, [rule] * 3, covariance=COVARIANCE)
    assert "a: Against the rest it moves by" in found.because[0]
    assert "A dollar bought costs 10.0 bps, a dollar sold 210.0 bps" in found.because[0]
    classes = replace(RULE, system=BandSystem.BY_CLASS)
    days = np.array([0.0, 3.0, 0.5])
    found = bands_by_rule(
        flat("abc"), TARGET, [classes] * 3, covariance=COVARIANCE, days_to_trade=days
    )
    assert found.because[1] == "b: volatility 10.0%, cost 10 bps, 3.0 days of volume"


def test_without_volatilities_they_are_refused() -> None:
    rule = replace(RULE, system=BandSystem.VOLATILITY)
    with pytest.raises(UsageError, match="add closes, or use absolute"):
        bands_by_rule(flat("abc"), TARGET, [rule] * 3)
    unknown = COVARIANCE.copy()
    unknown[1] = np.nan
    with pytest.raises(UsageError, match="need closes of all the classes"):
        bands_by_rule(flat("abc"), TARGET, [rule] * 3, covariance=unknown)
