"""The workbook of a filing can be followed from Schedule D down to each sale, and is inert."""

import re
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest
from tests.reports.filings import (
    HOSTILE,
    LONG,
    ROW,
    STRAIGHT,
    filing_of,
    forms_of,
    many_rows,
    some_forms,
)
from tests.reports.workbooks import ReadSheet, calculated, sheet_xml, sheets_of

from taxlots.domain.problem import UsageError
from taxlots.reports.xlsx_8949 import write

DAY_2025_02_03 = "45691"
"""How spreadsheets count 3 February 2025."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "forms.xlsx"


def row_of(sheet: ReadSheet, text: str) -> int:
    """The number of the first row that holds a text."""
    return next(int(re.sub("[A-Z]", "", at)) for at, cell in sheet.items() if cell.value == text)


def line(sheet: ReadSheet, name: str) -> int:
    """The number of the row of a line of Schedule D."""
    return next(int(at[1:]) for at, cell in sheet.items() if at[0] == "A" and cell.value == name)


def test_there_is_a_sheet_for_schedule_d_each_box_and_what_it_takes_from_elsewhere(
    path: Path,
) -> None:
    write(path, filing_of(some_forms()))
    expected = ["Schedule D", "Line 1a", "Box A", "Box F", "Basis unknown", "Form 6781"]
    expected += ["Form 4797", "Statement W", "Wash sales", "Provenance"]
    assert list(sheets_of(path)) == expected


def test_columns_of_form_8949_hold_numbers_and_days(path: Path) -> None:
    write(path, filing_of(some_forms()))
    box = sheets_of(path)["Box A"]
    at = row_of(box, "100 sh. ACME")
    shown = {column: box[f"{column}{at}"].value for column in "BCDEFGHK"}
    assert shown["C"] == DAY_2025_02_03
    assert (shown["D"], shown["E"], shown["F"]) == ("1000", "1250.1", "W")
    assert (shown["G"], shown["H"], shown["K"]) == ("50.05", "-200.05", "100")


def test_every_formula_comes_to_the_value_that_stands_with_it(path: Path) -> None:
    write(path, filing_of(some_forms()))
    sheets = sheets_of(path)
    checked = 0
    for name, sheet in sheets.items():
        for place, cell in sheet.items():
            if cell.formula and "SUMIFS" not in cell.formula:
                assert calculated(sheets, name, place) == pytest.approx(float(cell.value)), cell
                checked += 1
    assert checked > 20


def test_schedule_d_leads_down_to_the_rows_of_each_box(path: Path) -> None:
    forms = some_forms()
    write(path, filing_of(forms))
    sheet = sheets_of(path)["Schedule D"]
    for name, expected in (("1b", "'Box A'!H4"), ("10", "'Box F'!H4"), ("1a", "'Line 1a'!H4")):
        cell = sheet[f"F{line(sheet, name)}"]
        assert cell.formula == expected
        assert float(cell.value) * 100 == pytest.approx(forms.schedule_d.gain_cents(name))
    assert sheet[f"F{line(sheet, '4')}"].formula.startswith("'Form 6781'!")
    net = sheet[f"F{line(sheet, '16')}"]
    assert float(net.value) * 100 == pytest.approx(forms.schedule_d.gain_cents("16"))


def test_a_row_of_unknown_basis_is_in_no_total(path: Path) -> None:
    write(path, filing_of(some_forms()))
    sheet = sheets_of(path)["Basis unknown"]
    at = row_of(sheet, "5 sh. LOST")
    assert f"E{at}" not in sheet
    assert f"H{at}" not in sheet
    assert "Box E" not in sheets_of(path)


def test_an_expired_option_says_so_in_its_column(path: Path) -> None:
    lapsed = replace(ROW, expired="d", proceeds_cents=0)
    write(path, filing_of(forms_of((lapsed,))))
    sheet = sheets_of(path)["Box A"]
    assert sheet[f"D{row_of(sheet, '100 sh. ACME')}"].value == "Expired"


def test_exception_2_puts_totals_on_the_form_and_rows_on_the_statement(path: Path) -> None:
    total = replace(ROW, description="Broker, see attached statement", codes="MW", acquired="")
    forms = replace(forms_of((ROW,)), totals=(total,))
    write(path, filing_of(forms))
    sheets = sheets_of(path)
    assert row_of(sheets["Form 8949"], "Broker, see attached statement")
    assert row_of(sheets["Box A"], "100 sh. ACME")


def test_two_returns_have_their_own_sheets(path: Path) -> None:
    names = ("kessler", "an overly long name of a return: [2025]/*")
    write(path, filing_of(*(forms_of((ROW, LONG), name=name) for name in names)))
    found = list(sheets_of(path))
    assert "kessler Box A" in found
    assert all(len(name) <= 31 for name in found)
    assert len(found) == len(set(found))
    assert found[-2:] == ["Wash sales", "Provenance"]


def test_text_of_the_books_is_never_run(path: Path) -> None:
    hostile = replace(ROW, description=HOSTILE, account="@SUM(A1)", symbol="=1+1", sale_id="+1")
    write(path, filing_of(forms_of((hostile,), name="=cmd|' /C calc'!A0")))
    sheets = sheets_of(path)
    assert all("calc" not in cell.formula for sheet in sheets.values() for cell in sheet.values())
    shown = [cell.value for cell in sheets["Box A"].values()]
    assert any(text.startswith("=1+1 #panic()") for text in shown)
    assert not any("\u202e" in text for text in shown)


def test_wash_sales_may_be_those_of_the_books(path: Path) -> None:
    table = pa.table(
        {"sale_id": ["s1"], "quantity": ["1.5"], "disallowed": ["50.05"], "rule": ["1091(d)"]}
    )
    write(path, filing_of(some_forms()), wash_sales=table, provenance={"Journal hash": "abc"})
    sheets = sheets_of(path)
    assert [sheets["Wash sales"][f"{c}4"].value for c in "ABCD"] == [
        "s1",
        "1.5",
        "50.05",
        "1091(d)",
    ]
    assert row_of(sheets["Provenance"], "Journal hash")


def test_the_names_of_columns_stay_in_view_and_are_printed_on_every_page(path: Path) -> None:
    write(path, filing_of(forms_of((ROW, STRAIGHT))))
    xml = sheet_xml(path, 3)
    for told in ('state="frozen"', "<autoFilter", 'orientation="landscape"', "fitToHeight"):
        assert told in xml


def test_the_same_filing_gives_the_same_bytes(path: Path, tmp_path: Path) -> None:
    write(path, filing_of(some_forms()))
    again = tmp_path / "again.xlsx"
    write(again, filing_of(some_forms()))
    assert path.read_bytes() == again.read_bytes()
    assert b"2026-01-15T00:00:00Z" in _core(path)


def _core(path: Path) -> bytes:
    import zipfile

    with zipfile.ZipFile(path) as archive:
        return archive.read("docProps/core.xml")


def test_five_thousand_rows_are_totalled(path: Path) -> None:
    forms = forms_of(many_rows(5_000))
    write(path, filing_of(forms))
    box = sheets_of(path)["Box A"]
    assert box["H4"].formula == "SUM(H6:H2505)"
    assert float(box["H4"].value) == pytest.approx(2_500 * -200.05)


def test_a_place_that_cannot_be_written_is_a_wrong_call(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be written"):
        write(tmp_path / "nowhere" / "forms.xlsx", filing_of(some_forms()))
