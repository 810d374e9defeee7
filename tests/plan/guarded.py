"""Households before an order: the guard asked in a few words."""

from datetime import date

from tests.plan.situations import World, units

from taxlots.domain.security import Security
from taxlots.plan.considered_trades import ConsideredSale, SoldPart
from taxlots.plan.purchases import Purchase
from taxlots.plan.trade_check import TradeCheck, TradeVerdict
from taxlots.plan.trade_guard import PlannedLoss, TradeGuard

PRICES = {"ABC": "8", "XYZ": "20", "ABC-C": "3", "IDX1": "80", "IDX2": "80", "BTC": "8"}
OK, PARTIAL, BLOCKED = TradeVerdict.OK, TradeVerdict.PARTIAL, TradeVerdict.BLOCKED


def world(**fields: object) -> World:
    """100 ABC bought at 10 long ago, worth 8; every symbol is listed."""
    made = World(PRICES, **fields)  # type: ignore[arg-type]
    made.securities = {name: Security(symbol=name) for name in PRICES}
    made.lot("old", 100, "ABC", 1000)
    return made


def guard_of(
    w: World,
    planned: tuple[PlannedLoss, ...] = (),
    expected: tuple[Purchase, ...] = (),
) -> TradeGuard:
    """A guard whose sales close the lots of a position in order of acquisition, at the closes."""
    situation = w.situation()

    def relief(where: str, symbol: str, price: int | None) -> ConsideredSale:
        del price
        parts = []
        for lot in sorted(situation.lots, key=lambda lot: lot.rank):
            if (lot.account, lot.symbol) == (where, symbol):
                proceeds = lot.quantity * situation.quotes[symbol].close // 10**14
                parts.append(
                    SoldPart(
                        lot_id=lot.lot_id,
                        acquired=(lot.acquired - date(1970, 1, 1)).days,
                        rank=lot.rank,
                        quantity=lot.quantity,
                        basis_cents=lot.cost_basis_cents,
                        proceeds_cents=proceeds,
                        is_tested=proceeds < lot.cost_basis_cents,
                        is_unknown=lot.basis_status == "unknown",
                    )
                )
        return ConsideredSale(tuple(parts))

    return TradeGuard(situation, planned=planned, expected=expected, reliefs=relief)


def sell(w: World, quantity: str | None = None, symbol: str = "ABC") -> TradeCheck:
    return guard_of(w).can_sell("main", symbol, None if quantity is None else units(quantity))


def buy(
    w: World, quantity: str | None = None, where: str = "main", symbol: str = "ABC"
) -> TradeCheck:
    return guard_of(w).can_buy(where, symbol, None if quantity is None else units(quantity))
