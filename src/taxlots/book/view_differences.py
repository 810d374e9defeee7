"""Every difference between a broker's view and the taxpayer's, with its reasons.

Reasons come from evidence.  A disallowed loss that differs is explained by the links that differ;
a basis or a term by what the lot carries: compensation, a constructive sale, or the loss of an
earlier sale that one view put into it.  Where shares that replace one loss in one view replace
another in the other view, the reason is that of the link which began it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from taxlots.book.booking import Books
from taxlots.book.view_evidence import Carried, Evidence, evidence_of
from taxlots.book.view_matches import Differing
from taxlots.book.view_pieces import Figures, Pair, paired
from taxlots.book.view_reasons import Reason, character_reasons


@dataclass(frozen=True, slots=True)
class Difference:
    """A compared piece and why its sides differ; no reasons where they agree.

    ``replacements`` are the lots (journal row of the opening, account) whose link with this loss
    differs, ``carried_from`` the journal rows of the earlier sales whose differences it carries.
    """

    pair: Pair
    reasons: tuple[Reason, ...] = ()
    replacements: tuple[tuple[int, str], ...] = ()
    carried_from: tuple[int, ...] = ()


def differences_of(taxpayer: Books, broker: Books) -> list[Difference]:
    """Every realized piece of the two views side by side, with the reasons of its difference.

    Both books are of one record; the broker's may end on an earlier day (the day of a statement):
    sales after it are left out.
    """
    pairs = [pair for pair in paired(taxpayer, broker) if pair.sold <= broker.as_of]
    evidence = evidence_of(taxpayer, broker, pairs)
    return [
        _explained(pair, evidence) if pair.has_difference else Difference(pair) for pair in pairs
    ]


def _explained(pair: Pair, evidence: Evidence) -> Difference:
    """One pair with a difference, and the evidence that bears on the figures that differ."""
    links = [one for one in evidence.links_of_loss(pair) if not one.is_rounding]
    reasons: dict[Reason, None] = {}
    sources: set[int] = set()
    told: list[Differing] = []
    if _relieves_other_lots(pair, evidence):
        reasons[Reason.METHOD_MISMATCH] = None
    if _disallows_otherwise(pair):
        told = links
        for one in links:
            reasons.update(dict.fromkeys(evidence.causes(one)))
    if pair.taxpayer is not None and _is_of_other_character(pair):
        reasons.update(dict.fromkeys(character_reasons(pair.taxpayer.rules)))
    if _differs_by_its_lot(pair) or (_disallows_otherwise(pair) and not reasons):
        _take(evidence.carried_by(pair), reasons, sources)
    if not reasons and pair.is_within_a_cent:
        reasons[Reason.ROUNDING] = None
    if not reasons:
        _take(evidence.earlier_in_family(pair), reasons, sources)
    if not reasons:
        reasons[Reason.UNEXPLAINED] = None
    return Difference(
        pair,
        tuple(one for one in Reason if one in reasons),
        tuple(dict.fromkeys((d.link.replacement_row, d.link.replacement_place[0]) for d in told)),
        tuple(sorted(sources)),
    )


def _take(carried: Carried, reasons: dict[Reason, None], sources: set[int]) -> None:
    for reason, sales in carried.items():
        reasons[reason] = None
        sources |= sales


def _relieves_other_lots(pair: Pair, evidence: Evidence) -> bool:
    """Whether the two sides closed different lots, or one of them none, by a sale."""
    if pair.taxpayer is None or pair.broker is None:
        return not evidence.is_without_relief(pair)
    return pair.taxpayer.lot_row != pair.broker.lot_row


def _disallows_otherwise(pair: Pair) -> bool:
    return len({side.disallowed_cents for side in _sides(pair)}) > 1


def _is_of_other_character(pair: Pair) -> bool:
    """Whether a neighbouring rule may be what makes the taxpayer's row differ."""
    denied = {side.nondeductible_cents for side in _sides(pair)}
    return len(denied) > 1 or len({side.is_long for side in _sides(pair)}) > 1


def _differs_by_its_lot(pair: Pair) -> bool:
    """Whether basis, proceeds or term differ, or one side has no row."""
    if pair.taxpayer is None or pair.broker is None:
        return True
    kept = {(s.basis_cents, s.proceeds_cents, s.is_long, s.is_unknown) for s in _sides(pair)}
    return len(kept) > 1


def _sides(pair: Pair) -> Iterator[Figures]:
    return (side for side in (pair.taxpayer, pair.broker) if side is not None)
