"""Accounts and households that somebody names: looked up, or told which ones there are."""

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


def check_household(known: Sequence[str], household: str | None) -> None:
    """Raise UsageError for a household that no account is of; None names none."""
    if not known:
        raise UsageError("the book has no account: import its accounts and transactions first")
    if household is not None and household not in known:
        raise UsageError(f"the book has no household {household!r}; it has {', '.join(known)}")


def one_household(accounts: Iterable[Account], household: str | None) -> str:
    """The household that is named, or the only one.  Raises UsageError where that is not clear."""
    known = list(dict.fromkeys(account.household for account in accounts))
    check_household(known, household)
    if household is None and len(known) > 1:
        raise UsageError(f"the book has {len(known)} households; name one with --household")
    return household or known[0]
