"""Which account of a file is read, where the file tells accounts."""

from collections.abc import Sequence

from taxlots.brokers.findings import Findings
from taxlots.brokers.text import masked


def chosen_account(
    told: Sequence[str], wanted: str | None, line: int, column: str, findings: Findings
) -> str | None:
    """The account to read of those that the file tells; None with an error noted.

    ``told`` are the accounts as the file writes them, repetitions and blanks included; blank is
    returned where it tells none.  ``wanted`` is the protocol's ``statement_account``.
    """
    accounts = list(dict.fromkeys(account for account in told if account))
    shown = ", ".join(masked(account) for account in accounts) or "no account number at all"
    if wanted is not None and wanted.strip() not in accounts:
        findings.error(
            line,
            column,
            "NO_SUCH_ACCOUNT",
            f"The file holds no account '{masked(wanted.strip())}', but {shown}.",
            "Name the account as the file writes it, or leave it out for a file of one account.",
        )
        return None
    if wanted is not None:
        return wanted.strip()
    if len(accounts) > 1:
        findings.error(
            line,
            column,
            "SEVERAL_ACCOUNTS",
            f"The file holds {len(accounts)} accounts: {shown}.",
            "Import them one by one, each with its number as the file writes it and the id of the"
            " account in your book.",
        )
        return None
    return accounts[0] if accounts else ""
