"""What the guard says beside its verdict: what it does not know, and what else should be known."""

from __future__ import annotations

from collections.abc import Iterator

from taxlots.domain.account import Account, AccountKind, Owner
from taxlots.domain.calendar import date_of, day_of
from taxlots.domain.filing_status import FilingStatus
from taxlots.domain.money import dollars
from taxlots.domain.scheduled import ScheduledKind
from taxlots.domain.security import SecurityKind
from taxlots.domain.verdict import ProxyRefusal
from taxlots.law.s1091_wash_sale import window_end
from taxlots.plan.appraisal import market_value_cents
from taxlots.plan.considered_trades import ConsideredSale
from taxlots.plan.free_day import first_free_day
from taxlots.plan.guard import Guard
from taxlots.plan.purchases import is_purchase, scheduled_purchase
from taxlots.plan.replacement import Proxies
from taxlots.plan.trade_check import TradeCheck

FUNDS = (SecurityKind.ETF, SecurityKind.MUTUAL_FUND)
WITHOUT_PRICE = (None, ProxyRefusal.NO_PRICE, ProxyRefusal.STALE_PRICE)
"""Why a proxy may not be bought that are no matter of section 1091, and None where it may."""
PLANS_WITHOUT_RULING = (AccountKind.PLAN_401K, AccountKind.HSA, AccountKind.PLAN_529)


class Sayings:
    """The sentences of one guard; ``silent`` are accounts without any transaction."""

    def __init__(self, guard: Guard, silent: frozenset[str]) -> None:
        self.guard = guard
        self.index = guard.index
        self.proxies = Proxies(guard)
        self._quantities: dict[tuple[str, str], int] = {}
        for lot in self.index.situation.lots:
            key = lot.account, lot.symbol
            self._quantities[key] = self._quantities.get(key, 0) + lot.quantity
        self._gaps = {
            party: tuple(self._gaps_of(party, silent)) for party in set(self.index.party.values())
        }
        self._ahead: dict[tuple[str, str, str], tuple[str, ...]] = {}
        self._open_losses: dict[tuple[str, str], int] = {}
        for lot in self.index.situation.lots:
            quote = self.index.situation.quotes.get(lot.symbol)
            if quote is not None and lot.basis_status == "known":
                multiplier = self.index.security(lot.symbol).multiplier
                value = market_value_cents(lot.quantity, multiplier, quote.close)
                key = lot.account, lot.symbol
                loss = max(0, lot.loss_basis_cents - value)
                self._open_losses[key] = self._open_losses.get(key, 0) + loss

    def held(self, account: str, symbol: str) -> int:
        """How much of a security an account holds, in 1e-8 units."""
        return self._quantities.get((account, symbol), 0)

    def unknown_of_sale(self, holder: Account, symbol: str, sale: ConsideredSale) -> Iterator[str]:
        """What the verdict on a sale does not know."""
        party = self.index.party[holder.id]
        for name in dict.fromkeys(part.lot_id for part in sale.parts if part.is_unknown):
            yield f"the basis of lot {name} is not known, so that its loss is not counted"
        if not any(part.loss_cents or part.is_unknown for part in sale.parts):
            return
        yield from self._gaps[party]
        yield from self._of_identity(symbol)
        key = party, self.index.identity.family(symbol), symbol
        if key not in self._ahead:
            self._ahead[key] = tuple(self._ahead_of(*key))
        yield from self._ahead[key]

    def unknown_of_purchase(self, holder: Account, symbol: str) -> Iterator[str]:
        """What the verdict on a purchase does not know."""
        yield from self._gaps[self.index.party[holder.id]]
        yield from self._of_identity(symbol)

    def told_of_sale(self, holder: Account, symbol: str, check: TradeCheck) -> Iterator[str]:
        """What else should be known before a sale."""
        if reason := self._no_loss_here(holder, symbol):
            yield reason
            return
        if check.is_liquidation and check.because:
            yield (
                "this sells the whole position, which nothing forbids: the guard only tells what"
                " it costs"
            )
        if check.keep_until:
            names = " or ".join(self._buyable_for(symbol))
            yield (
                f"for the loss to count, buy no {names} in any account of the household before"
                f" {check.keep_until}, reinvested dividends included"
            )
        yield from self._of_d8(check)
        yield from self._of_opinions(holder, symbol)
        yield from self._of_plans(check)
        for other, purchase in self.guard.of_others(
            holder.household, self.index.identity.family(symbol)
        ):
            is_other = other != self.index.party[holder.id]
            if is_other and self.index.replaces(purchase.symbol, symbol):
                yield f"{purchase}: another taxpayer's account, told only"

    def told_of_purchase(self, holder: Account, symbol: str, check: TradeCheck) -> Iterator[str]:
        """What else should be known before a purchase."""
        if check.because:
            instead = self._proxies_of(symbol, holder)
            yield (
                f"if the purchase waits until {check.safe_date}, the account drifts from its"
                " target meanwhile"
                + (f"; {' or '.join(instead)} would not meet these losses" if instead else "")
            )
        yield from self._of_d8(check)
        yield from self._of_opinions(holder, symbol)
        yield from self._of_plans(check)
        yield from self._of_other_parties(holder, symbol)
        yield from self._then_blocked(holder, symbol)

    def _no_loss_here(self, holder: Account, symbol: str) -> str:
        if holder.kind.is_tax_deferred:
            return f"{holder.id} is a {holder.kind} account: a sale there realizes no loss"
        if holder.kind is AccountKind.TAXABLE_MTM_475:
            return f"{holder.id} is marked to market: section 1091 spares its losses (475(d)(1))"
        kind = self.index.security(symbol).kind
        if kind.is_exempt_from_1091:
            return f"{symbol} is a {kind}: section 1091 does not reach losses on it"
        return ""

    def _buyable_for(self, symbol: str) -> list[str]:
        """The securities whose purchase would replace a loss on a symbol, itself first."""
        others = [s for s in self.index.relatives(symbol) if self.index.replaces(s, symbol)]
        return [symbol, *(s for s in others if s != symbol)]

    def _of_d8(self, check: TradeCheck) -> Iterator[str]:
        if check.could_be_permanent_cents:
            yield (
                f"{dollars(check.could_be_permanent_cents)} more would be gone for good if a"
                " spouse's shares took no loss into their basis (D8)"
            )

    def _of_plans(self, check: TradeCheck) -> Iterator[str]:
        names = {one.account for one in check.because} | {check.account}
        kinds = {self.index.accounts[name].kind for name in names}
        if check.because and kinds & set(PLANS_WITHOUT_RULING):
            yield (
                "no authority speaks of replacements in a 401(k), an HSA or a 529 plan; they are"
                " read like an IRA"
            )

    def _of_other_parties(self, holder: Account, symbol: str) -> Iterator[str]:
        party = self.index.party[holder.id]
        for other, loss in self.guard.open_losses():
            if other == party or loss.household != holder.household:
                continue
            if self.index.identity.replaces(symbol, loss.symbol, day_of(loss.sold)):
                yield (
                    f"a loss of {dollars(loss.loss_cents)} on {loss.symbol} was realized in"
                    f" {loss.account} on {loss.sold}: another taxpayer's account, told only"
                )

    def _then_blocked(self, holder: Account, symbol: str) -> Iterator[str]:
        """Losses that can't be harvested for thirty days once this is bought."""
        situation = self.index.situation
        party = self.index.party[holder.id]
        lost: dict[str, int] = {}
        for name, other in self.guard.holders(party, self.index.identity.family(symbol)):
            account = self.index.accounts[name]
            if self.index.replaces(symbol, other) and not self._no_loss_here(account, other):
                lost[other] = lost.get(other, 0) + self._open_losses.get((name, other), 0)
        for other, cents in lost.items():
            if cents:
                yield (
                    f"these shares would replace a loss on {other} that is sold before"
                    f" {first_free_day(situation.day)}; {dollars(cents)} of it are open"
                    " at the last close"
                )

    def _proxies_of(self, symbol: str, holder: Account) -> list[str]:
        """The proxies of a security that may be bought, priced or not, the first one first."""
        for_kind = self.proxies.rows(symbol, holder.kind)
        return [row.proxy for row in for_kind if self.proxies.refusal(row, holder) in WITHOUT_PRICE]

    def _of_opinions(self, holder: Account, symbol: str) -> Iterator[str]:
        """Trades of the window that only a named opinion keeps from washing, or being washed."""
        identity = self.index.identity
        if not identity.apart:
            return
        party, family = self.index.party[holder.id], identity.family(symbol)
        met = {loss.symbol: "sold at a loss" for loss in self.guard.waiting(party, family)}
        met |= {p.symbol: "bought" for p in self.guard.pool(party, family).purchases}
        for other, trade in sorted(met.items()):
            if (symbol, other) in identity.apart:
                yield (
                    f"{other}, {trade} in the window, tracks the index of {symbol}: they are told"
                    " apart by the opinion in proxies.csv alone (D17)"
                )

    def _gaps_of(self, party: str, silent: frozenset[str]) -> Iterator[str]:
        """Accounts whose window is not covered, and members of whose accounts nothing is known."""
        yield from self.guard.gaps(party)
        accounts = [a for a in self.index.accounts.values() if self.index.party[a.id] == party]
        for account in accounts:
            if account.id in silent and account.data_through is None:
                yield f"{account.id} is in accounts.csv, but the book has no transaction of it"
        married = (FilingStatus.JOINT, FilingStatus.SEPARATE)
        profiles = self.index.situation.profiles
        filed = [profiles[a.tax_return] for a in accounts if a.tax_return in profiles]
        owners = {account.owner for account in accounts}
        if any(p.status in married for p in filed) and not owners & {Owner.SPOUSE}:
            yield "the return is a married couple's, but no account of the spouse is in the book"

    def _of_identity(self, symbol: str) -> Iterator[str]:
        situation = self.index.situation
        if symbol not in situation.securities:
            yield f"{symbol} is not in securities.csv: what is identical to it is not known"
        elif self.index.security(symbol).kind in FUNDS and not self.index.security(symbol).index:
            yield (
                f"the index that {symbol} tracks is not in securities.csv: funds on the same one"
                " are not looked at (D17)"
            )

    def _ahead_of(self, party: str, family: str, symbol: str) -> Iterator[str]:
        """What comes in the next thirty days, but not how much of it."""
        situation = self.index.situation
        last = date_of(window_end(situation.day))
        known = set()
        for event in situation.scheduled:
            if not is_purchase(event, self.index):
                continue
            if self.index.party[event.account] != party:
                continue
            if event.kind is ScheduledKind.DIVIDEND:
                known.add((event.account, event.symbol))
            is_sized = scheduled_purchase(event, self.index) is not None
            if not is_sized and self.index.replaces(event.symbol, symbol):
                yield (
                    f"the {event.kind} of {event.symbol} in {event.account} on {event.day} has no"
                    " known size: its shares would replace as many"
                )
        for name, held in self.guard.holders(party, family):
            reinvests = self.index.reinvests(self.index.accounts[name], held)
            if reinvests and (name, held) not in known and self.index.replaces(held, symbol):
                yield (
                    f"dividends of {held} are reinvested in {name}, and none is scheduled: one"
                    f" that is paid by {last} would replace shares"
                )
