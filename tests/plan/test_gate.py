"""The gate: a plan is made only where it is worth more than doing nothing, and trades that pay."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from taxlots.domain.problem import UsageError
from taxlots.plan.gate import GatedPlan, TaxOf, weigh, worth_of


def plan_of(
    trades: list[float], active: list[float], cost: list[float], **more: object
) -> GatedPlan:
    """Uncorrelated names of 20 % volatility in a million dollars; aversion 5, one year."""
    n = len(trades)
    fields: dict[str, object] = {
        "names": tuple(f"N{i}" for i in range(n)),
        "nav": 1_000_000.0,
        "trades": np.array(trades),
        "active": np.array(active),
        "loadings": np.zeros((n, 1)),
        "specific": np.full(n, 0.04),
        "risk_aversion": 5.0,
        "years": 1.0,
        "cost": np.array(cost),
        "harvest": np.zeros(n),
    }
    return GatedPlan(**(fields | more))  # type: ignore[arg-type]


def linear(*dollars: float) -> TaxOf:
    """Each trade's own tax."""
    return lambda kept: float(np.array(dollars)[kept].sum())


def test_the_worth_of_a_plan_is_the_risk_it_takes_away_less_what_it_costs() -> None:
    """Half of 5 x 0.04 x 0.10^2 x 1,000,000 is 1,000 dollars of each deviation of 10 %."""
    plan = plan_of([-0.1, 0.1], [0.1, -0.1], [50, 50])
    worth = worth_of(plan, np.array([True, True]), linear(300, 0))
    assert worth.risk == pytest.approx(2_000)
    assert worth.net == pytest.approx(2_000 - 100 - 300)
    answer = weigh(plan, linear(300, 0), margin_dollars=1_599)
    assert answer.passes
    assert answer.kept.all()
    assert not weigh(plan, linear(300, 0), margin_dollars=1_601).passes


def test_a_shut_gate_trades_nothing_and_says_so() -> None:
    answer = weigh(plan_of([-0.1, 0.1], [0.1, -0.1], [50, 50]), linear(1_800, 0), margin_ratio=0.5)
    assert not answer.passes
    assert not answer.kept.any()
    assert any("do nothing" in said for said in answer.sentences())


def test_a_trade_that_takes_more_than_it_brings_is_dropped() -> None:
    """The third deviation of 1 % is worth 10 dollars; its trade costs 40."""
    plan = plan_of([-0.1, 0.1, 0.01], [0.1, -0.1, -0.01], [50, 50, 40], cash=0.02)
    answer = weigh(plan, linear(0, 0, 0))
    assert answer.kept.tolist() == [True, True, False]
    (dropped,) = answer.dropped
    assert (dropped.name, dropped.takes) == ("N2", 40)
    assert dropped.brings == pytest.approx(10)


def test_a_sale_is_not_dropped_alone_where_its_money_is_spent() -> None:
    """Without the dear sale there is no cash for the buy: both go."""
    plan = plan_of([-0.1, 0.1], [0.1, -0.1], [0, 0])
    answer = weigh(plan, linear(5_000, 0))
    assert not answer.passes
    assert [one.name for one in answer.dropped] == ["N0", "N1"]
    assert answer.dropped[1].because_of == "N0"


def test_a_harvest_can_pay_for_what_risk_does_not() -> None:
    """A sale against the drift, for a loss worth 900: it costs 200 of risk and 50."""
    plan = plan_of([-0.04472135955], [0.0], [50], harvest=np.array([900.0]))
    answer = weigh(plan, linear(0))
    assert answer.passes
    assert answer.pruned.net == pytest.approx(900 - 50 - 200)


def test_a_view_can_pay_for_what_risk_does_not() -> None:
    """Against the drift as above, for what somebody expects to earn."""
    plan = plan_of([-0.04472135955], [0.0], [50], earned=np.array([900.0]))
    answer = weigh(plan, linear(0))
    assert answer.passes
    assert answer.pruned.views == 900.0
    assert answer.pruned.net == pytest.approx(900 - 50 - 200)
    assert "views 900.00" in next(answer.sentences())


def test_idle_cash_costs_its_drag() -> None:
    plan = plan_of([0.05], [0.0], [0], cash=0.05, cash_drag=0.04, specific=np.zeros(1))
    assert weigh(plan, linear(0)).pruned.cash == pytest.approx(2_000)


def test_forced_trades_stay_whatever_they_cost() -> None:
    plan = plan_of([-0.1], [-0.1], [50], kept_always=np.array([True]))
    answer = weigh(plan, linear(0))
    assert not answer.passes
    assert answer.kept.all()


def test_what_is_forced_is_no_reason_to_leave_the_rest_undone() -> None:
    """The forced sale costs 1,000 of risk; the purchase that its money pays takes 1,000 away."""
    plan = plan_of([-0.1, 0.1], [0.0, -0.1], [0, 50], kept_always=np.array([True, False]))
    answer = weigh(plan, linear(0, 0))
    assert answer.passes
    assert answer.kept.all()
    assert answer.pruned.net == pytest.approx(-50)
    assert answer.forced_net == pytest.approx(-1_000)
    said = list(answer.sentences())
    assert said[1] == "What is forced comes to -1,000.00 by itself; this is 950.00 more"
    assert not weigh(plan, linear(0, 0), margin_dollars=951).passes


def test_taxes_that_are_netted_are_re_evaluated_together() -> None:
    """A gain alone costs 600 and a loss alone saves nothing; together they cost nothing."""
    plan = plan_of([-0.05, -0.05], [0.05, 0.05], [0, 0])

    def netted(kept: NDArray[np.bool_]) -> float:
        return 600.0 if kept[0] and not kept[1] else 0.0

    assert weigh(plan, netted).kept.all()


def test_figures_that_are_missing_are_refused() -> None:
    with pytest.raises(UsageError, match="missing"):
        plan_of([float("nan")], [0.0], [0])
    with pytest.raises(UsageError, match="2 of every figure"):
        plan_of([0.1, 0.1], [0.0], [0])


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10**6), n=st.integers(1, 6), margin=st.floats(0, 500))
def test_what_is_left_is_worth_no_less_than_the_plan_and_than_nothing(
    seed: int, n: int, margin: float
) -> None:
    """And no kept trade alone, nor all subsets that leave cash enough, are far better."""
    rng = np.random.default_rng(seed)
    active = rng.normal(0, 0.05, n)
    plan = plan_of(
        list(-active * rng.uniform(0, 1.2, n)),
        list(active),
        list(rng.uniform(0, 200, n)),
        loadings=rng.normal(0, 0.1, (n, 2)),
        cash=0.02,
        cash_floor=-1.0,
    )
    each = rng.normal(50, 300, n)

    def tax_of(kept: NDArray[np.bool_]) -> float:
        net = float(each[kept].sum())
        return net if net > 0 else 0.5 * net

    answer = weigh(plan, tax_of, margin_dollars=margin)
    assert answer.pruned.net >= answer.full.net - 1e-6
    assert answer.passes == (answer.pruned.net > margin and bool(answer.kept.any()))
    subsets = [np.array(bits) for bits in product([True, False], repeat=n)]
    best = max(worth_of(plan, kept & (plan.trades != 0), tax_of).net for kept in subsets)
    assert answer.pruned.net <= best + 1e-6
    if answer.passes:
        for i in np.flatnonzero(answer.kept):
            less = answer.kept.copy()
            less[i] = False
            assert worth_of(plan, less, tax_of).net <= answer.pruned.net + 1e-6
