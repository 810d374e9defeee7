"""Overrides: what people say of trades limits what a plan may do, and what that costs is said."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.plan.situations import account

from taxlots.domain.problem import UsageError
from taxlots.domain.trade_override import TradeAction, TradeOverride, trade_overrides_from
from taxlots.plan.trade_overrides import (
    CENT,
    OverridablePosition,
    TradeLimits,
    costs_of_overrides,
    limits_of,
)

AS_OF = date(2024, 6, 3)
ACCOUNTS = [account("main"), account("ira")]
POSITIONS = [
    OverridablePosition(household="home", account=where, symbol=name, held=held, price=price)
    for where, name, held, price in (
        ("main", "ABC", 1_000.0, 10.0),
        ("main", "XYZ", 500.0, 50.0),
        ("ira", "ABC", 200.0, 10.0),
        ("ira", "XYZ", 0.0, 50.0),
    )
]


def override(name: str, action: str, symbol: str = "ABC", **cells: str) -> TradeOverride:
    row = {"id": name, "action": action, "symbol": symbol, "by": "Rowan", "reason": "because"}
    (found,), problems = trade_overrides_from([row | cells], ACCOUNTS)
    assert not problems
    return found


def limits(*overrides: TradeOverride) -> TradeLimits:
    return limits_of(overrides, POSITIONS, AS_OF)


def test_a_lock_closes_both_sides_of_every_account_that_it_names() -> None:
    found = limits(override("o1", "lock"))
    assert found.locked.tolist() == [True, False, True, False]
    assert found.sell.tolist() == [0, 500, 0, 0]
    assert found.buy.tolist() == [0, np.inf, 0, np.inf]
    found = limits(override("o1", "lock", account="ira"))
    assert found.locked.tolist() == [False, False, True, False]


def test_an_exclusion_closes_one_side() -> None:
    found = limits(override("o1", "exclude", side="buy"))
    assert found.buy.tolist() == [0, np.inf, 0, np.inf]
    assert found.sell.tolist() == [1_000, 500, 200, 0]
    assert not found.locked.any()


def test_the_least_of_several_caps_holds() -> None:
    first = override("o1", "cap", side="sell", quantity="30")
    second = override("o2", "cap", side="sell", amount="450.00", account="main")
    assert limits(first, second).sell.tolist() == [300, 500, 200, 0]


def test_a_forced_trade_is_stated_in_dollars() -> None:
    found = limits(
        override("o1", "force", side="sell", quantity="40", account="main"),
        override("o2", "force", "XYZ", side="buy", amount="75.00", account="ira"),
    )
    assert found.forced.tolist() == [-400, 0, 0, 75]


def test_a_replacement_is_bought_in_the_same_account() -> None:
    found = limits(override("o1", "replace", instead="XYZ"))
    assert found.instead == {0: 1, 2: 3}
    assert found.buy.tolist() == [0, np.inf, 0, np.inf]


def test_what_has_expired_counts_no_more_and_is_said() -> None:
    """``until`` is the first day on which it holds no more."""
    assert limits(override("o1", "lock", until="2024-06-04")).locked.any()
    found = limits(override("o1", "lock", until="2024-06-03"))
    assert not found.locked.any()
    assert list(found.sentences()) == [
        "o1: lock ABC by Rowan has expired on 2024-06-03 and counts no more"
    ]


def test_who_and_why_are_said() -> None:
    (said,) = limits(override("o1", "cap", side="sell", amount="5", until="2024-07-01")).sentences()
    assert said == "o1: cap sell 5.00 dollars of ABC until 2024-07-01, by Rowan: because"
    (said,) = limits(override("o1", "lock", "QQQ")).sentences()
    assert said == (
        "o1: lock QQQ by Rowan is about no position of this plan; check its symbol and account, or"
        " whether the security has a target and a fresh close"
    )


@pytest.mark.parametrize(
    ("overrides", "said"),
    [
        (
            [
                override("o1", "lock"),
                override("o2", "force", side="sell", quantity="1", account="main"),
            ],
            "o1: lock ABC .by Rowan. stands against it; the most that is possible is 0.00",
        ),
        (
            [override("o1", "force", side="sell", quantity="101", account="main")],
            "1,000.00 is held; the most that is possible is 1,000.00",
        ),
        ([override("o1", "force", side="buy", quantity="1")], "say in which account: main, ira"),
        (
            [
                override("o1", "force", side="buy", quantity="1", account="ira"),
                override("o2", "force", side="sell", quantity="1", account="ira"),
            ],
            "force one position twice",
        ),
        ([override("o1", "replace", instead="QQQ")], "QQQ is not among what may be traded in main"),
    ],
)
def test_contradictions_name_what_clashes_and_what_is_possible(
    overrides: list[TradeOverride], said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        limits(*overrides)


def test_a_forced_purchase_of_what_is_blocked_is_refused() -> None:
    blocked = np.array([0.0, np.inf, np.inf, np.inf])
    forced = override("o1", "force", side="buy", quantity="1", account="main")
    with pytest.raises(UsageError, match="blocked"):
        limits_of([forced], POSITIONS, AS_OF, buy=blocked)


def test_what_overrides_cost_is_the_difference_of_the_objective() -> None:
    """A plan that would sell 700 of ABC: each dollar that it cannot sell costs 2 cents.

    The lock of 1,000 keeps all 700; a cap of 300 beside it costs nothing more.
    """

    def objective(overrides: object) -> float:
        assert isinstance(overrides, list | tuple)
        sold = min(700.0, float(limits(*overrides).sell[0]))
        return (700.0 - sold) * 0.02

    cap = override("o1", "cap", side="sell", quantity="30")
    costs = costs_of_overrides(objective, [cap])
    assert (costs.total, dict(costs.each)) == (8.0, {"o1": 8.0})
    lock = override("o2", "lock")
    costs = costs_of_overrides(objective, [cap, lock])
    assert costs.total == pytest.approx(14)
    assert costs.each["o1"] == pytest.approx(0)
    assert costs.each["o2"] == pytest.approx(6)


def test_every_bad_cell_is_told_with_its_place() -> None:
    rows = [
        {"id": "o1", "action": "freeze", "symbol": "ABC", "by": "", "reason": "x"},
        {"id": "o1", "action": "force", "symbol": "ABC", "by": "R", "reason": "x", "amount": "-1"},
        {"id": "o2", "action": "replace", "symbol": "ABC", "by": "R", "reason": "x"},
        {"id": "o2", "action": "lock", "symbol": "A", "by": "R", "reason": "x", "account": "no"},
        {"id": "o3", "action": "lock", "symbol": "A", "by": "R", "reason": "x", "until": "soon"},
        {"id": "o4", "action": "replace", "symbol": "A", "by": "R", "reason": "x", "instead": "A"},
    ]
    found, problems = trade_overrides_from(rows, ACCOUNTS)
    assert found == ()
    assert [(p.where, p.code) for p in problems] == [
        ("overrides.csv:2:by", "MISSING_CELL"),
        ("overrides.csv:2:action", "UNKNOWN_ACTION"),
        ("overrides.csv:3:amount", "BAD_NUMBER"),
        ("overrides.csv:3:side", "MISSING_CELL"),
        ("overrides.csv:4:instead", "BAD_REPLACEMENT"),
        ("overrides.csv:5:account", "UNKNOWN_ACCOUNT"),
        ("overrides.csv:6:until", "BAD_DATE"),
        ("overrides.csv:7:instead", "BAD_REPLACEMENT"),
    ]


BOTH_SIDES = ("buy", "sell")


@st.composite
def any_overrides(draw: st.DrawFn) -> list[TradeOverride]:
    """Overrides of the positions above, which may contradict each other."""
    found = []
    for place in range(draw(st.integers(0, 4))):
        action = draw(st.sampled_from(TradeAction))
        symbol = draw(st.sampled_from(["ABC", "XYZ"]))
        cells = {"account": draw(st.sampled_from(["", "main", "ira"]))}
        if action in (TradeAction.EXCLUDE, TradeAction.CAP, TradeAction.FORCE):
            cells["side"] = draw(st.sampled_from(BOTH_SIDES))
        if action in (TradeAction.CAP, TradeAction.FORCE):
            size = draw(st.sampled_from(["quantity", "amount"]))
            cells[size] = str(draw(st.integers(1, 30)))
        if action is TradeAction.REPLACE:
            cells["instead"] = "XYZ" if symbol == "ABC" else "ABC"
        found.append(override(f"o{place}", action, symbol, **cells))
    return found


def limits_or_clash(overrides: list[TradeOverride]) -> TradeLimits | None:
    try:
        return limits(*overrides)
    except UsageError:
        return None


@given(any_overrides())
def test_overrides_only_take_away_and_what_they_force_is_within_what_is_left(
    overrides: list[TradeOverride],
) -> None:
    before, found = limits(), limits_or_clash(overrides)
    if found is None:
        return
    assert (found.buy <= before.buy).all()
    assert (found.sell <= before.sell).all()
    assert (found.buy >= 0).all()
    assert (found.sell >= 0).all()
    assert (found.forced <= found.buy + CENT).all()
    assert (-found.forced <= found.sell + CENT).all()
    assert not found.buy[found.locked].any()
    assert not found.sell[found.locked].any()
    assert all(found.buy[i] == 0 < found.buy[j] for i, j in found.instead.items())


@given(st.data(), any_overrides())
def test_the_order_of_the_rows_means_nothing(
    data: st.DataObject, overrides: list[TradeOverride]
) -> None:
    """What may be traded is the same, and so is whether overrides contradict each other."""
    first = limits_or_clash(overrides)
    second = limits_or_clash(data.draw(st.permutations(overrides)))
    assert (first is None) == (second is None)
    if first is not None and second is not None:
        assert first.buy.tolist() == second.buy.tolist()
        assert first.sell.tolist() == second.sell.tolist()
        assert first.forced.tolist() == second.forced.tolist()
        assert first.instead == second.instead
