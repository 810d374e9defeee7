"""The bookings that are more than a purchase or a sale by method, each spelled out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Final

import numpy as np

from taxlots.book import kinds
from taxlots.book.cells import Int64
from taxlots.book.checks import check_transfer, is_one_character, ratio_of
from taxlots.book.identification import Picks
from taxlots.book.journal import ACTION_CODE, ACTIONS, Journal, day_or_none
from taxlots.book.ordering import END_OF_DAY, Bookings
from taxlots.domain.account import Account
from taxlots.domain.action import PURCHASE_ACTIONS, Action
from taxlots.domain.money import apportion
from taxlots.domain.problem import warning
from taxlots.law.s1014_inheritance import inherited_basis
from taxlots.law.s1015_gift import gain_basis, loss_basis

SPLIT_NOTICE_DAYS: Final = 10
"""Two accounts' splits of one symbol this close are one event told twice."""

Place = tuple[str, str, str]
"""Account, symbol, and the order under which lots are on their way (blank: held)."""


@dataclass(slots=True, kw_only=True)
class Entry:
    """One event to be.  ``place`` is what it takes from or opens in, ``to`` where lots go."""

    household: int
    day: int
    time: int
    row: int
    kind: int
    place: Place
    to: Place | None = None
    quantity: int = 0
    cents: int = 0
    flags: int = 0
    holding_period: int = 0
    acquired: int = kinds.UNSTATED
    loss_cents: int = 0
    ratio: Fraction = Fraction(1)
    picks: Picks = field(default_factory=list)
    arrives: int = -1


@dataclass(frozen=True, slots=True)
class Split:
    """One split of a symbol, as a household's rows state it."""

    row: int
    day: int
    time: int
    account: str
    ratio: Fraction


@dataclass(slots=True)
class Desk:
    """What writing an entry needs to know: the journal, its amounts, and the rows around."""

    journal: Journal
    cents: Int64
    accounts: dict[str, Account]
    picks: dict[int, Picks]
    holders: dict[tuple[int, str], list[str]]
    outbound: dict[tuple[int, str], Place]
    splits: dict[tuple[int, str], list[Split]]

    def entry(self, bookings: Bookings, place: int, kind: int) -> Entry:
        """The entry that a booking makes before its action has its say."""
        row = int(bookings.row[place])
        return Entry(
            household=int(bookings.household[place]),
            day=int(bookings.day[place]),
            time=int(bookings.time[place]),
            row=row,
            kind=kind,
            place=(self.journal.account_of(row), self.journal.symbol_of(row), ""),
            quantity=int(self.journal.number["quantity"].values[row]),
            cents=int(self.cents[row]),
            holding_period=int(bookings.day[place]),
            picks=self.picks.get(row, []),
        )


def entries_of(desk: Desk, bookings: Bookings, special: Int64) -> list[Entry]:
    """The entries of the special bookings (places in ``bookings``), in no particular order."""
    entries: list[Entry] = []
    for place in special:
        action = ACTIONS[desk.journal.action[int(bookings.row[place])]]
        entries.extend(_WRITERS[action](desk, bookings, int(place)))
    return entries


def splits_of(journal: Journal, bookings: Bookings) -> dict[tuple[int, str], list[Split]]:
    """The splits of each household and symbol, each once however many accounts state it."""
    found: dict[tuple[int, str], list[Split]] = {}
    codes = [ACTION_CODE[Action.SPLIT], ACTION_CODE[Action.STOCK_DIVIDEND]]
    for place in np.flatnonzero(np.isin(journal.action[bookings.row], codes)):
        row = int(bookings.row[place])
        ratio = ratio_of(journal, row)
        if ratio is None:
            continue
        split = Split(
            row=row,
            day=int(bookings.day[place]),
            time=int(bookings.time[place]),
            account=journal.account_of(row),
            ratio=ratio,
        )
        known = found.setdefault((int(bookings.household[place]), journal.symbol_of(row)), [])
        if any(s.day == split.day and s.ratio == ratio for s in known):
            continue
        if any(_in_conflict(s, split) for s in known):
            journal.note(
                row,
                "ratio",
                "SPLIT_CONFLICT",
                "another row states a split of this symbol at the same time with another ratio "
                "or date",
                "keep one row, with a blank account, at the date on which the split took effect",
            )
        else:
            known.append(split)
    return found


def _in_conflict(one: Split, other: Split) -> bool:
    if one.day == other.day:
        return True
    return one.account != other.account and abs(one.day - other.day) <= SPLIT_NOTICE_DAYS


def _purchase(desk: Desk, bookings: Bookings, place: int) -> Iterator[Entry]:
    """A purchase that is no acquisition for section 1091 (a vest, by policy)."""
    yield desk.entry(bookings, place, kinds.OPEN)


def _sale(desk: Desk, bookings: Bookings, place: int) -> Iterator[Entry]:
    yield desk.entry(bookings, place, kinds.SELL)


def _gift_in(desk: Desk, bookings: Bookings, place: int) -> Iterator[Entry]:
    entry = desk.entry(bookings, place, kinds.OPEN)
    number = desk.journal.number
    fmv = int(number["fmv"].values[entry.row])
    gift_tax = int(number["basis_increase"].values[entry.row])
    donor = int(number["cost_basis"].values[entry.row])
    basis = gain_basis(donor, fmv, gift_tax)
    if basis - donor != gift_tax:
        desk.journal.add(
            entry.row,
            warning(
                desk.journal.where(entry.row, "basis_increase"),
                "GIFT_TAX_CAPPED",
                f"gift {desk.journal.id(entry.row)!r}: gift tax lifts the basis no further",
                "26 USC 1015(d)(1): basis is never lifted above the value at the gift",
            ),
        )
    floor = loss_basis(basis, fmv)
    donor_day = day_or_none(desk.journal.day["acquired_date"], entry.row)
    if donor_day is None:
        donor_day = entry.day
    flags = kinds.DUAL_BASIS if floor < basis else 0
    yield replace(entry, cents=basis, loss_cents=floor, holding_period=donor_day, flags=flags)


def _inherit(desk: Desk, bookings: Bookings, place: int) -> Iterator[Entry]:
    entry = desk.entry(bookings, place, kinds.OPEN)
    yield replace(entry, cents=inherited_basis(entry.cents), flags=kinds.INHERITED)


def _to_account(desk: Desk, bookings: Bookings, place: int) -> Iterator[Entry]:
    """A transfer, or a distribution in kind: shares go to another account of the household."""
    entry = desk.entry(bookings, place, kinds.TRANSFER)
    if ACTIONS[desk.journal.action[entry.row]] is Action.IRA_DISTRIBUTION:
        entry.kind = kinds.DISTRIBUTE
    if check_transfer(desk.journal, entry.row, desk.accounts):
        target = desk.journal.cell("to_account", entry.row)
        yield replace(entry, to=(target, entry.place[1], ""))


def _depart(desk: Desk, bookings: Bookings, place: int) -> Iterator[Entry]:
    entry = desk.entry(bookings, place, kinds.DEPART)
    order = _order_of(desk.journal, entry.row)
    linked = desk.outbound.get((entry.household, order)) if order else None
    action = ACTIONS[desk.journal.action[entry.row]]
    if linked is not None and action is Action.TRANSFER_OUT:
        yield replace(entry, kind=kinds.TRANSFER, to=linked)
    else:
        yield entry


def _transfer_in(desk: Desk, bookings: Bookings, place: int) -> Iterator[Entry]:
    journal = desk.journal
    entry = desk.entry(bookings, place, kinds.ARRIVE)
    row = entry.row
    basis = journal.number["cost_basis"]
    acquired = day_or_none(journal.day["acquired_date"], row)
    order = _order_of(journal, row)
    linked = desk.outbound.get((entry.household, order)) if order else None
    if linked is not None and not _is_one_character(desk, linked[0], entry):
        return
    if linked is not None:
        yield replace(
            entry,
            kind=kinds.RETURN,
            place=linked,
            to=entry.place,
            acquired=kinds.UNSTATED if acquired is None else acquired,
            cents=kinds.UNSTATED if basis.is_blank[row] else int(basis.values[row]),
            picks=[],
        )
    elif acquired is not None and acquired > entry.day:
        journal.note(
            row,
            "acquired_date",
            "ACQUIRED_LATER",
            "acquired_date is later than the transfer",
            "correct the date",
        )
    else:
        yield from _from_outside(desk, entry, acquired)


def _is_one_character(desk: Desk, source: str, entry: Entry) -> bool:
    """Whether a linked transfer stays within one tax character; a problem is noted if not."""
    target = desk.accounts[entry.place[0]]
    if is_one_character(desk.accounts[source], target):
        return True
    desk.journal.note(
        entry.row,
        "order_id",
        "TAX_CHARACTER",
        f"the shares left {source}, which is taxed otherwise than {target.id}",
        "book an in-kind distribution as IRA_DISTRIBUTION; nothing else moves between them",
    )
    return False


def _from_outside(desk: Desk, entry: Entry, acquired: int | None) -> Iterator[Entry]:
    """A lot that comes in with a history of its own: two events, unless it has none."""
    journal = desk.journal
    row = entry.row
    basis = journal.number["cost_basis"]
    origin = journal.cell("origin", row) or "purchase"
    if acquired is None:
        acquired = entry.day
        origin = "unknown"
    held_since = day_or_none(journal.day["holding_period_date"], row)
    flags = kinds.UNKNOWN_BASIS if basis.is_blank[row] else 0
    if origin == "inheritance":
        flags |= kinds.INHERITED
    if origin == "purchase" and (held_since is None or held_since >= acquired):
        flags |= kinds.ACQUISITION
    opened = replace(
        entry,
        kind=kinds.OPEN,
        cents=int(basis.values[row]),
        flags=flags,
        holding_period=acquired if held_since is None else held_since,
        picks=[],
    )
    if acquired == entry.day:
        yield opened
        return
    on_its_way = (entry.place[0], entry.place[1], f"in {row}")
    yield replace(
        opened,
        kind=kinds.OPEN_OUTSIDE,
        day=acquired,
        time=END_OF_DAY,
        place=on_its_way,
        quantity=_before_splits(desk, entry, acquired),
    )
    yield replace(entry, place=on_its_way, to=entry.place, cents=0, arrives=row)


def _before_splits(desk: Desk, entry: Entry, acquired: int) -> int:
    """The row's quantity in the units of its acquisition, by the splits between."""
    ratio = Fraction(1)
    for split in desk.splits.get((entry.household, entry.place[1]), []):
        is_before = (split.day, split.time, split.row) < (entry.day, entry.time, entry.row)
        if acquired < split.day and is_before:
            ratio *= split.ratio
    return apportion(entry.quantity, ratio.denominator, ratio.numerator)


def _adjust(desk: Desk, bookings: Bookings, place: int) -> Iterator[Entry]:
    yield desk.entry(bookings, place, kinds.ADJUST)


def _split(desk: Desk, bookings: Bookings, place: int) -> Iterator[Entry]:
    entry = desk.entry(bookings, place, kinds.SPLIT)
    for split in desk.splits.get((entry.household, entry.place[1]), []):
        if split.row == entry.row:
            yield replace(entry, ratio=split.ratio, picks=[])


def _rename(desk: Desk, bookings: Bookings, place: int) -> Iterator[Entry]:
    entry = desk.entry(bookings, place, kinds.RENAME)
    target = desk.journal.cell("to_symbol", entry.row)
    account, symbol, _ = entry.place
    holders = [account] if account else desk.holders.get((entry.household, symbol), [])
    for holder in holders:
        yield replace(entry, place=(holder, symbol, ""), to=(holder, target, ""))
    for key, (holder, name, order) in list(desk.outbound.items()):
        if key[0] == entry.household and name == symbol and account in ("", holder):
            desk.outbound[key] = (holder, target, order)
            yield replace(entry, place=(holder, symbol, order), to=(holder, target, order))


def _order_of(journal: Journal, row: int) -> str:
    code = journal.order.values[row]
    return journal.order.names[code] if code >= 0 else ""


def _nothing(_desk: Desk, _bookings: Bookings, _place: int) -> Iterator[Entry]:
    """SET_METHOD books nothing: the sales after it bear its method."""
    return iter(())


_WRITERS: Final[dict[Action, Callable[[Desk, Bookings, int], Iterator[Entry]]]] = {
    **dict.fromkeys(PURCHASE_ACTIONS, _purchase),
    Action.SELL: _sale,
    Action.SELL_OPTION: _sale,
    Action.SET_METHOD: _nothing,
    Action.TRANSFER: _to_account,
    Action.TRANSFER_IN: _transfer_in,
    Action.TRANSFER_OUT: _depart,
    Action.DONATE: _depart,
    Action.GIFT_OUT: _depart,
    Action.IRA_DISTRIBUTION: _to_account,
    Action.GIFT_IN: _gift_in,
    Action.INHERIT: _inherit,
    Action.SPLIT: _split,
    Action.STOCK_DIVIDEND: _split,
    Action.SYMBOL_CHANGE: _rename,
    Action.BASIS_ADJUSTMENT: _adjust,
}
