"""The situation: everything that a plan is made from, and how it is looked up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from taxlots.book.record import Acquisition, OpenLot, WaitingLoss
from taxlots.domain.account import Account
from taxlots.domain.calendar import day_of
from taxlots.domain.dividend import PendingDividend
from taxlots.domain.harvest_rule import Extent, HarvestRule
from taxlots.domain.household import wash_sale_party
from taxlots.domain.policy import Policy
from taxlots.domain.quote import Quote
from taxlots.domain.restriction import HeldSwap
from taxlots.domain.scheduled import ScheduledEvent
from taxlots.domain.security import Proxy, Security
from taxlots.domain.tax_profile import TaxProfile
from taxlots.domain.verdict import Reason
from taxlots.law.identical import Identity
from taxlots.plan.proxies import apart_by_opinion
from taxlots.plan.year_tax import YearTax


@dataclass(frozen=True, slots=True, kw_only=True)
class YearSoFar:
    """What a return has realized this year, in cents; a loss is negative.

    ``net_cents`` is short-term and long-term together, less the losses of earlier years, and
    ``limit_cents`` what of a net loss is deducted from other income (26 USC 1211(b)).
    """

    net_cents: int
    limit_cents: int


Position = tuple[str, str]
"""An account's id and a symbol."""


@dataclass(frozen=True, slots=True)
class Aside:
    """Lots of a position that a plan is made without, because none could sell them.

    ``value_cents`` is theirs at the last close.  ``lot_ids`` names two of them, or the only one.
    """

    value_cents: int
    lot_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What is known on the day of a plan.

    ``lots`` are all open lots of all accounts, tax-deferred ones included, in the books' order:
    by household and rank, the sub-lots of one lot with the adjusted ones first.
    ``acquisitions`` holds at least every acquisition of the last 30 days, sold or not, and
    ``waiting_losses`` every loss whose window is open.  ``strict_identity`` counts securities on
    one index as identical, ``book_identity`` is what the books were booked by.  ``profiles`` maps
    tax returns to their rates of the year of ``as_of``.  ``barred`` names lots that are never
    harvested for a reason that only the books know.  ``pending_dividends`` are dividends on open
    lots that a sale on the as-of date would leave ordinary.

    ``rule`` is the book's, and ``rules`` has those of the returns that have their own.  ``years``
    maps returns to the tax of the year of ``as_of`` and ``so_far`` to what they have realized in
    it.  ``volatility_ppm`` is annual, by symbol, and ``tracking_ppm`` that of the difference
    between a security and its proxy, in 1e-6; what is not known is left out.  ``averaged`` are
    positions (account, symbol) at average basis: their shares leave oldest first;
    ``held_swaps`` are proxies of earlier harvests.  ``aside`` has what is held besides ``lots``,
    where lots that no plan could sell are left out of them (``plan.screen``).
    """

    as_of: date
    accounts: tuple[Account, ...]
    securities: Mapping[str, Security]
    strict_identity: Identity
    book_identity: Identity
    lots: Sequence[OpenLot]
    acquisitions: Sequence[Acquisition]
    waiting_losses: Sequence[WaitingLoss]
    quotes: Mapping[str, Quote]
    profiles: Mapping[str, TaxProfile] = field(default_factory=dict)
    proxies: Sequence[Proxy] = ()
    scheduled: Sequence[ScheduledEvent] = ()
    policy: Policy = field(default_factory=Policy)
    rule: HarvestRule = field(default_factory=HarvestRule)
    barred: Mapping[str, Reason] = field(default_factory=dict)
    pending_dividends: Sequence[PendingDividend] = ()
    rules: Mapping[str, HarvestRule] = field(default_factory=dict)
    years: Mapping[str, YearTax] = field(default_factory=dict)
    so_far: Mapping[str, YearSoFar] = field(default_factory=dict)
    volatility_ppm: Mapping[str, int] = field(default_factory=dict)
    tracking_ppm: Mapping[tuple[str, str], int] = field(default_factory=dict)
    averaged: frozenset[Position] = frozenset()
    held_swaps: Sequence[HeldSwap] = ()
    aside: Mapping[Position, Aside] = field(default_factory=dict)

    @property
    def day(self) -> int:
        """The as-of date as a day number."""
        return day_of(self.as_of)

    @property
    def identity(self) -> Identity:
        """Which securities this plan holds to be identical: the strict reading unless told.

        An opinion on two funds of one index holds for the guard, proxies and restrictions alike.
        """
        if self.rule.allow_same_index or not self.rule.strict:
            return self.book_identity
        strict, book = self.strict_identity, self.book_identity
        return apart_by_opinion(strict, book, self.proxies, self.as_of)


@dataclass(frozen=True, slots=True)
class Index:
    """Accounts, securities and families of a situation, looked up in one step.

    ``party`` maps an account to its wash-sale party, ``members`` a family of the plan's identity
    to its symbols in order of name, ``household_places`` a household to its place in the book,
    ``pending_dividends`` a lot's id to the dividends that its sale would spoil.
    """

    situation: Situation
    identity: Identity
    accounts: Mapping[str, Account]
    party: Mapping[str, str]
    members: Mapping[str, Sequence[str]]
    household_places: Mapping[str, int]
    pending_dividends: Mapping[str, Sequence[PendingDividend]]

    def security(self, symbol: str) -> Security:
        """The security; one that is not listed is a stock."""
        return self.situation.securities.get(symbol) or Security(symbol=symbol)

    def rule_of(self, account: Account) -> HarvestRule:
        """The rule of the return on which an account's losses are netted."""
        situation = self.situation
        return situation.rules.get(account.tax_return, situation.rule)

    def relatives(self, symbol: str) -> Sequence[str]:
        """The symbols of a symbol's family, itself included."""
        return self.members.get(self.identity.family(symbol), (symbol,))

    def replaces(self, acquired: str, sold: str) -> bool:
        """Whether acquiring one security replaces a loss of the as-of date on another."""
        return self.identity.replaces(acquired, sold, self.situation.day)

    def is_sold_whole(self, position: Position) -> bool:
        """Whether a position is sold as a whole or not at all: by the rule, or averaged."""
        account, _ = position
        rule = self.rule_of(self.accounts[account])
        return rule.sell is Extent.WHOLE_POSITION or position in self.situation.averaged

    def reinvests(self, account: Account, symbol: str) -> bool:
        """Whether dividends of a security are reinvested in an account."""
        return account.drip or self.security(symbol).drip


def index_of(situation: Situation) -> Index:
    """Index a situation."""
    identity = situation.identity
    members: dict[str, list[str]] = {}
    for symbol, family in sorted(identity.families.items()):
        members.setdefault(family, []).append(symbol)
    dividends: dict[str, list[PendingDividend]] = {}
    for dividend in situation.pending_dividends:
        dividends.setdefault(dividend.lot_id, []).append(dividend)
    households = dict.fromkeys(account.household for account in situation.accounts)
    return Index(
        situation=situation,
        identity=identity,
        accounts={account.id: account for account in situation.accounts},
        party={account.id: wash_sale_party(account) for account in situation.accounts},
        members=members,
        household_places={name: place for place, name in enumerate(households)},
        pending_dividends=dividends,
    )
