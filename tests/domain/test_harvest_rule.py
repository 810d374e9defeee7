"""The ``[harvest]`` table of book.toml."""

import tomllib
from dataclasses import fields, replace
from decimal import Decimal

import pytest

from taxlots.domain.harvest_rule import (
    AMOUNTS,
    KEYS,
    OF_THE_BOOK,
    Goal,
    HarvestRule,
    PartlyWashed,
    ScheduledPurchases,
    SwitchBackPolicy,
    WithoutReplacement,
    from_mapping,
    rules_of_returns,
    unknown_names,
)


def test_every_key_at_once() -> None:
    text = """
        min_loss = 100.00
        min_loss_percent = 2.5
        min_tax_saved = "25"
        strict = false
        allow_same_index = true
        without_replacement = "cash"
        partly_washed = "sell"
        scheduled = "tell"
        whole_shares = false
        switch_back = "never"
        harvest_bonds = true
        exclude = ["ABC"]
        exclude_accounts = ["main"]
    """
    rule, problems = from_mapping(tomllib.loads(text))
    assert not problems
    assert rule == HarvestRule(
        min_loss_cents=100_00,
        min_loss_ratio=2_500_000,
        min_tax_saved_cents=25_00,
        strict=False,
        allow_same_index=True,
        without_replacement=WithoutReplacement.CASH,
        partly_washed=PartlyWashed.SELL,
        scheduled=ScheduledPurchases.TELL,
        whole_shares=False,
        switch_back=SwitchBackPolicy.NEVER,
        harvest_bonds=True,
        exclude=frozenset({"ABC"}),
        exclude_accounts=frozenset({"main"}),
    )


def test_every_field_has_a_key() -> None:
    of_keys = {field for field, *_ in AMOUNTS.values()} | (KEYS - set(AMOUNTS))
    assert {field.name for field in fields(HarvestRule)} == of_keys


def test_a_decimal_is_read_exactly() -> None:
    assert from_mapping({"min_loss": Decimal("0.07")})[0].min_loss_cents == 7
    assert from_mapping({"min_loss": 0.07})[0].min_loss_cents == 7


def test_an_unknown_key_is_an_error() -> None:
    (problem,) = from_mapping({"min_los": 100})[1]
    assert (problem.where, problem.code) == ("book.toml:harvest:min_los", "UNKNOWN_KEY")
    assert "min_loss" in problem.remedy


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("min_loss", -1),
        ("min_loss", "ten"),
        ("min_loss", 0.001),
        ("min_loss", True),
        ("min_loss", float("nan")),
        ("min_loss", float("inf")),
        ("min_loss_percent", "2.5%"),
        ("strict", "yes"),
        ("strict", 1),
        ("partly_washed", "maybe"),
        ("partly_washed", True),
        ("exclude", "ABC"),
        ("exclude", [1]),
    ],
)
def test_a_value_that_cannot_be_read_is_an_error_and_keeps_the_default(
    key: str, value: object
) -> None:
    rule, (problem,) = from_mapping({key: value})
    assert rule == HarvestRule()
    assert (problem.where, problem.code) == (f"book.toml:harvest:{key}", "BAD_VALUE")


def test_a_name_that_excludes_nothing_is_a_warning() -> None:
    rule = HarvestRule(exclude=frozenset({"ABC", "ABD"}), exclude_accounts=frozenset({"mian"}))
    found = unknown_names(rule, {"ABC"}, {"main"})
    assert [p.where for p in found] == [
        "book.toml:harvest:exclude",
        "book.toml:harvest:exclude_accounts",
    ]
    assert "'ABD'" in found[0].message


class TestReturns:
    """``[harvest.returns.NAME]``: what is otherwise for one tax return."""

    def test_a_return_states_what_differs_from_the_book(self) -> None:
        mapping = tomllib.loads("""
            min_loss = 100
            hurdle_percent = 20.0
            [returns.smith]
            goal = "target"
            goal_amount = 500.00
            allow_wash = ["buy_buy_sell"]
        """)
        rule, problems = from_mapping(mapping)
        rules, told = rules_of_returns(mapping, rule, {"smith"})
        assert not problems + told
        assert rule.hurdle_ratio == 20_000_000
        assert rules == {
            "smith": replace(
                rule,
                goal=Goal.TARGET,
                goal_cents=500_00,
                allow_wash=frozenset({"buy_buy_sell"}),
            )
        }

    @pytest.mark.parametrize("key", sorted(OF_THE_BOOK))
    def test_readings_of_the_law_are_those_of_the_book(self, key: str) -> None:
        """Purchases of one return replace losses of another in the same household."""
        _, (problem,) = rules_of_returns(
            {"returns": {"smith": {key: True}}}, HarvestRule(), ["smith"]
        )
        assert (problem.where, problem.code) == (
            f"book.toml:harvest.returns.smith:{key}",
            "UNKNOWN_KEY",
        )

    @pytest.mark.parametrize(
        ("returns", "where", "code"),
        [
            ({"smiht": {}}, "book.toml:harvest.returns.smiht", "UNKNOWN_NAME"),
            ({"smith": 5}, "book.toml:harvest.returns.smith", "BAD_VALUE"),
            ("smith", "book.toml:harvest.returns", "BAD_VALUE"),
            ({"smith": {"goal": "more"}}, "book.toml:harvest.returns.smith:goal", "BAD_VALUE"),
            (
                {"smith": {"allow_wash": ["sell_buy"]}},
                "book.toml:harvest.returns.smith:allow_wash",
                "BAD_VALUE",
            ),
            (
                {"smith": {"later_sale_rate": 1.5}},
                "book.toml:harvest.returns.smith:later_sale_rate",
                "BAD_VALUE",
            ),
        ],
    )
    def test_what_cannot_be_read_is_told(self, returns: object, where: str, code: str) -> None:
        _, (problem,) = rules_of_returns({"returns": returns}, HarvestRule(), ["smith"])
        assert (problem.where, problem.code) == (where, code)
