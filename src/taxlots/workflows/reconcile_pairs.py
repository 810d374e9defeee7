"""Every piece of a book's sales beside its share of the actual Form 1099-B, for Form 8949."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Final

from taxlots.book.form_8949 import NOTHING_TOLD, Told
from taxlots.book.view_pieces import Figures, Pair, matched
from taxlots.domain.money import apportion
from taxlots.reports.tie_out import FormPair, ReportedLot, Sums, Tie, TieOut, sums_of_form
from taxlots.workflows.reconcile_rows import is_exactly

FORM_AMOUNTS: Final = ("proceeds_cents", "basis_cents", "disallowed_cents")


@dataclass(frozen=True, slots=True)
class FormPairs:
    """What ``book.form_8949.form_8949_rows`` takes: pairs, and what forms tell of some of them.

    ``told`` is by the place of a pair among ``pairs``.
    """

    pairs: tuple[Pair, ...]
    told: dict[int, Told]


def pairs_with_form(found: TieOut) -> FormPairs:
    """Every realized piece of the year, with the actual form as the broker's side.

    The broker's side is None where the form of the account has no row (boxes C, F, I and L), and
    the broker's view where the account has no form.  Rows of the form that are no sale of the
    book are not there: import the sale first.
    """
    return FormPairs(
        pairs=tuple(one.pair for one in found.pairs),
        told={at: one.told for at, one in enumerate(found.pairs) if one.told != NOTHING_TOLD},
    )


def form_pairs(tie: Tie) -> Iterator[FormPair]:
    """The pieces of a tie, each with its share of the form's rows.

    Where the form's rows are several lots and as many shares as ours, pieces are cut at the bounds
    of the rows, in order.  What the form has more or less than the broker's view is spread over the
    pieces of a row, or over all, by their shares, so that they sum to the form.
    """
    pairs = [one.pair for one in tie.ours]
    if not tie.theirs:
        for pair in pairs:
            if pair.taxpayer is not None:
                yield FormPair(replace(pair, broker=None), pair.broker, NOTHING_TOLD, tie)
    elif len(pairs) == len(tie.theirs) == 1 and is_exactly(pairs[0], tie.theirs[0]):
        yield FormPair(pairs[0], pairs[0].broker, tie.theirs[0].told, tie)
    elif _has_other_lots(tie) and _is_as_many(pairs, tie.theirs):
        for lot, parts in _cut(pairs, tie.theirs):
            yield from _spread(tie, parts, [lot])
    else:
        yield from _spread(tie, pairs, tie.theirs)


def _has_other_lots(tie: Tie) -> bool:
    """Whether the form's rows are of several kinds, so that each must find its own pieces."""
    kinds = {(lot.acquired, lot.term, lot.covered, lot.told) for lot in tie.theirs}
    return len(kinds) > 1


def _is_as_many(pairs: Sequence[Pair], theirs: Sequence[ReportedLot]) -> bool:
    told = [lot.quantity for lot in theirs]
    return all(told) and sum(told) == sum(pair.side.quantity for pair in pairs)


def _cut(
    pairs: Sequence[Pair], theirs: Sequence[ReportedLot]
) -> Iterator[tuple[ReportedLot, list[Pair]]]:
    """The pieces that each row of the form takes, oldest lots first on both sides."""
    ordered = sorted(pairs, key=lambda pair: (pair.sold, pair.side.acquired))
    rows = sorted(theirs, key=lambda lot: (lot.sold, lot.acquired or 0))
    sides = [pair.side for pair in ordered]
    bounds = [replace(sides[0], quantity=lot.quantity) for lot in rows]
    taxpayer = _parts([pair.taxpayer or pair.side for pair in ordered], bounds)
    broker = _parts([pair.broker or pair.side for pair in ordered], bounds)
    ends = list(accumulate(side.quantity for side in sides))
    told_ends = list(accumulate(lot.quantity for lot in rows))
    taken: list[list[Pair]] = [[] for _ in rows]
    at = told_at = end = 0
    for mine, seen in zip(taxpayer, broker, strict=True):
        end += mine.quantity
        pair = ordered[at]
        taken[told_at].append(
            replace(
                pair,
                taxpayer=mine if pair.taxpayer else None,
                broker=seen if pair.broker else None,
            )
        )
        at += end == ends[at]
        told_at += end == told_ends[told_at]
    return zip(rows, taken, strict=True)


def _parts(pieces: list[Figures], others: list[Figures]) -> list[Figures]:
    """Pieces, cut at their own bounds and at those of others that are as many shares."""
    return [part for part, _ in matched(pieces, others) if part is not None]


def _spread(tie: Tie, pairs: Sequence[Pair], theirs: Sequence[ReportedLot]) -> Iterator[FormPair]:
    """The broker's view of each piece, changed by its share of what the form has otherwise."""
    sides = [pair.broker or _without_amounts(pair.side) for pair in pairs]
    total = sums_of_form(theirs)
    whole = sum(side.quantity for side in sides)
    told = _told_together(theirs)
    changes = {name: _change(name, total, sides) for name in FORM_AMOUNTS}
    start = 0
    for pair, side in zip(pairs, sides, strict=True):
        end = start + side.quantity
        shares = {
            name: apportion(cents, end, whole) - apportion(cents, start, whole)
            for name, cents in changes.items()
        }
        basis = 0 if total.basis_cents is None or side.is_unknown else side.basis_cents
        form = replace(
            side,
            proceeds_cents=side.proceeds_cents + shares["proceeds_cents"],
            basis_cents=basis + shares["basis_cents"],
            disallowed_cents=side.disallowed_cents + shares["disallowed_cents"],
            nondeductible_cents=0,
            is_unknown=total.basis_cents is None,
            is_long=_only(total.terms) == "LT" if _only(total.terms) else side.is_long,
            is_covered=_covered(total, side),
            acquired=_day(theirs, side),
        )
        yield FormPair(
            replace(pair, broker=form),
            pair.broker,
            _told_share(told, whole, end, side.quantity),
            tie,
        )
        start = end


def _change(name: str, total: Sums, sides: Sequence[Figures]) -> int:
    """By how many cents the form's sum exceeds that of the broker's view."""
    if name != "basis_cents":
        ours: int = sum(getattr(side, name) for side in sides)
        return int(getattr(total, name)) - ours
    if total.basis_cents is None:
        return 0
    return total.basis_cents - sum(0 if s.is_unknown else s.basis_cents for s in sides)


def _without_amounts(side: Figures) -> Figures:
    return replace(
        side, proceeds_cents=0, basis_cents=0, disallowed_cents=0, nondeductible_cents=0, rules=0
    )


def _only(terms: frozenset[str] | None) -> str:
    """The term that all rows of the form tell; blank if they do not tell one."""
    return next(iter(terms)) if terms is not None and len(terms) == 1 else ""


def _covered(total: Sums, side: Figures) -> bool:
    told = total.covered
    return next(iter(told)) if told is not None and len(told) == 1 else side.is_covered


def _day(theirs: Sequence[ReportedLot], side: Figures) -> int:
    told = {lot.acquired for lot in theirs}
    only = next(iter(told)) if len(told) == 1 else None
    return side.acquired if only is None else only


def _told_together(theirs: Sequence[ReportedLot]) -> Told:
    return Told(
        accrued_market_discount_cents=sum(x.told.accrued_market_discount_cents for x in theirs),
        is_ordinary=any(lot.told.is_ordinary for lot in theirs),
        is_qof=any(lot.told.is_qof for lot in theirs),
        has_various_dates=any(lot.told.has_various_dates for lot in theirs),
    )


def _told_share(told: Told, whole: int, end: int, quantity: int) -> Told:
    """What a form tells of the part of a row that ends at ``end`` of ``whole`` shares."""
    cents = told.accrued_market_discount_cents
    if not cents:
        return told
    before = apportion(cents, end - quantity, whole)
    return replace(told, accrued_market_discount_cents=apportion(cents, end, whole) - before)
