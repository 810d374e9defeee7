"""Charts of a rebalance: drift against bands, tax by lot, tracking error against tax."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from taxlots.domain.money import CENTS_PER_DOLLAR, dollars
from taxlots.plan.rebalance.frontier import FrontierPoint
from taxlots.plan.rebalance.proposal import Proposal
from taxlots.reports.charts import BLACK, BLUE, HEIGHT, ORANGE, Chart, chart, configured
from taxlots.reports.printable import printable

Spec = dict[str, Any]

BEFORE: Final = "Before"
AFTER: Final = "After"
MOST_LOTS: Final = 20


def rebalance_charts(proposal: Proposal, frontier: Sequence[FrontierPoint]) -> dict[str, Chart]:
    """The drawings of a plan by name; those without anything to draw are left out."""
    outside = sum(1 for one in proposal.classes if one.side)
    drawn = {
        "drift": chart(
            "Classes before and after, against their bands",
            f"{outside} of {len(proposal.classes)} classes are outside their band before trading.",
            drift_spec(proposal),
        )
    }
    lots = _taxes_of_lots(proposal)
    if lots:
        total = dollars(sum(cents for _, cents in lots))
        drawn["tax_by_lot"] = chart(
            "Tax by lot sold", f"Tax by lot sold; {total} in all.", tax_spec(lots)
        )
    if frontier:
        drawn["frontier"] = chart(
            "Tracking error against tax",
            f"Plans at {len(frontier)} aversions to risk: tracking error against tax.",
            frontier_spec(frontier),
        )
    return drawn


def drift_spec(proposal: Proposal) -> Spec:
    """Vega-Lite: for each class its band as a bar, its target as a tick, both weights as points."""
    names = [printable(one.name) for one in proposal.classes]
    bands = [
        {"class": name, "low": 100 * one.low, "high": 100 * one.high, "target": 100 * one.target}
        for name, one in zip(names, proposal.classes, strict=True)
    ]
    points = [
        {"class": name, "when": when, "weight": 100 * weight}
        for name, one in zip(names, proposal.classes, strict=True)
        for when, weight in ((BEFORE, one.before), (AFTER, one.after))
    ]
    y: Spec = {"field": "class", "type": "nominal", "sort": names, "title": None}
    axis: Spec = {"type": "quantitative", "title": "percent of the household"}
    colour: Spec = {
        "field": "when",
        "type": "nominal",
        "title": None,
        "scale": {"domain": [BEFORE, AFTER], "range": [ORANGE, BLUE]},
        "legend": {"orient": "top"},
    }
    return configured(
        {
            "height": {"step": 22},
            "layer": [
                {
                    "data": {"values": bands},
                    "mark": {"type": "bar", "color": "#DDDDDD", "height": 12},
                    "encoding": {"y": y, "x": {"field": "low", **axis}, "x2": {"field": "high"}},
                },
                {
                    "data": {"values": bands},
                    "mark": {"type": "tick", "color": BLACK, "thickness": 2},
                    "encoding": {"y": y, "x": {"field": "target", **axis}},
                },
                {
                    "data": {"values": points},
                    "mark": {"type": "point", "filled": True, "size": 60, "opacity": 1},
                    "encoding": {"y": y, "x": {"field": "weight", **axis}, "color": colour},
                },
            ],
        }
    )


def tax_spec(lots: Sequence[tuple[str, int]]) -> Spec:
    """Vega-Lite: a bar for each lot sold, those with the largest tax or saving first."""
    values = [{"lot": name, "tax": cents / CENTS_PER_DOLLAR} for name, cents in lots[:MOST_LOTS]]
    if len(lots) > MOST_LOTS:
        rest = sum(cents for _, cents in lots[MOST_LOTS:]) / CENTS_PER_DOLLAR
        values.append({"lot": f"{len(lots) - MOST_LOTS} others", "tax": rest})
    return configured(
        {
            "height": {"step": 18},
            "data": {"values": values},
            "mark": {"type": "bar"},
            "encoding": {
                "y": {"field": "lot", "type": "nominal", "sort": None, "title": None},
                "x": {
                    "field": "tax",
                    "type": "quantitative",
                    "title": "tax now and later, dollars (below zero: saved)",
                },
                "color": {
                    "condition": {"test": "datum.tax < 0", "value": BLUE},
                    "value": ORANGE,
                },
            },
        }
    )


def frontier_spec(frontier: Sequence[FrontierPoint]) -> Spec:
    """Vega-Lite: tax across, tracking error up, a point for each aversion to risk."""
    values = [
        {
            "tax": one.tax_cents / CENTS_PER_DOLLAR,
            "error": 100 * one.tracking_error,
            "aversion": name,
        }
        for one, name in _apart(frontier)
    ]
    encoding: Spec = {
        "x": {
            "field": "tax",
            "type": "quantitative",
            "title": "tax now and later, dollars (below zero: saved)",
            "scale": {"zero": False},
        },
        "y": {
            "field": "error",
            "type": "quantitative",
            "title": "tracking error, percent a year",
            "scale": {"zero": False},
        },
    }
    return configured(
        {
            "height": HEIGHT,
            "data": {"values": values},
            "layer": [
                {"mark": {"type": "line", "color": BLUE}, "encoding": encoding},
                {
                    "mark": {"type": "point", "filled": True, "color": BLUE, "size": 60},
                    "encoding": encoding,
                },
                {
                    "mark": {"type": "text", "dx": 8, "align": "left"},
                    "encoding": {**encoding, "text": {"field": "aversion", "type": "nominal"}},
                },
            ],
        }
    )


def _apart(frontier: Sequence[FrontierPoint]) -> list[tuple[FrontierPoint, str]]:
    """Points with the aversions that lead to them: those that coincide are one."""
    found: dict[tuple[int, float], tuple[FrontierPoint, str]] = {}
    for one in frontier:
        key = one.tax_cents, round(one.tracking_error, 6)
        known = found.get(key)
        name = f"{one.risk_aversion:g}"
        found[key] = one, name if known is None else f"{known[1]}, {name}"
    return list(found.values())


def _taxes_of_lots(proposal: Proposal) -> list[tuple[str, int]]:
    """Lots sold in taxed accounts with their tax, now and later, the largest first."""
    found: dict[str, int] = {}
    for sale in proposal.sales:
        for outcome, cost in zip(sale.outcomes, sale.costs, strict=False):
            name = f"{printable(sale.request.symbol)} {printable(outcome.lot_id)}"
            found[name] = found.get(name, 0) + cost.total_cents
    return sorted(found.items(), key=lambda one: (-abs(one[1]), one[0]))
