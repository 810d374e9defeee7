"""Fidelity's closed positions: the lots that an account's sales closed."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Final, Literal

from taxlots.brokers.cells import Cells
from taxlots.brokers.fidelity_cells import run_day, security_symbol, symbol_and_cusip
from taxlots.brokers.fidelity_sheet import Sheet
from taxlots.brokers.findings import AGAIN, Findings, quoted
from taxlots.brokers.lot_checks import check_day, check_gain, lot_quantity
from taxlots.brokers.protocol import CustodianRealizedLot
from taxlots.domain.money import dollars

_FORMS: Final = "MM/DD/YYYY"
_VARIOUS: Final = "various"
_WASH: Final = "wash sale"


def realized_lots(
    sheet: Sheet, as_of: date | None, findings: Findings
) -> list[CustodianRealizedLot]:
    """The closed lots of one account, in the order of the file.

    A row whose date of sale reads "Wash Sale" belongs to the lot above it and tells the loss that
    is disallowed on it.
    """
    lots: list[CustodianRealizedLot] = []
    for record in sheet.records:
        cells = Cells(record.line, record.cells, findings, run_day, _FORMS)
        if _WASH in cells.text("Date Sold").lower():
            _add_wash_sale(cells, lots)
            continue
        lot = _realized_lot(cells)
        if lot is not None:
            check_day(lot.closed, as_of, cells, "Date Sold")
            lots.append(lot)
    for lot in lots:
        if not lot.wash_sale:
            check_gain(lot, "Short Term Gain/Loss", findings)
    _check_total(sheet, lots, findings)
    return lots


def _realized_lot(cells: Cells) -> CustodianRealizedLot | None:
    various = cells.text("Date Acquired").lower() == _VARIOUS
    opened = None if various else cells.day("Date Acquired")
    closed, proceeds = cells.day("Date Sold"), cells.cents("Proceeds")
    quantity = lot_quantity(cells)
    for column in ("Symbol", "Date Sold", "Proceeds"):
        if not cells.is_told(column):
            cells.findings.error(
                cells.line, column, "MISSING_CELL", f"The lot has no '{column}'.", AGAIN
            )
    if closed is None or proceeds is None:
        return None
    symbol, cusip = symbol_and_cusip(cells.text("Symbol"))
    gain, term = _gain_and_term(cells)
    return CustodianRealizedLot(
        line=cells.line,
        symbol=security_symbol(symbol),
        closed=closed,
        opened=opened,
        quantity=quantity,
        proceeds_cents=proceeds,
        cost_basis_cents=cells.cents("Cost Basis"),
        gain_cents=gain,
        term=term,
        cusip=cusip,
        description=cells.text("Description"),
        has_various_dates=various,
    )


def _gain_and_term(cells: Cells) -> tuple[int | None, Literal["ST", "LT", ""]]:
    """The gain of both columns, and the term of the one in which it stands."""
    short, long = cells.cents("Short Term"), cells.cents("Long Term")
    if short is None and long is None:
        return None, ""
    term: Literal["ST", "LT", ""] = "ST" if long is None else "LT" if short is None else ""
    if short is not None and long is not None and bool(short) != bool(long):
        term = "ST" if short else "LT"
    return (short or 0) + (long or 0), term


def _add_wash_sale(cells: Cells, lots: list[CustodianRealizedLot]) -> None:
    symbol = security_symbol(symbol_and_cusip(cells.text("Symbol"))[0])
    if not lots or (symbol and symbol != lots[-1].symbol):
        cells.findings.error(
            cells.line,
            "Date Sold",
            "BAD_ROW",
            f"This wash sale of {quoted(symbol)} belongs to no lot: the row above is another's.",
            AGAIN,
        )
        return
    told = [c for c in ("Short Term", "Long Term") if cells.is_told(c)]
    disallowed = sum(abs(cells.cents(column) or 0) for column in told)
    lots[-1] = replace(
        lots[-1], wash_sale=True, disallowed_cents=lots[-1].disallowed_cents + disallowed
    )


def _check_total(sheet: Sheet, lots: Sequence[CustodianRealizedLot], findings: Findings) -> None:
    if sheet.total is None or findings.has_errors:
        return
    cells = Cells(sheet.total.line, sheet.total.cells, findings)
    told = cells.cents("Proceeds")
    found = sum(lot.proceeds_cents for lot in lots)
    if told is not None and told != found:
        findings.warning(
            sheet.total.line,
            "Proceeds",
            "TOTAL_MISMATCH",
            f"The file's total is {dollars(told)}, its rows add up to {dollars(found)}.",
            "A row is missing or was changed: download the file again.",
        )
