"""What a plan, and what is booked already, forbids in the weeks to come.

A security sold at a loss, and everything whose purchase would replace it, is not bought until
sale + 31; what a purchase would replace is not sold at a loss until purchase + 31.  Every account
of the household is named, tax-deferred ones included.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from taxlots.book.record import WaitingLoss
from taxlots.domain.account import Account, AccountKind
from taxlots.domain.calendar import day_of
from taxlots.domain.restriction import Force, Origin, Restriction, RestrictionKind
from taxlots.domain.scheduled import ScheduledEvent
from taxlots.law.s1091_wash_sale import window_start
from taxlots.plan.free_day import first_free_day
from taxlots.plan.guard import Guard
from taxlots.plan.orders import Swap
from taxlots.plan.purchases import is_purchase
from taxlots.plan.replacement import NO_TRADES, Proxies, Trades
from taxlots.plan.situation import Index, Situation, index_of

WRITE_NO_PUT: Final = (
    "write no put on it that is deep in the money: that is a contract to acquire it"
    " (Rev. Rul. 85-87)"
)


def restrictions_of(swaps: Sequence[Swap], guard: Guard) -> tuple[Restriction, ...]:
    """One restriction for each account, security and kind: the latest day that any cause gives.

    Sorted by household, kind, security and account.
    """
    index = guard.index
    writer = _Writer(guard, swaps)
    for swap in swaps:
        writer.enter_sale(swap)
        writer.enter_purchase(swap)
    for party, loss in (*guard.open_losses(), *_losses_to_come(index)):
        until = first_free_day(day_of(loss.sold))
        for symbol in index.relatives(loss.symbol):
            if index.identity.replaces(symbol, loss.symbol, day_of(loss.sold)):
                writer.enter_everywhere(
                    party,
                    loss.household,
                    symbol,
                    RestrictionKind.DO_NOT_BUY,
                    until,
                    Origin.BOOKS,
                    (loss.sale_id,),
                )
    writer.enter_booked_purchases()
    account_place = {account.id: n for n, account in enumerate(index.situation.accounts)}
    return tuple(
        sorted(
            writer.entries.values(),
            key=lambda r: (
                index.household_places[r.household],
                r.kind,
                r.symbol,
                account_place[r.account],
            ),
        )
    )


def restrictions_by_day(
    swaps: Mapping[date, Sequence[Swap]], situation: Situation
) -> tuple[Restriction, ...]:
    """What swaps of several days forbid, and what is booked: the latest day of each restriction."""
    latest: dict[tuple[str, str, RestrictionKind], Restriction] = {}
    for day, found in swaps.items():
        for one in restrictions_of(found, Guard(index_of(replace(situation, as_of=day)))):
            key = (one.account, one.symbol, one.kind)
            if key not in latest or latest[key].until <= one.until:
                latest[key] = one
    return tuple(latest.values())


def _losses_to_come(index: Index) -> Iterator[tuple[str, WaitingLoss]]:
    """Losses that count as of a later day, with their parties: of securities that are worthless.

    They are losses of the last day of the year (26 USC 165(g)), and its window is still to open.
    """
    for loss in index.situation.waiting_losses:
        if window_start(day_of(loss.sold)) > index.situation.day and loss.quantity > 0:
            yield index.party[loss.account], loss


class _Writer:
    """The restrictions found so far; two causes of one restriction become one entry."""

    def __init__(self, guard: Guard, swaps: Sequence[Swap]) -> None:
        self.guard = guard
        self.index = guard.index
        self.entries: dict[tuple[str, str, RestrictionKind], Restriction] = {}
        situation = self.index.situation
        self.of_household: dict[str, list[Account]] = {}
        for account in situation.accounts:
            self.of_household.setdefault(account.household, []).append(account)
        self.lots_held: dict[tuple[str, str], set[str]] = {}
        for lot in situation.lots:
            self.lots_held.setdefault((lot.account, lot.symbol), set()).add(lot.lot_id)
        for position, aside in situation.aside.items():
            self.lots_held.setdefault(position, set()).update(aside.lot_ids)
        self.coming: dict[tuple[str, str], list[ScheduledEvent]] = {}
        for event in situation.scheduled:
            if is_purchase(event, self.index):
                self.coming.setdefault((event.account, event.symbol), []).append(event)
        self.puts_on = {
            security.underlying
            for security in situation.securities.values()
            if security.is_put and not self._has_expired(security.symbol)
        }
        self.proxies = Proxies(guard)
        self.sold: dict[str, Trades] = {}
        for swap in swaps:
            if swap.gives_up and not self._is_exempt(swap.symbol):
                trades = self.sold.setdefault(self.index.party[swap.account.id], Trades())
                family = self.index.identity.family(swap.symbol)
                trades.sold.setdefault(family, set()).add(swap.symbol)

    def enter_sale(self, swap: Swap) -> None:
        """What is not bought after a sale at a loss."""
        if not swap.gives_up or self._is_exempt(swap.symbol):
            return
        for symbol in self.index.relatives(swap.symbol):
            if self.index.replaces(symbol, swap.symbol):
                self.enter_everywhere(
                    self.index.party[swap.account.id],
                    swap.account.household,
                    symbol,
                    RestrictionKind.DO_NOT_BUY,
                    first_free_day(self.index.situation.day),
                    Origin.PLAN,
                    tuple(order.client_order_id for order in swap.sales),
                )

    def enter_purchase(self, swap: Swap) -> None:
        """What is not sold at a loss after the purchase of a proxy."""
        if swap.purchase is None:
            return
        for symbol in self.index.relatives(swap.purchase.symbol):
            if self.index.replaces(swap.purchase.symbol, symbol) and not self._is_exempt(symbol):
                self.enter_everywhere(
                    self.index.party[swap.account.id],
                    swap.account.household,
                    symbol,
                    RestrictionKind.DO_NOT_SELL_AT_A_LOSS,
                    first_free_day(self.index.situation.day),
                    Origin.PLAN,
                    (swap.purchase.client_order_id,),
                )

    def enter_booked_purchases(self) -> None:
        """What is not sold at a loss because of purchases made already, where it is held.

        The lot of the purchase itself is free: its own shares do not replace it.
        """
        for party, purchase in self.guard.booked_purchases():
            for account in self.of_household[purchase.account.household]:
                if self.index.party[account.id] != party or not _realizes_losses(account):
                    continue
                for symbol in self.index.relatives(purchase.symbol):
                    others = self.lots_held.get((account.id, symbol), set()) - {purchase.lot_id}
                    is_replaced = self.index.replaces(purchase.symbol, symbol)
                    if others and is_replaced and not self._is_exempt(symbol):
                        self._enter(
                            Restriction(
                                household=account.household,
                                account=account.id,
                                symbol=symbol,
                                kind=RestrictionKind.DO_NOT_SELL_AT_A_LOSS,
                                until=purchase.safe_from,
                                force=Force.MUST,
                                origin=Origin.BOOKS,
                                because=(purchase.lot_id,),
                            )
                        )

    def enter_everywhere(
        self,
        party: str,
        household: str,
        symbol: str,
        kind: RestrictionKind,
        until: date,
        origin: Origin,
        because: tuple[str, ...],
    ) -> None:
        """One restriction for every account of a household; of another party, as advice."""
        if self._has_expired(symbol):
            return
        for account in self.of_household[household]:
            is_of_party = self.index.party[account.id] == party
            is_sale = kind is RestrictionKind.DO_NOT_SELL_AT_A_LOSS
            is_idle = is_sale and not _realizes_losses(account)
            is_must = is_of_party and not is_idle
            notes = self._notes(
                account, symbol, kind, until, is_of_party=is_of_party, is_idle=is_idle
            )
            self._enter(
                Restriction(
                    household=household,
                    account=account.id,
                    symbol=symbol,
                    kind=kind,
                    until=until,
                    force=Force.MUST if is_must else Force.ADVISED,
                    origin=origin,
                    because=because,
                    note="; ".join(notes),
                )
            )

    def _enter(self, new: Restriction) -> None:
        key = new.account, new.symbol, new.kind
        old = self.entries.get(key)
        if old is None or (old.force is Force.ADVISED and new.force is Force.MUST):
            self.entries[key] = new
        elif old.force is new.force:
            later = new if new.until > old.until else old
            because = tuple(dict.fromkeys([*old.because, *new.because]))
            self.entries[key] = replace(later, because=because, note=later.note or old.note)

    def _notes(
        self,
        account: Account,
        symbol: str,
        kind: RestrictionKind,
        until: date,
        *,
        is_of_party: bool,
        is_idle: bool,
    ) -> Iterator[str]:
        if not is_of_party:
            yield "another taxpayer's account"
        if is_idle:
            yield "a loss in this account is no capital loss"
        if kind is RestrictionKind.DO_NOT_BUY:
            if self.index.reinvests(account, symbol) and (account.id, symbol) in self.lots_held:
                yield "switch off the reinvestment of its dividends"
            for event in self.coming.get((account.id, symbol), ()):
                if event.day < until:
                    yield f"stop the {event.kind} of {event.day}"
            if symbol in self.puts_on:
                yield WRITE_NO_PUT
            if account.kind.is_tax_deferred:
                trades = self.sold.get(self.index.party[account.id], NO_TRADES)
                instead = self.proxies.choose(symbol, account, trades, ()).proxy
                if instead is not None:
                    yield f"buy {instead.proxy} instead, which no harvest trades for {symbol}"

    def _has_expired(self, symbol: str) -> bool:
        """Whether a security is an option that nobody can trade any more."""
        expiry = self.index.security(symbol).expiry
        return expiry is not None and expiry < self.index.situation.as_of

    def _is_exempt(self, symbol: str) -> bool:
        return self.index.security(symbol).kind.is_exempt_from_1091


def _realizes_losses(account: Account) -> bool:
    """Whether a loss in an account is a capital loss that section 1091 tests."""
    is_mtm = account.kind is AccountKind.TAXABLE_MTM_475
    return not (account.kind.is_tax_deferred or is_mtm)
