"""Whether the three sides of a tie agree, differ by law, or break; and a break's cause."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import Final

from taxlots.book.view_reasons import MEANINGS, Reason
from taxlots.reports.compared_views import ComparedViews
from taxlots.reports.tie_out import Status, Sums, Tie, sums_of_figures, sums_of_form
from taxlots.workflows.booked_lots import Place
from taxlots.workflows.lot_breaks import Cause
from taxlots.workflows.lot_matching import LotFigures, Pairing
from taxlots.workflows.reconcile_causes import FORM_REMEDIES, cause_of
from taxlots.workflows.reconcile_facts import Position, positions_of
from taxlots.workflows.reconcile_rows import is_exactly, lot_of_form, lot_of_piece

ORDER: Final = {reason: at for at, reason in enumerate(Reason)}
AGREES: Final = "the form has what the book has"
NOTHING: Final = "Nothing."
ADJUST: Final = "Nothing: Form 8949 takes your figure, as adjustments.csv shows."
SHORT_OF_FORM: Final = "no form lists what is a sale for the taxpayer alone"


def with_status(found: ComparedViews, ties: Sequence[Tie], tolerance_cents: int) -> list[Tie]:
    """The ties, each with its status and what explains it."""
    told = [_stated(tie, tolerance_cents) for tie in ties]
    breaks = [at for at, tie in enumerate(told) if tie.status is Status.BREAK]
    if breaks:
        typed = _typed(found, told, [told[at] for at in breaks], tolerance_cents)
        for at, tie in zip(breaks, typed, strict=True):
            told[at] = tie
    return told


def _stated(tie: Tie, tolerance_cents: int) -> Tie:
    """A tie with its status; a break is not typed yet."""
    told = {reason for one in tie.ours for reason in one.reasons}
    is_single = len(tie.ours) == len(tie.theirs) == 1 and not tie.is_rest
    if is_single and not told and is_exactly(tie.ours[0].pair, tie.theirs[0]):
        return replace(tie, because=AGREES, what_to_do=NOTHING)
    reasons = _ordered(told)
    is_defect = Reason.UNEXPLAINED in reasons
    if not tie.ours or not tie.theirs:
        # What a broker ought not to report is on no form.
        is_lawful = bool(reasons) and not is_defect and not tie.broker_view
        return _explained(tie, reasons, SHORT_OF_FORM) if is_lawful else _broken(tie, reasons)
    form = sums_of_form(tie.theirs)
    seen, own = sums_of_figures(tie.broker_view), sums_of_figures(tie.taxpayer)
    is_ours = bool(tie.taxpayer) and _agrees(tie, form, own, tolerance_cents)
    is_seen = bool(tie.broker_view) and _agrees(tie, form, seen, tolerance_cents)
    if not is_ours and (is_defect or not is_seen):
        return _broken(tie, reasons)
    is_blank = _is_blank_noncovered(form)
    law = {} if is_ours and not is_blank else {one: MEANINGS[one] for one in reasons}
    if is_blank:
        law[Reason.NONCOVERED] = "the form tells no basis of a security that is not covered"
    elif _is_covered_otherwise(form, seen if tie.broker_view else own):
        law[Reason.NONCOVERED] = "book and form differ on whether the security is covered"
    if law:
        return _explained(tie, _ordered(law), "; ".join(law.values()))
    return replace(tie, because=AGREES, what_to_do=NOTHING)


def _ordered(reasons: Collection[Reason]) -> tuple[Reason, ...]:
    return tuple(sorted(reasons, key=ORDER.__getitem__))


def _broken(tie: Tie, reasons: tuple[Reason, ...]) -> Tie:
    """A break; the law may be another reason why the book has it otherwise."""
    return replace(tie, status=Status.BREAK, reasons=reasons)


def _explained(tie: Tie, reasons: tuple[Reason, ...], because: str) -> Tie:
    return replace(
        tie, status=Status.EXPLAINED, reasons=reasons, because=because, what_to_do=ADJUST
    )


def _agrees(tie: Tie, form: Sums, side: Sums, tolerance_cents: int) -> bool:
    """Whether a form's rows are a side's pieces: amounts to the tolerance, the rest exactly.

    What the form does not tell agrees; of a security that is not covered it need not tell basis,
    term and day (boxes 1b, 1e, 1g and 2).
    """
    is_blank = _is_blank_noncovered(form) and side.covered == frozenset({False})
    return (
        not tie.is_rest
        and form.quantity in (0, side.quantity)
        and abs(form.proceeds_cents - side.proceeds_cents) <= tolerance_cents
        and _has_same_days(tie)
        and (is_blank or _agrees_in_basis(form, side, tolerance_cents))
    )


def _agrees_in_basis(form: Sums, side: Sums, tolerance_cents: int) -> bool:
    ours, told = side.basis_cents, form.basis_cents
    if (ours is None) != (told is None):
        return False
    return (
        abs((told or 0) - (ours or 0)) <= tolerance_cents
        and abs(form.disallowed_cents - side.disallowed_cents) <= tolerance_cents
        and form.terms in (None, side.terms)
    )


def _is_blank_noncovered(form: Sums) -> bool:
    return form.covered == frozenset({False}) and form.basis_cents is None


def _is_covered_otherwise(form: Sums, side: Sums) -> bool:
    return form.covered is not None and form.covered != side.covered


def _has_same_days(tie: Tie) -> bool:
    """Whether sales and purchases are of the same days on both sides, as far as they are told."""
    if {one.pair.sold for one in tie.ours} != {lot.sold for lot in tie.theirs}:
        return False
    told = {lot.acquired for lot in tie.theirs if lot.acquired is not None and not lot.is_short}
    is_told = len(tie.theirs) == sum(lot.acquired is not None for lot in tie.theirs)
    sides = [side for one in tie.ours for side in (one.pair.broker or one.pair.side,)]
    days = {day for side in sides for day in (side.acquired, side.holding_period)}
    if not told:
        return True
    each = not is_told or all({s.acquired, s.holding_period} & told for s in sides)
    return told <= days and each


def _typed(
    found: ComparedViews, ties: Sequence[Tie], breaks: Sequence[Tie], tolerance_cents: int
) -> list[Tie]:
    """Breaks with their causes."""
    ids = found.taxpayer.journal.ids.to_pylist()
    ours: dict[Place, list[LotFigures]] = defaultdict(list)
    theirs: dict[Place, list[LotFigures]] = defaultdict(list)
    pairings: dict[int, Pairing] = {}
    places = {_place(tie) for tie in breaks}
    for tie in ties:
        if _place(tie) not in places:
            continue
        mine = tuple(lot_of_piece(one.pair, ids) for one in tie.ours)
        told = tuple(map(lot_of_form, tie.theirs))
        pairings[tie.number] = Pairing(mine, told, tie.is_rest)
        ours[_place(tie)] += mine
        theirs[_place(tie)] += told
    puzzling = {
        _place(tie)
        for tie in breaks
        if tie.ours and tie.theirs and (tie.is_rest or not pairings[tie.number].has_same_days)
    }
    positions = positions_of(found.broker, places, puzzling, ours, theirs)
    carried: dict[Place, set[int]] = defaultdict(set)
    for tie in breaks:
        carried[_place(tie)].add(pairings[tie.number].disallowed_difference)
    typed = [
        _with_cause(
            tie, pairings[tie.number], positions[_place(tie)], carried[_place(tie)] - {0},
            tolerance_cents,
        )
        for tie in breaks
    ]  # fmt: skip
    return _with_agreeing_totals(typed, pairings)


def _with_cause(
    tie: Tie, pairing: Pairing, position: Position, carried: set[int], tolerance_cents: int
) -> Tie:
    side, form = sums_of_figures(tie.broker_view or tie.taxpayer), sums_of_form(tie.theirs)
    as_told = replace(form, terms=None)
    cause, because = cause_of(
        pairing,
        position.facts_of(pairing),
        is_of_term=bool(tie.ours and tie.theirs) and _agrees(tie, as_told, side, tolerance_cents),
        is_tacked=any(
            one.acquired != one.holding_period for one in tie.broker_view or tie.taxpayer
        ),
        carried=carried,
    )
    return replace(tie, cause=cause, because=because, what_to_do=FORM_REMEDIES[cause])


def _with_agreeing_totals(breaks: Sequence[Tie], pairings: dict[int, Pairing]) -> list[Tie]:
    """Breaks that nothing explains, but which add up to nothing over a day's sales."""
    open_ties: dict[object, list[Tie]] = defaultdict(list)
    for tie in breaks:
        if tie.cause == Cause.UNEXPLAINED:
            open_ties[_place(tie), _sold(tie)].append(tie)
    agreed: set[int] = set()
    for group in open_ties.values():
        sums = zip(*(_differences(pairings[tie.number]) for tie in group), strict=True)
        if len(group) > 1 and not any(map(sum, sums)):
            agreed |= {tie.number for tie in group}
    cause = str(Cause.TOTAL_OK_LOTS_DIFFER)
    because = "over the sales of the day the amounts agree, lot by lot they do not"
    return [
        replace(tie, cause=cause, because=because, what_to_do=FORM_REMEDIES[cause])
        if tie.number in agreed
        else tie
        for tie in breaks
    ]


def _differences(pairing: Pairing) -> Iterable[int]:
    return (
        pairing.quantity_difference,
        pairing.basis_difference or 0,
        pairing.proceeds_difference,
        pairing.disallowed_difference,
    )


def _place(tie: Tie) -> Place:
    return tie.account, tie.symbol


def _sold(tie: Tie) -> int:
    return min([*(one.pair.sold for one in tie.ours), *(lot.sold for lot in tie.theirs)])
