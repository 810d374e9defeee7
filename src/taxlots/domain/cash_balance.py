"""Cash balances: what an account holds in cash at the end of a day, as its custodian states it."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from taxlots.domain.money import MOST_CENTS, dollars
from taxlots.domain.problem import Problem, error
from taxlots.domain.settings import date_value, scaled_value

FILE: Final = "cash.csv"
COLUMNS: Final = ("account", "date", "amount")
CENT_PLACES: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class CashBalance:
    """One row of ``cash.csv``, in cents; below zero where an account has borrowed."""

    account: str
    day: date
    amount_cents: int


def read_cash_balances(
    rows: Iterable[Mapping[str, str]], accounts: Collection[str], file: str = FILE
) -> tuple[list[CashBalance], list[Problem]]:
    """The balances of a book, and a problem for each cell that cannot be read.

    ``accounts`` are the ids that the book knows.  Rows with a problem are left out.
    """
    found: list[CashBalance] = []
    problems: list[Problem] = []
    for line, row in enumerate(rows, 2):
        balance, bad = _balance(row, accounts, f"{file}:{line}")
        problems += bad
        if balance is not None:
            found.append(balance)
    return found, problems


def cash_on(balances: Iterable[CashBalance], day: date) -> dict[str, CashBalance]:
    """The last balance of each account on a day or before it."""
    found: dict[str, CashBalance] = {}
    for balance in balances:
        known = found.get(balance.account)
        if balance.day <= day and (known is None or known.day <= balance.day):
            found[balance.account] = balance
    return found


def _balance(
    row: Mapping[str, str], accounts: Collection[str], where: str
) -> tuple[CashBalance | None, list[Problem]]:
    problems = []
    account = row.get("account", "")
    if account not in accounts:
        message, remedy = f"There is no account {account!r}.", "Name an account of accounts.csv."
        problems.append(error(f"{where}:account", "UNKNOWN_ACCOUNT", message, remedy))
    day = date_value(row.get("date", ""))
    if day is None:
        message, remedy = f"{row.get('date', '')!r} is not a date.", "Write dates as YYYY-MM-DD."
        problems.append(error(f"{where}:date", "BAD_DATE", message, remedy))
    cents = scaled_value(row.get("amount", ""), CENT_PLACES)
    if cents is not None and abs(cents) > MOST_CENTS:
        message = f"{row.get('amount', '')!r} is more than the {dollars(MOST_CENTS)} of a book."
        remedy = "Write the balance in dollars, as 1234.56."
        problems.append(error(f"{where}:amount", "BAD_AMOUNT", message, remedy))
    if cents is None:
        message = f"{row.get('amount', '')!r} is no amount of dollars with at most two decimals."
        remedy = "Write 1234.56, or -1234.56 where the account has borrowed."
        problems.append(error(f"{where}:amount", "BAD_AMOUNT", message, remedy))
    if problems or day is None or cents is None:
        return None, problems
    return CashBalance(account=account, day=day, amount_cents=cents), []
