"""Cash that is asked for is raised in full, by sales alone, of what may be sold."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.plan.rebalance.planned import SEEDS, is_sound, money_of, planned, portfolio_of

from taxlots.domain.money import SHARE
from taxlots.domain.order import Side
from taxlots.plan.rebalance.raised_cash import with_cash_raised

GROUPS = st.sampled_from([("T1",), ("I",), ("T1", "T2")])


@settings(max_examples=60)
@given(st.data(), SEEDS, GROUPS, st.integers(0, 3_000_000))
def test_a_group_has_what_it_must_keep_or_has_nothing_left_to_sell(
    data: st.DataObject, seed: int, group: tuple[str, ...], floor_cents: int
) -> None:
    """No sale shrinks, no purchase changes, and no further security is sold at a loss."""
    household, cash = portfolio_of(seed)
    cash = replace(cash, floors={group: floor_cents})
    trades = data.draw(planned(household.positions))
    found = with_cash_raised(trades, household, cash, step=SHARE)
    made = {one.position.name: one for one in found}
    assert all(is_sound(one) for one in found)
    for one in trades:
        now = made[one.position.name]
        assert now == one if one.side is Side.BUY else now.units >= one.units
    lost = {one.position.symbol for one in trades for s in one.sales if s.lot.gain_cents < 0}
    sold = {s.lot.lot_id: s.units for one in found for s in one.sales}
    for one in found:
        is_loss = one.position.is_taxed and any(s.lot.gain_cents < 0 for s in one.sales)
        assert one.position.symbol in lost or not is_loss
    if money_of(found, cash, group) >= floor_cents:
        return
    bought = {one.position.name for one in trades if one.side is Side.BUY}
    for own in household.positions:
        if own.account.id in group and own.name not in bought:
            for lot in own.lots:
                is_new_loss = own.is_taxed and lot.gain_cents < 0 and own.symbol not in lost
                is_kept = lot.bar or is_new_loss
                assert sold.get(lot.lot_id, 0) == lot.quantity or is_kept


@settings(max_examples=60)
@given(st.data(), SEEDS, GROUPS, st.integers(0, 1_000_000), st.integers(0, 1_000_000))
def test_no_more_is_sold_than_a_share_beyond_what_is_asked(
    data: st.DataObject, seed: int, group: tuple[str, ...], floor_cents: int, more_cents: int
) -> None:
    """Nothing further is sold of a plan that has the money; a higher floor raises no less."""
    household, cash = portfolio_of(seed)
    trades = data.draw(planned(household.positions))
    found = [
        money_of(
            with_cash_raised(trades, household, replace(cash, floors={group: floor}), step=SHARE),
            cash,
            group,
        )
        for floor in (floor_cents, floor_cents + more_cents)
    ]
    unasked = money_of(with_cash_raised(trades, household, cash, step=SHARE), cash, group)
    share = max(one.price for one in household.positions) // 10**6 + 1
    assert unasked <= found[0] <= max(unasked, floor_cents + share)
    assert found[1] >= min(found[0], floor_cents + more_cents)
