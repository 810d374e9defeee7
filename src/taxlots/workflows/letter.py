"""The letter to a client about a recorded harvest: gathered from the run and the books after it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from taxlots.domain.account import Account
from taxlots.domain.calendar import date_of, day_of
from taxlots.domain.harvest_run import OrderState, RunKind
from taxlots.domain.order import Side
from taxlots.domain.problem import UsageError
from taxlots.plan.guard import Guard
from taxlots.plan.restrictions import first_free_day
from taxlots.plan.reviewed import ReviewedOrder
from taxlots.plan.situation import Index, index_of
from taxlots.plan.trade_sayings import Sayings
from taxlots.reports.client_letter import (
    ClientLetter,
    LetterPurchase,
    LetterRestriction,
    LetterSale,
    LetterSaving,
    letter_pdf,
)
from taxlots.reports.folders import MANIFEST, check_folder, write_folder
from taxlots.reports.single_files import check_file, write_files
from taxlots.workflows.account_numbers import shown_account
from taxlots.workflows.guard import silent_accounts
from taxlots.workflows.harvest import situation_of
from taxlots.workflows.restrictions import restrictions_in
from taxlots.workflows.run_results import Row, RunResults, pieces_of, planned_of, run_results
from taxlots.workflows.run_scope import RunScope, run_scope

DO_NOT_BUY: Final = "do_not_buy"
LONGEST_NAME: Final = 40


@dataclass(frozen=True, slots=True)
class _Source:
    """What the letters of a harvest are made from, whoever they are for."""

    book: str
    found: RunResults
    index: Index
    restrictions: tuple[Row, ...]
    sayings: Sayings


def write_letter(
    book: str, number: int, out: Path, *, household: str = "", account: str = ""
) -> ClientLetter:
    """Write the letter of a recorded harvest to a household as a PDF, or about one account.

    Neither needs to be named where the harvest trades for one household alone.  The same book
    gives the same bytes.  Raises UsageError where nothing is signed for them and where the file
    cannot be written, and DataError where the book has errors.
    """
    check_file(out)
    letter = letter_of(book, number, household=household, account=account)
    write_files({out: letter_pdf(letter)})
    return letter


def write_letters(book: str, number: int, folder: Path) -> dict[str, ClientLetter]:
    """Write the letter to every household that a recorded harvest sells for, by file name.

    ``manifest.json`` tells which is whose.  All appear or none, in place of earlier ones.  Raises
    UsageError and DataError like ``write_letter``.
    """
    results = frozenset({MANIFEST, *_earlier(folder)})
    check_folder(folder, results)
    source = _source(book, number)
    selling = [one.order.household for one in source.found.orders if one.order.side is Side.SELL]
    letters: dict[str, ClientLetter] = {}
    for name in dict.fromkeys(selling):
        letter = _letter(source, run_scope(source.found, name, ""))
        letters[_file_name(name, len(letters) + 1)] = letter
    files: dict[str, Any] = {name: letter_pdf(letter) for name, letter in letters.items()}
    told = {name: letter.household for name, letter in letters.items()}
    run = source.found.run
    files[MANIFEST] = {"run": str(number), "plan_hash": run.plan_hash, "letters": told}
    write_folder(folder, files, results=results)
    return letters


def letter_of(book: str, number: int, *, household: str = "", account: str = "") -> ClientLetter:
    """What the letter of a recorded harvest says; see ``write_letter``."""
    source = _source(book, number)
    return _letter(source, run_scope(source.found, household, account))


def _source(book: str, number: int) -> _Source:
    found = run_results(book, number)
    if found.run.kind is not RunKind.HARVEST:
        raise UsageError(f"{found.run.label} has no letter: letters tell of harvests")
    books = found.books
    situation, _ = situation_of(books)
    index = index_of(situation)
    return _Source(
        book=book,
        found=found,
        index=index,
        restrictions=tuple(restrictions_in(book, books)),
        sayings=Sayings(Guard(index), frozenset(silent_accounts(books.record))),
    )


def _letter(source: _Source, scope: RunScope) -> ClientLetter:
    found, run = source.found, source.found.run
    record = found.books.record
    accounts = {one.id for one in scope.accounts}
    rows = [row for row in source.restrictions if _matters(row, source.index, accounts)]
    sales = tuple(_sales(found, scope.orders))
    purchases = tuple(_purchases(found, scope.orders))
    bought_for = {one.instead_of for one in purchases}
    return ClientLetter(
        book=record.name or source.book,
        household=scope.household,
        only_account=shown_account(scope.account) if scope.account else "",
        accounts=tuple(_described(one) for one in scope.accounts),
        names={s.symbol: s.name for s in record.securities.values() if s.name},
        planned=run.as_of,
        traded=found.traded,
        number=run.number,
        plan_hash=run.plan_hash,
        recorded_by=run.actor,
        approved_by=tuple(dict.fromkeys(a.actor for one in scope.orders for a in one.approvals)),
        sales=sales,
        purchases=purchases,
        kept_in_cash=tuple(dict.fromkeys(s.symbol for s in sales if s.symbol not in bought_for)),
        policies=tuple(_policies(found, scope.orders)),
        not_to_buy=tuple(_restricted(rows, accounts, lambda kind: kind == DO_NOT_BUY)),
        not_to_sell=tuple(_restricted(rows, accounts, lambda kind: kind != DO_NOT_BUY)),
        notes=tuple(_notes(rows)),
        saving=_saving(found, scope.orders),
        unknown=tuple(_unknown(source, scope.orders)),
        final_from=first_free_day(day_of(found.traded)),
    )


def _notes(rows: Sequence[Row]) -> dict[str, None]:
    """What goes with single restrictions, each once."""
    told = (
        f"{row['symbol']} in {shown_account(row['account'])}: {row['note']}"
        for row in rows
        if row["note"]
    )
    return dict.fromkeys(told)


def _file_name(household: str, number: int) -> str:
    """A file name that any system takes, and that no other household has."""
    plain = re.sub(r"[^0-9A-Za-z_-]+", "-", household)[:LONGEST_NAME].strip("-")
    return f"letter-{number:05d}-{plain or 'household'}.pdf"


def _earlier(folder: Path) -> list[str]:
    """The letters that an earlier call left in a folder."""
    try:
        told = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        return [str(name) for name in told["letters"]]
    except (OSError, ValueError, KeyError, TypeError):
        return []


def _sales(found: RunResults, orders: Iterable[ReviewedOrder]) -> Iterator[LetterSale]:
    """A row for each lot that is sold, then one for what of the order is not executed yet."""
    sells = [one for one in orders if one.order.side is Side.SELL]
    ids = [f.transaction_id for one in sells for f in found.fills_of(one.order.client_order_id)]
    pieces, places = pieces_of(found.books, ids)
    for one in sells:
        order = one.order
        for fill in found.fills_of(order.client_order_id):
            for at in places[fill.transaction_id]:
                yield LetterSale(
                    order=order.client_order_id,
                    account=shown_account(fill.account),
                    symbol=fill.symbol,
                    quantity=int(pieces.quantity[at]),
                    acquired=date_of(int(pieces.acquired[at])),
                    term="LT" if pieces.is_long[at] else "ST",
                    gain_cents=None if pieces.is_unknown[at] else int(pieces.gain[at]),
                    disallowed_cents=int(pieces.disallowed[at]),
                    day=fill.day,
                )
        left = order.quantity - one.filled
        if left <= 0:
            continue
        planned = planned_of(one, found.lines["opportunities"])
        loss = None if planned is None else planned.of(planned.loss_cents, left)
        yield LetterSale(
            order=order.client_order_id,
            account=shown_account(order.account),
            symbol=order.symbol,
            quantity=left,
            acquired=_read(order.cells.get("lot_open_date", "")),
            term="" if planned is None else planned.term,
            gain_cents=None if loss is None else -loss,
        )


def _purchases(found: RunResults, orders: Iterable[ReviewedOrder]) -> Iterator[LetterPurchase]:
    lines = {line["replacement_order_id"]: line for line in found.lines["switch_back"]}
    for one in orders:
        order = one.order
        if order.side is not Side.BUY:
            continue
        line = lines.get(order.client_order_id, {})
        yield LetterPurchase(
            account=shown_account(order.account),
            symbol=order.symbol,
            quantity=order.quantity,
            instead_of=order.for_symbol,
            first_day=_read(line.get("first_date", "")),
            advice=line.get("recommended", ""),
            look_day=_read(line.get("date", "")),
            is_executed=one.state is OrderState.FILLED,
        )


def _policies(found: RunResults, orders: Iterable[ReviewedOrder]) -> Iterator[str]:
    """When to go back, a sentence for each policy of the plan."""
    names = {one.order.client_order_id for one in orders}
    said = [
        line["policy"]
        for line in found.lines["switch_back"]
        if line["replacement_order_id"] in names and line["policy"]
    ]
    for policy in dict.fromkeys(said):
        yield f"The rule for going back: {policy}."


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


def _saving(found: RunResults, orders: Iterable[ReviewedOrder]) -> LetterSaving:
    """What the plan expects of what is left of its sales; of a forced one it expects nothing."""
    returns = {one.id: one.tax_return for one in found.books.record.accounts}
    saved, carried, later = 0, 0, 0
    unrated: dict[str, None] = {}
    is_rated = is_partial = False
    for one in orders:
        if one.order.side is not Side.SELL:
            continue
        planned = planned_of(one, found.lines["opportunities"])
        if planned is None or planned.saved_cents is None:
            is_partial = True
            if planned is not None:
                unrated[returns[one.order.account]] = None
            continue
        is_rated = True
        quantity = one.order.quantity
        saved += planned.of(planned.saved_cents, quantity) or 0
        carried += planned.of(planned.carried_cents, quantity) or 0
        later += planned.of(planned.later_tax_cents, quantity) or 0
    return LetterSaving(
        saved_cents=saved if is_rated else None,
        carried_cents=carried if is_rated else None,
        later_tax_cents=later if is_rated else None,
        unrated=tuple(unrated),
        is_partial=is_partial,
    )


def _unknown(source: _Source, orders: Iterable[ReviewedOrder]) -> list[str]:
    """What of these trades nobody can know from the book."""
    told: dict[str, None] = {}
    for one in orders:
        order = one.order
        if order.side is Side.SELL:
            holder = source.index.accounts[order.account]
            told |= dict.fromkeys(source.sayings.unknown_of_purchase(holder, order.symbol))
    return [f"{said[0].upper()}{said[1:]}." for said in told]


def _described(account: Account) -> str:
    kind = str(account.kind).replace("_", " ").replace("ira", "IRA")
    return f"{shown_account(account.id)} ({kind})"


def _read(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
