"""Asset location: what costs most tax a year goes where nothing is taxed, and no loss is washed."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from taxlots.domain.account import AccountKind
from taxlots.domain.problem import UsageError
from taxlots.plan.location.drag import (
    HoldingTax,
    Rates,
    after_tax_worth,
    rebalancing_drag,
    tax_drag,
)
from taxlots.plan.location.household import (
    HALF_CENT,
    LocatedAccount,
    LocatedAsset,
    LocatedLot,
    LocatedSleeve,
    Location,
    LocationProblem,
)
from taxlots.plan.location.solving import locate

MAIN, ROTH = 0, 1
STOCK, BOND, OTHER_BOND = 0, 1, 2
RATES = Rates(ordinary=0.35, gain=0.20, deferral=0.25)


def problem_of(
    lots: list[LocatedLot],
    *,
    bonds: tuple[float, float, float] = (0.5, 0.0, 1.0),
    worth: float = 1.0,
    blocked: tuple[tuple[int, int], ...] = (),
    other_bond: bool = False,
    cost: float = 1e-6,
) -> LocationProblem:
    """A taxable account and a Roth; stocks cost 0.4 % a year in tax, bonds 1.4 %."""
    assets = [
        LocatedAsset(symbol="VTI", sleeve=0, drag=0.004, family=0),
        LocatedAsset(symbol="BND", sleeve=1, drag=0.014, family=1),
    ]
    if other_bond:
        assets.append(LocatedAsset(symbol="AGG", sleeve=1, drag=0.014, family=2))
    can_buy = np.ones((2, len(assets)), np.bool_)
    for place in blocked:
        can_buy[place] = False
    target, low, high = bonds
    return LocationProblem(
        accounts=(
            LocatedAccount(name="main", is_taxable=True),
            LocatedAccount(name="roth", is_taxable=False, worth=worth),
        ),
        assets=tuple(assets),
        lots=tuple(lots),
        sleeves=(
            LocatedSleeve(name="stocks", target=1 - target, low=0.0, high=1.0),
            LocatedSleeve(name="bonds", target=target, low=low, high=high),
        ),
        can_buy=can_buy,
        cost=cost,
    )


def lot(account: int, asset: int, value: float, tax: float = 0.0, **more: bool) -> LocatedLot:
    name = f"{account}-{asset}"
    return LocatedLot(account=account, asset=asset, lot_id=name, value=value, tax=tax, **more)


def test_bonds_go_to_the_roth_and_stocks_to_the_taxable_account() -> None:
    """Each account has 50: half of 100 are bonds, and all of them fit into the Roth.

    25 of bonds leave the taxable account: 25 x (1.4 % - 0.4 %) are saved a year.
    """
    lots = [lot(MAIN, STOCK, 25), lot(MAIN, BOND, 25), lot(ROTH, STOCK, 25), lot(ROTH, BOND, 25)]
    found = locate(problem_of(lots))
    assert found.held == pytest.approx(np.array([[50, 0], [0, 50]]), abs=1e-3)
    assert found.saved_a_year == pytest.approx(0.25, abs=1e-3)
    assert found.clashes == ()


def test_a_traditional_account_counts_for_what_its_tax_leaves() -> None:
    """80 dollars at 25 % tax are 60 of 100 after tax: the target of 60 % bonds is all of them."""
    lots = [lot(MAIN, BOND, 40), lot(ROTH, STOCK, 80)]
    found = locate(problem_of(lots, bonds=(0.6, 0.6, 0.6), worth=0.75))
    assert found.held == pytest.approx(np.array([[40, 0], [0, 80]]), abs=1e-3)


def test_a_lot_whose_tax_is_dearer_than_the_drag_stays() -> None:
    """Five years of 1 % are 5 cents a dollar: a lot that costs 6 stays, one that costs 4 goes."""
    both = [lot(ROTH, STOCK, 50), lot(MAIN, STOCK, 10)]
    found = locate(problem_of([lot(MAIN, BOND, 40, 0.06), *both], bonds=(0.4, 0.4, 0.4)))
    assert found.sold == pytest.approx([0, 0, 0], abs=1e-3)
    found = locate(problem_of([lot(MAIN, BOND, 40, 0.04), *both], bonds=(0.4, 0.4, 0.4)))
    assert found.sold == pytest.approx([40, 40, 0], abs=1e-3)
    assert found.tax == pytest.approx(1.6, abs=1e-3)


def test_a_rebalance_is_made_where_it_costs_no_tax() -> None:
    """Stocks are 20 over target in both accounts: the Roth sells them, the gain lots stay."""
    lots = [lot(MAIN, STOCK, 70, 0.1), lot(ROTH, STOCK, 30)]
    found = locate(problem_of(lots, bonds=(0.3, 0.3, 0.3)))
    assert found.held == pytest.approx(np.array([[70, 0], [0, 30]]), abs=1e-3)
    assert found.tax == 0


def test_a_loss_is_not_sold_where_the_ira_would_buy_it_back() -> None:
    """Rev. Rul. 2008-5: the lot saves 2 cents a dollar now, but then no BND is bought anywhere.

    With AGG beside it the loss is taken, and the Roth buys AGG.
    """
    lots = [lot(MAIN, BOND, 50, -0.02, is_loss=True), lot(ROTH, STOCK, 50)]
    alone = locate(problem_of(lots, bonds=(0.5, 0.5, 0.5)))
    assert alone.sold == pytest.approx([0, 0], abs=1e-3)
    found = locate(problem_of(lots, bonds=(0.5, 0.5, 0.5), other_bond=True))
    assert found.sold == pytest.approx([50, 50], abs=1e-3)
    assert found.bought == pytest.approx(np.array([[50, 0, 0], [0, 0, 50]]), abs=1e-3)


def test_a_clash_is_named_with_the_nearest_location() -> None:
    """60 % of stocks are locked: bonds cannot be 50 %, and 40 % is the nearest."""
    lots = [lot(MAIN, STOCK, 60, is_locked=True), lot(ROTH, STOCK, 40)]
    found = locate(problem_of(lots, bonds=(0.5, 0.5, 0.5)))
    assert found.held == pytest.approx(np.array([[60, 0], [0, 40]]), abs=1e-3)
    (clash,) = found.clashes
    assert str(clash) == (
        "bonds is to be at least 50.00% and comes to 40.00%: what may be sold in main, roth does"
        " not pay for more; 60.00 dollars of other lots may not be sold"
    )
    found = locate(problem_of(lots, bonds=(0.5, 0.5, 0.5), blocked=((MAIN, BOND), (ROTH, BOND))))
    assert "nothing of it may be bought in any account" in str(found.clashes[0])


def test_bands_that_contradict_are_refused() -> None:
    with pytest.raises(UsageError, match=r"the band of bonds, 60\.00% to 70\.00%, excludes"):
        problem_of([lot(MAIN, BOND, 1)], bonds=(0.5, 0.6, 0.7))


def test_the_drag_of_a_holding_by_hand() -> None:
    """3 % of income, 60 % qualified: 0.03 x (0.6 x 0.20 + 0.4 x 0.35) is 0.78 %; no volatility."""
    holding = HoldingTax(income=0.03, qualified=0.6)
    assert tax_drag(holding, RATES, 0.5) == pytest.approx(0.0078)
    assert tax_drag(HoldingTax(income=0.03, qualified=0, exempt=1), RATES, 0.5) == 0
    assert tax_drag(HoldingTax(gain_paid_out=0.02), RATES, 0.5) == pytest.approx(0.004)


def test_what_moves_more_is_trimmed_more() -> None:
    """0.399 x 20 % x (1 - 0.5) of a holding, of which 30 % gain at 20 %, a quarter of it lost."""
    calm = HoldingTax(volatility=0.2, gain_share=0.3)
    assert rebalancing_drag(calm, RATES, 0.5) == pytest.approx(
        0.39894 * 0.1 * 0.3 * 0.2 * 0.25, 1e-4
    )
    wild = HoldingTax(volatility=0.4, gain_share=0.3)
    assert rebalancing_drag(wild, RATES, 0.5) > rebalancing_drag(calm, RATES, 0.5)
    assert rebalancing_drag(wild, RATES, 1.0) == 0


def test_accounts_after_tax() -> None:
    assert after_tax_worth(AccountKind.TRADITIONAL_IRA, 0.3) == 0.7
    assert after_tax_worth(AccountKind.ROTH_IRA, 0.3) == 1.0
    assert after_tax_worth(AccountKind.TAXABLE, 0.3) == 1.0


def random_problem(seed: int) -> LocationProblem:
    """Three accounts, five assets in three sleeves, gains alone; any band keeps today's mix."""
    rng = np.random.default_rng(seed)
    lots = [
        LocatedLot(
            account=int(rng.integers(3)),
            asset=int(rng.integers(5)),
            lot_id=str(i),
            value=float(rng.uniform(1, 50)),
            tax=float(rng.uniform(0, 0.1)),
        )
        for i in range(12)
    ]
    lots = [
        one
        if one.account == 0
        else LocatedLot(account=one.account, asset=one.asset, lot_id=one.lot_id, value=one.value)
        for one in lots
    ]
    accounts = (
        LocatedAccount(name="main", is_taxable=True),
        LocatedAccount(name="ira", is_taxable=False, worth=0.7),
        LocatedAccount(name="roth", is_taxable=False),
    )
    assets = tuple(
        LocatedAsset(symbol=f"S{n}", sleeve=n % 3, drag=float(rng.uniform(0, 0.02)), family=n)
        for n in range(5)
    )
    targets = rng.dirichlet(np.ones(3))
    sleeves = tuple(
        LocatedSleeve(name=f"K{k}", target=float(targets[k]), low=0.0, high=1.0) for k in range(3)
    )
    return LocationProblem(
        accounts=accounts,
        assets=assets,
        lots=tuple(lots),
        sleeves=sleeves,
        can_buy=rng.random((3, 5)) < 0.8,
        cost=0.001,
    )


def least_by_another_program(problem: LocationProblem) -> float:
    """The same problem written with final holdings and solved by scipy."""
    lots, (a_count, n_count) = problem.lots, problem.can_buy.shape
    k_count, size = len(problem.sleeves), len(problem.lots) + problem.can_buy.size
    cost = np.concatenate([[one.tax for one in lots], np.zeros(problem.can_buy.size)])
    cost += problem.cost
    deltas = np.zeros((a_count, n_count, size))
    for j, one in enumerate(lots):
        deltas[one.account, one.asset, j] -= 1
    for place in range(problem.can_buy.size):
        deltas[place // n_count, place % n_count, len(lots) + place] += 1
    drags = np.array([one.drag for one in problem.assets])
    for a, account in enumerate(problem.accounts):
        if account.is_taxable:
            cost = cost + problem.years * drags @ deltas[a]
    worth = np.einsum("a,anj->nj", problem.worths, deltas)
    by_sleeve = np.array(
        [
            worth[[n for n in range(n_count) if problem.assets[n].sleeve == k]].sum(axis=0)
            for k in range(k_count)
        ]
    )
    price = problem.years * problem.deviation
    full = np.concatenate([cost, np.full(2 * k_count, price)])
    spent = np.zeros((a_count, size))
    for j, one in enumerate(lots):
        spent[one.account, j] = -(1 - problem.cost)
    for place in range(problem.can_buy.size):
        spent[place // n_count, len(lots) + place] = 1 + problem.cost
    gap = np.hstack([by_sleeve, -np.eye(k_count), np.eye(k_count)])
    wanted = np.array([one.target for one in problem.sleeves]) * problem.total
    wanted -= problem.by_sleeve(problem.held) * problem.total
    bounds = [(0, one.value) for one in lots]
    bounds += [(0, None if can else 0) for can in problem.can_buy.ravel()]
    bounds += [(0, None)] * (2 * k_count)
    found = linprog(
        full,
        A_ub=np.hstack([spent, np.zeros((a_count, 2 * k_count))]),
        b_ub=np.zeros(a_count),
        A_eq=gap,
        b_eq=wanted,
        bounds=bounds,
    )
    assert found.status == 0
    return float(found.fun)


@pytest.mark.parametrize("seed", range(25))
def test_random_households_are_located_at_least_cost(seed: int) -> None:
    problem = random_problem(seed)
    found = locate(problem)
    off = (
        np.abs(problem.by_sleeve(found.held) - [one.target for one in problem.sleeves]).sum()
        * problem.total
    )
    cost = found.tax + found.costs - problem.years * found.saved_a_year
    cost += problem.years * problem.deviation * off
    assert cost == pytest.approx(least_by_another_program(problem), abs=1e-6)
    assert (found.held >= -1e-9).all()
    before = problem.held.sum(axis=1)
    assert (found.held.sum(axis=1) <= before + 1e-6).all()
    assert not found.clashes


def wider(problem: LocationProblem, rng: np.random.Generator) -> LocationProblem:
    """The same household where more may be bought."""
    return replace(problem, can_buy=problem.can_buy | (rng.random(problem.can_buy.shape) < 0.5))


def full_cost(found: Location) -> float:
    """What is minimized: tax and costs of moving, and over the years drag and being off target."""
    problem = found.problem
    off = problem.by_sleeve(found.held) - [one.target for one in problem.sleeves]
    a_year = problem.deviation * np.abs(off).sum() * problem.total - found.saved_a_year
    return float(found.tax + found.costs + problem.years * a_year)


SEEDS = st.integers(0, 10**6)


@settings(max_examples=60)
@given(SEEDS)
def test_moving_never_costs_more_than_staying_and_more_room_never_more_than_less(
    seed: int,
) -> None:
    """All that is held may stay, and nobody has to buy where more may be bought."""
    problem = random_problem(seed)
    found = locate(problem)
    stays = Location(
        problem=problem, sold=np.zeros(len(problem.lots)), bought=np.zeros(problem.can_buy.shape)
    )
    assert full_cost(found) <= full_cost(stays) + 1e-6
    assert full_cost(locate(wider(problem, np.random.default_rng(seed)))) <= full_cost(found) + 1e-6


@settings(max_examples=60)
@given(SEEDS, st.floats(0.2, 1.0))
def test_any_location_keeps_section_1091_what_is_locked_and_the_money_of_each_account(
    seed: int, width: float
) -> None:
    """Some lots show losses that sell at a saving, some are locked, bands are narrow, cash is held.

    26 USC 1091, Rev. Rul. 2008-5: what replaces a loss is bought in no account.
    """
    rng = np.random.default_rng(seed)
    drawn = random_problem(seed)
    problem = replace(
        drawn,
        accounts=tuple(replace(one, cash=float(rng.uniform(0, 20))) for one in drawn.accounts),
        assets=tuple(replace(one, family=n // 2) for n, one in enumerate(drawn.assets)),
        lots=tuple(
            replace(one, tax=-one.tax, is_loss=True)
            if one.account == 0 and rng.random() < 0.4
            else replace(one, is_locked=bool(rng.random() < 0.3))
            for one in drawn.lots
        ),
        sleeves=tuple(
            replace(one, low=one.target * (1 - width), high=min(1.0, one.target * (1 + width)))
            for one in drawn.sleeves
        ),
    )
    found = locate(problem)
    lost = {
        problem.assets[one.asset].family
        for one, dollars in zip(problem.lots, found.sold, strict=True)
        if one.is_loss and dollars > HALF_CENT
    }
    for one, dollars in zip(problem.lots, found.sold, strict=True):
        assert 0 <= dollars <= (0 if one.is_locked else one.value) + 1e-6
    assert not found.bought[~problem.can_buy].any()
    for n, asset in enumerate(problem.assets):
        assert asset.family not in lost or found.bought[:, n].max() <= HALF_CENT
    for a, account in enumerate(problem.accounts):
        mine = [one.account == a for one in problem.lots]
        brought = (1 - problem.cost) * found.sold[mine].sum() + account.cash
        assert (1 + problem.cost) * found.bought[a].sum() <= brought + 1e-6
    if not found.clashes:
        now = problem.by_sleeve(found.held) * problem.total
        for dollars, sleeve in zip(now, problem.sleeves, strict=True):
            assert sleeve.low * problem.total - 0.02 <= dollars
            assert dollars <= sleeve.high * problem.total + 0.02


PARTS = st.floats(0, 0.5)


@given(PARTS, PARTS, PARTS, PARTS, PARTS, st.floats(1, 2))
def test_drag_grows_with_what_is_paid_out_what_moves_and_every_rate(
    income: float, qualified: float, exempt: float, gain: float, volatility: float, more: float
) -> None:
    """Nothing that is taxed costs less where there is more of it; what is exempt costs nothing."""
    own = HoldingTax(
        income=income,
        qualified=qualified,
        exempt=exempt,
        gain_paid_out=gain,
        volatility=volatility,
    )
    drag = tax_drag(own, RATES, 0.3)
    dearer = Rates(ordinary=0.35 * more, gain=0.2 * more, deferral=0.25)
    for grown in (
        tax_drag(replace(own, income=income * more), RATES, 0.3),
        tax_drag(replace(own, gain_paid_out=gain * more), RATES, 0.3),
        tax_drag(replace(own, volatility=volatility * more), RATES, 0.3),
        tax_drag(own, dearer, 0.3),
        tax_drag(own, RATES, 0.3 / more),
    ):
        assert drag >= 0
        assert grown >= drag - 1e-15
    assert tax_drag(replace(own, exempt=exempt / more), RATES, 0.3) >= drag - 1e-15
