"""Solving a location: least tax a year over the horizon, less what moving there costs.

Minimize years x (drag of taxable holdings + price of deviation) + tax of the lots sold + costs,
where each account spends what it has, each sleeve comes into its band after tax, and no family is
bought of which a lot is sold at a loss, in whichever account.  It is a linear program but for one
yes or no for each family with a loss.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from taxlots.plan.location.household import Clash, Floats, Location, LocationProblem
from taxlots.plan.location.program import UNLIMITED, Program, solve

TOLERANCE: Final = 0.01
"""Dollars by which a band may be missed before it is a clash."""

LEAST_COST: Final = 1e-6
"""What a dollar traded counts at least, so that nothing is sold to be bought again."""


@dataclass(slots=True)
class _Columns:
    """The variables by what they are about."""

    program: Program = field(default_factory=Program)
    sold: list[int] = field(default_factory=list)
    bought: dict[tuple[int, int], int] = field(default_factory=dict)
    over: list[int] = field(default_factory=list)
    under: list[int] = field(default_factory=list)
    slack: list[int] = field(default_factory=list)


def locate(problem: LocationProblem) -> Location:
    """The best location, or the nearest one with what clashes.

    First as little as possible is missed of the bands; where nothing has to be, the best of the
    locations that keep them is found, else the best of the nearest.
    """
    columns = _columns(problem)
    program = columns.program
    missing = np.zeros(len(program.costs))
    missing[columns.slack] = 1.0
    first = solve(program, missing)
    if first is None:
        message = "keeping everything as it is breaks no row"
        raise AssertionError(message)
    missed = float(missing @ first)
    limit = 0.0 if missed <= TOLERANCE else missed * (1 + 1e-7) + TOLERANCE / 10
    program.row(dict.fromkeys(columns.slack, 1.0), 0.0, max(limit, TOLERANCE / 100))
    found = solve(program)
    values = first if found is None else found
    sold = np.maximum(0.0, values[columns.sold]) if columns.sold else np.zeros(0)
    bought = np.zeros(problem.can_buy.shape)
    for place, column in columns.bought.items():
        bought[place] = max(0.0, values[column])
    location = Location(problem=problem, sold=sold, bought=bought)
    if missed <= TOLERANCE:
        return location
    clashes = tuple(_clashes(location))
    return Location(problem=problem, sold=sold, bought=bought, clashes=clashes)


def _columns(problem: LocationProblem) -> _Columns:
    columns = _Columns()
    _trades(problem, columns)
    _accounts(problem, columns)
    _sleeves(problem, columns)
    _families(problem, columns)
    return columns


def _trades(problem: LocationProblem, columns: _Columns) -> None:
    program = columns.program
    cost = max(problem.cost, LEAST_COST)
    for lot in problem.lots:
        kept = problem.years * problem.assets[lot.asset].drag
        drag = kept if problem.accounts[lot.account].is_taxable else 0.0
        most = 0.0 if lot.is_locked else lot.value
        columns.sold.append(program.column(most, lot.tax + cost - drag))
    for a, account in enumerate(problem.accounts):
        for n, asset in enumerate(problem.assets):
            if problem.can_buy[a, n]:
                price = cost
                if account.is_taxable:
                    price += problem.years * asset.drag
                if problem.reluctance is not None:
                    price += float(problem.reluctance[a, n])
                columns.bought[a, n] = program.column(UNLIMITED, price)


def _accounts(problem: LocationProblem, columns: _Columns) -> None:
    """Each account buys with its cash and with what it sells; what is left is cash."""
    for a, account in enumerate(problem.accounts):
        terms = {c: 1.0 + problem.cost for (b, _), c in columns.bought.items() if b == a}
        for lot, column in zip(problem.lots, columns.sold, strict=True):
            if lot.account == a:
                terms[column] = -(1.0 - problem.cost)
        if terms:
            columns.program.row(terms, -UNLIMITED, max(0.0, account.cash))


def _sleeves(problem: LocationProblem, columns: _Columns) -> None:
    """Each sleeve is its target, more or less within its band, more or less beyond it."""
    program = columns.program
    price = problem.years * problem.deviation
    total = problem.total
    now = problem.by_sleeve(problem.held) * total
    for k, sleeve in enumerate(problem.sleeves):
        over = program.column((sleeve.high - sleeve.target) * total, price)
        under = program.column((sleeve.target - sleeve.low) * total, price)
        beyond = [program.column(UNLIMITED, price), program.column(UNLIMITED, price)]
        terms = {over: -1.0, beyond[0]: -1.0, under: 1.0, beyond[1]: 1.0}
        for lot, column in zip(problem.lots, columns.sold, strict=True):
            if problem.assets[lot.asset].sleeve == k:
                terms[column] = -problem.accounts[lot.account].worth
        for (a, n), column in columns.bought.items():
            if problem.assets[n].sleeve == k:
                terms[column] = problem.accounts[a].worth
        wanted = sleeve.target * total - float(now[k])
        program.row(terms, wanted, wanted)
        columns.over.append(over)
        columns.under.append(under)
        columns.slack += beyond


def _families(problem: LocationProblem, columns: _Columns) -> None:
    """Of a family a lot is sold at a loss, or something is bought: not both (26 USC 1091)."""
    families = {problem.assets[lot.asset].family for lot in problem.lots if lot.is_loss}
    most = float(problem.held.sum() + sum(max(0.0, one.cash) for one in problem.accounts))
    for family in sorted(families):
        buys = [
            column
            for (_, n), column in columns.bought.items()
            if problem.assets[n].family == family
        ]
        losses = {
            column: 1.0
            for lot, column in zip(problem.lots, columns.sold, strict=True)
            if lot.is_loss and problem.assets[lot.asset].family == family
        }
        if not buys:
            continue
        is_harvested = columns.program.column(1.0, is_whole=True)
        whole = sum(columns.program.upper[column] for column in losses)
        columns.program.row({**losses, is_harvested: -whole}, -UNLIMITED, 0.0)
        terms = dict.fromkeys(buys, 1.0)
        columns.program.row({**terms, is_harvested: most}, -UNLIMITED, most)


def _clashes(location: Location) -> Iterator[Clash]:
    problem = location.problem
    reached = problem.by_sleeve(location.held)
    for k, sleeve in enumerate(problem.sleeves):
        short = (sleeve.low - reached[k]) * problem.total
        long = (reached[k] - sleeve.high) * problem.total
        if max(short, long) > TOLERANCE:
            wanted = sleeve.low if short > 0 else sleeve.high
            reasons = tuple(_why_short(location, k) if short > 0 else _why_long(location, k))
            yield Clash(
                sleeve=sleeve.name, wanted=wanted, reached=float(reached[k]), reasons=reasons
            )


def _why_short(location: Location, k: int) -> Iterator[str]:
    """Why no more of a sleeve is held."""
    problem = location.problem
    mine = np.array([asset.sleeve == k for asset in problem.assets])
    buyers = problem.can_buy[:, mine].any(axis=1)
    if not buyers.any():
        yield "nothing of it may be bought in any account"
    else:
        names = ", ".join(problem.accounts[int(a)].name for a in np.flatnonzero(buyers))
        if not buyers.all():
            yield f"it may be bought in {names} alone"
        yield f"what may be sold in {names} does not pay for more"
    yield from _locked(problem)


def _why_long(location: Location, k: int) -> Iterator[str]:
    """Why no less of a sleeve is held."""
    problem = location.problem
    locked = [
        lot for lot in problem.lots if lot.is_locked and problem.assets[lot.asset].sleeve == k
    ]
    if locked:
        names = ", ".join(
            sorted(
                {
                    f"{problem.assets[lot.asset].symbol} in {problem.accounts[lot.account].name}"
                    for lot in locked
                }
            )
        )
        yield f"{names} may not be sold"
    else:
        yield "nothing else may be bought with what it would bring"


def _locked(problem: LocationProblem) -> Iterator[str]:
    value: float = sum(lot.value for lot in problem.lots if lot.is_locked)
    if value >= 1:
        yield f"{value:,.2f} dollars of other lots may not be sold"


def held_by_sleeve(problem: LocationProblem, held: Floats) -> Floats:
    """Dollars by account and sleeve, shape (accounts, sleeves)."""
    found = np.zeros((len(problem.accounts), len(problem.sleeves)))
    for n, asset in enumerate(problem.assets):
        found[:, asset.sleeve] += held[:, n]
    return found
