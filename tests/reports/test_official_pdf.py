"""Rows and lines land in the right fields of the official forms, or the form is refused."""

import io
import random
from dataclasses import replace

import pypdf
import pytest
from tests.reports.filings import HOSTILE, LONG, ROW, filing_of, forms_of, many_rows, some_forms
from tests.reports.official_forms import Blank, blank_8949, blank_schedule_d

from taxlots.domain.problem import UsageError
from taxlots.reports.official_pages import fitting_size
from taxlots.reports.official_pdf import filled


def read(made: bytes) -> list[dict[str, str]]:
    """The entries of each page by the last part of a field's name; blank ones are left out."""
    pages = []
    for page in pypdf.PdfReader(io.BytesIO(made)).pages:
        entries = {}
        for one in page["/Annots"]:  # type: ignore[union-attr]
            field = one.get_object()
            if "/T" in field and str(field.get("/V", "/Off")) != "/Off":
                entries[str(field["/T"]).partition("_")[2]] = str(field["/V"])
        pages.append(entries)
    return pages


def test_a_row_fills_the_eight_columns_of_its_line_and_the_totals_below() -> None:
    pages = read(filled(blank_8949(), filing_of(forms_of((ROW,)))))
    assert pages == [
        {
            "c1_1[0]": "/1",
            "f1_03[0]": "100 sh. ACME",
            "f1_04[0]": "03/01/2024",
            "f1_05[0]": "02/03/2025",
            "f1_06[0]": "1,000.00",
            "f1_07[0]": "1,250.10",
            "f1_08[0]": "W",
            "f1_09[0]": "50.05",
            "f1_10[0]": "(200.05)",
            "f1_91[0]": "1,000.00",
            "f1_92[0]": "1,250.10",
            "f1_94[0]": "50.05",
            "f1_95[0]": "(200.05)",
        }
    ]


@pytest.mark.parametrize(
    ("year", "rows_a_page", "total"), [(2025, 11, "f1_91"), (2024, 14, "f1_115")]
)
def test_rows_beyond_a_page_take_another_one_with_its_own_totals(
    year: int, rows_a_page: int, total: str
) -> None:
    rows = tuple(replace(ROW, sale_id=str(at)) for at in range(rows_a_page + 2))
    pages = read(filled(blank_8949(year), replace(filing_of(forms_of(rows)), year=year)))
    assert [page[f"{total}[0]"] for page in pages] == [f"{rows_a_page},000.00", "2,000.00"]


def test_each_box_has_its_own_page_of_its_part() -> None:
    digital = replace(LONG, box="K")
    pages = read(filled(blank_8949(), filing_of(forms_of((ROW, LONG, digital)))))
    checked = [{k: v for k, v in page.items() if k.startswith("c")} for page in pages]
    assert checked == [{"c1_1[0]": "/1"}, {"c2_1[2]": "/3"}, {"c2_1[4]": "/5"}]


def test_fields_of_copies_differ_but_name_and_number_are_one_field_on_all() -> None:
    made = filled(blank_8949(), filing_of(forms_of(many_rows(60))))
    reader = pypdf.PdfReader(io.BytesIO(made))
    fields = reader.get_fields() or {}
    shared = [name for name in fields if not name.startswith("page")]
    assert shared == ["f1_01[0]", "f1_02[0]"]
    assert len(reader.pages) == 6
    kids = [
        field
        for field in reader.trailer["/Root"]["/AcroForm"]["/Fields"]
        if "/Kids" in field.get_object()
    ]  # type: ignore[index]
    assert [len(field.get_object()["/Kids"]) for field in kids] == [6, 6]


def test_the_layer_of_xfa_is_gone_so_that_every_reader_shows_the_entries() -> None:
    made = filled(blank_8949(), filing_of(some_forms()))
    form = pypdf.PdfReader(io.BytesIO(made)).trailer["/Root"]["/AcroForm"]  # type: ignore[index]
    assert "/XFA" not in form
    page = pypdf.PdfReader(io.BytesIO(made)).pages[0]
    field = next(
        f for f in (one.get_object() for one in page["/Annots"]) if f.get("/V") == "100 sh. ACME"
    )  # type: ignore[union-attr]
    assert b"(100 sh. ACME) Tj" in field["/AP"]["/N"].get_data()


def test_lines_of_schedule_d_stand_in_their_fields() -> None:
    forms = some_forms()
    first, second = read(filled(blank_schedule_d(), filing_of(forms)))
    assert (first["f1_3[0]"], first["f1_4[0]"], first["f1_6[0]"]) == (
        "1,000.00",
        "1,250.10",
        "(250.10)",
    )
    assert first["f1_10[0]"] == "(400.10)"
    assert first["f1_19[0]"] == "400.00"
    assert first["f1_22[0]"] == "(250.20)"
    assert first["f1_38[0]"] == "600.00"
    assert first["f1_41[0]"] == "12.34"
    assert first["f1_42[0]"] == "5,000.00", "the form prints the parentheses"
    assert first["f1_43[0]"] == "(3,787.66)"
    assert second["f2_1[0]"] == "(4,037.86)"
    assert second["f2_4[0]"] == "3,000.00"
    assert second["c2_3[1]"] == "/2"
    assert "c2_1[0]" not in second
    assert "c2_1[1]" not in second


def test_whole_dollars_have_no_cents() -> None:
    row = replace(ROW, proceeds_cents=1_000_00, basis_cents=1_250_00, adjustment_cents=50_00)
    filing = replace(
        filing_of(forms_of((replace(row, gain_cents=-200_00),))), is_whole_dollars=True
    )
    assert read(filled(blank_8949(), filing))[0]["f1_10[0]"] == "(200)"


def test_text_of_the_books_stays_text_and_in_its_field() -> None:
    row = replace(ROW, description=HOSTILE)
    page = read(filled(blank_8949(), filing_of(forms_of((row,)))))[0]
    assert page["f1_03[0]"].startswith("=1+1 #panic()")
    assert "\u202e" not in page["f1_03[0]"]
    assert fitting_size("x" * 60, 140, 12) < 8 == fitting_size("ACME", 140, 12)


def test_the_same_filing_gives_the_same_bytes() -> None:
    form = blank_8949()
    assert filled(form, filing_of(some_forms())) == filled(form, filing_of(some_forms()))


def test_pages_share_what_is_printed_on_them() -> None:
    one = len(filled(blank_8949(), filing_of(forms_of((ROW,)))))
    pages = 60
    many = len(filled(blank_8949(), filing_of(forms_of(tuple([ROW] * (11 * pages))))))
    assert many < pages * 2 * one


@pytest.mark.parametrize(
    ("official", "told"),
    [
        (b"no pdf", "no PDF that can be read"),
        (b"", "no PDF that can be read"),
        (Blank("").made(), "neither form"),
        (blank_8949(title="2024 Form 8949"), "take that of 2025"),
        (blank_8949(2024, title=""), "has no box G"),
    ],
)
def test_another_pdf_is_refused(official: bytes, told: str) -> None:
    row = replace(ROW, box="G")
    with pytest.raises(UsageError, match=told):
        filled(official, filing_of(forms_of((row,))))


def test_a_damaged_pdf_is_refused_without_a_traceback() -> None:
    form = blank_8949()
    draw = random.Random(8949)  # noqa: S311 (a seeded draw, for a test)
    refused = 0
    for _ in range(60):
        damaged = bytearray(form)
        at = draw.randrange(len(form))
        del damaged[at : at + draw.randrange(1, 400)]
        try:
            filled(bytes(damaged), filing_of(forms_of((ROW,))))
        except UsageError:
            refused += 1
    assert refused > 20


def test_an_official_form_is_of_one_return() -> None:
    filing = filing_of(forms_of((ROW,), name="kessler"), forms_of((ROW,), name="child"))
    with pytest.raises(UsageError, match="kessler, child"):
        filled(blank_8949(), filing)


def test_a_return_without_rows_has_no_form_8949() -> None:
    with pytest.raises(UsageError, match="no row on Form 8949"):
        filled(blank_8949(), filing_of(forms_of(())))
