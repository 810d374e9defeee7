"""Form 8949 as FDX JSON, read back by the importer of Form 1099-B."""

import json
from datetime import date

from tests.reports.form_rows import (
    DIGITAL,
    INHERITED,
    LAPSED,
    UNKNOWN,
    WASH,
    WRONG_BASIS_AND_WASH,
    form_row,
)

from taxlots.book.return_forms import Filing, ReturnForms
from taxlots.book.schedule_d import OtherEntries, schedule_d
from taxlots.brokers.fdx_1099b import BROKER
from taxlots.brokers.protocol import CustodianRealizedLot
from taxlots.domain.form_8949 import Form8949Row
from taxlots.reports.fdx_8949 import fdx_text


def filing(*rows: Form8949Row) -> Filing:
    forms = ReturnForms(
        tax_return="joint",
        rows=rows,
        totals=(),
        schedule_d=schedule_d(rows, OtherEntries(), tax_return="joint", year=2024),
        form_6781=None,
        form_4797=(),
        wash_statement=(),
        is_provisional=False,
    )
    as_of = date(2025, 2, 3)
    return Filing(book="B", year=2024, as_of=as_of, is_whole_dollars=False, returns=(forms,))


def read_back(*rows: Form8949Row) -> tuple[CustodianRealizedLot, ...]:
    """The rows as the importer reads them."""
    text, _ = fdx_text(filing(*rows), {"P": "123456789"})
    reading = BROKER.read(text, file="forms.json", account="A1")
    assert (reading.problems, reading.tax_year, reading.as_of) == ((), 2024, date(2025, 2, 3))
    return reading.realized_lots


def test_a_row_comes_back_as_it_was() -> None:
    (lot,) = read_back(form_row())
    assert (lot.form_8949_box, lot.term, lot.is_basis_reported) == ("A", "ST", True)
    assert (lot.opened, lot.closed) == (date(2024, 3, 1), date(2024, 5, 2))
    assert (lot.proceeds_cents, lot.cost_basis_cents, lot.quantity) == (30050, 20000, 10 * 10**8)
    assert (lot.cusip, lot.description, lot.adjustments) == ("123456789", "P", ())


def test_codes_come_back_with_what_each_adds_to_the_gain() -> None:
    wash, both = read_back(WASH, WRONG_BASIS_AND_WASH)
    assert (wash.adjustments, wash.disallowed_cents) == ((("W", 2000),), 2000)
    assert both.adjustments == (("B", -500), ("W", 2000))
    assert both.term == "LT"


def test_an_unknown_basis_stays_unknown_and_a_lapsed_option_has_no_proceeds() -> None:
    unknown, lapsed = read_back(UNKNOWN, LAPSED)
    assert (unknown.cost_basis_cents, unknown.is_basis_reported) == (None, False)
    assert (lapsed.proceeds_cents, lapsed.cost_basis_cents) == (0, 20000)


def test_digital_assets_keep_their_box() -> None:
    assert [lot.form_8949_box for lot in read_back(DIGITAL)] == ["H"]


def test_inherited_shares_have_various_days_and_it_is_told() -> None:
    (lot,) = read_back(INHERITED)
    assert (lot.opened, lot.has_various_dates) == (None, True)
    assert [problem.code for problem in fdx_text(filing(INHERITED), {})[1]] == ["FDX_NO_DAY"]


def test_each_account_has_a_form_of_its_own() -> None:
    text, _ = fdx_text(filing(form_row(), form_row(account="A2")), {})
    forms = json.loads(text)["forms"]
    assert [form["tax1099B"]["accountNumber"] for form in forms] == ["A1", "A2"]
