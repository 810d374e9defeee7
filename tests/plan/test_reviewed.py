"""Orders of a run after people changed and signed them."""

import pytest

from taxlots.domain.harvest_run import Approval, OrderState, Override, OverrideAction, RunOrder
from taxlots.domain.money import SHARE
from taxlots.domain.order import Side
from taxlots.plan.reviewed import ReviewedOrder, order_hash, reviewed_orders


def order(name: str, side: Side, shares: int, symbol: str = "ABC", account: str = "A") -> RunOrder:
    return RunOrder(
        client_order_id=name,
        household="home",
        account=account,
        side=side,
        symbol=symbol,
        quantity=shares * SHARE,
        lot_id=f"lot-{name}" if side is Side.SELL else "",
        for_symbol="ABC",
        cells={"client_order_id": name, "symbol": symbol, "quantity": str(shares), "cusip": "1"},
    )


ORDERS = (
    order("s1", Side.SELL, 60),
    order("s2", Side.SELL, 40),
    order("b1", Side.BUY, 33, "XYZ"),
)


def change(
    name: str, action: OverrideAction, shares: int | None = None, symbol: str = ""
) -> Override:
    quantity = None if shares is None else shares * SHARE
    return Override(
        actor="bob",
        reason="he said so",
        action=action,
        client_order_id=name,
        quantity=quantity,
        symbol=symbol,
    )


def quantities(*overrides: Override) -> list[int]:
    return [one.order.quantity // SHARE for one in reviewed_orders(ORDERS, overrides)]


def signed(orders: tuple[ReviewedOrder, ...]) -> list[Approval]:
    return [
        Approval(
            actor="carol",
            client_order_id=one.order.client_order_id,
            order_hash=order_hash(one.order),
        )
        for one in orders
    ]


def test_without_changes_orders_stand_as_planned() -> None:
    reviewed = reviewed_orders(ORDERS, ())
    assert [one.order for one in reviewed] == list(ORDERS)
    assert {one.state for one in reviewed} == {OrderState.PROPOSED}


@pytest.mark.parametrize(
    ("overrides", "expected"),
    [
        ([change("s2", OverrideAction.EXCLUDE)], [60, 0, 19]),
        ([change("s1", OverrideAction.CAP, 10)], [10, 40, 16]),
        ([change("s1", OverrideAction.EXCLUDE), change("s2", OverrideAction.EXCLUDE)], [0, 0, 0]),
        ([change("s1", OverrideAction.EXCLUDE), change("s1", OverrideAction.FORCE)], [60, 40, 33]),
        ([change("s1", OverrideAction.CAP, 1), change("s1", OverrideAction.CAP, 30)], [30, 40, 23]),
        ([change("b1", OverrideAction.EXCLUDE)], [60, 40, 0]),
        ([change("b1", OverrideAction.CAP, 20)], [60, 40, 20]),
    ],
    ids=["exclude", "cap", "exclude all", "bring back", "cap again", "keep cash", "buy less"],
)
def test_a_purchase_shrinks_with_the_sales_that_pay_for_it(
    overrides: list[Override], expected: list[int]
) -> None:
    """33 shares for 100 sold: 19.8 for 60 of them, cut down to whole shares."""
    assert quantities(*overrides) == expected


def test_a_replacement_shrinks_with_the_sales_too() -> None:
    replaced = change("b1", OverrideAction.REPLACE, 50, "QRS")
    reviewed = reviewed_orders(ORDERS, [replaced, change("s2", OverrideAction.EXCLUDE)])
    bought = reviewed[2].order
    assert (bought.symbol, bought.quantity) == ("QRS", 30 * SHARE)
    assert (bought.cells["symbol"], bought.cells["quantity"], bought.cells["cusip"]) == (
        "QRS",
        "30",
        "",
    )


def test_sales_of_another_account_pay_for_nothing_here() -> None:
    other = order("s3", Side.SELL, 500, account="B")
    reviewed = reviewed_orders((*ORDERS, other), [change("s3", OverrideAction.EXCLUDE)])
    assert reviewed[2].order.quantity == 33 * SHARE


def test_a_signature_stands_under_an_order_as_it_was() -> None:
    approvals = signed(reviewed_orders(ORDERS, ()))
    reviewed = reviewed_orders(ORDERS, [change("s2", OverrideAction.CAP, 10)], approvals)
    assert [one.state for one in reviewed] == [
        OrderState.APPROVED,
        OrderState.PROPOSED,
        OrderState.PROPOSED,
    ]
    assert [one.was_approved for one in reviewed] == [True, True, True]


def test_fills_tell_whether_an_order_is_executed() -> None:
    filled = {"s1": 60 * SHARE, "s2": 1}
    states = [one.state for one in reviewed_orders(ORDERS, (), (), filled)]
    assert states == [OrderState.FILLED, OrderState.PARTLY_FILLED, OrderState.PROPOSED]
