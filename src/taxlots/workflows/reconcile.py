"""Tying a book's sales of a year out to the Forms 1099-B that brokers sent."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from operator import itemgetter
from pathlib import Path
from typing import Final

from taxlots.book.form_1099b import RETIREMENT, Listing
from taxlots.book.form_8949 import NOTHING_TOLD
from taxlots.book.view_differences import Difference
from taxlots.brokers.protocol import Reading
from taxlots.domain.problem import Problem, warning
from taxlots.reports.compared_views import ComparedViews
from taxlots.reports.failed_folder import problems_alone
from taxlots.reports.folders import write_folder
from taxlots.reports.tie_out import FormPair, NotCompared, ReadForm, ReportedLot, Tie, TieOut
from taxlots.reports.tie_out_files import tie_out_files
from taxlots.workflows.differences import differences
from taxlots.workflows.reconcile_files import FormFiles, read_forms
from taxlots.workflows.reconcile_matching import Row, match_rows
from taxlots.workflows.reconcile_pairs import form_pairs
from taxlots.workflows.reconcile_rows import form_rows, our_rows, reported_lots, with_symbols
from taxlots.workflows.reconcile_status import with_status

NO_FORM: Final = "no form of its account was given"


def reconcile(
    book: str,
    files: FormFiles,
    year: int,
    *,
    as_of: date | None = None,
    known_at: datetime | None = None,
    same_day: str | None = None,
    statement_date: date | None = None,
    tolerance_cents: int = 0,
) -> TieOut:
    """Tie a book's sales of a year out to the Forms 1099-B of its accounts.

    Three sides: the taxpayer's books, what a broker ought to report of them, and what the forms
    say.  ``same_day`` and ``statement_date`` are how the broker's side is booked, as in
    ``differences``.  Amounts that differ by no more than ``tolerance_cents`` agree.  Raises
    UsageError for a wrong call and DataError where the book or a file has errors.
    """
    found = differences(
        book,
        as_of=as_of,
        known_at=known_at,
        same_day=same_day,
        statement_date=statement_date,
        year=year,
    )
    accounts = found.taxpayer.record.accounts
    readings, problems = read_forms(files, accounts, year)
    retired = {a.id for a in accounts if a.kind.is_tax_deferred}
    problems += [_unfit(one) for one in readings if one.account in retired]
    return tie_out(
        found,
        [one for one in readings if one.account not in retired],
        year,
        tolerance_cents=tolerance_cents,
        problems=problems,
    )


def write_reconciliation(out: Path | None, reconciled: Callable[[], TieOut]) -> TieOut:
    """A tie-out, with its files in ``out`` if that is given.

    On errors the folder holds ``problems.csv`` alone, and DataError is raised.
    """
    with problems_alone(out):
        found = reconciled()
    if out is not None:
        write_folder(out, tie_out_files(found))
    return found


def tie_out(
    found: ComparedViews,
    readings: Sequence[Reading],
    year: int,
    *,
    tolerance_cents: int = 0,
    problems: Iterable[Problem] = (),
) -> TieOut:
    """``reconcile`` with forms that are read already, and views that hold the year."""
    books = found.taxpayer
    with_form = {one.account for one in readings}
    listing = Listing(books, year)
    ours: list[Difference] = []
    aside: list[NotCompared] = []
    for piece in found.pieces:
        why = listing.why_not(piece.pair)
        if not why and piece.pair.place[0] not in with_form:
            why = NO_FORM
        if not why:
            ours.append(piece)
        elif why != RETIREMENT:
            aside.append(NotCompared(piece, why))
    rows = our_rows(ours, books)
    theirs = with_symbols(reported_lots(readings, books.record.securities, year), rows)
    ties = with_status(found, list(_ties(ours, rows, theirs)), tolerance_cents)
    return TieOut(
        views=found,
        year=year,
        tolerance_cents=tolerance_cents,
        forms=tuple(_form(one, year) for one in readings),
        ties=tuple(ties),
        pairs=tuple(_pairs(found.pieces, ties, aside)),
        not_compared=tuple(aside),
        problems=tuple(problems),
    )


def _unfit(reading: Reading) -> Problem:
    return warning(
        reading.file,
        "RETIREMENT_ACCOUNT",
        f"{reading.account} is a retirement account: its sales are not taxed and not compared.",
        "Leave the file out, or check --account.",
    )


def _form(reading: Reading, year: int) -> ReadForm:
    return ReadForm(
        file=reading.file,
        custodian=reading.broker,
        account=reading.account,
        rows=sum(lot.closed.year == year for lot in reading.realized_lots),
        is_corrected=reading.is_corrected,
    )


def _ties(
    ours: Sequence[Difference], mine: Sequence[Row], theirs: Sequence[ReportedLot]
) -> Iterator[Tie]:
    """Pieces and rows that are the same, in the order of the book, then of the forms.

    ``mine`` are the pieces as rows.  What a broker ought not to report meets a row of the form
    only if no other piece does.
    """
    reportable = [at for at, one in enumerate(ours) if one.pair.broker is not None]
    others = [at for at, one in enumerate(ours) if one.pair.broker is None]
    told = form_rows(theirs)
    groups: list[tuple[tuple[int, ...], tuple[int, ...], bool]] = []
    left: list[int] = []
    for one in match_rows([mine[at] for at in reportable], told):
        if one.ours or not others:
            groups.append((tuple(reportable[at] for at in one.ours), one.theirs, one.is_rest))
        else:
            left += one.theirs
    for one in match_rows([mine[at] for at in others], [told[at] for at in left]):
        group = (tuple(others[at] for at in one.ours), tuple(left[at] for at in one.theirs))
        groups.append((*group, one.is_rest))
    groups.sort(key=lambda group: (not group[0], min(group[0] or group[1])))
    for number, (at_ours, at_theirs, is_rest) in enumerate(groups, 1):
        pieces = tuple(ours[at] for at in sorted(at_ours))
        rows = tuple(theirs[at] for at in sorted(at_theirs))
        place = _place(pieces, rows)
        yield Tie(
            number=number,
            account=place[0],
            symbol=place[1],
            ours=pieces,
            theirs=rows,
            is_rest=is_rest,
        )


def _place(pieces: Sequence[Difference], rows: Sequence[ReportedLot]) -> tuple[str, str]:
    if pieces:
        account, symbol, _ = pieces[0].pair.place
        return account, symbol
    return rows[0].account, rows[0].symbol or rows[0].description


def _pairs(
    pieces: Sequence[Difference], ties: Sequence[Tie], aside: Sequence[NotCompared]
) -> list[FormPair]:
    """Every piece of the year beside what was reported, in the order of the book."""
    turn = {id(piece.pair): at for at, piece in enumerate(pieces)}
    tied = [
        (turn[id(tie.ours[0].pair)], one) for tie in ties if tie.ours for one in form_pairs(tie)
    ]
    known = {id(one.piece.pair): one.because for one in aside}
    compared = {id(piece.pair) for tie in ties for piece in tie.ours}
    for at, piece in enumerate(pieces):
        pair = piece.pair
        if id(pair) in compared:
            continue
        if known.get(id(pair), NO_FORM) != NO_FORM:
            # No form lists it, so that nothing is reported of it.
            if pair.taxpayer is None:
                continue
            pair = replace(pair, broker=None)
        tied.append((at, FormPair(pair, pair.broker, NOTHING_TOLD, None)))
    return [one for _, one in sorted(tied, key=itemgetter(0))]
