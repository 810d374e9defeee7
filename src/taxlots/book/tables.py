"""The tables of the fold: what each record holds, in which unit.

A table is a list of these objects, or, for large books, a numpy structured array with the same
fields: ``slots[i].quantity`` reads the same in both, so that one source serves the interpreter
and the compiler.  Days count from 1970-01-01, money is in cents, quantities in 1e-8 units.
-1 stands for "none" in every field that holds an index.
"""

from collections.abc import Hashable
from dataclasses import dataclass, fields
from functools import cache
from typing import Annotated, Any, Final, NamedTuple, cast, get_args, get_type_hints

from taxlots.law.identical import Kinship, Membership

Int32 = Annotated[int, "i4"]
"""A field that fits 32 bits: an index, a day, a set of flags."""

NONE: Final = -1


@dataclass(slots=True)
class Event:
    """One thing that happens to a position, in booking order; what kind is in ``book.kinds``.

    ``row`` is the journal row (of several fills: the first).  ``cents`` is the cost of what comes
    in or the net proceeds of what goes out.  ``detail`` points to what few events need.  Two events
    of one row stand next to each other: the first may fill in or void the second.
    """

    kind: Int32 = 0
    day: Int32 = 0
    position: Int32 = NONE
    method: Int32 = 0
    row: Int32 = NONE
    detail: Int32 = NONE
    quantity: int = 0
    cents: int = 0


@dataclass(slots=True)
class Detail:
    """What only some events need.

    ``numerator / denominator`` is a split's ratio; ``loss_cents`` a gift's basis for loss;
    ``lot`` the lot that arrives; picks are ``picks[first_pick : first_pick + pick_count]``.
    ``terms`` points to the terms of a corporate action.
    """

    to_position: Int32 = NONE
    first_pick: Int32 = 0
    pick_count: Int32 = 0
    lot: Int32 = NONE
    holding_period: Int32 = 0
    acquired: Int32 = NONE
    flags: Int32 = 0
    terms: Int32 = NONE
    numerator: int = 0
    denominator: int = 0
    loss_cents: int = 0


@dataclass(slots=True)
class Terms:
    """What a corporate action pays for the units of one position.

    ``units`` is the new units of the row, 0 where the event's ratio gives them.  Cash, the value of
    the new units and that of the old ones are each ``numerator / denominator`` cents for one
    unit, or, where the denominator is 0, ``numerator`` cents in all.  ``part`` is the fraction of
    the basis that goes to new shares (denominator 0: by value).  ``sold`` is the day on which the
    law puts the disposition.  ``is_stated``: the row names this account, which must hold something;
    ``stated_units`` is a quantity that must be that of the old or of the new units (0: none).
    Events of one row that sell in several accounts are one sale: this one is ``number`` of
    ``count``, and what each of them buys is opened ``count`` events after it.
    """

    sold: Int32 = 0
    is_right: Int32 = 0
    is_elected: Int32 = 0
    is_stated: Int32 = 0
    number: Int32 = 0
    count: Int32 = 1
    units: int = 0
    stated_units: int = 0
    cash_numerator: int = 0
    cash_denominator: int = 0
    value_numerator: int = 0
    value_denominator: int = 0
    old_value_numerator: int = 0
    old_value_denominator: int = 0
    part_numerator: int = 0
    part_denominator: int = 0


@dataclass(slots=True)
class Pick:
    """So many units of one lot, named on the order."""

    lot: int = NONE
    quantity: int = 0


@dataclass(slots=True)
class Lot:
    """A lot: the event that opened it, and the chain of its sub-lots.

    The number of a lot is its rank: lots are numbered in order of acquisition.  ``restarted`` is
    units of property that got a new holding period against a short lot (26 USC 1233(b)).
    """

    event: Int32 = NONE
    slot: Int32 = NONE
    adjusted: Int32 = 0
    acquired: Int32 = 0
    restarted: int = 0


@dataclass(slots=True)
class Slot:
    """An open sub-lot.

    ``whole_*`` is the quantity and basis that later parts are measured by, ``quantity`` and
    ``open_cents`` what is still there.  ``wash_*`` is deferred loss inside the basis, and
    ``loss_*`` a gift's basis for loss, likewise.  ``key_*`` is the ratio by which relief methods
    rank it: cents, and those of a gift's basis for loss, by quantity.  ``side`` is that of the
    heaps in which it stands.  ``sub`` is its place among the sub-lots of its lot, ``arrival`` its
    turn among parts of one sub-lot in one position.  ``row`` and ``sold_by`` are the row and the
    event of what was sold, if a literal reading still counts it.
    """

    lot: Int32 = NONE
    position: Int32 = NONE
    acquired: Int32 = 0
    holding_period: Int32 = 0
    flags: Int32 = 0
    sub: Int32 = 0
    previous: Int32 = NONE
    next: Int32 = NONE
    earlier_candidate: Int32 = NONE
    later_candidate: Int32 = NONE
    previous_of_lot: Int32 = NONE
    next_of_lot: Int32 = NONE
    side: Int32 = 0
    row: Int32 = NONE
    arrival: Int32 = 0
    sold_by: Int32 = NONE
    quantity: int = 0
    open_cents: int = 0
    whole_quantity: int = 0
    whole_cents: int = 0
    key_quantity: int = 0
    key_cents: int = 0
    key_loss_cents: int = 0
    wash_cents: int = 0
    wash_open_cents: int = 0
    loss_cents: int = 0
    loss_open_cents: int = 0


@dataclass(slots=True)
class Branch:
    """A sub-lot's place in one heap: ``previous`` is its parent, or the sibling before it."""

    child: Int32 = NONE
    sibling: Int32 = NONE
    previous: Int32 = NONE


@dataclass(slots=True)
class Position:
    """One security in one account (or on its way into or out of it), held or owed.

    ``first_of_symbol`` starts the household's chain of positions of the symbol; ``average`` is the
    position's pool of average basis.
    """

    head: Int32 = NONE
    tail: Int32 = NONE
    pool: Int32 = NONE
    security: Int32 = NONE
    account: Int32 = NONE
    next_of_symbol: Int32 = NONE
    short_high_root: Int32 = NONE
    short_low_root: Int32 = NONE
    long_high_root: Int32 = NONE
    long_low_root: Int32 = NONE
    turn_root: Int32 = NONE
    flags: Int32 = 0
    owner: Int32 = 0
    tax_return: Int32 = 0
    multiplier: Int32 = 1
    slots: Int32 = 0
    average: Int32 = NONE
    first_of_symbol: Int32 = NONE
    covered_from: Int32 = 0
    spare: Int32 = 0
    quantity: int = 0


ROOTS: Final = tuple(f.name for f in fields(Position) if f.name.endswith("_root"))
"""The fields that name the first sub-lot of each heap of a position."""


@dataclass(slots=True)
class Average:
    """The pools of one position under the average basis method: covered lots and the others.

    ``is_on`` from the election to its end; ``elected`` is the day of an election that can still be
    revoked (NONE: none); with ``is_single`` all lots are in the first pool.
    """

    is_on: Int32 = 0
    is_single: Int32 = 0
    elected: Int32 = NONE
    spare: Int32 = 0
    units: int = 0
    cents: int = 0
    other_units: int = 0
    other_cents: int = 0


@dataclass(slots=True)
class Pool:
    """One wash-sale party's queue for one family of identical securities."""

    first_candidate: Int32 = NONE
    last_candidate: Int32 = NONE
    first_wait: Int32 = NONE
    last_wait: Int32 = NONE
    is_mixed: Int32 = 0
    candidates: Int32 = 0
    waits: Int32 = 0
    spare: Int32 = 0


@dataclass(slots=True)
class Wait:
    """A loss that looks for replacement shares, ``matched`` of ``whole`` share equivalents found.

    ``sold_units`` is the whole in the loss lot's units on the day of its sale; ``matched_cents``
    and ``matched_sold_units`` are what the matched part disallowed, and its size in those units.
    """

    row: Int32 = NONE
    day: Int32 = 0
    position: Int32 = NONE
    lot: Int32 = NONE
    holding_period: Int32 = 0
    flags: Int32 = 0
    earlier: Int32 = NONE
    later: Int32 = NONE
    whole: int = 0
    matched: int = 0
    loss_cents: int = 0
    matched_cents: int = 0
    sold_units: int = 0
    matched_sold_units: int = 0


@dataclass(slots=True)
class Row:
    """A realized piece of a lot.  ``gap_cents``: a gift's gain basis less the basis used.

    ``sold`` is the day on which the law puts the disposition, ``window`` the day around which
    section 1091 looks for replacements; ``against`` is the short lot that a delivery closed.
    """

    event: Int32 = NONE
    lot: Int32 = NONE
    position: Int32 = NONE
    acquired: Int32 = 0
    holding_period: Int32 = 0
    flags: Int32 = 0
    sold: Int32 = 0
    window: Int32 = 0
    against: Int32 = NONE
    spare: Int32 = 0
    quantity: int = 0
    proceeds_cents: int = 0
    basis_cents: int = 0
    disallowed_cents: int = 0
    permanent_cents: int = 0
    gap_cents: int = 0
    nondeductible_cents: int = 0


@dataclass(slots=True)
class Match:
    """Replacement shares that took over part of a loss; ``quantity`` in the loss lot's units."""

    row: Int32 = NONE
    lot: Int32 = NONE
    position: Int32 = NONE
    rule: Int32 = 0
    quantity: int = 0
    disallowed_cents: int = 0


@dataclass(slots=True)
class Fault:
    """Something in the journal that cannot be booked; the event is left out."""

    event: Int32 = NONE
    code: Int32 = 0
    quantity: int = 0
    available: int = 0


@dataclass(slots=True)
class Tally:
    """How full the growing tables are, and the heads of their free lists.

    ``pieces`` rows of the sale in work stand in ``order``, and ``piece`` is where the work is;
    ``first_row`` is where a sale out of several accounts began.
    ``room`` is what every table can take for sure.  ``departed_cents`` is basis that left untaxed,
    ``unbooked_cents`` what of the basis adjustments fell on lots of unknown basis;
    ``basis_in_cents`` is basis that came in by events that state no cost (options, constructive
    sales, short sales), ``returned_cents`` capital that came back and lowered a basis.
    """

    slots: int = 0
    free_slot: int = NONE
    waits: int = 0
    free_wait: int = NONE
    rows: int = 0
    matches: int = 0
    faults: int = 0
    lots: int = 0
    pieces: int = 0
    piece: int = 0
    first_row: int = 0
    arrivals: int = 0
    room: int = 0
    departed_cents: int = 0
    unbooked_cents: int = 0
    basis_in_cents: int = 0
    returned_cents: int = 0


@dataclass(slots=True)
class Rules:
    """``Policy`` as numbers: 1 is true."""

    held_after_sale: int = 1
    sold_before_counts: int = 0
    count_older_than_sold: int = 1
    spouse_basis_step_up: int = 1
    adjusted_first: int = 1
    average_to_cents: int = 0
    covered_only: int = 0


class Book(NamedTuple):
    """The state of the fold.  The fold mutates it; its owner copies, grows and reads it."""

    events: list[Event]
    details: list[Detail]
    terms: list[Terms]
    picks: list[Pick]
    lots: list[Lot]
    slots: list[Slot]
    high: list[Branch]
    low: list[Branch]
    turns: list[Branch]
    positions: list[Position]
    averages: list[Average]
    pools: list[Pool]
    waits: list[Wait]
    rows: list[Row]
    matches: list[Match]
    faults: list[Fault]
    order: list[int]
    kinships: list[Kinship]
    memberships: list[Membership]
    tally: list[Tally]
    rules: list[Rules]


def layout(record: type[Any]) -> list[tuple[str, str]]:
    """The fields of a record as a numpy structured dtype: 32 bits where annotated, else 64."""
    return _layout(cast("Hashable", record))


@cache
def _layout(record: Any) -> list[tuple[str, str]]:
    hints = get_type_hints(record, include_extras=True)
    return [
        (f.name, "<i4" if getattr(hints[f.name], "__metadata__", ()) == ("i4",) else "<i8")
        for f in fields(record)
    ]


TABLES: Final[dict[str, type[Any]]] = {
    name: get_args(kind)[0] for name, kind in get_type_hints(Book).items() if name != "order"
}
"""The record of each table of ``Book`` (``order`` holds plain integers)."""
