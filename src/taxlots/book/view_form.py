"""The rows of Form 8949 that bring a Form 1099-B to the taxpayer's books.

Instructions for Form 8949 (2025): column (h) = (d) - (e) + (g).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from taxlots.book.character import COLLECTIBLE

if TYPE_CHECKING:
    from taxlots.book.view_pieces import Figures, Pair

SHORT_TERM_BOXES: Final = ("A", "B", "C")
LONG_TERM_BOXES: Final = ("D", "E", "F")
DIGITAL_SHORT_TERM_BOXES: Final = ("G", "H", "I")
DIGITAL_LONG_TERM_BOXES: Final = ("J", "K", "L")
"""Basis reported; basis not reported; no form at all."""


@dataclass(frozen=True, slots=True)
class FormRow:
    """Columns (d) to (h) of one row, in cents, and the box of its part.

    ``basis_cents`` and ``gain_cents`` are None where the basis is unknown; ``wash_cents`` is the
    part of column (g) that code W adds.
    """

    box: str
    proceeds_cents: int
    basis_cents: int | None
    codes: str
    adjustment_cents: int
    gain_cents: int | None
    wash_cents: int = 0


def form_row(pair: Pair, *, is_digital: bool = False) -> FormRow:
    """The row of a sale for the taxpayer's figures and what the broker reports, if anything.

    Where the broker reported the basis, column (e) is the broker's and column (g) corrects it
    (code B); else column (e) is the correct basis.  What the broker alone reports is corrected to
    nothing.
    """
    broker = pair.broker
    taxpayer = pair.taxpayer or _nothing(pair.side)
    is_reported = broker is not None and broker.is_covered and not broker.is_unknown
    shown = broker if broker is not None and is_reported else taxpayer
    proceeds = taxpayer.proceeds_cents if broker is None else broker.proceeds_cents
    amounts = {
        "B": shown.basis_cents - taxpayer.basis_cents,
        "L": taxpayer.nondeductible_cents,
        "O": taxpayer.proceeds_cents - proceeds,
        "W": taxpayer.disallowed_cents,
    }
    codes = {code for code, cents in amounts.items() if cents}
    if broker is not None and broker.disallowed_cents:
        codes.add("W")
    if broker is not None and broker.is_long != taxpayer.is_long:
        codes.add("T")
    if taxpayer.rules & COLLECTIBLE:
        codes.add("C")
    return FormRow(
        box=_box(taxpayer, broker, is_reported=is_reported, is_digital=is_digital),
        proceeds_cents=proceeds,
        basis_cents=None if taxpayer.is_unknown else shown.basis_cents,
        codes="".join(sorted(codes)),
        adjustment_cents=sum(amounts.values()),
        gain_cents=None if taxpayer.is_unknown else taxpayer.gain_cents,
        wash_cents=amounts["W"],
    )


def _nothing(broker: Figures) -> Figures:
    """What the taxpayer has where the broker alone has a row: the same shares and no amount."""
    return replace(
        broker, is_unknown=False, rules=0, proceeds_cents=0, basis_cents=0, disallowed_cents=0
    )


def _box(taxpayer: Figures, broker: Figures | None, *, is_reported: bool, is_digital: bool) -> str:
    if is_digital:
        boxes = DIGITAL_LONG_TERM_BOXES if taxpayer.is_long else DIGITAL_SHORT_TERM_BOXES
    else:
        boxes = LONG_TERM_BOXES if taxpayer.is_long else SHORT_TERM_BOXES
    if broker is None:
        return boxes[2]
    return boxes[0 if is_reported else 1]
