"""What was booked but deserves a look: outcomes without authority, and likely slips of the pen.

Warnings; nothing here changes a figure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from taxlots.book import kinds
from taxlots.book.contract_splits import options_not_adjusted
from taxlots.book.dividends import dividends_of
from taxlots.book.journal import ACTION_CODE
from taxlots.book.neighbour_reviews import dividend_reviews, neighbour_reviews
from taxlots.domain.account import AccountKind
from taxlots.domain.action import Action
from taxlots.domain.money import dollars, shares
from taxlots.domain.problem import Problem, Severity, warning

if TYPE_CHECKING:
    from taxlots.book.booking import Books

TRANSFER_DAYS: Final = 31
"""A transfer in this soon after a like transfer out is probably the same shares."""

UNSETTLED_KINDS: Final = (AccountKind.PLAN_401K, AccountKind.HSA, AccountKind.PLAN_529)
"""Plans that Rev. Rul. 2008-5 does not name; the books treat them like an IRA."""


def reviews_of(books: Books) -> list[Problem]:
    """Every warning of this module, in journal order within each kind."""
    found = [*_matches(books), *_possible_transfers(books)]
    if any(problem.severity is Severity.ERROR for problem in books.problems):
        return found
    found += options_not_adjusted(books)
    return [*found, *neighbour_reviews(books), *dividend_reviews(books, dividends_of(books))]


def _matches(books: Books) -> list[Problem]:
    """Matches whose outcome rests on a policy decision rather than on an authority."""
    accounts = {account.id: account for account in books.record.accounts}
    events = books.blueprint.tables["events"]
    rows = books.state.table("rows")
    marked = [accounts[a].kind is AccountKind.TAXABLE_MTM_475 for a, _, _ in books.blueprint.places]
    matches = books.state.table("matches")
    open_question = matches["rule"] != kinds.STEPS_UP
    open_question |= np.array(marked, np.bool_)[matches["position"]]
    found: dict[tuple[int, str], Problem] = {}
    for match in matches[open_question]:
        account = accounts[books.blueprint.places[int(match["position"])][0]]
        told = _outcome(int(match["rule"]), account.kind)
        if told is None:
            continue
        code, message, remedy = told
        row = int(events["row"][rows["event"][match["row"]]])
        where = books.journal.where(row)
        text = (
            f"sale {books.journal.id(row)!r}: {dollars(int(match['disallowed_cents']))} "
            f"{message} ({account.id})"
        )
        found.setdefault((row, code), warning(where, code, text, remedy))
    return list(found.values())


def _outcome(rule: int, kind: AccountKind) -> tuple[str, str, str] | None:
    if rule == kinds.PERMANENT_RETURN:
        return (
            "REPLACED_ON_OTHER_RETURN",
            "is counted as gone for good: the replacement stands on another tax return",
            "no authority says whose basis takes the loss (D8); ask the preparer",
        )
    if rule == kinds.PERMANENT_SPOUSE:
        return (
            "REPLACED_BY_SPOUSE",
            "is counted as gone for good: spouse_basis_step_up is false",
            "decision D8 of the policy; the other value adds it to the spouse's basis",
        )
    if rule == kinds.PERMANENT_DEFERRED and kind in UNSETTLED_KINDS:
        return (
            "REPLACED_IN_PLAN",
            f"is counted as gone for good: the replacement was bought in a {kind} account",
            "Rev. Rul. 2008-5 speaks of IRAs alone; ask the preparer",
        )
    if kind is AccountKind.TAXABLE_MTM_475:
        return (
            "REPLACED_IN_475_ACCOUNT",
            "is deferred into shares of an account that is marked to market",
            "decision D19 of the policy (mtm475_purchase_replaces); ask the preparer",
        )
    return None


def _possible_transfers(books: Books) -> list[Problem]:
    """Transfers in that look like an earlier transfer out, but bear no common order_id."""
    journal = books.journal
    row = books.bookings.row
    action = journal.action[row]
    out = np.flatnonzero(action == ACTION_CODE[Action.TRANSFER_OUT])
    coming = np.flatnonzero(action == ACTION_CODE[Action.TRANSFER_IN])
    left: dict[tuple[Any, ...], list[int]] = {}
    for place in out:
        left.setdefault(_likeness(books, int(place)), []).append(int(place))
    found = []
    for place in coming:
        if journal.order.values[row[place]] >= 0:
            continue
        for earlier in left.get(_likeness(books, int(place)), []):
            days = int(books.bookings.day[place] - books.bookings.day[earlier])
            if 0 <= days <= TRANSFER_DAYS and journal.order.values[row[earlier]] < 0:
                found.append(_possible_transfer(books, int(row[place]), int(row[earlier])))
    return found


def _likeness(books: Books, place: int) -> tuple[Any, ...]:
    row = int(books.bookings.row[place])
    quantity = int(books.journal.number["quantity"].values[row])
    return int(books.bookings.household[place]), books.journal.symbol_of(row), quantity


def _possible_transfer(books: Books, row: int, earlier: int) -> Problem:
    journal = books.journal
    quantity = shares(int(journal.number["quantity"].values[row]))
    return warning(
        journal.where(row, "order_id"),
        "POSSIBLE_TRANSFER",
        f"transfer {journal.id(row)!r} brings in {quantity} {journal.symbol_of(row)}, as many as "
        f"{journal.id(earlier)!r} took out shortly before",
        "give both rows one order_id if they are one transfer; our lots then move with their basis",
    )
