"""Form 1099-B of OFX files becomes realized lots with what Form 8949 asks."""

import csv
from dataclasses import fields
from pathlib import Path

import pytest

from taxlots.brokers.protocol import CustodianRealizedLot, FileKind, Reading
from taxlots.brokers.registry import BROKERS, sniff
from taxlots.domain.problem import Severity

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "brokers" / "ofx_1099b"
SAMPLES = ("tax-2025.xml", "tax-2024-sgml.ofx")
SALE = {
    "FORM8949CODE": "A",
    "DTAQD": "20240102",
    "DTSALE": "20240502",
    "SECNAME": "ALFA INC",
    "NUMSHRS": "10",
    "COSTBASIS": "60.00",
    "SALESPR": "50.00",
    "LONGSHORT": "SHORT",
    "NONCOVEREDSECURITY": "N",
    "BASISNOTSHOWN": "N",
}


def sale(**changes: str) -> str:
    told = {name: value for name, value in (SALE | changes).items() if value}
    values = "".join(f"<{name}>{value}" for name, value in told.items())
    return f"<PROCDET_V100>{values}</PROCDET_V100>"


def form(*sales: str, more: str = "", year: str = "2024", account: str = "X1") -> str:
    return (
        f"<TAX1099B_V100><SRVRTID>1<TAXYEAR>{year}{more}<EXTDBINFO_V100>{''.join(sales)}"
        f"</EXTDBINFO_V100><RECACCT>{account}</TAX1099B_V100>"
    )


def ofx(*forms: str) -> str:
    return f"OFXHEADER:100\n\n<OFX><TAX1099RS>{''.join(forms)}</TAX1099RS></OFX>"


def read(text: str, statement_account: str | None = None) -> Reading:
    return BROKERS["ofx_1099b"].read(
        text, file="x.ofx", account="A", statement_account=statement_account
    )


def lot(**changes: str) -> CustodianRealizedLot:
    reading = read(ofx(form(sale(**changes))))
    assert not reading.is_refused, reading.problems
    (only,) = reading.realized_lots
    return only


def errors(text: str) -> list[str]:
    reading = read(text)
    assert reading.realized_lots == ()
    return [p.code for p in reading.problems if p.severity is Severity.ERROR]


def sample(name: str) -> Reading:
    return BROKERS["ofx_1099b"].read((FIXTURES / name).read_text("utf-8"), file=name, account="A")


@pytest.mark.parametrize("name", SAMPLES)
def test_tax_forms_are_told_from_statements(name: str) -> None:
    assert sniff((FIXTURES / name).read_text("utf-8")) is BROKERS["ofx_1099b"]


@pytest.mark.parametrize("name", SAMPLES)
def test_sales_become_these_lots(name: str) -> None:
    with (FIXTURES / "expected" / f"{name.partition('.')[0]}-realized-lots.csv").open() as lines:
        wanted = list(csv.DictReader(lines))

    def cell(value: object) -> str:
        if isinstance(value, tuple):
            return ";".join(f"{code}:{cents}" for code, cents in value)
        return "" if value is None else str(value)

    found = [
        {f.name: cell(getattr(one, f.name)) for f in fields(one)}
        for one in sample(name).realized_lots
    ]
    assert [{column: one[column] for column in wanted[0]} for one in found] == wanted


def test_a_form_tells_its_year_its_account_and_whether_it_is_corrected() -> None:
    reading = sample("tax-2025.xml")
    assert (reading.kind, reading.tax_year) == (FileKind.REALIZED_LOTS, 2025)
    assert (reading.is_corrected, str(reading.as_of)) == (True, "2025-12-31")
    assert reading.statement_account == "...0001"


def test_a_disallowed_loss_is_an_adjustment_with_code_w() -> None:
    washed = lot(WASHSALELOSSDISALLOWED="10.00", WASHSALE="Y")
    assert (washed.gain_cents, washed.disallowed_cents, washed.wash_sale) == (-1000, 1000, True)
    assert washed.adjustments == (("W", 1000),)


def test_lots_of_several_days_have_no_day() -> None:
    various = lot(DTAQD="", DTVAR="Y")
    assert (various.opened, various.has_various_dates) == (None, True)


def test_a_basis_that_is_not_shown_is_unknown_and_never_zero() -> None:
    hidden = lot(COSTBASIS="0.00", BASISNOTSHOWN="Y", NONCOVEREDSECURITY="Y", FORM8949CODE="B")
    assert (hidden.cost_basis_cents, hidden.gain_cents) == (None, None)
    assert (hidden.covered, hidden.is_basis_reported) == (False, False)


def test_a_basis_that_the_broker_adds_for_convenience_is_kept() -> None:
    added = lot(COSTBASIS="40.00", BASISNOTSHOWN="Y")
    assert (added.cost_basis_cents, added.is_basis_reported) == (4000, False)


def test_a_basis_of_zero_that_is_shown_is_zero() -> None:
    assert lot(COSTBASIS="0.00").cost_basis_cents == 0


@pytest.mark.parametrize(
    ("box", "reported", "term"),
    [
        ("A", True, "ST"),
        ("B", False, "ST"),
        ("C", None, "ST"),
        ("D", True, "LT"),
        ("E", False, "LT"),
    ],
)
def test_the_box_tells_term_and_reporting_where_nothing_else_does(
    box: str, reported: bool | None, term: str
) -> None:
    found = lot(FORM8949CODE=box, LONGSHORT="", BASISNOTSHOWN="")
    assert (found.form_8949_box, found.is_basis_reported, found.term) == (box, reported, term)


def test_shares_are_told_by_the_description_or_not_at_all() -> None:
    assert lot(NUMSHRS="", SALEDESCRIPTION="1,250.5 ALFA INC").quantity == 125_050_000_000
    assert lot(NUMSHRS="", SALEDESCRIPTION="ALFA INC").quantity == 0
    described = lot(NUMSHRS="", SECNAME="", SALEDESCRIPTION="12.3 DEMO FUND")
    assert (described.description, described.quantity) == ("DEMO FUND", 1_230_000_000)


def test_proceeds_are_gross_or_net_as_the_form_says() -> None:
    net = "<STKBND><STKBNDAMT>50.00<SBGROSLESS>Y</STKBND>"
    (lot_net,) = read(ofx(form(sale(), more=net))).realized_lots
    assert lot_net.is_net_proceeds is True
    assert lot().is_net_proceeds is None


def test_a_void_form_is_not_read() -> None:
    reading = read(ofx(form(sale(), more="<VOID>Y"), form(sale())))
    assert ([p.code for p in reading.problems], len(reading.realized_lots)) == (["VOID_FORM"], 1)


def test_sums_that_the_sales_do_not_make_are_told() -> None:
    total = "<PROCSUM_V100><FORM8949CODE>A<SUMSALESPR>70.00</PROCSUM_V100>"
    reading = read(ofx(form(total, sale())))
    assert [p.code for p in reading.problems] == ["TOTAL_MISMATCH"]


def test_a_term_that_contradicts_the_box_is_told() -> None:
    reading = read(ofx(form(sale(LONGSHORT="LONG"))))
    assert [p.code for p in reading.problems] == ["TERM_MISMATCH"]


def test_forms_of_several_accounts_are_read_one_by_one() -> None:
    text = ofx(form(sale()), form(sale(NUMSHRS="3"), account="X2"))
    assert [p.code for p in read(text).problems] == ["SEVERAL_ACCOUNTS"]
    assert [one.quantity for one in read(text, "X2").realized_lots] == [300_000_000]
    assert [p.code for p in read(text, "X3").problems] == ["NO_SUCH_ACCOUNT"]


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        (ofx(form(sale(DTSALE=""))), ["MISSING_VALUE"]),
        (ofx(form(sale(SALESPR=""))), ["MISSING_VALUE"]),
        (ofx(form(sale(SECNAME=""))), ["MISSING_VALUE"]),
        (ofx(form(sale(DTSALE="20230502"))), ["WRONG_YEAR"]),
        (ofx(form(sale(DTAQD="20241332"))), ["BAD_DATE"]),
        (ofx(form(sale(NUMSHRS="-10"))), ["NEGATIVE_QUANTITY"]),
        (ofx(form(sale(COSTBASIS="1e9"))), ["BAD_AMOUNT"]),
        (ofx(form(sale(FORM8949CODE="Q"))), ["UNKNOWN_BOX"]),
        (ofx(form(sale(LONGSHORT="MEDIUM"))), ["UNKNOWN_TERM"]),
        (ofx(form(sale(), year="24")), ["BAD_DATE"]),
        (ofx(form(sale()), form(sale(DTSALE="20250502"), year="2025")), ["SEVERAL_YEARS"]),
        (ofx(form("<PROCSUM_V100><FORM8949CODE>A<SUMSALESPR>7</PROCSUM_V100>")), ["NO_DETAILS"]),
        (ofx("<TAX1099DIV_V100><TAXYEAR>2024</TAX1099DIV_V100>"), ["WRONG_EXPORT"]),
        (ofx(form(sale()))[:-40], ["BAD_OFX"]),
    ],
)
def test_what_cannot_be_trusted_is_refused(text: str, codes: list[str]) -> None:
    assert errors(text) == codes
