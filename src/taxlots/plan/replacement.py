"""Replacements: the first proxy by rank that may be bought for what is sold."""

from collections.abc import Collection
from dataclasses import dataclass, field

from taxlots.domain.account import Account
from taxlots.domain.money import SHARE
from taxlots.domain.quote import Quote
from taxlots.domain.security import Proxy
from taxlots.domain.verdict import ProxyRefusal
from taxlots.plan.appraisal import UNITS_PER_CENT
from taxlots.plan.guard import Guard
from taxlots.plan.harvest_plan import Replacement


@dataclass(frozen=True, slots=True)
class Trades:
    """The symbols that the plan sells at a loss and buys for one wash-sale party, by family.

    While a family is being decided, ``sold`` holds whatever of it may be sold.
    """

    sold: dict[str, set[str]] = field(default_factory=dict)
    bought: dict[str, set[str]] = field(default_factory=dict)


class Proxies:
    """The proxies of a situation by symbol, in order of rank."""

    def __init__(self, guard: Guard) -> None:
        self.guard = guard
        self._by_symbol: dict[str, list[Proxy]] = {}
        for proxy in sorted(guard.index.situation.proxies, key=_rank):
            self._by_symbol.setdefault(proxy.symbol, []).append(proxy)

    def choose(
        self, symbol: str, account: Account, trades: Trades, too_dear: Collection[str]
    ) -> Replacement:
        """The proxy to buy in an account for a symbol.

        ``trades`` are those of the account's party, ``too_dear`` the proxies of which the
        proceeds do not buy one share.
        """
        refused: list[tuple[str, ProxyRefusal]] = []
        seen: set[str] = set()
        for proxy in self._by_symbol.get(symbol, ()):
            is_for_account = proxy.account_kind in ("", account.kind)
            if not is_for_account or proxy.proxy in seen:
                continue
            seen.add(proxy.proxy)
            refusal = self._refusal(proxy, account, trades, too_dear)
            if refusal is None:
                return Replacement(proxy, tuple(refused))
            refused.append((proxy.proxy, refusal))
        return Replacement(None, tuple(refused))

    def _refusal(
        self, proxy: Proxy, account: Account, trades: Trades, too_dear: Collection[str]
    ) -> ProxyRefusal | None:
        return (
            self._refusal_of_identity(proxy)
            or self._refusal_of_purchase(proxy.proxy, account, trades)
            or self._refusal_of_price(proxy.proxy)
            or (ProxyRefusal.TOO_DEAR if proxy.proxy in too_dear else None)
        )

    def _refusal_of_identity(self, proxy: Proxy) -> ProxyRefusal | None:
        situation = self.guard.index.situation
        for identity, refusal in (
            (situation.book_identity, ProxyRefusal.IDENTICAL),
            (situation.identity, ProxyRefusal.SAME_INDEX),
        ):
            if identity.replaces(proxy.proxy, proxy.symbol, situation.day):
                return refusal
            if identity.replaces(proxy.symbol, proxy.proxy, situation.day):
                return refusal
        return None

    def _refusal_of_purchase(
        self, symbol: str, account: Account, trades: Trades
    ) -> ProxyRefusal | None:
        index = self.guard.index
        if symbol in index.situation.rule.exclude:
            return ProxyRefusal.EXCLUDED
        if self.guard.waiting_loss_washed_by(symbol, index.party[account.id]):
            return ProxyRefusal.WASHES_WAITING_LOSS
        sold = trades.sold.get(index.identity.family(symbol), ())
        if any(index.replaces(symbol, other) for other in sold):
            return ProxyRefusal.SOLD_IN_PLAN
        return None

    def _refusal_of_price(self, symbol: str) -> ProxyRefusal | None:
        quote = self.guard.index.situation.quotes.get(symbol)
        if quote is None:
            return ProxyRefusal.NO_PRICE
        return ProxyRefusal.STALE_PRICE if quote.is_stale else None


def affordable_quantity(
    proceeds_cents: int, quote: Quote, multiplier: int, *, whole_shares: bool
) -> int:
    """How much (1e-8) the proceeds buy at the close, cut down to whole shares or to 1e-8."""
    quantity = proceeds_cents * UNITS_PER_CENT // (quote.close * multiplier)
    return quantity // SHARE * SHARE if whole_shares else quantity


def _rank(proxy: Proxy) -> tuple[int, bool]:
    """By rank; a proxy named for the account's kind goes before one for every kind."""
    return proxy.rank, not proxy.account_kind
