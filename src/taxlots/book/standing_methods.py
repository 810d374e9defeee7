"""The standing relief method of a position on the as-of day, as the fold would relieve it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from taxlots.book import kinds
from taxlots.book.booking import Books
from taxlots.book.identification import METHOD_CODE
from taxlots.book.journal import ACTION_CODE
from taxlots.book.lot_wholes import averaged_positions
from taxlots.domain.action import Action
from taxlots.domain.method import ReliefMethod


@dataclass(frozen=True, slots=True)
class StandingMethods:
    """Standing orders by account, and by account and symbol, which stand before them.

    ``averaged`` are the positions at average basis.
    """

    of_accounts: dict[str, ReliefMethod]
    of_positions: dict[tuple[str, str], ReliefMethod]
    averaged: frozenset[tuple[str, str]]

    def of(self, position: tuple[str, str]) -> ReliefMethod:
        """The method by which a sale from a position would be relieved, were no lots named."""
        if position in self.averaged:
            return ReliefMethod.AVERAGE
        found = self.of_positions.get(position, self.of_accounts[position[0]])
        return ReliefMethod.FIFO if found is ReliefMethod.AVERAGE else found

    def agrees(self, position: tuple[str, str], other: ReliefMethod) -> bool:
        """Whether another method relieves the same lots in the same order."""
        return _order(self.of(position)) == _order(other)


def standing_methods(books: Books) -> StandingMethods:
    """The standing methods at the end of the as-of day of some books."""
    journal, rows = books.journal, books.bookings.row
    of_accounts = {account.id: account.method for account in books.record.accounts}
    of_positions: dict[tuple[str, str], ReliefMethod] = {}
    telling = np.isin(
        journal.action[rows],
        [ACTION_CODE[Action.SET_METHOD], ACTION_CODE[Action.SYMBOL_CHANGE]],
    )
    is_booked = journal.day["date"][0][rows] <= books.as_of
    for row in rows[telling & is_booked].tolist():
        account, symbol = journal.account_of(row), journal.symbol_of(row)
        if journal.action[row] == ACTION_CODE[Action.SYMBOL_CHANGE]:
            new = journal.cell("to_symbol", row)
            for (holder, old), method in list(of_positions.items()):
                if old == symbol and account in ("", holder):
                    of_positions[holder, new] = method
        elif symbol:
            of_positions[account, symbol] = ReliefMethod(journal.cell("method", row))
        else:
            of_accounts[account] = ReliefMethod(journal.cell("method", row))
    return StandingMethods(of_accounts, of_positions, averaged_positions(books))


def _order(method: ReliefMethod) -> int | None:
    """What tells methods apart: HIGHEST_COST is HIFO, and IBKR_MSL is MINTAX."""
    code = METHOD_CODE.get(method)
    return kinds.MINTAX if code == kinds.IBKR_MSL else code
