"""Form 6781, Part I, from the cases of section 1256 contracts."""

from datetime import date
from pathlib import Path

import pytest
from tests.cases import Case, own_cases, write_book

from taxlots.book.form_6781 import Form6781, form_6781
from taxlots.workflows.gather import gather
from taxlots.workflows.replay import replay_record
from taxlots.workflows.year_items import marked_year


def filled(case: Case, year: int, folder: Path, *, in_dollars: bool = False) -> Form6781 | None:
    record, _ = gather(str(write_book(case, folder / "book")))
    assert record is not None
    books = replay_record(record, date.fromisoformat(case["as_of"]), compiled=False)
    (name,) = {account.tax_return for account in record.accounts}
    years = marked_year(books, year).contracts.years
    return form_6781(years, name, year, in_dollars=in_dollars)


def case_of(name: str) -> Case:
    return next(case for case in own_cases() if case["id"] == name)


def test_a_loss_stands_in_column_b_and_is_divided_60_to_40(tmp_path: Path) -> None:
    """Case MM-001, 2024: a loss of 3,055, of which 1,833 are long-term."""
    form = filled(case_of("MM-001"), 2024, tmp_path)
    assert form is not None
    assert [(row.account, row.loss_cents, row.gain_cents) for row in form.rows] == [
        ("A1", -305500, 0)
    ]
    assert form.lines == {
        "2b": -305500,
        "2c": 0,
        "3": -305500,
        "4": 0,
        "5": -305500,
        "6": 0,
        "7": -305500,
        "8": -122200,
        "9": -183300,
    }
    assert form.may_carry_back


def test_accounts_stand_on_rows_of_their_own_and_the_sum_is_divided_once(tmp_path: Path) -> None:
    """Case MM-002: a gain of 2.01 and a loss of 1.99; 60 percent of 0.02 is 0.01."""
    form = filled(case_of("MM-002"), 2024, tmp_path)
    assert form is not None
    assert [(row.loss_cents, row.gain_cents) for row in form.rows] == [(0, 201), (-199, 0)]
    assert (form.lines["7"], form.lines["8"], form.lines["9"]) == (2, 1, 1)


def test_a_year_without_contracts_needs_no_form(tmp_path: Path) -> None:
    assert filled(case_of("MM-001"), 2022, tmp_path) is None


@pytest.mark.parametrize("in_dollars", [False, True], ids=["cents", "dollars"])
@pytest.mark.parametrize("name", ["MM-001", "MM-002", "MM-003", "MM-004"])
def test_lines_foot_in_cents_and_in_whole_dollars(
    name: str, in_dollars: bool, tmp_path: Path
) -> None:
    form = filled(case_of(name), 2024, tmp_path, in_dollars=in_dollars)
    assert form is not None
    lines = form.lines
    assert lines["2b"] + lines["2c"] == lines["3"]
    assert lines["3"] + lines["4"] == lines["5"] == lines["7"]
    assert lines["8"] + lines["9"] == lines["7"]
    assert all(cents % 100 == 0 for cents in lines.values()) or not in_dollars
