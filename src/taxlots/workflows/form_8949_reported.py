"""What is reported of a year's sales: by the broker's view of the book, or by actual forms."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from taxlots.book.form_8949 import Told
from taxlots.book.view_differences import differences_of
from taxlots.book.view_pieces import paired
from taxlots.book.view_reasons import MEANINGS
from taxlots.book.wash_statement import needs_statement
from taxlots.domain.calendar import day_number
from taxlots.domain.problem import Problem, warning
from taxlots.workflows.differences import both_views

if TYPE_CHECKING:
    from taxlots.book.booking import Books
    from taxlots.book.view_pieces import Pair
    from taxlots.reports.tie_out import TieOut
    from taxlots.workflows.reconcile_files import FormFiles


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """The realized pieces of a year beside what is reported of them.

    ``told`` and ``because`` are by the place of a pair among ``pairs``: what a form says beside
    figures, and why the two sides differ.
    """

    books: Books
    year: int
    pairs: tuple[Pair, ...]
    told: dict[int, Told]
    because: dict[int, str]
    problems: tuple[Problem, ...] = ()


def reported_by_broker_view(taxpayer: Books, broker: Books, year: int) -> Reported:
    """The broker's view of the book stands for the Forms 1099-B.

    Why the two differ is looked for only where a statement has to say it.
    """
    first, end = day_number(year, 1, 1), day_number(year + 1, 1, 1)
    pairs = [pair for pair in paired(taxpayer, broker) if first <= pair.sold < end]
    because: dict[int, str] = {}
    if any(needs_statement(pair) for pair in pairs):
        reasons = {one.pair: one.reasons for one in differences_of(taxpayer, broker)}
        because = {
            at: "; ".join(MEANINGS[reason] for reason in reasons[pair])
            for at, pair in enumerate(pairs)
            if reasons.get(pair)
        }
    return Reported(books=taxpayer, year=year, pairs=tuple(pairs), told={}, because=because)


def reported_by_forms(found: TieOut) -> Reported:
    """Actual forms, tied to the book; the broker's view for accounts without one."""
    from taxlots.workflows.reconcile_pairs import pairs_with_form

    reported = pairs_with_form(found)
    return Reported(
        books=found.views.taxpayer,
        year=found.year,
        pairs=reported.pairs,
        told=reported.told,
        because={
            at: one.tie.because
            for at, one in enumerate(found.pairs)
            if one.tie is not None and one.tie.because
        },
        problems=(*found.problems, *_open_breaks(found)),
    )


def reported_of(
    book: str,
    year: int,
    forms: FormFiles | None,
    *,
    as_of: date | None = None,
    known_at: datetime | None = None,
) -> Reported:
    """What is reported of a book's year: by ``forms``, or by the broker's view where None.

    Raises UsageError for a wrong call and DataError where the book or a form has errors.
    """
    if forms is None:
        taxpayer, broker = both_views(book, as_of=as_of, known_at=known_at)
        return reported_by_broker_view(taxpayer, broker, year)
    from taxlots.workflows.reconcile import reconcile

    return reported_by_forms(reconcile(book, forms, year, as_of=as_of, known_at=known_at))


def _open_breaks(found: TieOut) -> list[Problem]:
    """Rows of forms that are no sale of the book, and differences that nothing explains."""
    missing = [
        warning(
            f"{tie.account}:{tie.symbol}",
            "FORM_1099B_ROW_MISSING",
            f"{len(tie.theirs)} rows of the form of {tie.account} are no sale of the book, and "
            f"stand on no form here: {tie.because}",
            "import the sales, or ask for a corrected form",
        )
        for tie in found.breaks
        if not tie.ours
    ]
    others = sum(1 for tie in found.breaks if tie.ours)
    if others:
        missing.append(
            warning(
                f"form_1099b:{found.year}",
                "FORM_1099B_BREAKS",
                f"{others} differences between the book and its forms are breaks; Form 8949 "
                "corrects the forms to the book",
                "look at them with `taxlots reconcile` before you file",
            )
        )
    return missing
