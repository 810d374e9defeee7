"""What letters to clients are made from, whatever run they are about."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from taxlots.domain.account import Account
from taxlots.domain.calendar import date_of
from taxlots.domain.order import Side
from taxlots.plan.guard import Guard
from taxlots.plan.reviewed import ReviewedOrder
from taxlots.plan.situation import Index, index_of
from taxlots.plan.trade_sayings import Sayings
from taxlots.reports.letter_page import LetterRestriction, LetterSale
from taxlots.workflows.account_numbers import shown_account
from taxlots.workflows.guard import silent_accounts
from taxlots.workflows.harvest import situation_of
from taxlots.workflows.restrictions import restrictions_in
from taxlots.workflows.run_results import Row, RunResults, pieces_of, run_results

DO_NOT_BUY: Final = "do_not_buy"


@dataclass(frozen=True, slots=True)
class LetterSource:
    """What the letters of a run are made from, whoever they are for."""

    book: str
    found: RunResults
    index: Index
    restrictions: tuple[Row, ...]
    sayings: Sayings


@dataclass(frozen=True, slots=True)
class ToldRestrictions:
    """What a household must leave alone, and what goes with single restrictions."""

    not_to_buy: tuple[LetterRestriction, ...]
    not_to_sell: tuple[LetterRestriction, ...]
    notes: tuple[str, ...]


def letter_source(book: str, number: int) -> LetterSource:
    """Gather it.  Raises UsageError where nothing is signed, DataError where books have errors."""
    found = run_results(book, number)
    books = found.books
    situation, _ = situation_of(books)
    index = index_of(situation)
    return LetterSource(
        book=book,
        found=found,
        index=index,
        restrictions=tuple(restrictions_in(book, books)),
        sayings=Sayings(Guard(index), frozenset(silent_accounts(books.record))),
    )


def restrictions_for(source: LetterSource, accounts: Iterable[Account]) -> ToldRestrictions:
    """What the accounts of a household must leave alone."""
    names = {one.id for one in accounts}
    rows = [row for row in source.restrictions if _matters(row, source.index, names)]
    return ToldRestrictions(
        not_to_buy=tuple(_restricted(rows, names, lambda kind: kind == DO_NOT_BUY)),
        not_to_sell=tuple(_restricted(rows, names, lambda kind: kind != DO_NOT_BUY)),
        notes=tuple(_notes(rows)),
    )


def executed_sales(
    found: RunResults, sells: Sequence[ReviewedOrder]
) -> dict[str, list[LetterSale]]:
    """A row for each lot that the fills of some sales closed, as the books have it, by order."""
    ids = [f.transaction_id for one in sells for f in found.fills_of(one.order.client_order_id)]
    pieces, places = pieces_of(found.books, ids)
    return {
        one.order.client_order_id: [
            LetterSale(
                order=one.order.client_order_id,
                account=shown_account(fill.account),
                symbol=fill.symbol,
                quantity=int(pieces.quantity[at]),
                acquired=date_of(int(pieces.acquired[at])),
                term="LT" if pieces.is_long[at] else "ST",
                gain_cents=None if pieces.is_unknown[at] else int(pieces.gain[at]),
                disallowed_cents=int(pieces.disallowed[at]),
                day=fill.day,
            )
            for fill in found.fills_of(one.order.client_order_id)
            for at in places[fill.transaction_id]
        ]
        for one in sells
    }


def unexecuted_sale(one: ReviewedOrder, *, term: str, gain_cents: int | None) -> LetterSale:
    """A row for what of a sale is not executed yet, as it was planned."""
    order = one.order
    return LetterSale(
        order=order.client_order_id,
        account=shown_account(order.account),
        symbol=order.symbol,
        quantity=order.quantity - one.filled,
        acquired=day_in(order.cells.get("lot_open_date", "")),
        term=term,
        gain_cents=gain_cents,
    )


def unknown_of(source: LetterSource, orders: Iterable[ReviewedOrder]) -> list[str]:
    """What of these trades nobody can know from the book."""
    told: dict[str, None] = {}
    for one in orders:
        order = one.order
        if order.side is Side.SELL:
            holder = source.index.accounts[order.account]
            told |= dict.fromkeys(source.sayings.unknown_of_purchase(holder, order.symbol))
    return [f"{said[0].upper()}{said[1:]}." for said in told]


def described(account: Account) -> str:
    """An account as a letter names it: its id and its kind."""
    kind = str(account.kind).replace("_", " ").replace("ira", "IRA")
    return f"{shown_account(account.id)} ({kind})"


def day_in(text: str) -> date | None:
    """A day in a cell; None where it is blank."""
    return date.fromisoformat(text) if text else None


def _notes(rows: Sequence[Row]) -> dict[str, None]:
    """What goes with single restrictions, each once."""
    told = (
        f"{row['symbol']} in {shown_account(row['account'])}: {row['note']}"
        for row in rows
        if row["note"]
    )
    return dict.fromkeys(told)


def _matters(row: Row, index: Index, accounts: set[str]) -> bool:
    """Whether a restriction is one for the client: no loss counts in a tax-deferred account."""
    account = row["account"]
    if account not in accounts:
        return False
    return row["restriction"] == DO_NOT_BUY or not index.accounts[account].kind.is_tax_deferred


def _restricted(
    rows: Sequence[Row], accounts: set[str], wanted: Callable[[str], bool]
) -> Iterator[LetterRestriction]:
    """Restrictions of one kind: what is alike for the same accounts and days is one row."""
    where: dict[tuple[str, str, str], list[str]] = {}
    for row in rows:
        if wanted(row["restriction"]):
            where.setdefault((row["until"], row["force"], row["symbol"]), []).append(row["account"])
    alike: dict[tuple[str, str, tuple[str, ...]], list[str]] = {}
    for (until, force, symbol), found in where.items():
        alike.setdefault((until, force, tuple(found)), []).append(symbol)
    for (until, force, names), symbols in sorted(alike.items()):
        yield LetterRestriction(
            symbols=tuple(sorted(symbols)),
            until=date.fromisoformat(until),
            accounts=tuple(shown_account(name) for name in names),
            is_everywhere=set(names) == accounts,
            is_advice=force == "advised",
        )
