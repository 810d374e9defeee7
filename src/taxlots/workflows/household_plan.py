"""One household on a day, as plans over all its accounts see it: guard, targets, values, taxes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property

from taxlots.book.record import OpenLot
from taxlots.domain.account import Account
from taxlots.domain.cash_balance import CashBalance, cash_on, read_cash_balances
from taxlots.domain.household import PARTY_OWNERS
from taxlots.domain.problem import DataError, Problem, Severity, UsageError, error
from taxlots.domain.quote import Quote
from taxlots.domain.target import targets_from
from taxlots.domain.verdict import Reason
from taxlots.plan.appraisal import Appraisal, appraise
from taxlots.plan.cash_flow import Offer
from taxlots.plan.situation import Index, Situation
from taxlots.plan.sleeves import Sleeves, Worths, reweighted, sleeves_of, worths_of
from taxlots.plan.trade_check import TradeCheck
from taxlots.reports.drift import HouseholdDrift
from taxlots.workflows.guard import PreparedGuard, guard_of_book
from taxlots.workflows.market_of_day import same_market
from taxlots.workflows.named_accounts import one_household
from taxlots.workflows.target_clashes import targets_clash

NEVER_SOLD = (
    Reason.BASIS_UNKNOWN,
    Reason.BASIS_PENDING,
    Reason.ESPP_WITHOUT_INCOME,
    Reason.AGAINST_SHORT,
    Reason.UNSETTLED,
    Reason.NO_PRICE,
    Reason.STALE_PRICE,
    Reason.MTM_475,
    Reason.SECTION_1256,
)
"""Why a plan over targets leaves a lot alone."""


@dataclass(frozen=True)
class HouseholdPlan:
    """What planning over one household starts from.

    ``accounts`` are those of the household, ``lots`` what they hold, ``quotes`` the last closes of
    every listed security.  ``is_narrowed``: the record knows this household alone.
    ``drifted`` is its drift on the day of the plan, where that is known.
    """

    name: str
    prepared: PreparedGuard
    sleeves: Sleeves
    quotes: Mapping[str, Quote]
    problems: tuple[Problem, ...]
    is_narrowed: bool = False
    drifted: HouseholdDrift | None = None

    @property
    def index(self) -> Index:
        """The situation, looked up."""
        return self.prepared.guard.index

    @property
    def situation(self) -> Situation:
        """The situation that the guard sees."""
        return self.index.situation

    @property
    def as_of(self) -> date:
        """The day of the plan."""
        return self.situation.as_of

    @cached_property
    def accounts(self) -> tuple[Account, ...]:
        """The accounts of the household, in the book's order."""
        return tuple(a for a in self.situation.accounts if a.household == self.name)

    @cached_property
    def lots(self) -> tuple[OpenLot, ...]:
        """The open lots of the household."""
        return tuple(lot for lot in self.situation.lots if lot.household == self.name)

    @cached_property
    def worths(self) -> Worths:
        """The value of each of its positions."""
        return worths_of(self.situation, self.lots)

    @cached_property
    def balances(self) -> Mapping[str, CashBalance]:
        """The last balance of each account of the household in ``cash.csv``.

        Raises DataError for balances that cannot be read.
        """
        known = set(self.index.accounts)
        rows = [
            row
            for row in self.prepared.books.record.cash
            if row.get("account") in known or not self.is_narrowed
        ]
        balances, problems = read_cash_balances(rows, known)
        if problems:
            raise DataError(problems)
        mine = {a.id for a in self.accounts}
        last = cash_on(balances, self.as_of)
        return {name: one for name, one in last.items() if name in mine}

    @property
    def cash(self) -> Mapping[str, int]:
        """What each account holds in cash, in cents; those without a balance are left out."""
        return {name: one.amount_cents for name, one in self.balances.items()}

    def is_party(self, account: Account) -> bool:
        """Whether an account belongs to those whose money a household plan moves."""
        return account.owner in PARTY_OWNERS

    def appraised(self) -> Iterator[tuple[OpenLot, Appraisal]]:
        """The lots that may be sold, each at its last close."""
        for lot in self.lots:
            seen = appraise(lot, self.index)
            if seen.bar not in NEVER_SOLD and seen.market_value_cents:
                yield lot, seen

    def offer(self, symbol: str) -> Offer | None:
        """A security at its last close; None without a fresh one."""
        quote = self.quotes.get(symbol)
        if quote is None or quote.is_stale or quote.close <= 0:
            return None
        return Offer(
            symbol=symbol, price=quote.close, multiplier=self.index.security(symbol).multiplier
        )

    def buy_check(self, account: str, symbol: str) -> TradeCheck:
        """What the guard says of any purchase."""
        return self.prepared.guard.can_buy(account, symbol)

    @cached_property
    def symbols_at_a_loss(self) -> frozenset[str]:
        """Securities of which a taxable account holds a lot that a harvest could sell."""
        return frozenset(
            lot.symbol
            for lot in self.lots
            if not self.index.accounts[lot.account].kind.is_tax_deferred
            and appraise(lot, self.index).loss_cents > 0
        )

    def spoils_harvest(self, symbol: str) -> str:
        """The security at a loss that a purchase of a symbol would replace; blank if none."""
        at_a_loss = self.symbols_at_a_loss
        # What replaces a security is of its family.
        relatives = at_a_loss.intersection(self.index.relatives(symbol)) if at_a_loss else ()
        for other in sorted(relatives):
            if self.index.replaces(symbol, other):
                return other
        return ""


def household_plan(
    book: str,
    *,
    account: str | None = None,
    household: str | None = None,
    as_of: date | None = None,
    known_at: datetime | None = None,
    is_funded: bool = False,
) -> HouseholdPlan:
    """The household that is named, that of the account that is named, or the only one.

    With ``is_funded`` it may hold nothing yet.  Raises UsageError where nobody says which one, and
    DataError for a book with errors or a household without targets.
    """
    prepared = guard_of_book(
        book, () if account is None else (account,), as_of=as_of, known_at=known_at
    )
    plan = plan_of(prepared, _household(prepared, account, household))
    plan = replace(plan, is_narrowed=account is not None)
    if not prepared.books.record.rebalance.get("targets"):
        return plan
    drifted = drift_of_plan(plan, is_funded=is_funded)
    return replace(with_targets_of_day(plan, drifted), drifted=drifted)


def drift_of_plan(plan: HouseholdPlan, *, is_funded: bool) -> HouseholdDrift:
    """The drift of a household on the day of its plan: what is known of it, else by its books.

    ``is_funded``: it has cash to invest, and may hold nothing beside it.  Raises DataError for
    targets that contradict themselves, and for a household that holds nothing and is not funded.
    """
    from taxlots.workflows.drift import drift_of_books

    if plan.drifted is not None and (plan.drifted.value_cents or is_funded):
        return plan.drifted
    funded = (plan.name,) if is_funded else ()
    return drift_of_books(plan.prepared.books, plan.name, funded=funded).households[0]


def plan_of(prepared: PreparedGuard, name: str) -> HouseholdPlan:
    """A household of books that are prepared, with the targets that its rows state.

    Raises DataError for targets and prices that cannot be read, and without targets.
    """
    record = prepared.books.record
    targets, problems = targets_from(record.targets)
    if any(problem.severity is Severity.ERROR for problem in problems):
        raise DataError([*prepared.problems, *problems])
    situation = prepared.guard.index.situation
    try:
        sleeves = sleeves_of(targets, name, situation.as_of, record.securities)
    except UsageError as fault:
        raise DataError([targets_clash(name, fault), *prepared.problems]) from fault
    if len(sleeves.items) == 1:
        missing = error(
            "targets.csv",
            "NO_TARGETS",
            f"No row speaks of the household {name!r}.",
            "Write a row for each asset class: household,asset_class,weight.",
        )
        raise DataError([missing, *prepared.problems])
    market = same_market(record.prices, situation.as_of)
    if any(problem.severity is Severity.ERROR for problem in market.problems):
        raise DataError([*prepared.problems, *market.problems])
    quotes = dict(situation.quotes)
    for symbol in {*record.securities, *sleeves.names} - set(quotes):
        quote = market.quote(symbol)
        if quote is not None:
            quotes[symbol] = quote
    return HouseholdPlan(name, prepared, sleeves, quotes, (*prepared.problems, *problems))


def with_targets_of_day(plan: HouseholdPlan, drifted: HouseholdDrift) -> HouseholdPlan:
    """A plan with the targets that ``[rebalance.targets]`` makes of the rows, as drift has them."""
    targets = {line.name: line.target for line in drifted.lines}
    return replace(plan, sleeves=reweighted(plan.sleeves, targets))


def _household(prepared: PreparedGuard, account: str | None, household: str | None) -> str:
    accounts = prepared.guard.index.accounts
    if account is not None:
        own = accounts[account].household
        if household not in (None, own):
            raise UsageError(f"{account} is of the household {own}, not of {household}")
        return own
    return one_household(accounts.values(), household)
