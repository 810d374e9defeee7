"""The files of a rebalance: ``plan.json`` and its tables."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite
from typing import Any, Final

from taxlots.domain.money import dollars, dollars_if_known, shares
from taxlots.domain.order import Side
from taxlots.plan.rebalance.frontier import FrontierPoint
from taxlots.plan.rebalance.mandated import LimitStanding
from taxlots.plan.rebalance.proposal import (
    ClassWeights,
    Proposal,
    ReturnTax,
)
from taxlots.plan.rebalance.whole_trades import Trade
from taxlots.plan.several_sales import BookedSale
from taxlots.reports.plan_figures import figure
from taxlots.reports.rebalance_columns import SALE_CELLS
from taxlots.reports.rebalance_overlay import OverlaySaid, overlay_json
from taxlots.version import __version__

SIDES: Final = {-1: "below", 0: "", 1: "above"}

Row = dict[str, str]


def trade_rows(proposal: Proposal) -> list[Row]:
    """``trades.csv``: a row for each trade, with what it realizes as the fold books it."""
    booked = iter(proposal.sales)
    reasons = proposal.reasons()
    return [
        _trade(trade, next(booked) if trade.side is Side.SELL else None)
        | {"reason": reasons.get(trade.position.name, "")}
        for trade in proposal.trades
    ]


def _trade(trade: Trade, sale: BookedSale | None) -> Row:
    position = trade.position
    return {
        "account": position.account.id,
        "symbol": position.symbol,
        "action": str(trade.action),
        "quantity": shares(trade.units),
        "close": shares(position.price),
        "amount": dollars(trade.cents),
        "cost": dollars(trade.cost_cents),
        **sale_cells(sale, is_taxed=position.is_taxed),
        "lots": trade.lots if sale is not None and position.is_taxed else "",
    }


def sale_cells(sale: BookedSale | None, *, is_taxed: bool) -> Row:
    """What a sale realizes and costs in tax; blank for a purchase and where nothing is taxed."""
    if sale is None or not is_taxed:
        return dict.fromkeys(SALE_CELLS, "")
    gains = {
        is_long: sum(one.gain_cents for one in sale.outcomes if one.is_long is is_long)
        for is_long in (False, True)
    }
    costs = sale.costs
    return {
        "short_term_gain": dollars(gains[False]),
        "long_term_gain": dollars(gains[True]),
        "disallowed": dollars(sum(one.disallowed_cents for one in sale.outcomes)),
        "tax_now": dollars(sum(one.now_cents for one in costs)) if costs else "",
        "tax_later": dollars(sum(one.later_cents for one in costs)) if costs else "",
    }


def plan_json(
    proposal: Proposal,
    frontier: Sequence[FrontierPoint] = (),
    restrictions: Sequence[Row] = (),
    overlay: OverlaySaid | None = None,
) -> dict[str, Any]:
    """``plan.json``: weights have six decimals, money two; the gate's dollars are estimates.

    ``restrictions`` are the rows of ``restrictions.csv``; ``overlay`` is null where none
    was asked.
    """
    gate, worth = proposal.gate, proposal.gate.pruned
    solution = proposal.solution
    return {
        "book": proposal.book,
        "household": proposal.household,
        "as_of": proposal.as_of.isoformat(),
        "engine_version": __version__,
        "value": dollars(proposal.solution.household.nav_cents),
        "certificate": {
            "before_rounding_bps": _weight(solution.unrounded_gap_bps),
            "in_shares_bps": _weight(solution.gap_bps),
            "without_dropped_bps": _weight(solution.narrowed_gap_bps),
            "commissions_bps": _weight(solution.fixed_bps),
            "sentence": proposal.certificate(),
        },
        "gate": {
            "passes": gate.passes,
            "years": gate.years,
            "risk": f"{worth.risk:.2f}",
            "idle_cash": f"{worth.cash:.2f}",
            "cost": f"{worth.cost:.2f}",
            "tax": f"{worth.tax:.2f}",
            "net": f"{worth.net:.2f}",
            "margin": f"{gate.margin:.2f}",
            "dropped": [
                {"name": one.name, "brings": f"{one.brings:.2f}", "takes": f"{one.takes:.2f}"}
                for one in gate.dropped
            ],
        },
        "tracking_error": {
            "before": _weight(proposal.tracking_error_before),
            "after": _weight(proposal.tracking_error_after),
        },
        "turnover": _weight(proposal.turnover),
        "cost": dollars(proposal.cost_cents),
        "classes": [_class(one) for one in proposal.classes],
        "returns": [return_json(one) for one in proposal.returns],
        "cash": _cash(proposal),
        "trades": trade_rows(proposal),
        "restrictions": [dict(row) for row in restrictions],
        "frontier": [_point(one) for one in frontier],
        "limits": [_limit(one) for one in proposal.limits],
        "overlay": overlay_json(overlay),
        "told": list(proposal.told),
    }


def _point(one: FrontierPoint) -> dict[str, str]:
    return {
        "risk_aversion": _weight(one.risk_aversion),
        "tracking_error": _weight(one.tracking_error),
        "tax": dollars(one.tax_cents),
        "cost": dollars(one.cost_cents),
        "turnover": _weight(one.turnover),
    }


def _limit(one: LimitStanding) -> dict[str, Any]:
    return {
        "name": one.name,
        "least": _weight(one.least) if isfinite(one.least) else "",
        "most": _weight(one.most) if isfinite(one.most) else "",
        "before": _weight(one.before),
        "after": _weight(one.after),
        "price": _weight(one.price),
        "is_kept": one.is_kept,
    }


def _cash(proposal: Proposal) -> list[Row]:
    after = proposal.cash_after
    return [
        {"account": name, "before": dollars(cents), "after": dollars(after.get(name, 0))}
        for name, cents in proposal.cash_before.items()
    ]


def _class(one: ClassWeights) -> dict[str, str]:
    return {
        "name": one.name,
        "target": _weight(one.target),
        "band_low": _weight(one.low),
        "band_high": _weight(one.high),
        "breach": SIDES[one.side],
        "wanted": _weight(one.wanted),
        "before": _weight(one.before),
        "after": _weight(one.after),
    }


def return_json(one: ReturnTax) -> dict[str, str]:
    """What a tax return realizes and pays; blank taxes are not known."""
    return {
        "tax_return": one.tax_return,
        "short_term": dollars(one.short_cents),
        "long_term": dollars(one.long_cents),
        "disallowed": dollars(one.disallowed_cents),
        "tax_now": dollars_if_known(one.now_cents),
        "tax_later": dollars_if_known(one.later_cents),
    }


def _weight(value: float) -> str:
    return figure(value, 6)


def class_rows(proposal: Proposal) -> list[Row]:
    """The classes as rows of a listing, in percent."""
    return [
        {
            "name": one.name,
            "target": _percent(one.target),
            "band": f"{_percent(one.low)} to {_percent(one.high)}",
            "before": _percent(one.before),
            "after": _percent(one.after),
        }
        for one in proposal.classes
    ]


def _percent(value: float) -> str:
    return figure(value * 100, 2)


def sentences(proposal: Proposal) -> list[str]:
    """What a rebalance comes to, in words."""
    before, after = proposal.tracking_error_before, proposal.tracking_error_after
    errors = f"Tracking error {_percent(before)} % before and {_percent(after)} % after"
    traded = f"turnover {_percent(proposal.turnover)} %, costs {dollars(proposal.cost_cents)}"
    said = [
        f"{errors}; {traded}",
        *(_said(one) for one in proposal.returns),
        *proposal.gate.sentences(),
        proposal.certificate(),
    ]
    return [*said, *map(begun, proposal.told)]


def begun(sentence: str) -> str:
    """A sentence with a capital letter, unless it begins with the id of an override."""
    first = sentence.split(" ", 1)[0]
    return sentence if first.endswith(":") else f"{sentence[0].upper()}{sentence[1:]}"


def _said(one: ReturnTax) -> str:
    said = (
        f"Return {one.tax_return}: {dollars(one.short_cents)} short-term and"
        f" {dollars(one.long_cents)} long-term"
    )
    if one.disallowed_cents:
        said += f", of whose losses {dollars(one.disallowed_cents)} is disallowed"
    if one.now_cents is None or one.later_cents is None:
        return said + "; its tax is not known without a profile"
    return said + f"; tax {dollars(one.now_cents)} this year, {dollars(one.later_cents)} later"
