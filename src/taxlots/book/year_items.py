"""The items of one tax year that each return reports of its taxable accounts.

Capital gains by term as column (h) of Form 8949 sums them, section 1256 contracts as Form 6781
divides them, section 475 accounts as Part II of Form 4797 takes them, and what funds, stocks and
cash paid.  One ``tax_return`` is one netting unit, whatever accounts it has.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from taxlots.book.character import COLLECTIBLE
from taxlots.book.checks import void_rows
from taxlots.book.dividends import OPEN, QUALIFIED, can_be_qualified, dividends_of, has_dividends
from taxlots.book.journal import ACTION_CODE
from taxlots.book.results import realized_of
from taxlots.book.year_state import year_states
from taxlots.domain.account import Account, AccountKind, taxed_returns
from taxlots.domain.action import Action
from taxlots.domain.calendar import day_number
from taxlots.domain.security import Security, SecurityKind

if TYPE_CHECKING:
    from taxlots.book.booking import Books
    from taxlots.book.cells import Int64, Mask
    from taxlots.book.results import Realized
    from taxlots.book.section_475 import MarkedSecurities
    from taxlots.book.section_1256 import MarkedBook

Sums = dict[str, dict[str, int]]

CASH_ITEMS: Final = {
    Action.DIVIDEND: "dividends_cents",
    Action.CAPITAL_GAIN_DISTRIBUTION: "capital_gain_distributions_cents",
    Action.INTEREST: "interest_cents",
}
"""Payments and the item that they are.  Exempt-interest dividends are no income (26 USC 103)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class YearItems:
    """What one return reports of one year, in cents; a loss is negative.

    ``short_cents`` and ``long_cents`` are column (h) of Form 8949 with what stands on lines 1a and
    8a of Schedule D without it; section 475 accounts and section 1256 contracts are apart.
    ``gain_28_cents`` is the net of collectibles within ``long_cents``.  ``section_1256_*`` are
    lines 4 and 11 of Schedule D, ``capital_gain_distributions_cents`` is line 13, and
    ``section_475_cents`` is ordinary (Form 4797, Part II).  ``dividends_cents`` are all ordinary
    dividends, ``qualified_dividends_cents`` those among them that were held long enough;
    ``unclassified_dividends_cents`` are dividends of issuers whose dividends can be qualified but
    whose rows state no ``ex_date``, so that nobody can say.

    ``unknown_basis`` counts the rows that were left out for want of a basis, ``unknown_marks``
    rows of sections 475 and 1256 for want of a price or basis.  ``is_provisional``: a figure may
    still move, see ``year_state``.
    """

    tax_return: str
    year: int
    short_cents: int = 0
    long_cents: int = 0
    gain_28_cents: int = 0
    section_1256_short_cents: int = 0
    section_1256_long_cents: int = 0
    capital_gain_distributions_cents: int = 0
    section_475_cents: int = 0
    dividends_cents: int = 0
    qualified_dividends_cents: int = 0
    unclassified_dividends_cents: int = 0
    interest_cents: int = 0
    unknown_basis: int = 0
    unknown_marks: int = 0
    is_provisional: bool = False


def year_items(
    books: Books,
    year: int,
    *,
    contracts: MarkedBook | None = None,
    securities: MarkedSecurities | None = None,
) -> dict[str, YearItems]:
    """The items of a year by return, for every return that has a taxable account.

    ``contracts`` is the book of section 1256, ``securities`` that of section 475 for the year:
    both need prices, ``workflows.year_items`` makes them.  Without them these items are 0.
    """
    returns = tax_returns(books)
    sums: Sums = {name: dict.fromkeys(YearItems.__slots__, 0) for name in returns}
    pieces = realized_of(books)
    in_year = sold_in(pieces.sold, year)
    _add_pieces(books, pieces, in_year, sums)
    _add_contracts(contracts, year, sums)
    _add_payments(books, year, sums)
    open_dividends = _add_qualified(books, year, sums)
    if securities is not None:
        for name, cents in securities.ordinary_cents().items():
            sums[name]["section_475_cents"] += cents
        for name, count in securities.unknown().items():
            sums[name]["unknown_marks"] += count
    states = {state.tax_return: state for state in year_states(books, year)}
    found = {}
    for name in returns:
        of_return: dict[str, Any] = {**sums[name], "tax_return": name, "year": year}
        can_move = states[name].is_provisional or bool(states[name].incomplete_sales)
        of_return["is_provisional"] = can_move or name in open_dividends
        found[name] = YearItems(**of_return)
    return found


def tax_returns(books: Books) -> tuple[str, ...]:
    """The returns that have a taxable account, in the order of the accounts."""
    taxable = (a.tax_return for a in books.record.accounts if not a.kind.is_tax_deferred)
    return tuple(dict.fromkeys(taxable))


def sold_in(days: Int64, year: int) -> Mask:
    """Whether day numbers lie in a calendar year, the tax year of a person."""
    first, end = day_number(year, 1, 1), day_number(year + 1, 1, 1)
    return np.asarray((days >= first) & (days < end), np.bool_)


def is_of_form_8949(account: Account, security: Security) -> bool:
    """Whether sales stand on Form 8949: not those of section 475 accounts, nor of contracts."""
    is_marked = account.kind is AccountKind.TAXABLE_MTM_475
    return not is_marked and security.kind is not SecurityKind.SECTION_1256


def _add_pieces(books: Books, pieces: Realized, in_year: Mask, sums: Sums) -> None:
    """Sums of the realized pieces of Form 8949, by return and term."""
    of_place, on_form = _places(books)
    mine = in_year & on_form[pieces.position]
    is_known = mine & ~pieces.is_unknown
    gain = pieces.gain
    is_28 = pieces.rules & COLLECTIBLE != 0
    for number, name in enumerate(sums):
        here = of_place[pieces.position] == number
        ours, total = is_known & here, sums[name]
        total["short_cents"] = int(gain[ours & ~pieces.is_long].sum())
        total["long_cents"] = int(gain[ours & pieces.is_long].sum())
        total["gain_28_cents"] = int(gain[ours & is_28].sum())
        total["unknown_basis"] = int((mine & here & pieces.is_unknown).sum())


def _places(books: Books) -> tuple[Int64, Mask]:
    """For each position the number of its return (-1: none), and whether Form 8949 has it."""
    number = {name: at for at, name in enumerate(tax_returns(books))}
    accounts = {a.id: a for a in books.record.accounts}
    returns, on_form = [], []
    for account, symbol, _ in books.blueprint.places:
        security = books.record.securities.get(symbol) or Security(symbol=symbol)
        returns.append(number.get(accounts[account].tax_return, -1))
        on_form.append(is_of_form_8949(accounts[account], security))
    return np.array(returns, np.int64), np.array(on_form, np.bool_)


def _add_contracts(contracts: MarkedBook | None, year: int, sums: Sums) -> None:
    for row in contracts.years if contracts is not None else ():
        if row.year != year:
            continue
        total = sums[row.account.tax_return]
        total["unknown_marks"] += row.taxed_cents is None
        total["section_1256_short_cents"] += row.short_term_cents or 0
        total["section_1256_long_cents"] += row.long_term_cents or 0


def _add_payments(books: Books, year: int, sums: Sums) -> None:
    """Dividends, distributions and interest, by the day on which they were paid."""
    account_return = taxed_returns(books.record.accounts)
    amount = books.journal.number["amount"].values
    has_no_ex_date = books.journal.day["ex_date"][1]
    action = books.journal.action
    for kind, item in CASH_ITEMS.items():
        for row in _paid_in(books, year, action == ACTION_CODE[kind]):
            name = account_return.get(books.journal.account_of(row))
            if name is None:
                continue
            sums[name][item] += int(amount[row])
            if kind is Action.DIVIDEND and has_no_ex_date[row] and _may_qualify(books, row):
                sums[name]["unclassified_dividends_cents"] += int(amount[row])


def _paid_in(books: Books, year: int, kind: Mask) -> Iterable[int]:
    day = books.journal.day["date"][0]
    mine = kind & sold_in(day.astype(np.int64), year) & (day <= books.as_of)
    if not mine.any():
        return ()
    rows: list[int] = np.flatnonzero(mine & ~void_rows(books.journal)).tolist()
    return rows


def _add_qualified(books: Books, year: int, sums: Sums) -> set[str]:
    """Dividends held long enough; returns the returns on which one may still become so."""
    open_returns: set[str] = set()
    if not has_dividends(books):
        return open_returns
    account_return = taxed_returns(books.record.accounts)
    paid = set(_paid_in(books, year, books.journal.action == ACTION_CODE[Action.DIVIDEND]))
    for line in dividends_of(books):
        if line.row not in paid:
            continue
        name = account_return[books.journal.account_of(line.row)]
        if line.outcome == QUALIFIED:
            sums[name]["qualified_dividends_cents"] += line.cents
        elif line.outcome == OPEN:
            open_returns.add(name)
    return open_returns


def _may_qualify(books: Books, row: int) -> bool:
    symbol = books.journal.symbol_of(row)
    return can_be_qualified(books.record.securities.get(symbol) or Security(symbol=symbol))
