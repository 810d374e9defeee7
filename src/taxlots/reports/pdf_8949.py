"""The forms of a tax year as pages: those of Form 8949 by box, Schedule D, and what they rest on.

The layout is our own, in the columns of the forms; ``official_pdf`` fills in the official ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from taxlots.reports.form_8949_texts import about_return
from taxlots.reports.pdf_sections import Section, sections_of
from taxlots.reports.printable import printable
from taxlots.reports.typesetting import typeset

if TYPE_CHECKING:
    from taxlots.book.return_forms import Filing, ReturnForms

LONGEST_TEXT: Final = 160
"""Text of books beyond it ends with a mark: a cell may not fill pages."""

LONGEST_WORD: Final = 24
"""Longer ones may be broken, so that they stay in their column."""

MOST_TAGGED_ROWS: Final = 1_000
"""The tables of a larger filing have no structure for screen readers: it is far larger than they.

The workbook has the same rows.
"""

BREAK: Final = "\u200b"


def pdf_bytes(filing: Filing, *, provisional: Mapping[str, str] | None = None) -> bytes:
    """The pages of a filing as PDF; the same filing gives the same bytes on any machine.

    ``provisional`` are sentences by return, on why its figures may still change; they stand on its
    first page.
    """
    told = provisional or {}
    pages = {
        "title": f"Form 8949 and Schedule D, tax year {filing.year}",
        "day": [filing.as_of.year, filing.as_of.month, filing.as_of.day],
        "foot": shown(f"{filing.book}, booked as of {filing.as_of}"),
        "tagged": len(filing.rows) <= MOST_TAGGED_ROWS,
        "returns": [_return(filing, f, told.get(f.tax_return, "")) for f in filing.returns],
    }
    return typeset(pages)


def shown(text: str) -> str:
    """Text of the books as a cell can hold it."""
    line = printable(text)
    return on_lines(f"{line[: LONGEST_TEXT - 1]}…" if len(line) > LONGEST_TEXT else line)


def on_lines(text: str) -> str:
    """Text of any length, as lines across a page can hold it."""
    return " ".join(_breakable(word) for word in printable(text).split(" "))


def _breakable(word: str) -> str:
    return BREAK.join(word) if len(word) > LONGEST_WORD else word


def _return(filing: Filing, forms: ReturnForms, sentence: str) -> dict[str, Any]:
    sections = [section_cells(section) for section in sections_of(filing, forms)]
    if sentence:
        sections[0]["remarks"].append(on_lines(sentence))
    return {
        "head": shown(about_return(filing, forms.tax_return)),
        "mark": "Provisional" if forms.is_provisional else "",
        "sections": sections,
    }


def section_cells(section: Section) -> dict[str, Any]:
    """A section as the layout reads it."""
    rows: list[dict[str, Any]] = []
    for at, cells in enumerate(section.rows):
        if at in section.bands:
            rows.append({"band": section.bands[at]})
        is_strong = at in section.strong
        rows.append({"cells": [shown(cell) for cell in cells], "strong": is_strong})
    return {
        "title": shown(section.title),
        "name": shown(section.name or section.title),
        "remarks": [on_lines(remark) for remark in section.remarks],
        "boxes": section.boxes,
        "columns": [
            {"name": column.name, "width": column.width, "right": column.is_right}
            for column in section.columns
        ],
        "rows": rows,
        "total": None if section.total is None else list(section.total),
    }
