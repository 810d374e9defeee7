"""Charts of a year are drawn without a browser, the same each time, from exact sums."""

import xml.etree.ElementTree as ET
from typing import Any

from taxlots.reports import charts
from taxlots.reports.charts import GainPoint, LossPoint

HOSTILE = '<script>alert(1)</script> & "joint" \u202eaccount'

POINTS = (
    GainPoint(month="2025-01", term="short", account="brokerage", gain_cents=-123_456),
    GainPoint(month="2025-01", term="short", account=HOSTILE, gain_cents=23_456),
    GainPoint(month="2025-12", term="long", account="brokerage", gain_cents=900_001),
)


def values(spec: dict[str, Any], layer: int = 0) -> dict[tuple[str, str], float]:
    """The dollars of one layer, by place and kind, where there are any."""
    points = spec["layer"][layer]["data"]["values"]
    return {(p["place"], p["kind"]): p["dollars"] for p in points if p["dollars"]}


def parsed(svg: str) -> ET.Element:
    return ET.fromstring(svg)  # noqa: S314 (our own drawing)


def test_gain_by_month_sums_accounts_and_runs_a_net_through_all_months() -> None:
    spec = charts.gain_by_month(POINTS)
    assert values(spec) == {("Jan", "Short-term"): -1000.0, ("Dec", "Long-term"): 9000.01}
    net = values(spec, layer=2)
    assert net["Jan", charts.NET] == net["Nov", charts.NET] == -1000.0
    assert net["Dec", charts.NET] == 8000.01


def test_gain_by_account_puts_the_account_that_moved_most_first() -> None:
    spec = charts.gain_by_account(POINTS)
    assert list(values(spec)) == [
        ("brokerage", "Short-term"),
        ("brokerage", "Long-term"),
        ('<script>alert(1)</script> & "joint" \ufffdaccount', "Short-term"),
    ]


def test_accounts_beyond_the_colours_share_one() -> None:
    many = [
        GainPoint(month="2025-06", term="long", account=f"a{n:02}", gain_cents=100 * (n + 1))
        for n in range(30)
    ]
    drawn = values(charts.gain_by_month_and_account(many))
    assert len(drawn) == charts.MOST_COLOURS
    assert drawn["Jun", "23 other accounts"] == sum(range(1, 24))
    assert sum(drawn.values()) == sum(range(1, 31))


def test_losses_are_divided_into_moved_and_permanent_ones() -> None:
    points = [
        LossPoint(month="2025-03", disallowed_cents=5000, permanent_cents=2000, deferred_cents=0),
        LossPoint(month="2025-04", disallowed_cents=0, deferred_cents=3000),
    ]
    spec = charts.loss_by_month(points)
    assert values(spec) == {("Mar", charts.OF_THE_MONTH): 30.0, ("Mar", charts.FOR_GOOD): 20.0}
    assert values(spec, layer=2) == {("Apr", charts.DEFERRED): 30.0}


def test_what_is_deferred_has_no_line_where_nobody_knows_it() -> None:
    spec = charts.loss_by_month([LossPoint(month="2025-03", disallowed_cents=5000)])
    assert len(spec["layer"]) == 2


def test_charts_are_the_same_each_time_and_valid_xml_with_hostile_names() -> None:
    first = charts.gain_charts(POINTS, 2025)
    assert first == charts.gain_charts(POINTS, 2025)
    for chart in first:
        root = parsed(chart.svg)
        assert root.tag == "{http://www.w3.org/2000/svg}svg"
        assert not root.findall(".//{*}script")
        assert "2025" in chart.caption
        assert "$8,000.01 in all" in chart.caption
    assert "brokerage" in first[1].svg


def test_a_year_without_a_sale_is_drawn_too() -> None:
    for chart in (*charts.gain_charts([], 2025), *charts.loss_charts([], 2025)):
        assert parsed(chart.svg) is not None
