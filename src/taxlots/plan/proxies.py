"""Proxies: the order in which they are looked at, and what an opinion on one tells apart.

Which securities may stand in for another is policy; the engine has no opinion of its own
(decision D17).
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Final

from taxlots.domain.security import TERTIARY, Proxy, Security
from taxlots.law.identical import Identity

UNKNOWN: Final = 1 << 62
"""Where a figure is not known, a proxy stands behind those of which it is."""


def by_symbol(proxies: Iterable[Proxy]) -> dict[str, list[Proxy]]:
    """The proxies of each symbol, in the order of the policy."""
    found: dict[str, list[Proxy]] = {}
    for proxy in proxies:
        found.setdefault(proxy.symbol, []).append(proxy)
    return found


def ranked(
    proxies: Iterable[Proxy],
    securities: Mapping[str, Security],
    tracking_ppm: Mapping[tuple[str, str], int],
) -> list[Proxy]:
    """The proxies of one symbol in the order in which a harvest looks at them.

    By rank; in a rank those for the account's kind before those for every kind, then the least
    tracking error, then the least fee, then the order of the policy.
    """

    def place(proxy: Proxy) -> tuple[int, bool, int, int]:
        security = securities.get(proxy.proxy)
        fee = None if security is None else security.expense_ratio_ppm
        return (
            proxy.rank,
            not proxy.account_kind,
            tracking_ppm.get((proxy.symbol, proxy.proxy), UNKNOWN),
            UNKNOWN if fee is None else fee,
        )

    return sorted(proxies, key=place)


def is_harvest_ticker(proxy: Proxy, deferred_kinds: Iterable[str]) -> bool:
    """Whether harvests trade a proxy: primaries and secondaries, but those for deferred kinds."""
    return proxy.rank < TERTIARY and proxy.account_kind not in deferred_kinds


def apart_by_opinion(
    strict: Identity, book: Identity, proxies: Iterable[Proxy], as_of: date
) -> Identity:
    """The strict identity, without pairs on one index that a named opinion holds not identical.

    What ``book`` holds identical on any day stays so, whatever the opinion.
    """
    opinions = [proxy for proxy in proxies if proxy.allow_same_index]
    pairs = {
        pair
        for proxy in opinions
        if proxy.tells_apart(as_of) and book.family(proxy.symbol) != book.family(proxy.proxy)
        for pair in ((proxy.symbol, proxy.proxy), (proxy.proxy, proxy.symbol))
    }
    return replace(strict, apart=strict.apart | pairs) if pairs else strict
