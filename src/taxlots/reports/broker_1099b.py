"""The broker's view of a year as Form 1099-B in FDX JSON: what a broker ought to report."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from taxlots.book.form_1099b import Listing, form_rows
from taxlots.book.view_form import (
    DIGITAL_LONG_TERM_BOXES,
    DIGITAL_SHORT_TERM_BOXES,
    LONG_TERM_BOXES,
    SHORT_TERM_BOXES,
)
from taxlots.domain.calendar import date_of
from taxlots.domain.money import dollars, shares
from taxlots.domain.security import Security, SecurityKind
from taxlots.reports.fdx_json import document, flag, form, text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from taxlots.book.view_pieces import Figures, Pair
    from taxlots.reports.compared_views import ComparedViews


def form_1099b_text(found: ComparedViews, year: int) -> str:
    """FDX JSON of the forms of every taxable account: the broker's view of a year.

    One ``tax1099B`` an account, one of its ``securityDetails`` a lot of a sale.  Money and shares
    are decimal numbers.  A security without a CUSIP is named as in ``securities.csv``, or by its
    symbol where that name is none or not its own.
    """
    listing = Listing(found.taxpayer, year)
    pairs = [
        one.pair
        for one in found.pieces
        if date_of(one.pair.sold).year == year and not listing.why_not(one.pair)
    ]
    details: dict[str, list[dict[str, str]]] = defaultdict(list)
    securities = found.taxpayer.record.securities
    names = names_of(securities)
    for pair, side in form_rows(pairs):
        account, symbol, _ = pair.place
        security = securities.get(symbol) or Security(symbol=symbol)
        details[account].append(_detail(pair, side, security, names.get(symbol, symbol)))
    made = date_of(found.broker.as_of).isoformat()
    return document(
        year,
        (
            form(account.id, year, made, details[account.id])
            for account in found.taxpayer.record.accounts
            if account.id in details
        ),
    )


def names_of(securities: Mapping[str, Security]) -> dict[str, str]:
    """What a form calls each security: its name if that is its own alone, else its symbol."""
    counts = Counter(s.name.casefold() for s in securities.values())
    taken = {symbol.casefold() for symbol in securities}
    return {
        symbol: s.name
        if s.name and counts[s.name.casefold()] == 1 and s.name.casefold() not in taken
        else symbol
        for symbol, s in securities.items()
    }


def _detail(pair: Pair, side: Figures, security: Security, name: str) -> dict[str, str]:
    """One row of the form: JSON texts by the names of FDX."""
    is_digital = security.kind is SecurityKind.DIGITAL_ASSET
    row = {
        "checkboxOnForm8949": text(_box(side, is_digital=is_digital)),
        "securityName": text(name),
        "numberOfShares": shares(side.quantity),
        "dateAcquired": text(date_of(side.acquired).isoformat()),
        "dateOfSale": text(date_of(pair.sold).isoformat()),
        "salesPrice": dollars(side.proceeds_cents),
        "longOrShort": text("LONG" if side.is_long else "SHORT"),
        "noncoveredSecurity": flag(not side.is_covered),
        "basisReported": flag(side.is_covered and not side.is_unknown),
        "grossOrNet": text("NET"),
    }
    if not side.is_unknown:
        row["costBasis"] = dollars(side.basis_cents)
    if side.disallowed_cents:
        row["washSaleLossDisallowed"] = dollars(side.disallowed_cents)
    if security.cusip:
        row["cusip"] = text(security.cusip)
    return row


def _box(side: Figures, *, is_digital: bool) -> str:
    if is_digital:
        boxes = DIGITAL_LONG_TERM_BOXES if side.is_long else DIGITAL_SHORT_TERM_BOXES
    else:
        boxes = LONG_TERM_BOXES if side.is_long else SHORT_TERM_BOXES
    return boxes[0 if side.is_covered and not side.is_unknown else 1]
