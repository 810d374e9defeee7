"""``taxlots cash``: where money that comes in goes, and where money that is needed comes from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final

from taxlots.domain.calendar import date_of
from taxlots.domain.money import dollars, dollars_if_known, shares
from taxlots.domain.target import WHOLE
from taxlots.domain.trade_override import TradeAction
from taxlots.market_data.calendars import settlement_day
from taxlots.plan.cash_flow import CashNeed, Inflow, Met, meet_needs
from taxlots.plan.several_sales import BookedSale
from taxlots.workflows.cash_asked import BALANCE, CashAsked, Flows, cents_of, flows_of
from taxlots.workflows.cash_purchases import DatedPurchase, Invested, invest
from taxlots.workflows.cash_sales import Raised, raise_cash
from taxlots.workflows.household_limits import household_limits
from taxlots.workflows.household_plan import HouseholdPlan, household_plan
from taxlots.workflows.loss_sentences import sentence_of_losses
from taxlots.workflows.plan_page import PlanPage, listing

SALES: Final = {
    "account": "account",
    "asset_class": "class",
    "symbol": "symbol",
    "quantity": "sell",
    "amount": "amount",
    "gain": "gain",
    "disallowed": "disallowed",
    "tax": "tax",
    "lot_count": "lots",
}
BUYS: Final = {
    "date": "from",
    "account": "account",
    "asset_class": "class",
    "symbol": "symbol",
    "quantity": "buy",
    "amount": "amount",
}
CLASSES: Final = {
    "asset_class": "class",
    "target": "target",
    "before": "before",
    "change": "change",
    "after": "after",
}
TEXTS: Final = frozenset({"date", "account", "asset_class", "symbol"})
NO_TARGET: Final = "(no target)"


@dataclass(frozen=True, slots=True)
class CashRun:
    """A routing: what was asked, how needs are met, what is sold and what is bought."""

    plan: HouseholdPlan
    flows: Flows
    met: Met
    raised: Raised
    invested: Invested
    overridden: tuple[str, ...]


def route_cash(
    book: str, asked: CashAsked, *, as_of: date | None = None, known_at: datetime | None = None
) -> PlanPage:
    """Route the cash of a household on a day.  Nothing is booked.

    Raises UsageError for what cannot be asked so, and DataError for a book with errors.
    """
    plan = household_plan(
        book, account=asked.account, household=asked.household, as_of=as_of, known_at=known_at
    )
    return page_of(routed(plan, asked))


def routed(plan: HouseholdPlan, asked: CashAsked) -> CashRun:
    """Flows pay needs, sales raise what is missing, and what flows are left is invested."""
    least = cents_of(asked.min_trade, "--min-trade") if asked.min_trade else 0
    flows = flows_of(plan, asked)
    met = meet_needs(flows.inflows, flows.needs, lambda name, need: _can_pay(plan, name, need))
    limits = household_limits(plan)
    raised = raise_cash(
        plan,
        list(zip(flows.needs, met.missing_cents, strict=True)),
        has_fractions=asked.has_fractions,
        locked=limits.locked,
        deferred_cash=_deferred_cash(plan, asked),
    )
    held = plan.worths.by_sleeve(plan.sleeves)
    held = [cents - sold for cents, sold in zip(held, raised.by_sleeve(plan), strict=True)]
    rest = [
        replace(flow, cents=cents)
        for flow, cents in zip(flows.inflows, met.left_cents, strict=True)
        if cents and flow.kind != BALANCE
    ]
    if not asked.deposit and not asked.withdraw:
        rest += _idle(plan, sum(held) + sum(one.cents for one in rest), met, flows)
    invested = invest(
        plan,
        rest,
        held,
        has_fractions=asked.has_fractions,
        min_trade_cents=least,
        closed=limits.closed,
    )
    said = limits.said(TradeAction.LOCK, TradeAction.EXCLUDE)
    return CashRun(plan, flows, met, raised, invested, said)


def _deferred_cash(plan: HouseholdPlan, asked: CashAsked) -> dict[str, int]:
    """Cash of tax-deferred accounts, which pays what taxable accounts cannot."""
    if asked.account is not None:
        return {}
    return {
        a.id: plan.cash[a.id]
        for a in plan.accounts
        if a.kind.is_tax_deferred and plan.is_party(a) and plan.cash.get(a.id, 0) > 0
    }


def _idle(plan: HouseholdPlan, invested_cents: int, met: Met, flows: Flows) -> list[Inflow]:
    """Cash beyond what targets leave in cash, that of the richest accounts last."""
    mine = [
        replace(flow, cents=cents)
        for flow, cents in zip(flows.inflows, met.left_cents, strict=True)
        if cents and flow.kind == BALANCE
    ]
    whole = invested_cents + sum(one.cents for one in mine)
    kept = whole * max(0, WHOLE - sum(one.weight for one in plan.sleeves.items)) // WHOLE
    found = []
    for one in sorted(mine, key=lambda one: -one.cents):
        less = min(kept, one.cents)
        kept -= less
        found.append(replace(one, cents=one.cents - less))
    return [one for one in found if one.cents]


def _can_pay(plan: HouseholdPlan, account: str, need: CashNeed) -> bool:
    """Money of tax-deferred accounts pays what is needed out of them alone."""
    if need.account:
        return account == need.account
    return not plan.index.accounts[account].kind.is_tax_deferred


def page_of(run: CashRun) -> PlanPage:
    """The page of a routing."""
    plan = run.plan
    sales = [_sale_row(plan, one) for one in run.raised.booked]
    buys = [_buy_row(plan, one) for one in run.invested.bought]
    classes = _class_rows(run)
    because = (*(f"{one[0].upper()}{one[1:]}" for one in _sentences(run)), *run.overridden)
    name = plan.prepared.books.record.name
    tables = [
        listing(title, columns, rows, TEXTS)
        for title, columns, rows in (
            (f"Sales for cash of {name} on {plan.as_of}", SALES, sales),
            (f"Purchases with the flows of {name}", BUYS, buys),
            ("Classes in percent of the household", CLASSES, classes),
        )
        if rows
    ]
    return PlanPage(
        listings=tuple(tables),
        json={
            "book": name,
            "household": plan.name,
            "as_of": plan.as_of.isoformat(),
            "flows": [_flow_json(one) for one in run.flows.inflows],
            "needs": _needs_json(run),
            "sales": [
                {k: v for k, v in row.items() if k != "lot_count"} | {"lots": _lots(one)}
                for row, one in zip(sales, run.raised.booked, strict=True)
            ],
            "purchases": buys,
            "classes": classes,
            "tax": _tax(run),
            "missing": dollars(run.raised.missing_cents),
            "cash_left": {n: dollars(c) for n, c in run.invested.left_cents.items() if c},
            "because": list(because),
        },
        because=because,
        problems=plan.problems,
    )


def _class(plan: HouseholdPlan, place: int) -> str:
    return plan.sleeves.names[place] or NO_TARGET


def _sale_row(plan: HouseholdPlan, one: BookedSale) -> dict[str, str]:
    asked = one.request
    offer = plan.offer(asked.symbol)
    cents = sum(o.proceeds_cents for o in one.outcomes)
    if not one.outcomes and offer is not None:
        cents = offer.cost_cents(asked.quantity)
    is_taxed = not plan.index.accounts[asked.account].kind.is_tax_deferred
    return {
        "account": asked.account,
        "asset_class": _class(plan, plan.sleeves.place(asked.symbol)),
        "symbol": asked.symbol,
        "quantity": shares(asked.quantity),
        "amount": dollars(cents),
        "gain": dollars(sum(o.gain_cents for o in one.outcomes)) if is_taxed else "",
        "disallowed": dollars(sum(o.disallowed_cents for o in one.outcomes)) if is_taxed else "",
        "tax": dollars_if_known(one.cost_cents),
        "order": one.lots if is_taxed else "",
        "lot_count": str(len({o.lot_id for o in one.outcomes})) if is_taxed else "",
    }


def _lots(one: BookedSale) -> list[dict[str, str]]:
    return [
        {
            "lot_id": outcome.lot_id,
            "acquired_date": date_of(outcome.acquired).isoformat(),
            "term": "LT" if outcome.is_long else "ST",
            "quantity": shares(outcome.quantity),
            "gain": dollars(outcome.gain_cents),
        }
        for outcome in one.outcomes
    ]


def _buy_row(plan: HouseholdPlan, one: DatedPurchase) -> dict[str, str]:
    return {
        "date": one.day.isoformat(),
        "account": one.purchase.account,
        "asset_class": _class(plan, one.purchase.sleeve),
        "symbol": one.purchase.symbol,
        "quantity": shares(one.purchase.units),
        "amount": dollars(one.purchase.cents),
    }


def _class_rows(run: CashRun) -> list[dict[str, str]]:
    """Every class before and after, in percent of what the household holds then."""
    plan = run.plan
    before = plan.worths.by_sleeve(plan.sleeves)
    sold, bought = run.raised.by_sleeve(plan), run.invested.by_sleeve(plan)
    after = [h - s + b for h, s, b in zip(before, sold, bought, strict=True)]
    cash = sum(plan.cash.values())
    came = sum(one.cents for one in run.flows.inflows if one.kind != BALANCE)
    gone = sum(one.cents for one in run.flows.needs) - run.raised.missing_cents
    cash_after = cash + came + sum(sold) - sum(bought) - gone
    whole, whole_after = sum(before) + cash, sum(after) + cash_after
    rows = []
    for place, sleeve in enumerate(plan.sleeves.items):
        if before[place] or after[place] or sleeve.weight:
            rows.append(
                {
                    "asset_class": _class(plan, place),
                    "target": f"{sleeve.weight / 10**6:.2f}",
                    "before": _percent(before[place], whole),
                    "change": dollars(after[place] - before[place]),
                    "after": _percent(after[place], whole_after),
                }
            )
    if cash or cash_after:
        rows.append(
            {
                "asset_class": BALANCE,
                "target": f"{100 - sum(one.weight for one in plan.sleeves.items) / 10**6:.2f}",
                "before": _percent(cash, whole),
                "change": dollars(cash_after - cash),
                "after": _percent(cash_after, whole_after),
            }
        )
    return rows


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.2f}" if whole else ""


def _flow_json(one: Inflow) -> dict[str, str]:
    return {
        "account": one.account,
        "date": date_of(one.day).isoformat(),
        "kind": one.kind,
        "symbol": one.symbol,
        "amount": dollars(one.cents),
    }


def _needs_json(run: CashRun) -> list[dict[str, Any]]:
    found = []
    for place, need in enumerate(run.flows.needs):
        paid = [one for one in run.met.paid if one.need == place]
        found.append(
            {
                "date": date_of(need.day).isoformat(),
                "amount": dollars(need.cents),
                "account": need.account,
                "paid_by_flows": [
                    _flow_json(run.flows.inflows[one.inflow]) | {"amount": dollars(one.cents)}
                    for one in paid
                ],
                "from_sales": dollars(run.met.missing_cents[place]),
            }
        )
    return found


def _tax(run: CashRun) -> str:
    """The tax of all sales, now and later; blank where that of one is not known."""
    taxed = [one for one in run.raised.booked if one.outcomes]
    costs = [one.cost_cents for one in taxed]
    return "" if any(cost is None for cost in costs) else dollars(sum(c for c in costs if c))


def _sentences(run: CashRun) -> Iterator[str]:
    plan = run.plan
    for paid in run.met.paid:
        flow = run.flows.inflows[paid.inflow]
        what = " of ".join(filter(None, (flow.kind, flow.symbol)))
        yield (
            f"the {what} of {date_of(flow.day)} in {flow.account} pays {dollars(paid.cents)} of"
            f" what is needed by {date_of(run.flows.needs[paid.need].day)}"
        )
    if run.raised.booked:
        brought = dollars(run.raised.cents)
        tax = _tax(run)
        costs = f"cost {tax} of tax, now and later" if tax else "cost a tax that no profile tells"
        yield f"the sales bring {brought} and {costs}"
        yield "`--json` names the lots of each order"
        yield from _after_losses(run)
        yield from _soon_long_term(run)
    if run.raised.missing_cents:
        asked = sum(need.cents for need in run.flows.needs)
        yield (
            f"{dollars(run.raised.missing_cents)} of {dollars(asked)} cannot be raised; the most"
            f" that can be withdrawn is {dollars(asked - run.raised.missing_cents)}"
        )
    yield from run.raised.told
    yield from run.invested.told
    yield from run.flows.told
    for account, symbol in plan.worths.unpriced:
        yield f"{symbol} in {account} has no fresh price and is left out"


def _soon_long_term(run: CashRun) -> Iterator[str]:
    """Short-term gains that turn long-term in time to be paid out by the last need."""
    last = max(need.day for need in run.flows.needs)
    for one in run.raised.booked:
        for outcome in one.outcomes:
            day = run.plan.situation.day + outcome.days_to_long_term
            is_in_time = not outcome.is_long and settlement_day(day) <= last
            if is_in_time and outcome.gain_cents > 0:
                yield (
                    f"lot {outcome.lot_id} of {one.request.symbol} is long-term from"
                    f" {date_of(day)}: sold then, it still settles by {date_of(last)}"
                )


def _after_losses(run: CashRun) -> Iterator[str]:
    """What of losses is disallowed, and what may not be bought after a sale at a loss."""
    for one in run.raised.booked:
        lost = sum(outcome.disallowed_cents for outcome in one.outcomes)
        gone = sum(outcome.permanent_cents for outcome in one.outcomes)
        if lost:
            said = f", {dollars(gone)} of it for good" if gone else ""
            yield (
                f"{dollars(lost)} of the loss on {one.request.symbol} in {one.request.account} is"
                f" disallowed{said} (26 USC 1091)"
            )
    said = sentence_of_losses(run.raised.booked, run.plan.situation.day)
    if said:
        yield f"{said}, reinvested dividends included"
