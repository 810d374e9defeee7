"""Suggestions: which securities of a book might become proxies, for somebody to decide.

They are ranked by figures alone and never used by a harvest: policy names the proxies.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final

from taxlots.domain.security import SecurityKind
from taxlots.domain.tracking import Tracking
from taxlots.domain.verdict import ProxyRefusal
from taxlots.plan.proxies import UNKNOWN
from taxlots.plan.proxy_review import Trackings, alike_warnings, fee_difference, tracking_warnings
from taxlots.plan.situation import Index

CONTRACTS: Final = (SecurityKind.OPTION, SecurityKind.SECTION_1256)
"""Kinds that expire, so that nothing is held in their stead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A security that might stand in for another, and how alike the two are."""

    symbol: str
    is_same_class: bool
    tracking: Tracking | None
    fee_difference_ppm: int | None
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestions:
    """What might become a proxy of ``symbol``, the likeliest first.

    ``left_out`` maps securities to why they are none: identical, or on the same index.
    """

    symbol: str
    suggestions: tuple[Suggestion, ...]
    left_out: dict[str, ProxyRefusal]


def suggestions_of(
    symbol: str, known: Iterable[str], listed: Collection[str], trackings: Trackings, index: Index
) -> Suggestions:
    """Rank the ``known`` securities that are not ``listed`` as proxies of one.

    Those of its asset class first, then by correlation, tracking error and fee.  Of one that is
    neither of its class nor has a price history, there is nothing to say, so it is not named.
    """
    found = []
    left_out = {}
    for other in sorted(set(known) - set(listed) - {symbol}):
        if index.security(other).kind in CONTRACTS:
            continue
        refusal = _refusal(symbol, other, index)
        suggestion = _suggestion(symbol, other, trackings, index)
        if refusal is not None:
            left_out[other] = refusal
        elif suggestion.is_same_class or suggestion.tracking is not None:
            found.append(suggestion)
    return Suggestions(
        symbol=symbol, suggestions=tuple(sorted(found, key=_place)), left_out=left_out
    )


def _refusal(symbol: str, other: str, index: Index) -> ProxyRefusal | None:
    situation = index.situation
    for identity, refusal in (
        (situation.book_identity, ProxyRefusal.IDENTICAL),
        (situation.strict_identity, ProxyRefusal.SAME_INDEX),
    ):
        if identity.replaces(other, symbol, situation.day):
            return refusal
    return None


def _suggestion(symbol: str, other: str, trackings: Trackings, index: Index) -> Suggestion:
    tracking = trackings.get((symbol, other))
    own_class = index.security(symbol).asset_class
    return Suggestion(
        symbol=other,
        is_same_class=bool(own_class) and own_class == index.security(other).asset_class,
        tracking=tracking,
        fee_difference_ppm=fee_difference(symbol, other, index),
        warnings=(
            *alike_warnings(symbol, other, tracking, index),
            *tracking_warnings(tracking),
        ),
    )


def _place(one: Suggestion) -> tuple[bool, int, int, int, str]:
    tracking = one.tracking
    correlation = None if tracking is None else tracking.correlation_ppm
    return (
        not one.is_same_class,
        UNKNOWN if correlation is None else -correlation,
        UNKNOWN if tracking is None else tracking.error_ppm,
        UNKNOWN if one.fee_difference_ppm is None else one.fee_difference_ppm,
        one.symbol,
    )
