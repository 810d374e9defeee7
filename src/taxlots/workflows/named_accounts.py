"""Accounts that somebody names: looked up, or told which ones there are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from taxlots.domain.account import Account
from taxlots.domain.problem import UsageError


def named_account(accounts: Iterable[Account], name: str) -> Account:
    """The account by its id.  Raises UsageError where there is none."""
    known = {account.id: account for account in accounts}
    if name not in known:
        raise UsageError(f"the book has no account {name!r}; it has {', '.join(known)}")
    return known[name]


def check_named(accounts: Sequence[Account], names: Iterable[str | None]) -> None:
    """Raise UsageError for the first name that no account has; None names none."""
    for name in names:
        if name is not None:
            named_account(accounts, name)
