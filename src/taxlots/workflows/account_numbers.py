"""Account numbers in messages: all but the last four characters are masked."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Final

from taxlots.domain.problem import TaxlotsError
from taxlots.ledger.folder import Folder
from taxlots.workflows.gather import gather

SHOWN: Final = 4
NUMBER_LIKE: Final = re.compile(r"(?=(?:[^0-9]*[0-9]){5})[0-9A-Za-z-]+", re.ASCII)
"""An id with five digits or more may be the custodian's own number for the account."""


def mask_of(book: str | None) -> Callable[[str], str]:
    """What masks the account numbers of a book in a text; it changes nothing without a book."""
    numbers = [name for name in _accounts_of(book) if NUMBER_LIKE.fullmatch(name)] if book else []
    if not numbers:
        return str
    longest_first = sorted(numbers, key=len, reverse=True)
    found = re.compile(rf"(?<![\w-])({'|'.join(map(re.escape, longest_first))})(?![\w-])")
    return lambda text: found.sub(lambda match: masked(match[0]), text)


def masked(number: str) -> str:
    """An account number that shows its last four characters only."""
    return f"...{number[-SHOWN:]}"


def shown_account(name: str) -> str:
    """An account as a letter names it: masked if its id looks like the custodian's number."""
    return masked(name) if NUMBER_LIKE.fullmatch(name) else name


def _accounts_of(book: str) -> set[str]:
    """Every account that the book lists or that its transactions name."""
    try:
        record, _ = gather(book)
    except TaxlotsError:
        return set()
    if record is None:
        return {row["account"] for row in Folder(Path(book)).rows("accounts", ("account",))}
    names = {account.id for account in record.accounts}
    for column in ("account", "to_account"):
        if column in record.transactions.column_names:
            names |= {str(name) for name in record.transactions.column(column).unique().to_pylist()}
    return names
