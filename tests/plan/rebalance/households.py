"""Random households for tests of rebalances: seeded, synthetic, and said to be so."""

from dataclasses import replace
from datetime import date

import numpy as np

from taxlots.domain.account import Account, AccountKind, Owner
from taxlots.domain.filing_status import FilingStatus
from taxlots.domain.tax_return import ReturnIncome
from taxlots.plan.later_years import LaterYears
from taxlots.plan.rebalance.household_portfolio import Band, CashNeeds, PlanTerms
from taxlots.plan.rebalance.positions import PlannedLot, Position
from taxlots.plan.rebalance.solving import Question
from taxlots.plan.risk import RiskModel
from taxlots.plan.year_tax import RatedYear, ReckonedYear

LATER = LaterYears(
    income_rate_ppm=350_000, gain_rate_ppm=200_000, sale_rate_ppm=200_000, limit_cents=300_000
)
YEAR = RatedYear(short_ppm=400_000, long_ppm=200_000, later=LATER)
BY_LAW = ReckonedYear(
    income=ReturnIncome(status=FilingStatus.SINGLE, year=2024, ordinary_income_cents=15_000_000),
    later=LATER,
)
DOLLAR = 10**8
"""Of a price."""


def account(name: str, kind: AccountKind = AccountKind.TAXABLE) -> Account:
    return Account(id=name, household="H", kind=kind, owner=Owner.SELF, tax_return="H")


def lot(name: str, shares: int, price_cents: int, basis_cents: int, **other: object) -> PlannedLot:
    planned = PlannedLot(
        lot_id=name,
        acquired=date(2020, 1, 2),
        quantity=shares * 10**8,
        value_cents=shares * price_cents,
        gain_cents=shares * (price_cents - basis_cents),
        is_long=True,
    )
    return replace(planned, **other)  # type: ignore[arg-type]


def position(
    of: Account, symbol: str, price_cents: int, *lots: PlannedLot, **other: object
) -> Position:
    own = Position(
        account=of, symbol=symbol, price=price_cents * DOLLAR // 100, multiplier=1, lots=lots
    )
    return replace(own, **other)  # type: ignore[arg-type]


def risk(symbols: list[str], seed: int = 1, factors: int = 2) -> RiskModel:
    random = np.random.default_rng(seed)
    loadings = 0.1 * random.standard_normal((len(symbols), factors)) + 0.1
    return RiskModel(tuple(symbols), loadings, np.full(len(symbols), 0.04))


def household(seed: int, symbols: int = 8) -> Question:
    """Two taxable accounts and an IRA with random lots, targets, bands and cash."""
    random = np.random.default_rng(seed)
    names = [f"S{place}" for place in range(symbols)]
    prices = {name: int(random.integers(1_000, 40_000)) for name in names}
    accounts = [account("T1"), account("T2"), account("I", AccountKind.TRADITIONAL_IRA)]
    positions = []
    for of in accounts:
        for name in names:
            lots = [
                lot(
                    f"{of.id}-{name}-{place}",
                    int(random.integers(1, 60)),
                    prices[name],
                    int(prices[name] * random.uniform(0.6, 1.4)),
                    is_long=bool(random.integers(2)),
                    bar="its loss would be disallowed" if random.random() < 0.1 else "",
                )
                for place in range(int(random.integers(0, 4)))
            ]
            bar = "it would disallow a loss" if random.random() < 0.15 else ""
            positions.append(position(of, name, prices[name], *lots, buy_bar=bar))
    held = {name: sum(p.value_cents for p in positions if p.symbol == name) for name in names}
    cash = {of.id: int(random.integers(0, 500_000)) for of in accounts}
    nav = sum(held.values()) + sum(cash.values())
    drifted = {name: held[name] / nav * random.uniform(0.7, 1.3) for name in names}
    total = sum(drifted.values())
    weights = {name: 0.98 * weight / total for name, weight in drifted.items()}
    half = frozenset(names[: symbols // 2])
    now = sum(held[name] for name in half) / nav
    return Question(
        positions=tuple(positions),
        cash=CashNeeds(cash),
        symbol_weights=weights,
        model=risk(names, seed),
        years={"H": YEAR},
        bands={"first half": Band(half, max(0.0, now - 0.1), min(1.0, now + 0.1))},
        terms=PlanTerms(cash_target=0.02),
        least_cents=10_000,
    )


def same(acquired: str, sold: str) -> bool:
    """Only the security itself replaces a loss; S0 and S1 are substantially identical."""
    twins = {"S0", "S1"}
    return acquired == sold or {acquired, sold} == twins
