"""Forced trades are made as they were said, and others give way where money is short."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.plan.rebalance.planned import SEEDS, is_sound, money_of, planned, portfolio_of

from taxlots.domain.money import SHARE
from taxlots.domain.order import Side
from taxlots.plan.rebalance.forced_trades import as_forced


@st.composite
def forced_shares(draw: st.DrawFn, seed: int) -> dict[int, int]:
    """Shares that are forced by place: sales of what may be sold, or purchases."""
    household, _ = portfolio_of(seed)
    found = {}
    for place in draw(st.sets(st.integers(0, len(household.positions) - 1), max_size=3)):
        own = household.positions[place]
        most = sum(one.quantity for one in own.lots if not one.bar) // SHARE
        count = draw(st.integers(-most, 0 if own.buy_bar else 30))
        if count:
            found[place] = count
    return found


@settings(max_examples=60)
@given(st.data(), SEEDS)
def test_what_is_forced_is_made_to_the_share_and_the_rest_only_gives_way(
    data: st.DataObject, seed: int
) -> None:
    """Other sales stand as they were, other purchases are no larger, and lots are not oversold."""
    forced = data.draw(forced_shares(seed))
    household, cash = portfolio_of(seed, forced)
    trades = data.draw(planned(household.positions))
    found = as_forced(trades, household, cash, step=SHARE)
    made = {one.position.name: one for one in found}
    assert len(made) == len(found)
    assert all(is_sound(one) for one in found)
    names = {household.positions[place].name: count for place, count in forced.items()}
    for name, count in names.items():
        assert made[name].side is (Side.BUY if count > 0 else Side.SELL)
        assert made[name].units == abs(count) * SHARE
    before = {one.position.name: one for one in trades if one.position.name not in names}
    assert made.keys() <= before.keys() | names.keys()
    for name, trade in before.items():
        if trade.side is Side.SELL:
            assert made[name] == trade
        elif name in made:
            assert made[name].units <= trade.units


@settings(max_examples=60)
@given(st.data(), SEEDS)
def test_other_purchases_spend_no_more_than_forced_ones_leave(
    data: st.DataObject, seed: int
) -> None:
    forced = data.draw(forced_shares(seed))
    household, cash = portfolio_of(seed, forced)
    if not forced:
        return
    found = as_forced(data.draw(planned(household.positions)), household, cash, step=SHARE)
    names = {household.positions[place].name for place in forced}
    for account in cash.held_cents:
        others = [
            one
            for one in found
            if one.side is Side.BUY
            and one.position.account.id == account
            and one.position.name not in names
        ]
        assert not others or money_of(found, cash, [account]) >= 0


@settings(max_examples=60)
@given(SEEDS, st.integers(0, 8), st.booleans(), st.floats(0, 1))
def test_a_forced_amount_is_met_to_less_than_a_share_and_never_exceeded(
    seed: int, place: int, is_sale: bool, share: float
) -> None:
    household, cash = portfolio_of(seed)
    own = household.positions[place]
    cents = round(share * (own.sellable_cents if is_sale else 500_000))
    wanted = replace(own, forced_cents=-cents if is_sale else cents)
    positions = [wanted if one is own else one for one in household.positions]
    forced = replace(household, positions=tuple(positions))
    made = {one.position.name: one for one in as_forced([], forced, cash, step=SHARE)}
    got = made[own.name].cents if own.name in made else 0
    assert cents - own.price // 10**6 - 1 < got <= cents
