"""Lots of a staggered sale chosen for all of its tranches together.

A tranche that chooses by itself takes what is cheapest on its day, also a lot that would be cheaper
still on a later one.  Here the lots are assigned to days at once, at the tax of the last dollar of
each year with the term that each lot has on each day (``lots_over_days``), and booked; the rates
are taken again at what that realizes, and what the books disallow there is not sold so again.  The
cheapest choice that was booked is the answer: it costs no more than the choice by tranche.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from taxlots.book.booking import Books
from taxlots.book.record import OpenLot
from taxlots.domain.calendar import date_of, day_of
from taxlots.domain.money import shares
from taxlots.plan.appraisal import market_value_cents
from taxlots.plan.execution.lots_by_tranche import StaggeredSale, Tranche, lots_by_tranche
from taxlots.plan.execution.lots_over_days import BARRED, Units, lots_over_days
from taxlots.plan.rebalance.lots_by_day import FINE, last_dollar
from taxlots.plan.rebalance.positions import PlannedLot
from taxlots.plan.selection import SaleRequest, Selection, select
from taxlots.plan.tax_cost import gains_by_term
from taxlots.plan.year_tax import YearTax

MOST_ROUNDS: Final = 4
"""Each books the whole schedule once more."""

Gains = Mapping[int, tuple[int, int]]
"""Short- and long-term gains in cents by year."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JointTerms:
    """What a joint choice is reckoned with.

    ``years`` are the taxes of the calendar years of the tranches, with what is realized in them so
    far, and ``tax_of`` that of the year of some books; ``settlement`` is that of ``book_record``.
    ``method`` is how the choice is named.
    """

    years: Mapping[int, YearTax]
    tax_of: Callable[[Books], YearTax | None]
    settlement: Callable[[int], int]
    multiplier: int = 1
    method: str = ""


def jointly_chosen(
    books: Books,
    lots: Sequence[OpenLot],
    tranches: Sequence[Tranche],
    alone: StaggeredSale,
    terms: JointTerms,
) -> StaggeredSale:
    """The lots of all tranches of a sale for the least tax that is found.

    ``lots`` are the open lots of the position, and ``alone`` is the sale with lots chosen tranche
    by tranche, which is the answer where nothing is cheaper.
    """
    best = alone
    sold = [one for one in tranches if one.quantity]
    if alone.cost_cents is None or not lots or len(sold) <= 1:
        return best
    tried: set[bytes] = set()
    for start in (_gains(alone), {}):
        for found in _rounds(books, lots, sold, start, terms, tried):
            if (found.cost_cents or 0) < (best.cost_cents or 0):
                best = found
    return best


def _rounds(
    books: Books,
    lots: Sequence[OpenLot],
    tranches: Sequence[Tranche],
    gains: Gains,
    terms: JointTerms,
    tried: set[bytes],
) -> Iterator[StaggeredSale]:
    """Choices that are booked, each at the rates of the one before, none that was ``tried``."""
    names = list(dict.fromkeys(one.lot_id for one in lots))
    parts = {name: [one for one in lots if one.lot_id == name] for name in names}
    held = [sum(one.quantity for one in parts[name]) for name in names]
    washed: set[tuple[str, int]] = set()
    for _ in range(MOST_ROUNDS):
        cost = np.full((len(names), len(tranches)), BARRED, np.int64)
        for row, name in enumerate(names):
            for column, one in enumerate(tranches):
                if (name, one.day) not in washed and held[row]:
                    cost[row, column] = _cost(parts[name], one, gains, terms)
        taken = lots_over_days(held, [one.quantity for one in tranches], cost)
        if taken.sum() < sum(one.quantity for one in tranches) or taken.tobytes() in tried:
            return
        tried.add(taken.tobytes())
        found = _booked(books, lots[0], names, tranches, taken, terms)
        if found is None:
            return
        yield found
        gains = _gains(found)
        washed |= {
            (one.lot_id, sale.tranche.day)
            for sale in found.sales
            for one in sale.selection.outcomes
            if one.disallowed_cents
        }


def _cost(
    parts: Sequence[OpenLot],
    tranche: Tranche,
    gains: Gains,
    terms: JointTerms,
) -> int:
    """What a share of a lot costs in tax in a tranche, in 1e-4 cents."""
    year = date_of(tranche.day).year
    quantity = sum(one.quantity for one in parts)
    value = market_value_cents(quantity, terms.multiplier, tranche.price)
    gain = value - sum(one.cost_basis_cents for one in parts)
    planned = PlannedLot(
        lot_id=parts[0].lot_id,
        acquired=parts[0].acquired,
        quantity=quantity,
        value_cents=value,
        gain_cents=gain,
        is_long=False,
    )
    rate = last_dollar(terms.years.get(year), *gains.get(year, (0, 0)))
    is_long = all(_is_long(one, tranche.day) for one in parts)
    return 0 if rate is None else round(rate.of_share(planned, is_long=is_long) * FINE)


def _is_long(lot: OpenLot, day: int) -> bool:
    """Whether a lot is long-term on a day (26 USC 1222)."""
    return lot.long_term_from is None or day >= day_of(lot.long_term_from)


def _booked(
    books: Books,
    lot: OpenLot,
    names: Sequence[str],
    tranches: Sequence[Tranche],
    taken: Units,
    terms: JointTerms,
) -> StaggeredSale | None:
    """The sale with the lots of each tranche named, as the fold books it."""
    named = {
        date_of(one.day).isoformat(): ";".join(
            f"{name}:{shares(int(units))}"
            for name, units in zip(names, taken[:, column].tolist(), strict=True)
            if units
        )
        for column, one in enumerate(tranches)
    }

    def choose(moved: Books, request: SaleRequest) -> Selection | None:
        year = terms.tax_of(moved)
        found, _ = select(moved, request, terms.settlement, year, lots=named[request.day])
        return None if found is None else replace(found, method=terms.method)

    sale, _ = lots_by_tranche(books, lot.account, lot.symbol, tranches, choose, terms.settlement)
    return sale


def _gains(sale: StaggeredSale) -> Gains:
    """What a sale realizes in each year."""
    found: dict[int, tuple[int, int]] = {}
    for one in sale.sales:
        year = date_of(one.tranche.day).year
        before, gains = found.get(year, (0, 0)), gains_by_term(one.selection.outcomes)
        found[year] = (before[0] + gains[0], before[1] + gains[1])
    return found
