"""The tables of ``[rebalance]`` in book.toml."""

import tomllib
from datetime import date
from pathlib import Path

import pytest

from taxlots.domain.rebalance_keys import OF_BANDS, OF_TARGETS, OF_TIMING, from_mapping
from taxlots.domain.rebalance_rule import (
    BandRule,
    BandSystem,
    CapitalFlow,
    Destination,
    TargetRule,
    TargetSystem,
    TimingRule,
)
from taxlots.domain.target import COLUMNS


def test_every_table_at_once() -> None:
    text = """
        [targets]
        system = "trend"
        trend_of = ["equities"]
        trend_into = "bonds"
        trend_months = 12
        illiquid = ["private equity"]
        stand_in = "equities"
        calls = [{class = "private equity", date = 2021-03-31, amount = 5000.00}]
        [bands]
        system = "relative"
        relative_percent = 20
        destination = "half"
        look = "FREQ=WEEKLY;INTERVAL=2"
        classes = {gold = {system = "asymmetric", below_percent = 1, above_percent = "2.5"}}
        [timing]
        calendar = "FREQ=QUARTERLY"
        calendar_from = "2020-01-02"
        momentum = true
        hard_band = 1.5
    """
    rule, problems = from_mapping(tomllib.loads(text))
    assert not problems
    assert rule.targets == TargetRule(
        system=TargetSystem.TREND,
        trend_of=frozenset({"equities"}),
        trend_into="bonds",
        trend_months=12,
        illiquid=frozenset({"private equity"}),
        stand_in="equities",
        calls=(
            CapitalFlow(asset_class="private equity", day=date(2021, 3, 31), amount_cents=5_000_00),
        ),
    )
    assert rule.bands.system is BandSystem.RELATIVE
    assert (rule.bands.relative, rule.bands.destination) == (20_000_000, Destination.HALF)
    gold = rule.bands.of("gold")
    assert (gold.system, gold.below, gold.above) == (BandSystem.ASYMMETRIC, 1_000_000, 2_500_000)
    assert gold.destination is Destination.HALF
    assert rule.bands.of("bonds") is rule.bands
    assert rule.timing.calendar_from == date(2020, 1, 2)
    assert (rule.timing.momentum, rule.timing.hard_band) == (True, 15_000)


def test_nothing_stated_is_the_default() -> None:
    rule, problems = from_mapping({})
    assert not problems
    assert (rule.targets, rule.bands, rule.timing) == (TargetRule(), BandRule(), TimingRule())


@pytest.mark.parametrize(
    ("text", "where", "code"),
    [
        ("[bands]\nwidth = 3", "rebalance.bands:width", "UNKNOWN_KEY"),
        ("[bands]\nabsolute_percent = -1", "rebalance.bands:absolute_percent", "BAD_VALUE"),
        ("[bands]\nsystem = 'best'", "rebalance.bands:system", "BAD_VALUE"),
        ("[bands]\nclasses = 3", "rebalance.bands:classes", "BAD_VALUE"),
        ("[bands.classes]\ngold = 3", "rebalance.bands.classes.gold", "BAD_VALUE"),
        ("[bands]\nleast_percent = 30", "rebalance.bands:least_percent", "BAD_VALUE"),
        ("[timing]\nmomentum = 1", "rebalance.timing:momentum", "BAD_VALUE"),
        ("[timing]\ncalendar_from = 2020-01-02T10:00:00", "timing:calendar_from", "BAD_VALUE"),
        ("[targets]\nsystem = 'trend'\ntrend_of=['a']", "targets:trend_into", "MISSING_KEY"),
        ("[targets]\nilliquid = 'pe'", "rebalance.targets:illiquid", "BAD_VALUE"),
        ("[targets]\nregime_weights = {a = 0.5}", "targets.regime_weights", "BAD_VALUE"),
        ("[targets]\nregime_exit_percent = 50", "targets:regime_exit_percent", "BAD_VALUE"),
        ("[targets]\ncalls = [{class = 'a'}]", "rebalance.targets:calls", "BAD_VALUE"),
        ("[timing]\nfund_flows = {gold = 'much'}", "timing.fund_flows:gold", "BAD_VALUE"),
        ("bands = 3", "rebalance:bands", "BAD_VALUE"),
    ],
)
def test_each_wrong_key_is_told(text: str, where: str, code: str) -> None:
    _, problems = from_mapping(tomllib.loads(text))
    assert [p.code for p in problems] == [code]
    assert problems[0].where.endswith(where)


PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "targets.md").read_text("utf-8")


@pytest.mark.parametrize("key", sorted(OF_BANDS.names | OF_TARGETS.names | OF_TIMING.names))
def test_the_reference_names_the_key(key: str) -> None:
    assert f"`{key}" in PAGE or f", `{key}" in PAGE


def test_the_reference_names_every_system_and_column() -> None:
    for name in (*BandSystem, *Destination, *TargetSystem, *COLUMNS):
        assert f"`{name}" in PAGE or f'"{name}"' in PAGE


def test_every_field_has_a_key() -> None:
    for keys, rule in (
        (OF_BANDS, BandRule()),
        (OF_TARGETS, TargetRule()),
        (OF_TIMING, TimingRule()),
    ):
        fields = {name for name, _, _ in keys.numbers.values()}
        fields |= keys.names - set(keys.numbers)
        assert fields == set(rule.__slots__)
