"""The page of an audit pack opens offline, says what it holds, and runs nothing from the books."""

from dataclasses import replace
from datetime import date
from html.parser import HTMLParser

from taxlots.reports.charts import GainPoint, gain_charts
from taxlots.reports.index_page import PackFile, PackIndex, PackSection, Total, index_page

INDEX = PackIndex(
    title="Audit pack 2025",
    book="ledger/sample",
    tax_return="kessler",
    year=2025,
    as_of=date(2026, 2, 28),
    is_provisional=False,
    state=("2025 on kessler: final since 2026-01-31",),
    totals=(
        Total(label="Short-term gain", cents=-1_234_56, text="Schedule D line 7"),
        Total(label="Engine", cents=None, text="0.1.0"),
    ),
    sections=(
        PackSection(
            title="Forms",
            text="What was filed.",
            files=(
                PackFile(path="forms/form 8949.csv", text="A row for each sale", rows=12_345),
                PackFile(path="README.txt", text="Where to start"),
            ),
        ),
    ),
)


class Page(HTMLParser):
    """Tags, their addresses, and text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.addresses += [value or "" for name, value in attrs if name in {"href", "src"}]

    def took(self, text: str) -> None:
        self.text += text

    handle_data = took


def test_the_page_names_return_year_state_totals_and_files() -> None:
    page = Page(index_page(INDEX))
    for told in ("Audit pack 2025", "kessler", "2026-02-28", "Final", "\u22121,234.56", "12,345"):
        assert told in page.text
    assert page.addresses == ["forms/form%208949.csv", "README.txt"]


def test_a_provisional_year_says_so_before_any_figure() -> None:
    html = index_page(replace(INDEX, is_provisional=True, state=("rows of ira end on 2025-12-31",)))
    assert 0 < html.index("Provisional") < html.index("rows of ira end") < html.index("Totals")


def test_nothing_is_fetched_and_nothing_runs() -> None:
    hostile = '"><script>alert(1)</script><img src=x onerror=alert(1)> \u202e'
    points = [GainPoint(month="2025-02", term="short", account=hostile, gain_cents=100)]
    index = replace(
        INDEX,
        title=hostile,
        book=hostile,
        tax_return=hostile,
        state=(hostile,),
        totals=(Total(label=hostile, cents=None, text=hostile),),
        charts=gain_charts(points, 2025),
        remarks=(hostile,),
    )
    page = Page(index_page(index))
    assert not {"script", "img", "link", "iframe", "object"} & set(page.tags)
    assert not any(address.startswith(("http", "//", "data")) for address in page.addresses)
    assert page.tags.count("svg") == 3
    assert "\u202e" not in index_page(index)


def test_the_page_is_the_same_each_time() -> None:
    assert index_page(INDEX) == index_page(INDEX)
