"""The page that an audit pack opens with: one HTML file that needs nothing but a browser.

Style and drawings stand in the page itself; the only links lead to files of the pack.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from html import escape
from typing import Final
from urllib.parse import quote

from taxlots.domain.money import CENTS_PER_DOLLAR
from taxlots.reports.charts import Chart
from taxlots.reports.index_style import STYLE
from taxlots.reports.printable import printable

POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
"""Nothing is fetched and no script runs, whatever text the books hold (W3C, CSP Level 3)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PackFile:
    """A file of the pack: its path within it, one line on what it shows, and its count of rows."""

    path: str
    text: str
    rows: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PackSection:
    """Files that answer one question, which ``text`` says in a sentence."""

    title: str
    text: str
    files: tuple[PackFile, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """A figure of the year, in cents, and what it ties to; without cents the text alone."""

    label: str
    cents: int | None
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PackIndex:
    """All that the page says.

    ``state`` are sentences on whether the year can still change, ``remarks`` what the reader has to
    know before relying on the figures.
    """

    title: str
    book: str
    tax_return: str
    year: int
    as_of: date
    is_provisional: bool
    state: tuple[str, ...]
    totals: tuple[Total, ...]
    sections: tuple[PackSection, ...]
    charts: tuple[Chart, ...] = ()
    remarks: tuple[str, ...] = ()


def index_page(index: PackIndex) -> str:
    """The page as HTML."""
    title = _text(index.title)
    lines = [
        "<!DOCTYPE html>",
        '<html lang="en">',
        "<head>",
        '<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{title}</title>",
        f"<style>{STYLE}</style>",
        "</head>",
        "<body>",
        *_head(index),
        *_totals(index.totals),
        *_remarks(index.remarks),
        *(line for section in index.sections for line in _section(section)),
        *_charts(index.charts),
        "</body>",
        "</html>",
    ]
    return "\n".join(lines) + "\n"


def _head(index: PackIndex) -> Iterator[str]:
    state, word = ("provisional", "Provisional") if index.is_provisional else ("final", "Final")
    yield "<header>"
    yield f"<h1>{_text(index.title)}</h1>"
    yield "<dl>"
    facts = {
        "Return": index.tax_return,
        "Tax year": str(index.year),
        "Booked as of": index.as_of.isoformat(),
        "Book": index.book,
    }
    for name, value in facts.items():
        yield f"<div><dt>{name}</dt><dd>{_text(value)}</dd></div>"
    yield "</dl>"
    yield f'<section class="state {state}"><strong>{word}</strong>'
    yield from _list(index.state)
    yield "</section>"
    yield "</header>"


def _totals(totals: Iterable[Total]) -> Iterator[str]:
    rows = [_total(total) for total in totals]
    if rows:
        yield "<h2>Totals</h2>"
        yield '<table class="totals"><tbody>'
        yield from rows
        yield "</tbody></table>"


def _total(total: Total) -> str:
    amount = "" if total.cents is None else _dollars(total.cents)
    sign = " loss" if total.cents is not None and total.cents < 0 else ""
    return (
        f'<tr><th scope="row">{_text(total.label)}</th>'
        f'<td class="amount{sign}">{amount}</td><td>{_text(total.text)}</td></tr>'
    )


def _charts(charts: Iterable[Chart]) -> Iterator[str]:
    for place, chart in enumerate(charts):
        if place == 0:
            yield "<h2>Charts</h2>"
        yield "<figure>"
        yield f"<figcaption>{_text(chart.title)}</figcaption>"
        yield chart.svg
        yield "</figure>"


def _section(section: PackSection) -> Iterator[str]:
    yield f"<h2>{_text(section.title)}</h2>"
    yield f"<p>{_text(section.text)}</p>"
    yield '<table class="files"><thead><tr><th>File</th><th>What it shows</th>'
    yield '<th class="amount">Rows</th></tr></thead><tbody>'
    for file in section.files:
        rows = "" if file.rows is None else f"{file.rows:,}"
        yield (
            f'<tr><td><a href="{quote(file.path)}">{_text(file.path)}</a></td>'
            f'<td>{_text(file.text)}</td><td class="amount">{rows}</td></tr>'
        )
    yield "</tbody></table>"


def _remarks(remarks: tuple[str, ...]) -> Iterator[str]:
    if remarks:
        yield "<h2>Remarks</h2>"
        yield from _list(remarks)


def _list(sentences: tuple[str, ...]) -> Iterator[str]:
    if sentences:
        yield "<ul>"
        yield from (f"<li>{_text(sentence)}</li>" for sentence in sentences)
        yield "</ul>"


def _text(text: str) -> str:
    return escape(printable(text))


def _dollars(cents: int) -> str:
    """Dollars with separators; a true minus sign keeps the columns of digits."""
    sign = "\N{MINUS SIGN}" if cents < 0 else ""
    units, rest = divmod(abs(cents), CENTS_PER_DOLLAR)
    return f"{sign}{units:,}.{rest:02d}"
