"""Trades and contracts in one plan: what they leave, tie up and never do, of random households."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.plan.rebalance.households import YEAR, account, household, lot, position, same

from taxlots.domain.account import AccountKind
from taxlots.plan.optimizer.review import review
from taxlots.plan.rebalance.gated import tax_cents
from taxlots.plan.rebalance.household_portfolio import CashNeeds, PlanTerms
from taxlots.plan.rebalance.joint_overlay import LEAST_BASIS, joint_portfolio
from taxlots.plan.rebalance.mandated import gated_within_mandate
from taxlots.plan.rebalance.overlaid import Overlaid, overlaid_household
from taxlots.plan.rebalance.overlay_contracts import OverlayContract
from taxlots.plan.rebalance.plan_limits import PlanLimits
from taxlots.plan.rebalance.proposal import cash_after
from taxlots.plan.rebalance.solving import Question, Solution
from taxlots.plan.risk import RiskModel

SYMBOLS = 4
STEEP = PlanTerms(risk_aversion=60.0, horizon_years=3.0, cash_target=0.02)


def contract(question: Question, place: int = 0, **other: object) -> OverlayContract:
    """A contract on half of the securities, of 1/100 of the household."""
    half = {f"S{at}": question.symbol_weights[f"S{at}"] for at in range(2 * place, 2 * place + 2)}
    nav = sum(one.value_cents for one in question.positions) + sum(
        question.cash.held_cents.values()
    )
    own = OverlayContract(
        symbol=f"F{place}",
        asset_class="half",
        account=account("T1"),
        notional_cents=nav // 100,
        moves_with={name: weight / sum(half.values()) for name, weight in half.items()},
        basis=0.01,
        tied=0.1,
        trade_cost=0.0002,
        long_carry=0.001,
        short_carry=0.001,
        most_long=20,
        most_short=20,
    )
    return replace(own, **other)  # type: ignore[arg-type]


def planned(
    seed: int, contracts: Sequence[dict[str, object]] = ({}, {}), **other: object
) -> tuple[Question, Solution, Overlaid]:
    question = replace(household(seed, SYMBOLS), terms=STEEP, **other)  # type: ignore[arg-type]
    made = [contract(question, place, **one) for place, one in enumerate(contracts)]
    solution, overlay = overlaid(question, made)
    assert overlay is not None
    return question, solution, overlay


def overlaid(
    question: Question, contracts: Sequence[OverlayContract]
) -> tuple[Solution, Overlaid | None]:
    plan, overlay = overlaid_household(
        question, contracts, same, lambda asked: gated_within_mandate(asked, same)
    )
    return plan.solution, overlay


@settings(max_examples=5, deadline=None)
@given(
    st.integers(0, 10_000),
    st.floats(0.02, 0.5),
    st.floats(0.0, 0.02),
    st.floats(0.0, 0.05),
)
def test_an_overlay_pays_is_margined_and_adds_no_deviation(
    seed: int, tied: float, carry: float, basis: float
) -> None:
    """It is never worse than the plan without it, and never worse than its trades alone."""
    terms = {"tied": tied, "long_carry": carry, "short_carry": carry, "basis": basis}
    question, solution, overlay = planned(seed, (terms, terms))
    assert overlay.worth >= -1e-12
    assert overlay.error_after <= overlay.error_unhedged + 1e-9
    after = cash_after(question.cash.held_cents, solution.trades)
    for name, cents in overlay.tied_cents().items():
        assert cents <= max(0, after[name])


def test_without_contracts_the_plan_is_that_of_the_trades() -> None:
    question = household(3, SYMBOLS)
    solution, overlay = overlaid(question, [])
    assert overlay is None
    assert solution.trades == gated_within_mandate(question, same).solution.trades


def test_a_contract_that_costs_more_than_its_risk_is_left_alone() -> None:
    dear: dict[str, object] = {"long_carry": 10.0, "short_carry": 10.0}
    _, _, overlay = planned(3, (dear, dear))
    assert overlay.counts == (0, 0)
    assert overlay.error_after == overlay.error_alone


def test_a_side_that_is_barred_is_not_entered() -> None:
    _, _, free = planned(5)
    bars: dict[str, object] = {"long_bar": "a loss waits", "short_bar": "it would be a sale"}
    _, _, barred = planned(5, (bars, {}))
    assert free.counts[0] != 0
    assert barred.counts[0] == 0


def test_contracts_that_the_trades_make_superfluous_are_closed() -> None:
    """Twenty are held of which at most a few are needed: they cost their carry every year."""
    _, _, overlay = planned(5, ({"held": 20, "most_long": 20, "long_carry": 0.02},))
    (line,) = overlay.lines
    assert line.trade < 0
    assert overlay.worth > 0
    assert overlay.error_before != overlay.error_unhedged


def test_one_contract_more_or_fewer_beside_the_same_trades_is_no_better() -> None:
    question, solution, overlay = planned(7)
    contracts = [one.contract for one in overlay.lines]
    joint = joint_portfolio(question, contracts, same)
    traded = solution.weights_traded()
    tax = tax_cents(solution.trades, question.years)
    best = joint.value(traded, tax, overlay.counts)
    for at in range(len(contracts)):
        for step in (-1, 1):
            moved = list(overlay.counts)
            moved[at] += step
            assert joint.value(traded, tax, moved) >= best - 1e-12


def test_the_joint_optimum_bounds_every_whole_number_of_contracts() -> None:
    """At the tax rates of its plan: a profile that states its rates has no others.

    The part of own risk that positions do not share makes a difference of less than 0.2 bps.
    """
    question = replace(household(11, SYMBOLS), terms=STEEP)
    contracts = [contract(question, place) for place in (0, 1)]
    joint = joint_portfolio(question, contracts, same)
    assert joint.optimum.certificate.gap_bps < 0.05
    for counts in ((0, 0), (2, -1), (-3, 4), tuple(map(round, joint.exact()))):
        cost = joint.cost_of(counts)
        assert cost is None or cost >= joint.optimum.certificate.bound - 2e-5


def test_a_contract_is_a_position_of_the_money_that_it_ties_up() -> None:
    """Its notional over that money is its leverage: risk as of so many dollars of its class."""
    question = household(2, SYMBOLS)
    one = contract(question, tied=0.2, basis=0.0)
    joint = joint_portfolio(question, [one], same)
    book = joint.household.book
    assert not review(book).problems
    nothing = np.zeros(len(question.positions))
    weight = float(joint.moved(nothing, [5])[len(question.positions)])
    assert weight == pytest.approx(0.2 * 5 * one.notional_cents / joint.household.nav_cents)
    assert book.cash_after(joint.moved(nothing, [5])) == pytest.approx(book.cash.held - weight)
    moves = np.array([one.moves_with.get(name, 0.0) for name in question.model.names])
    alone = question.model.variance(moves * weight / 0.2)
    own = (LEAST_BASIS * weight / 0.2) ** 2
    joint_risk = book.risk.variance(joint.moved(nothing, [5]))
    assert joint_risk == pytest.approx(alone + own, rel=2e-3)


def test_a_loss_is_not_replaced_by_a_contract_to_acquire_the_same() -> None:
    """26 USC 1091(a): a future on what is sold at a loss is a contract to acquire it."""
    of, ira = account("T1"), account("I", AccountKind.TRADITIONAL_IRA)
    question = Question(
        positions=(
            position(of, "A", 10_000, lot("loss", 500, 10_000, 16_000)),
            position(of, "B", 10_000, lot("gain", 500, 10_000, 9_000)),
            position(ira, "B", 10_000),
        ),
        cash=CashNeeds({"T1": 2_000_000, "I": 0}),
        symbol_weights={"A": 0.4, "B": 0.4},
        model=RiskModel(("A", "B"), np.array([[0.2], [0.15]]), np.array([0.01, 0.01])),
        years={"H": YEAR},
        terms=replace(STEEP, cash_target=0.2),
    )
    other = OverlayContract(
        symbol="FA", asset_class="a", account=of, underlying="A", notional_cents=100_000,
        moves_with={"A": 1.0}, tied=0.1, most_long=500,
    )  # fmt: skip
    solution, overlay = overlaid(question, [other])
    assert overlay is not None
    assert not (solution.sold_at_a_loss & {"A"} and overlay.counts[0] > 0)
    index = replace(other, underlying="an index")
    solution, overlay = overlaid(question, [index])
    assert overlay is not None
    assert "A" in solution.sold_at_a_loss
    assert overlay.counts[0] > 0


def test_the_cap_of_tracking_error_holds_with_contracts() -> None:
    limits = PlanLimits(tracking_error=0.004)
    for seed in (5,):
        _, _, overlay = planned(seed, limits=limits)
        assert overlay.error_after <= max(0.004, overlay.error_alone) * 1.02
