"""CSV injection: no cell of a report runs in a spreadsheet."""

import pytest

from taxlots.reports.inert import inert


@pytest.mark.parametrize(
    "cell", ["=1+1", "+1", "-2+3", "@SUM(A1)", "\tx", "\rx", '=HYPERLINK("x")', "-", "-1e5", "--1"]
)
def test_what_a_spreadsheet_would_run_is_quoted(cell: str) -> None:
    assert inert(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["", "ABC", "1.50", "-1.50", "-200", "a=b", "2020-12-31"])
def test_numbers_and_plain_text_stay(cell: str) -> None:
    assert inert(cell) == cell
