"""Whom a report on a recorded run is for: one household, or one account of it."""

from __future__ import annotations

from dataclasses import dataclass

from taxlots.domain.account import Account
from taxlots.domain.order import closes_lots
from taxlots.domain.problem import UsageError
from taxlots.plan.reviewed import ReviewedOrder
from taxlots.workflows.named_accounts import check_named
from taxlots.workflows.run_results import RunResults


@dataclass(frozen=True, slots=True)
class RunScope:
    """A household, or an account of it, with its signed or executed orders.

    ``account`` is blank for all of the household; ``accounts`` are always all of the household's.
    """

    household: str
    account: str
    accounts: tuple[Account, ...]
    orders: tuple[ReviewedOrder, ...]


def run_scope(found: RunResults, household: str, account: str) -> RunScope:
    """Whom a report is for; without names, the one household that the run trades for.

    Raises UsageError where there are several, and where nothing is sold for them.
    """
    accounts = found.books.record.accounts
    check_named(accounts, [account or None])
    households = {one.id: one.household for one in accounts}
    traded = dict.fromkeys(one.order.household for one in found.orders)
    name = households[account] if account else household
    if household and name != household:
        raise UsageError(f"account {account} is not of the household {household!r}")
    if not name:
        if len(traded) > 1:
            raise UsageError(
                f"{found.run.label} trades for {len(traded)} households; name one with"
                f" --household: {', '.join(traded)}"
            )
        name = next(iter(traded))
    orders = tuple(
        one
        for one in found.orders
        if one.order.household == name and account in ("", one.order.account)
    )
    if not any(closes_lots(one.order.side) for one in orders):
        whom = f"account {account}" if account else f"the household {name!r}"
        raise UsageError(
            f"{found.run.label} has no signed sale for {whom}; it has some for {', '.join(traded)}"
        )
    mine = tuple(one for one in accounts if one.household == name)
    return RunScope(name, account, mine, orders)
