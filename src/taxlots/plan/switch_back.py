"""Switching back: when the security that was sold may come back for its proxy, and whether it pays.

A proxy that has risen holds a trapped gain: to go back means to be taxed on it.  Until its gain is
long-term, waiting saves the difference of the rates and costs what the proxy moves otherwise.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import isqrt
from typing import Final

from taxlots.book.record import OpenLot
from taxlots.domain.account import Account
from taxlots.domain.calendar import date_of, day_of
from taxlots.domain.harvest_rule import HarvestRule, SwitchBackPolicy
from taxlots.domain.money import apportion
from taxlots.domain.restriction import (
    HeldSwap,
    Origin,
    Recommendation,
    Restriction,
    RestrictionKind,
    SwitchBack,
)
from taxlots.domain.tax_rate import RATE_ONE
from taxlots.law.s1222_term import long_term_from
from taxlots.plan.appraisal import market_value_cents, tax_saved_cents
from taxlots.plan.free_day import first_free_day
from taxlots.plan.harvest_plan import Verdict
from taxlots.plan.harvest_value import DAYS_OF_YEAR, tracking_cents
from taxlots.plan.lot_worth import weights_of
from taxlots.plan.orders import Swap
from taxlots.plan.situation import Index

POLICY_TEXT: Final = {
    SwitchBackPolicy.NOT_AT_SHORT_TERM_GAIN: (
        "switch back on the first day if the proxy stands at a loss or without a gain, "
        "else keep it until its gain is long-term"
    ),
    SwitchBackPolicy.AT_A_LOSS: "switch back only while the proxy stands at a loss",
    SwitchBackPolicy.AT_LONG_TERM: "switch back once the proxy is long-term",
    SwitchBackPolicy.AFTER_DAYS: "switch back after {days} days, whatever the gain",
    SwitchBackPolicy.WITHIN_BUDGET: (
        "switch back on the first day while the tax on it stays within the budget of the return, "
        "else keep the proxy until its gain is long-term"
    ),
    SwitchBackPolicy.ALWAYS: "switch back on the first day, whatever the gain",
    SwitchBackPolicy.NEVER: "keep the proxy",
}


@dataclass(frozen=True, slots=True)
class _Proxy:
    """A proxy that is held for a security, or that the plan buys, at the last close in cents.

    ``bought`` is the day from which it is held; ``gain_cents`` is None where no close is known.
    """

    account: Account
    symbol: str
    sold_quantity: int
    sold_on: date
    proxy: str
    quantity: int
    lot_id: str
    order_id: str
    bought: int
    value_cents: int
    gain_cents: int | None

    @property
    def held_as(self) -> str:
        """The symbol of the position that is held today: the proxy's, or that which is sold."""
        return self.proxy if self.lot_id else self.symbol


def recommended(
    rule: HarvestRule,
    gain_cents: int,
    first_day: date,
    sold_on: date,
    long_from: date,
    *,
    is_affordable: bool,
) -> tuple[Recommendation, date]:
    """What the rule's policy says of a proxy with a gain (a loss is negative), and for which day.

    ``first_day`` is the first on which going back disallows nothing, ``long_from`` the first on
    which a gain of the proxy is long-term.  ``is_affordable`` says that the tax on the gain fits
    the budget that is left.
    """
    is_long = first_day >= long_from
    has_no_gain = gain_cents <= 0
    day = long_from
    match rule.switch_back:
        case SwitchBackPolicy.NEVER:
            return Recommendation.KEEP, first_day
        case SwitchBackPolicy.AT_A_LOSS:
            is_due, day = gain_cents < 0, first_day
            if gain_cents > 0:
                return Recommendation.KEEP, first_day
        case SwitchBackPolicy.AT_LONG_TERM:
            is_due = is_long
        case SwitchBackPolicy.WITHIN_BUDGET:
            is_due = has_no_gain or is_affordable
        case SwitchBackPolicy.NOT_AT_SHORT_TERM_GAIN:
            is_due = has_no_gain or is_long
        case SwitchBackPolicy.AFTER_DAYS:
            is_due = True
            first_day = max(first_day, sold_on + timedelta(days=rule.switch_back_days))
        case _:
            is_due = True
    return (Recommendation.RETURN, first_day) if is_due else (Recommendation.WAIT, day)


def switch_backs_of(
    swaps: Sequence[Swap],
    verdicts: Sequence[Verdict],
    restrictions: Sequence[Restriction],
    index: Index,
) -> tuple[SwitchBack, ...]:
    """One switch-back for each proxy that the plan buys, then for each that is held already.

    None where the rule keeps proxies, nor for a proxy that the plan sells.
    """
    weights = weights_of(index, [verdict.appraisal for verdict in verdicts])
    free_from = {
        (r.account, r.symbol): r.until for r in restrictions if r.kind is RestrictionKind.DO_NOT_BUY
    }
    spent: dict[str, int] = {}
    return tuple(
        _switch_back(proxy, free_from, spent, weights, index)
        for proxy in (*_bought(swaps, index), *_held(verdicts, index))
        if index.rule_of(proxy.account).switch_back is not SwitchBackPolicy.NEVER
    )


def _bought(swaps: Sequence[Swap], index: Index) -> Iterator[_Proxy]:
    """Proxies of the plan: at the closes of the plan they have no gain."""
    for swap in swaps:
        order = swap.purchase
        if order is None:
            continue
        close = index.situation.quotes[order.symbol].close
        multiplier = index.security(order.symbol).multiplier
        yield _Proxy(
            account=swap.account,
            symbol=swap.symbol,
            sold_quantity=sum(sale.quantity for sale in swap.sales),
            sold_on=index.situation.as_of,
            proxy=order.symbol,
            quantity=order.quantity,
            lot_id="",
            order_id=order.client_order_id,
            bought=index.situation.day,
            value_cents=market_value_cents(order.quantity, multiplier, close),
            gain_cents=0,
        )


def _held(verdicts: Sequence[Verdict], index: Index) -> Iterator[_Proxy]:
    """Proxies of earlier harvests that are still open and that the plan leaves."""
    lots: dict[tuple[str, str], list[Verdict]] = {}
    for verdict in verdicts:
        lots.setdefault((verdict.lot.account, verdict.lot.lot_id), []).append(verdict)
    for held in index.situation.held_swaps:
        parts = lots.get((held.account, held.proxy_lot_id), [])
        if parts and not any(part.reason.is_harvest for part in parts):
            yield _held_proxy(held, parts, index)


def _held_proxy(held: HeldSwap, parts: Sequence[Verdict], index: Index) -> _Proxy:
    values = [part.appraisal.market_value_cents for part in parts]
    known = [value for value in values if value is not None]
    basis = sum(part.lot.cost_basis_cents for part in parts)
    first: OpenLot = parts[0].lot
    return _Proxy(
        account=index.accounts[held.account],
        symbol=held.symbol,
        sold_quantity=held.sold_quantity,
        sold_on=held.sold_on,
        proxy=first.symbol,
        quantity=sum(part.lot.quantity for part in parts),
        lot_id=first.lot_id,
        order_id="",
        bought=max(day_of(part.lot.holding_period) for part in parts),
        value_cents=sum(known),
        gain_cents=sum(known) - basis if len(known) == len(values) else None,
    )


def _switch_back(
    proxy: _Proxy,
    free_from: Mapping[tuple[str, str], date],
    spent: dict[str, int],
    weights: Mapping[tuple[str, str], int],
    index: Index,
) -> SwitchBack:
    situation = index.situation
    account = proxy.account
    rule = index.rule_of(account)
    profile = situation.profiles.get(account.tax_return)
    first = max(
        situation.as_of,
        first_free_day(day_of(proxy.sold_on)),
        free_from.get((account.id, proxy.symbol), proxy.sold_on),
    )
    long_from = date_of(long_term_from(proxy.bought))
    gain = proxy.gain_cents or 0
    tax = tax_saved_cents(gain, profile, is_long=first >= long_from)
    left = rule.switch_back_budget_cents - spent.get(account.tax_return, 0)
    advice, day = recommended(
        rule,
        gain,
        first,
        proxy.sold_on,
        long_from,
        is_affordable=tax is not None and tax <= left,
    )
    if advice is Recommendation.RETURN and rule.switch_back is SwitchBackPolicy.WITHIN_BUDGET:
        spent[account.tax_return] = spent.get(account.tax_return, 0) + max(0, tax or 0)
    if proxy.gain_cents is None:
        advice, tax = Recommendation.WAIT, None
    return SwitchBack(
        household=account.household,
        account=account.id,
        symbol=proxy.symbol,
        sold_quantity=proxy.sold_quantity,
        proxy=proxy.proxy,
        proxy_quantity=proxy.quantity,
        proxy_order_id=proxy.order_id,
        proxy_lot_id=proxy.lot_id,
        sold_on=proxy.sold_on,
        first_day=first,
        proxy_long_term_from=long_from,
        origin=Origin.PLAN if proxy.order_id else Origin.BOOKS,
        recommendation=advice,
        day=day,
        is_long=day >= long_from,
        estimated_gain_cents=proxy.gain_cents,
        tax_cents=tax_saved_cents(gain, profile, is_long=day >= long_from)
        if proxy.gain_cents is not None
        else None,
        likely_move_cents=_likely_move(proxy, (day - situation.as_of).days, index),
        worth_gain_cents=_worth_gain(
            proxy, (long_from - first).days, weights[account.id, proxy.held_as], index
        ),
        policy=POLICY_TEXT[rule.switch_back].format(days=rule.switch_back_days),
    )


def _likely_move(proxy: _Proxy, days: int, index: Index) -> int | None:
    """One standard deviation of the proxy's value over some days, in cents."""
    volatility = index.situation.volatility_ppm.get(proxy.proxy)
    if volatility is None:
        return None
    over_days = isqrt(volatility * volatility * max(0, days) // DAYS_OF_YEAR)
    return apportion(proxy.value_cents, over_days, RATE_ONE)


def _worth_gain(proxy: _Proxy, days: int, weight_ppm: int, index: Index) -> int | None:
    """The gain at which going back on the first day costs as much as waiting for the long term.

    Up to it, the higher rate costs less than what the proxy moves otherwise until then.  None
    where the rates or the moves are not known, or waiting saves nothing.
    """
    situation = index.situation
    profile = situation.profiles.get(proxy.account.tax_return)
    tracking = situation.tracking_ppm.get((proxy.symbol, proxy.proxy))
    if profile is None or tracking is None or days <= 0:
        return None
    short, long = profile.short_rate, profile.long_rate
    if short is None or long is None or short <= long:
        return None
    rule = index.rule_of(proxy.account)
    cost = tracking_cents(rule, proxy.value_cents, tracking, days, weight_ppm)
    return apportion(cost, RATE_ONE, short - long)
