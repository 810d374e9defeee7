"""The tax cost of a lot as text: its pieces, what it comes to, and what that rests on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from taxlots.domain.calendar import date_of
from taxlots.domain.money import dollars, shares
from taxlots.domain.tax_rate import rate_text
from taxlots.law.s1222_term import long_term_from
from taxlots.plan.year_tax import RatedYear, ReckonedYear

if TYPE_CHECKING:
    from taxlots.plan.later_years import LaterYears
    from taxlots.plan.selection import SaleRequest, Selection
    from taxlots.plan.tax_cost import Outcome, TaxCost
    from taxlots.plan.year_tax import YearTax

TERMS: Final = ("ST", "LT")
CENT_PRICE: Final = 10**6
"""A cent as a price."""


def piece_rows(selection: Selection) -> list[dict[str, str]]:
    """One row for each piece that the sale would close, in the order of relief."""
    return [
        {
            "lot_id": one.lot_id,
            "acquired_date": date_of(one.acquired).isoformat(),
            "term": TERMS[one.is_long],
            "long_term_from": "" if one.is_long else _long_from(one),
            "days_to_long_term": str(one.days_to_long_term),
            "quantity": shares(one.quantity),
            "proceeds": dollars(one.proceeds_cents),
            "cost_basis": dollars(one.basis_cents),
            "wash_sale_loss_disallowed": dollars(one.disallowed_cents),
            "gain": dollars(one.gain_cents),
            **cost_cells((cost,)),
        }
        for one, cost in zip(selection.outcomes, selection.costs, strict=True)
    ]


def cost_cells(costs: tuple[TaxCost, ...]) -> dict[str, str]:
    """What some pieces cost in tax together, in dollars; negative where it is saved."""
    return {
        "tax_now": dollars(sum(cost.now_cents for cost in costs)),
        "tax_later": dollars(sum(cost.later_cents for cost in costs)),
        "tax_cost": dollars(sum(cost.total_cents for cost in costs)),
        "deferred_loss": dollars(sum(cost.deferred_cents for cost in costs)),
        "permanently_disallowed": dollars(sum(cost.permanent_cents for cost in costs)),
    }


def assumed_cells(later: LaterYears) -> dict[str, str]:
    """What is assumed of later years, as JSON."""
    return {
        "income_rate": rate_text(later.income_rate_ppm),
        "gain_rate": rate_text(later.gain_rate_ppm),
        "sale_rate": rate_text(later.sale_rate_ppm),
        "limit": dollars(later.limit_cents),
        "gains": dollars(later.gains_cents),
        "discount": rate_text(later.discount_ppm),
        "years_to_sale": str(later.years_to_sale),
    }


def price_text(price: int) -> str:
    """A price in 1e-8 dollars, with two decimals or as many as it has."""
    cents, rest = divmod(price, CENT_PRICE)
    return shares(price) if rest else dollars(cents)


def waiting_cells(selection: Selection, as_long_cents: int | None) -> dict[str, str] | None:
    """From when on the sale would be long-term, and what it would cost then; None if it is."""
    if as_long_cents is None:
        return None
    last = max(selection.outcomes, key=lambda one: one.days_to_long_term)
    spent = sum(cost.total_cents for cost in selection.costs)
    return {
        "long_term_from": _long_from(last),
        "days": str(last.days_to_long_term),
        "tax_cost": dollars(as_long_cents),
        "saved": dollars(spent - as_long_cents),
    }


def cost_sentences(selection: Selection, year: YearTax, as_long_cents: int | None) -> Iterator[str]:
    """What the figures mean, and what they rest on, one sentence each."""
    waiting = waiting_cells(selection, as_long_cents)
    if waiting is not None:
        yield (
            f"All of it is long-term from {waiting['long_term_from']}, in {waiting['days']} days:"
            f" at this price and by this year's tax it would cost {waiting['tax_cost']} then"
        )
    if any(one.gain_cents < 0 for one in selection.outcomes):
        yield "A purchase within 30 days after the sale, in any account, may disallow the loss"
    yield from _later_sentences(selection, year)


def _later_sentences(selection: Selection, year: YearTax) -> Iterator[str]:
    later, costs = year.later, selection.costs
    rate = rate_text(later.discount_ppm)
    deferred = sum(cost.deferred_cents for cost in costs)
    if deferred:
        yield (
            f"Disallowed loss of {dollars(deferred)} joins the basis of replacement shares: taken"
            f" to save {rate_text(later.sale_rate_ppm)} of it in {later.years_to_sale} years"
        )
    if any(cost.permanent_cents for cost in costs):
        gone = sum(cost.permanent_cents for cost in costs)
        yield f"Disallowed loss of {dollars(gone)} joins no basis and is gone"
    if isinstance(year, ReckonedYear) and any(c.later_cents for c in costs):
        yield (
            f"What is carried on is taken to save {rate_text(later.income_rate_ppm)} on up to"
            f" {dollars(later.limit_cents)} of income a year, and {rate_text(later.gain_rate_ppm)}"
            f" on {dollars(later.gains_cents)} of gains; a later dollar is worth {rate} less a year"
        )


def _long_from(one: Outcome) -> str:
    return date_of(long_term_from(one.holding_period)).isoformat()


def rate_sentence(year: YearTax) -> str:
    """By which tax the cost is reckoned."""
    if isinstance(year, RatedYear):
        return (
            f"The profile states the rates {rate_text(year.short_ppm)} (short-term) and"
            f" {rate_text(year.long_ppm)} (long-term): they hold for every dollar"
        )
    return "The tax of the year is reckoned with the sale and without it"


def cost_json(
    request: SaleRequest,
    tax_return: str,
    selection: Selection,
    year: YearTax,
    as_long_cents: int | None,
) -> dict[str, Any]:
    """The tax cost as JSON: money, rates and quantities are strings."""
    return {
        "as_of": request.day,
        "lot_id": selection.outcomes[0].lot_id,
        "account": request.account,
        "symbol": request.symbol,
        "quantity": shares(request.quantity),
        "price": price_text(request.price),
        "tax_return": tax_return,
        **cost_cells(selection.costs),
        "gain_short": dollars(selection.gain_cents(is_long=False)),
        "gain_long": dollars(selection.gain_cents(is_long=True)),
        "pieces": piece_rows(selection),
        "long_term": waiting_cells(selection, as_long_cents),
        "rates": "stated" if isinstance(year, RatedYear) else "reckoned",
        "assumed": assumed_cells(year.later),
        "because": [rate_sentence(year), *cost_sentences(selection, year, as_long_cents)],
    }
