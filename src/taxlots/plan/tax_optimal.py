"""TAX_OPTIMAL: the choice of lots that costs least tax, proven where it can be.

What no loss would be disallowed costs is a bound below every choice (``plan.least_tax``).  Choices
are booked by the fold, which knows what a wash sale does to them; where the best of them meets the
bound, it is proven.  Where it does not, because replacement shares are about or because the parts
of a lot leave in an order of their own, every choice of whole shares is booked if they are few,
else the best choice is bettered by exchanges, and what is left between it and the bound is told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import permutations
from math import floor
from typing import Final

from taxlots.book.booking import Books
from taxlots.book.record import OpenLot
from taxlots.book.standing import acquisitions, open_lots
from taxlots.domain.calendar import day_of
from taxlots.domain.household import wash_sale_party
from taxlots.domain.method import ReliefMethod
from taxlots.domain.money import SHARE, shares
from taxlots.law.s1091_wash_sale import in_window
from taxlots.law.s1222_term import long_term_from
from taxlots.plan.appraisal import UNITS_PER_CENT
from taxlots.plan.later_years import deferred_value
from taxlots.plan.least_tax import Part, least_tax
from taxlots.plan.selection import SaleRequest, Selection, select
from taxlots.plan.year_tax import YearTax

NAME: Final = "TAX_OPTIMAL"

TRIED_METHODS: Final = tuple(
    method
    for method in ReliefMethod
    if method not in (ReliefMethod.AVERAGE, ReliefMethod.HIGHEST_COST)
)
"""Methods whose choice is tried too; HIGHEST_COST is HIFO by another name."""

MOST_ENUMERATED: Final = 300
MOST_EXCHANGES: Final = 200
DIVISIONS: Final = 4

Picks = tuple[tuple[str, int], ...]
"""Lots and their quantities in 1e-8 units, in the order in which they are named."""


@dataclass(slots=True)
class _Search:
    """Choices booked so far, and the best of them."""

    books: Books
    request: SaleRequest
    settlement: Callable[[int], int]
    year: YearTax
    tried: dict[str, Selection | None]
    best: Selection | None = None

    def offer(self, picks: Picks) -> bool:
        """Book a choice; whether it is the best so far."""
        named = ";".join(f"{lot}:{shares(units)}" for lot, units in picks if units)
        if named in self.tried:
            return False
        found, _ = select(self.books, self.request, self.settlement, self.year, lots=named)
        self.tried[named] = found
        return self.take(found)

    def take(self, found: Selection | None) -> bool:
        """Whether a selection is the best so far."""
        if found is None or found.cost_cents is None:
            return False
        if self.best is None or found.cost_cents < (self.best.cost_cents or 0):
            self.best = found
            return True
        return False


def tax_optimal(
    books: Books, request: SaleRequest, settlement: Callable[[int], int], year: YearTax
) -> Selection | None:
    """The lots whose sale costs least tax, now and later; None where no choice can be booked.

    ``bound_cents`` of the selection is below what any choice costs; it proves the selection where
    they differ by no more than the rounding of its pieces.
    """
    lots = _sellable(books, request)
    parts = [_part(lot, request, books) for lot in lots]
    divisions = least_tax(parts, request.quantity, year)
    search = _Search(books, request, settlement, year, {})
    for division in divisions[:DIVISIONS]:
        search.offer(_picks(parts, division.taken))
    bound = floor(min(d.cost_cents for d in divisions)) - len(parts)
    bound -= _worth_of_deferral(books, request, parts, year)
    if not _is_proven(search.best, bound):
        for method in TRIED_METHODS:
            found, _ = select(books, request, settlement, year, method=method)
            if found is not None:
                search.take(replace(found, method=""))
        _look_further(search, lots, bound)
    if search.best is None:
        return None
    return replace(search.best, method=NAME, bound_cents=min(bound, search.best.cost_cents or 0))


def _sellable(books: Books, request: SaleRequest) -> list[OpenLot]:
    """The open sub-lots of the position; those of unknown basis are never chosen if others do."""
    mine = [
        lot
        for lot in open_lots(books)
        if lot.account == request.account and lot.symbol == request.symbol
    ]
    known = [lot for lot in mine if lot.basis_status == "known"]
    return known if sum(lot.quantity for lot in known) >= request.quantity else mine


def _part(lot: OpenLot, request: SaleRequest, books: Books) -> Part:
    security = books.record.securities.get(request.symbol)
    multiplier = 1 if security is None else security.multiplier
    price = Fraction(request.price * multiplier, UNITS_PER_CENT)
    gain = price - Fraction(lot.cost_basis_cents, lot.quantity)
    loss = price - Fraction(lot.loss_basis_cents, lot.quantity)
    is_gift_at_a_loss = loss < 0 and lot.loss_basis_cents < lot.cost_basis_cents
    day = day_of(lot.acquired if is_gift_at_a_loss else lot.holding_period)
    is_long = lot.is_inherited or books.as_of >= long_term_from(day)
    unit_gain = gain if gain > 0 else min(Fraction(0), loss)
    return Part(lot_id=lot.lot_id, quantity=lot.quantity, unit_gain=unit_gain, is_long=is_long)


def _picks(parts: Sequence[Part], taken: Sequence[int]) -> Picks:
    total: dict[str, int] = {}
    for part, units in zip(parts, taken, strict=True):
        total[part.lot_id] = total.get(part.lot_id, 0) + units
    return tuple(total.items())


def _is_proven(best: Selection | None, bound_cents: int) -> bool:
    if best is None or best.cost_cents is None:
        return False
    return best.cost_cents <= bound_cents + 2 * len(best.outcomes)


def _worth_of_deferral(
    books: Books, request: SaleRequest, parts: Sequence[Part], year: YearTax
) -> int:
    """What disallowed losses could be worth at most, in the basis of shares that replace them."""
    party = {a.id: wash_sale_party(a) for a in books.record.accounts}
    family = books.identity.family(request.symbol)
    replacing = sum(
        one.unused
        for one in acquisitions(books)
        if in_window(books.as_of, day_of(one.acquired))
        and party[one.account] == party[request.account]
        and books.identity.family(one.symbol) == family
    )
    worst = -min(Fraction(0), *(part.unit_gain for part in parts))
    units = min(replacing, request.quantity)
    return deferred_value(-floor(-units * worst), year.later)


def _look_further(search: _Search, lots: Sequence[OpenLot], bound_cents: int) -> None:
    """Every choice of whole shares where they are few, else exchanges from the best choice."""
    held: dict[str, int] = {}
    for lot in lots:
        held[lot.lot_id] = held.get(lot.lot_id, 0) + lot.quantity
    choices = _choices(tuple(held.items()), search.request.quantity)
    if choices is not None:
        for picks in choices:
            search.offer(picks)
        return
    left = MOST_EXCHANGES
    is_better = True
    while is_better and left > 0 and not _is_proven(search.best, bound_cents):
        is_better = False
        for picks in _exchanges(search.best, held):
            left -= 1
            if search.offer(picks):
                is_better = True
                break
            if left <= 0:
                break


def _choices(held: Picks, quantity: int) -> list[Picks] | None:
    """Every way to sell the quantity in whole shares; None if there are too many of them."""
    if quantity % SHARE or any(units % SHARE for _, units in held):
        return None
    found: list[Picks] = [()]
    for place, (lot, units) in enumerate(held):
        after = sum(more for _, more in held[place + 1 :])
        longer = []
        for picks in found:
            missing = quantity - sum(taken for _, taken in picks)
            least, most = max(0, missing - after), min(units, missing)
            longer += [(*picks, (lot, n)) for n in range(least, most + SHARE, SHARE) if n <= most]
        if len(longer) > MOST_ENUMERATED:
            return None
        found = longer
    return found


def _exchanges(best: Selection | None, held: dict[str, int]) -> Iterator[Picks]:
    """The best choice with as much of one lot as can be exchanged for another."""
    if best is None:
        return
    taken = dict.fromkeys(held, 0)
    for one in best.outcomes:
        taken[one.lot_id] += one.quantity
    for given, got in permutations(held, 2):
        units = min(taken[given], held[got] - taken[got])
        if units > 0:
            changed = taken | {given: taken[given] - units, got: taken[got] + units}
            yield tuple(changed.items())
