"""A selection: the lots that a method sells, as the fold books them, and what each costs in tax."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow.compute as pc

from taxlots.book.booking import Books
from taxlots.book.identification import METHOD_OF_CODE
from taxlots.book.results import Realized, realized_of
from taxlots.domain.method import ReliefMethod
from taxlots.domain.money import shares
from taxlots.domain.problem import Problem
from taxlots.law.s1222_term import long_term_from
from taxlots.plan.tax_cost import Outcome, TaxCost, tax_cost
from taxlots.plan.what_if import executed
from taxlots.plan.year_tax import YearTax


@dataclass(frozen=True, slots=True, kw_only=True)
class SaleRequest:
    """A sale that somebody considers: ``quantity`` in 1e-8 units, ``price`` in 1e-8 dollars.

    ``action`` is ``BUY_TO_COVER`` where it closes what is owed.
    """

    account: str
    symbol: str
    quantity: int
    price: int
    day: str
    action: str = "SELL"


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """The lots that a sale closes, in their order of relief, and their tax costs.

    ``costs`` is empty where nothing is known of the return's tax.  ``bound_cents`` is below what
    any choice of lots costs, where that was looked for.
    """

    method: str
    outcomes: tuple[Outcome, ...]
    costs: tuple[TaxCost, ...]
    bound_cents: int | None = None

    @property
    def lots(self) -> str:
        """The lots as a sale names them: ``LOT:QUANTITY;LOT:QUANTITY``."""
        total: dict[str, int] = {}
        for one in self.outcomes:
            total[one.lot_id] = total.get(one.lot_id, 0) + one.quantity
        return ";".join(f"{name}:{shares(quantity)}" for name, quantity in total.items())

    @property
    def cost_cents(self) -> int | None:
        """What the sale costs in tax, now and later; None where that is not known."""
        return sum(cost.total_cents for cost in self.costs) if self.costs else None

    def gain_cents(self, *, is_long: bool) -> int:
        """The realized gain of one term."""
        return sum(one.gain_cents for one in self.outcomes if one.is_long is is_long)


def select(
    books: Books,
    request: SaleRequest,
    settlement: Callable[[int], int],
    year: YearTax | None,
    *,
    method: str = "",
    lots: str = "",
) -> tuple[Selection | None, list[Problem]]:
    """What a sale would close by a method, by named lots, or (both blank) as the account stands.

    It is a dry run of the fold.  Returns None where the books refuse the sale, with the problems.
    """
    row = sale_row(request, unused_id(books), method, lots)
    after, problems = executed(books, [row], settlement)
    if after is None:
        return None, problems
    outcomes = outcomes_of(after, row["id"])
    used = "" if lots else method or _standing_method(after, row["id"])
    return with_costs(used, outcomes, year), problems


def with_costs(method: str, outcomes: tuple[Outcome, ...], year: YearTax | None) -> Selection:
    """The selection, each lot's tax netted with the lots that leave before it."""
    costs = () if year is None else costs_of(outcomes, year)
    return Selection(method=method, outcomes=outcomes, costs=costs)


def costs_of(outcomes: tuple[Outcome, ...], year: YearTax) -> tuple[TaxCost, ...]:
    """The tax cost of each outcome after those before it."""
    return tuple(tax_cost(one, year, outcomes[:place]) for place, one in enumerate(outcomes))


def outcomes_of(books: Books, sale_id: str) -> tuple[Outcome, ...]:
    """The pieces of a sale in the order in which its lots were relieved."""
    return outcomes_of_sales(books, [sale_id])[sale_id]


def outcomes_of_sales(books: Books, sale_ids: Collection[str]) -> dict[str, tuple[Outcome, ...]]:
    """The pieces of each of some sales, each in the order in which its lots were relieved."""
    pieces = realized_of(books)
    found = {}
    for sale_id in sale_ids:
        mine = np.flatnonzero(pieces.sale_row == _row_of(books, sale_id))
        order = sorted(mine.tolist(), key=lambda at: (int(pieces.source[at]), at))
        found[sale_id] = tuple(_outcome(books, pieces, at) for at in order)
    return found


def _outcome(books: Books, pieces: Realized, at: int) -> Outcome:
    sold, held = int(pieces.sold[at]), int(pieces.holding_period[at])
    is_long = bool(pieces.is_long[at])
    return Outcome(
        lot_id=books.journal.ids[int(pieces.lot_row[at])].as_py(),
        acquired=int(pieces.acquired[at]),
        holding_period=held,
        is_long=is_long,
        days_to_long_term=0 if is_long else max(0, long_term_from(held) - sold),
        quantity=int(pieces.quantity[at]),
        basis_cents=int(pieces.basis[at]),
        proceeds_cents=int(pieces.proceeds[at]),
        gain_cents=int(pieces.gain[at]),
        disallowed_cents=int(pieces.disallowed[at]),
        permanent_cents=int(pieces.permanent[at]),
    )


def _standing_method(books: Books, sale_id: str) -> str:
    """The method by which a sale that names none was booked."""
    events = books.blueprint.tables["events"]
    (event,) = np.flatnonzero(events["row"] == _row_of(books, sale_id))[:1]
    return str(METHOD_OF_CODE.get(int(events["method"][event]), ReliefMethod.FIFO))


def _row_of(books: Books, name: str) -> int:
    """The row of the journal that bears an id."""
    return int(pc.index(books.journal.ids, name).as_py())


def sale_row(request: SaleRequest, name: str, method: str, lots: str) -> Mapping[str, str]:
    """The sale as a row of the journal, under an id: the last of its day."""
    return {
        "id": name,
        "date": request.day,
        "time": "23:59:59",
        "account": request.account,
        "symbol": request.symbol,
        "action": request.action,
        "quantity": shares(request.quantity),
        "price": shares(request.price),
        "method": method,
        "lots": lots,
    }


def unused_id(books: Books) -> str:
    """An id that no row of the journal bears."""
    (found,) = unused_ids(books, 1)
    return found


def unused_ids(books: Books, count: int, prefix: str = "considered") -> list[str]:
    """So many ids that no row of the journal bears: ``prefix`` and a number."""
    taken = set(books.journal.ids.to_pylist())
    names = (f"{prefix}-{number}" for number in itertools.count(1))
    return list(itertools.islice((name for name in names if name not in taken), count))
