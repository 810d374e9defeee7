"""The bookings that are more than a purchase or a sale by method, each spelled out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from typing import Final

from taxlots.book import kinds
from taxlots.book.adjusted_basis import needs_adjusted_basis
from taxlots.book.cells import Int64
from taxlots.book.checks import check_transfer, is_one_character
from taxlots.book.corporate_entries import (
    distribution,
    follow_outbound,
    liquidation,
    merger,
    places_of,
    return_of_capital,
    worthless,
)
from taxlots.book.desk import Desk, Entry, is_other_distribution
from taxlots.book.journal import ACTIONS, Journal, day_or_none, flag
from taxlots.book.ordering import END_OF_DAY, Bookings
from taxlots.book.owed_entries import cover, deliver, exercise, expire, sell_short
from taxlots.book.related_entries import (
    gift_tax_addition,
    inheritance_basis,
    with_related_loss,
)
from taxlots.domain.action import PURCHASE_ACTIONS, Action
from taxlots.domain.money import apportion
from taxlots.domain.problem import warning
from taxlots.domain.view import View
from taxlots.law.s1015_gift import gain_basis, loss_basis


def entries_of(desk: Desk, bookings: Bookings, special: Int64) -> list[Entry]:
    """The entries of the special bookings (places in ``bookings``), in no particular order."""
    entries: list[Entry] = []
    for place in special:
        action = ACTIONS[desk.journal.action[int(bookings.row[place])]]
        entries.extend(_WRITERS[action](desk, bookings, int(place)))
    return entries


def _purchase(desk: Desk, bookings: Bookings, place: int) -> Iterator[Entry]:
    """A purchase of which something must be known: whether it is covered, or plan stock."""
    entry = desk.entry(bookings, place, kinds.OPEN)
    action = ACTIONS[desk.journal.action[entry.row]]
    is_acquisition = action is not Action.RSU_VEST or desk.vest_is_acquisition
    flags = kinds.ACQUISITION if is_acquisition else 0
    if action is Action.REINVEST or desk.journal.cell("origin", entry.row) == "drip":
        flags |= kinds.PLAN
    flags |= _stated_cover(desk, entry.row) | _needs_adjustment(desk, entry)
    yield with_related_loss(desk.journal, replace(entry, flags=flags))


def _needs_adjustment(desk: Desk, entry: Entry) -> int:
    """Unknown until somebody supplies it: a basis that cost alone does not tell."""
    security = desk.journal.record.securities.get(entry.place[1])
    if security is None or not needs_adjusted_basis(security, entry.cents, entry.quantity):
        return 0
    return kinds.UNKNOWN_BASIS | kinds.NEEDS_ADJUSTMENT


def _stated_cover(desk: Desk, row: int) -> int:
    """Whether a row says that its lot is a covered security, or that it is not."""
    if not desk.journal.cell("covered", row):
        return 0
    return kinds.COVERED if flag(desk.journal, "covered", row) else kinds.NONCOVERED


def _sale(desk: Desk, bookings: Bookings, place: int) -> Iterator[Entry]:
    yield desk.entry(bookings, place, kinds.SELL)


def _gift_in(desk: Desk, bookings: Bookings, place: int) -> Iterator[Entry]:
    entry = desk.entry(bookings, place, kinds.OPEN)
    number = desk.journal.number
    fmv = int(number["fmv"].values[entry.row])
    gift_tax = gift_tax_addition(desk.journal, entry.row)
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
    flags |= _stated_cover(desk, entry.row)
    yield replace(entry, cents=basis, loss_cents=floor, holding_period=donor_day, flags=flags)


def _inherit(desk: Desk, bookings: Bookings, place: int) -> Iterator[Entry]:
    entry = desk.entry(bookings, place, kinds.OPEN)
    yield replace(
        entry,
        cents=inheritance_basis(desk.journal, entry.row, entry.cents),
        flags=kinds.INHERITED | _stated_cover(desk, entry.row),
    )


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
        desk.left.add((entry.household, order))
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
    if linked is not None and (linked[0], entry.place[1], linked[2]) in desk.under_way:
        linked = (linked[0], entry.place[1], linked[2])
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
    flags |= _stated_cover(desk, row)
    if origin == "inheritance":
        flags |= kinds.INHERITED
    is_ours = desk.view is View.TAXPAYER
    if is_ours and origin == "purchase" and (held_since is None or held_since >= acquired):
        flags |= kinds.ACQUISITION
    loss_cents = 0
    if origin == "gift" and not (basis.is_blank[row] or journal.number["fmv"].is_blank[row]):
        loss_cents = loss_basis(int(basis.values[row]), int(journal.number["fmv"].values[row]))
        flags |= kinds.DUAL_BASIS if loss_cents < int(basis.values[row]) else 0
    opened = replace(
        entry,
        kind=kinds.OPEN,
        cents=int(basis.values[row]),
        loss_cents=loss_cents,
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
    if is_other_distribution(desk.journal, entry.row):
        yield from distribution(desk, bookings, place)
        return
    for split in desk.splits.get((entry.household, entry.place[1]), []):
        if split.row == entry.row:
            yield replace(entry, ratio=split.ratio, picks=[])


def _rename(desk: Desk, bookings: Bookings, place: int) -> Iterator[Entry]:
    entry = desk.entry(bookings, place, kinds.RENAME)
    target = desk.journal.cell("to_symbol", entry.row)
    yield from _turn_average(desk, bookings, place)
    for at in places_of(desk, entry, owed=True, under_way=True):
        yield replace(entry, place=at, to=(at[0], target, at[2]))
    desk.rights.follow(entry.household, entry.place[0], entry.place[1], target)
    follow_outbound(desk, entry, target)


def _turn_average(desk: Desk, bookings: Bookings, place: int) -> Iterator[Entry]:
    """A standing method, an election or a revocation starts or ends averaging here and there."""
    for turn in desk.averaging.turns.get(place, []):
        kind = kinds.ELECT_AVERAGE if turn.is_on else kinds.END_AVERAGE
        entry = desk.entry(bookings, place, kind)
        flags = turn.is_elected * kinds.ELECTED | turn.is_single * kinds.SINGLE
        yield replace(entry, place=(*turn.pair, ""), flags=flags)


def _order_of(journal: Journal, row: int) -> str:
    code = journal.order.values[row]
    return journal.order.names[code] if code >= 0 else ""


_WRITERS: Final[dict[Action, Callable[[Desk, Bookings, int], Iterator[Entry]]]] = {
    **dict.fromkeys(PURCHASE_ACTIONS, _purchase),
    Action.SELL: _sale,
    Action.SELL_OPTION: _sale,
    Action.SET_METHOD: _turn_average,
    Action.ELECT_AVERAGE: _turn_average,
    Action.REVOKE_AVERAGE: _turn_average,
    Action.CASH_IN_LIEU: _sale,
    Action.MERGER: merger,
    Action.TENDER: merger,
    Action.CLASS_EXCHANGE: merger,
    Action.SPINOFF: distribution,
    Action.RIGHTS: distribution,
    Action.RETURN_OF_CAPITAL: return_of_capital,
    Action.LIQUIDATION: liquidation,
    Action.WORTHLESS: worthless,
    Action.SELL_SHORT: sell_short,
    Action.WRITE_OPTION: sell_short,
    Action.BUY_TO_COVER: cover,
    Action.CLOSE_OPTION: cover,
    Action.CLOSE_SHORT_BY_DELIVERY: deliver,
    Action.EXPIRE: expire,
    Action.EXERCISE: exercise,
    Action.ASSIGN: exercise,
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
