"""The wash-sale test of one realized piece in steps."""

from __future__ import annotations

from collections.abc import Iterator

from taxlots.book import kinds
from taxlots.book.tables import Row
from taxlots.law.cites import authorities_of
from taxlots.law.s358_allocation import basis_after_exchange
from taxlots.law.s1091_wash_sale import window_end
from taxlots.reports import explain_short_wording as short
from taxlots.reports import explain_wash_wording as wash
from taxlots.reports import explain_wording as wording
from taxlots.reports.explained import Step
from taxlots.workflows.explain_candidates import passed_over
from taxlots.workflows.explain_disposition import Sale
from taxlots.workflows.explain_lookup import (
    account_of,
    day_of_event,
    event_of_lot,
    is_owed,
    row_of_event,
    symbol_of,
)
from taxlots.workflows.explain_lot import figures
from taxlots.workflows.family_record import Match

RESTATING = (kinds.SPLIT, kinds.EXCHANGE)
SPLITS = ("SPLIT", "STOCK_DIVIDEND")


def wash_steps(sale: Sale, number: int, row: Row) -> Iterator[Step]:
    """The window, what replaced the loss, what did not and why, and what is left."""
    if row.proceeds_cents >= row.basis_cents or row.flags & kinds.UNKNOWN_BASIS:
        return
    if not row.flags & kinds.TESTED:
        yield wash.untested_step(_why_untested(sale, row))
        return
    is_short = is_owed(sale.books, row.position)
    if row.window != row.sold:
        yield short.dated_back_step(row.acquired, row.window)
    yield short.short_window_step(row.window) if is_short else wash.window_step(row.window)
    matches = [match for match in sale.history.matches if match.loss_row == number]
    told: list[Match | int] = [*matches, *_restatings(sale, row, matches)]
    told.sort(key=_event_of)
    for one in told:
        yield _replaced(sale, row, one) if isinstance(one, Match) else _restating(sale, one)
    matched = sum(match.disallowed for match in matches)
    if matched != row.disallowed_cents:
        yield wash.shared_step(matched, row.disallowed_cents)
    left = max(0, row.quantity - sum(match.quantity for match in matches))
    for lot_row, why, cites in passed_over(sale, row, left):
        yield wash.passed_step(sale.evidence.row(lot_row), why, cites)
    yield wash.rest_step(
        row.basis_cents - row.proceeds_cents,
        row.disallowed_cents,
        row.window,
        is_open=window_end(row.window) >= sale.books.as_of,
        sold_units=left,
    )


def _restatings(sale: Sale, row: Row, matches: list[Match]) -> list[int]:
    """The splits and exchanges that came while part of the loss was waiting."""
    events = sale.books.blueprint.tables["events"]
    symbol = symbol_of(sale.books, row.position)
    found = []
    for event in sale.history.events[sale.history.events > sale.event].tolist():
        is_restating = int(events["kind"][event]) in RESTATING
        if int(events["day"][event]) > window_end(row.window):
            break
        met = sum(match.quantity for match in matches if match.event < event)
        same = sale.books.journal.symbol_of(row_of_event(sale.books, event)) == symbol
        if int(events["kind"][event]) == kinds.EXCHANGE:
            same = int(events["position"][event]) == row.position
            same = same and int(events["quantity"][event]) == 0
        if is_restating and same and met < row.quantity:
            found.append(event)
    return found


def _event_of(one: Match | int) -> int:
    return one.event if isinstance(one, Match) else one


def _restating(sale: Sale, event: int) -> Step:
    row = sale.evidence.row(row_of_event(sale.books, event))
    what = "Split" if row.action == "SPLIT" else row.action
    return wording.changed_step(
        "split" if row.action in SPLITS else "exchanged",
        row,
        f"{what} {row.id} ({row.day}, {row.said}): the shares of the loss that still wait are "
        "restated by it, the loss is not.",
        () if row.action in SPLITS else authorities_of(basis_after_exchange),
    )


def _why_untested(sale: Sale, row: Row) -> str:
    account, symbol, _ = sale.books.blueprint.places[row.position]
    if row.nondeductible_cents:
        return "it is denied altogether"
    kind = next(a.kind for a in sale.books.record.accounts if a.id == account)
    security = sale.books.record.securities.get(symbol)
    if security is not None and security.kind.is_exempt_from_1091:
        return f"{symbol} is a {security.kind}"
    return f"{account} is a {kind} account"


def _replaced(sale: Sale, row: Row, match: Match) -> Step:
    opened = event_of_lot(sale.books, match.lot)
    return wash.replaced_step(
        sale.evidence.row(row_of_event(sale.books, opened), "replacement"),
        account_of(sale.books, match.position),
        row.window,
        (match.quantity, match.disallowed, day_of_event(sale.books, opened)),
        rule=match.rule,
        part=figures(match.part),
        is_short=is_owed(sale.books, match.position),
    )
