"""Form 1099-B as FDX JSON: every box, corrections, several accounts, and forms that contradict."""

import json
from typing import Any

import pytest
from tests.brokers.sample_results import (
    codes,
    expected,
    lot_cells,
    read_sample,
    read_text,
    same_columns,
    sample_text,
)

from taxlots.brokers.protocol import CustodianRealizedLot, FileKind, Reading
from taxlots.brokers.registry import BROKERS, sniff

SAMPLES = [
    ("statement-2024.json", None),
    ("corrected-2023.json", None),
    ("two-accounts-2024.json", "brokerage-a"),
    ("two-accounts-2024.json", "brokerage-b"),
]


def form(*details: dict[str, Any], **members: Any) -> str:
    return json.dumps({"taxYear": 2024, **members, "securityDetails": list(details)})


def sale(**members: Any) -> dict[str, Any]:
    told = {
        "securityName": "ALFA CORP",
        "dateOfSale": "2024-06-14",
        "salesPrice": 10,
        "costBasis": 9,
    }
    return {**told, **members}


def only(reading: Reading) -> CustodianRealizedLot:
    assert not reading.is_refused, reading.problems
    [lot] = reading.realized_lots
    return lot


@pytest.mark.parametrize(("name", "number"), SAMPLES)
def test_sales_become_these_lots(name: str, number: str | None) -> None:
    reading = read_sample("fdx_1099b", name, number)
    stem = name.removesuffix(".json")
    wanted = expected("fdx_1099b", f"{stem}.{number}.csv" if number else f"{stem}.csv")
    assert same_columns(lot_cells(reading.realized_lots), wanted) == wanted
    assert reading.kind is FileKind.REALIZED_LOTS


@pytest.mark.parametrize("name", sorted({name for name, _ in SAMPLES}))
def test_the_form_is_known_by_its_members(name: str) -> None:
    assert sniff(sample_text("fdx_1099b", name)) is BROKERS["fdx_1099b"]


def test_the_form_tells_its_year_day_account_and_that_it_is_corrected() -> None:
    told = [read_sample("fdx_1099b", name, number) for name, number in SAMPLES[:3]]
    assert [(r.tax_year, str(r.as_of), r.statement_account, r.is_corrected) for r in told] == [
        (2024, "2025-02-14", "XXXX5678", False),
        (2023, "2024-03-22", "acct-4471", True),
        (2024, "None", "brokerage-a", False),
    ]


def test_the_samples_raise_these_warnings_and_no_error() -> None:
    found = [codes(read_sample("fdx_1099b", name, number)) for name, number in SAMPLES]
    assert found == [[], ["CONTRACTS_LEFT_OUT"], [], []]


def test_several_accounts_are_read_one_by_one() -> None:
    text = sample_text("fdx_1099b", "two-accounts-2024.json")
    assert codes(read_text("fdx_1099b", text)) == ["SEVERAL_ACCOUNTS"]
    assert codes(read_sample("fdx_1099b", "two-accounts-2024.json", "x")) == ["NO_SUCH_ACCOUNT"]


def test_various_dates_leave_the_day_of_purchase_unknown() -> None:
    lot = only(
        read_text("fdx_1099b", form(sale(variousDatesAcquired=True, dateAcquired="2020-01-02")))
    )
    assert (lot.has_various_dates, lot.opened) == (True, None)


def test_a_corrected_basis_is_an_adjustment_of_the_gain_with_code_b() -> None:
    """Form 8949, column (f), code B: the adjustment turns box 1e's gain into the right one."""
    lot = only(read_text("fdx_1099b", form(sale(correctedCostBasis=12.5))))
    assert (lot.cost_basis_cents, lot.adjustments) == (900, (("B", -350),))
    told_twice = sale(correctedCostBasis=12.5, adjustmentCodes=[{"code": "B", "amount": 3.5}])
    assert only(read_text("fdx_1099b", form(told_twice))).adjustments == (("B", -350),)


def test_a_corrected_basis_that_its_code_does_not_make_is_told() -> None:
    told = sale(correctedCostBasis=12.5, adjustmentCodes=[{"code": "B", "amount": 1}])
    assert codes(read_text("fdx_1099b", form(told))) == ["AMOUNT_MISMATCH"]


def test_an_expired_option_has_nothing_in_one_box() -> None:
    bought = {"securityName": "PUT", "dateOfSale": "2024-12-20", "costBasis": 200.66}
    lot = only(read_text("fdx_1099b", form({**bought, "expiredOption": "PURCHASED"})))
    assert (lot.proceeds_cents, lot.cost_basis_cents) == (0, 20_066)
    written = {"securityName": "CALL", "dateOfSale": "2024-12-20", "salesPrice": 99.34}
    lot = only(read_text("fdx_1099b", form({**written, "expiredOption": "GRANTED"})))
    assert (lot.proceeds_cents, lot.cost_basis_cents) == (9_934, 0)
    assert codes(read_text("fdx_1099b", form(bought))) == ["MISSING_CELL"]


def test_a_basis_that_is_not_told_is_unknown_and_not_zero() -> None:
    detail = {"securityName": "OLDCO", "dateOfSale": "2024-12-30", "salesPrice": 7}
    assert only(read_text("fdx_1099b", form(detail))).cost_basis_cents is None


@pytest.mark.parametrize(
    "contradiction",
    [
        {"checkboxOnForm8949": "A", "basisReported": False},
        {"checkboxOnForm8949": "E", "basisReported": True},
        {"checkboxOnForm8949": "D", "longOrShort": "SHORT"},
        {"checkboxOnForm8949": "G", "longOrShort": "LONG"},
    ],
)
def test_a_check_box_that_contradicts_the_sale_is_told(contradiction: dict[str, Any]) -> None:
    assert codes(read_text("fdx_1099b", form(sale(**contradiction)))) == ["BOX_CONTRADICTION"]


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"checkboxOnForm8949": "Q"}, "BAD_CODE"),
        ({"longOrShort": "MEDIUM"}, "BAD_CODE"),
        ({"basisReported": "perhaps"}, "BAD_CODE"),
        ({"grossOrNet": "BOTH"}, "BAD_CODE"),
        ({"dateOfSale": "2024-02-30"}, "BAD_DATE"),
        ({"dateOfSale": None}, "MISSING_CELL"),
        ({"salesPrice": "ten"}, "BAD_AMOUNT"),
        ({"securityName": ""}, "MISSING_CELL"),
    ],
)
def test_a_member_that_cannot_be_read_keeps_the_form_out(
    members: dict[str, Any], code: str
) -> None:
    reading = read_text("fdx_1099b", form(sale(), sale(**members)))
    assert codes(reading) == [code]
    assert reading.realized_lots == ()


def test_a_sale_of_another_year_or_after_the_form_is_told() -> None:
    assert codes(read_text("fdx_1099b", form(sale(dateOfSale="2023-06-14")))) == ["OTHER_YEAR"]
    late = form(sale(), taxFormDate="2024-06-13")
    assert codes(read_text("fdx_1099b", late)) == ["AFTER_AS_OF"]


def test_a_form_and_its_correction_in_one_file_are_not_added_up() -> None:
    first = {"taxYear": 2024, "corrected": False, "securityDetails": [sale()]}
    text = json.dumps([first, {**first, "corrected": True}])
    assert codes(read_text("fdx_1099b", text)) == ["SEVERAL_FORMS"]


def test_a_sale_that_is_no_object_is_an_error() -> None:
    assert codes(read_text("fdx_1099b", '{"taxYear": 2024, "securityDetails": [7]}')) == ["BAD_ROW"]


def test_a_form_without_sales_is_told() -> None:
    assert codes(read_text("fdx_1099b", form())) == ["NO_ROWS"]


def test_other_json_is_refused() -> None:
    assert codes(read_text("fdx_1099b", '{"tax1099Div": {"ordinaryDividends": 1}}')) == [
        "UNKNOWN_FORMAT"
    ]
