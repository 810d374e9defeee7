"""What somebody asks of ``taxlots rebalance``, and the cash that its accounts have and need."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from taxlots.domain.account import Account
from taxlots.domain.money import dollars
from taxlots.domain.problem import DataError, UsageError, error
from taxlots.plan.rebalance.household_portfolio import CashNeeds
from taxlots.plan.rebalance.positions import Position
from taxlots.workflows.cash_asked import cents_of, check_settles_by, only_taxable
from taxlots.workflows.household_plan import HouseholdPlan
from taxlots.workflows.unused_options import check_used

STALE_CASH_DAYS = 7
"""A balance older than this is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RebalanceAsked:
    """A rebalance, in text; blank where nothing of the kind is asked.

    ``deposit`` comes into ``account`` on the day of the plan, ``withdraw`` is taken by ``by`` from
    ``account``, or from any taxable one.  ``objective`` says what is weighed (blank: what the
    book says), and ``risk_model`` names a folder with a risk model (blank: none).  ``tranches`` and
    ``schedule`` are how its trades are worked, None and blank as the book says.  With
    ``overlay`` the contracts of ``[rebalance.overlay]`` are part of the plan; their file is in the
    folder ``market``, or in the book's.  Raises UsageError for what clashes or goes with nothing.
    """

    deposit: str = ""
    withdraw: str = ""
    by: date | None = None
    account: str | None = None
    household: str | None = None
    objective: str = ""
    risk_model: str = ""
    tranches: int | None = None
    schedule: str = ""
    overlay: bool = False
    market: Path | None = None

    def __post_init__(self) -> None:
        if self.deposit and self.withdraw:
            raise UsageError("--cash and --withdraw ask different things; ask one at a time")
        if not self.withdraw:
            why = "without --withdraw: it is the day by which that money is needed"
            check_used({"--by": self.by}, why)
        if not self.deposit and not self.withdraw:
            why = (
                "without --cash or --withdraw: it is where that money comes in or goes out, and a"
                " plan is of all accounts of a household, which --household names"
            )
            check_used({"--account": self.account}, why)


@dataclass(frozen=True, slots=True)
class AskedCash:
    """The cash of a household and what is needed of it, with what is assumed, in sentences."""

    needs: CashNeeds
    told: tuple[str, ...]


def cash_of(plan: HouseholdPlan, asked: RebalanceAsked, accounts: Sequence[Account]) -> AskedCash:
    """What accounts have, with what is asked to come or go.

    Raises UsageError for what cannot be asked so, DataError for balances that cannot be read.
    """
    now, told = _balances(plan, accounts)
    if asked.account is not None and asked.account not in now:
        raise UsageError(
            f"--account {asked.account} is not rebalanced: name one of {', '.join(now)}"
        )
    floors: dict[tuple[str, ...], int] = {}
    taxable = [one.id for one in accounts if not one.kind.is_tax_deferred]
    if asked.deposit:
        name = asked.account or only_taxable(plan)
        now[name] += cents_of(asked.deposit, "--cash")
    if asked.withdraw:
        check_settles_by(plan, asked.by)
        group = (asked.account,) if asked.account else tuple(taxable)
        if not group:
            raise UsageError(
                "--withdraw: the household has no taxable account; say with --account which account"
                f" pays, whose own taxes are not weighed: {', '.join(now)}"
            )
        floors[group] = cents_of(asked.withdraw, "--withdraw")
    return AskedCash(CashNeeds(now, floors), tuple(told))


def check_withdrawal(needs: CashNeeds, positions: Sequence[Position]) -> None:
    """Raises UsageError where more is to be taken than accounts have in cash and can sell.

    So it does where people force purchases that an account cannot pay, and DataError where the
    household owes more than it holds.
    """
    _check_worth(needs, positions)
    _check_forced(needs, positions)
    for group, floor in needs.floors.items():
        cash = sum(needs.held_cents.get(name, 0) for name in group)
        sold = sum(_proceeds(one) for one in positions if one.account.id in group)
        if floor > cash + sold:
            raise UsageError(
                f"--withdraw {dollars(floor)}: {', '.join(group)} have {dollars(cash)} in cash and"
                f" {dollars(sold)} that may be sold, costs paid; the most is"
                f" {dollars(max(0, cash + sold))}"
            )


def _check_worth(needs: CashNeeds, positions: Sequence[Position]) -> None:
    held = sum(one.value_cents for one in positions)
    cash = sum(needs.held_cents.values())
    if held + cash <= 0:
        message = (
            f"Accounts hold {dollars(held)} and have {dollars(cash)} in cash: nothing is left."
        )
        remedy = "Correct the balances in cash.csv, or leave out the accounts that owe."
        raise DataError([error("cash.csv", "NOTHING_OWNED", message, remedy)])


def _check_forced(needs: CashNeeds, positions: Sequence[Position]) -> None:
    for account, cents in needs.free_cents.items():
        mine = [one for one in positions if one.account.id == account]
        forced = [one for one in mine if one.forced_cents > 0]
        price = sum(round(one.forced_cents * (1 + one.cost_rate / one.equity)) for one in forced)
        money = cents + sum(_proceeds(one) for one in mine if one not in forced)
        if forced and price > money:
            names = ", ".join(one.symbol for one in forced)
            what = "purchases and margins" if any(one.short for one in forced) else "purchases"
            raise UsageError(
                f"the forced {what} of {names} in {account} cost {dollars(price)}, and it has"
                f" {dollars(cents)} in cash and {dollars(money - cents)} that may be sold, costs"
                f" paid; the most is {dollars(max(0, money))}"
            )


def _proceeds(position: Position) -> int:
    """What a position brings if all of it that may be sold is, costs paid."""
    return int(position.sellable_cents * (1 - position.cost_rate / position.equity))


def _balances(plan: HouseholdPlan, accounts: Sequence[Account]) -> tuple[dict[str, int], list[str]]:
    found = {}
    told = []
    for account in accounts:
        balance = plan.balances.get(account.id)
        found[account.id] = 0 if balance is None else balance.amount_cents
        if balance is None:
            told.append(
                f"{account.id} has no balance by {plan.as_of} in cash.csv: it is taken to have no"
                " cash"
            )
        elif (plan.as_of - balance.day).days > STALE_CASH_DAYS:
            told.append(f"the cash of {account.id} is of {balance.day}")
    return found, told
