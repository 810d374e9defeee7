"""The roll-forward of basis: opening, what came and went, closing, for each account and security.

Opening and closing are read from two runs of the fold, each stopped at its day.  What lies between
is counted where it was caused: purchases from the journal, disallowed losses from the matches,
relieved basis from the realized pieces, and what moves between positions from the open lots on
both sides of the event that moved it.  Nothing is computed as the rest, so that the residual
proves something.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from taxlots.book import kinds
from taxlots.book.booking import Books
from taxlots.book.cells import Int64, Mask
from taxlots.book.events import OPENING
from taxlots.book.state import State, begin
from taxlots.book.tables import NONE, TABLES, Book

CAUSES: Final[dict[int, str]] = {
    kinds.ARRIVE: "transferred_in",
    kinds.TRANSFER: "moved",
    kinds.RETURN: "moved",
    kinds.DEPART: "left",
    kinds.DISTRIBUTE: "received",
    kinds.OPEN_BY_TERMS: "received",
    kinds.ADJUST: "adjusted",
    kinds.RETURN_CAPITAL: "returned",
    kinds.RENAME: "reorganized",
    kinds.EXCHANGE: "reorganized",
    kinds.DISTRIBUTE_SHARES: "reorganized",
    kinds.SPLIT: "reorganized",
    kinds.EXPIRE: "reorganized",
    kinds.OPEN_BY_OPTION: "options",
    kinds.OPTION_LEG: "options",
    kinds.OPEN_SHORT: "short_sales",
    kinds.DELIVER: "short_sales",
    kinds.ELECT_AVERAGE: "averaging",
    kinds.END_AVERAGE: "averaging",
}
"""Events that change basis otherwise than by purchase, sale and wash sale, and the column of each.

An expiry only where a right lapses: the basis of the right goes back to its stock.
"""

OF_SYMBOL: Final = frozenset({kinds.SPLIT, kinds.OPEN_SHORT, kinds.DELIVER})
"""Events that meet every position of a symbol in the household."""

COLUMNS: Final = (
    "opening",
    "purchased",
    *dict.fromkeys(CAUSES.values()),
    "disallowed",
    "restated",
    "gift_gap",
    "relieved",
    "closing",
)

OUTWARD: Final = ("gift_gap", "relieved", "closing")
"""Columns that are taken off; the others are added."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RollForward:
    """Basis in cents by position of the books, one element a position, in ``Blueprint.places``.

    ``cents`` has the columns ``COLUMNS``: ``purchased`` is the cost that the journal states,
    ``disallowed`` losses that joined a basis (26 USC 1091(d)), ``gift_gap`` the basis that gifts
    sold from their basis for loss lose (26 USC 1015(a)), ``relieved`` the basis of realized
    pieces; the last two go out, every other column is signed.  ``restated`` is 0 unless D1 or D2
    is read literally: then it is what the other columns leave, in the positions of ``_restated``
    alone.  ``opening_units`` and ``closing_units``
    are shares in 1e-8 units.  ``in_scope``: held in a taxable account; elsewhere all is 0.
    Lots of unknown basis stay out.
    """

    first_day: int
    last_day: int
    in_scope: Mask
    opening_units: Int64
    closing_units: Int64
    cents: dict[str, Int64]

    @property
    def residual(self) -> Int64:
        """What each position is off by; 0 everywhere, or the books are wrong."""
        inward = [self.cents[n] for n in COLUMNS if n not in OUTWARD]
        outward = [self.cents[name] for name in OUTWARD]
        return np.asarray(np.sum(inward, axis=0) - np.sum(outward, axis=0), np.int64)

    @property
    def is_used(self) -> Mask:
        """The positions that held or moved something."""
        amounts = np.array(list(self.cents.values()))
        moved = (amounts != 0).any(axis=0) | (self.opening_units != 0) | (self.closing_units != 0)
        return np.asarray(moved & self.in_scope, np.bool_)


def roll_forward(books: Books, first_day: int, last_day: int) -> RollForward:
    """Roll the basis of every taxable position forward over days, both of them included.

    ``first_day`` and ``last_day`` are day numbers.  The books stay as they are.
    """
    before = folded_through(books, first_day - 1)
    before.advance()
    after = folded_through(books, last_day)
    scope = _scope(books)
    causes = _moves(books, after, first_day, last_day, scope)
    earlier, later = _Sums(books, before, scope), _Sums(books, after, scope)
    cents = {
        "opening": earlier.open_basis,
        "purchased": _purchased(after, first_day, last_day, scope),
        **causes,
        "disallowed": later.disallowed - earlier.disallowed,
        "gift_gap": later.gift_gap - earlier.gift_gap,
        "relieved": later.relieved - earlier.relieved,
        "restated": np.zeros(len(scope), np.int64),
        "closing": later.open_basis,
    }
    rolled = RollForward(
        first_day=first_day,
        last_day=last_day,
        in_scope=scope,
        opening_units=np.where(scope, before.table("positions")["quantity"], 0),
        closing_units=np.where(scope, after.table("positions")["quantity"], 0),
        cents={name: cents[name] for name in COLUMNS},
    )
    literal = _restated(after, scope)
    cents["restated"][literal] = -rolled.residual[literal]
    return rolled


def folded_through(books: Books, last_day: int) -> State:
    """A fold over the same events, those after a day made void; lots keep their numbers."""
    events = books.blueprint.tables["events"].copy()
    is_late = events["day"] > last_day
    void = np.where(np.isin(events["kind"], OPENING), kinds.SKIP_LOT, kinds.NOTHING)
    events["kind"][is_late] = void[is_late]
    tables = {**books.blueprint.tables, "events": events}
    return begin(tables, books.record.policy, books.view, compiled=books.state.is_compiled)


def _scope(books: Books) -> Mask:
    """Positions that hold property in a taxable account: neither owed nor on its way."""
    flags = books.blueprint.tables["positions"]["flags"]
    return np.asarray(flags & (kinds.TAX_DEFERRED | kinds.SHORT | kinds.OUTSIDE) == 0, np.bool_)


def _purchased(state: State, first_day: int, last_day: int, scope: Mask) -> Int64:
    """The cost of the purchases of some days, as the journal states it.

    Of a taxable merger the fold itself says what the new shares are worth.
    """
    events, details = state.table("events"), state.table("details")
    opens = (events["kind"] == kinds.OPEN) & (events["day"] >= first_day)
    opens &= (events["day"] <= last_day) & scope[events["position"]]
    if len(details):
        flags = details["flags"][np.maximum(events["detail"], 0)]
        opens &= (events["detail"] == NONE) | (flags & kinds.UNKNOWN_BASIS == 0)
    return _by_position(events["position"][opens], events["cents"][opens], len(scope))


class _Sums:
    """What a fold has summed up, by position, in cents."""

    def __init__(self, books: Books, state: State, scope: Mask) -> None:
        self.open_basis = _open_basis(state, scope)
        rows = state.table("rows")
        rows = rows[scope[rows["position"]] & (rows["flags"] & kinds.UNKNOWN_BASIS == 0)]
        self.relieved = _by_position(rows["position"], rows["basis_cents"], len(scope))
        self.gift_gap = _by_position(rows["position"], rows["gap_cents"], len(scope))
        self.disallowed = _disallowed(books, state, scope)


def _open_basis(state: State, scope: Mask) -> Int64:
    slots, positions = state.table("slots"), state.table("positions")
    is_counted = (slots["quantity"] > 0) & scope[slots["position"]]
    apart = kinds.CLOSED | kinds.UNKNOWN_BASIS | kinds.POOLED
    is_counted &= slots["flags"] & apart == 0
    held = slots[is_counted]
    total = _by_position(held["position"], held["open_cents"], len(scope))
    pooled = np.flatnonzero((positions["average"] != NONE) & scope)
    averages = state.table("averages")[positions["average"][pooled]]
    total[pooled] += averages["cents"] + averages["other_cents"]
    return total


def _disallowed(books: Books, state: State, scope: Mask) -> Int64:
    """Disallowed losses that joined the basis of lots, those of unknown basis left out."""
    tables = books.blueprint.tables
    matches = state.table("matches")
    counted = scope[matches["position"]] & (matches["rule"] == kinds.STEPS_UP)
    if len(tables["details"]):
        detail = tables["events"]["detail"][state.table("lots")["event"][matches["lot"]]]
        flags = tables["details"]["flags"][np.maximum(detail, 0)]
        counted &= (detail == NONE) | (flags & kinds.UNKNOWN_BASIS == 0)
    matches = matches[counted]
    return _by_position(matches["position"], matches["disallowed_cents"], len(scope))


def _restated(state: State, scope: Mask) -> Mask:
    """Positions between which a literal reading of D1 or D2 moves a loss.

    There a loss can join shares that were sold before their symbol changed, or that were delivered
    against a short sale: the match stands in one position, the piece in another.
    """
    rows, matches = state.table("rows"), state.table("matches")
    rows = rows[rows["flags"] & kinds.RESTATED != 0]
    found = np.zeros(len(scope), np.bool_)
    if not len(rows):
        return found
    places: dict[int, set[int]] = {}
    for table in (rows, matches[np.isin(matches["lot"], rows["lot"])]):
        for lot, position in zip(table["lot"].tolist(), table["position"].tolist(), strict=True):
            places.setdefault(lot, set()).add(position)
    delivered = rows["against"] != NONE
    for lot in rows["lot"][delivered].tolist():
        found[list(places[lot])] = True
    for several in places.values():
        if len(several) > 1:
            found[list(several)] = True
    return found & scope


def _by_position(position: Any, cents: Any, size: int) -> Int64:
    """Exact sums by position."""
    total = np.zeros(size, np.int64)
    np.add.at(total, position, cents)
    return total


def _moves(
    books: Books, state: State, first_day: int, last_day: int, scope: Mask
) -> dict[str, Int64]:
    """Run a fold to its end, and measure what the events of ``CAUSES`` change.

    Each is measured on the open lots before and after it, less what its own pieces and matches
    already count.
    """
    found = {name: np.zeros(len(scope), np.int64) for name in CAUSES.values()}
    nearby = _Nearby(books)
    events = books.blueprint.tables["events"]
    is_asked = np.isin(events["kind"], list(CAUSES)) & (events["day"] >= first_day)
    is_asked &= events["day"] <= last_day
    for event in np.flatnonzero(is_asked).tolist():
        positions = [at for at in nearby.of_event(event) if scope[at]]
        if not positions:
            continue
        state.advance(event)
        was = _Moment(state, positions)
        state.advance(event + 1)
        column = found[CAUSES[int(events["kind"][event])]]
        for at, cents in was.changes(books, state):
            column[at] += cents
    state.advance()
    return found


@dataclass(slots=True)
class _Nearby:
    """Which positions an event can change."""

    books: Books
    of_symbol: dict[tuple[str, str], list[int]] = field(init=False)
    of_account: dict[str, list[int]] = field(init=False)
    rights: frozenset[int] = field(init=False)

    def __post_init__(self) -> None:
        household = {a.id: a.household for a in self.books.record.accounts}
        self.of_symbol, self.of_account = {}, {}
        for at, (account, symbol, _) in enumerate(self.books.blueprint.places):
            self.of_symbol.setdefault((household[account], symbol), []).append(at)
            self.of_account.setdefault(account, []).append(at)
        tables = self.books.blueprint.tables
        spun = tables["events"]["detail"][tables["events"]["kind"] == kinds.DISTRIBUTE_SHARES]
        self.rights = frozenset(tables["details"]["to_position"][spun].tolist())

    def of_event(self, event: int) -> Iterator[int]:
        """The positions that an event takes from, leads to or meets; each once."""
        tables = self.books.blueprint.tables
        one = tables["events"][event]
        kind, position, detail = int(one["kind"]), int(one["position"]), int(one["detail"])
        account, symbol, _ = self.books.blueprint.places[position]
        if kind == kinds.EXPIRE:
            yield from self.of_account[account] if position in self.rights else ()
            return
        if kind in OF_SYMBOL:
            household = next(a.household for a in self.books.record.accounts if a.id == account)
            yield from self.of_symbol[household, symbol]
            return
        yield position
        target = NONE if detail == NONE else int(tables["details"]["to_position"][detail])
        if target not in (NONE, position):
            yield target


class _Moment:
    """The open basis of a few positions at one point of the fold."""

    def __init__(self, state: State, positions: list[int]) -> None:
        book = _readable(state)
        self.positions = positions
        self.basis = [_basis_of(book, at) for at in positions]
        self.rows, self.matches = book.tally[0].rows, book.tally[0].matches

    def changes(self, books: Books, state: State) -> Iterator[tuple[int, int]]:
        """What changed since, without what pieces relieved and matches added, by position."""
        book = _readable(state)
        change = {
            at: _basis_of(book, at) - was
            for at, was in zip(self.positions, self.basis, strict=True)
        }
        for row in book.rows[self.rows : book.tally[0].rows]:
            if int(row.position) in change and not _flags(row) & kinds.UNKNOWN_BASIS:
                change[int(row.position)] += int(row.basis_cents) + int(row.gap_cents)
        for match in book.matches[self.matches : book.tally[0].matches]:
            at = int(match.position)
            if at in change and match.rule == kinds.STEPS_UP and _is_known(books, book, match.lot):
                change[at] -= int(match.disallowed_cents)
        yield from change.items()


def _is_known(books: Books, book: Book, lot: int) -> bool:
    tables = books.blueprint.tables
    detail = int(tables["events"]["detail"][book.lots[lot].event])
    return detail == NONE or not int(tables["details"]["flags"][detail]) & kinds.UNKNOWN_BASIS


def basis_held(state: State, position: int) -> int:
    """The known basis that a position holds at this point of a fold, in cents."""
    return _basis_of(_readable(state), position)


def _basis_of(book: Book, position: int) -> int:
    """The known basis that a position holds, its average-basis pool included."""
    held = book.positions[position]
    total, at = 0, int(held.head)
    while at != NONE:
        slot = book.slots[at]
        if not _flags(slot) & (kinds.UNKNOWN_BASIS | kinds.POOLED):
            total += int(slot.open_cents)
        at = int(slot.next)
    if held.average != NONE:
        pool = book.averages[held.average]
        total += int(pool.cents) + int(pool.other_cents)
    return total


def _flags(record: Any) -> int:
    """The flags of a record; an array's record has another attribute of that name."""
    return int(record["flags"]) if isinstance(record, np.void) else int(record.flags)


def _readable(state: State) -> Book:
    """The tables with attribute access, outside compiled code too."""
    if not state.is_compiled:
        return state.book
    tables = {n: t.view(np.recarray) for n, t in state.book._asdict().items() if n in TABLES}
    return state.book._replace(**tables)
