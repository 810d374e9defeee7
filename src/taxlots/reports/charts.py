"""Charts of a tax year: what is drawn, as Vega-Lite, and the drawing, as SVG.

No browser and no network is needed.  Amounts come in cents and are drawn in dollars.  Colours are
those of Okabe and Ito, which people with colour-deficient sight can tell apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from taxlots.domain.money import CENTS_PER_DOLLAR
from taxlots.reports.printable import printable

Spec = dict[str, Any]
Sums = dict[tuple[str, str], int]

MONTHS: Final = (
    *("Jan", "Feb", "Mar", "Apr", "May", "Jun"),
    *("Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
)
TERMS: Final = {"short": "Short-term", "long": "Long-term"}
BLUE: Final = "#0072B2"
ORANGE: Final = "#E69F00"
VERMILION: Final = "#D55E00"
BLACK: Final = "#222222"
PALETTE: Final = (BLUE, ORANGE, "#009E73", "#CC79A7", "#56B4E9", VERMILION, "#A09400", "#999999")
"""The last, grey, is the colour of what is not drawn one by one."""

MOST_COLOURS: Final = len(PALETTE)
MOST_BARS: Final = 20
WIDTH: Final = 640
HEIGHT: Final = 280
ROOM: Final = 0.2
"""The part of a chart's width that an amount beside a bar takes."""

NET: Final = "Net since 1 January"
DEFERRED: Final = "Deferred, in lots held at month end"
OF_THE_MONTH: Final = "Disallowed, moved into replacement lots"
FOR_GOOD: Final = "Disallowed permanently"


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A drawing: its title, one sentence for those who cannot see it, and its SVG."""

    title: str
    caption: str
    svg: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GainPoint:
    """Realized gain (a loss is negative) of one month, ``2025-03``, term and account, in cents.

    ``term`` is ``short`` or ``long``.
    """

    month: str
    term: str
    account: str
    gain_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LossPoint:
    """Loss that sales of one month, ``2025-03``, had disallowed under 26 USC 1091, in cents >= 0.

    ``permanent_cents`` of ``disallowed_cents`` is lost for good.  ``deferred_cents`` is what stands
    in the basis of lots held when the month ends; None where that is not known.
    """

    month: str
    disallowed_cents: int
    permanent_cents: int = 0
    deferred_cents: int | None = None


def gain_charts(points: Iterable[GainPoint], year: int) -> tuple[Chart, ...]:
    """Realized gain of a year by month and term, by account and term, by month and account."""
    known = list(points)
    total = _spoken(sum(point.gain_cents for point in known))
    drawn = (
        (f"Realized gain of {year} by month and term", gain_by_month(known)),
        (f"Realized gain of {year} by account and term", gain_by_account(known)),
        (f"Realized gain of {year} by month and account", gain_by_month_and_account(known)),
    )
    return tuple(chart(title, f"{title}; {total} in all.", spec) for title, spec in drawn)


def loss_charts(points: Iterable[LossPoint], year: int) -> tuple[Chart, ...]:
    """Disallowed and deferred loss through a year."""
    known = list(points)
    total = _spoken(sum(point.disallowed_cents for point in known))
    title = f"Disallowed and deferred loss through {year}"
    return (chart(title, f"{title}; {total} disallowed in all.", loss_by_month(known)),)


def chart(title: str, caption: str, spec: Spec) -> Chart:
    """A specification, drawn.  Titles stand in the document around it."""
    import vl_convert

    svg = vl_convert.vegalite_to_svg({**spec, "description": caption}, allowed_base_urls=[])
    return Chart(title=title, caption=caption, svg=svg)


def gain_by_month(points: Sequence[GainPoint]) -> Spec:
    """Vega-Lite: bars of both terms side by side in each month, and the net so far as a line."""
    sums = _sums((_month(p.month), TERMS[p.term], p.gain_cents) for p in points)
    bars = [_value(m, term, sums.get((m, term), 0)) for m in MONTHS for term in TERMS.values()]
    net, line = 0, []
    for month in MONTHS:
        net += sum(sums.get((month, term), 0) for term in TERMS.values())
        line.append(_value(month, NET, net))
    colours = dict(zip((*TERMS.values(), NET), (ORANGE, BLUE, BLACK), strict=True))
    offset: Spec = {"xOffset": {"field": "kind", "type": "nominal", "sort": list(TERMS.values())}}
    return _layers(
        _layer("bar", bars, {**_by_month(), **offset, **_colour(colours)}),
        _line(line, colours),
    )


def gain_by_account(points: Sequence[GainPoint]) -> Spec:
    """Vega-Lite: a bar for each account and term, largest accounts first, each with its amount."""
    named = _with_rest(points, MOST_BARS)
    sums = _sums((named[p.account], TERMS[p.term], p.gain_cents) for p in points)
    names = list(dict.fromkeys(named.values()))
    values = [_value(n, term, sums.get((n, term), 0)) for n in names for term in TERMS.values()]
    amount = {
        "field": "dollars",
        "type": "quantitative",
        "scale": {"domain": _room(value["dollars"] for value in values), "nice": False},
        "title": None,
        "axis": _dollars_axis(),
    }
    across: Spec = {
        "y": {
            "field": "place",
            "type": "nominal",
            "sort": names,
            "title": None,
            "axis": {"labelLimit": 200, "ticks": False, "domain": False},
        },
        "x": amount,
        "yOffset": {"field": "kind", "type": "nominal", "sort": list(TERMS.values())},
    }
    colours = dict(zip(TERMS.values(), (ORANGE, BLUE), strict=True))
    of_sign = (("left", 4, "datum.dollars >= 0"), ("right", -4, "datum.dollars < 0"))
    told: list[Spec] = [
        {
            "data": {"values": values},
            "transform": [{"filter": f"{condition} && datum.dollars != 0"}],
            "mark": {"type": "text", "align": align, "dx": gap, "fontSize": 11, "color": BLACK},
            "encoding": {**across, "text": {"field": "dollars", "format": "$,.2f"}},
        }
        for align, gap, condition in of_sign
    ]
    bars = _layer("bar", values, {**across, **_colour(colours)})
    return configured({"layer": [bars, _zero("x"), *told], "height": {"step": 18}})


def gain_by_month_and_account(points: Sequence[GainPoint]) -> Spec:
    """Vega-Lite: bars of each month, divided by account; losses hang below the line."""
    named = _with_rest(points, MOST_COLOURS)
    sums = _sums((_month(p.month), named[p.account], p.gain_cents) for p in points)
    names = list(dict.fromkeys(named.values()))
    values = [_value(m, name, sums.get((m, name), 0)) for m in MONTHS for name in names]
    colours = dict(zip(names, PALETTE, strict=False))
    return _layers(_layer("bar", values, {**_by_month(), **_colour(colours)}))


def loss_by_month(points: Sequence[LossPoint]) -> Spec:
    """Vega-Lite: the loss disallowed in each month, and what is deferred at its end as a line."""
    kinds = {OF_THE_MONTH: 0, FOR_GOOD: 0}
    sums = _sums(
        (_month(p.month), kind, cents)
        for p in points
        for kind, cents in (
            (OF_THE_MONTH, p.disallowed_cents - p.permanent_cents),
            (FOR_GOOD, p.permanent_cents),
        )
    )
    bars = [_value(m, kind, sums.get((m, kind), 0)) for m in MONTHS for kind in kinds]
    line = [
        _value(_month(p.month), DEFERRED, p.deferred_cents)
        for p in points
        if p.deferred_cents is not None
    ]
    colours = {OF_THE_MONTH: BLUE, FOR_GOOD: VERMILION}
    if line:
        colours[DEFERRED] = BLACK
    layers = [_layer("bar", bars, {**_by_month(), **_colour(colours)})]
    return _layers(*layers, *([_line(line, colours)] if line else []))


def _room(amounts: Iterable[float]) -> list[float]:
    """Bounds of an axis that leave room for an amount beside the longest bar of each sign."""
    known = [0.0, *amounts]
    low, high = min(known), max(known)
    room = (high - low) * ROOM
    return [low - room if low else 0.0, high + room if high else float(not low)]


def _sums(amounts: Iterable[tuple[str, str, int]]) -> Sums:
    sums: Sums = {}
    for place, kind, cents in amounts:
        sums[place, kind] = sums.get((place, kind), 0) + cents
    return sums


def _with_rest(points: Sequence[GainPoint], most: int) -> dict[str, str]:
    """The name under which each account is drawn, largest first; the least share one."""
    moved: dict[str, int] = {}
    for point in points:
        moved[point.account] = moved.get(point.account, 0) + abs(point.gain_cents)
    ordered = sorted(moved, key=lambda account: (-moved[account], account))
    if len(ordered) <= most:
        return {account: printable(account) for account in ordered}
    rest = f"{len(ordered) - most + 1} other accounts"
    return {a: printable(a) if at < most - 1 else rest for at, a in enumerate(ordered)}


def _value(place: str, kind: str, cents: int) -> Spec:
    return {"place": place, "kind": kind, "dollars": cents / CENTS_PER_DOLLAR}


def _month(month: str) -> str:
    return MONTHS[int(month[5:7]) - 1]


def _by_month() -> Spec:
    months = {
        "field": "place",
        "type": "ordinal",
        "sort": list(MONTHS),
        "scale": {"domain": list(MONTHS)},
        "title": None,
        "axis": {"labelAngle": 0, "ticks": False, "domain": False, "offset": 6},
    }
    amount = {
        "field": "dollars",
        "type": "quantitative",
        "title": None,
        "axis": _dollars_axis(),
    }
    return {"x": months, "y": amount}


def _dollars_axis() -> Spec:
    return {"format": "$,.0f", "tickCount": 6, "domain": False, "ticks": False, "labelPadding": 6}


def _colour(colours: Mapping[str, str]) -> Spec:
    """The colour of each kind.  One column of the legend holds a long name as well."""
    return {
        "color": {
            "field": "kind",
            "type": "nominal",
            "scale": {"domain": list(colours), "range": list(colours.values())},
            "legend": {"title": None, "orient": "top", "labelLimit": 260, "columns": 3},
        }
    }


def _layer(mark: str, values: Sequence[Spec], encoding: Spec) -> Spec:
    return {"data": {"values": list(values)}, "mark": {"type": mark}, "encoding": encoding}


def _line(values: Sequence[Spec], colours: Mapping[str, str]) -> Spec:
    mark = {"type": "line", "point": {"size": 36, "filled": True}, "strokeWidth": 2}
    return {**_layer("line", values, {**_by_month(), **_colour(colours)}), "mark": mark}


def _zero(axis: str) -> Spec:
    """The line on which nothing is gained or lost."""
    return {
        "data": {"values": [{"nothing": 0}]},
        "mark": {"type": "rule", "color": BLACK, "strokeWidth": 1},
        "encoding": {axis: {"datum": 0, "type": "quantitative"}},
    }


def _layers(*layers: Spec) -> Spec:
    return configured({"layer": [layers[0], _zero("y"), *layers[1:]], "height": HEIGHT})


def configured(spec: Spec) -> Spec:
    """A specification in the look that all charts share."""
    config = {
        "font": "Liberation Sans, Arial, Helvetica, sans-serif",
        "view": {"stroke": None},
        "axis": {"labelFontSize": 12, "gridColor": "#e4e4e4", "labelColor": "#333333"},
        # Other fonts than the one that is measured are up to a sixth wider.
        "padding": {"left": 24, "right": 12, "top": 5, "bottom": 5},
        "legend": {
            "columnPadding": 44,
            "labelFontSize": 12,
            "symbolType": "square",
            "labelColor": "#333333",
        },
        "bar": {"binSpacing": 0},
    }
    return {"width": WIDTH, "background": "white", **spec, "config": config}


def _spoken(cents: int) -> str:
    sign = "-" if cents < 0 else ""
    return f"{sign}${abs(cents) // CENTS_PER_DOLLAR:,}.{abs(cents) % CENTS_PER_DOLLAR:02d}"
