"""What a broker's Form 1099-B lists of the realized pieces of a book, row by row.

Instructions for Form 1099-B (2025): a sale for cash of a security by a customer, in one row for
each lot.  Section 1256 contracts are told in sums, digital assets on Form 1099-DA from 2025, and
distributions beyond the basis on Form 1099-DIV.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from taxlots.book.form_8949 import DIGITAL_BOXES_FROM, OWN_CUSTODY
from taxlots.book.journal import ACTIONS
from taxlots.book.view_pieces import AMOUNTS, Figures, Pair
from taxlots.domain.action import Action
from taxlots.domain.security import Security, SecurityKind

if TYPE_CHECKING:
    from taxlots.book.booking import Books

RETIREMENT: Final = "a retirement account has no Form 1099-B"
CONTRACT: Final = "a section 1256 contract: boxes 8 to 11 of the form have sums alone"
DIGITAL: Final = "a digital asset that no broker reports"
DISTRIBUTION: Final = "a distribution beyond the basis, which Form 1099-DIV reports"


class Listing:
    """Which pieces of a year's books are rows of a Form 1099-B (for digital assets, 1099-DA)."""

    def __init__(self, books: Books, year: int) -> None:
        self._actions = books.journal.action
        self._accounts = {account.id: account for account in books.record.accounts}
        self._securities = books.record.securities
        self._year = year
        self._known: dict[tuple[str, str], str] = {}

    def why_not(self, pair: Pair) -> str:
        """Why no form lists a piece; blank if its broker's does."""
        place = (pair.place[0], pair.place[1])
        if place not in self._known:
            self._known[place] = self._why_not_of(*place)
        if not self._known[place] and self._is_distribution(pair.sale_row):
            return DISTRIBUTION
        return self._known[place]

    def _is_distribution(self, sale_row: int) -> bool:
        return ACTIONS[int(self._actions[sale_row])] is Action.RETURN_OF_CAPITAL

    def _why_not_of(self, account: str, symbol: str) -> str:
        if self._accounts[account].kind.is_tax_deferred:
            return RETIREMENT
        kind = (self._securities.get(symbol) or Security(symbol=symbol)).kind
        if kind is SecurityKind.SECTION_1256:
            return CONTRACT
        is_own = self._accounts[account].custodian.strip().lower() in OWN_CUSTODY
        if kind is SecurityKind.DIGITAL_ASSET and (is_own or self._year < DIGITAL_BOXES_FROM):
            return DIGITAL
        return ""


def form_rows(pairs: Iterable[Pair]) -> list[tuple[Pair, Figures]]:
    """The broker's side of pairs as rows of a form: the parts of one lot in one sale together.

    Each row comes with the first pair of its sale, which has account, symbol and day.
    """
    rows: dict[object, tuple[Pair, Figures]] = {}
    for pair in pairs:
        side = pair.broker
        if side is None:
            continue
        lot = (side.lot_row, side.acquired, side.holding_period)
        key = (pair.sale_row, pair.place, lot, side.is_long, side.is_unknown, side.is_covered)
        rows[key] = (pair, together(rows[key][1], side)) if key in rows else (pair, side)
    return list(rows.values())


def together(one: Figures, other: Figures) -> Figures:
    """Two parts of one lot as one: quantities and amounts summed."""
    return replace(
        one,
        quantity=one.quantity + other.quantity,
        **{name: getattr(one, name) + getattr(other, name) for name in AMOUNTS},
    )
