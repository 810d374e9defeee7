"""From bookings to the events, positions and pools that the fold works on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from taxlots.book import kinds
from taxlots.book.cells import Int64, Mask
from taxlots.book.checks import is_action
from taxlots.book.entries import Desk, Entry, Place, entries_of
from taxlots.book.journal import Journal
from taxlots.book.ordering import Bookings
from taxlots.book.tables import NONE, Detail, Event, Pick, Pool, Position, layout
from taxlots.domain.account import Account, AccountKind, Owner
from taxlots.domain.action import PURCHASE_ACTIONS, Action
from taxlots.domain.household import wash_sale_party
from taxlots.domain.policy import Policy
from taxlots.domain.security import Security
from taxlots.law.identical import Identity, Kinship, Membership

OWNER_CODE: Final = {Owner.SELF: kinds.SELF, Owner.SPOUSE: kinds.SPOUSE, Owner.JOINT: kinds.JOINT}
OPENING: Final = (kinds.OPEN, kinds.OPEN_OUTSIDE, kinds.DISTRIBUTE)
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
    details, picks = _details(journal, columns, entries, places, events)
    tables = {"events": events, "details": details, "picks": picks}
    tables |= _position_tables(desk, list(places), identity, policy)
    kept = _place_splits(tables, list(places), columns, entries, desk)
    tables["events"] = events[kept]
    return Blueprint(tables, list(places), columns["household"][kept], columns["time"][kept])


def _special(desk: Desk, bookings: Bookings, policy: Policy) -> Mask:
    """The bookings that need an entry of their own."""
    plain = PURCHASE_ACTIONS | {Action.SELL, Action.SELL_OPTION}
    if not policy.rsu_vest_is_acquisition:
        plain = plain - {Action.RSU_VEST}
    is_plain = is_action(desk.journal, set(plain))[bookings.row]
    if desk.picks:
        is_plain &= ~np.isin(bookings.row, list(desk.picks))
    return ~is_plain


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
) -> tuple[Table, Table]:
    """The details of the entries and the lots that they name; sets ``detail`` in the events."""
    details = np.zeros(len(entries), np.dtype(layout(Detail)))
    picked: list[tuple[int, int]] = []
    events["detail"] = NONE
    if not entries:
        return details, np.array(picked, np.dtype(layout(Pick)))
    opening = np.isin(columns["kind"], OPENING)
    lots = np.cumsum(opening) - 1
    lot_of_row = dict(zip(columns["row"][opening].tolist(), lots[opening].tolist(), strict=True))
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
        detail["numerator"] = entry.ratio.numerator
        detail["denominator"] = entry.ratio.denominator
        detail["loss_cents"] = entry.loss_cents
        detail["first_pick"] = len(picked)
        named = [(lot_of_row.get(row_of_id.get(name, -1)), q) for name, q in entry.picks]
        known = [(lot, quantity) for lot, quantity in named if lot is not None]
        for (name, _), (lot, _) in zip(entry.picks, named, strict=True):
            if lot is None:
                _unknown_lot(journal, entry.row, name)
        if len(known) == len(named):
            picked += known
        detail["pick_count"] = len(picked) - detail["first_pick"]
    return details, np.array(picked, np.dtype(layout(Pick)))


def _unknown_lot(journal: Journal, row: int, name: str) -> None:
    journal.note(
        row,
        "lots",
        "UNKNOWN_LOT",
        f"no lot has the id {name!r}",
        "a lot bears the id of the transaction that opened it",
    )


def _position_tables(
    desk: Desk, places: list[Place], identity: Identity, policy: Policy
) -> dict[str, Table]:
    """Positions with what the fold must know of their accounts and securities, and the pools."""
    securities = _numbered_securities(places, identity)
    account_number = {name: number for number, name in enumerate(desk.accounts)}
    returns: dict[str, int] = {}
    pools: dict[tuple[str, str], int] = {}
    mixed: list[bool] = []
    rows = []
    for account_id, symbol, order in places:
        account = desk.accounts[account_id]
        security = desk.journal.record.securities.get(symbol, Security(symbol=symbol))
        pool = pools.setdefault((wash_sale_party(account), identity.family(symbol)), len(pools))
        if pool == len(mixed):
            mixed.append(symbol in identity.numbers)
        position = Position(
            pool=pool,
            security=securities[symbol],
            account=account_number[account_id],
            flags=_flags(account, security, policy) | (kinds.OUTSIDE if order else 0),
            owner=OWNER_CODE.get(account.owner, kinds.OTHER_OWNER),
            tax_return=returns.setdefault(account.tax_return, len(returns)),
            multiplier=security.multiplier,
        )
        rows.append(tuple(getattr(position, name) for name in Position.__slots__))
    pool_rows = np.zeros(len(pools), np.dtype(layout(Pool)))
    for name in ("first_candidate", "last_candidate", "first_wait", "last_wait"):
        pool_rows[name] = NONE
    pool_rows["is_mixed"] = mixed
    kinships = [(k.first, k.count, k.underlying) for k in identity.kinships]
    alone = len(securities) - len(kinships)
    kinships += [(0, 0, len(kinships) + n) for n in range(alone)]
    members = [(m.group, m.start_day, m.end_day) for m in identity.memberships]
    return {
        "positions": np.array(rows, np.dtype(layout(Position))),
        "pools": pool_rows,
        "kinships": np.array(kinships, np.dtype(layout(Kinship))),
        "memberships": np.array(members, np.dtype(layout(Membership))),
    }


def _numbered_securities(places: list[Place], identity: Identity) -> dict[str, int]:
    """Securities by number: those with relatives as the identity numbers them, then the rest."""
    numbered = dict(identity.numbers)
    for _, symbol, _ in places:
        numbered.setdefault(symbol, len(numbered))
    return numbered


def _flags(account: Account, security: Security, policy: Policy) -> int:
    flags = 0
    if account.kind.is_tax_deferred:
        flags |= kinds.TAX_DEFERRED
    if account.kind is AccountKind.TAXABLE_MTM_475:
        flags |= kinds.EXEMPT
        if not policy.mtm475_purchase_replaces:
            flags |= kinds.NO_CANDIDATE
    if security.kind.is_exempt_from_1091:
        flags |= kinds.EXEMPT
    return flags


def _place_splits(
    tables: dict[str, Table],
    places: list[Place],
    columns: dict[str, Int64],
    entries: list[Entry],
    desk: Desk,
) -> Mask:
    """Chain the positions of each household and symbol, and point the splits at their first.

    Returns which events stay: a split of what a household never held does not.
    """
    positions = tables["positions"]
    positions["next_of_symbol"] = NONE
    events = tables["events"]
    kept = np.ones(len(events), np.bool_)
    at_split = np.flatnonzero(columns["kind"] == kinds.SPLIT)
    if not len(at_split):
        return kept
    household = {a.id: a.household for a in desk.accounts.values()}
    number = {name: n for n, name in enumerate(dict.fromkeys(household.values()))}
    first: dict[tuple[int, str], int] = {}
    for position in range(len(places) - 1, -1, -1):
        account, symbol, _ = places[position]
        key = (number[household[account]], symbol)
        positions["next_of_symbol"][position] = first.get(key, NONE)
        first[key] = position
    for event in at_split:
        entry = entries[columns["entry"][event]]
        position = first.get((entry.household, entry.place[1]), NONE)
        events["position"][event] = position
        kept[event] = position != NONE
    return kept
