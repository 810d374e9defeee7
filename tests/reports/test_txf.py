"""TXF v042: records, reference numbers, and what the format cannot say."""

from datetime import date

import pytest
from tests.reports.form_rows import (
    DIGITAL,
    INHERITED,
    UNKNOWN,
    WASH,
    WRONG_BASIS_AND_WASH,
    form_row,
)

from taxlots.domain.form_8949 import Form8949Row
from taxlots.reports.txf import txf_text
from taxlots.version import __version__


def records(*rows: Form8949Row) -> list[list[str]]:
    """The records after the header, as lines."""
    text, _ = txf_text(rows, date(2025, 2, 3))
    parts = text.split("^\r\n")
    assert parts.pop() == "", "every record ends with a caret"
    return [part.split("\r\n")[:-1] for part in parts[1:]]


def codes(*rows: Form8949Row) -> list[str]:
    return [problem.code for problem in txf_text(rows, date(2025, 2, 3))[1]]


def test_the_header_names_version_program_and_day() -> None:
    text, _ = txf_text([], date(2025, 2, 3))
    assert text == f"V042\r\nAtaxlots {__version__}\r\nD 02/03/2025\r\n^\r\n"


def test_a_record_of_format_5_leaves_the_disallowed_loss_blank() -> None:
    (record,) = records(form_row())
    assert record == [
        "TD", "N321", "C1", "L1", "P10 sh. P", "D03/01/2024", "D05/02/2024",
        "$200.00", "$300.50", "$",
    ]  # fmt: skip


def test_a_wash_sale_is_the_third_amount() -> None:
    (record,) = records(WASH)
    assert record[-3:] == ["$200.00", "$150.00", "$20.00"]
    assert codes(WASH) == []


@pytest.mark.parametrize(
    ("box", "number"),
    [("A", 321), ("B", 711), ("C", 712), ("D", 323), ("E", 713), ("F", 714)],
)
def test_each_box_has_its_reference_number(box: str, number: int) -> None:
    (record,) = records(form_row(box=box))
    assert record[1] == f"N{number}"


def test_other_adjustments_are_told_and_the_wash_sale_kept() -> None:
    (record,) = records(WRONG_BASIS_AND_WASH)
    assert record[-1] == "$20.00"
    assert codes(WRONG_BASIS_AND_WASH) == ["TXF_NO_CODE"]


def test_digital_assets_are_not_in_the_file_and_told() -> None:
    assert records(DIGITAL) == []
    assert codes(DIGITAL, form_row()) == ["TXF_NO_BOX"]


def test_an_unknown_basis_is_a_blank_cost_and_told() -> None:
    (record,) = records(UNKNOWN)
    assert record[-3] == "$"
    assert codes(UNKNOWN) == ["TXF_NO_BASIS"]


def test_a_word_for_the_day_of_acquisition_stays_and_is_told() -> None:
    (record,) = records(INHERITED)
    assert record[5] == "DINHERITED"
    assert codes(INHERITED) == ["TXF_NO_DAY"]
