"""A mandate while its plan is traded over sessions, held to every sum of every day."""

from datetime import date, timedelta

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from taxlots.plan.rebalance.limits_by_session import (
    KEPT,
    Weights,
    fewest_sessions,
    limit_breaks,
    watched_sum,
)
from taxlots.plan.rebalance.mandate import SumLimit

FIRST = date(2024, 12, 31)
HELD = {("joint", "US"): 0.30, ("joint", "EX"): 0.20, ("ira", "US"): 0.10}
TRADES = {("joint", "US"): -0.10, ("joint", "EX"): 0.08, ("ira", "US"): 0.05}
weights = st.floats(-0.1, 0.1).map(lambda one: round(one, 6))
days = st.lists(
    st.dictionaries(st.sampled_from(sorted(HELD)), weights, max_size=3), min_size=1, max_size=6
)


def dated(found: list[dict[tuple[str, str], float]]) -> list[tuple[date, Weights]]:
    return [(FIRST + timedelta(days=at), one) for at, one in enumerate(found)]


def test_a_purchase_that_waits_for_nothing_may_exceed_what_the_sale_after_it_keeps() -> None:
    """At most 40 % in US: the IRA buys it a day before the taxable account sells it."""
    limit = watched_sum(SumLimit(name="us", exposures={"US": 1.0}, most=0.40), HELD)
    buy = {("ira", "US"): 0.05}
    sell = {("joint", "US"): -0.10, ("joint", "EX"): 0.08}
    (found,) = limit_breaks([limit], dated([buy, sell]), TRADES)
    assert (found.day, round(found.beyond, 9)) == (FIRST, 0.05)
    assert found.kept_from == FIRST + timedelta(days=1)
    assert limit_breaks([limit], dated([sell, buy]), TRADES) == ()


def test_what_is_left_untraded_exceeds_a_limit_in_the_end() -> None:
    """At most 35 % in US, of which 40 % are held: a half of the sale leaves 40 %."""
    limit = watched_sum(SumLimit(name="us", exposures={"US": 1.0}, most=0.35), HELD)
    half = {("joint", "US"): -0.05, ("ira", "US"): 0.05}
    (found,) = limit_breaks([limit], dated([half]), TRADES)
    assert (found.day, found.kept_from, round(found.beyond, 9)) == (FIRST, None, 0.05)


@given(found=days, planned=st.dictionaries(st.sampled_from(sorted(HELD)), weights), most=weights)
def test_a_break_is_told_where_a_day_is_worse_than_both_ends(
    found: list[dict[tuple[str, str], float]],
    planned: dict[tuple[str, str], float],
    most: float,
) -> None:
    """Reckoned anew: the sum of one security over accounts, after each day."""
    limit = watched_sum(SumLimit(name="us", exposures={"US": 1.0}, most=0.4 + most), HELD)

    def over(*traded: Weights) -> float:
        us = sum(
            one.get(place, 0.0) for one in (HELD, *traded) for place in HELD if place[1] == "US"
        )
        return max(0.0, us - 0.4 - most)

    through = [over(*found[: at + 1]) for at in range(len(found))]
    told = limit_breaks([limit], dated(found), planned)
    in_the_end = through[-1] > over(planned) + 1.1 * KEPT
    meanwhile = max(through) > max(over(), over(planned)) + 1.1 * KEPT
    if in_the_end or meanwhile:
        (one,) = told
        assert (one.kept_from is None) is in_the_end
        place = (one.day - FIRST).days
        assert np.isclose(one.beyond, through[place])
        if one.kept_from is not None:
            rest = through[(one.kept_from - FIRST).days :]
            assert max(rest) <= max(over(), over(planned)) + 1.1 * KEPT
    elif max(through) <= max(over(), over(planned)) and through[-1] <= over(planned):
        assert told == ()


@given(least=st.integers(2, 70), over=st.integers(1, 59))
def test_the_fewest_sessions_are_found_where_more_never_trade_less(least: int, over: int) -> None:
    asked: list[int] = []

    def keeps(sessions: int) -> bool:
        asked.append(sessions)
        return sessions >= least

    found = fewest_sessions(keeps, over, 60)
    assert found == (None if least > 60 else max(least, over + 1))
    assert len(asked) <= 8
