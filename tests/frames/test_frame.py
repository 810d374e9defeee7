"""Frames keep every cent: text and typed columns become the same exact dtypes."""

from decimal import Decimal

import pyarrow as pa
import pytest

from taxlots.frames.columns import DAY, MONEY, SHARES, TEXT, harvest_columns
from taxlots.frames.frame import frame_of

COLUMNS = {"lot_id": TEXT, "cost_basis": MONEY, "quantity": SHARES, "acquired_date": DAY}


def test_text_becomes_exact_and_blank_becomes_missing() -> None:
    table = pa.table(
        {
            "lot_id": ["a", ""],
            "cost_basis": ["90071992547409.93", ""],
            "quantity": ["0.00000001", "123456789.12345678"],
            "acquired_date": ["2024-02-29", ""],
            "unknown": ["left", "out"],
        }
    )

    frame = frame_of(table, COLUMNS)

    assert list(frame.columns) == list(COLUMNS)
    assert frame["cost_basis"][0] == Decimal("90071992547409.93")
    assert frame["quantity"][1] == Decimal("123456789.12345678")
    assert frame["cost_basis"].isna().tolist() == [False, True]
    assert frame["acquired_date"].isna().tolist() == [False, True]
    assert frame["lot_id"][1] == "", "a blank text is a text"


def test_typed_columns_stay_what_they_are() -> None:
    cents = pa.array([Decimal("1.10"), None], MONEY)
    table = pa.table({"cost_basis": cents})
    frame = frame_of(table, {"cost_basis": MONEY})
    assert frame["cost_basis"].sum() == Decimal("1.10")


def test_an_empty_table_has_all_columns_and_their_types() -> None:
    table = pa.table({name: pa.array([], pa.string()) for name in COLUMNS})
    frame = frame_of(table, COLUMNS)
    assert len(frame) == 0
    assert str(frame["cost_basis"].dtype) == "decimal128(18, 2)[pyarrow]"


@pytest.mark.parametrize(
    ("name", "kind"), [("loss", MONEY), ("until", DAY), ("lot_quantity", SHARES), ("reason", TEXT)]
)
def test_harvest_columns_are_typed_by_their_names(name: str, kind: pa.DataType) -> None:
    assert harvest_columns((name,)) == {name: kind}
