"""Lots of staggered sales by the tax of the last dollar, on the days of their tranches."""

import pytest
from tests.plan.rebalance.households import BY_LAW, YEAR, lot

from taxlots.plan.rebalance.lots_by_day import LotDays, is_within, last_dollar, lots_by_day
from taxlots.plan.rebalance.plan_limits import PlanLimits

SHARE = 10**8


def days(of: object, is_long: tuple[bool, ...], is_barred: tuple[bool, ...]) -> LotDays:
    return LotDays(lot=of, is_long=is_long, is_barred=is_barred)  # type: ignore[arg-type]


def sold(found: list[tuple[object, ...]]) -> list[list[tuple[str, int]]]:
    return [[(one.lot.lot_id, one.units // SHARE) for one in day] for day in found]  # type: ignore[attr-defined]


def test_stated_rates_are_those_of_the_last_dollar() -> None:
    rates = last_dollar(YEAR, 0, 0)
    assert rates is not None
    assert (rates.short, rates.long) == pytest.approx((0.40, 0.20))
    assert last_dollar(None, 0, 0) is None


def test_by_law_a_loss_of_the_plan_absorbs_the_next_dollar_of_gain() -> None:
    """A long-term loss of 50,000 beyond what is deducted: a gain now only uses carryovers up.

    Without it a short-term dollar is taxed as income (26 USC 1(j), 1222(11)).
    """
    lossy, bare = last_dollar(BY_LAW, 0, -50_000_00), last_dollar(BY_LAW, 50_000_00, 0)
    assert lossy is not None
    assert bare is not None
    assert bare.short > lossy.short


def test_a_lot_that_turns_long_term_waits_for_its_day() -> None:
    """Gains of 10 a share of each lot; the young one is long-term on the second day."""
    young = days(lot("young", 5, 30_00, 20_00, is_long=False), (False, True), (False, False))
    old = days(lot("old", 5, 30_00, 20_00), (True, True), (False, False))
    rates = [last_dollar(YEAR, 0, 0)] * 2
    found = lots_by_day([young, old], [5 * SHARE, 5 * SHARE], rates)
    assert sold(found) == [[("old", 5)], [("young", 5)]]
    assert found[1][0].lot.is_long


def test_no_more_of_a_lot_is_sold_than_is_allowed() -> None:
    one = days(lot("a", 5, 30_00, 20_00), (True,), (False,))
    two = days(lot("b", 5, 30_00, 40_00), (True,), (False,))
    found = lots_by_day([one, two], [5 * SHARE], [last_dollar(YEAR, 0, 0)], [5 * SHARE, 2 * SHARE])
    assert sold(found) == [[("a", 3), ("b", 2)]]


def test_without_rates_lots_leave_in_their_order() -> None:
    two = [days(lot(name, 5, 30_00, 20_00), (True,), (False,)) for name in ("a", "b")]
    assert sold(lots_by_day(two, [7 * SHARE], [None])) == [[("a", 5), ("b", 2)]]


def test_budgets_are_of_each_term_and_of_both() -> None:
    (gain,) = lots_by_day([days(lot("a", 5, 30_00, 20_00), (True,), (False,))], [5 * SHARE], [None])
    assert is_within(PlanLimits(long_gain_cents=50_00), gain)
    assert not is_within(PlanLimits(long_gain_cents=49_99), gain)
    assert is_within(PlanLimits(short_gain_cents=0), gain)
    assert not is_within(PlanLimits(gain_cents=49_99), gain)
