"""The budget that a book states, and what a return has realized of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from taxlots.book.return_income import capital_items
from taxlots.book.standing import last_splits, open_lots
from taxlots.domain.calendar import date_of, day_of
from taxlots.plan.appraisal import market_value_cents
from taxlots.plan.budgets import Budget, from_mapping
from taxlots.workflows.market_of_day import same_history

if TYPE_CHECKING:
    from taxlots.book.booking import Books
    from taxlots.book.record import Record
    from taxlots.domain.problem import Problem
    from taxlots.workflows.tax import Chain


def stated_budget(record: Record) -> tuple[Budget, list[Problem]]:
    """``[rebalance.budget]`` of a book, and a problem for each key that is wrong."""
    stated = record.rebalance.get("budget", {})
    return from_mapping(stated if isinstance(stated, Mapping) else {"budget": stated})


def holdings_cents(books: Books) -> dict[str, int]:
    """What each return holds in taxable accounts, at the last closes, in cents.

    What has no close since its last split is left out.
    """
    accounts = {account.id: account for account in books.record.accounts}
    history, _ = same_history(books.record.prices)
    splits, as_of = last_splits(books), date_of(books.as_of)
    held = {account.tax_return: 0 for account in accounts.values()}
    for lot in open_lots(books):
        account = accounts[lot.account]
        quote = None if account.kind.is_tax_deferred else history.last_close(lot.symbol, as_of)
        if quote is None or day_of(quote.day) < splits.get(lot.symbol, 0):
            continue
        security = books.record.securities.get(lot.symbol)
        multiplier = 1 if security is None else security.multiplier
        held[account.tax_return] += market_value_cents(lot.quantity, multiplier, quote.close)
    return held


def realized_so_far(chain: Chain, tax_return: str, year: int) -> tuple[int, int]:
    """The short-term and the long-term net gain of a return's year so far, in cents."""
    items = chain.items(year).get(tax_return)
    return (0, 0) if items is None else capital_items(chain.profiles(year).get(tax_return), items)
