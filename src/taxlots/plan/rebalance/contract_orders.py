"""Orders for the contracts of a plan: futures and swaps of an overlay, forwards of its hedges."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from taxlots.domain.account import Account
from taxlots.domain.contract import Contract, ContractKind
from taxlots.domain.money import CENTS_PER_DOLLAR, SHARE, dollars
from taxlots.domain.order import Side
from taxlots.plan.exposure.currency_hedge import ForwardTrade
from taxlots.plan.orders import client_order_id
from taxlots.plan.rebalance.overlaid import Overlaid, OverlaidLine

FORWARD = "forward"


class Effect(StrEnum):
    """Whether an order for futures opens a position or closes one."""

    OPEN = "open"
    CLOSE = "close"


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractOrder:
    """One order for contracts.

    ``quantity`` is in 1e-8 of ``unit``: contracts of a future, dollars of notional of a swap, units
    of the currency of a forward.  ``price`` is the last one in 1e-8 dollars (of a forward: that of
    delivery), None where there is none.  ``notional_e8`` are 1e-8 dollars that a unit stands for.
    ``effect`` is blank of what is not traded on an exchange; ``due`` is its expiry or delivery.
    """

    account: Account
    kind: str
    symbol: str
    side: Side
    effect: str
    quantity: int
    unit: str
    price: int | None
    currency: str
    notional_e8: int
    due: date | None
    client_order_id: str
    reason: str


def overlay_orders(
    overlay: Overlaid | None, rows: Mapping[str, Contract], day: date
) -> tuple[ContractOrder, ...]:
    """What is traded of the contracts of an overlay, each as its row of contracts.csv has it.

    Futures that go from one side to the other are two orders, the closing one first.
    """
    lines = () if overlay is None else overlay.lines
    return tuple(
        order for line in lines for order in _of_line(line, rows[line.contract.symbol], day)
    )


def forward_orders(
    forwards: Sequence[ForwardTrade], account: Account, day: date
) -> tuple[ContractOrder, ...]:
    """The forwards that bring hedges back to their ratios, to the hundredth of a unit."""
    found = []
    for one in forwards:
        quantity = round(abs(one.units) * CENTS_PER_DOLLAR) * (SHARE // CENTS_PER_DOLLAR)
        side = Side.BUY if one.units > 0 else Side.SELL
        price = round(one.price * SHARE)
        if quantity:
            found.append(
                ContractOrder(
                    account=account,
                    kind=FORWARD,
                    symbol=one.currency,
                    side=side,
                    effect="",
                    quantity=quantity,
                    unit=one.currency,
                    price=price,
                    currency=one.currency,
                    notional_e8=price,
                    due=day + timedelta(days=round(one.days)),
                    client_order_id=_name(day, account, side, one.currency, FORWARD),
                    reason=f"hedge: {100 * one.ratio_after:.1f} % of its exposure,"
                    f" {100 * one.ratio_before:.1f} % before",
                )
            )
    return tuple(found)


def _of_line(line: OverlaidLine, row: Contract, day: date) -> Iterator[ContractOrder]:
    one = line.contract
    if not line.trade:
        return
    side = Side.BUY if line.trade > 0 else Side.SELL
    is_future = row.kind is ContractKind.FUTURE
    for count, effect in _parts(one.held, line.trade) if is_future else [(abs(line.trade), "")]:
        cents = count * one.notional_cents
        yield ContractOrder(
            account=one.account,
            kind=str(row.kind),
            symbol=one.symbol,
            side=side,
            effect=effect,
            quantity=count * SHARE if is_future else cents * (SHARE // CENTS_PER_DOLLAR),
            unit="contracts" if is_future else "dollars",
            price=row.figures.get("price"),
            currency=row.currency,
            notional_e8=one.notional_cents * (SHARE // CENTS_PER_DOLLAR) if is_future else SHARE,
            due=row.expiry,
            client_order_id=_name(day, one.account, side, one.symbol, f"overlay {effect}"),
            reason=f"overlay: {line.count} stand for {dollars(line.notional_cents)} of"
            f" {one.asset_class}",
        )


def _parts(held: int, trade: int) -> list[tuple[int, str]]:
    """How many contracts a trade closes of what is held, and how many it opens."""
    closes = min(abs(held), abs(trade)) if held * trade < 0 else 0
    parts = [(closes, str(Effect.CLOSE)), (abs(trade) - closes, str(Effect.OPEN))]
    return [(count, effect) for count, effect in parts if count]


def _name(day: date, account: Account, side: Side, symbol: str, name: str) -> str:
    return client_order_id(day, account.household, account.id, side, symbol, name)
