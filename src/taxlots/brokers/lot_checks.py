"""Checks that the lots of any custodian pass: quantities, days, and the gain that is told."""

from datetime import date

from taxlots.brokers.cells import Cells
from taxlots.brokers.findings import AGAIN, Findings
from taxlots.brokers.protocol import CustodianRealizedLot
from taxlots.domain.money import dollars, shares


def lot_quantity(cells: Cells, column: str = "Quantity") -> int:
    """Shares of a lot, positive; 0 with an error noted when it is not."""
    quantity = cells.shares(column)
    if quantity is None and not cells.is_told(column):
        cells.findings.error(cells.line, column, "BAD_QUANTITY", "The lot has no quantity.", AGAIN)
    elif quantity is not None and quantity <= 0:
        cells.findings.error(
            cells.line,
            column,
            "NEGATIVE_QUANTITY",
            f"A lot of {shares(quantity)} shares cannot be.",
            f"{AGAIN} Lots of short positions are not read.",
        )
    return quantity or 0


def check_day(day: date | None, as_of: date | None, cells: Cells, column: str) -> None:
    """A lot dated after the day of the statement is an error."""
    if day and as_of and day > as_of:
        cells.findings.error(
            cells.line,
            column,
            "AFTER_AS_OF",
            f"The lot's {day} lies after {as_of}, the day as of which the file was made.",
            AGAIN,
        )


def check_gain(lot: CustodianRealizedLot, column: str, findings: Findings) -> None:
    """The told gain is proceeds less basis: a difference tells of a changed cell."""
    if lot.gain_cents is None or lot.cost_basis_cents is None:
        return
    expected = lot.proceeds_cents - lot.cost_basis_cents
    if abs(expected - lot.gain_cents) > 1:
        findings.warning(
            lot.line,
            column,
            "AMOUNT_MISMATCH",
            f"The gain reads {dollars(lot.gain_cents)}, but proceeds less cost basis is"
            f" {dollars(expected)}.",
            "Compare the row with the custodian's page.",
        )
