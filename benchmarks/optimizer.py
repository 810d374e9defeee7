"""Rebalances by lot: the optimizer beside PIQP, Clarabel and cvxpy on the same problems.

Each figure is taken in this run, as the processor's time of one core (linear algebra has one
thread); the last two lines are times by the clock, of two processes.
"""

import os
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import partial
from multiprocessing import get_context
from typing import Any, Final

import numpy as np

from benchmarks.processes import milliseconds, told_by_one_thread
from taxlots.plan.optimizer import newton
from taxlots.plan.optimizer.kernel import SELLS
from taxlots.plan.optimizer.newton import Engine, solve
from taxlots.plan.optimizer.optimum import optimize
from taxlots.plan.optimizer.portfolio import Cash, Portfolio, lots_of, portfolio
from taxlots.plan.optimizer.quadratic_program import Program, program_of
from taxlots.plan.optimizer.signs import search
from taxlots.plan.optimizer.terms import Prepared, Sides, prepare
from taxlots.plan.risk import RiskModel, floats

SIZES: Final = ((50, 10, 10), (500, 10, 60), (500, 40, 60))
ACCOUNTS: Final = int(os.environ.get("TAXLOTS_ACCOUNTS", "100000"))
"""Of 50 names that are really planned; fewer for a quick run."""
BPS: Final = 1e4
SHORT_TERM: Final = 0.3
BLOCKED: Final = 0.05


def account(seed: int, names: int, lots: int, factors: int) -> Portfolio:
    """A drifted account of a seeded synthetic market; a twentieth of its names is not bought."""
    rng = np.random.default_rng(seed)
    target = rng.lognormal(0.0, 0.8, names)
    target *= 0.98 / target.sum()
    held = target * np.exp(0.35 * rng.standard_normal(names))
    held *= 0.985 / held.sum()
    parts = rng.dirichlet(np.ones(lots), names) * held[:, None]
    gain = np.clip(0.25 + 0.3 * rng.standard_normal((names, lots)), -0.6, 0.9)
    slope = gain * np.where(rng.random((names, lots)) < SHORT_TERM, 0.408, 0.238)
    slope[gain < 0] *= 0.5
    others = 0.12 * rng.standard_normal((names, factors - 1)) / np.sqrt(factors - 1)
    market = 0.16 + 0.05 * rng.standard_normal(names)
    labels = tuple(f"N{row}" for row in range(names))
    risk = RiskModel(
        labels,
        floats(np.column_stack([market, others])),
        (0.12 + 0.25 * rng.random(names)) ** 2,
    )
    return portfolio(
        labels,
        held,
        target,
        risk,
        cash=Cash(held=0.015, target=0.01, ceiling=0.03, curvature=0.05),
        lots=lots_of(np.repeat(np.arange(names), lots), parts.ravel(), slope.ravel(), names),
        risk_aversion=10.0,
        cost=0.0005 + 0.001 * rng.random(names),
        buy_limit=np.where(rng.random(names) < BLOCKED, 0.0, np.inf),
        most=np.maximum(3 * target, held),
    )


def sell_only(prepared: Prepared) -> Sides:
    """The convex version: names with a loss lot are not bought."""
    sides = prepared.sides()
    sides[prepared.bridged] = SELLS
    return sides


def by_piqp(program: Program) -> Any:
    """PIQP's solver after a cold run, its set-up included."""
    import piqp

    solver = piqp.SparseSolver()
    solver.setup(
        program.quadratic,
        program.linear,
        program.balance,
        np.zeros(program.balance.shape[0]),
        None,
        None,
        None,
        program.low,
        program.high,
    )
    solver.solve()
    return solver


def by_clarabel(program: Program) -> Any:
    """Clarabel's solution after a cold run, its set-up included."""
    import clarabel
    from scipy import sparse

    size, one = program.linear.size, sparse.eye(program.linear.size, format="csr")
    has_high, has_low = np.isfinite(program.high), np.isfinite(program.low)
    matrix = sparse.vstack([program.balance, one[has_high], -one[has_low]], format="csc")
    side = np.concatenate(
        [
            np.zeros(program.balance.shape[0]),
            program.high[has_high],
            -program.low[has_low],
        ]
    )
    cones = [
        clarabel.ZeroConeT(program.balance.shape[0]),
        clarabel.NonnegativeConeT(int(has_high.sum() + has_low.sum())),
    ]
    assert size == matrix.shape[1]
    settings = clarabel.DefaultSettings()
    settings.verbose = False
    solver = clarabel.DefaultSolver(
        program.quadratic, program.linear, matrix, side, cones, settings
    )
    return solver.solve()


def by_cvxpy(program: Program) -> Any:
    """Cvxpy with Clarabel, from the matrices to the solution."""
    import cvxpy as cp

    x = cp.Variable(program.linear.size)
    has_high, has_low = np.isfinite(program.high), np.isfinite(program.low)
    roots = np.sqrt(program.quadratic.diagonal())
    cost = 0.5 * cp.sum_squares(cp.multiply(roots, x)) + program.linear @ x
    kept = [
        program.balance @ x == 0,
        x[has_high] <= program.high[has_high],
        x[has_low] >= program.low[has_low],
    ]
    problem = cp.Problem(cp.Minimize(cost), kept)
    problem.solve(solver=cp.CLARABEL)
    return problem


def compare(run: Engine) -> Iterator[str]:
    """Convex and certified plans beside the others."""
    for names, lots, factors in SIZES:
        books = [account(seed, names, lots, factors) for seed in range(3)]
        prepared = [prepare(book) for book in books]
        sides = [sell_only(one) for one in prepared]
        pairs = list(zip(prepared, sides, strict=True))
        times, worst = {}, {}
        exact = [solve(*pair, run=run).value for pair in pairs]
        times["convex"] = np.mean([milliseconds(lambda p=p: solve(*p, run=run), 30) for p in pairs])
        warm = [solve(*pair, run=run).duals for pair in pairs]
        again = [
            milliseconds(lambda p=p, d=d: solve(*p, 1.02 * d, run=run), 30)
            for p, d in zip(pairs, warm, strict=True)
        ]
        programs = [program_of(*pair) for pair in pairs]
        for name, solver, rounds in (
            ("PIQP", by_piqp, 5),
            ("Clarabel", by_clarabel, 3),
            ("cvxpy", by_cvxpy, 1),
        ):
            times[name] = np.mean([milliseconds(partial(solver, p), rounds) for p in programs])
            worst[name] = max(
                abs(_value(name, solver(program)) - _shift(pair[0]) - value) * BPS
                for program, pair, value in zip(programs, pairs, exact, strict=True)
            )
        yield (
            f"{names} names × {lots} lots × {factors} factors: convex {times['convex']:.3f} ms "
            f"(warm {np.mean(again):.3f} ms); PIQP {times['PIQP']:.1f} ms "
            f"({times['PIQP'] / times['convex']:.0f} ×), Clarabel {times['Clarabel']:.1f} ms, "
            f"cvxpy {times['cvxpy']:.0f} ms; they differ by at most "
            + ", ".join(f"{name} {gap:.1e}" for name, gap in worst.items())
            + " bps"
        )
        yield from _certified(books, run)


def _value(name: str, found: Any) -> float:
    if name == "PIQP":
        return float(found.result.info.primal_obj)
    return float(found.obj_val if name == "Clarabel" else found.value)


def _shift(prepared: Prepared) -> float:
    """The part of the squares that does not depend on the trades."""
    terms = prepared.terms
    return -0.5 * float(terms.curvature @ terms.centre**2)


def _certified(books: list[Portfolio], run: Engine) -> Iterator[str]:
    prepared = [prepare(book) for book in books]
    found = [search(one, run) for one in prepared]
    taken = [milliseconds(lambda one=one: search(one, run), 10) for one in prepared]
    whole = [
        milliseconds(lambda book=book: optimize(book, engine="compiled"), 10) for book in books
    ]
    gaps = [one.certificate.gap_bps for one in found if one is not None]
    yield (
        f"  certified {np.median(taken):.2f} ms at the median, gap {np.median(gaps):.4f} bps; "
        f"reviewed, prepared, certified and settled {np.median(whole):.2f} ms"
    )


def growth(run: Engine) -> Iterator[str]:
    """Time against lots and against names: doubled, it should about double."""
    for what, sizes in (
        ("lots a name, 500 names", [(500, lots, 60) for lots in (10, 20, 40, 80)]),
        ("names, 10 lots each", [(names, 10, 60) for names in (250, 500, 1000, 2000)]),
    ):
        times = []
        for size in sizes:
            prepared = prepare(account(1, *size))
            sides = sell_only(prepared)
            times.append(milliseconds(lambda p=prepared, s=sides: solve(p, s, run=run), 20))
        ends = [size[1] if "lots a" in what else size[0] for size in sizes]
        told = ", ".join(f"{end}: {t:.2f} ms" for end, t in zip(ends, times, strict=True))
        yield f"{what}: {told}"


def plan_accounts(seeds: tuple[int, int, bool]) -> tuple[int, float]:
    """Certified (or convex) plans of accounts of 50 names; how many, and their worst gap."""
    first, last, is_certified = seeds
    models = [account(seed, 50, 10, 10) for seed in range(20)]
    worst, duals = 0.0, None
    rng = np.random.default_rng(first)
    optimize(models[0], engine="compiled")
    for row in range(first, last):
        model = models[row % len(models)]
        held = model.held * np.exp(0.02 * rng.standard_normal(50))
        scale = np.repeat(held / model.held, 10)
        lots = replace(model.lots, capacity=model.lots.capacity * scale)
        cash = replace(model.cash, held=1.0 - float(held.sum()), ceiling=0.1)
        book = replace(model, held=held, lots=lots, cash=cash, most=np.maximum(model.most, held))
        if is_certified:
            plan = optimize(book, engine="compiled", most_nodes=1)
            worst = max(worst, plan.certificate.gap_bps)
        else:
            prepared = prepare(book)
            found = solve(prepared, sell_only(prepared), duals, run=newton.engine("compiled"))
            assert found.is_solved
    return last - first, worst


def many_accounts() -> Iterator[str]:
    """A hundred thousand accounts, each with holdings, lots and cash of its own."""
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        for is_certified in (False, True):
            list(pool.map(plan_accounts, [(0, 20, is_certified)] * 2))
            half = ACCOUNTS // 2
            start = time.perf_counter()
            done = list(
                pool.map(plan_accounts, [(0, half, is_certified), (half, ACCOUNTS, is_certified)])
            )
            taken = time.perf_counter() - start
            assert sum(count for count, _ in done) == ACCOUNTS
            kind = "certified" if is_certified else "convex"
            gap = f", gaps up to {max(gap for _, gap in done):.3f} bps" if is_certified else ""
            yield (
                f"{ACCOUNTS:,} accounts × 50 names × 10 lots, {kind}, on 2 processes: "
                f"{taken:.1f} s by the clock, from arrays in memory to trades and certificate, "
                f"one account after the other{gap}"
            )


def measured() -> Iterator[str]:
    """All figures of this process."""
    run = newton.engine("compiled")
    yield from compare(run)
    yield from growth(run)
    yield from many_accounts()


def lines() -> Iterator[str]:
    """The figures, one line each, from a process with one thread."""
    return told_by_one_thread(__name__)
