"""What the tax law makes of an overlay: section 1256, straddles, constructive sales, wash sales.

These are flags: they name the rule, the lots and the dates, and leave the reckoning to the books,
which compute the plain short sale and section 1256, and to the preparer for straddles.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final

from taxlots.domain.calendar import date_of, day_of
from taxlots.domain.money import apportion, dollars
from taxlots.law.s1233_short_sales import starts_anew
from taxlots.law.s1256_contracts import long_term_part, year_end
from taxlots.law.s1259_constructive_sales import deemed_gain, exposed_through, last_day_to_close

OVERLAP_PERCENT: Final = 70
LISTED_PART: Final = 0.95
"""From this part of a position on, its members count as known."""

PORTFOLIO_ISSUERS: Final = 20
"""A position on so many issuers is one on a portfolio (Treas. Reg. 1.246-5(c)(1))."""

DEEP_DELTA: Final = 0.9
"""An option that moves like this part of its stock leaves hardly any risk or gain."""


class OverlayKind(StrEnum):
    """What a position is, as far as sections 1256, 1259 and 1233 tell kinds apart."""

    FUTURE = "future"
    FORWARD = "forward"
    SWAP = "swap"
    SHORT_SALE = "short_sale"
    OPTION = "option"
    FUND = "fund"


class FlagCode(StrEnum):
    """Which rule a flag is about."""

    SECTION_1256 = "SECTION_1256"
    CONSTRUCTIVE_SALE = "CONSTRUCTIVE_SALE"
    CONSTRUCTIVE_SALE_POSSIBLE = "CONSTRUCTIVE_SALE_POSSIBLE"
    STRADDLE = "STRADDLE"
    MIXED_STRADDLE = "MIXED_STRADDLE"
    PERIOD_SUSPENDED = "PERIOD_SUSPENDED"
    WASH_SALE = "WASH_SALE"
    HEDGED_ALREADY = "HEDGED_ALREADY"


@dataclass(frozen=True, slots=True, kw_only=True)
class OverlayPosition:
    """A position that somebody considers, opened on ``day``.

    ``is_short`` holds where it gains when the underlying falls: a future sold, a put bought, a
    call written.  ``delta`` is that of a share for an option, 1 otherwise.  ``dollars`` is what of
    the underlying it offsets (None: all that is held).  ``members`` are the dollars of each stock
    that the position reflects, as far as they are known, out of ``dollars``; ``index`` is the name
    of its index.
    """

    symbol: str
    kind: OverlayKind
    underlying: str
    is_short: bool
    day: date
    delta: float = 1.0
    is_put: bool = False
    is_1256: bool = False
    index: str = ""
    dollars: float | None = None
    members: Mapping[str, float] = field(default_factory=dict)

    @property
    def reflected(self) -> float:
        """Dollars of all that it reflects, members that are not known included."""
        known = sum(self.members.values())
        return known if self.dollars is None else max(known, self.dollars)

    @property
    def is_on_portfolio(self) -> bool:
        """Whether it reflects 20 issuers or more; where members are missing, it is taken to."""
        is_listed = sum(self.members.values()) >= LISTED_PART * self.reflected
        return len(self.members) >= PORTFOLIO_ISSUERS or not is_listed


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldLot:
    """A lot of the same tax return, in cents; ``basis_cents`` is None where it is not known."""

    lot_id: str
    symbol: str
    value_cents: int
    basis_cents: int | None
    holding_period: date
    index: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxFlag:
    """One rule that bears on a position: its authority, why, and the lots that it meets.

    ``gain_cents`` is what a constructive sale would realize; ``until`` the day that matters.
    """

    code: FlagCode
    authority: str
    because: str
    lots: tuple[str, ...] = ()
    gain_cents: int = 0
    until: date | None = None


Replaces = Callable[[str, str], bool]
"""Whether acquiring the first security replaces a loss on the second."""


def tax_flags(
    position: OverlayPosition,
    held: Sequence[HeldLot],
    replaces: Replaces,
    waiting: Sequence[str] = (),
) -> tuple[TaxFlag, ...]:
    """Every flag of a position, given the lots of its return and the symbols of waiting losses."""
    same = [
        lot
        for lot in held
        if lot.symbol == position.underlying or replaces(position.underlying, lot.symbol)
    ]
    found = list(_section_1256(position))
    if position.is_short:
        found += _constructive_sales(position, same)
        found += _same_index(position, held, same)
        found += _suspended(position, same)
        found += _straddles(position, held, same)
    else:
        found += _wash_sales(position, replaces, waiting)
    return tuple(found)


def overlap(
    members: Mapping[str, float], held: Mapping[str, float], reflected: float | None = None
) -> float:
    """The part of a portfolio position that the holdings match, dollar by dollar, from 0 to 1.

    For each stock the lesser of both values counts (Treas. Reg. 1.246-5(c)(1)); at 70 percent
    the position and the matching holdings are substantially similar.  ``reflected`` are the dollars
    of the whole position, where not all of its members are known.
    """
    whole = sum(members.values()) if reflected is None else reflected
    matched = sum(min(value, held.get(name, 0.0)) for name, value in members.items())
    return matched / whole if whole > 0 else 0.0


def _section_1256(position: OverlayPosition) -> Iterator[TaxFlag]:
    if not position.is_1256:
        return
    until = date_of(year_end(day_of(position.day)))
    percent = long_term_part(100)
    yield TaxFlag(
        code=FlagCode.SECTION_1256,
        authority="26 USC 1256(a)",
        because=(
            f"{position.symbol} is marked to market on {until} and {percent} percent of its gain or"
            " loss is long-term, however long it is held; its losses are no wash sales"
        ),
        until=until,
    )


def _constructive_sales(position: OverlayPosition, same: Sequence[HeldLot]) -> Iterator[TaxFlag]:
    clause = {
        OverlayKind.SHORT_SALE: "26 USC 1259(c)(1)(A)",
        OverlayKind.SWAP: "26 USC 1259(c)(1)(B)",
        OverlayKind.FUTURE: "26 USC 1259(c)(1)(C)",
        OverlayKind.FORWARD: "26 USC 1259(c)(1)(C)",
    }.get(position.kind)
    is_deep = position.kind is OverlayKind.OPTION and abs(position.delta) >= DEEP_DELTA
    gains = _offset_gains(position, same)
    lots = tuple(gains)
    if not lots or (clause is None and not is_deep):
        return
    close_by = date_of(last_day_to_close(day_of(position.day)))
    keep = date_of(exposed_through(day_of(close_by)))
    gain = sum(gains.values())
    yield TaxFlag(
        code=FlagCode.CONSTRUCTIVE_SALE if clause else FlagCode.CONSTRUCTIVE_SALE_POSSIBLE,
        authority=clause or "26 USC 1259(c)(1)(E)",
        because=(
            f"{position.symbol} offsets appreciated {position.underlying}: {dollars(gain)} of gain"
            f" is realized as if sold, unless it is closed by {close_by} and the lots are kept"
            f" without a hedge for 60 days, through {keep} if it is closed on that day"
        ),
        lots=lots,
        gain_cents=gain,
        until=close_by,
    )


def _offset_gains(position: OverlayPosition, same: Sequence[HeldLot]) -> dict[str, int]:
    """The gain of each appreciated lot as far as the position offsets it, in order of the lots."""
    left = None if position.dollars is None else round(100 * position.dollars)
    found: dict[str, int] = {}
    for lot in same:
        part = lot.value_cents if left is None else min(lot.value_cents, left)
        if left is not None:
            left -= part
        gain = apportion(_gain(lot), part, lot.value_cents) if lot.value_cents else 0
        if gain:
            found[lot.lot_id] = found.get(lot.lot_id, 0) + gain
    return found


def _gain(lot: HeldLot) -> int:
    return 0 if lot.basis_cents is None else deemed_gain(lot.value_cents, lot.basis_cents)


def _same_index(
    position: OverlayPosition, held: Sequence[HeldLot], same: Sequence[HeldLot]
) -> Iterator[TaxFlag]:
    """A short position on the index of a fund that is held: whether identical is not settled."""
    known = {lot.lot_id for lot in same}
    mine = [
        lot
        for lot in held
        if position.index and lot.index == position.index and lot.lot_id not in known
    ]
    gain = sum(map(_gain, mine))
    if gain:
        yield TaxFlag(
            code=FlagCode.CONSTRUCTIVE_SALE_POSSIBLE,
            authority="26 USC 1259(c)(1)",
            because=(
                f"{position.symbol} is short the index {position.index}, which a fund held tracks;"
                " whether both are substantially identical is not settled"
            ),
            lots=tuple(lot.lot_id for lot in mine if _gain(lot) > 0),
            gain_cents=gain,
        )


def _suspended(position: OverlayPosition, same: Sequence[HeldLot]) -> Iterator[TaxFlag]:
    """A short sale, or a put bought, ends the holding period of lots held one year or less."""
    is_put = position.kind is OverlayKind.OPTION and position.is_put
    if position.kind is not OverlayKind.SHORT_SALE and not is_put:
        return
    day = day_of(position.day)
    young = tuple(lot.lot_id for lot in same if starts_anew(day_of(lot.holding_period), day))
    if young:
        yield TaxFlag(
            code=FlagCode.PERIOD_SUSPENDED,
            authority="26 USC 1233(b)",
            because=f"lots of {position.underlying} held for one year or less start anew",
            lots=young,
        )


def _straddles(
    position: OverlayPosition, held: Sequence[HeldLot], same: Sequence[HeldLot]
) -> Iterator[TaxFlag]:
    lots, why = tuple(lot.lot_id for lot in same), f"it offsets {position.underlying} held"
    if not lots and position.members and position.is_on_portfolio:
        values: dict[str, float] = {}
        for lot in held:
            values[lot.symbol] = values.get(lot.symbol, 0.0) + lot.value_cents / 100
        part = overlap(position.members, values, position.reflected)
        if 100 * part >= OVERLAP_PERCENT:
            lots = tuple(lot.lot_id for lot in held if lot.symbol in position.members)
            why = f"holdings match {part:.0%} of the stocks that it reflects"
    elif not lots:
        lots = tuple(lot.lot_id for lot in held if lot.symbol in position.members)
        why = "it reflects stocks that are held, of fewer than 20 issuers"
    if not lots:
        return
    yield TaxFlag(
        code=FlagCode.MIXED_STRADDLE if position.is_1256 else FlagCode.STRADDLE,
        authority="26 USC 1092(b)(2), 1256(d)" if position.is_1256 else "26 USC 1092(a), (c)",
        because=(
            f"{position.symbol} may be a straddle: {why}; a loss may be deferred and holding"
            f" periods suspended, which is not computed{_covered_call(position)}"
        ),
        lots=lots,
    )


def _covered_call(position: OverlayPosition) -> str:
    """What a written call may be instead; whether it is one is not told apart.

    Source: 26 USC 1092(c)(4); Treas. Reg. 1.1092(c)-1 to -4.
    """
    is_written_call = position.kind is OverlayKind.OPTION and not position.is_put
    if not is_written_call or position.is_1256:
        return ""
    return (
        "; a qualified covered call is none (26 USC 1092(c)(4)): listed, granted more than 30 days"
        " before it expires, not deep in the money, and with no put beside it; ask the preparer"
    )


def _wash_sales(
    position: OverlayPosition, replaces: Replaces, waiting: Sequence[str]
) -> Iterator[TaxFlag]:
    """A contract to acquire what was sold at a loss replaces it (26 USC 1091(a))."""
    lost = tuple(
        dict.fromkeys(
            symbol
            for symbol in waiting
            if symbol in {position.underlying, position.symbol}
            or replaces(position.underlying, symbol)
        )
    )
    if lost:
        yield TaxFlag(
            code=FlagCode.WASH_SALE,
            authority="26 USC 1091(a)",
            because=(
                f"{position.symbol} is a position to acquire {position.underlying}, while losses on"
                f" {', '.join(lost)} of the last 30 days wait; ask the guard, or wait"
            ),
        )
