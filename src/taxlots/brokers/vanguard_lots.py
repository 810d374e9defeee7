"""Vanguard's lot files: open lots (cost basis) and realized lots."""

from collections.abc import Sequence
from datetime import date
from typing import Final, Literal

from taxlots.brokers.cells import Cells, is_cusip, us_or_iso_day
from taxlots.brokers.findings import AGAIN, Findings
from taxlots.brokers.lot_checks import check_day, lot_quantity
from taxlots.brokers.protocol import CustodianOpenLot, CustodianRealizedLot
from taxlots.brokers.table import Record
from taxlots.brokers.vanguard_history import DAY_FORM, vanguard_symbol

_TERMS: Final[dict[str, Literal["ST", "LT"]]] = {
    "short-term": "ST",
    "short term": "ST",
    "long-term": "LT",
    "long term": "LT",
}


def open_lots(
    records: Sequence[Record], as_of: date | None, findings: Findings
) -> list[CustodianOpenLot]:
    """The open lots of one account, in the order of the file."""
    lots = []
    for record in records:
        cells = Cells(record.line, record.cells, findings, us_or_iso_day, DAY_FORM)
        symbol, cusip = _security(cells)
        opened = cells.day("Date Acquired")
        check_day(opened, as_of, cells, "Date Acquired")
        lots.append(
            CustodianOpenLot(
                line=record.line,
                symbol=symbol,
                opened=opened,
                quantity=lot_quantity(cells, "Shares"),
                cost_basis_cents=cells.cents("Total Cost"),
                term=_TERMS.get(cells.text("Term").lower(), ""),
                cusip=cusip,
                is_short=cells.text("Position Type").lower() == "short",
            )
        )
    return lots


def realized_lots(
    records: Sequence[Record], as_of: date | None, findings: Findings
) -> list[CustodianRealizedLot]:
    """The closed lots of one account, in the order of the file."""
    lots = []
    for record in records:
        cells = Cells(record.line, record.cells, findings, us_or_iso_day, DAY_FORM)
        symbol, cusip = _security(cells)
        closed, proceeds = cells.day("Date Sold"), cells.cents("Proceeds")
        various = cells.text("Date Acquired").lower() == "various"
        opened = None if various else cells.day("Date Acquired")
        basis = cells.cents("Cost Basis")
        quantity = lot_quantity(cells, "Shares")
        for column in ("Date Sold", "Proceeds"):
            if not cells.is_told(column):
                _note_missing(cells, column)
        if closed is None or proceeds is None:
            continue
        check_day(closed, as_of, cells, "Date Sold")
        lots.append(
            CustodianRealizedLot(
                line=record.line,
                symbol=symbol,
                closed=closed,
                opened=opened,
                quantity=quantity,
                proceeds_cents=proceeds,
                cost_basis_cents=basis,
                term=_TERMS.get(cells.text("Term").lower(), ""),
                cusip=cusip,
                description=cells.text("Investment Name"),
                has_various_dates=various,
            )
        )
    return lots


def _security(cells: Cells) -> tuple[str, str]:
    """Symbol and CUSIP, one of them blank; an error is noted when there is neither."""
    told = cells.text("Symbol")
    if not cells.is_told("Symbol"):
        _note_missing(cells, "Symbol")
    return ("", told) if is_cusip(told) else (vanguard_symbol(told), "")


def _note_missing(cells: Cells, column: str) -> None:
    fault = f"The lot has no '{column}'."
    cells.findings.error(cells.line, column, "MISSING_CELL", fault, AGAIN)
