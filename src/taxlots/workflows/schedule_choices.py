"""What is asked beside a schedule: a block against the worked order, and the legs of a currency."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from taxlots.domain.currency_rate import NEEDED, currency_rates_from
from taxlots.domain.money import dollars, dollars_if_known
from taxlots.domain.problem import UsageError
from taxlots.domain.row_cells import PLACES
from taxlots.plan.execution.block_trade import BlockChoice
from taxlots.plan.execution.currency_legs import CurrencyPair, crossing_cost
from taxlots.plan.execution.impact import TradeCost
from taxlots.plan.execution.lots_by_tranche import StaggeredSale
from taxlots.reports.plan_figures import figure, money
from taxlots.workflows.rows_of_file import rows_of_file
from taxlots.workflows.schedule_inputs import ScheduleAsked

HOME: Final = "USD"
ONE: Final = 10**PLACES


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What is said of one choice: a key of the JSON, and sentences."""

    json: dict[str, Any]
    sentences: tuple[str, ...]


def block_choice(
    choice: BlockChoice,
    discount: float,
    block: StaggeredSale | None,
    worked: StaggeredSale | None,
) -> Choice:
    """A block and the order worked at its best schedule, side by side.

    ``block`` is the sale of all of it now, ``worked`` that in tranches, both before their costs;
    where both taxes are known they count too.
    """
    taxes = _tax(block), _tax(worked)
    extra = 0.0 if taxes[0] is None or taxes[1] is None else (taxes[0] - taxes[1]) / 100
    is_block = choice.block_cost + extra < choice.worked_equivalent
    better = "the block" if is_block else "to work the order"
    said = (
        f"A block at {figure(discount * 100, 2)} % below the price costs {money(choice.block_cost)}"
        f" now; worked at its best schedule the order is expected to cost"
        f" {money(choice.worked_cost)}, give or take {money(choice.worked_deviation)}, which is"
        f" {money(choice.worked_equivalent)} with its risk"
    )
    taxed = (
        ""
        if taxes[0] is None or taxes[1] is None
        else f"; tax is {dollars(taxes[0])} of the block and {dollars(taxes[1])} of the schedule"
    )
    breakeven = (
        f"{better[0].upper()}{better[1:]} costs less; without tax both are equal at a discount of"
        f" {figure(choice.breakeven_discount * 100, 2)} %"
    )
    return Choice(
        json={
            "block": {
                "discount": figure(discount, 6),
                "cost": money(choice.block_cost),
                "worked_cost": money(choice.worked_cost),
                "worked_deviation": money(choice.worked_deviation),
                "worked_with_risk": money(choice.worked_equivalent),
                "tax": dollars_if_known(taxes[0]),
                "worked_tax": dollars_if_known(taxes[1]),
                "breakeven_discount": figure(choice.breakeven_discount, 6),
                "better": "block" if is_block else "work",
            }
        },
        sentences=(said + taxed, breakeven),
    )


def crossing(asked: ScheduleAsked, value: float, cost: TradeCost) -> Choice:
    """The legs of a trade whose security is in another currency, each with its cost.

    ``value`` is that of the trade in dollars at mid rates.  Raises UsageError where the pairs of
    the file do not lead from one currency to the other, DataError for its bad cells.
    """
    currency = asked.currency.upper()
    if not currency or asked.rates is None:
        raise UsageError("--currency and --rates go together: the currency, and a file of pairs")
    if currency == HOME:
        raise UsageError("--currency USD crosses none; leave it out")
    pairs = currency_pairs(asked.rates)
    legs = crossing_cost(
        value, asked.symbol, HOME, currency, pairs, cost, is_sale=not asked.is_purchase
    )
    exchanges = [one for one in legs.legs if asked.symbol not in (one.sold, one.bought)]
    way = ", ".join(f"{one.sold} to {one.bought} {money(one.cost)}" for one in exchanges)
    order = "exchanges before it buys" if asked.is_purchase else "exchanges what the sale brings"
    said = (
        f"The trade is in {currency}: it {order} ({way}); with the trade itself all legs cost"
        f" {money(legs.total)}"
    )
    apart = (
        f"What {currency} gain or lose between being got and being spent is a gain or loss of its"
        " own, ordinary as a rule (26 USC 988): these books do not keep it"
    )
    return Choice(
        json={
            "crossing": {
                "currency": currency,
                "legs": [
                    {"sold": one.sold, "bought": one.bought, "cost": money(one.cost)}
                    for one in legs.legs
                ],
                "mid_rate": figure(legs.mid_rate, 8),
                "total": money(legs.total),
            }
        },
        sentences=(said, apart),
    )


def currency_pairs(path: Path) -> Sequence[CurrencyPair]:
    """The pairs of a file.  Raises UsageError and DataError."""
    rates = rows_of_file(path, NEEDED, currency_rates_from)
    return [
        CurrencyPair(
            base=one.base,
            quote=one.quote,
            rate=one.rate / ONE,
            spread=one.spread / ONE,
            fee=one.fee / ONE,
        )
        for one in rates
    ]


def _tax(sale: StaggeredSale | None) -> int | None:
    return None if sale is None else sale.cost_cents
