"""What other sections make of a realized loss: part of it denied, part of it long-term.

Section 1091 comes first; what it leaves goes through section 267, section 852(b)(4)(B), section
852(b)(4)(A) (for real estate investment trusts 857(b)(8)) and section 1(h)(11)(D)(i), in this
order.  A piece of which only a part becomes long-term is split in two rows: the long-term row
takes quantity, proceeds and disallowed amounts in proportion to its part of the loss, the other
row the rest, so that the two sum to the piece.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Final

import numpy as np

from taxlots.book import kinds
from taxlots.book.cells import Int64, Mask
from taxlots.book.journal import ACTION_CODE, filled, flag
from taxlots.book.of_record import rounded
from taxlots.book.received import Received, received_on
from taxlots.domain.action import Action
from taxlots.domain.money import apportion
from taxlots.domain.security import Security, SecurityKind, TaxClass
from taxlots.law.s1h_collectibles import is_28_percent_gain
from taxlots.law.s267_related_parties import denied_to_seller
from taxlots.law.s852_fund_losses import (
    disallowed_by_exempt_interest,
    held_longer_from,
    long_term_part,
)
from taxlots.law.s1059_extraordinary_dividends import long_term_part as extraordinary_part

if TYPE_CHECKING:
    from taxlots.book.booking import Books
    from taxlots.book.results import Realized

RELATED: Final = 1
EXEMPT_INTEREST: Final = 2
FUND: Final = 4
REIT: Final = 8
EXTRAORDINARY: Final = 16
COLLECTIBLE: Final = 32
LAPSED_RIGHT: Final = 64
MADE_LONG: Final = FUND | REIT | EXTRAORDINARY
"""The rules by which a loss is long-term, whatever its dates."""

CHARACTER_RULES: Final = {
    RELATED: "26 USC 267(a)(1)",
    EXEMPT_INTEREST: "26 USC 852(b)(4)(B)",
    FUND: "26 USC 852(b)(4)(A)",
    REIT: "26 USC 857(b)(8)",
    EXTRAORDINARY: "26 USC 1(h)(11)(D)(i)",
    COLLECTIBLE: "26 USC 1(h)(5)",
    LAPSED_RIGHT: "Treas. Reg. 1.307-1(a)",
}
"""Why part of a loss is denied, or a row has its character; a row can have several."""

MATTERING: Final = (Action.CAPITAL_GAIN_DISTRIBUTION, Action.EXEMPT_INTEREST_DIVIDEND)


@dataclass(slots=True)
class _Work:
    """The columns in the making: cents denied, rules, and the part that is long-term."""

    denied: Int64
    rules: Int64
    long_part: Int64


def with_character(books: Books, realized: Realized) -> Realized:
    """The realized pieces after the neighbouring rules; some are split in two."""
    work = _Work(
        denied=realized.nondeductible.astype(np.int64),
        rules=np.where(realized.nondeductible != 0, LAPSED_RIGHT, 0).astype(np.int64),
        long_part=np.zeros(len(realized.sale_row), np.int64),
    )
    _deny_related(books, realized, work)
    if _may_change_funds(books):
        _apply_distributions(books, realized, work)
    _mark_collectibles(books, realized, work)
    found = replace(realized, nondeductible=work.denied, rules=work.rules)
    return _split(found, work.long_part) if work.long_part.any() else found


def wording_of(rules: int) -> str:
    """The rules of one row in words, separated by semicolons."""
    return "; ".join(text for rule, text in CHARACTER_RULES.items() if rules & rule)


def _deny_related(books: Books, realized: Realized, work: _Work) -> None:
    """Sales whose row says ``related_party``: what section 1091 leaves of the loss is denied."""
    said = filled(books.journal, "related_party")
    if not said.any():
        return
    sold = said[realized.sale_row] & ~realized.is_unknown
    for at in np.flatnonzero(sold & (realized.proceeds < realized.basis)).tolist():
        if not flag(books.journal, "related_party", int(realized.sale_row[at])):
            continue
        loss = int(realized.basis[at] - realized.proceeds[at] - work.denied[at])
        denied = denied_to_seller(loss, int(realized.disallowed[at]))
        if denied:
            work.denied[at] += denied
            work.rules[at] |= RELATED


def _may_change_funds(books: Books) -> bool:
    action = books.journal.action
    if np.isin(action, [ACTION_CODE[one] for one in MATTERING]).any():
        return True
    elected = filled(books.journal, "elected") & (action == ACTION_CODE[Action.DIVIDEND])
    return bool(elected.any())


def _apply_distributions(books: Books, realized: Realized, work: _Work) -> None:
    """Losses on shares on which distributions were received."""
    left = realized.basis - realized.proceeds - realized.disallowed - work.denied
    places = np.flatnonzero((left > 0) & ~realized.is_unknown)
    if not len(places):
        return
    received = received_on(books, realized, places)
    flags = books.state.table("rows")["flags"][realized.source]
    for at, got in received.items():
        loss = int(left[at])
        raw = int(realized.basis[at] - realized.proceeds[at])
        share = Fraction(raw - int(realized.disallowed[at]), raw)
        security = security_of(books, int(realized.position[at]))
        if not flags[at] & kinds.INHERITED and _is_short_held(realized, got, at):
            loss = _deny_exempt_interest(security, got, share, loss, at, work)
            if not realized.is_long[at]:
                _make_long(security, got, share, loss, at, work)
        if not realized.is_long[at]:
            extraordinary = rounded(got.extraordinary * share)
            part = extraordinary_part(loss - int(work.long_part[at]), extraordinary)
            if part:
                work.long_part[at] += part
                work.rules[at] |= EXTRAORDINARY


def _is_short_held(realized: Realized, got: Received, at: int) -> bool:
    return int(realized.sold[at]) < held_longer_from(got.held_since)


def _deny_exempt_interest(
    security: Security, got: Received, share: Fraction, loss: int, at: int, work: _Work
) -> int:
    """Section 852(b)(4)(B) on one piece held for six months or less; returns the loss left."""
    if not is_fund(security):
        return loss
    denied = disallowed_by_exempt_interest(loss, rounded(got.exempt_interest * share))
    if denied:
        work.denied[at] += denied
        work.rules[at] |= EXEMPT_INTEREST
    return loss - denied


def _make_long(
    security: Security, got: Received, share: Fraction, loss: int, at: int, work: _Work
) -> None:
    """Section 852(b)(4)(A) on one piece held for six months or less."""
    part = long_term_part(loss, rounded(got.capital_gain * share)) if is_fund(security) else 0
    if part:
        work.long_part[at] += part
        work.rules[at] |= REIT if security.tax_class is TaxClass.REIT else FUND


def is_fund(security: Security) -> bool:
    """Whether sections 852 and 857 apply: a regulated investment company, or a REIT.

    A mutual fund is one; so is an ETF that is taxed as a corporation, for it alone pays capital
    gain distributions.
    """
    if security.tax_class in (TaxClass.RIC, TaxClass.REIT):
        return True
    pooled = security.kind in (SecurityKind.MUTUAL_FUND, SecurityKind.ETF)
    return pooled and security.tax_class is TaxClass.CORPORATION


def security_of(books: Books, position: int) -> Security:
    """The security of a position; one that is not listed is a stock."""
    symbol = books.blueprint.places[position][1]
    return books.record.securities.get(symbol) or Security(symbol=symbol)


def _mark_collectibles(books: Books, realized: Realized, work: _Work) -> None:
    listed = {s.symbol for s in books.record.securities.values() if s.is_collectible}
    if not listed:
        return
    of_place = np.array([symbol in listed for _, symbol, _ in books.blueprint.places], np.bool_)
    mine: Mask = of_place[realized.position]
    for at in np.flatnonzero(mine).tolist():
        if is_28_percent_gain(is_collectible=True, is_long=bool(realized.is_long[at])):
            work.rules[at] |= COLLECTIBLE


def _split(realized: Realized, long_part: Int64) -> Realized:
    """Give the long-term part of a loss a row of its own, before the row that it comes from."""
    gain = realized.gain
    whole = long_part == -gain
    is_long = realized.is_long | ((long_part > 0) & whole)
    parted = np.flatnonzero((long_part > 0) & ~whole)
    repeated = np.ones(len(gain), np.int64)
    repeated[parted] = 2
    copy = {f.name: np.repeat(getattr(realized, f.name), repeated) for f in fields(realized)}
    copy["is_long"] = np.repeat(is_long, repeated)
    places = np.cumsum(repeated) - repeated
    for at in parted.tolist():
        first, second = int(places[at]), int(places[at]) + 1
        loss, part = -int(gain[at]), int(long_part[at])
        for name in ("quantity", "proceeds", "disallowed", "permanent", "nondeductible", "gap"):
            amount = int(copy[name][first])
            copy[name][first] = apportion(amount, part, loss)
            copy[name][second] = amount - copy[name][first]
        taken = sum(int(copy[name][first]) for name in ("proceeds", "disallowed", "nondeductible"))
        copy["basis"][second] -= taken + part
        copy["basis"][first] = taken + part
        copy["is_long"][first] = True
        copy["rules"][second] &= ~MADE_LONG
    return replace(realized, **copy)
