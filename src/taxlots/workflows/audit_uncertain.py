"""Uncertain positions: what the year's gain would be under the other answer to each open question.

The book is booked again for each key of its policy that can matter, at most nine times.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from taxlots.book.audit_scope import AuditScope, audit_scope
from taxlots.book.journal import ACTION_CODE
from taxlots.domain.account import AccountKind, Owner
from taxlots.domain.action import Action
from taxlots.domain.calendar import date_of
from taxlots.domain.money import dollars
from taxlots.domain.problem import DataError
from taxlots.reports.audit_columns import UNCERTAIN
from taxlots.reports.books_files import result_tables
from taxlots.reports.rows import text_table
from taxlots.workflows.replay import replay_record

if TYPE_CHECKING:
    import pyarrow as pa

    from taxlots.book.booking import Books


@dataclass(frozen=True, slots=True)
class Question:
    """An open question: its number, what it asks, and the key that answers it, if any."""

    decision: str
    question: str
    key: str = ""


QUESTIONS: Final = (
    Question("D1", "Do shares closed by the same order as the loss replace it?", "held_after_sale"),
    Question("D2", "Do shares sold before the loss replace it?", "sold_before_counts"),
    Question("D3", "Do shares older than the sold lot replace it?", "count_older_than_sold"),
    Question("D4", "What is the same lot, which cannot replace its own part?"),
    Question("D5", "In which order do replacements serve?"),
    Question("D6", "In which order are losses served?"),
    Question("D7", "Does a taxable purchase come before one in an IRA, or after?"),
    Question("D8", "Does a spouse's replacement take the loss into basis?", "spouse_basis_step_up"),
    Question("D9", "How long is the period that tacks?"),
    Question("D10", "And if the replacement was bought before the sale?"),
    Question("D11", "Which date does first in, first out go by?"),
    Question("D12", "Which part of a partly adjusted lot leaves first?", "sub_first"),
    Question("D13", "Which of two lots of equal cost leaves first under HIFO and LOFO?"),
    Question("D14", "By what does MINTAX rank lots?"),
    Question("D15", "How do a split and the window go together?"),
    Question("D16", "Is a vest of restricted stock an acquisition?", "rsu_vest_is_acquisition"),
    Question("D17", "Are funds of one index substantially identical?", "same_index_identical"),
    Question("D18", "To what are amounts rounded?"),
    Question("D19", "Does a section 475 account's purchase replace?", "mtm475_purchase_replaces"),
    Question("D20", "When is a loss final?"),
    Question("", "Is a piece's average basis rounded once, or by share?", "average_rounding"),
)
ONE_ANSWER: Final = "the books have one answer alone, a convention that policy.md gives reasons for"
OTHER_WORDS: Final = {
    "adjusted": "unadjusted",
    "unadjusted": "adjusted",
    "exact": "cents",
    "cents": "exact",
}


def uncertain_table(scope: AuditScope) -> pa.Table:
    """``uncertain_positions.csv``: every open question, with the change of the year's gain."""
    return text_table(tuple(UNCERTAIN), [_line(scope, question) for question in QUESTIONS])


def _line(scope: AuditScope, question: Question) -> dict[str, str]:
    line = {
        **dict.fromkeys(UNCERTAIN, ""),
        "decision": question.decision,
        "key": question.key,
        "question": question.question,
    }
    if not question.key:
        return {**line, "says": ONE_ANSWER}
    value = getattr(scope.books.record.policy, question.key)
    other = _other(value)
    return {
        **line,
        "value": _word(value),
        "other_value": _word(other),
        **_changes(scope, question.key, other),
    }


def _changes(scope: AuditScope, key: str, other: Any) -> dict[str, str]:
    if why := next(_without_effect(scope.books, key), ""):
        return _cells(0, 0, 0, f"nothing to book again: {why}")
    record = scope.books.record
    changed = replace(record, policy=replace(record.policy, **{key: other}))
    try:
        books = replay_record(changed, date_of(scope.books.as_of))
    except DataError as failure:
        return {"says": f"the book cannot be booked so: {failure}"}
    again = audit_scope(books, scope.year, scope.tax_returns)
    before, after = _gains(scope), _gains(again)
    told = _lines_changed(scope, again)
    says = "booked again with the other answer"
    return _cells(after[0] - before[0], after[1] - before[1], told, says)


def _cells(short: int, long: int, pieces: int, says: str) -> dict[str, str]:
    return {
        "short_term_change": dollars(short),
        "long_term_change": dollars(long),
        "change": dollars(short + long),
        "pieces_changed": str(pieces),
        "says": says,
    }


def _without_effect(books: Books, key: str) -> Iterator[str]:
    """Why a key cannot matter to a book, if that can be seen without booking it again."""
    record, journal = books.record, books.journal
    if key == "rsu_vest_is_acquisition":
        if not (journal.action == ACTION_CODE[Action.RSU_VEST]).any():
            yield "no RSU_VEST row"
    elif key == "mtm475_purchase_replaces":
        if all(account.kind is not AccountKind.TAXABLE_MTM_475 for account in record.accounts):
            yield "no section 475 account"
    elif key == "same_index_identical":
        indexes = [one.index for one in record.securities.values() if one.index]
        if len(indexes) == len(set(indexes)):
            yield "no two securities track one index"
    elif key == "spouse_basis_step_up":
        if all(account.owner is not Owner.SPOUSE for account in record.accounts):
            yield "no account of a spouse"
    elif key == "average_rounding" and not len(books.state.table("averages")):
        yield "no average basis"


def _gains(scope: AuditScope) -> tuple[int, int]:
    """Short-term and long-term gain of the year, pieces of unknown basis left out."""
    pieces = scope.pieces
    known = scope.mine[~pieces.is_unknown[scope.mine]]
    gain, is_long = pieces.gain[known], pieces.is_long[known]
    return sum(gain[~is_long].tolist()), sum(gain[is_long].tolist())


def _lines_changed(scope: AuditScope, again: AuditScope) -> int:
    """How many lines of the year's pieces are not among those of the other booking."""
    other = set(_lines(again))
    return sum(line not in other for line in _lines(scope))


def _lines(scope: AuditScope) -> list[str]:
    import pyarrow.compute as pc

    table = result_tables(scope.books)["realized"].take(scope.mine)
    lines: list[str] = pc.binary_join_element_wise(*table.columns, "\x1f").to_pylist()
    return lines


def _other(value: Any) -> Any:
    return (not value) if isinstance(value, bool) else OTHER_WORDS[value]


def _word(value: Any) -> str:
    return str(value).lower()
