"""The lists of a CPA pack: what each shows, and what its columns mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from taxlots.reports.form_8949_csv import ROWS as FORM_8949

Meanings = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class CpaList:
    """One list: a line that says what it shows, and the meaning of each column."""

    text: str
    columns: Meanings


ORDER: Final[Meanings] = {
    "client_order_id": "the order of the harvest",
    "account": "the account",
    "action": "SELL or BUY",
    "symbol": "the security",
}
SALE: Final[Meanings] = {
    "sale_id": "the journal row of the sale",
    "lot_id": "the lot that was closed",
    "account": "the account",
    "symbol": "the security",
}

LISTS: Final[dict[str, CpaList]] = {
    "realized_lots.csv": CpaList(
        "each piece of a lot that the harvest sold, as it is booked",
        {
            "client_order_id": "the order of the harvest",
            **SALE,
            "ordered_lot_id": "the lot that was ordered to be closed",
            "acquired_date": "the day of acquisition",
            "holding_period_date": "the day from which the holding period counts",
            "sold_date": "the trade date",
            "quantity": "shares",
            "proceeds": "after fees",
            "cost_basis": "adjusted basis; blank if unknown",
            "wash_sale_loss_disallowed": "disallowed under 26 USC 1091, so far",
            "permanently_disallowed": "the part of it that joins no basis",
            "gain": "gain, a loss negative, with what is disallowed added back",
            "term": "ST or LT",
            "status": "final, provisional, window_incomplete or basis_unknown",
            "final_from": "the first day on which no purchase can change it any more",
        },
    ),
    "journal.csv": CpaList("the rows of the journal that book the harvest, as stated", {}),
    "wash_sales.csv": CpaList(
        "losses of the harvest that are disallowed, and losses that its purchases replace",
        {
            "sale_id": "the sale at a loss",
            "loss_lot_id": "its lot",
            "replacement_lot_id": "the lot whose shares replace it",
            "replacement_account": "where they were bought",
            "quantity": "shares",
            "disallowed": "loss disallowed by them",
            "permanent": "the part that joins no basis",
            "rule": "the authority",
        },
    ),
    "open_windows.csv": CpaList(
        "until when purchases can still change a sale, and what of the window is not known",
        {
            **SALE,
            "sold_date": "the trade date",
            "window_to": "the last day on which a purchase can replace the shares",
            "final_from": "the day after it",
            "loss": "the loss that can still be disallowed",
            "is_open": "yes while the books do not reach the end of the window",
            "rows_end": "accounts of the household whose rows end before it, with the day",
        },
    ),
    "restrictions.csv": CpaList(
        "what is not to be bought, or not sold at a loss, on the as-of day",
        {
            "household": "the household",
            "account": "the account that must keep to it",
            "symbol": "the security",
            "restriction": "do_not_buy or do_not_sell_at_a_loss",
            "until": "the first day that is free again",
            "force": "must or advised",
            "origin": "books: it is booked; plan: by orders that are signed and not executed",
            "because": "the sales, lots or orders that cause it",
            "note": "what to switch off, or to buy instead",
        },
    ),
    "schedule_d_effect.csv": CpaList(
        "Schedule D line by line: without the harvest, as executed, and as ordered",
        {
            "tax_return": "the return",
            "year": "the tax year",
            "line": "the line of Schedule D",
            "text": "what stands there",
            "proceeds_effect": "what the harvest adds to column (d)",
            "cost_basis_effect": "what it adds to column (e)",
            "adjustment_effect": "what it adds to column (g)",
            "gain_without": "column (h) without the harvest",
            "gain_executed": "column (h) with what is executed",
            "gain_ordered": "column (h) if what is still ordered were traded as planned",
            "gain_effect": "the last less the first",
        },
    ),
    "form_8949.csv": CpaList(
        "Form 8949 of the years so far, all sales of the returns, as far as it is booked",
        {"year": "the tax year", **dict.fromkeys(FORM_8949, "as in `taxlots form8949`")},
    ),
    "confirmations.csv": CpaList(
        "what was planned, signed and executed, order by order",
        {
            **ORDER,
            "lot_id": "the lot that was ordered to be closed",
            "planned": "shares of the plan",
            "signed": "shares as they were changed and signed",
            "filled": "shares that were executed",
            "state": "approved, partly filled or filled",
            "approved_by": "who signed it",
            "changed_by": "who changed it",
            "planned_loss": "the loss that the plan expects of what is signed",
            "booked_gain": "what the executed part realized, a loss negative",
            "estimated_tax_saved": "what the plan expects it to save this year; blank if nobody can"
            " say",
            "transactions": "the journal rows that book it",
            "breaks": "how the fills differ from what was signed",
        },
    ),
    "breaks.csv": CpaList(
        "each difference between fills and what was signed",
        {
            "kind": "the kind of difference",
            "client_order_id": "the order",
            "account": "the account",
            "symbol": "the security",
            "lot_id": "the lot",
            "planned": "what was signed",
            "confirmed": "what was executed",
            "detail": "what it means",
        },
    ),
}
"""Every list by the name of its file, in their order."""
