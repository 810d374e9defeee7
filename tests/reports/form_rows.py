"""Rows of Form 8949 for the formats that write them."""

from typing import Any

from taxlots.domain.form_8949 import Form8949Row


def form_row(**stated: Any) -> Form8949Row:
    """Ten shares bought for 200.00 and sold for 300.50, box A, unless ``stated`` otherwise."""
    plain: dict[str, Any] = {
        "tax_return": "joint",
        "box": "A",
        "is_straight": False,
        "description": "10 sh. P",
        "acquired": "2024-03-01",
        "sold": "2024-05-02",
        "proceeds_cents": 30050,
        "basis_cents": 20000,
        "codes": "",
        "adjustment_cents": 0,
        "gain_cents": 10050,
        "account": "A1",
        "symbol": "P",
        "quantity": 10 * 10**8,
        "sale_id": "s1",
        "lot_id": "b1",
        "status": "final",
    }
    return Form8949Row(**(plain | stated))


WASH = form_row(
    proceeds_cents=15000,
    codes="W",
    adjustment_cents=2000,
    wash_cents=2000,
    gain_cents=-3000,
)
WRONG_BASIS_AND_WASH = form_row(
    box="D",
    proceeds_cents=15000,
    codes="BW",
    adjustment_cents=1500,
    wash_cents=2000,
    gain_cents=-3500,
)
UNKNOWN = form_row(box="B", basis_cents=None, gain_cents=None)
DIGITAL = form_row(box="H", description="2 C")
INHERITED = form_row(box="D", acquired="INHERITED")
LAPSED = form_row(proceeds_cents=0, expired="d", gain_cents=-20000, description="1 contract O")
