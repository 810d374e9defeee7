"""What limits come to, what is to be reported, and what a plan forbids to buy, in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import numpy as np

from taxlots.domain.mandate import OwnThreshold, StatedMandate
from taxlots.domain.money import SHARE
from taxlots.domain.order import Side
from taxlots.domain.problem import Problem
from taxlots.domain.security import SecurityKind
from taxlots.plan.appraisal import market_value_cents
from taxlots.plan.optimizer.signs import BPS
from taxlots.plan.optimizer.trading_limits import (
    SCHEDULE_13D,
    ReportingRule,
    told_of_13f,
    told_of_ownership,
)
from taxlots.plan.rebalance.mandated import (
    LimitStanding,
    Mandated,
    by_symbol,
    weights_after,
    weights_of,
)
from taxlots.plan.rebalance.solving import Question, Solution
from taxlots.workflows.household_plan import HouseholdPlan

PPM: Final = 1_000_000
CENTS: Final = 100
POINT: Final = 0.01
LEAST_PRICE_BPS: Final = 1e-3

LISTED: Final = (SecurityKind.STOCK, SecurityKind.ETF)
"""Kinds whose securities are as a rule on the official list of section 13(f)."""


def sentences_of_limits(mandated: Mandated, stated: StatedMandate) -> Iterator[str]:
    """Each limit that binds, with its price, and each that the plan is beyond."""
    nav_cents = mandated.solution.household.nav_cents
    if mandated.standings and mandated.solution.trades and not mandated.gate.passes:
        yield "trades that the mandate or expected shortfall need are made, whatever the gate says"
    if mandated.is_chosen:
        for most, what in ((stated.most_names, "held"), (stated.most_trades, "traded")):
            if most is not None:
                chosen = "1 security may" if most == 1 else f"{most} securities may"
                who = "it is" if most == 1 else "they are"
                yield (
                    f"at most {chosen} be {what}: {who} chosen with the household seen as one"
                    " account"
                )
    for one in mandated.standings:
        if not one.is_kept:
            yield f"{_told(one)}: it is not kept"
        elif one.price:
            worth = one.price * POINT * nav_cents / CENTS
            more = "0.01" if _is_exposure(one) else "a percentage point"
            yield f"{_told(one)}: it binds, {more} more room would be worth {worth:,.2f} dollars"


def sentences_of_caps(solution: Solution) -> Iterator[str]:
    """Each cap on a whole plan that binds, with what a little more of it is worth."""
    dollars = solution.household.nav_cents / CENTS
    error = solution.optimum.book.tracking_error(solution.optimum.trades)
    for name, price in solution.optimum.prices.items():
        if price * BPS < LEAST_PRICE_BPS:
            continue
        if name == "turnover":
            more, worth = "a percentage point more", price * POINT * dollars
        elif name == "tracking error":
            # The cap is on half of the variance, whose slope is the tracking error itself.
            more, worth = "0.1 percentage points more", price * error * POINT / 10 * dollars
        else:
            more, worth = "a hundred dollars more", price * 100
        yield f"the cap on {name} binds: {more} of it would be worth {worth:,.2f} dollars"


def _told(one: LimitStanding) -> str:
    limits = [f"at most {_value(one, one.most)}"] if np.isfinite(one.most) else []
    limits = [f"at least {_value(one, one.least)}", *limits] if np.isfinite(one.least) else limits
    return (
        f"{one.name} ({' and '.join(limits)}): {_value(one, one.before)} before and"
        f" {_value(one, one.after)} after"
    )


def _is_exposure(one: LimitStanding) -> bool:
    return one.name.startswith("factor limit")


def _value(one: LimitStanding, value: float) -> str:
    return f"{value:.4f}" if _is_exposure(one) else f"{100 * value:.2f} %"


def sentences_of_reports(
    plan: HouseholdPlan, stated: StatedMandate, question: Question, solution: Solution
) -> Iterator[str]:
    """Holdings that approach a threshold of reporting, before and after the plan.

    Ownership of a company and securities of section 13(f) count over all accounts of the book,
    thresholds of the household over its own.
    """
    before = _units(plan)
    after = dict(before)
    for trade in (one for one in solution.trades if one.position.short is None):
        sign = 1 if trade.side is Side.BUY else -1
        symbol = trade.position.symbol
        after[symbol] = after.get(symbol, 0) + sign * trade.units
    for when, units in (("before the plan", before), ("after the plan", after)):
        for problem in _reports(plan, stated, units):
            yield f"{when}, {problem.message}; {problem.remedy}"
    weights = {
        "before the plan": by_symbol(question.positions, weights_of(question)),
        "after the plan": by_symbol(solution.household.positions, weights_after(solution)),
    }
    for when, held in weights.items():
        for threshold in stated.thresholds:
            if not threshold.is_of_class:
                yield from (f"{when}, {told}" for told in _of_household(threshold, held))


def _reports(
    plan: HouseholdPlan, stated: StatedMandate, units: Mapping[str, int]
) -> Iterator[Problem]:
    outstanding = {symbol: float(count) for symbol, count in stated.outstanding.items()}
    shares = {symbol: units.get(symbol, 0) / SHARE for symbol in outstanding}
    own = [_rule(one) for one in stated.thresholds if one.is_of_class]
    yield from told_of_ownership(shares, outstanding, [SCHEDULE_13D, *own])
    if stated.files_13f:
        yield from told_of_13f(_listed_cents(plan, units))


def _rule(one: OwnThreshold) -> ReportingRule:
    return ReportingRule(
        code=one.name, threshold=one.ppm / PPM, near=one.near_ppm / PPM, duty=one.duty
    )


def _of_household(one: OwnThreshold, weights: Mapping[str, float]) -> Iterator[str]:
    for symbol, weight in sorted(weights.items()):
        if weight >= one.near_ppm / PPM * one.ppm / PPM and weight > 0:
            how = "passes" if weight > one.ppm / PPM else "approaches"
            duty = f": {one.duty}" if one.duty else ""
            yield (
                f"{symbol} with {100 * weight:.2f} % of the household {how} {one.name}"
                f" ({100 * one.ppm / PPM:g} %){duty}"
            )


def _units(plan: HouseholdPlan) -> dict[str, int]:
    found: dict[str, int] = {}
    for lot in plan.situation.lots:
        found[lot.symbol] = found.get(lot.symbol, 0) + lot.quantity
    return found


def _listed_cents(plan: HouseholdPlan, units: Mapping[str, int]) -> int:
    """What stocks and funds on exchanges are worth at their last closes."""
    total = 0
    for symbol, quantity in units.items():
        security, quote = plan.index.security(symbol), plan.quotes.get(symbol)
        if quote is not None and security.kind in LISTED:
            total += market_value_cents(quantity, security.multiplier, quote.close)
    return total


def sentences_of_losses(solution: Solution) -> Iterator[str]:
    """What no account may buy after the losses that the plan takes."""
    owed = {one.position.symbol for one in solution.trades if one.position.short}
    lost = solution.sold_at_a_loss - owed
    if lost:
        also = {new for new, old in solution.forbidden.items() if old in lost}
        names = ", ".join(sorted(lost | also))
        yield (
            f"no account may buy {names}, dividends that are reinvested included, until the losses"
            " of this plan are 31 days old (26 USC 1091)"
        )
