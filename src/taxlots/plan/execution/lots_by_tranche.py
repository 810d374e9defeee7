"""Lots of a staggered sale: chosen again for each tranche, at its own price and date.

Each tranche is booked by a dry run of the fold before the next one chooses, so that it sees what
is left, what the year has realized by then, and which lots have become long-term meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from taxlots.book.booking import Books
from taxlots.book.extension import extend
from taxlots.domain.calendar import date_of
from taxlots.domain.method import ReliefMethod
from taxlots.domain.problem import Problem, UsageError
from taxlots.law.s1222_term import long_term_from
from taxlots.plan.selection import SaleRequest, Selection, sale_row, unused_id
from taxlots.plan.tax_cost import Outcome
from taxlots.plan.what_if import executed, until_as_of

Chooser = Callable[[Books, SaleRequest], Selection | None]
"""Chooses the lots of one tranche from the books of its day; None where nothing can be sold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tranche:
    """One part of a sale: its day (since 1970-01-01), 1e-8 units, and the price in 1e-8 dollars."""

    day: int
    quantity: int
    price: int


@dataclass(frozen=True, slots=True)
class TrancheSale:
    """A tranche and the lots that it sells."""

    tranche: Tranche
    selection: Selection

    @property
    def gain_cents(self) -> int:
        """What the tranche realizes, both terms."""
        return sum(one.gain_cents for one in self.selection.outcomes)


@dataclass(frozen=True, slots=True)
class StaggeredSale:
    """Every tranche with its lots, in order of time."""

    sales: tuple[TrancheSale, ...]

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """The pieces of all tranches."""
        return tuple(one for sale in self.sales for one in sale.selection.outcomes)

    @property
    def cost_cents(self) -> int | None:
        """What all tranches cost in tax, now and later; None where one of them is not known."""
        costs = [sale.selection.cost_cents for sale in self.sales]
        known = [cost for cost in costs if cost is not None]
        return sum(known) if len(known) == len(costs) else None

    @property
    def rolled_over(self) -> tuple[Outcome, ...]:
        """Pieces that are long-term on their own day and were not on the first tranche's day."""
        if not self.sales:
            return ()
        first = self.sales[0].tranche.day
        return tuple(
            one
            for one in self.outcomes
            if one.is_long and long_term_from(one.holding_period) > first
        )


def lots_by_tranche(
    books: Books,
    account: str,
    symbol: str,
    tranches: Sequence[Tranche],
    choose: Chooser,
    settlement: Callable[[int], int],
) -> tuple[StaggeredSale | None, list[Problem]]:
    """The lots of each tranche, each chosen after those before it are booked.

    ``settlement`` is that of ``book_record``.  Returns None where the books refuse a tranche, with
    the problems; the books given stay as they are.  Raises UsageError for tranches out of order or
    before the books' day.
    """
    _check(books, tranches)
    sales = []
    for one in tranches:
        if one.quantity == 0:
            continue
        moved, problems = extend(
            books, until_as_of(books), as_of=date_of(one.day), settlement=settlement
        )
        if moved is None:
            return None, problems
        request = SaleRequest(
            account=account,
            symbol=symbol,
            quantity=one.quantity,
            price=one.price,
            day=date_of(one.day).isoformat(),
        )
        chosen = choose(moved, request)
        if chosen is None:
            return None, []
        after, problems = executed(moved, [_row(moved, request, chosen)], settlement)
        if after is None:
            return None, problems
        sales.append(TrancheSale(one, chosen))
        books = after
    return StaggeredSale(tuple(sales)), []


def _check(books: Books, tranches: Sequence[Tranche]) -> None:
    days = [one.day for one in tranches]
    if any(one.quantity < 0 or one.price <= 0 for one in tranches):
        raise UsageError("a tranche sells a quantity of zero or more at a price above zero")
    if days != sorted(days):
        raise UsageError("the tranches must stand in order of time")
    if days and days[0] < books.as_of:
        raise UsageError(
            f"the first tranche is on {date_of(days[0])}, before the books' day"
            f" {date_of(books.as_of)}; start on that day or later"
        )


def _row(books: Books, request: SaleRequest, chosen: Selection) -> dict[str, str]:
    """The tranche as a row of the journal: by its method, or by named lots where it has none.

    At average basis no lots and no method can be named.
    """
    name = unused_id(books)
    if chosen.method == ReliefMethod.AVERAGE:
        return dict(sale_row(request, name, "", ""))
    if chosen.method in set(ReliefMethod):
        return dict(sale_row(request, name, chosen.method, ""))
    return dict(sale_row(request, name, "", chosen.lots))
