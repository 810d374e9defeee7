"""Replacements: the first proxy by rank that may be bought for what is sold."""

from collections.abc import Collection
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from taxlots.domain.account import Account, AccountKind
from taxlots.domain.money import SHARE
from taxlots.domain.quote import Quote
from taxlots.domain.security import Proxy
from taxlots.domain.verdict import ProxyRefusal
from taxlots.plan.appraisal import UNITS_PER_CENT
from taxlots.plan.guard import Guard
from taxlots.plan.harvest_plan import Replacement
from taxlots.plan.proxies import by_symbol, is_harvest_ticker, ranked


@dataclass(frozen=True, slots=True)
class Trades:
    """The symbols that the plan sells at a loss and buys for one wash-sale party, by family.

    While a family is being decided, ``sold`` holds whatever of it may be sold.
    """

    sold: dict[str, set[str]] = field(default_factory=dict)
    bought: dict[str, set[str]] = field(default_factory=dict)


NO_TRADES: Final = Trades()

DEFERRED_KINDS: Final = frozenset(kind for kind in AccountKind if kind.is_tax_deferred)


class Proxies:
    """The proxies of a situation by symbol, in the order in which they are looked at."""

    def __init__(self, guard: Guard) -> None:
        self.guard = guard
        self._ranked: dict[str, list[Proxy]] = {}

    @cached_property
    def _listed(self) -> dict[str, list[Proxy]]:
        return by_symbol(self.guard.index.situation.proxies)

    def rows(self, symbol: str, account_kind: str) -> list[Proxy]:
        """The rows for a symbol and a kind of account, each proxy once, the first one first."""
        found: dict[str, Proxy] = {}
        for proxy in self._all(symbol):
            if proxy.account_kind in ("", account_kind):
                found.setdefault(proxy.proxy, proxy)
        return list(found.values())

    def _all(self, symbol: str) -> list[Proxy]:
        """Every row of a symbol in order; a book has many more symbols than a plan sells."""
        if symbol not in self._ranked:
            situation = self.guard.index.situation
            self._ranked[symbol] = ranked(
                self._listed.get(symbol, ()), situation.securities, situation.tracking_ppm
            )
        return self._ranked[symbol]

    def choose(
        self, symbol: str, account: Account, trades: Trades, too_dear: Collection[str]
    ) -> Replacement:
        """The proxy to buy in an account for a symbol: in a tax-deferred one, a tertiary.

        ``trades`` are those of the account's party, ``too_dear`` the proxies of which the
        proceeds do not buy one share.
        """
        refused: list[tuple[str, ProxyRefusal]] = []
        for proxy in self.rows(symbol, account.kind):
            refusal = self.refusal(proxy, account, trades, too_dear)
            if refusal is None:
                return Replacement(proxy, tuple(refused))
            refused.append((proxy.proxy, refusal))
        return Replacement(None, tuple(refused))

    def refusal(
        self,
        proxy: Proxy,
        account: Account,
        trades: Trades = NO_TRADES,
        too_dear: Collection[str] = (),
    ) -> ProxyRefusal | None:
        """Why a proxy is not bought in an account, if it is not."""
        return (
            self._refusal_of_identity(proxy)
            or self._refusal_of_flow(proxy, account)
            or self._refusal_of_purchase(proxy.proxy, account, trades)
            or self._refusal_of_price(proxy.proxy)
            or (ProxyRefusal.TOO_DEAR if proxy.proxy in too_dear else None)
        )

    def _refusal_of_identity(self, proxy: Proxy) -> ProxyRefusal | None:
        index = self.guard.index
        for identity, refusal in (
            (index.situation.book_identity, ProxyRefusal.IDENTICAL),
            (index.identity, ProxyRefusal.SAME_INDEX),
        ):
            if identity.replaces(proxy.proxy, proxy.symbol, index.situation.day):
                return refusal
            if identity.replaces(proxy.symbol, proxy.proxy, index.situation.day):
                return refusal
        return ProxyRefusal.SAME_INDEX if self._lacks_an_opinion(proxy) else None

    def _lacks_an_opinion(self, proxy: Proxy) -> bool:
        """Whether it tracks the index of its symbol, and nobody holds that this is allowed.

        That is asked under every reading of section 1091: what is substantially identical is a
        matter of facts and circumstances (Pub. 550), so somebody must have looked at them.
        """
        index = self.guard.index
        tracked = index.security(proxy.symbol).index
        if not tracked or tracked != index.security(proxy.proxy).index:
            return False
        situation = index.situation
        return not (situation.rule.allow_same_index or proxy.tells_apart(situation.as_of))

    def _refusal_of_flow(self, proxy: Proxy, account: Account) -> ProxyRefusal | None:
        """What flows into a tax-deferred account buys nothing that harvests trade."""
        if not account.kind.is_tax_deferred:
            return None
        traded = [
            row.proxy
            for row in self._listed.get(proxy.symbol, ())
            if is_harvest_ticker(row, DEFERRED_KINDS)
        ]
        if any(self.guard.index.replaces(proxy.proxy, other) for other in traded):
            return ProxyRefusal.KEPT_FOR_HARVESTS
        return None

    def _refusal_of_purchase(
        self, symbol: str, account: Account, trades: Trades
    ) -> ProxyRefusal | None:
        index = self.guard.index
        if symbol in index.rule_of(account).exclude:
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
