"""A household of a book as a location problem: accounts, offers, lots with slopes, targets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from taxlots.domain.account import Account, AccountKind
from taxlots.domain.problem import UsageError
from taxlots.domain.target import WHOLE
from taxlots.plan.cash_flow import Offer
from taxlots.plan.cash_lots import marginal_rate
from taxlots.plan.later_years import present_rate
from taxlots.plan.location.assumptions import LocationRule
from taxlots.plan.location.drag import Rates, after_tax_worth, tax_drag
from taxlots.plan.location.household import (
    LocatedAccount,
    LocatedAsset,
    LocatedLot,
    LocatedSleeve,
    LocationProblem,
)
from taxlots.plan.year_tax import YearTax
from taxlots.workflows.cash_sales import effective_gain
from taxlots.workflows.holding_taxes import HoldingTaxes, holding_taxes
from taxlots.workflows.household_limits import HouseholdLimits
from taxlots.workflows.household_plan import HouseholdPlan
from taxlots.workflows.market_offers import Market
from taxlots.workflows.year_tax import known_year_tax

OFFERS: Final = 3
"""How many securities of a sleeve an account may choose among."""

RANKED: Final = 1e-4
"""What a dollar of the next offer counts less: it is bought where the first cannot be."""

KEPT_WITHIN: Final = 0.0025
"""How far a sleeve may move where the mix is to be kept: what trading costs has to come from it."""

PPM: Final = 10**6


@dataclass(frozen=True, slots=True, kw_only=True)
class BookLocation:
    """The problem of a household, and what it is made from."""

    problem: LocationProblem
    accounts: tuple[Account, ...]
    offers: Mapping[str, Offer]
    taxes: HoldingTaxes
    rates: Rates
    market: Market
    told: tuple[str, ...]


def location_problem(
    plan: HouseholdPlan, rule: LocationRule, limits: HouseholdLimits, *, keep_mix: bool = False
) -> BookLocation:
    """The problem of a household.  Raises DataError without a tax profile and for bad rows.

    With ``keep_mix`` each sleeve keeps the part that it has today, and only moves.
    """
    accounts = tuple(
        a for a in plan.accounts if plan.is_party(a) and a.kind is not AccountKind.TAXABLE_MTM_475
    )
    years = _years(plan, accounts)
    rates, withdrawal = _rates(years, rule)
    taxes = holding_taxes(plan, rule)
    market = Market(plan, limits.closed)
    offered = {
        (a.id, place): [
            offer
            for offer, _ in zip(market.offers(a.id, place, plan.as_of), range(OFFERS), strict=False)
        ]
        for a in accounts
        for place, sleeve in enumerate(plan.sleeves.items)
        if sleeve.weight
    }
    names = {a.id for a in accounts}
    held = {symbol for account, symbol in plan.worths.cents if account in names}
    symbols = sorted(held | {offer.symbol for found in offered.values() for offer in found})
    can_buy = np.zeros((len(accounts), len(symbols)), np.bool_)
    reluctance = np.zeros(can_buy.shape)
    rows = {account.id: row for row, account in enumerate(accounts)}
    for (name, _), found in offered.items():
        for rank, offered_one in enumerate(found):
            place = rows[name], symbols.index(offered_one.symbol)
            can_buy[place] = True
            reluctance[place] = RANKED * rank
    problem = LocationProblem(
        accounts=tuple(_accounts(plan, accounts, withdrawal)),
        assets=tuple(_assets(plan, symbols, taxes, rates)),
        lots=tuple(_lots(plan, accounts, symbols, years, limits)),
        sleeves=_sleeves(plan),
        can_buy=can_buy,
        reluctance=reluctance,
        years=rule.years_counted,
        cost=rule.cost_percent / 100,
        deviation=rule.deviation_percent / 100,
    )
    if keep_mix:
        problem = _kept(problem)
    known = {symbol: plan.offer(symbol) for symbol in symbols}
    offers = {symbol: offer for symbol, offer in known.items() if offer is not None}
    return BookLocation(
        problem=problem,
        accounts=accounts,
        offers=offers,
        taxes=taxes,
        rates=rates,
        market=market,
        told=tuple(_told(plan, accounts, taxes)),
    )


def _years(plan: HouseholdPlan, accounts: tuple[Account, ...]) -> dict[str, YearTax]:
    """The tax of each return with taxable accounts.  Raises DataError where one is not known."""
    returns = dict.fromkeys(a.tax_return for a in accounts if not a.kind.is_tax_deferred)
    if not returns:
        raise UsageError(f"the household {plan.name} has no taxable account: nothing to locate")
    return {name: known_year_tax(plan.prepared.books, name, plan.as_of.year)[0] for name in returns}


def _rates(years: Mapping[str, YearTax], rule: LocationRule) -> tuple[Rates, float]:
    """The rates of the next dollar on the first return, and that of withdrawals."""
    year = next(iter(years.values()))
    ordinary = float(marginal_rate(year, is_long=False, is_gain=True))
    gain = float(marginal_rate(year, is_long=True, is_gain=True))
    later = year.later
    kept = present_rate(PPM, later.years_to_sale, later.discount_ppm) / PPM
    withdrawal = ordinary if rule.withdrawal_rate is None else rule.withdrawal_rate
    return Rates(ordinary=ordinary, gain=gain, deferral=1 - kept), withdrawal


def _accounts(
    plan: HouseholdPlan, accounts: tuple[Account, ...], withdrawal: float
) -> list[LocatedAccount]:
    return [
        LocatedAccount(
            name=a.id,
            is_taxable=not a.kind.is_tax_deferred,
            worth=after_tax_worth(a.kind, withdrawal),
            cash=max(0, plan.cash.get(a.id, 0)) / 100,
        )
        for a in accounts
    ]


def _assets(
    plan: HouseholdPlan, symbols: list[str], taxes: HoldingTaxes, rates: Rates
) -> list[LocatedAsset]:
    """The securities of the household; those of a sleeve cost what it costs on average.

    Location moves classes: it is no reason to hold another security of the same class.
    """
    families: dict[str, int] = {}
    drags = _drags(plan, symbols, taxes, rates)
    found = []
    for symbol in symbols:
        place = plan.sleeves.place(symbol)
        family = plan.index.identity.family(symbol)
        found.append(
            LocatedAsset(
                symbol=symbol,
                sleeve=place,
                drag=drags[place],
                family=families.setdefault(family, len(families)),
            )
        )
    return found


def _drags(
    plan: HouseholdPlan, symbols: list[str], taxes: HoldingTaxes, rates: Rates
) -> dict[int, float]:
    """The tax a year of a dollar of each sleeve: the average of what is held of it, by value."""
    worths: dict[str, int] = {}
    for (_, symbol), cents in plan.worths.cents.items():
        worths[symbol] = worths.get(symbol, 0) + cents
    sums: dict[int, float] = {}
    whole: dict[int, int] = {}
    for symbol in symbols:
        place = plan.sleeves.place(symbol)
        drag = tax_drag(taxes.of[symbol], rates, plan.sleeves.items[place].weight / WHOLE)
        cents = max(1, worths.get(symbol, 0))
        sums[place] = sums.get(place, 0.0) + drag * cents
        whole[place] = whole.get(place, 0) + cents
    return {place: sums[place] / whole[place] for place in sums}


def _lots(
    plan: HouseholdPlan,
    accounts: tuple[Account, ...],
    symbols: list[str],
    years: Mapping[str, YearTax],
    limits: HouseholdLimits,
) -> list[LocatedLot]:
    """Lots with the slope of their tax; what may not be sold is one locked lot of its position."""
    places = {a.id: row for row, a in enumerate(accounts)}
    left = {key: cents for key, cents in plan.worths.cents.items() if key[0] in places}
    found = []
    for lot, seen in plan.appraised():
        key = lot.account, lot.symbol
        cents = seen.market_value_cents or 0
        if key not in left or not cents or key in limits.locked:
            continue
        left[key] -= cents
        account = plan.index.accounts[lot.account]
        is_taxed = not account.kind.is_tax_deferred
        gain = effective_gain(plan, lot, seen) if is_taxed else 0
        slope = 0.0
        if is_taxed:
            slope = _slope(years[account.tax_return], gain, is_long=seen.is_long) / cents
        found.append(
            LocatedLot(
                account=places[lot.account],
                asset=symbols.index(lot.symbol),
                lot_id=lot.lot_id,
                value=cents / 100,
                tax=slope,
                is_loss=is_taxed and seen.loss_cents > 0,
            )
        )
    found += [
        LocatedLot(
            account=places[account],
            asset=symbols.index(symbol),
            lot_id="",
            value=cents / 100,
            is_locked=True,
        )
        for (account, symbol), cents in left.items()
        if cents > 0
    ]
    return found


def _slope(year: YearTax, gain_cents: int, *, is_long: bool) -> float:
    """Tax now on a gain, less the present value of the tax that it saves when all is sold.

    A loss counts for nothing: it moves first, but nothing is sold for a loss alone.
    """
    if gain_cents <= 0:
        return 0.0
    now = float(marginal_rate(year, is_long=is_long, is_gain=True))
    later = year.later
    saved = present_rate(later.sale_rate_ppm, later.years_to_sale, later.discount_ppm) / PPM
    return max(0.0, gain_cents * (now - saved))


def _sleeves(plan: HouseholdPlan) -> tuple[LocatedSleeve, ...]:
    return tuple(
        LocatedSleeve(
            name=one.name or "(no target)",
            target=one.weight / WHOLE,
            low=0.0 if one.band_low is None else one.band_low / WHOLE,
            high=1.0 if one.band_high is None else one.band_high / WHOLE,
        )
        for one in plan.sleeves.items
    )


def _kept(problem: LocationProblem) -> LocationProblem:
    """The same problem with today's mix as its targets."""
    now = problem.by_sleeve(problem.held)
    sleeves = tuple(
        LocatedSleeve(
            name=one.name,
            target=float(part),
            low=max(0.0, float(part) - KEPT_WITHIN),
            high=float(part) + KEPT_WITHIN,
        )
        for one, part in zip(problem.sleeves, now, strict=True)
    )
    return replace(problem, sleeves=sleeves)


def _told(plan: HouseholdPlan, accounts: tuple[Account, ...], taxes: HoldingTaxes) -> list[str]:
    found = []
    left_out = [a.id for a in plan.accounts if a not in accounts]
    if left_out:
        found.append(f"not located: {', '.join(left_out)} (another taxpayer's, or section 475)")
    if taxes.unpaid:
        found.append(
            f"no income of the last 365 days is booked for {', '.join(taxes.unpaid)}: taken as 0"
        )
    found += [
        f"{symbol} in {account} has no fresh price and is left out"
        for account, symbol in plan.worths.unpriced
    ]
    return found
