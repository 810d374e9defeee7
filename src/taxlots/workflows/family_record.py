"""What is written down while a family is booked again: parts, changes, matches, pieces.

Quantities are in 1e-8 units, money in cents, days are day numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from taxlots.book.tables import NONE, Row

if TYPE_CHECKING:
    import numpy as np

    from taxlots.book.booking import Books


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A sub-lot at one moment; of a short lot, ``basis`` is its proceeds."""

    position: int
    sub: int
    quantity: int
    basis: int
    wash: int
    holding_period: int
    is_replacement: bool
    is_pooled: bool
    is_long_backed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Relieved:
    """Units that one event took out of a sub-lot, in order of relief.

    They were ``quantity`` of ``whole_quantity`` units with ``whole_cents``, of which
    ``relieved_before`` had left.  ``wash`` is the deferred loss inside ``basis`` (of a short lot:
    beside its proceeds ``basis``); ``loss_basis`` differs from ``basis`` for gifts alone.
    ``pool`` is the average-basis pool before, cents and units, of which ``basis`` is a share.
    ``against`` is the short lot that a delivery closes, opened on ``opened`` at ``owed_cents``
    with the deferred loss ``owed_wash``.
    """

    lot: int
    sub: int
    quantity: int
    basis: int
    wash: int
    loss_basis: int
    holding_period: int
    acquired: int
    whole_quantity: int
    whole_cents: int
    relieved_before: int
    pool: tuple[int, int] | None = None
    against: int = NONE
    opened: int = NONE
    owed_cents: int = 0
    owed_wash: int = 0
    is_long_backed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A sub-lot in its position's order, as a corporate action meets it.

    ``before`` is how many units of the position stand before it.
    """

    lot: int
    sub: int
    before: int
    quantity: int
    basis: int
    is_unknown: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Booked:
    """An event as it was booked: some get their size and amount only from what is held then.

    ``held`` is what the position held before.
    """

    kind: int
    day: int
    position: int
    quantity: int
    cents: int
    held: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A loss met its replacement at an event; ``sub`` is the part of the lot that it became."""

    event: int
    loss_event: int
    loss_lot: int
    loss_row: int
    lot: int
    position: int
    rule: int
    quantity: int
    disallowed: int
    sub: int | None
    part: Part | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What one event did to one lot.

    ``settled`` is what stood before it, with the basis that settling an average-basis pool gave
    each part first.  ``pool`` is the pool that parts are in afterwards: cents and units.
    """

    event: int
    lot: int
    before: tuple[Part, ...]
    settled: tuple[Part, ...]
    after: tuple[Part, ...]
    pool: tuple[int, int] | None


@dataclass(slots=True)
class FamilyHistory:
    """The events of a family and what came of them.  Lots and events bear the books' numbers.

    ``changes`` concern the lots that were asked about and the events that were watched, ``matches``
    and ``rows`` the whole family; ``relieved`` is what each watched event took, in order of
    relief, and ``blocks`` what each exchange or distribution met, in order.
    """

    books: Books
    events: np.ndarray[Any, Any]
    changes: list[Change]
    matches: list[Match]
    rows: list[Row]
    relieved: dict[int, list[Relieved]]
    blocks: dict[int, list[Block]]
    booked: dict[int, Booked]
