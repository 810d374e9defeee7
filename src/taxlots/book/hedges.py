"""What stands against a holding: bought puts, written calls and short sales of the same stock.

The books compute the plain short sale of appreciated stock (26 USC 1259); straddles (26 USC 1092)
and days of diminished risk (26 USC 246(c)(4)) are told, not computed.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from taxlots.book import kinds
from taxlots.domain.calendar import day_of
from taxlots.domain.security import SecurityKind

if TYPE_CHECKING:
    from taxlots.book.booking import Books


@dataclass(frozen=True, slots=True)
class Span:
    """A lot from the day of its opening through its last closing (or the as-of day).

    ``symbol`` is what it is a position in: an option's underlying.  ``row`` opened it.
    """

    tax_return: str
    symbol: str
    lot: int
    row: int
    opened: int
    closed: int
    holding_period: int


def holdings_and_hedges(books: Books) -> tuple[list[Span], list[Span]]:
    """The long holdings of each symbol that was ever hedged, and what was held against them.

    Both only in taxable accounts; empty where the book has neither options nor short sales.
    """
    hedging = _hedging_places(books)
    if not hedging:
        return [], []
    hedged = set(hedging.values())
    return_of = {a.id: a.tax_return for a in books.record.accounts}
    taxable = {a.id for a in books.record.accounts if not a.kind.is_tax_deferred}
    events = books.blueprint.tables["events"]
    lots = books.state.table("lots")
    closed = _last_days(books)
    since = _held_since(books)
    held: list[Span] = []
    against: list[Span] = []
    for number in np.flatnonzero(lots["event"] >= 0).tolist():
        event = int(lots["event"][number])
        position = int(events["position"][event])
        if position < 0:
            continue
        account, symbol, _ = books.blueprint.places[position]
        is_hedge = position in hedging
        if account not in taxable or (not is_hedge and symbol not in hedged):
            continue
        span = Span(
            tax_return=return_of[account],
            symbol=hedging.get(position, symbol),
            lot=number,
            row=int(events["row"][event]),
            opened=int(lots["acquired"][number]),
            closed=min(closed.get(number, books.as_of), _expiry(books, symbol)),
            holding_period=min(since.get(number, 1 << 30), int(lots["acquired"][number])),
        )
        (against if is_hedge else held).append(span)
    return held, against


def _expiry(books: Books, symbol: str) -> int:
    security = books.record.securities.get(symbol)
    return books.as_of if security is None or security.expiry is None else day_of(security.expiry)


def _hedging_places(books: Books) -> dict[int, str]:
    """Positions that lose when a stock rises, and that stock: by number of position."""
    found = {}
    owed = books.state.table("positions")["flags"] & kinds.SHORT != 0
    securities = books.record.securities.values()
    options = {one.symbol: one for one in securities if one.kind is SecurityKind.OPTION}
    if not options and not owed.any():
        return {}
    for position, (_, symbol, way) in enumerate(books.blueprint.places):
        is_owed = bool(owed[position])
        option = options.get(symbol)
        if way and not is_owed:
            continue
        if option is None and is_owed:
            found[position] = symbol
        elif option is not None and option.underlying and option.is_put != is_owed:
            found[position] = option.underlying
    return found


def _last_days(books: Books) -> dict[int, int]:
    """The day on which the last unit of each closed lot was closed; open lots are left out."""
    rows = books.state.table("rows")
    slots = books.state.table("slots")
    is_open = (slots["quantity"] > 0) & (slots["flags"] & kinds.CLOSED == 0)
    still = set(slots["lot"][is_open].tolist())
    found: dict[int, int] = {}
    for lot, sold in zip(rows["lot"].tolist(), rows["sold"].tolist(), strict=True):
        if lot not in still:
            found[lot] = max(found.get(lot, sold), sold)
    return _delivered(books, still, found)


def _delivered(books: Books, still: set[int], found: dict[int, int]) -> dict[int, int]:
    """Short lots that shares were delivered for: their closing's row bears the long lot."""
    events = books.blueprint.tables["events"]
    details = books.blueprint.tables["details"]
    delivering = events[events["kind"] == kinds.DELIVER]
    if not len(delivering):
        return found
    shorts = details["to_position"][delivering["detail"]].tolist()
    last = dict(zip(shorts, delivering["day"].tolist(), strict=True))
    opened = books.state.table("lots")["event"]
    for lot in np.flatnonzero(opened >= 0).tolist():
        position = int(events["position"][opened[lot]])
        if position in last and lot not in still:
            found[lot] = max(found.get(lot, last[position]), last[position])
    return found


def _held_since(books: Books) -> dict[int, int]:
    """The earliest holding-period date among the parts of each lot."""
    found: dict[int, int] = {}
    for table in (books.state.table("rows"), books.state.table("slots")):
        for lot, day in zip(table["lot"].tolist(), table["holding_period"].tolist(), strict=True):
            found[lot] = min(found.get(lot, day), day)
    return found


@dataclass(frozen=True, slots=True)
class Spans:
    """Spans by tax return and symbol, in order of opening: found without looking at the others."""

    by_key: dict[tuple[str, str], list[Span]]

    @classmethod
    def of(cls, spans: Iterable[Span]) -> Spans:
        """Sort spans into their keys."""
        found: dict[tuple[str, str], list[Span]] = {}
        for span in sorted(spans, key=lambda span: span.opened):
            found.setdefault((span.tax_return, span.symbol), []).append(span)
        return cls(found)

    def during(self, tax_return: str, symbol: str, first: int, last: int) -> Iterator[Span]:
        """The spans of one key that are open on a day from ``first`` to ``last``."""
        mine = self.by_key.get((tax_return, symbol), [])
        for span in mine[: bisect_right(mine, last, key=lambda span: span.opened)]:
            if span.closed >= first:
                yield span

    def meets(self, span: Span) -> Span | None:
        """A span that is open on a day on which the given one is; None where there is none."""
        return next(self.during(span.tax_return, span.symbol, span.opened, span.closed), None)
