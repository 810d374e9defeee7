"""Considered rows join a journal of any column types that the interchange format allows."""

from datetime import date
from decimal import Decimal

import pyarrow as pa
import pytest

from taxlots.book.booking import book_record
from taxlots.book.record import Record
from taxlots.book.standing import open_lots
from taxlots.domain.account import Account, AccountKind, Owner
from taxlots.domain.money import SHARE
from taxlots.domain.policy import Policy
from taxlots.market_data.calendars import settlement_day
from taxlots.plan.what_if import executed

ACCOUNT = Account(id="A", household="H", kind=AccountKind.TAXABLE, owner=Owner.SELF, tax_return="H")
SALE = {
    "id": "s1",
    "date": "2024-06-10",
    "account": "A",
    "symbol": "ABC",
    "action": "SELL",
    "quantity": "2.5",
    "price": "8.0625",
}


def record(quantity: pa.Array, quantity_field: pa.Field, price: pa.Array) -> Record:
    """One purchase of ten shares at ten dollars."""
    fields = [
        ("id", pa.string()),
        ("date", pa.date32()),
        ("account", pa.string()),
        ("symbol", pa.string()),
        ("action", pa.dictionary(pa.int32(), pa.string())),
    ]
    columns = [
        pa.array(["b1"]),
        pa.array([date(2024, 1, 3)]),
        pa.array(["A"]),
        pa.array(["ABC"]),
        pa.array(["BUY"]).dictionary_encode(),
        quantity,
        price,
    ]
    schema = pa.schema([*fields, quantity_field, pa.field("price", price.type)])
    return Record(
        name="typed",
        source="typed",
        policy=Policy(),
        accounts=(ACCOUNT,),
        securities={},
        identical=(),
        proxies=(),
        transactions=pa.table(columns, schema=schema),
    )


TYPES = {
    "integers with a scale": (
        pa.array([10 * SHARE]),
        pa.field("quantity", pa.int64(), metadata={"scale": "8"}),
    ),
    "whole numbers": (pa.array([10]), pa.field("quantity", pa.int64())),
    "decimals": (
        pa.array([Decimal(10)], pa.decimal128(28, 0)),
        pa.field("quantity", pa.decimal128(28, 0)),
    ),
    "text": (pa.array(["10"]), pa.field("quantity", pa.string())),
}


@pytest.mark.parametrize("kind", TYPES)
def test_a_considered_sale_is_booked_whatever_the_types(kind: str) -> None:
    """The sale has more decimals than some of the columns."""
    prices = pa.array([Decimal("10.00")], pa.decimal128(18, 2))
    books, problems = book_record(
        record(*TYPES[kind], prices), as_of=date(2024, 6, 10), settlement=settlement_day
    )
    assert books is not None, problems
    after, problems = executed(books, [SALE], settlement_day)
    assert after is not None, problems
    (lot,) = open_lots(after)
    assert (lot.quantity, lot.cost_basis_cents) == (int(Decimal("7.5") * SHARE), 75_00)
    assert after.state.table("rows")["proceeds_cents"].tolist() == [20_16]
