"""Asking the guard before an order: what a purchase or a sale of the as-of day would disallow."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from taxlots.book.booking import Books
from taxlots.book.desk import OWED
from taxlots.book.record import Record, WaitingLoss
from taxlots.domain.account import Account
from taxlots.domain.calendar import date_of
from taxlots.domain.harvest_run import RunOrder
from taxlots.domain.money import SHARE, scaled, shares
from taxlots.domain.problem import DataError, Problem, Severity, UsageError
from taxlots.domain.scheduled import read_scheduled
from taxlots.market_data.calendars import settlement_day
from taxlots.plan.considered_trades import ConsideredSale, considered_purchase, considered_sale
from taxlots.plan.selection import SaleRequest
from taxlots.plan.situation import Situation
from taxlots.plan.trade_check import TradeCheck, TradeSide
from taxlots.plan.trade_guard import TradeGuard, realizes_losses
from taxlots.workflows.approved_orders import (
    approved_orders,
    expected_purchases,
    planned_losses,
)
from taxlots.workflows.gather import gather
from taxlots.workflows.guard_drift import told_of_drift
from taxlots.workflows.harvest import situation_of
from taxlots.workflows.market_of_day import MarketOfDay
from taxlots.workflows.named_accounts import check_named, named_account
from taxlots.workflows.narrowed_record import households_of
from taxlots.workflows.replay import replay_record
from taxlots.workflows.trade_price import last_close


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeAsked:
    """A trade that somebody thinks of, in text.

    A blank quantity is any of a purchase, and the whole position of a sale; a blank price is the
    last close.  ``method`` and ``lots`` are those that the sale names, if any.
    """

    side: TradeSide
    account: str
    symbol: str
    quantity: str = ""
    price: str = ""
    method: str = ""
    lots: str = ""


@dataclass(frozen=True, slots=True)
class GuardRun:
    """The answers, and every warning on the way."""

    checks: tuple[TradeCheck, ...]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class PreparedGuard:
    """The guard of a book on a day, ready to be asked many times.

    ``situation`` is that of the books by their own rule; the guard's reads the law strictly.
    """

    guard: TradeGuard
    books: Books
    dry_runs: DryRuns
    problems: tuple[Problem, ...]
    situation: Situation

    def ask(self, asked: TradeAsked) -> TradeCheck:
        """One answer, confirmed by booking the trade in a dry run.  Raises UsageError."""
        account = self.account(asked.account)
        if asked.side is TradeSide.BUY:
            return self._purchase(account, asked)
        return self._sale(account, asked)

    def account(self, name: str) -> Account:
        """The account by its id.  Raises UsageError where there is none."""
        known = self.guard.index.accounts
        return known.get(name) or named_account(known.values(), name)

    def check_held(self, account: str, symbol: str, quantity: int | None) -> int:
        """What an account holds of a security.  Raises UsageError if that is less than asked."""
        held = self.guard.held(account, symbol)
        day = date_of(self.books.as_of).isoformat()
        if not held:
            raise UsageError(f"{account} holds no {symbol} on {day}")
        if quantity is not None and quantity > held:
            raise UsageError(
                f"{account} holds {shares(held)} {symbol} on {day};"
                f" {shares(quantity)} are asked for"
            )
        return held

    def _purchase(self, account: Account, asked: TradeAsked) -> TradeCheck:
        quantity = _number(asked.quantity, "the quantity")
        most = self.guard.most_met(account.id, asked.symbol)
        request = SaleRequest(
            account=account.id,
            symbol=asked.symbol,
            quantity=quantity or most or SHARE,
            price=_number(asked.price, "--price") or SHARE,
            day=date_of(self.books.as_of).isoformat(),
        )
        matches, problems = considered_purchase(self.books, request, settlement_day)
        if matches is None:
            raise _refused("purchase", problems)
        return self.guard.can_buy(account.id, asked.symbol, quantity, matches=matches)

    def _sale(self, account: Account, asked: TradeAsked) -> TradeCheck:
        quantity = _number(asked.quantity, "the quantity")
        held = self.check_held(account.id, asked.symbol, quantity)
        if not realizes_losses(account):
            return self.guard.assess_sale(
                account.id, asked.symbol, quantity, ConsideredSale(()), is_confirmed=True
            )
        price = _number(asked.price, "--price") or last_close(self.books, asked.symbol)
        sale = self.dry_runs.sale(
            account.id, asked.symbol, quantity or held, price, asked.method, asked.lots
        )
        return self.guard.assess_sale(account.id, asked.symbol, quantity, sale, is_confirmed=True)


@dataclass(frozen=True, slots=True)
class DryRuns:
    """Sales that are booked and forgotten again.  ``held`` is the quantity of each position."""

    books: Books
    held: Mapping[tuple[str, str], int]

    def whole_position(self, account: str, symbol: str, price: int | None) -> ConsideredSale:
        """What selling a position would close, by the account's standing method."""
        held = self.held.get((account, symbol), 0)
        if not held:
            return ConsideredSale(())
        return self.sale(account, symbol, held, price or last_close(self.books, symbol))

    def sale(
        self,
        account: str,
        symbol: str,
        quantity: int,
        price: int,
        method: str = "",
        lots: str = "",
    ) -> ConsideredSale:
        """What a sale would close, and what replaces its losses.  Raises UsageError."""
        request = SaleRequest(
            account=account,
            symbol=symbol,
            quantity=quantity,
            price=price,
            day=date_of(self.books.as_of).isoformat(),
        )
        sale, problems = considered_sale(
            self.books, request, settlement_day, method=method, lots=lots
        )
        if sale is None:
            raise _refused("sale", problems)
        return sale


def guard_trade(
    book: str,
    asked: TradeAsked,
    *,
    as_of: date | None = None,
    known_at: datetime | None = None,
) -> GuardRun:
    """Ask of one trade on the as-of day (default: the journal's last date).  Nothing is booked.

    Raises UsageError for what can't be asked so, and DataError where the book has errors.
    """
    return guard_many(book, [asked], as_of=as_of, known_at=known_at)


def guard_many(
    book: str,
    asked: Sequence[TradeAsked],
    *,
    as_of: date | None = None,
    known_at: datetime | None = None,
) -> GuardRun:
    """Ask of several trades, each by itself on the same day.  Raises UsageError and DataError."""
    names = {one.account for one in asked}
    prepared = guard_of_book(book, names, as_of=as_of, known_at=known_at)
    record, day = prepared.books.record, date_of(prepared.books.as_of)
    checks = (
        told_of_drift(prepared.ask(one), record, book, as_of=day, known_at=known_at)
        for one in asked
    )
    return GuardRun(tuple(checks), prepared.problems)


def guard_of_book(
    book: str,
    accounts: Collection[str] = (),
    *,
    as_of: date | None = None,
    known_at: datetime | None = None,
) -> PreparedGuard:
    """The guard of a book on a day: of the households of some accounts, or of all.

    Orders of recorded harvests that are approved and not executed count as if they were executed
    on that day; not where the book is asked for as it was known.  Raises UsageError and DataError.
    """
    record, problems = gather(book, known_at=known_at)
    if record is None:
        raise DataError(problems)
    check_named(record.accounts, sorted(set(accounts)))
    asked = set(accounts) or {account.id for account in record.accounts}
    books = replay_record(narrowed(record, asked), as_of)
    return prepare(books, () if known_at is not None else approved_orders(book, books))


def prepare(
    books: Books, approved: Sequence[RunOrder] = (), market: MarketOfDay | None = None
) -> PreparedGuard:
    """The guard of books on their as-of day.  Raises DataError.

    ``approved`` are orders that are signed, each with what of it is not executed yet.  ``market``
    is that of the book's prices and day, where it is known.
    """
    situation, problems = situation_of(books, market)
    if any(p.severity is Severity.ERROR for p in problems):
        raise DataError([*books.problems, *problems])
    losses = _long_losses(books, situation.waiting_losses)
    held: dict[tuple[str, str], int] = {}
    for lot in situation.lots:
        held[lot.account, lot.symbol] = held.get((lot.account, lot.symbol), 0) + lot.quantity
    dry_runs = DryRuns(books, held)
    guard = TradeGuard(
        replace(situation, waiting_losses=losses),
        planned=planned_losses(approved, situation),
        expected=expected_purchases(approved, situation),
        silent=silent_accounts(books.record),
        reliefs=dry_runs.whole_position,
    )
    return PreparedGuard(guard, books, dry_runs, (*books.problems, *problems), situation)


def narrowed(record: Record, asked: set[str]) -> Record:
    """The record of the households asked about, with what is scheduled there.

    Raises DataError where ``scheduled.csv`` has errors, whosever they are.
    """
    known = {account.id for account in record.accounts}
    _, problems = read_scheduled(record.scheduled, known)
    if problems:
        raise DataError(problems)
    mine = households_of(record, asked)
    kept = {account.id for account in mine.accounts}
    scheduled = tuple(row for row in record.scheduled if row.get("account") in kept)
    # The rules of a harvest, and what it leaves out, say nothing of a wash sale.
    return replace(mine, scheduled=scheduled, harvest={})


def silent_accounts(record: Record) -> set[str]:
    """The accounts of which the journal has no row."""
    named = set(record.transactions.column("account").unique().to_pylist())
    return {account.id for account in record.accounts} - named


def _refused(trade: str, problems: Sequence[Problem]) -> UsageError:
    """Why books that have no errors cannot book a trade: it was asked for wrongly."""
    first = next(p for p in problems if p.severity is Severity.ERROR)
    said = re.sub(r"^[Tt]ransaction 'considered-\d+': ", "", first.message).rstrip(".")
    return UsageError(f"the {trade} cannot be booked: {said}; {first.remedy}")


def _long_losses(books: Books, losses: Sequence[WaitingLoss]) -> list[WaitingLoss]:
    """The losses that a purchase can replace.

    What closing a short sale loses is replaced by another short sale (26 USC 1091(e)).
    """
    events = books.blueprint.tables["events"]
    rows = books.state.table("rows")
    waits = books.state.table("waits")
    owed = {
        books.journal.id(int(events["row"][rows["event"][wait["row"]]]))
        for wait in waits[waits["row"] >= 0]
        if books.blueprint.places[int(wait["position"])][2] == OWED
    }
    return [loss for loss in losses if loss.sale_id not in owed]


def _number(text: str, what: str) -> int | None:
    """A stated number above zero in units of 1e-8; None where it is blank."""
    if not text:
        return None
    stated = scaled(text, 8)
    if stated is None or stated <= 0:
        raise UsageError(f"{what} {text!r} is no number above zero; write 12.5")
    return stated
