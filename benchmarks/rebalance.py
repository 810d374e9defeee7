"""Whole rebalances: from a situation in memory to trades in shares of named lots.

The market is synthetic, seeded, and its risk model is given.  Each figure is the processor's time
of one core, the shortest of some runs; linear algebra has one thread.  A complete plan is made from
positions with their lots: the portfolio, the certified optimum that replaces no loss of its own,
whole shares, the gate, and the reasons of each trade.
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np

from benchmarks.processes import milliseconds, told_by_one_thread
from taxlots.domain.account import Account, AccountKind, Owner
from taxlots.plan.later_years import LaterYears
from taxlots.plan.optimizer import newton
from taxlots.plan.optimizer.reasons import trade_reasons
from taxlots.plan.rebalance.gated import gated_household, weighed
from taxlots.plan.rebalance.household_portfolio import CashNeeds, PlanTerms
from taxlots.plan.rebalance.positions import PlannedLot, Position
from taxlots.plan.rebalance.proposal import Proposal, cash_after, orders_of
from taxlots.plan.rebalance.replacements import replacements
from taxlots.plan.rebalance.solving import (
    Question,
    portfolio_of,
    solved_within,
    ways_within,
)
from taxlots.plan.rebalance.wash_branches import best_branch
from taxlots.plan.rebalance.wash_choices import Choices
from taxlots.plan.risk import Floats, RiskModel, floats
from taxlots.plan.year_tax import RatedYear
from taxlots.workflows.household_plan import household_plan
from taxlots.workflows.rebalance import rebalance_of
from taxlots.workflows.rebalance_asked import RebalanceAsked

SAMPLE: Final = Path(__file__).parent.parent / "ledger" / "sample"
AS_OF: Final = date(2025, 6, 30)
NAV_CENTS: Final = 500_000_000
SHORT_TERM: Final = 0.3
BLOCKED: Final = 0.05
TWINS: Final = 0.02
SHARE: Final = 10**8
CENT: Final = 10**6
"""Of a price, in 1e-8 dollars."""

LATER: Final = LaterYears(
    income_rate_ppm=408_000, gain_rate_ppm=238_000, sale_rate_ppm=238_000, limit_cents=300_000
)


def replaces(acquired: str, lost: str) -> bool:
    """A security replaces itself, and one in fifty has a twin that is substantially identical."""
    return acquired.rstrip("x") == lost.rstrip("x")


def question(seed: int, names: int, lots: int, factors: int) -> Question:
    """A drifted taxable account of a seeded synthetic market, five million dollars in all.

    A fifth of its lots shows a loss; a twentieth of its names may not be bought.
    """
    rng = np.random.default_rng(seed)
    twins = round(TWINS * names)
    symbols = [f"N{at}" for at in range(names)]
    symbols[:twins] = [f"{symbols[at + twins]}x" for at in range(twins)]
    target = rng.lognormal(0.0, 0.8, names)
    target *= 0.98 / target.sum()
    held = target * np.exp(0.35 * rng.standard_normal(names))
    held *= 0.985 / held.sum()
    return Question(
        positions=tuple(positions(rng, symbols, held, lots)),
        cash=CashNeeds({"A": round(0.015 * NAV_CENTS)}),
        symbol_weights=dict(zip(symbols, target.tolist(), strict=True)),
        model=model(rng, symbols, factors),
        years={"H": RatedYear(short_ppm=408_000, long_ppm=238_000, later=LATER)},
        terms=PlanTerms(risk_aversion=10.0, cash_target=0.01),
        least_cents=10_000,
        families={symbol: symbol.rstrip("x") for symbol in symbols},
    )


def positions(
    rng: np.random.Generator, symbols: Sequence[str], held: Floats, lots: int
) -> Iterator[Position]:
    """Positions of some weights, each with whole shares in lots of its own."""
    shape = (len(symbols), lots)
    gain = np.clip(0.25 + 0.3 * rng.standard_normal(shape), -0.6, 0.9)
    parts = rng.dirichlet(3 * np.ones(lots), len(symbols))
    is_long = rng.random(shape) >= SHORT_TERM
    account = Account(
        id="A", household="H", kind=AccountKind.TAXABLE, owner=Owner.SELF, tax_return="H"
    )
    for at, symbol in enumerate(symbols):
        price = int(rng.integers(2_000, 40_000))
        units = np.maximum(1, np.round(held[at] * parts[at] * NAV_CENTS / price)).astype(int)
        yield Position(
            account=account,
            symbol=symbol,
            price=price * CENT,
            multiplier=1,
            lots=tuple(
                PlannedLot(
                    lot_id=f"{symbol}-{place}",
                    acquired=AS_OF - timedelta(days=1000 if is_long[at, place] else 100),
                    quantity=count * SHARE,
                    value_cents=count * price,
                    gain_cents=round(count * price * float(gain[at, place])),
                    is_long=bool(is_long[at, place]),
                )
                for place, count in enumerate(units.tolist())
            ),
            spread_ppm=int(rng.integers(200, 1500)),
            buy_bar="it would replace a loss of last week" if rng.random() < BLOCKED else "",
        )


def model(rng: np.random.Generator, symbols: Sequence[str], factors: int) -> RiskModel:
    """A market factor, others, and what is each name's own."""
    names = len(symbols)
    others = 0.12 * rng.standard_normal((names, factors - 1)) / np.sqrt(factors - 1)
    market = 0.16 + 0.05 * rng.standard_normal(names)
    loadings = floats(np.column_stack([market, others]))
    return RiskModel(tuple(symbols), loadings, (0.12 + 0.25 * rng.random(names)) ** 2)


def complete(asked: Question) -> Proposal:
    """The whole plan: trades that pay, in whole shares of named lots, weighed against none."""
    solution, gate = gated_household(asked, replaces)
    cash = asked.cash.held_cents
    return Proposal(
        book="synthetic",
        household="H",
        as_of=AS_OF,
        cusips={},
        classes=(),
        solution=solution,
        gate=gate,
        sales=(),
        returns=(),
        cash_before=cash,
        cash_after=cash_after(cash, solution.trades),
        told=(),
    )


def plans(seeds: range, names: int, lots: int, factors: int) -> Iterator[str]:
    """Complete plans of accounts of one size, with their parts."""
    for seed in seeds:
        asked = question(seed, names, lots, factors)
        proposal = complete(asked)
        solution = proposal.solution
        whole = milliseconds(lambda a=asked: trade_reasons(complete(a).solution.optimum), 40)
        by = replacements(asked.families or {}, replaces, asked.families)
        household = portfolio_of(asked)
        parts = {
            "portfolio": lambda a=asked: portfolio_of(a),
            "optimum": lambda h=household, a=asked, b=by: best_branch(
                h, Choices(), ways_within(a.limits), b
            ),
            "optimum and shares": lambda h=household, a=asked, b=by: solved_within(a, h, b),
            "gate": lambda s=solution, a=asked: weighed(s, a),
            "reasons": lambda s=solution: trade_reasons(s.optimum),
            "orders, beyond the plan": lambda p=proposal: orders_of(p),
        }
        told = ", ".join(f"{name} {milliseconds(run, 20):.1f}" for name, run in parts.items())
        yield (
            f"{names} names × {lots} lots × {factors} factors, seed {seed}: {whole:.1f} ms to "
            f"{len(solution.trades)} trades in {len(orders_of(proposal))} orders, within "
            f"{solution.gap_bps:.3f} bps ({told} ms)"
        )


def growth() -> Iterator[str]:
    """Time of complete plans against lots and against names: doubled, it should about double."""
    for what, sizes in (
        ("lots a name, 500 names", [(500, lots, 60) for lots in (10, 20, 40)]),
        ("names, 10 lots each", [(names, 10, 60) for names in (125, 250, 500, 1000)]),
    ):
        ends = [size[1] if "lots a" in what else size[0] for size in sizes]
        times = [
            np.median(
                [milliseconds(partial(complete, question(seed, *size)), 5) for seed in (1, 2, 4)]
            )
            for size in sizes
        ]
        told = ", ".join(f"{end}: {t:.1f} ms" for end, t in zip(ends, times, strict=True))
        yield f"{what}, at the median of three accounts: {told}"


def of_household() -> Iterator[str]:
    """The sample's household, from its prepared books to a proposal that the fold has booked."""
    plan = household_plan(str(SAMPLE))
    run = rebalance_of(plan, RebalanceAsked())
    whole = milliseconds(lambda: rebalance_of(plan, RebalanceAsked()), 5)
    solved = milliseconds(lambda: gated_household(run.question, plan.index.replaces), 5)
    yield (
        f"a household of {len(run.question.positions)} positions: {whole:.0f} ms from prepared "
        f"books to {len(run.proposal.trades)} trades, of which {solved:.0f} ms for the plan "
        "and its gate"
    )


def measured() -> Iterator[str]:
    """All figures of this process."""
    newton.engine("compiled")
    yield from plans(range(1, 6), 500, 10, 60)
    yield from plans(range(1, 4), 50, 10, 10)
    yield from growth()
    yield from of_household()


def lines() -> Iterator[str]:
    """The figures, one line each, from a process with one thread."""
    return told_by_one_thread(__name__)
