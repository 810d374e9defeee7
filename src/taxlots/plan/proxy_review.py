"""The review of proxies: for a security, what may stand in for it, and all that is known of each.

Figures are estimates from closes; identity is what the policy says (decision D17), and a high
correlation is only ever a warning.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from taxlots.domain.account import Account
from taxlots.domain.calendar import day_of
from taxlots.domain.money import dollars, shares
from taxlots.domain.scheduled import ScheduledKind
from taxlots.domain.security import TERTIARY, Proxy
from taxlots.domain.tracking import ONE, Tracking
from taxlots.domain.verdict import ProxyRefusal
from taxlots.law.s1091_wash_sale import in_window
from taxlots.plan.free_day import first_free_day
from taxlots.plan.guard import Guard
from taxlots.plan.replacement import NO_TRADES, Proxies
from taxlots.plan.situation import Index

TOO_ALIKE_PPM: Final = 995_000
"""A correlation above which two securities may be called one, whatever index they track."""

Trackings = Mapping[tuple[str, str], Tracking]


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One proxy of a security, as the accounts asked about see it.

    ``refusals`` maps accounts to why it is not bought there; ``chosen_in`` are the accounts that
    would buy it first.  ``fee_difference_ppm`` is its expense ratio less that of the original.
    ``dividends`` are its days of payment that are known to come inside the window.
    ``household`` says what the accounts' households hold of it and trade, and ``warnings`` what
    should be looked at before it is used.
    """

    proxy: Proxy
    refusals: Mapping[str, ProxyRefusal]
    chosen_in: tuple[str, ...]
    tracking: Tracking | None
    fee_difference_ppm: int | None
    dividends: tuple[date, ...]
    household: tuple[str, ...]
    warnings: tuple[str, ...]

    @property
    def is_usable(self) -> bool:
        """Whether every account asked about may buy it."""
        return not self.refusals


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """The proxies of one security for accounts of one kind, in the order of a harvest."""

    symbol: str
    account_kind: str
    accounts: tuple[str, ...]
    dividends: tuple[date, ...]
    candidates: tuple[Candidate, ...]


class Reviewer:
    """Reviews the proxies of securities for some accounts, all of one kind."""

    def __init__(self, guard: Guard, accounts: Sequence[Account], trackings: Trackings) -> None:
        self.guard = guard
        self.index = guard.index
        self.accounts = accounts
        self.trackings = trackings
        self.proxies = Proxies(guard)

    def review(self, symbol: str) -> Review:
        """Every row for the security and the kind of account."""
        kind = self.accounts[0].kind
        chosen: dict[str, list[str]] = {}
        for account in self.accounts:
            first = self.proxies.choose(symbol, account, NO_TRADES, ()).proxy
            if first is not None:
                chosen.setdefault(first.proxy, []).append(account.id)
        return Review(
            symbol=symbol,
            account_kind=kind,
            accounts=tuple(account.id for account in self.accounts),
            dividends=dividends_ahead(symbol, self.index),
            candidates=tuple(
                self._candidate(row, chosen.get(row.proxy, ()))
                for row in self.proxies.rows(symbol, kind)
            ),
        )

    def _candidate(self, row: Proxy, chosen_in: Sequence[str]) -> Candidate:
        refusals = {}
        for account in self.accounts:
            refusal = self.proxies.refusal(row, account)
            if refusal is not None:
                refusals[account.id] = refusal
        tracking = self.trackings.get((row.symbol, row.proxy))
        return Candidate(
            proxy=row,
            refusals=refusals,
            chosen_in=tuple(chosen_in),
            tracking=tracking,
            fee_difference_ppm=fee_difference(row.symbol, row.proxy, self.index),
            dividends=dividends_ahead(row.proxy, self.index),
            household=tuple(self._household(row.proxy)),
            warnings=tuple(self._warnings(row, tracking)),
        )

    def _household(self, symbol: str) -> Iterator[str]:
        """What the accounts' households hold of a security or of what is identical, and trade."""
        family = self.index.identity.family(symbol)
        parties = dict.fromkeys(self.index.party[account.id] for account in self.accounts)
        for party in parties:
            yield from self._washed_by(symbol, party)
            for purchase in self.guard.pool(party, family).purchases:
                if self.index.replaces(purchase.symbol, symbol):
                    yield f"{purchase}: it replaces a loss on {symbol} before {purchase.safe_from}"
            for account, held in self.guard.holders(party, family):
                if self.index.replaces(held, symbol):
                    yield f"{held} is held in {account}"
        for household in dict.fromkeys(account.household for account in self.accounts):
            for party, purchase in self.guard.of_others(household, family):
                if party not in parties and self.index.replaces(purchase.symbol, symbol):
                    yield f"{purchase}: another taxpayer's account, told only"

    def _washed_by(self, symbol: str, party: str) -> Iterator[str]:
        """The losses that a purchase of a security would disallow."""
        gone = " for good" if all(a.kind.is_tax_deferred for a in self.accounts) else ""
        for loss in self.guard.waiting(party, self.index.identity.family(symbol)):
            if self.index.identity.replaces(symbol, loss.symbol, day_of(loss.sold)):
                free = first_free_day(day_of(loss.sold))
                yield (
                    f"{shares(loss.quantity)} {loss.symbol} sold at a loss in {loss.account}"
                    f" on {loss.sold}: a purchase before {free} would disallow"
                    f" {dollars(loss.loss_cents)}{gone}"
                )

    def _warnings(self, row: Proxy, tracking: Tracking | None) -> Iterator[str]:
        yield from index_warnings(row, self.index)
        yield from alike_warnings(row.symbol, row.proxy, tracking, self.index)
        yield from class_warnings(row.symbol, row.proxy, self.index)
        most_days = min(self.index.rule_of(a).opinion_max_age_days for a in self.accounts)
        yield from opinion_warnings(row, self.index.situation.as_of, most_days)
        if row.rank == TERTIARY and not self.accounts[0].kind.is_tax_deferred:
            yield "a tertiary: what tax-deferred accounts buy; harvested only where nothing else is"
        yield from tracking_warnings(tracking)


def fee_difference(symbol: str, proxy: str, index: Index) -> int | None:
    """The expense ratio of the proxy less that of the original, in 1e-6; None if not known."""
    of_original = index.security(symbol).expense_ratio_ppm
    of_proxy = index.security(proxy).expense_ratio_ppm
    return None if of_original is None or of_proxy is None else of_proxy - of_original


def dividends_ahead(symbol: str, index: Index) -> tuple[date, ...]:
    """The days on which ``scheduled.csv`` has dividends of a security inside the window."""
    situation = index.situation
    return tuple(
        sorted(
            {
                event.day
                for event in situation.scheduled
                if event.kind is ScheduledKind.DIVIDEND
                and event.symbol == symbol
                and event.day >= situation.as_of
                and in_window(situation.day, day_of(event.day))
            }
        )
    )


def index_warnings(row: Proxy, index: Index) -> Iterator[str]:
    """What is to be said where both track one index."""
    tracked = index.security(row.symbol).index
    if not tracked or tracked != index.security(row.proxy).index:
        return
    as_of = index.situation.as_of
    if row.tells_apart(as_of):
        yield f"tracks the same index ({tracked}), by the opinion of {row.opinion_by}"
    elif row.allow_same_index:
        yield "allow_same_index takes an opinion_by and an opinion_date that is not still to come"
    elif index.situation.rule.allow_same_index:
        by = index.situation.rule.same_index_opinion_by
        yield f"tracks the same index ({tracked}), by the opinion of {by} on every index"


def alike_warnings(
    symbol: str, proxy: str, tracking: Tracking | None, index: Index
) -> Iterator[str]:
    """Securities that move as one may be called identical, whatever index they track."""
    original, other = index.security(symbol), index.security(proxy)
    correlation = None if tracking is None else tracking.correlation_ppm
    is_alike = correlation is not None and correlation > TOO_ALIKE_PPM
    if is_alike and not (original.index and original.index == other.index):
        of = "on another index" if original.index and other.index else "and no two indexes tell why"
        yield (
            f"moves as one with {symbol} (correlation {(correlation or 0) / ONE:.4f}), {of}:"
            " look at what it holds before you take it for another security"
        )


def class_warnings(symbol: str, proxy: str, index: Index) -> Iterator[str]:
    """A proxy of another asset class changes what is held."""
    original, other = index.security(symbol), index.security(proxy)
    if original.asset_class and other.asset_class and original.asset_class != other.asset_class:
        yield f"is {other.asset_class}, and {symbol} is {original.asset_class}"


def opinion_warnings(row: Proxy, as_of: date, most_days: int) -> Iterator[str]:
    """An opinion that is missing, not given yet, or old."""
    if row.opinion_date is None:
        yield "no dated opinion stands behind it"
    elif row.opinion_date > as_of:
        yield f"the opinion on {row.proxy} is dated {row.opinion_date}, after this day"
    elif (as_of - row.opinion_date).days > most_days:
        days = (as_of - row.opinion_date).days
        yield (
            f"the opinion on {row.proxy} of {row.opinion_date} is {days} days old;"
            f" opinion_max_age_days is {most_days}"
        )


def tracking_warnings(tracking: Tracking | None) -> Iterator[str]:
    """What the figures do not tell."""
    if tracking is None:
        yield "no price history: it takes 60 sessions on which both have a close"
        return
    for day in tracking.left_out:
        yield f"the closes of {day} look like a split that the book does not know, and are left out"
