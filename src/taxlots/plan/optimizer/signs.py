"""Which names to buy and which to sell, where loss lots make both tempting; with a certificate.

Selling at a loss pays, so a name with a loss lot costs least on one of two sides, and its cost is
not convex.  The dual of the whole problem takes the better side of each name at the same prices:
it bounds every plan from below, whatever the sides are (Moehle, Kochenderfer, Boyd and Ang, 2021,
lend each name's own risk to the same relaxation).  Sides are read from it, solved, and changed
where that pays; what stays between plan and bound is divided by branch and bound.
"""

import heapq
import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from taxlots.plan.optimizer.kernel import BRIDGED, BUYS, HOPELESS, SELLS
from taxlots.plan.optimizer.newton import Engine, Solved, solve
from taxlots.plan.optimizer.terms import Prepared, Sides
from taxlots.plan.optimizer.tied_sides import Rows, TiedSides
from taxlots.plan.risk import Floats

BPS: Final = 1e4
WIDTH: Final = 1e-5
"""How far bridges reach on each side of a tie: they lose less than 0.001 bps."""

QUICK_WIDTH: Final = 1e-4
"""Where a quick plan is wanted: wider bridges take fewer steps, and bound less well."""

WIDE: Final = (1e-3, 1e-4, 1e-5)
"""Where that does not balance all columns, limits are tight: wider ones lead there."""

ENOUGH_BPS: Final = 0.01
FEWEST_NODES: Final = 12
MOST_NODES: Final = 200
NODES_WORK: Final = 400_000
"""Of relaxations of one coefficient each: that many are solved at most, where there are more than
the fewest.  Accounts that hold the same securities need them, and are small."""
MOST_ROUNDS: Final = 8


@dataclass(frozen=True, slots=True)
class Certificate:
    """How near to the optimum a plan is proven to be.

    ``objective`` is what the plan costs and ``bound`` what every plan costs at least, as
    fractions of NAV; ``nodes`` is how many relaxations were solved for the bound.
    """

    objective: float
    bound: float
    nodes: int = 1

    @property
    def gap_bps(self) -> float:
        """The plan is at most this many hundredths of a percent of NAV from the optimum."""
        return max(0.0, self.objective - self.bound) * BPS


@dataclass(frozen=True, slots=True)
class Found:
    """The kernel's trades (beyond the forced ones), its prices, and each name's side.

    ``relaxed`` are the prices of the relaxation, which bound best; None where there was none.
    """

    trades: Floats
    duals: Floats
    sides: Sides
    certificate: Certificate
    residual: float
    relaxed: Floats | None = None


@dataclass(frozen=True, slots=True, eq=False)
class _Node:
    """A relaxation, and what choosing sides of the names that it leaves open costs."""

    sides: Sides
    solved: Solved
    tied: TiedSides | None = None


class _Search:
    """Sides tried, and the best plan of them."""

    def __init__(
        self, prepared: Prepared, run: Engine, *, is_quick: bool, cutoff: float = np.inf
    ) -> None:
        self.prepared = prepared
        self.run = run
        self.cutoff = cutoff
        self.width = QUICK_WIDTH if is_quick else WIDTH
        self.is_quick = is_quick
        self.best: Solved | None = None
        self.sides: Sides | None = None
        self.value = np.inf

    def price(self, duals: Floats) -> Floats:
        terms = self.prepared.terms
        return np.asarray(terms.tilt + terms.columns @ duals)

    def relax(self, sides: Sides, duals: Floats | None) -> _Node:
        """The relaxation where ``sides`` leave names bridged."""
        first = self.narrowed(sides, duals, (self.width,))
        if first.is_solved or first.value > HOPELESS:
            return _Node(sides, first)
        return _Node(sides, self.narrowed(sides, None, WIDE))

    def narrowed(self, sides: Sides, duals: Floats | None, widths: Sequence[float]) -> Solved:
        """The relaxation by bridges of each width in turn."""
        for width in widths:
            solved = solve(self.prepared, sides, duals, run=self.run, width=width)
            duals = solved.duals
        return solved

    def tell(self, node: _Node) -> tuple[Sides, Rows]:
        """The sides that a relaxation's prices ask for, and the names that they leave open."""
        sides = node.sides.copy()
        names = np.flatnonzero(sides == BRIDGED)
        away = self.price(node.solved.duals)[names] - self.prepared.terms.tie[names]
        sides[names] = np.where(away < 0, BUYS, SELLS)
        return sides, names[np.abs(away) < self.width]

    def offer(self, sides: Sides, duals: Floats) -> tuple[Solved, bool]:
        """The plan of these sides, kept if it is the best."""
        solved = solve(self.prepared, sides, duals, run=self.run, is_bounded=False)
        value = float(self.run.cost(self.prepared.terms, solved.trades))
        if solved.is_solved and value < self.value - 1e-13:
            self.best, self.sides, self.value = solved, sides, value
            return solved, True
        return solved, False

    def is_enough(self, floor: float) -> bool:
        """Whether the best plan is near enough to a bound, or the bound rules all plans out."""
        return (self.value - floor) * BPS <= ENOUGH_BPS or floor >= self.cutoff

    def improve(self, sides: Sides, duals: Floats, floor: float) -> None:
        """Turn every name whose other side is better at the plan's prices, while that pays."""
        names = self.prepared.bridged
        for _ in range(MOST_ROUNDS):
            solved, is_better = self.offer(sides, duals)
            if not is_better or self.is_enough(floor):
                return
            away = self.price(solved.duals)[names] - self.prepared.terms.tie[names]
            turned = sides.copy()
            is_clear = np.abs(away) >= self.width
            turned[names[is_clear]] = np.where(away[is_clear] < 0, BUYS, SELLS)
            if (turned == sides).all():
                return
            sides, duals = turned, solved.duals

    def tied_sides(self, node: _Node, tied: Rows) -> TiedSides:
        """What choosing sides of the names that a relaxation leaves open costs."""
        return TiedSides.of(self.prepared, self.run, node.sides, node.solved, tied)

    def choose(self, node: _Node, sides: Sides, tied: Rows) -> None:
        """Try the sides of tied names that promise most."""
        for choice in self.tied_sides(node, tied).choices():
            chosen = sides.copy()
            chosen[tied] = np.where(choice > 0, BUYS, SELLS)
            self.improve(chosen, node.solved.duals, node.solved.value)
            if self.is_enough(node.solved.value):
                return

    def promised(self, node: _Node) -> _Node:
        """A node after its best sides are tried, where they promise a better plan."""
        sides, names = self.tell(node)
        if names.size == 0:
            self.offer(sides, node.solved.duals)
            return node
        tied = self.tied_sides(node, names)
        choice = tied.nearest()
        if node.solved.value + tied.cost(choice) < self.value:
            sides[names] = np.where(choice > 0, BUYS, SELLS)
            self.offer(sides, node.solved.duals)
        return replace(node, tied=tied)

    def run_root(self, duals: Floats | None) -> _Node:
        """The relaxation of the whole problem, and the plans that it suggests."""
        root = self.relax(self.prepared.sides(), duals)
        sides, tied = self.tell(root)
        self.improve(sides, root.solved.duals, root.solved.value)
        if tied.size and not self.is_quick and not self.is_enough(root.solved.value):
            self.choose(root, sides, tied)
        return root

    def divide(self, root: _Node, most_nodes: int) -> tuple[float, int]:
        """Branch and bound, best bound first: the least bound left, and the nodes solved."""
        count = itertools.count()
        waiting = [(root.solved.value, next(count), root)]
        nodes = 1
        while waiting and not self.is_enough(waiting[0][0]) and nodes < most_nodes:
            _, _, node = heapq.heappop(waiting)
            open_sides = node.tied or self.tied_sides(node, self.tell(node)[1])
            if open_sides.names.size == 0:
                floor = max(node.solved.value, self.value)
                heapq.heappush(waiting, (floor, next(count), node))
                if floor >= self.value:
                    break
                continue
            name = open_sides.most_telling()
            for side in (BUYS, SELLS):
                fixed = node.sides.copy()
                fixed[name] = side
                child = self.relax(fixed, node.solved.duals)
                nodes += 1
                if child.solved.value < min(self.value, self.cutoff):
                    child = self.promised(child)
                if child.solved.is_solved:
                    heapq.heappush(waiting, (child.solved.value, next(count), child))
        floor = min([value for value, _, _ in waiting], default=self.value)
        return min(max(floor, root.solved.value), self.value), nodes


def nodes_for(prepared: Prepared) -> int:
    """How many relaxations are solved at most for a bound, by the size of a problem."""
    return min(MOST_NODES, max(FEWEST_NODES, NODES_WORK // int(prepared.terms.columns.size)))


def search(
    prepared: Prepared,
    run: Engine,
    duals: Floats | None = None,
    *,
    most_nodes: int | None = None,
    cutoff: float = np.inf,
    feasible: Floats | None = None,
) -> Found | None:
    """The best sides found, and how near to the optimum they are; None if no plan was found.

    ``duals`` start the search (yesterday's, or a neighbour's); ``most_nodes`` bounds the
    relaxations that are solved beyond the first (0 for a quick plan with a looser bound; the more
    of them by default the smaller the problem is), and the search ends where no plan costs less
    than the ``cutoff``;
    ``feasible`` are trades that keep all limits, where those are so tight that most choices of
    sides break them.  Nothing depends on time.
    """
    sides = prepared.sides()
    if prepared.bridged.size == 0:
        solved = solve(prepared, sides, duals, run=run)
        value = float(run.cost(prepared.terms, solved.trades))
        proof = Certificate(value, solved.value)
        return Found(solved.trades, solved.duals, sides, proof, solved.residual)
    run.set_ties(prepared.terms, prepared.bridged)
    looking = _Search(prepared, run, is_quick=most_nodes == 0, cutoff=cutoff)
    root = looking.run_root(duals)
    if looking.best is None and feasible is not None:
        told = np.where(feasible > 0, BUYS, SELLS)
        sides[prepared.bridged] = told[prepared.bridged]
        looking.improve(sides, root.solved.duals, root.solved.value)
    floor, nodes = looking.divide(root, nodes_for(prepared) if most_nodes is None else most_nodes)
    if looking.best is None or looking.sides is None:
        return None
    best = looking.best
    proof = Certificate(looking.value, floor, nodes)
    return Found(best.trades, best.duals, looking.sides, proof, best.residual, root.solved.duals)
