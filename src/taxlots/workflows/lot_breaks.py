"""Why our lots and the custodian's differ: pure classification of one pairing at a time.

The causes are those that reconciliation desks know.  Each is a test of its own, and they are asked
in one order, the most certain first; the first that answers names the break.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from taxlots.workflows import lot_causes
from taxlots.workflows.lot_facts import PositionFacts
from taxlots.workflows.lot_matching import Pairing, basis_of


class Cause(StrEnum):
    """The likely cause of a break."""

    TRANSFER_PENDING = "TRANSFER_PENDING"
    MISSING_BASIS = "MISSING_BASIS"
    INITIALIZED_LOT = "INITIALIZED_LOT"
    GIFT_OR_INHERIT = "GIFT_OR_INHERIT"
    WASH_ADJUSTMENT = "WASH_ADJUSTMENT"
    BROKER_VIEW = "BROKER_VIEW"
    FEE_IN_BASIS = "FEE_IN_BASIS"
    RETURN_OF_CAPITAL = "RETURN_OF_CAPITAL"
    AVG_COST_VS_ACTUAL = "AVG_COST_VS_ACTUAL"
    TRADE_VS_SETTLE_DATE = "TRADE_VS_SETTLE_DATE"
    DRIP_ROUNDING = "DRIP_ROUNDING"
    OPTIMIZER_LOTS = "OPTIMIZER_LOTS"
    METHOD_MISMATCH = "METHOD_MISMATCH"
    CORP_ACTION_FMV = "CORP_ACTION_FMV"
    TOTAL_OK_LOTS_DIFFER = "TOTAL_OK_LOTS_DIFFER"
    QUANTITY_DIFFERS = "QUANTITY_DIFFERS"
    UNEXPLAINED = "UNEXPLAINED"


@dataclass(frozen=True, slots=True)
class Break:
    """A difference between our lots and the custodian's, its likely cause, and what to do.

    ``is_brokers_view``: as a broker must report it, the book has the custodian's figures.
    """

    pairing: Pairing
    cause: Cause
    because: str
    what_to_do: str
    is_brokers_view: bool = False


def break_of(pairing: Pairing, facts: PositionFacts, tolerance_cents: int = 0) -> Break | None:
    """The break between the two sides of a pairing, None where they agree.

    Differences of money up to ``tolerance_cents`` are none; differences of shares and of days
    always are.
    """
    if _agrees(pairing, tolerance_cents):
        return None
    for cause, test in TESTS.items():
        because = test(pairing, facts)
        if because:
            is_seen = lot_causes.is_broker_s(pairing, facts)
            return Break(pairing, cause, because, REMEDIES[cause], is_brokers_view=is_seen)
    raise AssertionError("the last cause explains nothing and always answers")


def _agrees(pairing: Pairing, tolerance_cents: int) -> bool:
    if pairing.is_rest or not pairing.ours or not pairing.theirs:
        return False
    basis = pairing.basis_difference
    if basis is None:
        return basis_of(pairing.ours) is None and basis_of(pairing.theirs) is None
    cents = (basis, pairing.proceeds_difference, pairing.disallowed_difference)
    return (
        pairing.quantity_difference == 0
        and pairing.has_same_days
        and pairing.has_same_close
        and all(abs(amount) <= tolerance_cents for amount in cents)
    )


TESTS: Final[Mapping[Cause, Callable[[Pairing, PositionFacts], str]]] = {
    Cause.TRANSFER_PENDING: lot_causes.transfer_pending,
    Cause.MISSING_BASIS: lot_causes.missing_basis,
    Cause.GIFT_OR_INHERIT: lot_causes.gift_or_inherit,
    Cause.WASH_ADJUSTMENT: lot_causes.wash_adjustment,
    Cause.BROKER_VIEW: lot_causes.broker_view,
    Cause.FEE_IN_BASIS: lot_causes.fee_in_basis,
    Cause.RETURN_OF_CAPITAL: lot_causes.return_of_capital,
    Cause.AVG_COST_VS_ACTUAL: lot_causes.average_cost,
    Cause.TRADE_VS_SETTLE_DATE: lot_causes.settle_date,
    Cause.INITIALIZED_LOT: lot_causes.initialized_lot,
    Cause.DRIP_ROUNDING: lot_causes.drip_rounding,
    Cause.OPTIMIZER_LOTS: lot_causes.optimizer_lots,
    Cause.METHOD_MISMATCH: lot_causes.method_mismatch,
    Cause.CORP_ACTION_FMV: lot_causes.corporate_action,
    Cause.TOTAL_OK_LOTS_DIFFER: lot_causes.totals_agree,
    Cause.QUANTITY_DIFFERS: lot_causes.quantity_differs,
    Cause.UNEXPLAINED: lot_causes.unexplained,
}
"""The test of each cause, in the order in which they are asked."""

REMEDIES: Final = {
    Cause.TRANSFER_PENDING: (
        "Once both sides have it, VOID the TRANSFER_IN and import it again with its basis, or"
        " import the corrected package."
    ),
    Cause.MISSING_BASIS: (
        "Find the purchase. If the book lacks the basis, VOID the row that opened the lot and"
        " import it with its basis; if the custodian does, send it to the custodian."
    ),
    Cause.GIFT_OR_INHERIT: (
        "Compare the donor's basis and date, or the value at death, with the papers; give the"
        " custodian what it lacks."
    ),
    Cause.WASH_ADJUSTMENT: (
        "Nothing, if a purchase in another account caused it (taxlots explain names it): Form 8949"
        " takes your figure with code W. Else look for a purchase that one side lacks."
    ),
    Cause.BROKER_VIEW: (
        "Nothing: Form 8949 takes your figure, with a code for the difference; taxlots explain"
        " shows where it comes from."
    ),
    Cause.FEE_IN_BASIS: (
        "Commissions belong to the basis of a purchase and reduce the proceeds of a sale; correct"
        " the side that leaves them out."
    ),
    Cause.RETURN_OF_CAPITAL: (
        "Look for the issuer's Form 8937 or box 3 of Form 1099-DIV; book a RETURN_OF_CAPITAL row in"
        " place of the dividend, or tell the custodian."
    ),
    Cause.AVG_COST_VS_ACTUAL: (
        "Decide which holds: an ELECT_AVERAGE row for what was elected in writing, or the"
        " custodian's own setting."
    ),
    Cause.TRADE_VS_SETTLE_DATE: (
        "The trade date counts. Correct the row that has the settlement date, with VOID and a new"
        " row, or tell the custodian."
    ),
    Cause.INITIALIZED_LOT: (
        "Split the single lot into the purchases that it is made of, on the side that has it."
    ),
    Cause.DRIP_ROUNDING: (
        "Take the custodian's fractions: VOID the reinvestment and import it as its statement"
        " tells it; or allow a tolerance."
    ),
    Cause.OPTIMIZER_LOTS: (
        "If the custodian confirmed these lots, name them on the sale (lots), or set the method"
        " with SET_METHOD; else have the custodian correct them before settlement."
    ),
    Cause.METHOD_MISMATCH: (
        "Make both sides relieve alike: SET_METHOD in the book, or lots on the sale; else have the"
        " custodian change its method."
    ),
    Cause.CORP_ACTION_FMV: (
        "Compare ratio and allocation with the issuer's Form 8937, and correct the side that"
        " differs."
    ),
    Cause.TOTAL_OK_LOTS_DIFFER: (
        "Compare the lots one by one with the confirmations before anything is sold."
    ),
    Cause.QUANTITY_DIFFERS: (
        "Look for the transaction in the custodian's history, and import it; or VOID what was"
        " imported twice."
    ),
    Cause.UNEXPLAINED: (
        "Compare the lot with its confirmation; taxlots explain shows where our figure comes from."
    ),
}
"""What to do about each cause."""
