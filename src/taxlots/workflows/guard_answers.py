"""The guard in the Python API: answers as exact decimals, and a guard that is prepared once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any

from taxlots.domain.money import CENTS_PER_DOLLAR, SHARE, shares
from taxlots.domain.problem import Problem, UsageError
from taxlots.domain.settings import scaled_value

if TYPE_CHECKING:
    from taxlots.plan.trade_check import TradeCheck
    from taxlots.workflows.guard import PreparedGuard

Amount = str | int | float | Decimal


@dataclass(frozen=True)
class GuardAnswer:
    """What the guard says of one trade; see ``taxlots guard``.

    ``check`` has it in integers; ``problems`` are the warnings of the book.
    """

    check: TradeCheck
    problems: tuple[Problem, ...] = ()

    @property
    def verdict(self) -> str:
        """``ok``, ``partial`` or ``blocked``."""
        return str(self.check.verdict)

    @property
    def is_ok(self) -> bool:
        """Whether no loss is at stake, as far as is known."""
        return self.verdict == "ok"

    @property
    def quantity(self) -> Decimal:
        """Shares at stake."""
        return Decimal(self.check.at_stake.quantity) / SHARE

    @property
    def loss_at_stake(self) -> Decimal:
        """Dollars of loss that would be disallowed under the strictest reading."""
        return Decimal(self.check.at_stake.loss_cents) / CENTS_PER_DOLLAR

    @property
    def permanent(self) -> Decimal:
        """Dollars of it that would be gone for good."""
        return Decimal(self.check.at_stake.permanent_cents) / CENTS_PER_DOLLAR

    @property
    def safe_date(self) -> date:
        """The first day on which nothing that is known stands in the way."""
        return self.check.safe_date

    @property
    def unknown(self) -> tuple[str, ...]:
        """What the verdict does not know, in sentences."""
        return self.check.unknown

    @property
    def told(self) -> tuple[str, ...]:
        """What else should be known, in sentences."""
        return self.check.told

    @cached_property
    def json(self) -> dict[str, Any]:
        """What ``taxlots guard --json`` prints; ``because`` has the transactions in the way."""
        from taxlots.reports.guard import guard_json

        return guard_json(self.check)


@dataclass(frozen=True)
class BookGuard:
    """A guard prepared for one day of a book: it answers without reading or booking anything anew.

    The first sale that is asked of a position at a price books its lots once.
    """

    prepared: PreparedGuard

    def can_buy(self, account: str, symbol: str, quantity: Amount | None = None) -> GuardAnswer:
        """Whether a purchase (of any quantity, where none is stated) would disallow a loss.

        Raises UsageError for an account that the book does not have.
        """
        self.prepared.account(account)
        check = self.prepared.guard.can_buy(account, symbol, units(quantity))
        return GuardAnswer(check, self.prepared.problems)

    def can_sell(
        self,
        account: str,
        symbol: str,
        quantity: Amount | None = None,
        *,
        price: Amount | None = None,
    ) -> GuardAnswer:
        """Whether a sale by the standing method (of everything, by default) keeps its loss.

        The price is the last close unless stated.  Raises UsageError for what can't be sold.
        """
        self.prepared.account(account)
        asked = units(quantity)
        self.prepared.check_held(account, symbol, asked)
        check = self.prepared.guard.can_sell(account, symbol, asked, units(price))
        return GuardAnswer(check, self.prepared.problems)


def units(amount: Amount | None) -> int | None:
    """A number above zero in 1e-8; None where it is left out.  Raises UsageError."""
    if amount is None:
        return None
    value = scaled_value(amount, 8)
    if value is None or value <= 0:
        raise UsageError(f"{str(amount)[:40]!r} is no number above zero; write 12.5")
    return value


def text_of(amount: Amount | None) -> str:
    """A number above zero as the commands take it; blank where it is left out."""
    value = units(amount)
    return "" if value is None else shares(value)
