"""Selections of lots against ``[rebalance.budget]``: a sale is somebody's wish, so it is told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from taxlots.domain.calendar import date_of
from taxlots.domain.money import dollars
from taxlots.domain.problem import DataError, Problem, warning
from taxlots.plan.budgets import WHERE, BudgetCheck, Fit, GainSale, check_budget
from taxlots.workflows.stated_budget import holdings_cents, realized_so_far, stated_budget
from taxlots.workflows.tax import Chain

if TYPE_CHECKING:
    from taxlots.book.booking import Books
    from taxlots.plan.selection import Selection
    from taxlots.plan.year_tax import YearTax


def budget_checks(
    books: Books, tax_return: str, selections: Sequence[Selection], year: YearTax | None
) -> tuple[BudgetCheck, ...]:
    """Each selection by itself against the budget of its return; none without a budget.

    Raises DataError where the budget is bad.
    """
    budget, problems = stated_budget(books.record)
    if problems:
        raise DataError(problems)
    if not budget.is_stated:
        return ()
    as_of = date_of(books.as_of)
    realized = realized_so_far(Chain(books), tax_return, as_of.year)
    held = 0 if budget.tax_ppm is None else holdings_cents(books)[tax_return]
    return tuple(
        check_budget(
            budget,
            [
                GainSale(
                    name=one.method,
                    short_cents=one.gain_cents(is_long=False),
                    long_cents=one.gain_cents(is_long=True),
                )
            ],
            year,
            realized_cents=realized,
            holdings_cents=held,
            as_of=as_of,
        )
        for one in selections
    )


def budget_warnings(checks: Sequence[BudgetCheck]) -> list[Problem]:
    """A warning for each method by which a sale goes beyond a budget."""
    return [
        warning(
            f"{WHERE}:{key}",
            "OVER_TAX_BUDGET" if key == "tax" else "OVER_GAIN_BUDGET",
            f"Sold by {one.sale.name}, the year goes {dollars(cents)} beyond the budget of {key}.",
            "Sell less, choose other lots, or raise the budget.",
        )
        for check in checks
        for one in check.sales
        if one.fit is not Fit.FITS
        for key, cents in one.over.items()
    ]
