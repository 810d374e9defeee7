"""Households and plans in shares that a property test draws."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from hypothesis import strategies as st
from tests.plan.rebalance.households import household

from taxlots.domain.money import SHARE
from taxlots.domain.order import Side
from taxlots.plan.cash_flow import Offer
from taxlots.plan.rebalance.household_portfolio import (
    CashNeeds,
    HouseholdPortfolio,
    household_portfolio,
)
from taxlots.plan.rebalance.positions import Position
from taxlots.plan.rebalance.whole_trades import LotSale, Trade

SEEDS = st.integers(0, 10**6)


def portfolio_of(
    seed: int, forced_shares: Mapping[int, int] | None = None
) -> tuple[HouseholdPortfolio, CashNeeds]:
    """A random household, some of whose positions are forced: shares by place, sold below 0."""
    question = household(seed, 3)
    positions = list(question.positions)
    for place, count in (forced_shares or {}).items():
        own = positions[place]
        cents = (1 if count > 0 else -1) * offer_of(own).cost_cents(abs(count) * SHARE)
        positions[place] = replace(own, forced_cents=cents, forced_units=count * SHARE)
    model, years, terms = question.model, question.years, question.terms
    weights = question.symbol_weights
    found = household_portfolio(positions, question.cash, weights, model, years, terms)
    return found, question.cash


def offer_of(position: Position) -> Offer:
    return Offer(symbol=position.symbol, price=position.price, multiplier=position.multiplier)


@st.composite
def planned(draw: st.DrawFn, positions: Sequence[Position]) -> list[Trade]:
    """Sales of whole shares of lots that may be sold, and purchases where they may be made."""
    found = []
    for own in positions:
        lots = [one for one in own.lots if not one.bar]
        side = draw(st.sampled_from([None, *Side]))
        sales: tuple[LotSale, ...] = ()
        if side is Side.BUY and not own.buy_bar:
            units = draw(st.integers(1, 40)) * SHARE
        elif side is Side.SELL and lots:
            taken = [(one, draw(st.integers(0, one.quantity // SHARE))) for one in lots]
            sales = tuple(LotSale(lot=one, units=n * SHARE) for one, n in taken if n)
            units = sum(one.units for one in sales)
        else:
            continue
        if units:
            cents = offer_of(own).cost_cents(units)
            found.append(Trade(position=own, side=side, units=units, cents=cents, sales=sales))
    return sorted(found, key=lambda one: one.side is Side.BUY)


def money_of(trades: Sequence[Trade], cash: CashNeeds, group: Sequence[str]) -> int:
    """What accounts hold after some trades, in cents."""
    total = sum(cash.held_cents[name] for name in group)
    for one in trades:
        if one.position.account.id in group:
            total += (1 if one.side is Side.SELL else -1) * one.cents - one.cost_cents
    return total


def is_sound(trade: Trade) -> bool:
    """A sale is of lots that may be sold, no more of each than there is, and its value fits."""
    parts = sum(one.units for one in trade.sales)
    return (
        trade.cents == offer_of(trade.position).cost_cents(trade.units)
        and (trade.side is Side.BUY or parts == trade.units)
        and all(0 < one.units <= one.lot.quantity and not one.lot.bar for one in trade.sales)
    )
