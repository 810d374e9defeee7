"""Overrides in a rebalance: each position is limited and forced as people said, to the cent."""

from datetime import date

from hypothesis import example, given
from hypothesis import strategies as st
from tests.plan.rebalance.households import account, lot, position

from taxlots.domain.money import SHARE
from taxlots.domain.order import Side
from taxlots.domain.problem import UsageError
from taxlots.domain.trade_override import TradeAction, TradeOverride
from taxlots.plan.rebalance.overridden import overridden

AS_OF = date(2024, 6, 3)
MAIN, SECOND = account("main"), account("second")
POSITIONS = (
    position(MAIN, "ABC", 10_00, lot("a1", 60, 10_00, 5_00), lot("a2", 40, 10_00, 12_00)),
    position(MAIN, "XYZ", 50_00),
    position(SECOND, "ABC", 10_00),
    position(SECOND, "XYZ", 50_00, lot("x1", 20, 50_00, 40_00), buy_bar="it would wash a loss"),
)


@st.composite
def any_override(draw: st.DrawFn, place: int) -> TradeOverride:
    action = draw(
        st.sampled_from([TradeAction.CAP, TradeAction.EXCLUDE, TradeAction.LOCK, TradeAction.FORCE])
    )
    is_sized = action in (TradeAction.CAP, TradeAction.FORCE)
    is_quantity = is_sized and draw(st.booleans())
    return TradeOverride(
        id=f"o{place}",
        action=action,
        symbol=draw(st.sampled_from(["ABC", "XYZ"])),
        by="Rowan",
        reason="because",
        account=draw(st.sampled_from(["", "main", "second"])),
        side=None if action is TradeAction.LOCK else draw(st.sampled_from(Side)),
        quantity=draw(st.integers(1, 30)) * SHARE if is_quantity else None,
        amount_cents=draw(st.integers(1, 500_00)) if is_sized and not is_quantity else None,
    )


@st.composite
def any_overrides(draw: st.DrawFn) -> list[TradeOverride]:
    return [draw(any_override(place)) for place in range(draw(st.integers(0, 4)))]


def forced(name: str, side: Side, account_id: str = "", **size: int) -> TradeOverride:
    return TradeOverride(
        id=name,
        action=TradeAction.FORCE,
        symbol="ABC",
        by="Rowan",
        reason="because",
        account=account_id,
        side=side,
        quantity=size.get("quantity"),
        amount_cents=size.get("amount_cents"),
    )


@example(
    [
        forced("o1", Side.SELL, quantity=10 * SHARE),
        forced("o2", Side.BUY, "second", amount_cents=250_00),
    ]
)
@given(any_overrides())
def test_what_is_forced_is_what_was_said_and_within_the_limits(
    overrides: list[TradeOverride],
) -> None:
    """A quantity is forced to the unit and on the side that its dollars have."""
    try:
        found, _ = overridden(POSITIONS, overrides, AS_OF)
    except UsageError:
        return
    for before, own in zip(POSITIONS, found, strict=True):
        assert own.sellable_cents <= before.sellable_cents
        if before.buy_bar:
            assert own.most_bought_cents == 0
        if own.forced_cents > 0 and own.most_bought_cents is not None:
            assert own.forced_cents <= own.most_bought_cents
        assert -own.forced_cents <= own.sellable_cents
        if own.forced_units:
            assert own.forced_cents == own.forced_units * own.price * own.multiplier / 10**14


@given(any_overrides())
def test_what_nobody_speaks_of_is_traded_as_before(overrides: list[TradeOverride]) -> None:
    try:
        found, _ = overridden(POSITIONS, overrides, AS_OF)
    except UsageError:
        return
    for before, own in zip(POSITIONS, found, strict=True):
        where = before.account
        if any(one.speaks_of(where.household, where.id, before.symbol) for one in overrides):
            continue
        assert own.sellable_cents == before.sellable_cents
        assert own.most_bought_cents == (0 if before.buy_bar else None)
        assert own.forced_cents == own.forced_units == 0
