"""Gains at 0 percent: how much each return can still realize free of federal tax, and of what."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from math import floor
from typing import TYPE_CHECKING, Any, Final

from taxlots.domain.calendar import day_of
from taxlots.domain.money import dollars, shares
from taxlots.domain.problem import DataError, error
from taxlots.domain.tax_rate import RATE_ONE, rate_text
from taxlots.law.tables import YEARS
from taxlots.plan.free_day import first_free_day
from taxlots.plan.gain_harvest import FreeAgain, FreeRoom, HeldGain, free_room, within_room
from taxlots.workflows.gain_lots import Holdings, gain_table, holdings_of
from taxlots.workflows.plan_page import PlanPage, told_page
from taxlots.workflows.tax import Chain

if TYPE_CHECKING:
    from taxlots.domain.tax_return import ReturnIncome

COLUMNS: Final = {
    "tax_return": "return",
    "lot_id": "lot",
    "account": "account",
    "symbol": "symbol",
    "quantity": "quantity",
    "value": "value",
    "basis": "basis",
    "gain": "gain",
}


def zero_bracket(
    book: str,
    *,
    account: str | None = None,
    as_of: date | None = None,
    known_at: datetime | None = None,
) -> PlanPage:
    """Long-term gain that costs no federal tax this year, and the lots to realize it from.

    The income of the profile is needed, whatever rates it states: DataError without one.
    """
    holdings = holdings_of(book, account=account, as_of=as_of, known_at=known_at)
    lots = holdings.long_term(account)
    returns: list[dict[str, Any]] = []
    told: list[str] = []
    for name, income in _incomes(holdings, account).items():
        room = free_room(income)
        mine = [lot for lot in lots if holdings.tax_return(lot.account) == name]
        taken = within_room(mine, room.room_cents)
        returns.append(_return_json(name, room, taken))
        told += _sentences(name, room, holdings.as_of.year)
        told += _rebuy_sentences(holdings, taken)
    told.append(
        "Income still to come this year, like dividends and distributions of funds, takes room; "
        "shares that are bought back are short-term again for a year"
    )
    rows = [{"tax_return": one["tax_return"], **row} for one in returns for row in one["lots"]]
    name = holdings.books.record.name
    return told_page(
        gain_table(f"Gains of {name} at 0 percent on {holdings.as_of}", COLUMNS, rows),
        {
            "book": name,
            "as_of": holdings.as_of.isoformat(),
            "returns": returns,
        },
        told,
        holdings.problems,
    )


def _incomes(holdings: Holdings, account: str | None) -> dict[str, ReturnIncome]:
    """The income of each return, or of that of one account."""
    chain, year = Chain(holdings.books), holdings.as_of.year
    wanted = None if account is None else holdings.tax_return(account)
    profiles = chain.profiles(year)
    found = {}
    for name in chain.items(year) if year in YEARS else ():
        profile = profiles.get(name)
        if wanted in (None, name) and profile is not None and not profile.lacks:
            found[name] = chain.income(profile)[0]
    holdings.problems.extend(p for p in chain.problems if p not in holdings.problems)
    if not found:
        missing = error(
            f"profiles.csv:{wanted or ''}:{year}",
            "NO_PROFILE",
            f"No profile tells the income of {year}, and so nobody knows where 0 percent ends.",
            "Write filing_status and ordinary_income there, beside rates if there are any.",
        )
        raise DataError([missing, *holdings.problems])
    return found


def _return_json(name: str, room: FreeRoom, taken: tuple[HeldGain, ...]) -> dict[str, Any]:
    return {
        "tax_return": name,
        "room": dollars(room.room_cents),
        "absorbed": dollars(room.absorbed_cents),
        "free": dollars(room.room_cents - room.absorbed_cents),
        "state_tax": dollars(room.state_cents),
        "next_rate": rate_text(floor(room.next_rate * RATE_ONE)),
        "again": None if room.again is None else _again_json(room.again),
        "not_computed": list(room.not_computed),
        "lots": [lot_row(lot) for lot in taken],
        "gain": dollars(sum(lot.gain_cents for lot in taken)),
    }


def _again_json(again: FreeAgain) -> dict[str, str]:
    return {
        "from": dollars(again.from_cents),
        "to": dollars(again.to_cents),
        "tax": dollars(again.tax_cents),
    }


def lot_row(lot: HeldGain) -> dict[str, str]:
    """A lot, or a part of it, with its gain."""
    return {
        "lot_id": lot.lot_id,
        "account": lot.account,
        "symbol": lot.symbol,
        "quantity": shares(lot.quantity),
        "value": dollars(lot.value_cents),
        "basis": dollars(lot.basis_cents),
        "gain": dollars(lot.gain_cents),
    }


def _sentences(name: str, room: FreeRoom, year: int) -> Iterator[str]:
    rate = rate_text(floor(room.next_rate * RATE_ONE))
    yield (
        f"{name}: {dollars(room.room_cents)} of further long-term gain costs no federal tax in"
        f" {year}; the next dollar costs {rate}"
    )
    if room.absorbed_cents:
        yield (
            f"{name}: the first {dollars(room.absorbed_cents)} of it only uses up losses that would"
            " be carried on: it is not free, but paid with them"
        )
    if room.again is not None:
        again = room.again
        yield (
            f"{name}: gain from {dollars(again.from_cents)} to {dollars(again.to_cents)} is free"
            f" again, once {dollars(again.tax_cents)} of tax is paid on what comes before: it takes"
            " the place of losses that are deducted from income"
        )
    if room.state_cents:
        yield f"{name}: the state asks {dollars(room.state_cents)} for all of it"
    for text in room.not_computed:
        yield f"{name}: not computed: {text.rstrip('.')}"


def _rebuy_sentences(holdings: Holdings, taken: tuple[HeldGain, ...]) -> Iterator[str]:
    """Which losses buying the shares back would disallow: gains themselves have no window."""
    index = holdings.index
    for account, symbol in dict.fromkeys((lot.account, lot.symbol) for lot in taken):
        for loss in index.situation.waiting_losses:
            is_theirs = index.party[loss.account] == index.party[account]
            if is_theirs and index.identity.replaces(symbol, loss.symbol, day_of(loss.sold)):
                until = first_free_day(day_of(loss.sold)).isoformat()
                yield (
                    f"{symbol} bought back before {until} replaces the loss of"
                    f" {dollars(loss.loss_cents)} of sale {loss.sale_id}"
                )
