"""Entries in the official forms, Form 8949 and Schedule D, when the user has their PDF.

Which field is which is read from the form itself, by rows of its tables, columns and the order in
which it counts its fields, since numbers of fields and rows differ from year to year: a page of
Form 8949 has 14 rows in 2024 and 11 in 2025.  A form that is not understood is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from taxlots.domain.problem import UsageError
from taxlots.reports.form_8949_texts import DIGITAL_BOXES, SHORT_BOXES, by_box
from taxlots.reports.money_texts import accounted
from taxlots.reports.official_fields import (
    BUTTON,
    Widget,
    opened,
    rows_of,
    texts_outside_tables,
    whole,
    widgets_of,
)
from taxlots.reports.pdf_sections import row_cells, total_cells

if TYPE_CHECKING:
    from taxlots.book.return_forms import Filing, ReturnForms
    from taxlots.domain.form_8949 import Form8949Row, ScheduleD
    from taxlots.reports.official_pages import FilledPage, Text

COLUMNS: Final = 8
AMOUNT_COLUMNS: Final = (3, 4, 6, 7)
"""Columns (d), (e), (g) and (h), from 0."""

BOXES_BY_COUNT: Final = {
    (0, 3): "ABC",
    (0, 6): "ABCGHI",
    (1, 3): "DEF",
    (1, 6): "DEFJKL",
}
"""The check boxes of a page in their order, by the page and by how many it has."""

SCHEDULE_ROWS: Final = ("1a", "1b", "2", "3", "8a", "8b", "9", "10")
SCHEDULE_SINGLES: Final = (
    ("4", "5", "6", "7", "11", "12", "13", "14", "15"),
    ("16", "18", "19", "21"),
)
"""The lines with column (h) alone, by page."""

SCHEDULE_ANSWERS: Final = ("17", "20", "22")
IN_PARENTHESES: Final = frozenset({"6", "14", "21"})
"""Lines whose parentheses are printed on the form: a loss stands there without a sign."""

WANTED: Final = (
    "--official-form takes the PDF of Form 8949 or of Schedule D (Form 1040), from irs.gov"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FormPage:
    """A page of Form 8949: its rows from top to bottom, totals by column, and check boxes."""

    page: int
    widgets: Sequence[Widget]
    rows: Sequence[Sequence[Widget]]
    totals: Mapping[int, Widget]
    boxes: Mapping[str, Widget]
    taxpayer: Sequence[Widget]


def filled(official: bytes, filing: Filing) -> bytes:
    """The official Form 8949, or Schedule D, with the entries of a return.

    Form 8949 has a page for every 11 rows of a box (14 before 2025), each with its own totals, as
    the instructions have it.  Name and number of the taxpayer are left to be filled in.  Raises
    UsageError where the PDF is neither form or that of another year, where it lacks a box, and
    where the filing has several returns.
    """
    from taxlots.reports.official_pages import written

    if len(filing.returns) != 1:
        names = ", ".join(forms.tax_return for forms in filing.returns) or "none"
        raise UsageError(
            f"an official form is of one return; choose one with --tax-return: {names}"
        )
    forms = filing.returns[0]
    with whole():
        reader = opened(official)
        title = "" if reader.metadata is None else str(reader.metadata.get("/Title", ""))
        widgets = [widgets_of(page) for page in reader.pages]
    _check_year(title, filing.year)
    cents = not filing.is_whole_dollars
    if (layout := form_8949_layout(widgets)) is not None:
        name = f"Form 8949, {filing.year}"
        pages = list(_form_8949(layout, forms, cents=cents))
    elif is_schedule_d(widgets):
        name = f"Schedule D, {filing.year}"
        pages = list(_schedule_d(widgets, forms.schedule_d, cents=cents))
    else:
        raise UsageError(f"the PDF is neither form, or has no fields to fill in; {WANTED}")
    if not pages:
        raise UsageError(f"{forms.tax_return} has no row on Form 8949 for {filing.year}")
    with whole():
        return written(reader, pages, name, filing.as_of)


def _check_year(title: str, year: int) -> None:
    """Refuse a form whose title names another year."""
    found = re.search(r"\b(20\d\d)\b", title)
    if found and int(found[1]) != year:
        raise UsageError(f"the PDF is {title!r}, the forms are of {year}; take that of {year}")


def form_8949_layout(widgets: Sequence[Sequence[Widget]]) -> tuple[FormPage, FormPage] | None:
    """The two pages of Form 8949; None where the PDF is another form."""
    if len(widgets) != len(("Part I", "Part II")):
        return None
    pages = [_form_page(page, found) for page, found in enumerate(widgets)]
    first, second = pages
    return None if first is None or second is None else (first, second)


def _form_page(page: int, widgets: Sequence[Widget]) -> FormPage | None:
    named = rows_of(widgets)
    if not named or any(not row.isdigit() or len(f) != COLUMNS for row, f in named.items()):
        return None
    rows = [named[row] for row in sorted(named, key=int)]
    loose = texts_outside_tables(widgets)
    lowest = min(field.bottom for row in rows for field in row)
    totals = {}
    for column in AMOUNT_COLUMNS:
        below = [one for one in loose if one.top <= lowest + 1 and _overlap(one, rows[0][column])]
        if len(below) != 1:
            return None
        totals[column] = below[0]
    buttons = [one for one in widgets if one.kind == BUTTON]
    letters = BOXES_BY_COUNT.get((page, len(buttons)))
    if letters is None:
        return None
    taxpayer = [one for one in loose if one.bottom > lowest]
    boxes = dict(zip(letters, buttons, strict=True))
    return FormPage(
        page=page, widgets=widgets, rows=rows, totals=totals, boxes=boxes, taxpayer=taxpayer
    )


def _overlap(one: Widget, other: Widget) -> bool:
    """Whether two fields stand one above the other, for the most part."""
    shared = min(one.right, other.right) - max(one.left, other.left)
    return 2 * shared > min(one.right - one.left, other.right - other.left)


def _form_8949(
    layout: tuple[FormPage, FormPage], forms: ReturnForms, *, cents: bool
) -> Iterator[FilledPage]:
    for box, rows in by_box(forms.form_rows).items():
        page = layout[0] if box in SHORT_BOXES else layout[1]
        if box not in page.boxes:
            first = "2025" if box in DIGITAL_BOXES else "2011"
            raise UsageError(
                f"the PDF has no box {box}, on which {len(rows)} rows stand; take the form of the "
                f"tax year, {first} or later"
            )
        for at in range(0, len(rows), len(page.rows)):
            yield _filled_page(page, box, rows[at : at + len(page.rows)], cents=cents)


def _filled_page(
    page: FormPage, box: str, rows: Sequence[Form8949Row], *, cents: bool
) -> FilledPage:
    from taxlots.reports.official_pages import FilledPage, Text

    texts: dict[int, Text] = {}
    for fields, row in zip(page.rows, rows, strict=False):
        for column, cell in enumerate(row_cells(row, cents=cents)):
            texts[fields[column].place] = Text(cell, column in AMOUNT_COLUMNS)
    totals = total_cells(rows, cents=cents)
    for column, field in page.totals.items():
        texts[field.place] = Text(totals[column], is_right=True)
    return FilledPage(
        page=page.page,
        widgets=page.widgets,
        texts=texts,
        checked=frozenset({page.boxes[box].place}),
        taxpayer=page.taxpayer,
    )


def is_schedule_d(widgets: Sequence[Sequence[Widget]]) -> bool:
    """Whether the fields are those of Schedule D (Form 1040)."""
    if len(widgets) != len(SCHEDULE_SINGLES):
        return False
    rows = rows_of(widgets[0])
    amounts = len(("d", "e", "g", "h"))
    if any(len(rows.get(row, ())) != amounts for row in SCHEDULE_ROWS):
        return False
    taxpayer = len(("name", "number"))
    loose = [len(texts_outside_tables(page)) for page in widgets]
    buttons = sum(one.kind == BUTTON for one in widgets[1])
    return loose == [
        taxpayer + len(SCHEDULE_SINGLES[0]),
        len(SCHEDULE_SINGLES[1]),
    ] and buttons == 2 * len(SCHEDULE_ANSWERS)


def _schedule_d(
    widgets: Sequence[Sequence[Widget]], schedule: ScheduleD, *, cents: bool
) -> Iterator[FilledPage]:
    """Both pages; the question on qualified opportunity funds is left to the taxpayer."""
    from taxlots.reports.official_pages import FilledPage, Text

    lines = {line.line: line for line in schedule.lines}
    loose = [texts_outside_tables(page) for page in widgets]
    taxpayer, first = loose[0][:2], loose[0][2:]

    def entry(name: str, amount_cents: int | None) -> Text:
        if amount_cents is None:
            return Text("")
        shown = abs(amount_cents) if name in IN_PARENTHESES else amount_cents
        return Text(accounted(shown, cents=cents), is_right=True)

    texts: dict[int, Text] = {}
    for name, fields in rows_of(widgets[0]).items():
        line = lines[name]
        amounts = (line.proceeds_cents, line.basis_cents, line.adjustment_cents, line.gain_cents)
        for field, amount in zip(fields, amounts, strict=True):
            texts[field.place] = entry(name, amount)
    for name, field in zip(SCHEDULE_SINGLES[0], first, strict=True):
        texts[field.place] = entry(name, lines[name].gain_cents)
    yield FilledPage(page=0, widgets=widgets[0], texts=texts, taxpayer=taxpayer)
    singles = zip(SCHEDULE_SINGLES[1], loose[1], strict=True)
    buttons = [one for one in widgets[1] if one.kind == BUTTON]
    checked = {
        buttons[2 * at + (not schedule.answers[name])].place
        for at, name in enumerate(SCHEDULE_ANSWERS)
        if name in schedule.answers
    }
    yield FilledPage(
        page=1,
        widgets=widgets[1],
        texts={field.place: entry(name, lines[name].gain_cents) for name, field in singles},
        checked=frozenset(checked),
    )
