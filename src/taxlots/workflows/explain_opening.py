"""How a lot came in: bought, given, distributed, sold short, or brought by an option."""

from __future__ import annotations

from taxlots.book import kinds
from taxlots.book.booking import Books
from taxlots.book.tables import NONE
from taxlots.reports import explain_corporate_wording as corporate
from taxlots.reports import explain_option_wording as option
from taxlots.reports import explain_short_wording as short
from taxlots.reports import explain_wording as wording
from taxlots.reports.explained import Step
from taxlots.workflows.evidence import Evidence
from taxlots.workflows.explain_lookup import (
    account_of,
    is_option,
    is_owed,
    row_of_event,
    shares_at,
    target_of,
)
from taxlots.workflows.family_record import Change, FamilyHistory


def opened_step(history: FamilyHistory, evidence: Evidence, change: Change) -> Step:
    """The first step of a lot: the row that opened it, and the basis with which it came."""
    books = history.books
    kind = int(books.blueprint.tables["events"]["kind"][change.event])
    if kind == kinds.OPEN_SHORT:
        return _opened_short(history, evidence, change)
    if kind == kinds.OPEN_BY_OPTION:
        return _opened_by_option(history, evidence, change)
    if kind == kinds.OPEN_BY_TERMS:
        target = target_of(books, change.event)
        return corporate.taxable_lot_step(
            evidence.row(row_of_event(books, change.event), "lot"),
            shares_at(books, target, _units(change)),
            _cents(change),
            account_of(books, target),
        )
    return _opened(history, evidence, change.event)


def _opened(history: FamilyHistory, evidence: Evidence, event: int) -> Step:
    books = history.books
    booked = history.booked[event]
    detail = _detail_flags(books, event)
    loss = booked.cents
    if detail is not None and detail[0] & kinds.DUAL_BASIS:
        loss = detail[1]
    position = booked.position
    if booked.kind == kinds.DISTRIBUTE:
        position = target_of(books, event)
    return wording.opened_step(
        evidence.fills(row_of_event(books, event), "lot"),
        shares_at(books, position, booked.quantity),
        account_of(books, position),
        booked.cents,
        loss,
        is_unknown=bool(detail is not None and detail[0] & kinds.UNKNOWN_BASIS),
    )


def _detail_flags(books: Books, event: int) -> tuple[int, int] | None:
    """Flags and loss basis of an opening that has details."""
    tables = books.blueprint.tables
    number = int(tables["events"]["detail"][event])
    if number == NONE:
        return None
    detail = tables["details"][number]
    return int(detail["flags"]), int(detail["loss_cents"])


def _opened_short(history: FamilyHistory, evidence: Evidence, change: Change) -> Step:
    booked = history.booked[change.event]
    backed = sum(part.quantity for part in change.after if part.is_long_backed)
    return short.opened_short_step(
        evidence.fills(row_of_event(history.books, change.event), "lot"),
        shares_at(history.books, booked.position, booked.quantity),
        booked.cents,
        backed,
        is_written=is_option(history.books, booked.position),
    )


def _opened_by_option(history: FamilyHistory, evidence: Evidence, change: Change) -> Step:
    """Stock at its price and the premium: what is not the price in its basis is premium."""
    books = history.books
    booked = history.booked[change.event]
    is_written = is_owed(books, booked.position)
    joined = sum(
        match.disallowed
        for match in history.matches
        if match.event == change.event and match.lot == change.lot and match.rule == kinds.STEPS_UP
    )
    taken = _cents(change) - joined - booked.cents
    return option.premium_in_basis_step(
        evidence.row(row_of_event(books, change.event), "lot"),
        shares_at(books, target_of(books, change.event), _units(change)),
        booked.cents,
        -taken if is_written else taken,
        is_written=is_written,
    )


def _units(change: Change) -> int:
    return sum(part.quantity for part in change.after)


def _cents(change: Change) -> int:
    return sum(part.basis for part in change.after)
