"""What the securities of a household pay and how they move: by its journal, or as it states."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from taxlots.domain.security import SecurityKind, TaxClass
from taxlots.plan.location.assumptions import LocationRule
from taxlots.plan.location.drag import HoldingTax
from taxlots.workflows.household_plan import HouseholdPlan

DAYS: Final = 365
EXEMPT: Final = "EXEMPT_INTEREST_DIVIDEND"
INCOME: Final = ("DIVIDEND", EXEMPT, "INTEREST")
REINVESTED: Final = "REINVEST"
PPM: Final = 10**6


@dataclass(frozen=True, slots=True)
class HoldingTaxes:
    """The figures of each security; ``unpaid`` are held securities of which no income is booked."""

    of: Mapping[str, HoldingTax]
    unpaid: tuple[str, ...]


def holding_taxes(plan: HouseholdPlan, rule: LocationRule) -> HoldingTaxes:
    """The figures of every priced security of a household's sleeves.

    Income is what the journal booked in the last 365 days on positions that are still held, for
    each dollar that they are worth now.  Stocks' dividends are taken as qualified, those of bonds
    and real estate trusts as ordinary.  What is not known of a security is the average of its
    asset class.  What ``[rebalance.location.holdings]`` states of a security, or else of its asset
    class, wins.
    """
    paid, exempt = _paid(plan)
    worths: dict[str, int] = {}
    for (_, symbol), cents in plan.worths.cents.items():
        worths[symbol] = worths.get(symbol, 0) + cents
    volatilities = plan.situation.volatility_ppm
    incomes = {s: paid.get(s, 0) / cents for s, cents in worths.items() if cents}
    usual_income = _averages(plan, incomes, worths)
    moves = {s: ppm / PPM for s, ppm in volatilities.items()}
    usual_move = _averages(plan, moves, worths)
    found = {}
    unpaid = []
    for symbol in sorted(plan.quotes):
        security = plan.index.security(symbol)
        worth = worths.get(symbol, 0)
        name = security.asset_class
        stated = {
            **rule.holdings.get(name, {}),
            **rule.holdings.get(symbol, {}),
        }
        is_plain = security.kind is not SecurityKind.BOND and security.tax_class in (
            TaxClass.CORPORATION,
            TaxClass.RIC,
        )
        tax_free = exempt.get(symbol, 0) / paid[symbol] if paid.get(symbol) else 0.0
        figures = {
            "income": incomes.get(symbol, usual_income.get(name, 0.0)),
            "exempt": tax_free,
            "qualified": (1.0 - tax_free) if is_plain else 0.0,
            "volatility": moves.get(symbol, usual_move.get(name, 0.0)),
        }
        if worth and not paid.get(symbol) and "income" not in stated:
            unpaid.append(symbol)
        found[symbol] = HoldingTax(**(figures | stated))
    return HoldingTaxes(found, tuple(unpaid))


def _averages(
    plan: HouseholdPlan, figures: Mapping[str, float], worths: Mapping[str, int]
) -> dict[str, float]:
    """A figure of each asset class: the average of what is held of it, by value."""
    sums: dict[str, float] = {}
    whole: dict[str, int] = {}
    for symbol, figure in figures.items():
        name, cents = plan.index.security(symbol).asset_class, worths.get(symbol, 0)
        sums[name] = sums.get(name, 0.0) + figure * cents
        whole[name] = whole.get(name, 0) + cents
    return {name: sums[name] / cents for name, cents in whole.items() if cents}


def _paid(plan: HouseholdPlan) -> tuple[dict[str, int], dict[str, int]]:
    """Cents of income by security, all of it and what is exempt, of positions still held.

    A reinvestment without a dividend of its day is income too.
    """
    table = plan.prepared.books.record.transactions
    first = (plan.as_of - timedelta(days=DAYS)).isoformat()
    last = plan.as_of.isoformat()
    paid: dict[tuple[str, str, str], dict[str, int]] = {}
    columns = [
        table.column(name).to_pylist() if name in table.column_names else [""] * len(table)
        for name in ("action", "account", "symbol", "date", "amount")
    ]
    for action, account, symbol, day, amount in zip(*columns, strict=True):
        is_income = action in (*INCOME, REINVESTED) and first < str(day) <= last
        if is_income and amount and (account, symbol) in plan.worths.cents:
            of_day = paid.setdefault((account, symbol, str(day)), {})
            of_day[action] = of_day.get(action, 0) + round(float(amount) * 100)
    all_of: dict[str, int] = {}
    exempt: dict[str, int] = {}
    for (_, symbol, _), of_day in paid.items():
        reinvested = of_day.get(REINVESTED, 0)
        income = sum(of_day.values()) - reinvested
        all_of[symbol] = all_of.get(symbol, 0) + max(income, reinvested)
        exempt[symbol] = exempt.get(symbol, 0) + of_day.get(EXEMPT, 0)
    return all_of, exempt
