"""Closed years, and how they compare with the books of now, as cells of text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from taxlots.domain.money import dollars

if TYPE_CHECKING:
    from taxlots.book.year_figures import OpenBasis, YearTotal
    from taxlots.ledger.closed_year import ClosedYear
    from taxlots.workflows.closed_years import ComparedYear

Rows = list[dict[str, str]]
TERMS = ("ST", "LT")


def closed_cells(closed: ClosedYear) -> dict[str, Any]:
    """A closing as JSON: who, when, why, from what, and its totals."""
    return {
        "tax_return": closed.tax_return,
        "year": str(closed.year),
        "closing": closed.number,
        "recorded_at": closed.recorded_at,
        "by": closed.actor,
        "reason": closed.reason,
        "as_of": closed.as_of.isoformat(),
        "engine_version": closed.engine_version,
        "rules_version": closed.rules_version,
        "journal": closed.journal_hash,
        "reference": closed.reference_hash,
        "figures_hash": closed.figures_hash,
        "totals": total_rows(closed.tax_return, closed.totals),
        "open": open_cells(closed.open_basis),
    }


def total_rows(tax_return: str, totals: tuple[YearTotal, ...]) -> Rows:
    """One row for each box and term."""
    return [
        {
            "tax_return": tax_return,
            "box": total.box,
            "term": TERMS[total.is_long],
            "pieces": str(total.pieces),
            "proceeds": dollars(total.proceeds_cents),
            "cost_basis": dollars(total.basis_cents),
            "wash_sale_loss_disallowed": dollars(total.disallowed_cents),
            "permanently_disallowed": dollars(total.permanent_cents),
            "nondeductible_loss": dollars(total.nondeductible_cents),
            "gain": dollars(total.gain_cents),
        }
        for total in totals
    ]


def open_cells(held: OpenBasis) -> dict[str, str]:
    """What was open at the end of the year."""
    return {
        "lots": str(held.lots),
        "basis_unknown": str(held.unknown_basis),
        "cost_basis": dollars(held.basis_cents),
        "wash_sale_adjustment": dollars(held.wash_cents),
    }


def compared_cells(one: ComparedYear) -> dict[str, Any]:
    """A closed year beside the books of now, as JSON."""
    name = one.closed.tax_return
    return {
        "tax_return": name,
        "year": str(one.closed.year),
        "state": "restated" if one.is_restated else "lots_restated" if one.changes else "unchanged",
        "closed": closed_cells(one.closed),
        "totals_now": total_rows(name, one.totals),
        "open_now": open_cells(one.open_basis),
        "gain": compared_rows(one),
        "changes": change_rows(one),
    }


def compared_rows(one: ComparedYear) -> Rows:
    """The gain of each box and term, as closed and as it is."""
    sides = [
        {(t.box, t.is_long): t.gain_cents for t in totals}
        for totals in (one.closed.totals, one.totals)
    ]
    rows = []
    for box, is_long in sorted({**sides[0], **sides[1]}):
        before, after = (side.get((box, is_long), 0) for side in sides)
        rows.append(
            {
                "tax_return": one.closed.tax_return,
                "year": str(one.closed.year),
                "box": box,
                "term": TERMS[is_long],
                "gain_before": dollars(before),
                "gain_after": dollars(after),
                "difference": str(after - before),
            }
        )
    return rows


def change_rows(one: ComparedYear) -> Rows:
    """One row for each figure of a line that differs."""
    return [
        {
            "result": change.result,
            "extent": change.extent.value,
            "account": change.account,
            "symbol": change.symbol,
            "sale_id": change.sale_id,
            "lot_id": change.lot_id,
            "replacement_lot_id": change.replacement_lot_id,
            "figure": change.figure,
            "before": change.before,
            "after": change.after,
            "difference": change.difference,
            "because": ";".join(change.because),
        }
        for change in one.changes
    ]
