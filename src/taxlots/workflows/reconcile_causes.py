"""Why a Form 1099-B and what a broker ought to report differ: the break of one tie, typed.

The tests are those of ``lot_causes``, which open lots share.  Where days of purchase differ, other
lots may have been sold, and that is asked first; where they agree, amounts alone differ.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from enum import StrEnum
from typing import Final

from taxlots.domain.money import dollars, shares
from taxlots.workflows import lot_causes
from taxlots.workflows.lot_breaks import REMEDIES, TESTS, Cause
from taxlots.workflows.lot_facts import PositionFacts
from taxlots.workflows.lot_matching import Pairing, basis_of, quantity_of


class FormCause(StrEnum):
    """Causes that a form alone has."""

    UNMATCHED_OURS = "UNMATCHED_OURS"
    UNMATCHED_THEIRS = "UNMATCHED_THEIRS"
    TERM_DIFFERS = "TERM_DIFFERS"


Test = Callable[[Pairing, PositionFacts], str]


def settled_otherwise(pairing: Pairing, facts: PositionFacts) -> str:
    """A settlement date on one side; a day on which the book bought is no settlement."""
    if pairing.has_same_days or lot_causes.is_of_no_purchase(pairing, facts):
        return lot_causes.settle_date(pairing, facts)
    return ""


def basis_of_nothing(pairing: Pairing, _facts: PositionFacts) -> str:
    """The form has a basis of 0.00, as brokers print where they know none."""
    ours = basis_of(pairing.ours)
    if pairing.quantity_difference or basis_of(pairing.theirs) != 0 or not ours:
        return ""
    return f"the form has a basis of 0.00, as where none is known; the book has {dollars(ours)}"


def disallowed_otherwise(pairing: Pairing, facts: PositionFacts) -> str:
    """A loss is disallowed on one side, or joined the basis of a lot there.

    Our side is what a broker must report: the accounts at which it does not look are no reason.
    """
    if pairing.quantity_difference or not pairing.disallowed_difference:
        return lot_causes.wash_adjustment(pairing, facts)
    ours = sum(lot.disallowed_cents for lot in pairing.ours)
    theirs = sum(lot.disallowed_cents for lot in pairing.theirs)
    return (
        f"by the sales and purchases of this account alone, {dollars(ours)} of the loss is"
        f" disallowed; the form disallows {dollars(theirs)}"
    )


OTHER_LOTS: Final[tuple[tuple[str, Test], ...]] = (
    (Cause.TRANSFER_PENDING, lot_causes.transfer_pending),
    (Cause.TRADE_VS_SETTLE_DATE, settled_otherwise),
    (Cause.OPTIMIZER_LOTS, lot_causes.optimizer_lots),
    (Cause.METHOD_MISMATCH, lot_causes.method_mismatch),
    (Cause.MISSING_BASIS, lot_causes.missing_basis),
    (Cause.INITIALIZED_LOT, lot_causes.initialized_lot),
    (Cause.GIFT_OR_INHERIT, lot_causes.gift_or_inherit),
    (Cause.AVG_COST_VS_ACTUAL, lot_causes.average_cost),
    (Cause.WASH_ADJUSTMENT, disallowed_otherwise),
    (Cause.TOTAL_OK_LOTS_DIFFER, lot_causes.totals_agree),
    (Cause.CORP_ACTION_FMV, lot_causes.corporate_action),
    (Cause.QUANTITY_DIFFERS, lot_causes.quantity_differs),
)
"""The tests of a tie whose days differ or that nothing recognizes, in the order of asking."""

OTHER_AMOUNTS: Final[tuple[tuple[str, Test], ...]] = (
    *(
        (cause, disallowed_otherwise if cause is Cause.WASH_ADJUSTMENT else test)
        for cause, test in TESTS.items()
        if cause
        not in {
            Cause.BROKER_VIEW,
            Cause.INITIALIZED_LOT,
            Cause.OPTIMIZER_LOTS,
            Cause.METHOD_MISMATCH,
            Cause.TOTAL_OK_LOTS_DIFFER,
            Cause.UNEXPLAINED,
        }
    ),
    (Cause.MISSING_BASIS, basis_of_nothing),
)
"""The tests of a tie of the same lots, in the order in which open lots are asked."""


def cause_of(
    pairing: Pairing,
    facts: PositionFacts,
    *,
    is_of_term: bool,
    is_tacked: bool,
    carried: Collection[int],
) -> tuple[str, str]:
    """The cause of a break and what speaks for it.

    ``is_of_term``: terms differ and nothing else; ``is_tacked``: the holding period of one of our
    lots starts before its purchase.  ``carried`` are cents by which the form's disallowed losses
    of the position exceed ours.
    """
    if not pairing.ours or not pairing.theirs:
        return _one_sided(pairing, facts)
    if is_of_term:
        return _of_term(pairing, facts, is_tacked=is_tacked)
    has_other_lots = pairing.is_rest or not pairing.has_same_days
    if has_other_lots:
        pairing = Pairing(pairing.ours, pairing.theirs, is_rest=True)
    for cause, test in OTHER_LOTS if has_other_lots else OTHER_AMOUNTS:
        because = test(pairing, facts)
        if because:
            return str(cause), because
        if cause == Cause.WASH_ADJUSTMENT and pairing.basis_difference in carried:
            cents = pairing.basis_difference or 0
            return str(cause), (
                f"the basis differs by {dollars(abs(cents))}, a loss that the form disallows"
                " otherwise than the book"
            )
    return str(Cause.UNEXPLAINED), "none of the known causes fits"


def _one_sided(pairing: Pairing, facts: PositionFacts) -> tuple[str, str]:
    pending = lot_causes.transfer_pending(pairing, facts)
    if pending:
        return str(Cause.TRANSFER_PENDING), pending
    if pairing.ours:
        count = shares(quantity_of(pairing.ours))
        return str(FormCause.UNMATCHED_OURS), (
            f"the book sold {count} {facts.symbol} on {pairing.ours[0].closed}; no row of the form"
            " is that sale"
        )
    return str(FormCause.UNMATCHED_THEIRS), (
        f"the form lists a sale of {pairing.theirs[0].closed} that the book does not have"
    )


def _of_term(pairing: Pairing, facts: PositionFacts, *, is_tacked: bool) -> tuple[str, str]:
    given = lot_causes.gift_or_inherit(pairing, facts)
    if given:
        return str(Cause.GIFT_OR_INHERIT), f"{given}: the term is not that of the day of receipt"
    if is_tacked:
        return str(Cause.WASH_ADJUSTMENT), (
            "the holding period includes that of shares sold at a loss, and the term differs"
        )
    return str(FormCause.TERM_DIFFERS), (
        "days and amounts agree; one side has the gain short-term, the other long-term"
    )


FORM_REMEDIES: Final[dict[str, str]] = {
    **{str(cause): remedy for cause, remedy in REMEDIES.items()},
    FormCause.UNMATCHED_OURS: (
        "Look for the sale on the form of another account, or of the next year if it settled"
        " there; VOID it if it was imported twice. Without a form it goes into box C, F, I or L."
    ),
    FormCause.UNMATCHED_THEIRS: (
        "Import the custodian's transactions of that day; until then Form 8949 lacks the sale. If"
        " the security is unknown, list its CUSIP or name in securities.csv."
    ),
    FormCause.TERM_DIFFERS: (
        "Compare the days of purchase and sale: more than a year is long-term. Form 8949 takes"
        " your term, with code T."
    ),
    Cause.WASH_ADJUSTMENT: (
        "Look for a purchase within 30 days that one side lacks. Form 8949 takes your figure, with"
        " code W; ask for a corrected form if the broker missed a purchase of its own account."
    ),
    Cause.MISSING_BASIS: (
        "Find the purchase. If the book lacks the basis, VOID the row that opened the lot and"
        " import it with its basis; if the form does, Form 8949 takes yours in column (e), in box"
        " B or E."
    ),
    Cause.FEE_IN_BASIS: (
        "Commissions belong to the basis of a purchase and reduce the proceeds of a sale. If your"
        " books have them, Form 8949 corrects the form with code B or E; else correct the row."
    ),
    Cause.OPTIMIZER_LOTS: (
        "If the custodian confirmed these lots, name them on the sale (lots), or set the method"
        " with SET_METHOD. After settlement the lots of the sale can no longer be changed."
    ),
    Cause.METHOD_MISMATCH: (
        "Look at the confirmation of the sale: the lots identified by settlement count. Name them"
        " on the sale (lots) or use SET_METHOD; else ask for a corrected form."
    ),
    Cause.DRIP_ROUNDING: (
        "Take the custodian's fractions: VOID the reinvestment and import it as the statement"
        " tells it; or allow a tolerance."
    ),
}
"""What to do about each cause."""
