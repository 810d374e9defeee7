"""The journal's rows of section 1256 contracts, as the book of section 1256 reads them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from taxlots.book.booking import Books
from taxlots.book.journal import ACTIONS
from taxlots.book.results import wash_sales_of
from taxlots.domain.action import Action
from taxlots.domain.calendar import civil
from taxlots.domain.security import Security, SecurityKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Trade:
    """One transaction in contracts: fills of one order are one.

    ``day`` is a day number, ``quantity`` in 1e-8 contracts (None: all that there are),
    ``cents`` the cost or net proceeds, or what a settlement in cash paid.  ``account`` is blank in
    a row for all accounts of its household.  ``where`` is the place of the row in its file.
    """

    row: int
    id: str
    where: str
    day: int
    household: str
    account: str
    symbol: str
    action: Action
    quantity: int | None
    cents: int
    is_in_cash: bool = False
    to_account: str = ""


def contracts_of(books: Books) -> dict[str, Security]:
    """The section 1256 contracts among a book's securities, by symbol."""
    listed = books.record.securities.items()
    return {name: s for name, s in listed if s.kind is SecurityKind.SECTION_1256}


def contract_trades(books: Books) -> list[Trade]:
    """Every booked row of a section 1256 contract, in booking order.

    Rows of tax-deferred accounts are left out: nothing in them is taxed as it happens.
    """
    journal = books.journal
    contracts = contracts_of(books)
    if not contracts:
        return []
    is_contract = np.array([n in contracts for n in journal.symbol.names] + [False], np.bool_)
    deferred = {a.id for a in books.record.accounts if a.kind.is_tax_deferred}
    rows = books.bookings.row
    found = []
    for place in np.flatnonzero(is_contract[journal.symbol.values[rows]]):
        row = int(rows[place])
        account = journal.account_of(row)
        if account not in deferred:
            household = books.households[int(books.bookings.household[place])]
            found.append(_trade(books, row, int(books.bookings.day[place]), household, account))
    return found


def losses_replaced(books: Books) -> dict[tuple[str, str, int], int]:
    """Cents of losses on other securities that contracts replaced, by account, symbol and year.

    The year is that in which the loss joined the basis: of the sale or of the purchase, whichever
    came later.  26 USC 1091(d).
    """
    contracts = contracts_of(books)
    found: dict[tuple[str, str, int], int] = {}
    if not contracts:
        return found
    matches = wash_sales_of(books)
    day = books.journal.day["date"][0]
    joined = np.maximum(day[matches.sale_row], day[matches.replacement_lot_row])
    for at in np.flatnonzero(matches.disallowed > matches.permanent):
        account, symbol, _ = books.blueprint.places[int(matches.position[at])]
        if symbol in contracts:
            key = (account, symbol, civil(int(joined[at]))[0])
            cents = int(matches.disallowed[at] - matches.permanent[at])
            found[key] = found.get(key, 0) + cents
    return found


def _trade(books: Books, row: int, day: int, household: str, account: str) -> Trade:
    journal = books.journal
    action = ACTIONS[int(journal.action[row])]
    quantity = journal.number["quantity"]
    cash = journal.number["cash"]
    settled = action in (Action.EXERCISE, Action.ASSIGN) and not cash.is_blank[row]
    return Trade(
        row=row,
        id=journal.id(row),
        where=journal.where(row),
        day=day,
        household=household,
        account=account,
        symbol=journal.symbol_of(row),
        action=action,
        quantity=None if quantity.is_blank[row] else int(quantity.values[row]),
        cents=int(cash.values[row] if settled else books.cents[row]),
        is_in_cash=settled,
        to_account=journal.cell("to_account", row),
    )
