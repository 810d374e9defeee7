"""Raising cash: which accounts, classes and lots a need comes from, and what that costs in tax."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from taxlots.book.record import OpenLot
from taxlots.domain.account import Account, AccountKind, taxed_returns
from taxlots.domain.calendar import date_of
from taxlots.domain.money import SHARE, dollars, shares
from taxlots.domain.problem import DataError
from taxlots.market_data.calendars import settlement_day
from taxlots.plan.appraisal import Appraisal
from taxlots.plan.cash_flow import FRACTION, CashNeed, CashSale, in_shares
from taxlots.plan.cash_lots import CashPart, lots_for_cash
from taxlots.plan.selection import SaleRequest
from taxlots.plan.several_sales import BookedSale, book_sales
from taxlots.plan.water_filling import drain
from taxlots.workflows.household_plan import HouseholdPlan

ROTH = (AccountKind.ROTH_IRA, AccountKind.HSA, AccountKind.PLAN_529)
TIERS = ("taxable", "traditional", "roth")
"""In which order accounts pay: sheltered growth is spent last."""


@dataclass(frozen=True, slots=True)
class Raised:
    """Sales for needs, as the books would have them, what they bring and what nobody can pay."""

    sales: tuple[CashSale, ...]
    booked: tuple[BookedSale, ...]
    missing_cents: int
    told: tuple[str, ...]
    from_cash: Mapping[str, int]

    def by_sleeve(self, plan: HouseholdPlan) -> list[int]:
        """What the sales take out of each sleeve, in cents."""
        found = [0] * len(plan.sleeves.items)
        for one in self.sales:
            found[plan.sleeves.place(one.symbol)] += one.cents
        return found

    @property
    def cents(self) -> int:
        """What the sales bring."""
        return sum(one.cents for one in self.sales)


def tier_of(account: Account) -> str:
    """How an account's money is taxed when it is spent."""
    if not account.kind.is_tax_deferred:
        return TIERS[0]
    return TIERS[2] if account.kind in ROTH else TIERS[1]


def raise_cash(
    plan: HouseholdPlan,
    needs: Sequence[tuple[CashNeed, int]],
    *,
    has_fractions: bool,
    locked: frozenset[tuple[str, str]] = frozenset(),
    deferred_cash: Mapping[str, int] | None = None,
) -> Raised:
    """Sell what is most over target, by the lots that cost least tax, until needs are met.

    ``needs`` come with the cents that nothing else pays.  A need that names no account is paid by
    taxable accounts, then by traditional and last by Roth ones, whose ``deferred_cash`` (cents) is
    spent before they sell.  Positions that are ``locked`` are left alone.
    """
    cash = dict(deferred_cash or {})
    sales: list[CashSale] = []
    told: list[str] = []
    missing = 0
    sold: dict[tuple[str, str], int] = {}
    for scope, cents in _by_account(needs).items():
        left = cents
        for tier in TIERS:
            accounts = _payers(plan, tier, scope)
            spent = {} if scope else _spent(cash, accounts, max(0, left))
            for name, amount in spent.items():
                cash[name] -= amount
            left -= sum(spent.values())
            mine: list[CashSale] = []
            if left > 0 and accounts:
                parts, held = _parts(plan, accounts, locked, sold)
                mine = _sales_of(plan, parts, held, left, has_fractions=has_fractions)
                left -= sum(one.cents for one in mine)
                sales += mine
                for one in mine:
                    key = one.account, one.symbol
                    sold[key] = sold.get(key, 0) + one.units
            told += _told_of_tier(plan, tier, mine, spent)
        missing += max(0, left)
    from_cash = {name: cents - cash[name] for name, cents in (deferred_cash or {}).items()}
    return Raised(
        sales=tuple(sales),
        booked=tuple(_booked(plan, sales)),
        missing_cents=missing,
        told=tuple(dict.fromkeys(told)),
        from_cash={name: cents for name, cents in from_cash.items() if cents},
    )


def _spent(cash: Mapping[str, int], accounts: set[str], need_cents: int) -> dict[str, int]:
    """What of the cash of some accounts pays a need, account after account."""
    found = {}
    left = need_cents
    for name in sorted(accounts & cash.keys()):
        found[name] = min(left, cash[name])
        left -= found[name]
    return {name: cents for name, cents in found.items() if cents}


def _by_account(needs: Sequence[tuple[CashNeed, int]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for need, cents in needs:
        if cents:
            found[need.account] = found.get(need.account, 0) + cents
    return found


def _payers(plan: HouseholdPlan, tier: str, scope: str) -> set[str]:
    return {
        a.id
        for a in plan.accounts
        if tier_of(a) == tier and (a.id == scope if scope else plan.is_party(a))
    }


def _parts(
    plan: HouseholdPlan,
    accounts: set[str],
    locked: frozenset[tuple[str, str]],
    sold: Mapping[tuple[str, str], int],
) -> tuple[list[CashPart], dict[tuple[str, str, str], int]]:
    """The lots that may be sold, one part a lot, and how many units each has.

    A position that an earlier need sells of is left to it.
    """
    values: dict[tuple[str, str, str], list[tuple[OpenLot, Appraisal]]] = {}
    for lot, seen in plan.appraised():
        place = lot.account, lot.symbol
        if lot.account in accounts and place not in locked and place not in sold:
            values.setdefault((*place, lot.lot_id), []).append((lot, seen))
    parts = []
    held = {}
    for key, mine in values.items():
        account = plan.index.accounts[key[0]]
        cents = sum(seen.market_value_cents or 0 for _, seen in mine)
        gain = sum(effective_gain(plan, lot, seen) for lot, seen in mine)
        is_taxed = not account.kind.is_tax_deferred
        held[key] = sum(lot.quantity for lot, _ in mine)
        parts.append(
            CashPart(
                account=key[0],
                symbol=key[1],
                lot_id=key[2],
                sleeve=plan.sleeves.name_of(key[1]),
                tax_return=account.tax_return if is_taxed else "",
                value_cents=cents,
                gain_ratio=Fraction(gain, cents) if is_taxed else Fraction(0),
                is_long=mine[0][1].is_long,
            )
        )
    return parts, held


def effective_gain(plan: HouseholdPlan, lot: OpenLot, seen: Appraisal) -> int:
    """The gain of a lot in cents.

    What section 1091 would take of a loss does not count; what would be gone for good counts as
    much as a gain.
    """
    if not seen.loss_cents:
        return seen.gain_cents
    guard = plan.prepared.guard.guard
    party = plan.index.party[lot.account]
    pool = guard.pool(party, plan.index.identity.family(lot.symbol))
    check = guard.check(lot, seen.loss_cents, pool)
    is_permanent = any(blocker.is_permanent for blocker in check.blockers)
    return check.disallowed_cents * (2 if is_permanent else 1) - seen.loss_cents


def _sales_of(
    plan: HouseholdPlan,
    parts: Sequence[CashPart],
    held: Mapping[tuple[str, str, str], int],
    need_cents: int,
    *,
    has_fractions: bool,
) -> list[CashSale]:
    """The sales of one kind of accounts for a need, in whole shares unless fractions are dealt."""
    names = plan.sleeves.names
    available = [sum(p.value_cents for p in parts if p.sleeve == name) for name in names]
    weights = [one.weight for one in plan.sleeves.items]
    whole = plan.worths.by_sleeve(plan.sleeves)
    given = drain(whole, weights, min(need_cents, sum(available)), available)
    wanted = {name: cents for name, cents in zip(names, given, strict=True) if cents}
    taken = lots_for_cash(parts, wanted, plan.situation.years)
    sales: dict[tuple[str, str], CashSale] = {}
    first = sorted(
        range(len(parts)),
        key=lambda i: (taken[i] < parts[i].value_cents, not taken[i], parts[i].gain_ratio, i),
    )
    for i in first:
        part = parts[i]
        key = part.account, part.symbol
        offer = plan.offer(part.symbol)
        if offer is None:
            continue
        sale = sales.setdefault(
            key,
            CashSale(
                account=part.account, symbol=part.symbol, sleeve=part.sleeve, offer=offer, held={}
            ),
        )
        whole_units = held[*key, part.lot_id]
        sale.held[part.lot_id] = whole_units
        sale.taken[part.lot_id] = whole_units * taken[i] // part.value_cents
    step = FRACTION if has_fractions else SHARE
    active = [one for one in sales.values() if one.units]
    if in_shares(active, need_cents, step=step) < need_cents:
        in_shares(list(sales.values()), need_cents, step=step)
    return [one for one in sales.values() if one.units]


def _told_of_tier(
    plan: HouseholdPlan, tier: str, sales: Sequence[CashSale], spent: Mapping[str, int]
) -> Iterator[str]:
    cents = sum(one.cents for one in sales) + sum(spent.values())
    if tier == TIERS[0] or not cents:
        return
    accounts = {one.account for one in sales} | set(spent)
    names = ", ".join(sorted(accounts))
    if tier == TIERS[2]:
        yield (
            f"{dollars(cents)} comes out of {names}: qualified distributions of a Roth are not"
            " taxed; whether this one qualifies is not computed (26 USC 408A(d))"
        )
        return
    rates = {
        rate
        for one in plan.accounts
        if one.id in accounts
        and (profile := plan.situation.profiles.get(one.tax_return)) is not None
        and (rate := profile.short_rate) is not None
    }
    cost = f"about {dollars(cents * max(rates) // 10**6)}" if rates else "unknown (no profile)"
    yield (
        f"{dollars(cents)} comes out of {names} and is ordinary income: tax of {cost} at the rate"
        " of the next dollar; the 10 % tax before 59 1/2 is not computed (26 USC 72(t))"
    )
    yield (
        "required minimum distributions are not computed (26 USC 401(a)(9)): whoever owes one this"
        " year takes it first, whatever stands here"
    )


def _booked(plan: HouseholdPlan, sales: Sequence[CashSale]) -> list[BookedSale]:
    """The sales as the fold books them.  Raises DataError where the books refuse one."""
    day = date_of(plan.prepared.books.as_of).isoformat()
    asked = []
    for one in sales:
        request = SaleRequest(
            account=one.account,
            symbol=one.symbol,
            quantity=one.units,
            price=one.offer.price,
            day=day,
        )
        lots = ";".join(f"{name}:{shares(units)}" for name, units in one.taken.items() if units)
        asked.append((request, lots))
    returns = taxed_returns(plan.accounts)
    booked, problems = book_sales(
        plan.prepared.books, asked, settlement_day, returns, plan.situation.years
    )
    if booked is None:
        raise DataError(problems)
    return booked
