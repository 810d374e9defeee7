"""The ``[harvest]`` table of book.toml."""

import tomllib
from dataclasses import fields, replace
from datetime import date
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
    opinion_to_come,
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
        same_index_opinion_by = "A. Lee, CPA"
        same_index_opinion_date = 2024-01-15
        without_replacement = "cash"
        partly_washed = "sell"
        scheduled = "tell"
        whole_shares = false
        switch_back = "never"
        harvest_bonds = true
        exclude = ["ABC"]
        exclude_accounts = ["main"]
        data_age_days = 3
        lot_tolerance = 0.05
    """
    rule, problems = from_mapping(tomllib.loads(text))
    assert not problems
    assert rule == HarvestRule(
        min_loss_cents=100_00,
        min_loss_ratio=2_500_000,
        min_tax_saved_cents=25_00,
        strict=False,
        allow_same_index=True,
        same_index_opinion_by="A. Lee, CPA",
        same_index_opinion_date=date(2024, 1, 15),
        without_replacement=WithoutReplacement.CASH,
        partly_washed=PartlyWashed.SELL,
        scheduled=ScheduledPurchases.TELL,
        whole_shares=False,
        switch_back=SwitchBackPolicy.NEVER,
        harvest_bonds=True,
        exclude=frozenset({"ABC"}),
        exclude_accounts=frozenset({"main"}),
        data_age_days=3,
        lot_tolerance_cents=5,
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
        ("same_index_opinion_by", " "),
        ("same_index_opinion_by", 5),
        ("same_index_opinion_date", "last week"),
        ("same_index_opinion_date", 2024),
        ("data_age_days", 1.5),
    ],
)
def test_a_value_that_cannot_be_read_is_an_error_and_keeps_the_default(
    key: str, value: object
) -> None:
    rule, (problem,) = from_mapping({key: value})
    assert rule == HarvestRule()
    assert (problem.where, problem.code) == (f"book.toml:harvest:{key}", "BAD_VALUE")


class TestOneIndex:
    """``allow_same_index`` for a whole book is an opinion: it has a name and a date.

    A security that tracks the same index is not proposed unless the policy allows it, with
    opinion, date and name, because Pub. 550 asks for all facts and circumstances.
    """

    BY = "same_index_opinion_by"
    DAY = "same_index_opinion_date"

    @pytest.mark.parametrize(
        ("stated", "lacking"),
        [
            ({}, [BY, DAY]),
            ({BY: "A. Lee, CPA"}, [DAY]),
            ({DAY: "2024-01-15"}, [BY]),
        ],
    )
    def test_without_a_named_and_dated_opinion_the_switch_is_an_error(
        self, stated: dict[str, object], lacking: list[str]
    ) -> None:
        _, (problem,) = from_mapping({"allow_same_index": True, **stated})
        assert (problem.where, problem.code) == (
            "book.toml:harvest:allow_same_index",
            "NO_OPINION",
        )
        assert [key for key in (self.BY, self.DAY) if key in problem.remedy] == lacking

    def test_a_key_that_cannot_be_read_is_told_once(self) -> None:
        stated = {"allow_same_index": True, self.BY: "A. Lee, CPA", self.DAY: "soon"}
        _, (problem,) = from_mapping(stated)
        assert problem.where == f"book.toml:harvest:{self.DAY}"

    @pytest.mark.parametrize(("day", "codes"), [(14, ["OPINION_TO_COME"]), (15, []), (16, [])])
    def test_an_opinion_holds_from_its_day_on(self, day: int, codes: list[str]) -> None:
        stated = {"allow_same_index": True, self.BY: "A. Lee, CPA", self.DAY: "2024-01-15"}
        rule, problems = from_mapping(stated)
        assert not problems
        assert [p.code for p in opinion_to_come(rule, date(2024, 1, day))] == codes

    def test_an_opinion_without_the_switch_changes_nothing(self) -> None:
        rule, problems = from_mapping({self.BY: "A. Lee, CPA", self.DAY: "2024-01-15"})
        assert not problems
        assert not rule.allow_same_index
        assert not opinion_to_come(rule, date(2020, 1, 1))


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
