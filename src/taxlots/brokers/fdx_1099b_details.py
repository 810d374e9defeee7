"""One sale of an FDX Form 1099-B as a realized lot; the boxes are those of the form."""

from typing import Final, Literal

from taxlots.brokers.cells import Cells
from taxlots.brokers.findings import AGAIN, quoted
from taxlots.brokers.json_text import JsonRecord, listed_records
from taxlots.brokers.protocol import CustodianRealizedLot
from taxlots.brokers.rounded_cells import rounded_cents, rounded_shares
from taxlots.domain.money import dollars

_TERMS: Final[dict[str, Literal["ST", "LT"]]] = {"SHORT": "ST", "LONG": "LT"}
_BOXES: Final = frozenset("ABCDEFGHIJKLX")
"""Check boxes of Form 8949; X: the custodian cannot tell."""
_BASIS_REPORTED: Final = frozenset("ADGJ")
_BASIS_NOT_REPORTED: Final = frozenset("BEHK")
_SHORT_TERM: Final = frozenset("ABCGHI")
_LONG_TERM: Final = frozenset("DEFJKL")
_WRONG_BASIS: Final = "B"
"""The code of Form 8949, column (f), for a basis that is not the one in box 1e."""


def realized_lot(detail: JsonRecord, cells: Cells) -> CustodianRealizedLot | None:
    """One object of ``securityDetails``; None, with errors noted, when it cannot be read.

    ``cost_basis_cents`` is box 1e as the IRS got it; a corrected basis is an adjustment with code
    B.  FDX adds that adjustment to the basis, Form 8949 to the gain: the sign turns.
    """
    closed = cells.day("dateOfSale")
    has_various = _flag(cells, "variousDatesAcquired") is True
    opened = None if has_various else cells.day("dateAcquired")
    proceeds, basis = _proceeds_and_basis(cells)
    quantity = rounded_shares(cells, "numberOfShares") or 0
    disallowed = rounded_cents(cells, "washSaleLossDisallowed") or 0
    description = cells.text("securityName") or cells.text("saleDescription")
    cusip = cells.text("cusip").upper()
    if not cells.is_told("dateOfSale"):
        _missing(cells, "dateOfSale")
    if not (description or cusip):
        _missing(cells, "saleDescription")
    is_noncovered = _flag(cells, "noncoveredSecurity")
    term: Literal["ST", "LT", ""] = _TERMS.get(cells.text("longOrShort").upper(), "")
    if cells.is_told("longOrShort") and not term:
        _unreadable(cells, "longOrShort")
    box = _box(cells)
    adjustments = _adjustments(detail, cells, basis)
    if closed is None or proceeds is None:
        return None
    lot = CustodianRealizedLot(
        line=cells.line,
        symbol="",
        closed=closed,
        opened=opened,
        # A short sale may be told with a minus; the form has no box for it.
        quantity=abs(quantity),
        proceeds_cents=proceeds,
        cost_basis_cents=basis,
        term=term,
        wash_sale=disallowed != 0,
        disallowed_cents=abs(disallowed),
        cusip=cusip,
        description=description,
        has_various_dates=has_various,
        covered=None if is_noncovered is None else not is_noncovered,
        is_basis_reported=_flag(cells, "basisReported"),
        is_net_proceeds=_is_net(cells),
        form_8949_box=box,
        adjustments=adjustments,
        accrued_market_discount_cents=rounded_cents(cells, "accruedMarketDiscount") or 0,
        federal_tax_withheld_cents=rounded_cents(cells, "federalTaxWithheld") or 0,
        is_ordinary=_flag(cells, "ordinary") is True,
        is_collectible=_flag(cells, "collectible") is True,
        is_qof=_flag(cells, "qof") is True,
        is_loss_not_allowed=_flag(cells, "lossNotAllowed") is True,
    )
    _check_lot(lot, cells)
    return lot


def _proceeds_and_basis(cells: Cells) -> tuple[int | None, int | None]:
    """Boxes 1d and 1e.  An expired option has nothing in one of them."""
    expired = cells.text("expiredOption").upper()
    proceeds, basis = rounded_cents(cells, "salesPrice"), rounded_cents(cells, "costBasis")
    if proceeds is None and expired == "PURCHASED" and not cells.is_told("salesPrice"):
        proceeds = 0
    if basis is None and expired == "GRANTED" and not cells.is_told("costBasis"):
        basis = 0
    if proceeds is None and not cells.is_told("salesPrice"):
        _missing(cells, "salesPrice")
    return proceeds, basis


def _adjustments(
    detail: JsonRecord, cells: Cells, basis: int | None
) -> tuple[tuple[str, int], ...]:
    """Codes and amounts of columns (f) and (g); one for the corrected basis, however told."""
    found: list[tuple[str, int]] = []
    for item in listed_records(detail, "adjustmentCodes", cells.findings):
        told = Cells(item.line, item.cells(), cells.findings)
        code, amount = told.text("code").upper(), rounded_cents(told, "amount")
        if not code:
            _missing(told, "code")
        elif amount is not None:
            found.append((code, -amount if code == _WRONG_BASIS else amount))
    corrected = rounded_cents(cells, "correctedCostBasis")
    if corrected is None or basis is None:
        return tuple(found)
    change = basis - corrected
    codes = [amount for code, amount in found if code == _WRONG_BASIS]
    if not codes and change:
        found.append((_WRONG_BASIS, change))
    elif sum(codes) != change:
        cells.findings.warning(
            cells.line,
            "correctedCostBasis",
            "AMOUNT_MISMATCH",
            f"The corrected basis of {dollars(corrected)} is not the basis of {dollars(basis)} and"
            " the adjustment with code B.",
            "Compare the sale with the custodian's form.",
        )
    return tuple(found)


def _box(cells: Cells) -> str:
    box = cells.text("checkboxOnForm8949").upper()
    if box and box not in _BOXES:
        _unreadable(cells, "checkboxOnForm8949")
        return ""
    return box


def _check_lot(lot: CustodianRealizedLot, cells: Cells) -> None:
    """Whether the check box agrees with the term and with what was reported."""
    box = lot.form_8949_box
    wrong_basis = (box in _BASIS_REPORTED and lot.is_basis_reported is False) or (
        box in _BASIS_NOT_REPORTED and lot.is_basis_reported is True
    )
    wrong_term = (box in _SHORT_TERM and lot.term == "LT") or (
        box in _LONG_TERM and lot.term == "ST"
    )
    if box and (wrong_basis or wrong_term):
        cells.findings.warning(
            lot.line,
            "checkboxOnForm8949",
            "BOX_CONTRADICTION",
            f"Box {box} of Form 8949 contradicts the {'term' if wrong_term else 'reported basis'}"
            " of the sale.",
            "Compare the sale with the custodian's form.",
        )


def _flag(cells: Cells, name: str) -> bool | None:
    told = cells.text(name).lower()
    if told in ("true", "false"):
        return told == "true"
    if told:
        _unreadable(cells, name)
    return None


def _is_net(cells: Cells) -> bool | None:
    told = cells.text("grossOrNet").upper()
    if told and told not in ("GROSS", "NET"):
        _unreadable(cells, "grossOrNet")
    return told == "NET" if told else None


def _missing(cells: Cells, name: str) -> None:
    cells.findings.error(cells.line, name, "MISSING_CELL", f"The sale has no '{name}'.", AGAIN)


def _unreadable(cells: Cells, name: str) -> None:
    cells.findings.error(
        cells.line,
        name,
        "BAD_CODE",
        f"{quoted(cells.text(name))} is nothing that FDX knows for '{name}'.",
        AGAIN,
    )
