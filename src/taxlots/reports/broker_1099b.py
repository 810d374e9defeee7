"""The broker's view of a year as Form 1099-B in FDX JSON: what a broker ought to report."""

from __future__ import annotations

import json
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
from taxlots.version import __version__

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
    as_of = date_of(found.broker.as_of).isoformat()
    forms = ",\n".join(
        _form_text(account.id, year, as_of, details[account.id])
        for account in found.taxpayer.record.accounts
        if account.id in details
    )
    made = json.dumps({"taxYear": year, "softwareId": f"taxlots {__version__}"})
    return f'{made[:-1]}, "forms": [\n{forms}\n]}}\n'


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
        "checkboxOnForm8949": json.dumps(_box(side, is_digital=is_digital)),
        "securityName": json.dumps(name, ensure_ascii=False),
        "numberOfShares": shares(side.quantity),
        "dateAcquired": json.dumps(date_of(side.acquired).isoformat()),
        "dateOfSale": json.dumps(date_of(pair.sold).isoformat()),
        "salesPrice": dollars(side.proceeds_cents),
        "longOrShort": json.dumps("LONG" if side.is_long else "SHORT"),
        "noncoveredSecurity": json.dumps(not side.is_covered),
        "basisReported": json.dumps(side.is_covered and not side.is_unknown),
        "grossOrNet": json.dumps("NET"),
    }
    if not side.is_unknown:
        row["costBasis"] = dollars(side.basis_cents)
    if side.disallowed_cents:
        row["washSaleLossDisallowed"] = dollars(side.disallowed_cents)
    if security.cusip:
        row["cusip"] = json.dumps(security.cusip, ensure_ascii=False)
    return row


def _form_text(account: str, year: int, as_of: str, details: list[dict[str, str]]) -> str:
    """One account's form.  Amounts are written as they are: JSON's own writer makes floats."""
    rows = (", ".join(f'"{name}": {told}' for name, told in row.items()) for row in details)
    head = json.dumps(
        {"taxYear": year, "taxFormDate": as_of, "corrected": False, "accountNumber": account},
        ensure_ascii=False,
    )
    listed = ",\n".join(f"    {{{row}}}" for row in rows)
    return f'  {{"tax1099B": {head[:-1]}, "securityDetails": [\n{listed}\n  ]}}}}'


def _box(side: Figures, *, is_digital: bool) -> str:
    if is_digital:
        boxes = DIGITAL_LONG_TERM_BOXES if side.is_long else DIGITAL_SHORT_TERM_BOXES
    else:
        boxes = LONG_TERM_BOXES if side.is_long else SHORT_TERM_BOXES
    return boxes[0 if side.is_covered and not side.is_unknown else 1]
