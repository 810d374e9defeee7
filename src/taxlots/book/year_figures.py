"""The figures of a tax year: what each return realized, by box and term, and what stays open.

Sums are of ``realized.csv``: as the taxpayer books them, before any Form 1099-B.  Rows on Form 8949
therefore have these sums of columns (d), (h) and of the adjustments, if every sale is listed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from taxlots.book import kinds
from taxlots.book.booking import Books
from taxlots.book.cells import Int64, Mask
from taxlots.book.results import OpenLots, Realized, open_lots_of, realized_of
from taxlots.book.view_form import (
    DIGITAL_LONG_TERM_BOXES,
    DIGITAL_SHORT_TERM_BOXES,
    LONG_TERM_BOXES,
    SHORT_TERM_BOXES,
)
from taxlots.book.year_state import in_year, return_places, returns_of
from taxlots.domain.account import AccountKind
from taxlots.domain.security import Security, SecurityKind

FORM_6781: Final = "6781"
FORM_4797: Final = "4797"
"""In place of a box, for what does not stand on Form 8949."""

DIGITAL_FORM_FROM: Final = 2025
"""The first year whose sales of digital assets brokers report (Form 1099-DA)."""

STOCKS: Final = (*SHORT_TERM_BOXES[:2], *LONG_TERM_BOXES[:2])
DIGITAL: Final = (*DIGITAL_SHORT_TERM_BOXES[:2], *DIGITAL_LONG_TERM_BOXES[:2])
UNREPORTED: Final = (*2 * SHORT_TERM_BOXES[2:], *2 * LONG_TERM_BOXES[2:])
FAMILIES: Final = (STOCKS, DIGITAL, UNREPORTED, 4 * (FORM_6781,), 4 * (FORM_4797,))
"""Boxes of one kind of property: short-term covered and not, long-term covered and not."""

BOXES: Final = tuple(
    sorted({box for family in FAMILIES for box in family}, key=lambda box: (len(box), box))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class YearTotal:
    """What one return realized in one year in one box and term, in cents.

    ``box`` is that of a sale that a broker reports: with the basis if the lot was covered.
    ``pieces`` counts rows of ``realized.csv``, ``unknown_basis`` those of them that are in no sum.
    """

    box: str
    is_long: bool
    pieces: int
    unknown_basis: int
    proceeds_cents: int
    basis_cents: int
    disallowed_cents: int
    permanent_cents: int
    nondeductible_cents: int
    gain_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenBasis:
    """What the taxable accounts of a return hold: open lots, their basis, the wash part of it."""

    lots: int
    unknown_basis: int
    basis_cents: int
    wash_cents: int


def year_totals(books: Books, tax_return: str, year: int) -> tuple[YearTotal, ...]:
    """The sums of a year by box and term; groups without a piece are left out."""
    pieces = realized_of(books)
    mine = in_year(books, pieces, tax_return, year)
    box = boxes_of(books, pieces, year)
    found = []
    for at, name in enumerate(BOXES):
        for is_long in (False, True):
            group = mine & (box == at) & (pieces.is_long == is_long)
            if group.any():
                found.append(_total(pieces, name, group, is_long=is_long))
    return tuple(found)


def open_basis(books: Books, tax_return: str) -> OpenBasis:
    """The open basis of a return on the day of the books, without tax-deferred accounts."""
    lots = open_lots_of(books)
    mine = held_by(books, lots, tax_return)
    is_deferred = books.state.table("positions")["flags"] & kinds.TAX_DEFERRED != 0
    mine &= ~is_deferred[lots.position]
    known = mine & ~lots.is_unknown
    return OpenBasis(
        lots=int(mine.sum()),
        unknown_basis=int((mine & lots.is_unknown).sum()),
        basis_cents=_sum(lots.basis, known),
        wash_cents=_sum(lots.wash, known),
    )


def held_by(books: Books, lots: OpenLots, tax_return: str) -> Mask:
    """Which open lots stand in accounts of a return."""
    mine = return_places(books)[lots.position] == returns_of(books).index(tax_return)
    return np.asarray(mine, np.bool_)


def boxes_of(books: Books, pieces: Realized, year: int) -> Int64:
    """The place in ``BOXES`` of each piece, were it realized in ``year``."""
    place = np.array([[BOXES.index(box) for box in family] for family in FAMILIES], np.int64)
    column = 2 * pieces.is_long + ~covered_pieces(books, pieces)
    return np.asarray(place[_families(books, year)[pieces.position], column], np.int64)


def covered_pieces(books: Books, pieces: Realized) -> Mask:
    """Whether each piece was covered: as its row states, else by the day of acquisition."""
    rows = books.state.table("rows")[pieces.source]
    first_day = books.state.table("positions")["covered_from"][pieces.position]
    stated = rows["flags"] & (kinds.COVERED | kinds.NONCOVERED)
    by_day = rows["acquired"] >= first_day
    return np.asarray(np.where(stated != 0, stated & kinds.COVERED != 0, by_day), np.bool_)


def _families(books: Books, year: int) -> Int64:
    """For each position, the place in ``FAMILIES`` of what is held there."""
    account_kind = {account.id: account.kind for account in books.record.accounts}
    digital = DIGITAL if year >= DIGITAL_FORM_FROM else UNREPORTED
    found = []
    for account, symbol, _ in books.blueprint.places:
        kind = books.record.securities.get(symbol, Security(symbol=symbol)).kind
        family: tuple[str, ...] = STOCKS
        if kind is SecurityKind.SECTION_1256:
            family = FAMILIES[3]
        elif account_kind[account] is AccountKind.TAXABLE_MTM_475:
            family = FAMILIES[4]
        elif kind is SecurityKind.DIGITAL_ASSET:
            family = digital
        found.append(FAMILIES.index(family))
    return np.array(found, np.int64)


def _total(pieces: Realized, box: str, group: Mask, *, is_long: bool) -> YearTotal:
    known = group & ~pieces.is_unknown
    return YearTotal(
        box=box,
        is_long=is_long,
        pieces=int(group.sum()),
        unknown_basis=int((group & pieces.is_unknown).sum()),
        proceeds_cents=_sum(pieces.proceeds, known),
        basis_cents=_sum(pieces.basis, known),
        disallowed_cents=_sum(pieces.disallowed, known),
        permanent_cents=_sum(pieces.permanent, known),
        nondeductible_cents=_sum(pieces.nondeductible, known),
        gain_cents=_sum(pieces.gain, known),
    )


def _sum(cents: Int64, mask: Mask) -> int:
    """An exact sum: Python's integers do not wrap."""
    return sum(cents[mask].tolist())
