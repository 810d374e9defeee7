"""The switch-back calendar: what each policy says of a proxy with a loss, no gain, or a gain."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from tests.plan.situations import World, days_ago, units

from taxlots.domain.harvest_rule import HarvestRule, SwitchBackPolicy
from taxlots.domain.restriction import HeldSwap, Origin, Recommendation, SwitchBack
from taxlots.plan.harvest import plan
from taxlots.plan.switch_back import recommended

SOLD, FIRST, LONG = date(2021, 3, 1), date(2021, 4, 1), date(2022, 3, 2)

GO = (Recommendation.RETURN, FIRST)
WAIT = (Recommendation.WAIT, LONG)


@pytest.mark.parametrize(
    ("policy", "at_a_loss", "without_gain", "at_a_gain"),
    [
        ("not_at_short_term_gain", GO, GO, WAIT),
        (
            "at_a_loss",
            GO,
            (Recommendation.WAIT, FIRST),
            (Recommendation.KEEP, FIRST),
        ),
        ("at_long_term", WAIT, WAIT, WAIT),
        (
            "after_days",
            (Recommendation.RETURN, date(2021, 4, 30)),
            (Recommendation.RETURN, date(2021, 4, 30)),
            (Recommendation.RETURN, date(2021, 4, 30)),
        ),
        ("within_budget", GO, GO, WAIT),
        ("always", GO, GO, GO),
        ("never", (Recommendation.KEEP, FIRST), (Recommendation.KEEP, FIRST), None),
    ],
)
def test_what_a_policy_recommends(
    policy: str, at_a_loss: object, without_gain: object, at_a_gain: object
) -> None:
    rule = HarvestRule(switch_back=SwitchBackPolicy(policy), switch_back_days=60)
    for gain, expected in ((-1, at_a_loss), (0, without_gain), (1, at_a_gain)):
        if expected is not None:
            found = recommended(rule, gain, FIRST, SOLD, LONG, is_affordable=False)
            assert found == expected, gain


def test_a_long_term_gain_is_no_reason_to_wait() -> None:
    for policy in ("not_at_short_term_gain", "at_long_term"):
        rule = HarvestRule(switch_back=SwitchBackPolicy(policy))
        assert recommended(rule, 1, LONG, SOLD, LONG, is_affordable=False) == (
            Recommendation.RETURN,
            LONG,
        )


def held(rule: HarvestRule, price: str, **fields: Any) -> tuple[SwitchBack, ...]:
    """100 ABC sold 40 days ago at a loss, 40 XYZ bought for 800 on that day, at today's price."""
    w = World({"ABC": "8", "XYZ": price}, proxies=[("ABC", "XYZ")], rule=rule)
    w.lot("proxy", 40, "XYZ", 800, 40)
    swap = HeldSwap(
        account="main",
        symbol="ABC",
        sold_quantity=units(100),
        sold_on=days_ago(40),
        proxy_lot_id="proxy",
    )
    return plan(replace(w.situation(), held_swaps=[swap], **fields)).switch_backs


def test_a_proxy_that_is_held_shows_its_trapped_gain() -> None:
    """A gain of 100 for 40 days: 40 % of it now, 20 % from the anniversary on."""
    (row,) = held(HarvestRule(switch_back=SwitchBackPolicy.ALWAYS), "22.50")
    assert (row.origin, row.proxy_lot_id, row.first_day) == (
        Origin.BOOKS,
        "proxy",
        date(2020, 12, 31),
    )
    assert (row.estimated_gain_cents, row.tax_cents, row.is_long) == (100_00, 40_00, False)
    assert row.recommendation is Recommendation.RETURN
    (row,) = held(HarvestRule(), "22.50")
    assert (row.recommendation, row.day) == (Recommendation.WAIT, date(2021, 11, 22))
    assert (row.tax_cents, row.is_long) == (20_00, True)


def test_the_gain_worth_returning_sets_the_rates_against_the_moves() -> None:
    """10 % a year apart, 326 days, aversion 2: 900 * 1 % * 326 / 365 = 8.04, at 20 % apart."""
    (row,) = held(
        HarvestRule(risk_aversion_hundredths=200),
        "22.50",
        tracking_ppm={("ABC", "XYZ"): 100_000},
        volatility_ppm={"XYZ": 200_000},
    )
    assert row.worth_gain_cents == 40_20
    assert row.likely_move_cents == 170_11  # 900 * 20 % * sqrt(326 / 365)


def test_a_budget_is_spent_row_by_row() -> None:
    rule = HarvestRule(switch_back=SwitchBackPolicy.WITHIN_BUDGET, switch_back_budget_cents=50_00)
    w = World({"ABC": "8", "XYZ": "22.50"}, proxies=[("ABC", "XYZ")], rule=rule)
    swaps = []
    for name in ("one", "two"):
        w.lot(name, 40, "XYZ", 800, 40)
        swaps.append(
            HeldSwap(
                account="main",
                symbol="ABC",
                sold_quantity=units(50),
                sold_on=days_ago(40),
                proxy_lot_id=name,
            )
        )
    rows = plan(replace(w.situation(), held_swaps=swaps)).switch_backs
    assert [row.recommendation for row in rows] == [Recommendation.RETURN, Recommendation.WAIT]


def test_a_later_loss_on_the_security_puts_the_first_day_off() -> None:
    w = World({"ABC": "8", "XYZ": "20"}, proxies=[("ABC", "XYZ")])
    w.lot("proxy", 40, "XYZ", 800, 40)
    w.sold_at_a_loss("later", 10, "ABC", 5)
    swap = HeldSwap(
        account="main",
        symbol="ABC",
        sold_quantity=units(100),
        sold_on=days_ago(40),
        proxy_lot_id="proxy",
    )
    (row,) = plan(replace(w.situation(), held_swaps=[swap])).switch_backs
    assert row.first_day == date(2021, 1, 26)


def test_a_proxy_that_the_plan_sells_has_no_row() -> None:
    w = World({"ABC": "8", "XYZ": "15", "QQQ": "5"}, proxies=[("ABC", "XYZ"), ("XYZ", "QQQ")])
    w.lot("proxy", 40, "XYZ", 800, 40)
    swap = HeldSwap(
        account="main",
        symbol="ABC",
        sold_quantity=units(100),
        sold_on=days_ago(40),
        proxy_lot_id="proxy",
    )
    rows = plan(replace(w.situation(), held_swaps=[swap])).switch_backs
    assert [(row.symbol, row.proxy) for row in rows] == [("XYZ", "QQQ")]
