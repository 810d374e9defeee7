"""Schwab's lot files: open lots of one security, and realized lots of an account."""

from datetime import date
from typing import Final, Literal

from taxlots.brokers.cells import Cells
from taxlots.brokers.findings import AGAIN, Findings
from taxlots.brokers.lot_checks import check_day, check_gain, lot_quantity
from taxlots.brokers.protocol import CustodianOpenLot, CustodianRealizedLot
from taxlots.brokers.schwab_cells import occ_symbol
from taxlots.brokers.schwab_sheet import Sheet
from taxlots.brokers.table import Variants, has_columns, renamed
from taxlots.domain.money import shares

OPEN_COLUMNS: Final[Variants] = {
    "Open Date": ("Open Date",),
    "Quantity": ("Quantity",),
    "Cost Basis": ("Cost Basis",),
    "Transaction Open": ("Transaction Open",),
    "Transaction CB": ("Transaction CB",),
    "Disallowed Loss": ("Disallowed Loss",),
    "Holding Period": ("Holding Period",),
}
"""Our name of a column and the names that it has had."""

REALIZED_COLUMNS: Final[Variants] = {
    "Symbol": ("Symbol",),
    "Closed Date": ("Closed Date",),
    "Opened Date": ("Opened Date",),
    "Quantity": ("Quantity",),
    "Proceeds": ("Proceeds", "Total Proceeds"),
    "Cost Basis": ("Cost Basis (CB)", "CostBasis", "Cost Basis"),
    "Gain": ("Gain/Loss ($)", "Total Gain/Loss ($)", "Gain/Loss $"),
    "Long Term": (
        "Long Term Gain/Loss",
        "Long Term Gain/Loss ($)",
        "Long Term (LT) Gain/Loss ($)",
        "LT Gain/Loss",
    ),
    "Short Term": (
        "Short Term Gain/Loss",
        "Short Term Gain/Loss ($)",
        "Short Term (ST) Gain/Loss ($)",
        "ST Gain/Loss",
    ),
    "Term": ("Term",),
    "Unadjusted Cost Basis": ("Unadjusted Cost Basis", "Unadjusted Cost"),
    "Wash Sale?": ("Wash Sale?",),
    "Disallowed Loss": ("Disallowed Loss",),
    "Transaction Cost Basis": ("Transaction Cost Basis",),
}
"""Our name of a column and the names that it has had."""

_OPEN_NEEDED: Final = ("Open Date", "Quantity", "Cost Basis")
_REALIZED_NEEDED: Final = ("Symbol", "Closed Date", "Quantity", "Proceeds", "Cost Basis", "Gain")
_TERMS: Final[dict[str, Literal["ST", "LT"]]] = {"short term": "ST", "long term": "LT"}


def open_lots(sheet: Sheet, as_of: date | None, findings: Findings) -> list[CustodianOpenLot]:
    """The lots of one security, in the order of the file."""
    if not has_columns(sheet.columns, OPEN_COLUMNS, _OPEN_NEEDED, sheet.header_line, findings):
        return []
    if not sheet.symbol:
        findings.error(
            1,
            "",
            "MISSING_SYMBOL",
            "The title that names the security ('XYZ Lot Details for …') is missing.",
            AGAIN,
        )
    lots = []
    for record in sheet.records:
        cells = Cells(record.line, renamed(record.cells, OPEN_COLUMNS), findings)
        lot = CustodianOpenLot(
            line=record.line,
            symbol=occ_symbol(sheet.symbol) or sheet.symbol,
            opened=cells.day("Open Date"),
            quantity=lot_quantity(cells),
            cost_basis_cents=cells.cents("Cost Basis"),
            unadjusted_cost_basis_cents=cells.cents("Transaction CB"),
            transaction_opened=cells.day("Transaction Open"),
            # Schwab has written this with either sign.
            disallowed_cents=abs(cells.cents("Disallowed Loss") or 0),
            term=_TERMS.get(cells.text("Holding Period").lower(), ""),
        )
        check_day(lot.opened, as_of, cells, "Open Date")
        lots.append(lot)
    _check_total(sheet, sum(lot.quantity for lot in lots), findings)
    return lots


def realized_lots(
    sheet: Sheet, as_of: date | None, findings: Findings
) -> list[CustodianRealizedLot]:
    """The closed lots of one account, in the order of the file."""
    if not has_columns(
        sheet.columns, REALIZED_COLUMNS, _REALIZED_NEEDED, sheet.header_line, findings
    ):
        return []
    lots = []
    for record in sheet.records:
        cells = Cells(record.line, renamed(record.cells, REALIZED_COLUMNS), findings)
        lot = _realized_lot(cells)
        if lot is not None:
            check_day(lot.closed, as_of, cells, "Closed Date")
            check_gain(lot, "Gain/Loss ($)", findings)
            lots.append(lot)
    return lots


def _realized_lot(cells: Cells) -> CustodianRealizedLot | None:
    closed = cells.day("Closed Date")
    proceeds = cells.cents("Proceeds")
    quantity = lot_quantity(cells)
    for column in ("Symbol", "Closed Date", "Proceeds"):
        if not cells.is_told(column):
            cells.findings.error(
                cells.line, column, "MISSING_CELL", f"The lot has no '{column}'.", AGAIN
            )
    if closed is None or proceeds is None:
        return None
    symbol = cells.text("Symbol")
    return CustodianRealizedLot(
        line=cells.line,
        symbol=occ_symbol(symbol) or symbol,
        closed=closed,
        opened=cells.day("Opened Date"),
        quantity=quantity,
        proceeds_cents=proceeds,
        cost_basis_cents=cells.cents("Cost Basis"),
        unadjusted_cost_basis_cents=cells.cents("Unadjusted Cost Basis"),
        transaction_cost_basis_cents=cells.cents("Transaction Cost Basis"),
        gain_cents=cells.cents("Gain"),
        term=_term(cells),
        wash_sale=cells.text("Wash Sale?").lower() in {"yes", "y", "true"},
        disallowed_cents=abs(cells.cents("Disallowed Loss") or 0),
    )


def _term(cells: Cells) -> Literal["ST", "LT", ""]:
    """The term as told, or by the column in which the gain stands; blank when in both."""
    told = _TERMS.get(cells.text("Term").lower())
    if told:
        return told
    long, short = bool(cells.cents("Long Term")), bool(cells.cents("Short Term"))
    return "" if long == short else "LT" if long else "ST"


def _check_total(sheet: Sheet, quantity: int, findings: Findings) -> None:
    if sheet.total is None or findings.has_errors:
        return
    total = Cells(sheet.total.line, sheet.total.cells, findings).shares("Quantity")
    if total is not None and total != quantity:
        findings.warning(
            sheet.total.line,
            "Quantity",
            "TOTAL_MISMATCH",
            f"The file's total is {shares(total)} shares, its lots hold {shares(quantity)}.",
            "A lot is missing or was changed: download the file again.",
        )
