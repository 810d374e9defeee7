"""Orders for contracts: all that an overlay trades, none long and short at once."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from taxlots.domain.account import Account, AccountKind
from taxlots.domain.contract import Contract, ContractKind
from taxlots.domain.money import SHARE
from taxlots.domain.order import Side
from taxlots.plan.exposure.currency_hedge import ForwardTrade
from taxlots.plan.rebalance.contract_orders import forward_orders, overlay_orders
from taxlots.plan.rebalance.overlaid import Overlaid, OverlaidLine
from taxlots.plan.rebalance.overlay_contracts import OverlayContract

DAY = date(2024, 12, 31)
ACCOUNT = Account(
    id="joint",
    household="home",
    tax_return="home",
    kind=AccountKind.TAXABLE,
    owner="Avery",
)


def overlaid(held: int, count: int, kind: ContractKind) -> tuple[Overlaid, dict[str, Contract]]:
    contract = OverlayContract(
        symbol="ES",
        asset_class="us equities",
        account=ACCOUNT,
        notional_cents=595_000,
        moves_with={"USEQ": 1.0},
        tied=0.1,
        held=held,
    )
    line = OverlaidLine(contract=contract, exact=float(count), count=count)
    found = Overlaid(
        lines=(line,),
        error_before=0,
        error_alone=0,
        error_unhedged=0,
        error_after=0,
        basis=0,
        worth=0,
        gap_bps=0,
    )
    return found, {"ES": Contract(symbol="ES", kind=kind)}


@given(held=st.integers(-20, 20), count=st.integers(-20, 20))
def test_futures_go_from_what_is_held_to_what_is_planned(held: int, count: int) -> None:
    """What closes is no more than is open, and what opens begins where nothing is."""
    overlay, rows = overlaid(held, count, ContractKind.FUTURE)
    position = held
    orders = overlay_orders(overlay, rows, DAY)
    for one in orders:
        contracts = one.quantity // SHARE
        assert contracts > 0
        signed = contracts if one.side is Side.BUY else -contracts
        if one.effect == "close":
            assert abs(position + signed) == abs(position) - contracts
        else:
            assert abs(position + signed) == abs(position) + contracts
        position += signed
    assert position == count
    assert len({one.client_order_id for one in orders}) == len(orders) <= 2


@given(held=st.integers(-20, 20), count=st.integers(-20, 20))
def test_a_swap_is_ordered_in_dollars_of_its_notional(held: int, count: int) -> None:
    overlay, rows = overlaid(held, count, ContractKind.SWAP)
    orders = overlay_orders(overlay, rows, DAY)
    assert sum(one.quantity for one in orders) == abs(count - held) * 5_950 * SHARE
    assert {(one.unit, one.effect) for one in orders} <= {("dollars", "")}


@given(units=st.floats(-1e8, 1e8))
def test_a_forward_is_ordered_to_the_hundredth_of_its_currency(units: float) -> None:
    forward = ForwardTrade(
        currency="EUR",
        units=units,
        price=1.05,
        days=91.0,
        ratio_before=0.2,
        ratio_after=0.5,
        carry=0.0,
        trade_cost=0.0,
    )
    orders = forward_orders([forward], ACCOUNT, DAY)
    assert len(orders) == (round(abs(units) * 100) > 0)
    for one in orders:
        assert (one.side is Side.BUY) is (units > 0)
        assert abs(one.quantity / SHARE - abs(units)) <= 0.005 + 1e-6
        assert one.due == date(2025, 4, 1)
