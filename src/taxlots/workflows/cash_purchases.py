"""Investing flows: what each account buys of what is most under target, and what it may not buy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from taxlots.domain.calendar import date_of
from taxlots.domain.money import SHARE, dollars
from taxlots.plan.account_filling import Basins, fill_accounts
from taxlots.plan.cash_flow import FRACTION, CashPurchase, Inflow, Offer, purchases
from taxlots.plan.sleeves import room_cents
from taxlots.workflows.household_plan import HouseholdPlan
from taxlots.workflows.market_offers import Market


@dataclass(frozen=True, slots=True)
class DatedPurchase:
    """A purchase, and the day from which its money is there."""

    day: date
    purchase: CashPurchase


@dataclass(frozen=True, slots=True)
class Invested:
    """Purchases, what of each account's money is left, and why something was not bought."""

    bought: tuple[DatedPurchase, ...]
    left_cents: Mapping[str, int]
    told: tuple[str, ...]

    def by_sleeve(self, plan: HouseholdPlan) -> list[int]:
        """What the purchases add to each sleeve, in cents."""
        found = [0] * len(plan.sleeves.items)
        for one in self.bought:
            found[one.purchase.sleeve] += one.purchase.cents
        return found


def invest(
    plan: HouseholdPlan,
    inflows: Sequence[Inflow],
    held_cents: Sequence[int],
    *,
    has_fractions: bool,
    min_trade_cents: int = 0,
    closed: frozenset[tuple[str, str]] = frozenset(),
) -> Invested:
    """Buy with flows what is most under target, day after day; ``held_cents`` is by sleeve.

    No sleeve is bought above its band.  Amounts under the minimum trade are left out and go to
    the other sleeves of their account.
    """
    held = list(held_cents)
    total = sum(held) + sum(one.cents for one in inflows)
    market = Market(plan, closed)
    left: dict[str, int] = {}
    bought: list[DatedPurchase] = []
    for number in sorted({one.day for one in inflows}):
        day = date_of(number)
        for one in inflows:
            if one.day == number:
                left[one.account] = left.get(one.account, 0) + one.cents
        offers = _offers(market, [name for name, cents in left.items() if cents], day)
        rooms = [
            room_cents(sleeve, cents, total)
            for sleeve, cents in zip(plan.sleeves.items, held, strict=True)
        ]
        weights = [one.weight for one in plan.sleeves.items]
        basins = Basins(held_cents=held, weights=weights, room_cents=rooms)
        wanted = _wanted(basins, left, offers, min_trade_cents)
        mine, _ = purchases(wanted, offers, step=FRACTION if has_fractions else SHARE)
        for buy in mine:
            left[buy.account] -= buy.cents
            held[buy.sleeve] += buy.cents
            bought.append(DatedPurchase(day, buy))
    return Invested(tuple(bought), left, tuple(_told(market, left, held, total)))


def _offers(market: Market, accounts: Sequence[str], day: date) -> dict[tuple[str, int], Offer]:
    found = {}
    for account in accounts:
        for place, sleeve in enumerate(market.plan.sleeves.items):
            offer = market.offer(account, place, day) if sleeve.weight else None
            if offer is not None:
                found[account, place] = offer
    return found


def _wanted(
    basins: Basins,
    cash: Mapping[str, int],
    offers: Mapping[tuple[str, int], Offer],
    min_trade_cents: int,
) -> dict[tuple[str, int], int]:
    """Amounts by account and sleeve; the smallest under the minimum goes, until none is."""
    allowed: dict[str, set[int]] = {name: set() for name in cash}
    for account, place in offers:
        allowed[account].add(place)
    while True:
        wanted = fill_accounts(basins, cash, allowed)
        small = [(cents, key) for key, cents in wanted.items() if cents < min_trade_cents]
        if not small:
            return wanted
        _, (account, place) = min(small)
        allowed[account].discard(place)


def _told(
    market: Market, left: Mapping[str, int], held: Sequence[int], total: int
) -> Iterator[str]:
    plan = market.plan
    for (place, account), reasons in market.refused.items():
        sleeve = plan.sleeves.items[place]
        if held[place] * 10**8 < sleeve.weight * total:
            said = "; ".join(reasons.values())
            yield f"{sleeve.name} in {account} is under its target, and: {said}"
    for account, cents in left.items():
        if cents:
            yield f"{dollars(cents)} stay as cash in {account}"
