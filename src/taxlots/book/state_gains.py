"""Gains of a year by the rules of a state that does not know section 1091, one for each spouse.

Pennsylvania disallows no loss on a wash sale and adds none to a basis, and spouses do not share
losses (72 P.S. 7303(a)(3)).  The books are made anew without the section, as those of a trader who
marks to market are; what is sold and its proceeds stay the same.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from taxlots.book.results import realized_of
from taxlots.book.year_items import is_of_form_8949, sold_in
from taxlots.domain.account import Account, AccountKind, Owner
from taxlots.domain.security import Security

if TYPE_CHECKING:
    from taxlots.book.booking import Books
    from taxlots.book.record import Record

BY_BASIS_STATES: Final = frozenset({"PA"})
"""States whose gains are those of books without section 1091."""


def without_section_1091(record: Record) -> Record:
    """The record with no account that the section applies to."""
    return replace(record, accounts=tuple(_exempt(account) for account in record.accounts))


def gains_of_spouses(unwashed: Books, books: Books, year: int, tax_return: str) -> tuple[int, int]:
    """Net gains of a year on one return, of the taxpayer and of the spouse, in cents.

    ``unwashed`` are the books of the same record without section 1091.  What spouses own jointly is
    half the gain of each; what is neither's own counts as the taxpayer's.  Contracts of section
    1256, accounts of section 475 and rows of unknown basis are left out.
    """
    record = books.record
    accounts = {account.id: account for account in record.accounts}
    pieces = realized_of(unwashed)
    counted = sold_in(pieces.sold, year) & ~pieces.is_unknown
    of_owner = dict.fromkeys(Owner, 0)
    places = unwashed.blueprint.places
    gains = zip(pieces.position[counted].tolist(), pieces.gain[counted].tolist(), strict=True)
    for position, gain in gains:
        name, symbol, _ = places[position]
        account = accounts[name]
        security = record.securities.get(symbol) or Security(symbol=symbol)
        if account.tax_return == tax_return and is_of_form_8949(account, security):
            of_owner[account.owner] += gain
    joint, spouse = of_owner.pop(Owner.JOINT), of_owner.pop(Owner.SPOUSE)
    half = joint // 2
    return sum(of_owner.values()) + joint - half, spouse + half


def _exempt(account: Account) -> Account:
    if account.kind.is_tax_deferred:
        return account
    return replace(account, kind=AccountKind.TAXABLE_MTM_475)
