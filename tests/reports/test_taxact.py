"""The CSV that TaxAct imports: its columns, its limit of rows, and what it cannot say."""

import csv
import io

from tests.reports.form_rows import DIGITAL, UNKNOWN, WASH, form_row

from taxlots.reports.taxact import COLUMNS, MOST_ROWS, taxact_texts


def cells(text: str) -> list[list[str]]:
    header, *rows = csv.reader(io.StringIO(text))
    assert tuple(header) == COLUMNS
    return rows


def test_a_row_has_its_category_and_a_wash_sale_its_adjustment() -> None:
    ((text,), problems) = taxact_texts([form_row(), WASH])
    assert cells(text) == [
        ["10 sh. P", "03/01/2024", "05/02/2024", "300.50", "200.00", "", "", "", "A", "Short"],
        [
            "10 sh. P",
            "03/01/2024",
            "05/02/2024",
            "150.00",
            "200.00",
            "W",
            "W",
            "20.00",
            "A",
            "Short",
        ],
    ]
    assert problems == []


def test_various_days_say_the_term() -> None:
    ((text,), _) = taxact_texts([form_row(box="D", acquired="VARIOUS")])
    assert cells(text)[0][1] == "Various"
    assert cells(text)[0][-1] == "Long"


def test_files_have_two_thousand_rows_at_most() -> None:
    texts, problems = taxact_texts([form_row()] * (MOST_ROWS + 1))
    assert [len(cells(text)) for text in texts] == [MOST_ROWS, 1]
    assert [problem.code for problem in problems] == ["TAXACT_ROWS"]


def test_what_is_no_category_or_has_no_basis_is_told() -> None:
    ((text,), problems) = taxact_texts([DIGITAL, UNKNOWN])
    assert [row[4] for row in cells(text)] == [""]
    assert [problem.code for problem in problems] == ["TAXACT_NO_BOX", "TAXACT_NO_BASIS"]


def test_no_description_is_a_formula() -> None:
    ((text,), _) = taxact_texts([form_row(description="=1+1")])
    assert cells(text)[0][0] == "'=1+1"


def test_whole_dollars_have_no_decimals() -> None:
    row = form_row(proceeds_cents=30100, gain_cents=10100)
    ((text,), _) = taxact_texts([row], is_whole_dollars=True)
    assert cells(text)[0][3:5] == ["301", "200"]
