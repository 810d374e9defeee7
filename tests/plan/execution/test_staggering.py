"""The orders of a plan over sessions: volume, cash and order of sales and purchases."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from taxlots.domain.execution_terms import ScheduleKind
from taxlots.domain.money import SHARE
from taxlots.domain.order import Side
from taxlots.plan.execution.impact import Market
from taxlots.plan.execution.liquidity import Bucket
from taxlots.plan.execution.schedules import schedule_cost, square_root_schedule, twap
from taxlots.plan.execution.staggering import (
    PlanOrder,
    Sessions,
    Staggered,
    WorkingTerms,
    stagger,
    within_caps,
)

THIN = Market(price=50, adv=1_000, volatility=0.02, spread=0.001)
LIQUID = Market(price=50, adv=10_000_000, volatility=0.02, spread=0.001)
MARKETS = {"THIN": THIN, "BIG": LIQUID}


def order(side: Side, symbol: str, shares: int, account: str = "A") -> PlanOrder:
    return PlanOrder(
        account=account, symbol=symbol, side=side, units=shares * SHARE, price=50 * SHARE
    )


def sessions(count: int, late: int = 0, settle: int = 1) -> Sessions:
    """``count`` sessions for trading and ``late`` after them; money settles after ``settle``."""
    total = count + late
    return Sessions(
        volume_parts=[1.0] * total,
        settles=[min(total, k + settle) for k in range(total)],
        tranches=count,
    )


def by_session(found: Staggered, place: int, count: int) -> list[int]:
    units = [0] * count
    for one in found.slices:
        if one.order == place:
            units[one.session] += one.units // SHARE
    return units


def test_a_small_trade_is_done_at_once_and_a_large_one_by_its_bucket() -> None:
    """A tenth of 1,000 shares a day: 100 in a day, 450 within a week, 900 take nine days."""
    terms = WorkingTerms()
    for shares, bucket, parts in (
        (100, Bucket.WITHIN_A_DAY, [100, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
        (450, Bucket.WITHIN_A_WEEK, [90, 90, 90, 90, 90, 0, 0, 0, 0, 0]),
        (900, Bucket.OVER_A_WEEK, [90] * 10),
    ):
        sale = [order(Side.SELL, "THIN", shares)]
        found = stagger(sale, MARKETS, sessions(10), terms, cash_cents={})
        assert by_session(found, 0, 10) == parts
        assert found.buckets["THIN"] is bucket


def test_what_the_volume_of_all_sessions_does_not_take_is_left() -> None:
    sale = [order(Side.SELL, "THIN", 500)]
    found = stagger(sale, MARKETS, sessions(3), WorkingTerms(), cash_cents={})
    assert by_session(found, 0, 3) == [100, 100, 100]
    assert found.left == (200 * SHARE,)


def test_a_purchase_waits_for_the_sales_that_pay_for_it() -> None:
    """100 shares a day bring 5,000 less half a spread of 2.50 and impact at a tenth of volume."""
    orders = [order(Side.SELL, "THIN", 300), order(Side.BUY, "BIG", 290)]
    found = stagger(orders, MARKETS, sessions(3), WorkingTerms(), cash_cents={"A": 0})
    bought = by_session(found, 1, 3)
    assert bought[0] <= 99
    assert sum(bought) == 290
    assert all(cash["A"] >= 0 for cash in found.cash)


def test_with_settled_cash_alone_a_purchase_waits_a_day_longer() -> None:
    orders = [order(Side.SELL, "THIN", 300), order(Side.BUY, "BIG", 290)]
    terms = WorkingTerms(is_settled_only=True)
    found = stagger(orders, MARKETS, sessions(3, late=1), terms, cash_cents={"A": 0})
    bought = by_session(found, 1, 4)
    assert bought[0] == 0
    assert bought[3] > 0
    assert sum(bought) == 290


def test_what_is_reserved_is_not_spent() -> None:
    orders = [order(Side.BUY, "BIG", 100)]
    found = stagger(
        orders, MARKETS, sessions(1), WorkingTerms(),
        cash_cents={"A": 500_000}, reserved_cents={"A": 400_000},
    )  # fmt: skip
    assert by_session(found, 0, 1) == [19]


def test_sales_for_a_withdrawal_are_done_by_its_day() -> None:
    sale = [order(Side.SELL, "THIN", 300)]
    found = stagger(sale, MARKETS, sessions(10), WorkingTerms(), cash_cents={}, due={"A": 3})
    assert by_session(found, 0, 10) == [75, 75, 75, 75, 0, 0, 0, 0, 0, 0]


def test_impact_of_a_day_is_that_of_all_accounts_together() -> None:
    """Two accounts sell 40 and 60: the root of a tenth of the volume, on all 100 shares."""
    orders = [order(Side.SELL, "THIN", 40, "A"), order(Side.SELL, "THIN", 60, "B")]
    found = stagger(orders, MARKETS, sessions(1), WorkingTerms(), cash_cents={})
    impact = sum(one.cost.impact for one in found.slices)
    assert impact == pytest.approx(100 * 50 * 0.02 * 0.1**0.5)


def test_caps_move_what_is_too_much_to_later_days_and_then_to_earlier_ones() -> None:
    assert within_caps(np.array([5.0, 1.0, 1.0]), [3, 3, 3]).tolist() == [3, 3, 1]
    assert within_caps(np.array([1.0, 1.0, 5.0]), [3, 3, 3]).tolist() == [1, 3, 3]
    assert within_caps(np.array([4.0, 4.0, 4.0]), [3, 3, 3]).tolist() == [3, 3, 3]


@settings(max_examples=60, deadline=None)
@given(
    st.integers(50, 900),
    st.lists(st.integers(500, 3_000), min_size=6, max_size=10),
    st.floats(1e-7, 1e-3),
)
def test_almgren_chriss_within_volume_costs_no_more_than_twap_within_volume(
    shares: int, volumes: Sequence[int], aversion: float
) -> None:
    """Under its own model: impact by the square-root law, and the risk of what is left."""
    caps = [0.3 * volume for volume in volumes]
    best = square_root_schedule(shares, volumes, THIN, aversion, most_part=0.3)
    even = within_caps(twap(len(volumes)) * shares, caps) / shares
    assert (best * shares <= np.array(caps) * (1 + 1e-6)).all()
    assert best.sum() == pytest.approx(1)
    least = schedule_cost(best, shares, volumes, THIN).certainty_equivalent(aversion)
    rival = schedule_cost(even, shares, volumes, THIN).certainty_equivalent(aversion)
    assert least <= rival * (1 + 1e-9) + 1e-9


ORDERS = st.lists(
    st.tuples(
        st.sampled_from([Side.SELL, Side.BUY]),
        st.sampled_from(["THIN", "BIG"]),
        st.integers(1, 900),
        st.sampled_from(["A", "B"]),
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=80, deadline=None)
@given(
    ORDERS,
    st.integers(1, 8),
    st.sampled_from(list(ScheduleKind)),
    st.booleans(),
    st.integers(0, 3_000_000),
)
def test_tranches_sum_to_the_trade_within_volume_and_cash_is_never_negative(
    asked: list[tuple[Side, str, int, str]],
    count: int,
    kind: ScheduleKind,
    is_settled_only: bool,
    cash: int,
) -> None:
    orders = [order(side, symbol, shares, name) for side, symbol, shares, name in asked]
    terms = WorkingTerms(
        schedule=kind, risk_aversion=1e-5, is_settled_only=is_settled_only, least_cents=10_000
    )
    plan = sessions(count, late=1)
    found = stagger(orders, MARKETS, plan, terms, cash_cents={"A": cash, "B": 0})
    done = [0] * len(orders)
    for one in found.slices:
        done[one.order] += one.units
    assert [a + b for a, b in zip(done, found.left, strict=True)] == [o.units for o in orders]
    for session in range(plan.count):
        traded = sum(
            one.units
            for one in found.slices
            if one.session == session and orders[one.order].symbol == "THIN"
        )
        assert traded <= 0.1 * THIN.adv * SHARE
        assert all(cents >= 0 for cents in found.cash[session].values())
    if is_settled_only:
        assert _settled_cash(found, orders, plan, cash) >= 0


def _settled_cash(found: Staggered, orders: Sequence[PlanOrder], plan: Sessions, cash: int) -> int:
    """The least that any account has in settled money at the end of any session."""
    least = cash
    for account, start in (("A", cash), ("B", 0)):
        for session in range(plan.count):
            has = start
            for one in found.slices:
                own = orders[one.order]
                if own.account == account and own.side is Side.BUY and one.session <= session:
                    has -= one.cents + one.cost_cents
                elif own.account == account and own.side is Side.SELL:
                    has += (one.cents - one.cost_cents) * (plan.settles[one.session] <= session)
            least = min(least, has)
    return least
