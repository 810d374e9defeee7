"""Several sales of one day, booked together in a dry run: what each realizes, and costs in tax."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from taxlots.book.booking import Books
from taxlots.domain.problem import Problem
from taxlots.plan.selection import SaleRequest, outcomes_of_sales, sale_row, unused_ids
from taxlots.plan.tax_cost import Outcome, TaxCost, tax_cost
from taxlots.plan.what_if import executed
from taxlots.plan.year_tax import YearTax


@dataclass(frozen=True, slots=True, kw_only=True)
class BookedSale:
    """A sale with the lots that it names, as the books would have it.

    ``costs`` are the tax costs of its outcomes after all that is sold before it on the same
    return; empty where the return's tax is not known.
    """

    request: SaleRequest
    lots: str
    outcomes: tuple[Outcome, ...]
    costs: tuple[TaxCost, ...]

    @property
    def cost_cents(self) -> int | None:
        """What the sale costs in tax, now and later; None where that is not known."""
        return sum(one.total_cents for one in self.costs) if self.costs else None


def book_sales(
    books: Books,
    asked: Sequence[tuple[SaleRequest, str]],
    settlement: Callable[[int], int],
    returns: Mapping[str, str],
    years: Mapping[str, YearTax],
) -> tuple[list[BookedSale] | None, list[Problem]]:
    """Book sales, each with the lots it names (blank: by its account's method), in their order.

    ``returns`` maps accounts to tax returns (left out where nothing is taxed), ``years`` returns
    to the tax of their year.  Returns None where the books refuse a sale, with the problems.
    """
    names = unused_ids(books, len(asked))
    rows = [
        sale_row(request, name, "", lots)
        for (request, lots), name in zip(asked, names, strict=True)
    ]
    if not rows:
        return [], []
    after, problems = executed(books, rows, settlement)
    if after is None:
        return None, problems
    taxed = [name for (one, _), name in zip(asked, names, strict=True) if returns.get(one.account)]
    booked = outcomes_of_sales(after, taxed)
    before: dict[str, list[Outcome]] = {}
    found = []
    for (request, lots), name in zip(asked, names, strict=True):
        tax_return = returns.get(request.account, "")
        outcomes = booked.get(name, ())
        costs = costs_after(before.setdefault(tax_return, []), outcomes, years.get(tax_return))
        found.append(BookedSale(request=request, lots=lots, outcomes=outcomes, costs=costs))
    return found, problems


def costs_after(
    before: list[Outcome], outcomes: Sequence[Outcome], year: YearTax | None
) -> tuple[TaxCost, ...]:
    """The tax cost of each outcome after all ``before`` it, which it then joins.

    Empty where the tax of the ``year`` is not known.
    """
    costs = []
    for one in outcomes:
        if year is not None:
            costs.append(tax_cost(one, year, tuple(before)))
        before.append(one)
    return tuple(costs)
