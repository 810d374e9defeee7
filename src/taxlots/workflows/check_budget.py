"""Budgets of a book: what the year has used of them, and which gains still fit."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from taxlots.domain.money import dollars, dollars_if_known, shares
from taxlots.domain.problem import DataError, UsageError
from taxlots.plan.budgets import Budget, BudgetCheck, GainSale, check_budget
from taxlots.plan.gain_budgets import GainBudget, capped_gains
from taxlots.workflows.gain_lots import GainLot, Holdings, gain_table, holdings_of
from taxlots.workflows.plan_page import PlanPage, told_page
from taxlots.workflows.stated_budget import realized_so_far, stated_budget
from taxlots.workflows.tax import Chain

if TYPE_CHECKING:
    from taxlots.plan.budgets import BudgetedSale

COLUMNS: Final = {
    "lot_id": "lot",
    "account": "account",
    "symbol": "symbol",
    "term": "term",
    "value": "value",
    "gain": "gain",
    "tax": "tax",
    "fit": "fit",
    "over": "over",
}


def budget_of_book(
    book: str,
    *,
    account: str | None = None,
    symbol: str | None = None,
    as_of: date | None = None,
    known_at: datetime | None = None,
) -> PlanPage:
    """Each lot with a gain against ``[rebalance.budget]``, one after the other.

    Long-term lots go first, and of each term those with least gain a dollar.  UsageError for a
    book without a budget, DataError for a bad one.
    """
    holdings = holdings_of(book, account=account, as_of=as_of, known_at=known_at)
    budget, problems = stated_budget(holdings.books.record)
    if problems:
        raise DataError(problems)
    if not budget.is_stated:
        raise UsageError(
            "the book states no budget; write gain = 10000.00 or tax = 1500.00 under"
            " [rebalance.budget] in book.toml"
        )
    lots = sorted(holdings.gains(account, symbol)[0], key=_dearness)
    returns = [
        _of_return(holdings, budget, name, [one for one in lots if _is_on(holdings, one, name)])
        for name in dict.fromkeys(holdings.tax_return(one.lot.account) for one in lots)
    ]
    told = tuple(sentence for one in returns for sentence in one["because"])
    name = holdings.books.record.name
    return told_page(
        gain_table(
            f"Gains of {name} against their budgets on {holdings.as_of}",
            COLUMNS,
            [row for one in returns for row in one["sales"]],
        ),
        {
            "book": name,
            "as_of": holdings.as_of.isoformat(),
            "returns": [{k: v for k, v in one.items() if k != "because"} for one in returns],
        },
        told,
        holdings.problems,
    )


def _dearness(one: GainLot) -> tuple[bool, Fraction, int]:
    ratio = Fraction(one.gain_cents, one.value_cents or 1)
    return not one.appraisal.is_long, ratio, one.lot.rank


def _is_on(holdings: Holdings, one: GainLot, tax_return: str) -> bool:
    return holdings.tax_return(one.lot.account) == tax_return


def _of_return(
    holdings: Holdings, budget: Budget, name: str, lots: list[GainLot]
) -> dict[str, Any]:
    """One return: its year so far, its budgets, and each lot."""
    chain, year = Chain(holdings.books), holdings.as_of.year
    sales = [
        GainSale(
            name=one.lot.lot_id,
            short_cents=0 if one.appraisal.is_long else one.gain_cents,
            long_cents=one.gain_cents if one.appraisal.is_long else 0,
        )
        for one in lots
    ]
    mine = [
        lot
        for lot in holdings.index.situation.lots
        if holdings.tax_return(lot.account) == name
        and not holdings.index.accounts[lot.account].kind.is_tax_deferred
    ]
    found = check_budget(
        budget,
        sales,
        holdings.years(name).two.this,
        realized_cents=realized_so_far(chain, name, year),
        holdings_cents=sum(holdings.value(lot) for lot in mine),
        as_of=holdings.as_of,
    )
    rows = [_row(one, lot) for one, lot in zip(found.sales, lots, strict=True)]
    return {
        "tax_return": name,
        "short_term": dollars(found.short_cents),
        "long_term": dollars(found.long_cents),
        "tax_used": dollars(found.tax_used_cents),
        "tax_budget": dollars_if_known(found.tax_year_cents),
        "tax_budget_by_now": dollars_if_known(found.tax_by_cents),
        "gain_budgets": {str(one): dollars_if_known(one.of(budget)) for one in GainBudget},
        "sales": rows,
        "because": list(_sentences(name, budget, found)),
    }


def _row(one: BudgetedSale, lot: GainLot) -> dict[str, str]:
    return {
        "lot_id": lot.lot.lot_id,
        "account": lot.lot.account,
        "symbol": lot.lot.symbol,
        "quantity": shares(lot.lot.quantity),
        "term": "LT" if lot.appraisal.is_long else "ST",
        "value": dollars(lot.value_cents),
        "gain": dollars(lot.gain_cents),
        "tax": dollars(one.tax_cents),
        "fit": one.fit,
        "over": ", ".join(f"{key} by {dollars(cents)}" for key, cents in one.over.items()),
    }


def _sentences(name: str, budget: Budget, found: BudgetCheck) -> Iterator[str]:
    yield (
        f"{name} has realized {dollars(found.short_cents)} short-term and"
        f" {dollars(found.long_cents)} long-term this year"
    )
    for one, limit in capped_gains(budget):
        yield f"{name}: {one} of at most {dollars(limit)}: what goes beyond it is refused"
    if found.tax_by_cents is not None and found.tax_year_cents is not None:
        yield (
            f"{name}: tax of {dollars(found.tax_used_cents)} is used of"
            f" {dollars(found.tax_by_cents)} by now and {dollars(found.tax_year_cents)} in the year"
            f" ({budget.prorated}): what goes beyond it is told, not refused"
        )
