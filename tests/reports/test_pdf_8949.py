"""The pages of a filing read as the forms do, for a handful of rows and for thousands."""

import io
from dataclasses import replace

import pypdf
import pytest
from tests.reports.filings import (
    HOSTILE,
    LONG,
    ROW,
    filing_of,
    forms_of,
    many_rows,
    some_forms,
)

from taxlots.book.return_forms import Filing
from taxlots.reports.money_texts import accounted
from taxlots.reports.pdf_8949 import pdf_bytes
from taxlots.reports.pdf_sections import day_text, sections_of
from taxlots.reports.typesetting import typeset


def pages_of(filing: Filing) -> list[str]:
    """The text of each page, on one line."""
    reader = pypdf.PdfReader(io.BytesIO(pdf_bytes(filing)))
    return [" ".join(page.extract_text().split()) for page in reader.pages]


def test_each_form_and_box_begins_a_page_in_the_order_of_filing() -> None:
    pages = pages_of(filing_of(some_forms()))
    titles = (
        "Schedule D, capital gains and losses",
        "Form 8949, Part I, short-term",
        "Form 8949, Part II, long-term",
        "Form 6781, Part I",
        "Form 4797, Part II",
        "Statement to code W",
        "Sales whose basis is unknown",
        "Rows of Schedule D, line 1a",
    )
    assert len(pages) == len(titles)
    for number, (page, title) in enumerate(zip(pages, titles, strict=True), 1):
        assert title in page
        assert f"page {number} of {len(titles)}" in page
        assert "kessler, tax year 2025, booked as of 2026-01-15" in page
        assert "Provisional" in page


def test_a_row_has_the_columns_of_the_form() -> None:
    page = pages_of(filing_of(some_forms()))[1]
    assert "100 sh. ACME 03/01/2024 02/03/2025 1,000.00 1,250.10 W 50.05 (200.05)" in page
    assert "Totals 2,000.00 2,500.20 100.10 (400.10)" in page
    assert "(h) Gain or (loss)" in page


def test_schedule_d_has_every_line_of_the_form() -> None:
    forms = some_forms()
    first = next(sections_of(filing_of(forms), forms))
    lines = [cells[0] for cells in first.rows]
    assert lines == [line.line for line in forms.schedule_d.lines]
    assert (lines[0], lines[-1]) == ("1a", "22")
    assert dict(zip(lines, first.rows, strict=True))["15"][-1] == "(3,787.66)"
    assert dict(zip(lines, first.rows, strict=True))["22"][-1] == "No"


def test_boxes_for_digital_assets_are_on_the_forms_of_2025_and_later() -> None:
    forms = forms_of((ROW,))
    letters = {
        year: [
            box
            for section in sections_of(replace(filing_of(forms), year=year), forms)
            for box, _ in section.boxes
        ]
        for year in (2024, 2025)
    }
    assert letters == {2024: list("ABC"), 2025: list("ABCGHI")}


def test_whole_dollars_have_no_cents() -> None:
    row = replace(
        ROW,
        proceeds_cents=1_000_00,
        basis_cents=1_250_00,
        adjustment_cents=50_00,
        gain_cents=-200_00,
    )
    filing = replace(filing_of(forms_of((row,))), is_whole_dollars=True)
    assert "100 sh. ACME 03/01/2024 02/03/2025 1,000 1,250 W 50 (200)" in pages_of(filing)[1]


def test_exception_2_has_the_rows_as_a_statement_of_each_broker() -> None:
    total = replace(ROW, description="Broker, see attached statement", codes="MW", acquired="")
    forms = forms_of((ROW, replace(ROW, account="other"), replace(ROW, account="ira")))
    brokers = {"brokerage": "Broker", "other": "Other & Co.", "ira": "Broker"}
    pages = pages_of(filing_of(replace(forms, totals=(total,), brokers=brokers)))
    assert "Broker, see attached statement" in pages[1]
    assert "Attached statement of Broker, Part I, short-term, box A" in pages[2]
    assert pages[2].count("100 sh. ACME") == 2
    assert "Attached statement of Other & Co., Part I" in pages[3]


def test_why_a_year_is_provisional_stands_on_its_first_page() -> None:
    told = {"kessler": "2025 on kessler: provisional; rows of ira end on 2025-12-30"}
    made = pdf_bytes(filing_of(some_forms()), provisional=told)
    text = pypdf.PdfReader(io.BytesIO(made)).pages[0].extract_text()
    assert "rows of ira end on 2025-12-30" in text


def test_text_of_the_books_is_set_as_it_is_and_stays_in_its_column() -> None:
    row = replace(ROW, description=HOSTILE)
    filing = replace(filing_of(forms_of((row,), name='#read("a") $')), book="#{[$`")
    page = pages_of(filing)[1]
    assert "=1+1 #panic() $x$ *b* _i_ `c`" in page.replace("\u200b", "")
    assert '#read("a") $, tax year 2025' in page
    assert "x" * 161 not in page.replace("\u200b", "")


def test_the_same_filing_gives_the_same_bytes() -> None:
    made = pdf_bytes(filing_of(some_forms()))
    assert made == pdf_bytes(filing_of(some_forms()))
    assert b"20260115000000Z" in made


@pytest.mark.slow
def test_five_thousand_rows_are_totalled_and_each_page_names_its_box() -> None:
    pages = pages_of(filing_of(forms_of(many_rows(5_000))))
    of_a = [page for page in pages if "Form 8949, box A, page" in page]
    assert len(of_a) > 50
    assert all("(a) Description of property" in page for page in of_a)
    assert f"Totals {accounted(2_500 * 1_000_00)}" in of_a[-1]
    assert sum(page.count("sh. ACME") for page in of_a) == 2_500


def test_a_return_without_a_sale_has_a_schedule_d_alone() -> None:
    empty = replace(forms_of(()), form_6781=None, form_4797=(), wash_statement=())
    assert len(pages_of(filing_of(empty))) == 1


@pytest.mark.parametrize(
    ("day", "shown"),
    [("2025-02-03", "02/03/2025"), ("VARIOUS", "VARIOUS"), ("INHERITED", "INHERITED"), ("", "")],
)
def test_days_stand_as_on_the_form(day: str, shown: str) -> None:
    assert day_text(day) == shown
    assert LONG.acquired == "VARIOUS"


def test_pages_that_are_set_in_parts_are_numbered_as_one_document() -> None:
    sections = [
        {
            "title": f"Section {at}",
            "name": f"Section {at}",
            "remarks": [],
            "boxes": [],
            "columns": [{"name": "(a)", "width": 0, "right": False}],
            "rows": [{"cells": [f"row {at}-{row}"], "strong": False} for row in range(count)],
            "total": [f"total {at}"],
        }
        for at, count in ((1, 10), (2, 130), (3, 5))
    ]
    told = {"head": "kessler", "mark": "", "sections": sections}
    pages = {
        "title": "Forms",
        "day": [2026, 1, 15],
        "foot": "sample",
        "tagged": False,
        "returns": [told, {**told, "head": "child", "sections": sections[:1]}],
    }
    made = typeset(pages, part_rows=60)
    assert made == typeset(pages, part_rows=60)
    read = [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(made)).pages]
    whole = [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(typeset(pages))).pages]
    for texts in (read, whole):
        for number, text in enumerate(texts, 1):
            assert f"page {number} of {len(texts)}" in text
        joined = "\n".join(texts)
        assert all(joined.count(f"row 2-{row}\n") == 1 for row in range(130))
        assert [joined.count(f"total {at}") for at in (1, 2, 3)] == [2, 1, 1]
    assert "child" in read[-1]
