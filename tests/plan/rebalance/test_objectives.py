"""Objectives compose: a risk, expected shortfall and views, as one text asks for."""

from dataclasses import replace

import numpy as np
import pytest
from tests.plan.rebalance.households import household

from taxlots.domain.problem import UsageError
from taxlots.plan.optimizer.cvar import optimize_shortfall
from taxlots.plan.rebalance.household_portfolio import Objective
from taxlots.plan.rebalance.objectives import Objectives, objectives_of
from taxlots.plan.rebalance.shortfall_cap import ShortfallCap
from taxlots.plan.rebalance.shortfall_weight import cap_of_weight
from taxlots.plan.rebalance.solving import portfolio_of


@pytest.mark.parametrize(
    ("text", "risk", "has_shortfall", "has_views"),
    [
        ("tracking", Objective.TRACKING, False, False),
        ("tracking+cvar", Objective.TRACKING, True, False),
        ("variance + views", Objective.VARIANCE, False, True),
        ("views+factors+cvar", Objective.FACTORS, True, True),
        ("cvar", Objective.TRACKING, True, False),
    ],
)
def test_terms_are_read_in_any_order(
    text: str, risk: Objective, has_shortfall: bool, has_views: bool
) -> None:
    expected = Objectives(risk=risk, has_shortfall=has_shortfall, has_views=has_views)
    assert objectives_of(text) == expected


@pytest.mark.parametrize("text", ["luck", "tracking+luck", "tracking+variance", ""])
def test_what_is_no_objective_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        objectives_of(text)


def test_a_weight_of_shortfall_is_the_cap_at_which_the_linear_program_with_it_ends() -> None:
    """Lagrange: the best plan at a price of shortfall is the best plan within what it reaches.

    The program of Rockafellar and Uryasev with the same price is solved by HiGHS, with the
    variance by tangents.  All lots show gains, so that both problems are convex.
    """
    question = household(4, symbols=4)
    gains = tuple(
        replace(one, lots=tuple(replace(lot, gain_cents=abs(lot.gain_cents)) for lot in one.lots))
        for one in question.positions
    )
    terms = replace(question.terms, cash_curvature=0.0)
    question = replace(question, positions=gains, terms=terms)
    random = np.random.default_rng(4)
    symbols = tuple(dict.fromkeys(one.symbol for one in question.positions))
    scenarios = 0.04 * random.standard_normal((30, len(symbols)))
    weight = 0.4
    book = portfolio_of(question).book
    open_cap = ShortfallCap(symbols=symbols, scenarios=scenarios, confidence=0.9, most=np.inf)
    found = cap_of_weight(question, open_cap, weight)
    free = cap_of_weight(question, open_cap, 0.0)
    assert found.most < free.most
    columns = [symbols.index(one.symbol) for one in question.positions]
    plan = optimize_shortfall(
        book, scenarios[:, columns], confidence=0.9, aversion=weight, has_variance=True
    )
    assert np.isclose(found.most, plan.shortfall, atol=3e-4)


def test_factors_leave_out_what_is_a_securitys_own_in_all_accounts_alike() -> None:
    """A security in two accounts and one in a single account: only factors are left of both."""
    question = household(4, symbols=4)
    terms = replace(question.terms, objective=Objective.FACTORS)
    risk = portfolio_of(replace(question, terms=terms)).book.risk
    rows = [question.model.names.index(one.symbol) for one in question.positions]
    of_factors = question.model.loadings[rows]
    expected = of_factors @ of_factors.T
    assert np.abs(risk.covariance() - expected).max() <= 1.001e-3 * question.model.specific.max()
