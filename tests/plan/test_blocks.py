"""Blocks are shared out by a stated rule: pro rata, largest remainder, ties in account order."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taxlots.domain.harvest_run import RunOrder
from taxlots.domain.money import SHARE
from taxlots.domain.order import Side
from taxlots.plan.blocks import Allocation, Block, allocate, average_price, blocks_of

ACCOUNTS = ("A", "B", "C")


def order(
    account: str, quantity: int, *, name: str = "", symbol: str = "ABC", side: Side = Side.SELL
) -> RunOrder:
    return RunOrder(
        client_order_id=name or f"o-{account}",
        household="home",
        account=account,
        side=side,
        symbol=symbol,
        quantity=quantity,
        lot_id="",
        for_symbol=symbol,
        cells={"custodian": "Schwab"},
    )


def block(*quantities: int) -> Block:
    orders = [order(ACCOUNTS[n % 3], q, name=f"o{n}") for n, q in enumerate(quantities)]
    found = blocks_of(orders, ACCOUNTS)
    return found[0]


def shares(found: tuple[Allocation, ...]) -> list[int]:
    return [one.quantity // SHARE for one in found]


def test_orders_of_one_security_side_and_custodian_are_one_block() -> None:
    there = replace(order("C", SHARE), cells={"custodian": "Fidelity"})
    orders = [
        order("B", 2 * SHARE),
        order("A", SHARE),
        order("A", SHARE, symbol="XYZ", name="x"),
        order("A", SHARE, side=Side.BUY, name="b"),
        order("A", 0, name="excluded"),
        there,
    ]
    found = blocks_of(orders, ACCOUNTS)
    assert [(b.custodian, b.side, b.symbol, [o.account for o in b.orders]) for b in found] == [
        ("Schwab", "SELL", "ABC", ["A", "B"]),
        ("Schwab", "SELL", "XYZ", ["A"]),
        ("Schwab", "BUY", "ABC", ["A"]),
        ("Fidelity", "SELL", "ABC", ["C"]),
    ]


def test_a_whole_fill_gives_everyone_what_was_ordered() -> None:
    found = allocate(block(60 * SHARE, 40 * SHARE), 100 * SHARE, 7_000_00)
    assert shares(found) == [60, 40]
    assert [one.amount_cents for one in found] == [4_200_00, 2_800_00]


@pytest.mark.parametrize(
    ("ordered", "filled", "expected"),
    [
        ((60, 40), 50, [30, 20]),
        ((50, 30, 20), 7, [4, 2, 1]),
        ((1, 1, 1), 2, [1, 1, 0]),
        ((1, 1, 1), 1, [1, 0, 0]),
        ((99, 1), 50, [50, 0]),
        ((60, 40), 0, [0, 0]),
    ],
)
def test_a_partial_fill_is_pro_rata_by_largest_remainder(
    ordered: tuple[int, ...], filled: int, expected: list[int]
) -> None:
    """7 of 100: 3.5, 2.1 and 1.4; 6 whole shares, and the last to the largest remainder, 0.5."""
    found = allocate(block(*(q * SHARE for q in ordered)), filled * SHARE, 100_00)
    assert shares(found) == expected


def test_everyone_trades_at_the_average_price() -> None:
    """100 shares for 7,000.01: the odd cent is with whom the cumulative shares leave it."""
    found = allocate(block(50 * SHARE, 50 * SHARE), 100 * SHARE, 7_000_01)
    assert [one.amount_cents for one in found] == [3_500_01, 3_500_00]
    assert average_price(100 * SHARE, 7_000_01) == 70_00010000


@given(
    st.lists(st.integers(1, 10**14), min_size=1, max_size=12),
    st.integers(0, 10**6),
    st.integers(0, 10**12),
    st.booleans(),
)
def test_sums_are_exact_and_no_order_gets_more_than_it_asked_for(
    sizes: list[int], part: int, cents: int, is_whole: bool
) -> None:
    unit = SHARE if is_whole else 1
    sizes = [max(1, size // SHARE) * SHARE if is_whole else size for size in sizes]
    one = block(*sizes)
    filled = one.quantity // unit * part // 10**6 * unit
    found = allocate(one, filled, cents)
    assert sum(a.quantity for a in found) == filled
    assert sum(a.amount_cents for a in found) == (cents if filled else 0)
    for allocation in found:
        exact = filled * allocation.order.quantity
        assert 0 <= allocation.quantity <= allocation.order.quantity
        assert abs(allocation.quantity * one.quantity - exact) < unit * one.quantity
        assert allocation.amount_cents >= 0
