"""The positions of a household's accounts, as a rebalance may trade them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from taxlots.book.record import OpenLot
from taxlots.domain.account import Account, AccountKind
from taxlots.domain.money import dollars
from taxlots.domain.problem import DataError, Problem, error
from taxlots.domain.verdict import Reason, WashStatus
from taxlots.plan.appraisal import appraise
from taxlots.plan.cash_flow import Offer
from taxlots.plan.guard import Guard
from taxlots.plan.rebalance.household_portfolio import CashNeeds
from taxlots.plan.rebalance.positions import USUAL_SPREAD_PPM, PlannedLot, Position, merged
from taxlots.plan.sleeves import UNPLACED
from taxlots.plan.trade_check import TradeVerdict
from taxlots.workflows.household_plan import NEVER_SOLD, HouseholdPlan

OLDEST_APPRAISAL_DAYS: Final = 190
"""A fund is appraised each quarter, or half-year, and its appraisal is known some weeks later."""


@dataclass(frozen=True, slots=True)
class Positions:
    """What a rebalance sees of a household.

    ``left_alone`` says of each holding that it does not see why it is left alone.  ``owed`` are
    short positions, those that may be opened with them.
    """

    seen: tuple[Position, ...]
    left_alone: tuple[str, ...]
    owed: tuple[Position, ...] = ()

    @property
    def every(self) -> tuple[Position, ...]:
        """What is held, and what is owed."""
        return (*self.seen, *self.owed)

    @property
    def tied_cents(self) -> int:
        """The margin of what is owed."""
        return sum(one.value_cents for one in self.owed)


def positions_of(
    plan: HouseholdPlan,
    accounts: Sequence[Account],
    illiquid: frozenset[str] = frozenset(),
    appraised: frozenset[str] = frozenset(),
) -> Positions:
    """The positions that a target speaks of, and what each account may buy beside them.

    What may be bought is what the household holds of a sleeve, or the first security of an empty
    one.  Nothing of the ``illiquid`` classes is traded.
    """
    mine = {account.id: account for account in accounts}
    guard = Guard(plan.index)
    lots: dict[tuple[str, str], list[PlannedLot]] = {}
    left_alone: dict[str, None] = {}
    for lot in plan.lots:
        if lot.account not in mine:
            continue
        if why := _unseen(plan, mine[lot.account], lot.symbol, appraised):
            left_alone[f"{lot.symbol} in {lot.account} is left alone: {why}"] = None
        else:
            planned = _planned(plan, guard, mine[lot.account], lot, appraised)
            lots.setdefault((lot.account, lot.symbol), []).append(planned)
    held = {symbol for _, symbol in lots}
    symbols = sorted(held | set(_for_empty_sleeves(plan, held)))
    positions = (
        _position(plan, account, symbol, lots.get((account.id, symbol), []), illiquid, appraised)
        for account in mine.values()
        if account.kind is not AccountKind.TAXABLE_MTM_475
        for symbol in symbols
    )
    return Positions(tuple(positions), tuple(left_alone))


def checked(plan: HouseholdPlan, positions: Positions, cash: CashNeeds) -> tuple[Position, ...]:
    """The positions that a plan sees.

    Raises DataError where there is nothing to sell and nothing to buy.  A household that has
    nothing but cash may buy; what it holds without a fresh close would else be bought again.
    """
    seen = positions.seen
    can_sell = any(one.value_cents and not one.sell_bar for one in seen)
    has_cash = sum(cash.held_cents.values()) > 0
    is_known = any(one.value_cents for one in seen) or not positions.left_alone
    can_buy = has_cash and is_known and any(not one.buy_bar for one in seen)
    if not can_sell and not can_buy:
        raise DataError([*plan.problems, _nothing_to_plan(plan, positions)])
    return positions.seen


def _nothing_to_plan(plan: HouseholdPlan, positions: Positions) -> Problem:
    bars = dict.fromkeys(one.sell_bar for one in positions.seen if one.value_cents)
    nothing = "nothing that has a target is held in an account that is rebalanced"
    why = "; ".join([*positions.left_alone, *bars][:3]) or nothing
    remedy = "Add fresh closes to prices.csv, and classes to securities.csv."
    if not positions.seen and not positions.left_alone:
        remedy = (
            "Accounts of self, spouse and joint are, unless they are marked to market; see owner"
            " and kind in accounts.csv."
        )
    elif bars and not positions.left_alone:
        remedy = "Wait for a window, or leave classes out of illiquid in [rebalance.targets]."
    message = f"Nothing of {plan.name} can be rebalanced on {plan.as_of}: {why}."
    return error(f"targets.csv:{plan.name}", "NOTHING_TO_PLAN", message, remedy)


def offered(plan: HouseholdPlan, symbol: str, appraised: frozenset[str]) -> Offer | None:
    """A security at its last close; None without one that counts."""
    quote, name = plan.quotes.get(symbol), plan.sleeves.name_of(symbol)
    if quote is None or name not in appraised or quote.close <= 0:
        return plan.offer(symbol)
    if (plan.as_of - quote.day).days > OLDEST_APPRAISAL_DAYS:
        return None
    multiplier = plan.index.security(symbol).multiplier
    return Offer(symbol=symbol, price=quote.close, multiplier=multiplier)


def _unseen(plan: HouseholdPlan, account: Account, symbol: str, appraised: frozenset[str]) -> str:
    """Why a holding is none of the rebalance's business; blank where it is."""
    if account.kind is AccountKind.TAXABLE_MTM_475:
        return "its account is marked to market (26 USC 475)"
    if plan.sleeves.name_of(symbol) == UNPLACED:
        return "no target speaks of it; write its asset_class into securities.csv"
    if offered(plan, symbol, appraised) is None:
        return "it has no fresh close; add one to prices.csv"
    return ""


def _for_empty_sleeves(plan: HouseholdPlan, held: set[str]) -> Iterator[str]:
    """The first security with a close of each sleeve that has a target and no holdings."""
    for place, sleeve in enumerate(plan.sleeves.items):
        symbols = list(plan.sleeves.symbols(place)) if sleeve.name != UNPLACED else []
        if sleeve.weight and not held.intersection(symbols):
            yield from [symbol for symbol in symbols if plan.offer(symbol)][:1]


def _planned(
    plan: HouseholdPlan,
    guard: Guard,
    account: Account,
    lot: OpenLot,
    appraised: frozenset[str],
) -> PlannedLot:
    """A lot at its last close, with why it is not sold, if so.

    A lot whose loss a purchase of the last 30 days, or a coming one, would disallow is kept.
    """
    seen = appraise(lot, plan.index)
    value = seen.market_value_cents or 0
    bar = ""
    is_appraised = plan.sleeves.name_of(lot.symbol) in appraised
    if seen.bar in NEVER_SOLD and not (is_appraised and seen.bar is Reason.STALE_PRICE):
        bar = f"{lot.lot_id} is not sold: {seen.bar}"
    elif seen.loss_cents and not account.kind.is_tax_deferred:
        index = plan.index
        party, family = index.party[account.id], index.identity.family(lot.symbol)
        check = guard.check(lot, seen.loss_cents, guard.pool(party, family))
        if check.status is not WashStatus.OK:
            until = f" before {check.safe_from}" if check.safe_from else ""
            bar = f"{lot.lot_id} is not sold: its loss would be disallowed{until}"
    return PlannedLot(
        lot_id=lot.lot_id,
        acquired=lot.acquired,
        quantity=lot.quantity,
        value_cents=value,
        gain_cents=-seen.loss_cents or seen.gain_cents,
        is_long=seen.is_long,
        bar=bar,
    )


def _position(
    plan: HouseholdPlan,
    account: Account,
    symbol: str,
    lots: Sequence[PlannedLot],
    illiquid: frozenset[str],
    appraised: frozenset[str],
) -> Position:
    offer = offered(plan, symbol, appraised)
    if offer is None:
        raise AssertionError(symbol)
    security = plan.index.security(symbol)
    name = plan.sleeves.name_of(symbol)
    closed = f"{name} is traded in windows and at capital calls" if name in illiquid else ""
    spread = security.spread_ppm
    return Position(
        account=account,
        symbol=symbol,
        price=offer.price,
        multiplier=offer.multiplier,
        lots=_named(lots, is_averaged=(account.id, symbol) in plan.situation.averaged),
        spread_ppm=USUAL_SPREAD_PPM if spread is None else spread,
        buy_bar=closed or _buy_bar(plan, account, symbol),
        sell_bar=closed,
    )


def _buy_bar(plan: HouseholdPlan, account: Account, symbol: str) -> str:
    """Why nothing is bought; blank where it may be.

    A tax-deferred account leaves alone what a taxable one could still sell at a loss: its purchase
    would take that loss for good (Rev. Rul. 2008-5).
    """
    is_free = plan.prepared.guard.meets_no_loss(account.id, symbol)
    check = None if is_free else plan.buy_check(account.id, symbol)
    if check is not None and check.verdict is not TradeVerdict.OK:
        lost = dollars(check.at_stake.loss_cents)
        return f"a purchase before {check.safe_date} would disallow {lost} of losses"
    if account.kind.is_tax_deferred and (other := plan.spoils_harvest(symbol)):
        return f"a loss on {other} in a taxable account could then be lost for good"
    return ""


def _named(lots: Sequence[PlannedLot], *, is_averaged: bool) -> tuple[PlannedLot, ...]:
    """Lots by the names under which they can be sold."""
    by_name: dict[str, list[PlannedLot]] = {}
    for one in lots:
        by_name.setdefault("" if is_averaged else one.lot_id, []).append(one)
    return tuple(merged(parts, name) for name, parts in by_name.items())
