"""Goals of classes: flows go by water-filling, and only they buy what waits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taxlots.plan.rebalance.class_goals import ClassState, class_goals

NAV = 10_000_000


def state(name: str, held: int, target: float, **more: object) -> ClassState:
    keys: dict[str, object] = {"goal": float(held), "low": 0.0, "high": 1.0, **more}
    return ClassState(
        name=name,
        symbols=frozenset({name}),
        held_cents=held,
        target=target,
        **keys,  # type: ignore[arg-type]
    )


def test_a_deposit_goes_to_what_is_most_under_its_target() -> None:
    """50, 30 and 10 thousand against 50, 30 and 20 %: all 10 thousand lift the last one."""
    classes = [
        state("a", 5_000_000, 0.5),
        state("b", 3_000_000, 0.3),
        state("c", 1_000_000, 0.2),
    ]
    goals = class_goals(classes, NAV, 1.0)
    assert [goals[one].wanted for one in "abc"] == pytest.approx([0.5, 0.3, 0.2])


def test_a_withdrawal_comes_from_what_is_most_over_its_target() -> None:
    classes = [state("a", 6_000_000, 0.5), state("b", 4_000_000, 0.5)]
    goals = class_goals(classes, NAV, 0.9)
    assert [goals[one].wanted for one in "ab"] == pytest.approx([0.5, 0.4])


def test_flows_buy_what_waits_and_nothing_else_does() -> None:
    waiting = state("a", 4_000_000, 0.5, buys_to=4 / 9)
    goals = class_goals([waiting, state("b", 5_000_000, 0.5)], NAV, 1.0)
    assert goals["a"].band.high == pytest.approx(0.5)
    assert goals["a"].wanted == pytest.approx(0.5)
    without = class_goals([waiting, state("b", 5_000_000, 0.5)], NAV, 0.9)
    assert without["a"].band.high == pytest.approx(0.4)


def test_what_is_closed_takes_and_gives_no_flow() -> None:
    closed = state("a", 1_000_000, 0.5, is_closed=True)
    goals = class_goals([closed, state("b", 8_000_000, 0.5)], NAV, 1.0)
    assert goals["a"].wanted == pytest.approx(0.1)
    assert class_goals([closed, state("b", 8_000_000, 0.5)], NAV, 0.8)["a"].wanted == 0.1


@given(
    held=st.lists(st.integers(0, 10**9), min_size=2, max_size=6),
    cash=st.integers(0, 10**9),
    invested=st.integers(0, 100),
    data=st.data(),
)
def test_goals_sum_to_what_is_invested_and_a_flow_moves_all_one_way(
    held: list[int], cash: int, invested: int, data: st.DataObject
) -> None:
    weights = data.draw(st.lists(st.integers(1, 100), min_size=len(held), max_size=len(held)))
    nav = sum(held) + cash
    if not sum(held):
        return
    classes = [
        state(str(place), one, weight / sum(weights))
        for place, (one, weight) in enumerate(zip(held, weights, strict=True))
    ]
    goals = class_goals(classes, nav, invested / 100)
    wanted = [round(goals[one.name].wanted * nav) for one in classes]
    assert sum(wanted) == pytest.approx(round(invested / 100 * nav), abs=len(held))
    moved = [new - old for new, old in zip(wanted, held, strict=True)]
    assert min(moved) >= -1 or max(moved) <= 1
