"""Illiquid classes in a rebalance: the cash that their calls need, and the risk of their funds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np

from taxlots.book.standing import split_ratios
from taxlots.domain.account import Account
from taxlots.domain.money import dollars
from taxlots.domain.problem import DataError, error
from taxlots.domain.rebalance_keys import WHERE
from taxlots.domain.rebalance_rule import TargetRule
from taxlots.market_data.common_closes import common_closes
from taxlots.market_data.prices import PriceHistory
from taxlots.plan.appraised_risk import AppraisedVolatility, appraised_volatility, with_stand_ins
from taxlots.plan.execution.windows import CashDay, Illiquid, cash_for_calls
from taxlots.plan.rebalance.household_portfolio import CashNeeds
from taxlots.plan.rebalance.positions import Position, held_cents
from taxlots.workflows.household_plan import HouseholdPlan
from taxlots.workflows.market_of_day import same_market
from taxlots.workflows.rebalance_asked import AskedCash
from taxlots.workflows.rebalance_risk import PlanRisk, plan_risk

CENTS = 100


def with_calls(
    plan: HouseholdPlan,
    rule: TargetRule,
    asked: AskedCash,
    accounts: Sequence[Account],
    positions: Sequence[Position],
) -> AskedCash:
    """The cash needs of a plan with those of the calls to come, where no class is their reserve.

    The taxable accounts keep it together; a household without one, all of them.  Raises DataError
    where they cannot.
    """
    if not rule.calls or rule.call_reserve:
        return asked
    until = plan.as_of + timedelta(days=rule.call_days)
    days = [CashDay(one.day, one.amount_cents / CENTS) for one in rule.calls]
    called = sum(max(0.0, one.dollars) for one in days)
    holding = Illiquid(value=0.0, unfunded=called, calls=days)
    need = round(cash_for_calls([holding], plan.as_of, rule.call_days) * CENTS)
    if not need:
        return asked
    group = tuple(one.id for one in accounts if not one.kind.is_tax_deferred)
    group = group or tuple(one.id for one in accounts)
    floors = dict(asked.needs.floors)
    floors[group] = floors.get(group, 0) + need
    needs = CashNeeds(asked.needs.held_cents, floors)
    _check_calls(need, group, needs, positions)
    names = ", ".join(sorted({one.asset_class for one in rule.calls}))
    said = f"{dollars(need)} is kept in cash for the calls of {names} until {until}"
    return replace(asked, needs=needs, told=(*asked.told, said))


def _check_calls(
    need: int, group: tuple[str, ...], needs: CashNeeds, positions: Sequence[Position]
) -> None:
    cash = sum(needs.held_cents.get(name, 0) for name in group)
    sold = sum(one.sellable_cents for one in positions if one.account.id in group)
    if needs.floors[group] > cash + sold:
        raise DataError(
            [
                error(
                    f"{WHERE}.targets:calls",
                    "CALLS_NOT_COVERED",
                    f"Calls of {dollars(need)} come, {dollars(needs.floors[group])} are needed with"
                    f" what is withdrawn, and {', '.join(group)} have {dollars(cash)} in cash and"
                    f" {dollars(sold)} that may be sold.",
                    f"The most is {dollars(cash + sold)}: bring the rest in, or correct the calls.",
                )
            ]
        )


@dataclass(frozen=True, slots=True)
class RiskWithStandIns:
    """The risk of all positions, and what stands in for which fund, in sentences."""

    risk: PlanRisk
    told: tuple[str, ...]


def risk_around_illiquid(
    plan: HouseholdPlan, rule: TargetRule, positions: Sequence[Position], folder: str = ""
) -> RiskWithStandIns:
    """The risk of positions, where funds of illiquid classes need no closes of weeks or months.

    A fund that lacks them moves as the class ``stand_in`` does, or where that is blank as all
    others that are held, by the volatility of its own appraisals.  The model of a ``folder`` has to
    have every security.  Raises DataError for liquid securities that lack closes.
    """
    thin = {} if folder or not rule.illiquid else _thin(plan, rule, positions)
    known = [one for one in positions if one.symbol not in thin]
    if not thin or not known:
        return RiskWithStandIns(plan_risk(plan, positions, folder), ())
    mix = _stand_in(plan, rule.stand_in, known)
    model = with_stand_ins(plan_risk(plan, known).model, thin, mix)
    name = rule.stand_in or "all others that are held"
    told = tuple(_said(symbol, one, name) for symbol, one in thin.items())
    return RiskWithStandIns(PlanRisk(model=model), told)


def _thin(
    plan: HouseholdPlan, rule: TargetRule, positions: Sequence[Position]
) -> dict[str, AppraisedVolatility | None]:
    """Funds of illiquid classes without closes that tell a risk, and what appraisals tell."""
    history = same_market(plan.prepared.books.record.prices, plan.as_of).history
    splits = split_ratios(plan.prepared.books)
    found: dict[str, AppraisedVolatility | None] = {}
    for symbol in dict.fromkeys(one.symbol for one in positions):
        if plan.sleeves.name_of(symbol) not in rule.illiquid:
            continue
        closes = common_closes(history, [symbol], plan.as_of, splits)
        if closes.lacking or not np.ptp(closes.matrix) > 0:
            found[symbol] = _appraisals(history, symbol, plan, splits.get(symbol, {}))
    return found


def _appraisals(
    history: PriceHistory, symbol: str, plan: HouseholdPlan, splits: Mapping[int, object]
) -> AppraisedVolatility | None:
    """The volatility of a fund's appraisals up to the day of the plan, none across a split."""
    span = slice(*history.spans.get(symbol, (0, 0)))
    days, closes = history.days[span], history.closes[span]
    after = max(splits, default=-(10**9))
    kept = (days <= plan.situation.day) & (days >= after) & (closes > 0)
    return appraised_volatility(days[kept].astype(np.float64), closes[kept].astype(np.float64))


def _stand_in(plan: HouseholdPlan, name: str, positions: Sequence[Position]) -> dict[str, float]:
    """Securities that stand in, by what is held of them; alike where nothing is."""
    every = [one for one in positions if not one.short]
    mine = [one for one in every if not name or plan.sleeves.name_of(one.symbol) == name] or every
    held = {symbol: float(cents) for symbol, cents in held_cents(mine).items()}
    return held if any(held.values()) else dict.fromkeys(held, 1.0)


def _said(symbol: str, known: AppraisedVolatility | None, name: str) -> str:
    if known is None:
        return f"{symbol} has too few closes to tell its risk: it is taken to be that of {name}"
    smooth = f", without a smoothing of {known.smoothing:.2f}" if known.smoothing else ""
    return (
        f"{symbol} is appraised: it is taken to move as {name}, by {known.volatility:.1%} a year"
        f" ({known.returns} returns{smooth})"
    )
