"""Lots that the books sell at a gain where the plan saw a loss, or at a loss where it saw a gain.

The parts of a lot can have bases of their own, and leave one after the other.  What a plan reckons
in proportion can then be of the other sign in the books: a harvest that is none, or a loss that
nobody weighed.  Such lots are reckoned as they are booked, and the household is solved again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from taxlots.domain.problem import DataError
from taxlots.plan.rebalance.booked_gains import (
    Book,
    BookedPlan,
    Solve,
    booked_plan,
    parts_sold,
    with_lots_of,
)
from taxlots.plan.rebalance.gated import netted_cents
from taxlots.plan.rebalance.positions import PlannedLot
from taxlots.plan.rebalance.solving import Question
from taxlots.plan.tax_cost import Outcome, gains_by_term
from taxlots.plan.year_tax import YearTax

MOST_ROUNDS: Final = 3
CENTS: Final = 100


def without_turned_lots(
    question: Question, first: BookedPlan, solve: Solve, book: Book
) -> BookedPlan:
    """The best of a plan and those that are solved again with its turned lots as booked.

    Plans are compared by what the gate says they bring and cost, less the tax that the books make
    of them.  One that breaks a budget, or takes a loss that is disallowed or bought back, is not
    taken.  A plan beside contracts, or beyond a budget, stays as it is.
    """
    if first.overlay is not None or first.beyond(question.limits):
        return first
    asked, found, best, years = question, first, first, question.years
    for _ in range(MOST_ROUNDS):
        lots = dict(turned_lots(found))
        if not lots:
            break
        positions = tuple(
            replace(one, lots=tuple(lots.get((one.name, lot.lot_id), lot) for lot in one.lots))
            for one in asked.positions
        )
        asked = replace(asked, positions=positions)
        try:
            found = booked_plan(asked, solve, book)
        except DataError:
            break
        kept = with_lots_of(question, found, first)
        if is_sound(question, kept, first) and worth_cents(kept, years) > worth_cents(best, years):
            best = kept
    return best


def turned_lots(found: BookedPlan) -> Iterator[tuple[tuple[str, str], PlannedLot]]:
    """Lots whose booked gain has another sign than planned, as booked, by position and lot.

    A loss that the books disallow bars its lot.
    """
    for trade, sale in found.sold():
        for one in trade.sales if trade.position.is_taxed else ():
            parts = parts_sold(trade, one, sale)
            gain = sum(part.gain_cents for part in parts)
            is_whole = sum(part.quantity for part in parts) == one.units
            if not is_whole or gain * one.gain_cents >= 0:
                continue
            washed = any(part.disallowed_cents for part in parts)
            yield (
                (trade.position.name, one.lot.lot_id),
                replace(
                    one.lot,
                    gain_cents=gain * one.lot.quantity // one.units,
                    is_long=all(part.is_long for part in parts),
                    bar=f"{one.lot.lot_id} is not sold: its loss would be disallowed"
                    if washed
                    else one.lot.bar,
                ),
            )


def is_sound(question: Question, kept: BookedPlan, first: BookedPlan) -> bool:
    """Whether a plan keeps what the first one keeps, and has all of its losses."""
    washed = any(part.disallowed_cents for _, sale in kept.sold() for part in sale.outcomes)
    is_kept = kept.problems() <= first.problems() and not kept.beyond(question.limits)
    return is_kept and not washed and not kept.buys_back()


def worth_cents(found: BookedPlan, years: Mapping[str, YearTax]) -> float:
    """What a plan is worth against doing nothing, by the gains of the books."""
    sold: dict[str, list[Outcome]] = {}
    for trade, sale in found.sold():
        if trade.position.is_taxed:
            sold.setdefault(trade.position.account.tax_return, []).extend(sale.outcomes)
    taxes = (
        netted_cents(years[name], *gains_by_term(parts))
        for name, parts in sold.items()
        if name in years
    )
    worth = found.mandated.gate.pruned
    return (worth.benefit - worth.cost) * CENTS - sum(taxes)
