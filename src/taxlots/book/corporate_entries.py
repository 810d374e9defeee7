"""Corporate actions as entries: the positions that each row works on, and its terms."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from typing import Final

from taxlots.book import kinds
from taxlots.book.checks import ratio_of
from taxlots.book.desk import OWED, Desk, Entry, Place
from taxlots.book.journal import ACTIONS, Journal, flag
from taxlots.book.ordering import Bookings
from taxlots.book.tables import Terms
from taxlots.domain.action import Action
from taxlots.domain.money import LIMIT
from taxlots.law.s165_worthless import deemed_sale_day

CENT: Final = Fraction(100, 100_000_000)
"""Cents for a unit of 1e-8 share, at one dollar a share."""


def places_of(
    desk: Desk, entry: Entry, *, owed: bool = False, under_way: bool = False
) -> list[Place]:
    """Where a row works: its account, or every account that ever holds the symbol."""
    account, symbol, _ = entry.place
    holders = [account] if account else desk.holders.get((entry.household, symbol), [])
    turn = {name: at for at, name in enumerate(desk.accounts)}
    holders = sorted(holders, key=turn.__getitem__)
    places: list[Place] = [(holder, symbol, "") for holder in holders]
    if owed:
        places += [(h, symbol, OWED) for h in holders if (h, symbol) in desk.shorted]
    if under_way:
        for key, (holder, name, order) in desk.outbound.items():
            is_there = key in desk.left and key[0] == entry.household and name == symbol
            if is_there and account in ("", holder):
                places.append((holder, name, order))
        places += [place for place in _children(desk, entry) if place not in places]
    return places


def _children(desk: Desk, entry: Entry) -> list[Place]:
    """Where shares of the row's symbol are on their way that were distributed on others."""
    account, symbol, _ = entry.place
    return [
        place
        for place in sorted(desk.under_way)
        if place[1] == symbol
        and account in ("", place[0])
        and (entry.household, place[2].removeprefix("order ")) in desk.left
    ]


def merger(desk: Desk, bookings: Bookings, place: int) -> Iterator[Entry]:
    """MERGER, CLASS_EXCHANGE and TENDER: for stock, for stock and cash, or for cash alone."""
    entry = desk.entry(bookings, place, kinds.EXCHANGE)
    journal = desk.journal
    target = journal.cell("to_symbol", entry.row)
    action = ACTIONS[journal.action[entry.row]]
    if not target and action is Action.TENDER:
        yield replace(entry, kind=kinds.SELL)
    elif not target:
        if _is_there(journal, entry.row, "cash" if action is Action.MERGER else "to_symbol"):
            yield from _surrendered(desk, entry)
    elif flag(journal, "taxable", entry.row):
        yield from _taxable_exchange(desk, entry, target)
    else:
        yield from _exchange(desk, entry, target, action)


def _exchange(desk: Desk, entry: Entry, target: str, action: Action) -> Iterator[Entry]:
    journal = desk.journal
    terms = _terms(journal, entry.row)
    ratio = _ratio(journal, entry, action)
    if ratio is None:
        return
    if terms.cash_numerator and not _is_there(journal, entry.row, "fmv"):
        return
    quantity = entry.quantity
    if action is Action.MERGER:
        if not journal.cell("ratio", entry.row):
            terms.units = quantity
        else:
            terms.stated_units = quantity
        quantity = 0
    is_whole = quantity == 0
    picks = [] if is_whole else entry.picks
    for at in places_of(desk, entry, owed=is_whole, under_way=not entry.place[0]):
        to = (at[0], target, at[2])
        own = replace(terms) if at[2] == "" else replace(terms, is_stated=0)
        yield replace(
            entry, place=at, to=to, quantity=quantity, ratio=ratio, terms=own, picks=picks
        )
    if is_whole:
        desk.rights.follow(entry.household, entry.place[0], entry.place[1], target)
    if is_whole and not entry.place[0]:
        follow_outbound(desk, entry, target)


def follow_outbound(desk: Desk, entry: Entry, target: str) -> None:
    """Lots on their way under a linked transfer bear the new symbol from here on."""
    account, symbol, _ = entry.place
    for key, (holder, name, order) in list(desk.outbound.items()):
        is_there = key in desk.left and key[0] == entry.household and name == symbol
        if is_there and account in ("", holder):
            desk.outbound[key] = (holder, target, order)
    for child in _children(desk, entry):
        desk.under_way.discard(child)
        desk.under_way.add((child[0], target, child[2]))


def _taxable_exchange(desk: Desk, entry: Entry, target: str) -> Iterator[Entry]:
    """A sale of everything, and the purchase of what is received for it."""
    journal = desk.journal
    terms = _terms(journal, entry.row)
    ratio = _ratio(journal, entry, Action.MERGER)
    if ratio is None or not _is_there(journal, entry.row, "fmv"):
        return
    if not journal.cell("ratio", entry.row):
        terms.units = entry.quantity
    terms.sold = entry.day
    places = places_of(desk, entry)
    for number, at in enumerate(places):
        yield replace(
            entry,
            kind=kinds.SURRENDER,
            place=at,
            to=(at[0], target, ""),
            quantity=0,
            ratio=ratio,
            terms=replace(terms, number=number, count=len(places)),
            picks=[],
        )
    entry = replace(entry, kind=kinds.OPEN, quantity=0, cents=0, flags=kinds.ACQUISITION, picks=[])
    for at in places:
        yield replace(entry, place=(at[0], target, ""))


def _surrendered(desk: Desk, entry: Entry, *, sold: int | None = None) -> Iterator[Entry]:
    """A sale of the stated units, or of all, for cash or for nothing."""
    terms = _terms(desk.journal, entry.row)
    terms.sold = entry.day if sold is None else sold
    places = places_of(desk, entry)
    for number, at in enumerate(places):
        own = replace(terms, number=number, count=len(places))
        yield replace(entry, kind=kinds.SURRENDER, place=at, terms=own)


def worthless(desk: Desk, bookings: Bookings, place: int) -> Iterator[Entry]:
    """WORTHLESS: sold for nothing on the last day of the year."""
    entry = desk.entry(bookings, place, kinds.SURRENDER)
    yield from _surrendered(desk, entry, sold=deemed_sale_day(entry.day))


def liquidation(desk: Desk, bookings: Bookings, place: int) -> Iterator[Entry]:
    """LIQUIDATION: with a quantity the shares are given up, else capital returns."""
    entry = desk.entry(bookings, place, kinds.RETURN_CAPITAL)
    if entry.quantity:
        yield from _surrendered(desk, entry)
    else:
        yield from return_of_capital(desk, bookings, place)


def return_of_capital(desk: Desk, bookings: Bookings, place: int) -> Iterator[Entry]:
    """RETURN_OF_CAPITAL: the basis falls, lot by lot."""
    entry = desk.entry(bookings, place, kinds.RETURN_CAPITAL)
    terms = _terms(desk.journal, entry.row)
    for at in places_of(desk, entry, under_way=not entry.place[0]):
        own = replace(terms) if at[2] == "" else replace(terms, is_stated=0)
        yield replace(entry, place=at, terms=own, picks=[])


def distribution(desk: Desk, bookings: Bookings, place: int) -> Iterator[Entry]:
    """SPINOFF, RIGHTS, and STOCK_DIVIDEND of another class or taxable."""
    entry = desk.entry(bookings, place, kinds.DISTRIBUTE_SHARES)
    journal = desk.journal
    action = ACTIONS[journal.action[entry.row]]
    target = journal.cell("to_symbol", entry.row)
    terms = _terms(journal, entry.row)
    ratio = _ratio(journal, entry, action)
    if ratio is None:
        return
    if not journal.cell("ratio", entry.row):
        terms.units = entry.quantity
    entry = replace(entry, quantity=0, picks=[])
    terms.is_right = int(action is Action.RIGHTS)
    if terms.is_right:
        holders = [at[0] for at in places_of(desk, entry)]
        desk.rights.distribute(entry.household, holders, entry.place[1], target)
    if flag(journal, "taxable", entry.row):
        if not _is_there(journal, entry.row, "fmv"):
            return
        extra = ratio if target else ratio - 1
        for at in places_of(desk, entry):
            to = (at[0], target or at[1], "")
            yield replace(
                entry, kind=kinds.OPEN_BY_TERMS, place=at, to=to, ratio=extra, terms=replace(terms)
            )
        return
    terms.is_elected = int(flag(journal, "elected", entry.row))
    if terms.part_denominator == 0 and not (
        _is_there(journal, entry.row, "fmv") and _is_there(journal, entry.row, "price")
    ):
        return
    for at in places_of(desk, entry, under_way=not entry.place[0]):
        to = (at[0], target, at[2])
        own = replace(terms) if at[2] == "" else replace(terms, is_stated=0)
        if at[2]:
            desk.under_way.add(to)
        yield replace(entry, place=at, to=to, ratio=ratio, terms=own)


def _ratio(journal: Journal, entry: Entry, action: Action) -> Fraction | None:
    """New shares for one old; 0 where the row states a quantity instead, None with a problem."""
    if journal.cell("ratio", entry.row):
        return ratio_of(journal, entry.row)
    if action is Action.CLASS_EXCHANGE:
        return Fraction(1)
    if entry.quantity and entry.place[0] and action is not Action.TENDER:
        return Fraction(1)
    journal.note(
        entry.row,
        "ratio",
        "MISSING_CELL",
        f"{action} needs ratio, or in the row of one account the quantity received",
        "fill in the new shares for one old share, like 0.7 or 1/3",
    )
    return None


def _is_there(journal: Journal, row: int, column: str) -> bool:
    if not journal.number[column].is_blank[row]:
        return True
    action = ACTIONS[journal.action[row]]
    journal.note(
        row, column, "MISSING_CELL", f"{action} needs {column} here", f"fill in the cell {column}"
    )
    return False


def _terms(journal: Journal, row: int) -> Terms:
    """The terms of a row: totals for an account, exact rates for all accounts."""
    is_stated = bool(journal.account_of(row))
    cash = _rate(journal, row, "cash", is_total=is_stated)
    if is_stated and not journal.number["amount"].is_blank[row]:
        cash = (int(journal.number["amount"].values[row]), 0)
    value = _rate(journal, row, "fmv", is_total=is_stated)
    old = _rate(journal, row, "price", is_total=False)
    part = _basis_fraction(journal, row)
    return Terms(
        sold=0,
        is_stated=int(is_stated),
        cash_numerator=cash[0],
        cash_denominator=cash[1],
        value_numerator=value[0],
        value_denominator=value[1],
        old_value_numerator=old[0],
        old_value_denominator=old[1],
        part_numerator=part.numerator if part is not None else 0,
        part_denominator=part.denominator if part is not None else 0,
    )


def _rate(journal: Journal, row: int, column: str, *, is_total: bool) -> tuple[int, int]:
    """Cents in all and 0, or cents for one unit as a fraction."""
    if journal.number[column].is_blank[row] or journal.number[column].is_bad[row]:
        return 0, 0
    if is_total:
        return int(journal.number[column].values[row]), 0
    stated = str(journal.record.transactions.column(column)[row].as_py()).strip()
    rate = Fraction(stated) * CENT
    if max(rate.numerator, rate.denominator) >= LIMIT:
        journal.note(
            row, column, "TOO_MANY_DECIMALS", f"{stated!r} has too many digits", "round it yourself"
        )
        return 0, 0
    return rate.numerator, rate.denominator


def _basis_fraction(journal: Journal, row: int) -> Fraction | None:
    """The part of the basis that goes to new shares; None where the row states none."""
    stated = journal.cell("basis_fraction", row)
    if not stated:
        return None
    try:
        part = Fraction(stated.replace(" ", ""))
    except (ValueError, ZeroDivisionError):
        part = Fraction(-1)
    if 0 <= part <= 1 and part.denominator < LIMIT:
        return part
    journal.note(
        row,
        "basis_fraction",
        "BAD_FRACTION",
        f"{stated!r} is no part of a basis",
        "write the issuer's percentage (Form 8937) as a fraction of 1: 10.9624 % is 0.109624",
    )
    return None
