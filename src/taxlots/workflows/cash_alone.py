"""Whose accounts are rebalanced, and which households that hold cash alone have some to invest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from taxlots.domain.account import Account, AccountKind
from taxlots.domain.calendar import date_of
from taxlots.domain.cash_balance import cash_on, read_cash_balances
from taxlots.domain.household import PARTY_OWNERS
from taxlots.domain.rebalance_rule import RebalanceRule

if TYPE_CHECKING:
    from taxlots.book.booking import Books


def is_rebalanced(account: Account) -> bool:
    """Whether a rebalance trades in an account: one of the party, not marked to market."""
    return account.owner in PARTY_OWNERS and account.kind is not AccountKind.TAXABLE_MTM_475


def sentences_of_others(accounts: Iterable[Account]) -> Iterator[str]:
    """Each account of a household that no rebalance trades in or counts, with the reason."""
    for one in accounts:
        if one.owner not in PARTY_OWNERS:
            yield f"account {one.id} is left out: its owner ({one.owner}) is not of the household"
        elif not is_rebalanced(one):
            yield (
                f"account {one.id} is left out: it is marked to market (26 USC 475), and what is in"
                " it counts for no target"
            )


def with_cash(books: Books) -> frozenset[str]:
    """The households whose rebalanced accounts have cash by ``cash.csv``, on the books' day."""
    household = {one.id: one.household for one in books.record.accounts if is_rebalanced(one)}
    balances, _ = read_cash_balances(books.record.cash, household)
    found: dict[str, int] = {}
    for account, balance in cash_on(balances, date_of(books.as_of)).items():
        name = household[account]
        found[name] = found.get(name, 0) + balance.amount_cents
    return frozenset(name for name, cents in found.items() if cents > 0)


def needs_holdings(rule: RebalanceRule) -> bool:
    """Whether targets of a day follow from holdings: illiquid classes, and the volatility target.

    They are weights, or a mix, of what is held; cash alone has none.
    """
    of_targets = rule.targets.illiquid or (rule.targets.calls and rule.targets.call_reserve)
    return bool(of_targets or rule.timing.volatility_target)
