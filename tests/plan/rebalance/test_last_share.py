"""A last share from where a withdrawal's flow goes: the money is raised all the same."""

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.plan.rebalance.planned import SEEDS, is_sound, money_of, planned, portfolio_of

from taxlots.domain.money import SHARE
from taxlots.domain.order import Side
from taxlots.plan.rebalance.household_portfolio import CashNeeds
from taxlots.plan.rebalance.last_share import with_last_share_of
from taxlots.plan.rebalance.raised_cash import with_cash_raised

GROUPS = st.sampled_from([("T1",), ("I",), ("T1", "T2")])


@settings(max_examples=60, deadline=None)
@given(st.data(), SEEDS, GROUPS, st.sets(st.sampled_from(["S0", "S1", "S2"])))
def test_a_group_still_has_its_money_and_only_last_shares_move(
    data: st.DataObject, seed: int, group: tuple[str, ...], drained: set[str]
) -> None:
    """Of others single shares are left, and of the drained ones more is sold, if at all."""
    household, cash = portfolio_of(seed)
    floor = sum(cash.held_cents[name] for name in group) + data.draw(st.integers(1, 500_000))
    needs = CashNeeds(cash.held_cents, {group: floor})
    drawn = data.draw(planned(household.positions))
    before = with_cash_raised(drawn, household, needs, step=SHARE)
    after = with_last_share_of(frozenset(drained), before, household, needs, step=SHARE)
    assert all(is_sound(one) for one in after)
    assert money_of(after, needs, group) >= min(floor, money_of(before, needs, group))
    units = {one.position.name: one.units for one in after}
    for one in before:
        now = units.pop(one.position.name, 0)
        if one.side is Side.BUY or now == one.units:
            assert now == one.units
        elif one.position.symbol in drained:
            assert now > one.units
        else:
            assert (now, one.units) == (0, SHARE)
            assert all(sale.lot.gain_cents >= 0 for sale in one.sales)
    assert not units, "nothing is sold that was not"
