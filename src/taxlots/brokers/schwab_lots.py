"""Schwab's lot files: open lots of one security, and realized lots of an account."""

from datetime import date
from typing import Final, Literal

from taxlots.brokers.findings import Findings, quoted
from taxlots.brokers.protocol import CustodianOpenLot, CustodianRealizedLot
from taxlots.brokers.schwab_cells import Cells, occ_symbol
from taxlots.brokers.schwab_sheet import Sheet
from taxlots.brokers.table import Record
from taxlots.domain.money import dollars, shares

OPEN_COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "Open Date": ("Open Date",),
    "Quantity": ("Quantity",),
    "Cost Basis": ("Cost Basis",),
    "Transaction Open": ("Transaction Open",),
    "Transaction CB": ("Transaction CB",),
    "Disallowed Loss": ("Disallowed Loss",),
    "Holding Period": ("Holding Period",),
}
"""Our name of a column and the names that it has had."""

REALIZED_COLUMNS: Final[dict[str, tuple[str, ...]]] = {
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
_AGAIN: Final = "Download the file again and import it as it is."
_TERMS: Final[dict[str, Literal["ST", "LT"]]] = {"short term": "ST", "long term": "LT"}


def open_lots(sheet: Sheet, as_of: date | None, findings: Findings) -> list[CustodianOpenLot]:
    """The lots of one security, in the order of the file."""
    if not _has_columns(sheet, OPEN_COLUMNS, _OPEN_NEEDED, findings):
        return []
    if not sheet.symbol:
        findings.error(
            1,
            "",
            "MISSING_SYMBOL",
            "The title that names the security ('XYZ Lot Details for …') is missing.",
            _AGAIN,
        )
    lots = []
    for record in sheet.records:
        cells = Cells(record.line, _named(record, OPEN_COLUMNS), findings)
        lot = CustodianOpenLot(
            line=record.line,
            symbol=occ_symbol(sheet.symbol) or sheet.symbol,
            opened=cells.day("Open Date"),
            quantity=_quantity(cells),
            cost_basis_cents=cells.cents("Cost Basis"),
            unadjusted_cost_basis_cents=cells.cents("Transaction CB"),
            transaction_opened=cells.day("Transaction Open"),
            # Schwab has written this with either sign.
            disallowed_cents=abs(cells.cents("Disallowed Loss") or 0),
            term=_TERMS.get(cells.text("Holding Period").lower(), ""),
        )
        _check_day(lot.opened, as_of, cells, "Open Date")
        lots.append(lot)
    _check_total(sheet, sum(lot.quantity for lot in lots), findings)
    return lots


def realized_lots(
    sheet: Sheet, as_of: date | None, findings: Findings
) -> list[CustodianRealizedLot]:
    """The closed lots of one account, in the order of the file."""
    if not _has_columns(sheet, REALIZED_COLUMNS, _REALIZED_NEEDED, findings):
        return []
    lots = []
    for record in sheet.records:
        cells = Cells(record.line, _named(record, REALIZED_COLUMNS), findings)
        lot = _realized_lot(cells)
        if lot is not None:
            _check_day(lot.closed, as_of, cells, "Closed Date")
            _check_gain(lot, findings)
            lots.append(lot)
    return lots


def _realized_lot(cells: Cells) -> CustodianRealizedLot | None:
    closed = cells.day("Closed Date")
    proceeds = cells.cents("Proceeds")
    quantity = _quantity(cells)
    for column in ("Symbol", "Closed Date", "Proceeds"):
        if not cells.is_told(column):
            cells.findings.error(
                cells.line, column, "MISSING_CELL", f"The lot has no '{column}'.", _AGAIN
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


def _quantity(cells: Cells) -> int:
    """Shares of a lot, positive; 0 with an error noted when it is not."""
    quantity = cells.shares("Quantity")
    if quantity is None and not cells.is_told("Quantity"):
        cells.findings.error(
            cells.line, "Quantity", "BAD_QUANTITY", "The lot has no quantity.", _AGAIN
        )
    elif quantity is not None and quantity <= 0:
        cells.findings.error(
            cells.line,
            "Quantity",
            "NEGATIVE_QUANTITY",
            f"A lot of {shares(quantity)} shares cannot be.",
            f"{_AGAIN} Lots of short positions are not read.",
        )
    return quantity or 0


def _check_day(day: date | None, as_of: date | None, cells: Cells, column: str) -> None:
    if day and as_of and day > as_of:
        cells.findings.error(
            cells.line,
            column,
            "AFTER_AS_OF",
            f"The lot's {day} lies after {as_of}, the day as of which the file was made.",
            _AGAIN,
        )


def _check_gain(lot: CustodianRealizedLot, findings: Findings) -> None:
    """Schwab's gain is proceeds less basis, so a difference tells of a changed cell."""
    if lot.gain_cents is None or lot.cost_basis_cents is None:
        return
    expected = lot.proceeds_cents - lot.cost_basis_cents
    if abs(expected - lot.gain_cents) > 1:
        findings.warning(
            lot.line,
            "Gain/Loss ($)",
            "AMOUNT_MISMATCH",
            f"The gain reads {dollars(lot.gain_cents)}, but proceeds less cost basis is"
            f" {dollars(expected)}.",
            "Compare the row with Schwab's page.",
        )


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


def _has_columns(
    sheet: Sheet,
    columns: dict[str, tuple[str, ...]],
    needed: tuple[str, ...],
    findings: Findings,
) -> bool:
    fine = True
    for name in needed:
        if not any(variant in sheet.columns for variant in columns[name]):
            fine = False
            variants = " or ".join(quoted(variant) for variant in columns[name])
            findings.error(
                sheet.header_line,
                name,
                "MISSING_COLUMN",
                f"The column {variants} is missing from the header.",
                _AGAIN,
            )
    return fine


def _named(record: Record, columns: dict[str, tuple[str, ...]]) -> dict[str, str]:
    """The record's cells under our names."""
    return {
        name: next((record.cells[v] for v in variants if v in record.cells), "")
        for name, variants in columns.items()
    }
