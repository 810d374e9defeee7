"""How wide a band is best: the formulas by hand, and against a search for the best trade."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from taxlots.domain.problem import UsageError
from taxlots.plan.bands.width_calculator import WidthFacts, WidthMethod, best_bands, best_width

FACTS = WidthFacts(
    target=0.6,
    volatility=0.20,
    rest_volatility=0.05,
    correlation=0.2,
    cost=0.002,
    tax=0.03,
    risk_aversion=4.0,
)


def test_one_period_by_hand() -> None:
    """Variance 0.0385; buying 0.002 / (4 · 0.0385) = 1.30 %, selling 0.032 / 0.154 = 20.8 %."""
    found = best_width(FACTS)
    assert found.below == pytest.approx(0.002 / 0.154)
    assert found.above == pytest.approx(0.032 / 0.154)
    assert found.destination == 1.0


def test_masters_is_twice_as_wide_and_goes_halfway() -> None:
    one, masters = best_width(FACTS), best_width(FACTS, WidthMethod.MASTERS)
    assert masters.below == pytest.approx(2 * one.below)
    assert masters.destination * masters.above == pytest.approx(one.above)


def test_long_run_by_hand() -> None:
    """W 0.6, p 2, cost 10 bps: (0.75 · 0.0576 · 0.001)^⅓ = 3.509 %."""
    facts = WidthFacts(
        target=0.6,
        volatility=0.2,
        rest_volatility=0.0,
        correlation=0.0,
        cost=0.001,
        risk_aversion=2.0,
    )
    found = best_width(facts, WidthMethod.LONG_RUN)
    assert (found.below, found.above) == (pytest.approx(0.03509, abs=1e-5),) * 2


def test_at_the_edge_no_trade_is_better_than_another() -> None:
    """A search over trades finds that one trades to the edge, from above and from below."""
    found = best_width(FACTS)
    for deviation, edge in ((0.30, found.above), (-0.10, -found.below)):
        kept = np.linspace(min(0, deviation), max(0, deviation), 100_001)
        risk = 0.5 * FACTS.risk_aversion * FACTS.variance * kept**2
        price = FACTS.cost + (FACTS.tax if deviation > 0 else 0)
        best = kept[int(np.argmin(risk + price * np.abs(deviation - kept)))]
        assert best == pytest.approx(edge, abs=1e-5)


def test_the_answer_says_what_it_rests_on() -> None:
    told = " ".join(best_width(FACTS, WidthMethod.MASTERS).because)
    for said in ("20.0% itself", "correlation 0.20", "320.0 bps", "300.0 of them tax", "halfway"):
        assert said in told
    told = " ".join(best_width(FACTS, WidthMethod.LONG_RUN).because)
    assert "volatility cancels out" in told


@given(
    st.floats(0.05, 0.95),
    st.floats(0.01, 0.6),
    st.floats(-0.9, 0.9),
    st.floats(0.0001, 0.02),
    st.sampled_from(WidthMethod),
)
def test_dearer_is_wider_and_more_averse_is_narrower(
    target: float, volatility: float, correlation: float, cost: float, method: WidthMethod
) -> None:
    def width(**changed: float) -> float:
        facts = {"cost": cost, "risk_aversion": 3.0} | changed
        stated = WidthFacts(
            target=target,
            volatility=volatility,
            rest_volatility=0.08,
            correlation=correlation,
            **facts,
        )
        return best_width(stated, method).above

    assert width(cost=2 * cost) > width()
    assert width(tax=0.01) > width()
    assert width(risk_aversion=6.0) < width()
    if method is WidthMethod.LONG_RUN:
        assert width(cost=8 * cost) == pytest.approx(2 * width())
    else:
        assert width(horizon_years=2.0) == pytest.approx(width() / 2)


def test_the_bands_of_a_mix_rest_on_its_covariance() -> None:
    covariance = np.array([[0.04, 0.002], [0.002, 0.0025]])
    target = np.array([0.6, 0.4])
    bands, widths = best_bands(
        target,
        covariance,
        cost=np.array([0.002, 0.001]),
        tax=np.array([0.0, 0.0]),
        risk_aversion=4.0,
    )
    assert bands.high - target == pytest.approx([0.002 / 0.154, 0.001 / 0.154])
    assert "correlation 0.20" in widths[1].because[0]


def test_facts_without_a_width_are_told() -> None:
    same = WidthFacts(target=0.5, volatility=0.2, rest_volatility=0.2, correlation=1.0, cost=0.01)
    with pytest.raises(UsageError, match="moves exactly as the rest"):
        best_width(same)
    assert best_width(same, WidthMethod.LONG_RUN).above > 0
