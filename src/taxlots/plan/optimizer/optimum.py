"""The plan of a portfolio: reviewed, solved, and certified."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from taxlots.domain.problem import DataError, Problem, error
from taxlots.plan.optimizer.kernel import BUYS, SELLS
from taxlots.plan.optimizer.nearest import nearest_feasible
from taxlots.plan.optimizer.newton import engine_of, solve
from taxlots.plan.optimizer.objective import Parts, lots_sold, parts_of
from taxlots.plan.optimizer.portfolio import Portfolio
from taxlots.plan.optimizer.quadratic_program import solve_by_piqp
from taxlots.plan.optimizer.review import review
from taxlots.plan.optimizer.signs import Certificate, Found, search
from taxlots.plan.optimizer.terms import Prepared, Sides, prepare
from taxlots.plan.risk import Floats

BALANCED = 1e-9
"""What a sum may stay unbalanced in a plan, as a fraction of NAV."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Optimum:
    """A plan near the optimum, and the proof of how near.

    ``book`` is the portfolio that was solved: the one asked for, or the nearest whose limits can be
    kept, and then ``problems`` say what had to give.  ``trades`` are fractions of NAV by name,
    ``sold`` those of each lot, in the lots' order.  ``duals`` are the prices of factors, cash and
    limits; ``relaxed`` are those of the relaxation, which bound best and start a later search
    (None where they are the same); ``sides`` hold the side that each name was given.
    ``prepared`` are the kernel's terms, from which those of nearly the same portfolio are had.
    ``prices`` are what the last unit of each cap costs (see ``caps``), ``lifted`` what is allowed
    of caps that could not be kept, in the cap's unit, and ``rates`` the marginal rates of short-
    and long-term gains that the lots bear, where a year's law gave them.
    """

    book: Portfolio
    trades: Floats
    sold: Floats
    duals: Floats
    sides: Sides
    certificate: Certificate
    problems: tuple[Problem, ...] = ()
    prices: Mapping[str, float] = field(default_factory=dict)
    lifted: Mapping[str, float] = field(default_factory=dict)
    relaxed: Floats | None = None
    rates: tuple[float, float] | None = None
    prepared: Prepared | None = field(default=None, repr=False)

    @property
    def start(self) -> Floats:
        """The prices from which a search of nearly the same portfolio starts."""
        return self.duals if self.relaxed is None else self.relaxed

    @property
    def parts(self) -> Parts:
        """What the plan costs, by parts."""
        return parts_of(self.book, self.trades, self.sold)

    @property
    def without(self) -> Parts:
        """What doing nothing costs, by parts."""
        return parts_of(self.book, np.zeros(self.book.count))

    @property
    def benefit(self) -> float:
        """What the plan is worth beyond doing nothing, as a fraction of NAV."""
        return self.without.total - self.parts.total


def optimize(
    book: Portfolio,
    *,
    engine: str = "auto",
    duals: Floats | None = None,
    most_nodes: int | None = None,
    cutoff: float = np.inf,
) -> Optimum:
    """The plan of least cost, within all limits, with its certificate.

    Raises ``DataError`` where numbers are missing or the risk model is singular.  Limits that
    clash are told in the result's ``problems``, and the nearest that can be kept are solved.  A
    plan that cannot cost less than the ``cutoff`` is not looked for any further.
    """
    reviewed = review(book)
    problems = reviewed.problems
    found = attempt(reviewed.book, engine, duals, most_nodes, cutoff=cutoff)
    if found is None and duals is not None:
        found = attempt(reviewed.book, engine, None, most_nodes)
    if found is None:
        nearest = nearest_feasible(reviewed.book)
        if nearest is not None:
            reviewed, trades = nearest
            problems += reviewed.problems
            found = attempt(reviewed.book, engine, None, most_nodes, trades)
    if found is None:
        message = "the trades and their limits could not be balanced"
        remedy = "relax the tightest limits, or check the scale of costs and risk"
        raise DataError([*problems, error("portfolio", "NOT_SOLVED", message, remedy)])
    prepared, best = found
    return settled(reviewed.book, prepared, best, problems)


def optimum_near(book: Portfolio, near: Optimum, *, engine: str = "auto") -> Optimum | None:
    """The best plan on the sides of an optimum of nearly the same portfolio; None if there is none.

    Its certificate's bound is of all sides, by its own prices, and so is not the best bound.
    """
    prepared = prepare(book, near.prepared)
    run = engine_of(prepared, engine)
    sides, free = prepared.sides(), prepared.sides()
    names = prepared.bridged
    sides[names] = np.where(near.trades[names] > 0, BUYS, SELLS)
    solved = solve(prepared, sides, near.duals, run=run)
    if solved.residual > BALANCED:
        return None
    value = float(run.cost(prepared.terms, solved.trades))
    floor = float(run.bounds(prepared.terms, free, solved.duals).sum())
    proof = Certificate(value, min(floor, value))
    found = Found(solved.trades, solved.duals, sides, proof, solved.residual)
    return settled(book, prepared, found)


def searched_near(book: Portfolio, near: Optimum, *, engine: str = "auto") -> Optimum | None:
    """A plan of a portfolio, from the prices of an optimum of nearly the same; None if none is.

    Only one relaxation is solved, which mostly bounds as well as a whole search.  The portfolio is
    not reviewed.
    """
    prepared = prepare(book, near.prepared)
    found = search(prepared, engine_of(prepared, engine), near.start, most_nodes=1)
    if found is None or found.residual > BALANCED:
        return None
    return settled(book, prepared, found)


@dataclass(frozen=True, slots=True, eq=False)
class Bounds:
    """What every plan of a portfolio costs at least at some prices, by names.

    Portfolios of the same ``rest`` and ``forced`` trades differ only in names: then the least of
    each name bounds all of them.
    """

    names: Floats
    rest: float
    forced: Floats

    @property
    def total(self) -> float:
        """What every plan costs at least."""
        return float(self.names.sum()) + self.rest

    def is_like(self, other: "Bounds") -> bool:
        """Whether two portfolios differ in nothing but what their names may trade."""
        return self.rest == other.rest and bool((self.forced == other.forced).all())


def bounds_of(
    book: Portfolio, like: Prepared | None = None, *, engine: str = "auto"
) -> Callable[[Floats], Bounds]:
    """What every plan of a portfolio costs at least, by any prices of its columns."""
    prepared = prepare(book, like)
    run, sides = engine_of(prepared, engine), prepared.sides()

    def at(duals: Floats) -> Bounds:
        found = run.bounds(prepared.terms, sides, duals)
        return Bounds(found[:-1], float(found[-1]) + prepared.constant, prepared.forced)

    return at


def settled(
    book: Portfolio, prepared: Prepared, best: Found, problems: tuple[Problem, ...] = ()
) -> Optimum:
    """A plan from what the kernel found."""
    trades = best.trades + prepared.forced
    proof = best.certificate
    return Optimum(
        book=book,
        trades=trades,
        sold=lots_sold(book, trades),
        duals=best.duals,
        sides=best.sides,
        relaxed=best.relaxed,
        certificate=replace(
            proof,
            objective=proof.objective + prepared.constant,
            bound=proof.bound + prepared.constant,
        ),
        problems=problems,
        prepared=prepared,
    )


def attempt(
    book: Portfolio,
    engine: str,
    duals: Floats | None,
    most_nodes: int | None,
    feasible: Floats | None = None,
    cutoff: float = np.inf,
) -> tuple[Prepared, Found] | None:
    """The plan of a portfolio that needs no review, or None where its limits cannot be kept."""
    prepared = prepare(book)
    run = engine_of(prepared, engine)
    found = search(
        prepared,
        run,
        duals,
        most_nodes=most_nodes,
        cutoff=cutoff - prepared.constant,
        feasible=feasible,
    )
    if found is not None and found.residual <= BALANCED:
        return prepared, found
    sides = prepared.sides()
    if prepared.bridged.size and feasible is None:
        return None
    if feasible is not None:
        told = np.where(feasible > 0, BUYS, SELLS)
        sides[prepared.bridged] = told[prepared.bridged]
    by_piqp = solve_by_piqp(prepared, sides, run)
    return None if by_piqp is None else (prepared, by_piqp)
