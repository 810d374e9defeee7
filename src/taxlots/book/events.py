"""From bookings to the events, positions and pools that the fold works on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from taxlots.book import kinds
from taxlots.book.cells import Int64, Mask
from taxlots.book.checks import is_action
from taxlots.book.desk import Desk, Entry, Place
from taxlots.book.entries import entries_of
from taxlots.book.journal import Journal, filled
from taxlots.book.ordering import Bookings
from taxlots.book.places import chain_positions, position_tables, table_of
from taxlots.book.tables import (
    NONE,
    Detail,
    Event,
    Pick,
    Terms,
    layout,
)
from taxlots.domain.action import PURCHASE_ACTIONS, Action
from taxlots.domain.policy import Policy
from taxlots.domain.security import SecurityKind
from taxlots.law.identical import Identity

OPENING: Final = (
    kinds.OPEN,
    kinds.OPEN_OUTSIDE,
    kinds.DISTRIBUTE,
    kinds.OPEN_BY_TERMS,
    kinds.OPEN_SHORT,
    kinds.OPEN_BY_OPTION,
)
CHAINED: Final = frozenset(range(kinds.SURRENDER, kinds.OPEN_BY_OPTION + 1)) | {kinds.SPLIT}
"""Events that look at all positions of a symbol."""
SORTED_BY: Final = ("row", "time", "day", "household")

Table = np.ndarray[Any, np.dtype[Any]]


@dataclass(slots=True)
class Blueprint:
    """The tables of a fold, and the place behind each of its positions.

    ``household`` and ``time`` hold those of each event; a row that stands in every household
    makes several events.
    """

    tables: dict[str, Table]
    places: list[Place]
    household: Int64
    time: Int64


def blueprint(
    desk: Desk,
    bookings: Bookings,
    method: Int64,
    identity: Identity,
    policy: Policy,
    earlier: Blueprint | None = None,
) -> Blueprint:
    """Lay out the events in booking order and everything that they refer to.

    ``method`` gives the relief method of every booking.  What ``earlier`` holds keeps its number,
    and its events come first.
    """
    journal = desk.journal
    special = _special(desk, bookings, policy)
    entries = entries_of(desk, bookings, np.flatnonzero(special))
    columns = _columns(desk, bookings.where(~special), method[~special], entries)
    columns["method"][columns["entry"] >= 0] = _methods(entries, bookings, method)
    keys: list[Any] = [columns[name] for name in SORTED_BY]
    if earlier is not None:
        keys.append(~np.isin(columns["row"], earlier.tables["events"]["row"]))
    order = np.lexsort(keys)
    columns = {name: column[order] for name, column in columns.items()}
    known = [] if earlier is None else earlier.places
    places, position = _positions(desk, columns, entries, known)
    events = np.zeros(len(order), np.dtype(layout(Event)))
    for name in ("kind", "day", "method", "row", "quantity", "cents"):
        events[name] = columns[name]
    events["position"] = position
    details, terms, picks = _details(journal, columns, entries, places, events)
    tables = {"events": events, "details": details, "terms": terms, "picks": picks}
    tables |= position_tables(desk, list(places), identity, policy)
    if any(entry.kind in CHAINED for entry in entries):
        asking = [e for e in entries if e.kind in CHAINED and e.kind != kinds.SPLIT]
        looked_at = {place[1] for e in asking for place in (e.place, e.to or e.place)}
        looked_at |= {e.to[1] for e in entries if e.kind == kinds.RENAME and e.to is not None}
        chain_positions(tables, list(places), desk, looked_at)
    kept = _place_splits(tables, list(places), columns, entries, desk)
    tables["events"] = events[kept]
    return Blueprint(tables, list(places), columns["household"][kept], columns["time"][kept])


def _special(desk: Desk, bookings: Bookings, policy: Policy) -> Mask:
    """The bookings that need an entry of their own."""
    plain = PURCHASE_ACTIONS | {Action.SELL, Action.SELL_OPTION}
    if not policy.rsu_vest_is_acquisition:
        plain = plain - {Action.RSU_VEST}
    journal = desk.journal
    is_plain = is_action(journal, set(plain))[bookings.row]
    if desk.picks:
        is_plain &= ~np.isin(bookings.row, list(desk.picks))
    if desk.averaging.pairs:
        is_plain &= ~(is_action(journal, {Action.REINVEST}) | filled(journal, "origin"))[
            bookings.row
        ]
    is_plain &= ~filled(journal, "covered")[bookings.row]
    is_plain &= journal.number["related_loss"].is_blank[bookings.row]
    is_plain &= ~_has_moving_basis(journal)[bookings.row]
    return ~is_plain


def _has_moving_basis(journal: Journal) -> Mask:
    """Rows of securities whose basis does not stay their cost: bonds, partnerships, trusts."""
    securities = journal.record.securities
    moving = [
        n in securities
        and (securities[n].kind is SecurityKind.BOND or securities[n].tax_class.moves_basis)
        for n in journal.symbol.names
    ]
    return np.array([*moving, False], np.bool_)[journal.symbol.values]


def _columns(desk: Desk, plain: Bookings, method: Int64, entries: list[Entry]) -> dict[str, Int64]:
    """Events as unsorted columns: the plain ones, then one for each entry."""
    journal = desk.journal
    account_place = {name: number for number, name in enumerate(desk.accounts)}
    of_code = np.array([*(account_place.get(n, -1) for n in journal.account.names), -1])
    is_purchase = is_action(journal, set(PURCHASE_ACTIONS))[plain.row]
    size = len(journal.symbol.names)
    key = of_code[journal.account.values[plain.row]] * size + journal.symbol.values[plain.row]
    own: dict[str, list[int]] = {
        "household": [e.household for e in entries],
        "day": [e.day for e in entries],
        "time": [e.time for e in entries],
        "row": [e.row for e in entries],
        "kind": [e.kind for e in entries],
        "method": [0] * len(entries),
        "quantity": [e.quantity for e in entries],
        "cents": [e.cents for e in entries],
        "key": [-1] * len(entries),
        "entry": list(range(len(entries))),
    }
    shared: dict[str, Any] = {
        "household": plain.household,
        "day": plain.day,
        "time": plain.time,
        "row": plain.row,
        "kind": np.where(is_purchase, kinds.OPEN, kinds.SELL),
        "method": method,
        "quantity": journal.number["quantity"].values[plain.row],
        "cents": desk.cents[plain.row],
        "key": key,
        "entry": np.full(len(plain), -1),
    }
    return {
        name: np.concatenate([shared[name].astype(np.int64), np.array(own[name], np.int64)])
        for name in shared
    }


def _methods(entries: list[Entry], bookings: Bookings, method: Int64) -> Int64:
    """The method of each entry: that of the booking of its row."""
    if not entries:
        return np.zeros(0, np.int64)
    by_row = dict(zip(bookings.row.tolist(), method.tolist(), strict=True))
    return np.array([by_row[e.row] for e in entries], np.int64)


def _positions(
    desk: Desk, columns: dict[str, Int64], entries: list[Entry], known: list[Place]
) -> tuple[dict[Place, int], Int64]:
    """Number the positions; returns their places in order and the position of every event."""
    names = list(desk.accounts)
    symbols = desk.journal.symbol.names
    plain = columns["entry"] < 0
    keys, inverse = np.unique(columns["key"][plain], return_inverse=True)
    size = max(1, len(symbols))
    places = {place: number for number, place in enumerate(known)}
    of_key = np.array(
        [
            places.setdefault((names[key // size], symbols[key % size], ""), len(places))
            for key in keys.tolist()
        ],
        np.int64,
    )
    for entry in entries:
        if entry.kind != kinds.SPLIT:
            places.setdefault(entry.place, len(places))
        if entry.to is not None:
            places.setdefault(entry.to, len(places))
    position = np.zeros(len(plain), np.int64)
    position[plain] = of_key[inverse]
    of_entry = np.array([places.get(e.place, -1) for e in entries], np.int64)
    position[~plain] = of_entry[columns["entry"][~plain]]
    return places, position


def _details(
    journal: Journal,
    columns: dict[str, Int64],
    entries: list[Entry],
    places: dict[Place, int],
    events: Table,
) -> tuple[Table, Table, Table]:
    """The details of the entries, their terms and the lots that they name.

    Sets ``detail`` in the events.
    """
    details = np.zeros(len(entries), np.dtype(layout(Detail)))
    picked: list[tuple[int, int]] = []
    terms = [
        tuple(getattr(entry.terms, name) for name in Terms.__slots__)
        for entry in entries
        if entry.terms is not None
    ]
    termed = iter(range(len(terms)))
    events["detail"] = NONE
    if not entries:
        return details, table_of(terms, Terms), table_of(picked, Pick)
    opening = np.isin(columns["kind"], OPENING)
    lots = np.cumsum(opening) - 1
    lot_of_row = dict(zip(columns["row"][opening].tolist(), lots[opening].tolist(), strict=True))
    of_account = _lots_of_shared_rows(columns, entries, lots)
    row_of_id: dict[str, int] = {}
    if any(entry.picks for entry in entries):
        row_of_id = {name: row for row, name in enumerate(journal.ids.to_pylist())}
    at_entry = columns["entry"] >= 0
    events["detail"] = np.where(at_entry, columns["entry"], NONE)
    for number, entry in enumerate(entries):
        detail = details[number]
        detail["to_position"] = NONE if entry.to is None else places[entry.to]
        detail["lot"] = lot_of_row[entry.arrives] if entry.arrives >= 0 else NONE
        detail["holding_period"] = entry.holding_period
        detail["acquired"] = entry.acquired
        detail["flags"] = entry.flags
        detail["terms"] = NONE if entry.terms is None else next(termed)
        detail["numerator"] = entry.ratio.numerator
        detail["denominator"] = entry.ratio.denominator
        detail["loss_cents"] = entry.loss_cents
        detail["first_pick"] = len(picked)
        rows = [(row_of_id.get(name, -1), q) for name, q in entry.picks]
        account = entry.place[0]
        named = [(of_account.get((r, account), lot_of_row.get(r)), q) for r, q in rows]
        known = [(lot, quantity) for lot, quantity in named if lot is not None]
        for (name, _), (lot, _) in zip(entry.picks, named, strict=True):
            if lot is None:
                _unknown_lot(journal, entry.row, name)
        if len(known) == len(named):
            picked += known
        detail["pick_count"] = len(picked) - detail["first_pick"]
    return details, table_of(terms, Terms), table_of(picked, Pick)


def _lots_of_shared_rows(
    columns: dict[str, Int64], entries: list[Entry], lots: Int64
) -> dict[tuple[int, str], int]:
    """The lots of rows that open one in every account, by row and account."""
    found: dict[tuple[int, str], int] = {}
    for at in np.flatnonzero(columns["entry"] >= 0):
        entry = entries[columns["entry"][at]]
        if entry.kind in OPENING:
            place = entry.place if entry.to is None else entry.to
            found[entry.row, place[0]] = int(lots[at])
    return found


def _unknown_lot(journal: Journal, row: int, name: str) -> None:
    journal.note(
        row,
        "lots",
        "UNKNOWN_LOT",
        f"no lot has the id {name!r}",
        "a lot bears the id of the transaction that opened it",
    )


def _place_splits(
    tables: dict[str, Table],
    places: list[Place],
    columns: dict[str, Int64],
    entries: list[Entry],
    desk: Desk,
) -> Mask:
    """Point the splits at the first position of their household and symbol.

    Returns which events stay: a split of what a household never held does not.
    """
    events = tables["events"]
    kept = np.ones(len(events), np.bool_)
    at_split = np.flatnonzero(columns["kind"] == kinds.SPLIT)
    if not len(at_split):
        return kept
    household = {a.id: a.household for a in desk.accounts.values()}
    number = {name: n for n, name in enumerate(dict.fromkeys(household.values()))}
    first: dict[tuple[int, str], int] = {}
    for position, (account, symbol, _) in enumerate(places):
        first.setdefault((number[household[account]], symbol), position)
    for event in at_split:
        entry = entries[columns["entry"][event]]
        position = first.get((entry.household, entry.place[1]), NONE)
        events["position"][event] = position
        kept[event] = position != NONE
    return kept
