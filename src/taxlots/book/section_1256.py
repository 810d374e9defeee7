"""The book of section 1256: contracts marked to market at the end of every year.

The other books keep the lots of these contracts as they were opened and closed; here is what is
taxed.  A contract closed within a year counts from what it cost (box 8 of Form 1099-B); one that
is open on 31 December is treated as sold at the last price of the year (boxes 9 and 10).  Contracts
are closed first in, first out by account and symbol; which lots go does not change box 11.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from taxlots.book.contract_places import ContractPlace, booked, not_booked
from taxlots.book.contract_trades import Trade
from taxlots.domain.account import Account
from taxlots.domain.action import Action
from taxlots.domain.calendar import civil, date_of, day_number, day_of
from taxlots.domain.money import apportion
from taxlots.domain.problem import Problem, error, warning
from taxlots.domain.quote import Quote
from taxlots.domain.security import Security
from taxlots.law.s1256_contracts import aggregate, long_term_part, unrealized, year_end

FINAL: Final = "final"
PROVISIONAL: Final = "provisional"
INCOMPLETE: Final = "incomplete"

UNITS_OF_CENT: Final = 10**14
"""1e-8 contracts times 1e-8 dollars, in a cent."""

WITHOUT_EFFECT: Final = frozenset({Action.SET_METHOD})

Closes = Callable[[str, date], Quote | None]
"""The last close of a symbol on or before a day, in 1e-8 dollars."""

Replaced = tuple[str, str, int]
"""Account, symbol and year."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractYear:
    """What one account has made with one contract in one year, in cents; a loss is negative.

    ``realized_cents``, ``before_cents``, ``at_end_cents`` and ``aggregate_cents`` are boxes 8 to 11
    of Form 1099-B.  ``wash_cents`` are losses on other securities that joined the basis of
    contracts in this year, so that these made less than the boxes say (26 USC 1091(d)).  None is
    what is not known: see ``status``, which is ``final``, ``provisional`` (the year goes on, marked
    as of the day of the books) or ``incomplete`` (a problem says why).
    """

    account: Account
    symbol: str
    year: int
    realized_cents: int | None
    before_cents: int | None
    at_end_cents: int | None
    aggregate_cents: int | None
    wash_cents: int = 0
    long_term_cents: int | None = None
    status: str

    @property
    def taxed_cents(self) -> int | None:
        """Gain or loss of the year: box 11 less what joined the basis."""
        return None if self.aggregate_cents is None else self.aggregate_cents - self.wash_cents

    @property
    def short_term_cents(self) -> int | None:
        """The 40 percent that are short-term."""
        if self.taxed_cents is None or self.long_term_cents is None:
            return None
        return self.taxed_cents - self.long_term_cents


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenContract:
    """One lot of contracts that was open at the end of a year, or is on the day of the books.

    ``row`` is the journal row that opened it, ``opening_cents`` what it cost or brought, ``close``
    the price in 1e-8 dollars, ``marked_cents`` its value, from which the next year starts.
    """

    account: Account
    symbol: str
    year: int
    row: int
    is_short: bool
    opened: int
    quantity: int
    opening_cents: int
    price_day: date
    close: int
    marked_cents: int
    unrealized_cents: int


@dataclass(frozen=True, slots=True)
class MarkedBook:
    """The book of section 1256 as of a day; ``problems`` say what is missing in it."""

    years: tuple[ContractYear, ...]
    positions: tuple[OpenContract, ...]
    problems: tuple[Problem, ...]


def mark_to_market(
    trades: Iterable[Trade],
    accounts: Iterable[Account],
    contracts: Mapping[str, Security],
    closes: Closes,
    as_of: int,
    replaced: Mapping[Replaced, int] | None = None,
) -> MarkedBook:
    """Book trades in contracts, in booking order, and mark what is open at each year's end.

    ``contracts`` are the securities by symbol; ``as_of`` is a day number, and no trade is later.
    ``replaced`` are the cents of losses on other securities that joined the basis of contracts, by
    account, symbol and year.  Rows are in the order of ``accounts``, household by household and
    year by year.
    """
    book = _Marking({a.id: a for a in accounts}, contracts, closes, as_of, replaced or {})
    for trade in trades:
        book.take(trade)
    last_year, _, _ = civil(as_of)
    for place in book.places.values():
        book.advance(place, last_year)
        book.close_year(place)
    place_of = _numbered(a.id for a in book.accounts.values())
    household_of = _numbered(a.household for a in book.accounts.values())
    symbol_of = _numbered(symbol for _, symbol in book.places)

    def key(row: ContractYear | OpenContract) -> tuple[int, int, int, int]:
        account = row.account
        return (
            household_of[account.household],
            row.year,
            place_of[account.id],
            symbol_of[row.symbol],
        )

    years = _divided(sorted(book.years, key=key))
    positions = sorted(book.positions, key=key)
    return MarkedBook(tuple(years), tuple(positions), tuple(book.problems.values()))


def _numbered(names: Iterable[str]) -> dict[str, int]:
    """Names by their place among those that there are."""
    return {name: number for number, name in enumerate(dict.fromkeys(names))}


def _divided(years: list[ContractYear]) -> list[ContractYear]:
    """Give each row its long-term part: by return and year they sum to 60 percent of the sum."""
    before: dict[tuple[str, int], int] = {}
    divided = []
    for row in years:
        if row.taxed_cents is None:
            divided.append(row)
            continue
        form = (row.account.tax_return, row.year)
        so_far = before.get(form, 0)
        part = long_term_part(row.taxed_cents, so_far)
        before[form] = so_far + row.taxed_cents
        divided.append(replace(row, long_term_cents=part))
    return divided


class _Marking:
    """Books trades and marks, place by place, as far as the years go."""

    def __init__(
        self,
        accounts: dict[str, Account],
        contracts: Mapping[str, Security],
        closes: Closes,
        as_of: int,
        replaced: Mapping[Replaced, int],
    ) -> None:
        self.accounts = accounts
        self.contracts = contracts
        self.closes = closes
        self.as_of = as_of
        self.replaced = replaced
        self.places: dict[tuple[str, str], ContractPlace] = {}
        self.years: list[ContractYear] = []
        self.positions: list[OpenContract] = []
        self.problems: dict[tuple[str, str], Problem] = {}

    def take(self, trade: Trade) -> None:
        """Book one trade; from a trade that cannot be booked on, its places are not known."""
        if trade.action in WITHOUT_EFFECT:
            return
        year, _, _ = civil(trade.day)
        places = self._touched(trade, year)
        for place in places:
            self.advance(place, year)
            place.has_traded = True
        found = None
        if not trade.account:
            found = not_booked(trade)
        elif all(place.is_known for place in places):
            found = booked(trade, places[0], places[-1])
        if found is not None:
            self._tell(found)
        for place in places:
            place.is_known &= found is None
        if trade.action is Action.TRANSFER:
            places[-1].is_known &= places[0].is_known

    def _touched(self, trade: Trade, year: int) -> list[ContractPlace]:
        """The place of a trade, and for a TRANSFER its target; all of the symbol if blank."""
        if not trade.account:
            return [
                place
                for (_, symbol), place in self.places.items()
                if symbol == trade.symbol and place.account.household == trade.household
            ]
        is_move = trade.action is Action.TRANSFER
        names = [trade.account, trade.to_account] if is_move else [trade.account]
        return [self._place(name, trade.symbol, year) for name in names]

    def _place(self, account: str, symbol: str, year: int) -> ContractPlace:
        if (account, symbol) not in self.places:
            contract = self.contracts[symbol]
            self.places[account, symbol] = ContractPlace(self.accounts[account], contract, year)
        return self.places[account, symbol]

    def advance(self, place: ContractPlace, year: int) -> None:
        """Close every year of a place before the given one."""
        while place.year < year:
            self.close_year(place)
            place.year += 1

    def close_year(self, place: ContractPlace) -> None:
        """Mark what is open and write down the year; the next one starts from the marks."""
        was_open = place.before != 0 or bool(place.lots)
        last_day = year_end(day_number(place.year, 1, 1))
        at_end = self._marked(place, min(last_day, self.as_of)) if place.is_known else None
        realized = place.realized if place.is_known else None
        total = None
        if realized is not None and place.before is not None and at_end is not None:
            total = aggregate(realized, place.before, at_end)
        wash = self.replaced.get((place.account.id, place.contract.symbol, place.year), 0)
        if was_open or place.has_traded or wash:
            row = ContractYear(
                account=place.account,
                symbol=place.contract.symbol,
                year=place.year,
                realized_cents=realized,
                before_cents=place.before,
                at_end_cents=at_end,
                aggregate_cents=total,
                wash_cents=wash,
                status=self._status(place, last_day, total),
            )
            self.years.append(row)
        place.before = at_end
        place.realized = 0
        place.has_traded = False

    def _status(self, place: ContractPlace, last_day: int, total: int | None) -> str:
        through = place.account.data_through
        reaches = self.as_of if through is None else min(self.as_of, day_of(through))
        if not place.is_known or place.before is None:
            return INCOMPLETE
        if reaches < last_day:
            return PROVISIONAL
        return INCOMPLETE if total is None else FINAL

    def _marked(self, place: ContractPlace, day: int) -> int | None:
        """The gain of what is open at the last close; None, with a problem, without one."""
        if not place.lots:
            return 0
        symbol = place.contract.symbol
        quote = self.closes(symbol, date_of(day))
        is_year_end = day == year_end(day)
        if quote is None or quote.is_stale:
            if is_year_end:
                self._tell(_no_price(symbol, place.year, quote))
            return None
        if is_year_end and quote.sessions_old:
            self._tell(_earlier_price(symbol, place.year, quote))
        total = units = 0
        for lot in place.lots:
            value = _value(place.contract, units, lot.units, quote.close)
            units += lot.units
            made = unrealized(value, lot.open_cents, lot.is_short)
            total += made
            self.positions.append(
                OpenContract(
                    account=place.account,
                    symbol=symbol,
                    year=place.year,
                    row=lot.row,
                    is_short=lot.is_short,
                    opened=lot.opened,
                    quantity=lot.units,
                    opening_cents=lot.open_cents,
                    price_day=quote.day,
                    close=quote.close,
                    marked_cents=value,
                    unrealized_cents=made,
                )
            )
        return total

    def _tell(self, problem: Problem) -> None:
        self.problems.setdefault((problem.where, problem.message), problem)


def _value(contract: Security, before: int, units: int, close: int) -> int:
    """What contracts are worth, in cents: their part of the value of the position."""
    through = apportion((before + units) * contract.multiplier, close, UNITS_OF_CENT)
    return through - apportion(before * contract.multiplier, close, UNITS_OF_CENT)


def _no_price(symbol: str, year: int, quote: Quote | None) -> Problem:
    last = "there is none before" if quote is None else f"the last one is of {quote.day}"
    return error(
        f"prices:{symbol}",
        "NO_YEAR_END_PRICE",
        f"{symbol} was open at the end of {year} and has no close of its last sessions; {last}",
        f"add the settlement price of the last business day of {year} to prices, as "
        f"{year}-12-31,{symbol},PRICE",
    )


def _earlier_price(symbol: str, year: int, quote: Quote) -> Problem:
    return warning(
        f"prices:{symbol}",
        "EARLIER_YEAR_END_PRICE",
        f"{symbol} is marked at the end of {year} by its close of {quote.day}",
        "add the settlement price of the last business day of the year",
    )
