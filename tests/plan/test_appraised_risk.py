"""Risk of appraised funds: their returns are desmoothed (Geltner 1993), and a mix stands in."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from taxlots.plan.appraised_risk import (
    AppraisedVolatility,
    appraised_volatility,
    desmoothed,
    with_stand_ins,
)
from taxlots.plan.risk import RiskModel, problems_of_risk

QUARTER = 91.3125
MODEL = RiskModel(("A", "B"), np.array([[0.15, 0.0], [0.05, 0.05]]), np.array([0.01, 0.0025]))


@given(
    seed=st.integers(0, 2**32 - 1),
    smoothing=st.floats(0.0, 0.8),
)
def test_what_smoothing_took_away_is_found_again(seed: int, smoothing: float) -> None:
    """Appraisals move by 1 - a of the news and by a of their last move; the news come back."""
    news = np.random.default_rng(seed).normal(0.02, 0.08, 20)
    moves = [news[0]]
    for one in news[1:]:
        moves.append((1 - smoothing) * one + smoothing * moves[-1])
    assert desmoothed(np.array(moves), smoothing) == pytest.approx(news[1:])


def test_twenty_smooth_quarters_tell_more_risk_than_they_show() -> None:
    rng = np.random.default_rng(11)
    moves = [0.0]
    for one in rng.normal(0.02, 0.10, 400):
        moves.append(0.4 * one + 0.6 * moves[-1])
    days = np.arange(402) * QUARTER
    found = appraised_volatility(days, np.exp(np.cumsum([0.0, *moves])))
    assert found is not None
    assert found.smoothing == pytest.approx(0.6, abs=0.1)
    assert found.volatility == pytest.approx(0.20, rel=0.15)
    assert float(np.std(moves)) * 2 < 0.8 * found.volatility


def test_closes_that_repeat_are_no_appraisals() -> None:
    """A fund that is carried at its last appraisal each day moves four times a year."""
    marks = np.exp(np.cumsum(np.random.default_rng(3).normal(0, 0.05, 21)))
    daily = appraised_volatility(np.arange(21 * 91), np.repeat(marks, 91))
    quarterly = appraised_volatility(np.arange(21) * 91, marks)
    assert daily is not None
    assert quarterly is not None
    assert daily.volatility == pytest.approx(quarterly.volatility, rel=0.01)


def test_nine_appraisals_are_needed() -> None:
    assert appraised_volatility(np.arange(8) * QUARTER, np.arange(1.0, 9.0)) is None
    assert appraised_volatility(np.arange(50) * QUARTER, np.full(50, 7.0)) is None


@given(
    volatility=st.one_of(st.none(), st.floats(0.01, 0.8)),
    weight=st.floats(0.01, 1.0),
)
def test_a_fund_moves_with_its_stand_in_and_has_its_own_volatility(
    volatility: float | None, weight: float
) -> None:
    known = None if volatility is None else AppraisedVolatility(volatility, 0.0, 20)
    found = with_stand_ins(MODEL, {"F": known}, {"A": weight, "B": 1.0 - weight + 0.01})
    assert not problems_of_risk(found)
    matrix = found.covariance()
    assert np.linalg.eigvalsh(matrix)[0] > 0
    assert np.allclose(matrix[:2, :2], MODEL.covariance())
    if volatility is not None:
        assert np.sqrt(matrix[2, 2]) == pytest.approx(volatility)
    assert matrix[2, 0] > 0
