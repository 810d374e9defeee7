"""The book of section 475: accounts of traders who mark their securities to market.

The other books keep the lots of these accounts as they were opened; here is what is taxed.  A
position that is open on 31 December counts as sold at the last price of the year, and what it
makes afterwards is measured from there: each unit takes its part of last year's deemed gain along,
through splits, exchanges and moves between accounts.  What is given away takes its part with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Final

import numpy as np

from taxlots.book import kinds
from taxlots.book.desk import OWED
from taxlots.book.form_4797 import Form4797Row
from taxlots.book.form_8949 import described
from taxlots.book.of_record import HeldLot, Restatement, held_at, rounded
from taxlots.book.results import realized_of
from taxlots.book.tables import NONE
from taxlots.book.year_items import sold_in
from taxlots.domain.account import Account, AccountKind
from taxlots.domain.calendar import date_of, day_number
from taxlots.domain.money import apportion
from taxlots.domain.problem import Problem, error
from taxlots.domain.quote import Quote
from taxlots.domain.security import Security, SecurityKind
from taxlots.law.s475_mark_to_market import adjusted_gain, deemed_gain, last_business_day

if TYPE_CHECKING:
    from taxlots.book.booking import Books

UNITS_OF_CENT: Final = 10**14
"""1e-8 shares times 1e-8 dollars, in a cent."""

STAYING: Final = (kinds.RETURN_CAPITAL, kinds.EXCHANGE, kinds.OPEN_SHORT)
"""Events whose realized rows are cash on shares that stay."""

Closes = Callable[[str, date], Quote | None]
"""The last close of a symbol on or before a day, in 1e-8 dollars."""


@dataclass(frozen=True, slots=True)
class MarkedSecurities:
    """What section 475 accounts made in one year; ``problems`` say which prices are missing.

    Rows are in the order of the books: what was sold, then what was marked.
    """

    year: int
    rows: tuple[Form4797Row, ...]
    problems: tuple[Problem, ...]

    def ordinary_cents(self) -> dict[str, int]:
        """Ordinary gain or loss by return; rows that are not known have no part in it."""
        found: dict[str, int] = {}
        for row in self.rows:
            if row.gain_cents is not None:
                found[row.tax_return] = found.get(row.tax_return, 0) + row.gain_cents
        return found

    def unknown(self) -> dict[str, int]:
        """How many rows of each return have no basis or no price."""
        found: dict[str, int] = {}
        for row in self.rows:
            found[row.tax_return] = found.get(row.tax_return, 0) + (row.gain_cents is None)
        return found


def mark_securities(books: Books, year: int, closes: Closes) -> MarkedSecurities:
    """The sales of a year in section 475 accounts, and what they hold at its end.

    A year that still goes on is marked on the day of the books.  Section 1256 contracts in such an
    account stay in their own book.
    """
    positions = _marked_positions(books)
    if not positions:
        return MarkedSecurities(year, (), ())
    return _Marking(books, year, closes, positions).marked()


def _marked_positions(books: Books) -> list[int]:
    accounts = {a.id: a for a in books.record.accounts}
    return [
        at
        for at, (account, symbol, way) in enumerate(books.blueprint.places)
        if accounts[account].kind is AccountKind.TAXABLE_MTM_475
        and way in ("", OWED)
        and _security(books, symbol).kind is not SecurityKind.SECTION_1256
    ]


def _security(books: Books, symbol: str) -> Security:
    return books.record.securities.get(symbol) or Security(symbol=symbol)


@dataclass(slots=True)
class _Mark:
    """A lot that was open at an end of year: its value, and the deemed gain not yet given on.

    ``deemed_cents`` is None where basis or price are unknown; ``given`` are the units, of those
    that were held, to which ``given_cents`` of it have gone.
    """

    position: int
    held: HeldLot
    value_cents: int | None
    deemed_cents: int | None
    given: Fraction = Fraction(0)
    given_cents: int = 0

    def part(self, units: Fraction) -> int | None:
        """The deemed gain of the next units to leave."""
        if self.deemed_cents is None:
            return None
        self.given += units
        upto = rounded(Fraction(self.deemed_cents * self.given, self.held.quantity))
        part = upto - self.given_cents
        self.given_cents = upto
        return part


class _Marking:
    """One year of all section 475 accounts."""

    def __init__(self, books: Books, year: int, closes: Closes, positions: list[int]) -> None:
        self.books = books
        self.year = year
        self.closes = closes
        self.accounts: dict[str, Account] = {a.id: a for a in books.record.accounts}
        self.positions = positions
        self.restated = Restatement(books)
        self.problems: dict[str, Problem] = {}
        self.realized = books.state.table("rows")
        self.end = min(day_number(year, 12, 31), books.as_of)
        self.marked_on = min(last_business_day(year), books.as_of)
        first = day_number(year, 1, 1)
        starts = [(at, first) for at in positions]
        ends = [(at, self.end + 1) for at in positions]
        held = held_at(books, [*starts, *ends])
        self.before = self._marks(held, starts, first - 1)
        self.after = self._marks(held, ends, self.end)

    def marked(self) -> MarkedSecurities:
        """The rows: sales in the order of the books, then marks by account and rank."""
        rows = [*self._sales(), *self._year_end(), *self._exercised()]
        order = {name: at for at, name in enumerate(self.accounts)}
        rows.sort(key=lambda row: (row.is_mark, order[row.account] if row.is_mark else 0))
        return MarkedSecurities(self.year, tuple(rows), tuple(self.problems.values()))

    def _marks(
        self, held: dict[tuple[int, int], list[HeldLot]], points: list[tuple[int, int]], day: int
    ) -> dict[int, list[_Mark]]:
        """The open lots of a day with their values, by lot."""
        found: dict[int, list[_Mark]] = {}
        for point in points:
            lots = held.get(point, [])
            for mark in self._valued(point[0], lots, day) if lots else ():
                found.setdefault(mark.held.lot, []).append(mark)
        return found

    def _valued(self, position: int, lots: Iterable[HeldLot], day: int) -> Iterator[_Mark]:
        """The lots of one position at the last close: their parts of the position's value."""
        _, symbol, way = self.books.blueprint.places[position]
        security = _security(self.books, symbol)
        quote = self.closes(symbol, date_of(day))
        if quote is None or quote.is_stale:
            self.problems.setdefault(f"{symbol}:{day}", _no_price(symbol, day, quote))
            quote = None
        units = worth = 0
        for lot in lots:
            value = deemed = None
            if quote is not None:
                units += lot.quantity
                through = apportion(units * security.multiplier, quote.close, UNITS_OF_CENT)
                value, worth = through - worth, through
                if not lot.is_unknown:
                    deemed = deemed_gain(value, lot.basis_cents, way == OWED)
            yield _Mark(position, lot, value, deemed)

    def _sales(self) -> Iterator[Form4797Row]:
        pieces = realized_of(self.books)
        is_marked = np.zeros(len(self.books.blueprint.places), np.bool_)
        is_marked[self.positions] = True
        wanted = np.flatnonzero(sold_in(pieces.sold, self.year) & is_marked[pieces.position])
        for at in wanted.tolist():
            position, units = int(pieces.position[at]), int(pieces.quantity[at])
            deemed = self._given_on_sale(int(pieces.source[at]), position, units)
            proceeds, basis = int(pieces.proceeds[at]), int(pieces.basis[at])
            is_unknown = bool(pieces.is_unknown[at]) or deemed is None
            gain = None if is_unknown else adjusted_gain(int(pieces.gain[at]), deemed or 0)
            yield self._row(
                position,
                units,
                acquired=int(pieces.acquired[at]),
                sold=int(pieces.sold[at]),
                proceeds_cents=proceeds,
                basis_cents=None if is_unknown else basis + (deemed or 0),
                gain_cents=gain,
                sale_id=self.books.journal.id(int(pieces.sale_row[at])),
                lot_id=self.books.journal.id(int(pieces.lot_row[at])),
            )

    def _year_end(self) -> Iterator[Form4797Row]:
        events = self.books.blueprint.tables["events"]
        opened = self.books.state.table("lots")["event"]
        for lot, marks in self.after.items():
            event = int(opened[lot])
            for mark in marks:
                is_short = self.books.blueprint.places[mark.position][2] == OWED
                basis, value = mark.held.basis_cents, mark.value_cents
                before = self._given_on(lot, mark.position, mark.held.stop, mark.held.quantity)
                gain = None
                if before is not None and mark.deemed_cents is not None:
                    gain = adjusted_gain(mark.deemed_cents, before)
                proceeds = basis if is_short else value or 0
                cost = (value or 0) if is_short else basis
                yield self._row(
                    mark.position,
                    mark.held.quantity,
                    acquired=int(events["day"][event]),
                    sold=self.marked_on,
                    proceeds_cents=proceeds,
                    basis_cents=None if gain is None else cost + (before or 0),
                    gain_cents=gain,
                    sale_id="",
                    lot_id=self.books.journal.id(int(events["row"][event])),
                )

    def _exercised(self) -> Iterator[Form4797Row]:
        """What was counted on options that were exercised or assigned in the year, taken back.

        Their cost or premium is in the stock, which is sold or marked from there.
        """
        for lot, marks in self.before.items():
            for mark in marks:
                _, symbol, _ = self.books.blueprint.places[mark.position]
                left = mark.held.quantity - mark.given
                if _security(self.books, symbol).kind is SecurityKind.OPTION and left > 0:
                    cents = mark.part(left)
                    events = self.books.blueprint.tables["events"]
                    event = int(self.books.state.table("lots")["event"][lot])
                    yield self._row(
                        mark.position,
                        rounded(left),
                        acquired=int(events["day"][event]),
                        sold=self.end,
                        proceeds_cents=0,
                        basis_cents=cents,
                        gain_cents=None if cents is None else adjusted_gain(0, cents),
                        sale_id="",
                        lot_id=self.books.journal.id(int(events["row"][event])),
                    )

    def _given_on_sale(self, source: int, position: int, units: int) -> int | None:
        """Last year's deemed gain of a realized piece; of a delivery, that of both its sides."""
        row = self.realized[source]
        event = int(row["event"])
        if self.books.blueprint.tables["events"]["kind"][event] in STAYING:
            return 0
        lots = [int(row["lot"]), int(row["against"])]
        found = 0
        for lot in lots:
            part = 0 if lot == NONE else self._given_on(lot, position, event, units)
            if part is None:
                return None
            found += part
        return found

    def _given_on(self, lot: int, position: int, event: int, units: int) -> int | None:
        """Last year's deemed gain of units of a lot at an event; None where it is unknown.

        What was marked in the same account goes first; units that were bought in the year, under
        the number of a lot that was held before, have none.
        """
        found = 0
        left = Fraction(units)
        marks = sorted(self.before.get(lot, ()), key=lambda mark: mark.position != position)
        symbol = self.books.blueprint.places[position][1]
        for mark in marks:
            if symbol not in self.restated.names_of(mark.position) or event < mark.held.stop:
                continue
            ratio = self.restated.ratio(mark.held.stop, event, (mark.position, position))
            taken = min(Fraction(left, ratio), mark.held.quantity - mark.given)
            if taken <= 0:
                continue
            part = mark.part(taken)
            if part is None:
                return None
            found += part
            left -= taken * ratio
        return found

    def _row(
        self,
        position: int,
        units: int,
        *,
        acquired: int,
        sold: int,
        proceeds_cents: int,
        basis_cents: int | None,
        gain_cents: int | None,
        sale_id: str,
        lot_id: str,
    ) -> Form4797Row:
        account, symbol, way = self.books.blueprint.places[position]
        security = _security(self.books, symbol)
        return Form4797Row(
            tax_return=self.accounts[account].tax_return,
            description=described(security, units, is_short=way == OWED),
            acquired=date_of(acquired).isoformat(),
            sold=date_of(sold).isoformat(),
            proceeds_cents=proceeds_cents,
            basis_cents=basis_cents,
            gain_cents=gain_cents,
            is_mark=not sale_id,
            account=account,
            symbol=symbol,
            quantity=units,
            sale_id=sale_id,
            lot_id=lot_id,
        )


def _no_price(symbol: str, day: int, quote: Quote | None) -> Problem:
    last = "there is none before" if quote is None else f"the last one is of {quote.day}"
    when = date_of(day)
    return error(
        f"prices:{symbol}",
        "NO_YEAR_END_PRICE",
        f"{symbol} was open in a section 475 account on {when} and has no close of its last "
        f"sessions; {last}",
        f"add the closing price of the last business day to prices, as {when},{symbol},PRICE",
    )
