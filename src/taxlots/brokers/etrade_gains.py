"""E*TRADE's Gains & Losses: one row a lot sold, of a stock plan or bought."""

from collections.abc import Sequence
from datetime import date
from typing import Final, Literal

from taxlots.brokers.cells import Cells, us_day
from taxlots.brokers.etrade_sheet import Sheet
from taxlots.brokers.findings import AGAIN, Findings, quoted
from taxlots.brokers.lot_checks import check_day
from taxlots.brokers.protocol import CustodianRealizedLot
from taxlots.brokers.rounded_cells import rounded_cents, rounded_shares
from taxlots.domain.money import dollars, shares

_SALE: Final = "sell"
_SUMMARY: Final = "summary"
_TERMS: Final[dict[str, Literal["ST", "LT"]]] = {"short": "ST", "long": "LT"}
_COVERED: Final = {
    **dict.fromkeys(("covered", "yes", "y", "true"), True),
    **dict.fromkeys(("noncovered", "non-covered", "not covered", "no", "n", "false"), False),
}
_BEFORE_ALL: Final = date(1970, 1, 2)
"""``12/31/1969`` stands where E*TRADE's program had no date."""
_ROUNDING_CENTS: Final = 1


def realized_lots(
    sheet: Sheet, as_of: date | None, findings: Findings
) -> list[CustodianRealizedLot]:
    """The lots sold, in the order of the file.

    Rows that are equal, or differ in their wash sale alone, are different shares: a vest that was
    split by a wash sale stands there in parts.
    """
    lots, summaries = [], []
    for record in sheet.records:
        cells = Cells(record.line, record.cells, findings, us_day)
        kind = cells.text("Record Type").lower()
        if kind == _SUMMARY:
            summaries.append(cells)
            continue
        if kind != _SALE:
            findings.error(
                record.line,
                "Record Type",
                "UNKNOWN_ACTION",
                f"The record type {quoted(cells.text('Record Type'))} is not known.",
                "Take the row out of a copy of the file; and report the type, so that it can be"
                " added.",
            )
            continue
        lot = _lot(cells)
        if lot is not None:
            check_day(lot.closed, as_of, cells, "Date Sold")
            lots.append(lot)
    _check_summaries(summaries, lots, findings)
    return lots


def _lot(cells: Cells) -> CustodianRealizedLot | None:
    closed, proceeds = cells.day("Date Sold"), rounded_cents(cells, "Total Proceeds")
    quantity = _quantity(cells)
    unadjusted = rounded_cents(cells, "Adjusted Cost Basis")
    told_basis = rounded_cents(cells, "Wash Cost Basis")
    basis = unadjusted if told_basis is None else told_basis
    paid = rounded_cents(cells, "Acquisition Cost")
    disallowed = abs(rounded_cents(cells, "Deferred Loss") or 0)
    for column in ("Symbol", "Date Sold", "Total Proceeds"):
        if not cells.is_told(column):
            cells.findings.error(
                cells.line, column, "MISSING_CELL", f"The lot has no '{column}'.", AGAIN
            )
    bought, washed = _day(cells, "Date Acquired"), _day(cells, "Wash Date Acquired")
    if closed is None or proceeds is None:
        return None
    lot = CustodianRealizedLot(
        line=cells.line,
        symbol=cells.text("Symbol"),
        closed=closed,
        opened=washed or bought,
        quantity=quantity,
        proceeds_cents=proceeds,
        cost_basis_cents=basis,
        unadjusted_cost_basis_cents=unadjusted,
        transaction_cost_basis_cents=paid,
        gain_cents=_gain(cells, proceeds, basis, disallowed),
        term=_term(cells),
        wash_sale=disallowed != 0,
        disallowed_cents=disallowed,
        description=_description(cells),
        covered=_COVERED.get(cells.text("Covered Status").lower()),
    )
    _check_sums(lot, cells)
    return lot


def _quantity(cells: Cells) -> int:
    quantity = rounded_shares(cells, "Quantity")
    if quantity is None and not cells.is_told("Quantity"):
        cells.findings.error(
            cells.line, "Quantity", "BAD_QUANTITY", "The lot has no quantity.", AGAIN
        )
    elif quantity is not None and quantity <= 0:
        cells.findings.error(
            cells.line,
            "Quantity",
            "NEGATIVE_QUANTITY",
            f"A lot of {shares(quantity)} shares cannot be.",
            AGAIN,
        )
    return quantity or 0


def _day(cells: Cells, column: str) -> date | None:
    day = cells.day(column)
    return day if day and day >= _BEFORE_ALL else None


def _gain(cells: Cells, proceeds: int, basis: int | None, disallowed: int) -> int | None:
    """The gain before the deferred loss is added back, which E*TRADE may have done already."""
    told = rounded_cents(cells, "Wash Gain")
    if told is None:
        has_wash_basis = cells.is_told("Wash Cost Basis") or cells.is_told("Wash Gain")
        return None if has_wash_basis else rounded_cents(cells, "Adjusted Gain")
    if basis is not None and abs(proceeds - basis + disallowed - told) <= _ROUNDING_CENTS:
        return told - disallowed
    return told


def _term(cells: Cells) -> Literal["ST", "LT", ""]:
    for column in ("Wash Term", "Term"):
        found = _TERMS.get(cells.text(column).lower().split(" ")[0])
        if found:
            return found
    return ""


def _description(cells: Cells) -> str:
    """What tells lots of one day apart: the kind of plan, the grant and the order."""
    parts = [
        cells.text("Type") if cells.is_told("Type") else cells.text("Plan Type"),
        cells.text("Grant Number") if cells.is_told("Grant Number") else "",
        "83(b)" if cells.text("83(b) Election").lower() in ("y", "yes") else "",
        cells.text("Disposition Type") if cells.is_told("Disposition Type") else "",
        f"order {cells.text('Order Number')}" if cells.is_told("Order Number") else "",
    ]
    return ", ".join(part for part in parts if part)


def _check_sums(lot: CustodianRealizedLot, cells: Cells) -> None:
    """Whether the row's amounts make each other: paid and income the basis, and so on."""
    income = rounded_cents(cells, "Ordinary Income") or 0
    washed = rounded_cents(cells, "Wash Adjustment") or 0
    paid, unadjusted = lot.transaction_cost_basis_cents, lot.unadjusted_cost_basis_cents
    sums: list[tuple[str, int | None, int | None]] = [
        ("Adjusted Cost Basis", unadjusted, None if paid is None else paid + income),
        (
            "Wash Cost Basis",
            lot.cost_basis_cents if cells.is_told("Wash Adjustment") else None,
            None if unadjusted is None else unadjusted + abs(washed),
        ),
        (
            "Wash Gain" if cells.is_told("Wash Gain") else "Adjusted Gain",
            lot.gain_cents,
            None if lot.cost_basis_cents is None else lot.proceeds_cents - lot.cost_basis_cents,
        ),
    ]
    for column, told, sum_cents in sums:
        if told is None or sum_cents is None or abs(told - sum_cents) <= _ROUNDING_CENTS:
            continue
        cells.findings.warning(
            cells.line,
            column,
            "AMOUNT_MISMATCH",
            f"'{column}' reads {dollars(told)}, but the row's other amounts make"
            f" {dollars(sum_cents)}.",
            "Compare the row with E*TRADE's page.",
        )


def _check_summaries(
    summaries: Sequence[Cells], lots: Sequence[CustodianRealizedLot], findings: Findings
) -> None:
    """The summary tells what the lots add up to: a missing row shows."""
    if len(summaries) != 1 or findings.has_errors:
        return
    cells = summaries[0]
    told = rounded_shares(cells, "Quantity")
    found = sum(lot.quantity for lot in lots)
    if told is not None and told != found:
        findings.warning(
            cells.line,
            "Quantity",
            "TOTAL_MISMATCH",
            f"The file's summary has {shares(told)} shares, its lots have {shares(found)}.",
            "A row is missing or was changed: download the file again.",
        )
    gain = rounded_cents(cells, "Adjusted Gain")
    proceeds = sum(lot.proceeds_cents for lot in lots)
    bases = [lot.unadjusted_cost_basis_cents for lot in lots]
    if gain is None or None in bases:
        return
    added = proceeds - sum(basis for basis in bases if basis is not None)
    if abs(gain - added) > _ROUNDING_CENTS * (len(lots) + 1):
        findings.warning(
            cells.line,
            "Adjusted Gain",
            "TOTAL_MISMATCH",
            f"The file's summary has a gain of {dollars(gain)}, its lots add up to"
            f" {dollars(added)}.",
            "A row is missing or was changed: download the file again.",
        )
