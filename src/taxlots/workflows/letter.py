"""The letter to a client about a recorded run: gathered from the run and the books after it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from taxlots.domain.calendar import day_of
from taxlots.domain.harvest_run import OrderState, RunKind
from taxlots.domain.order import Side
from taxlots.plan.free_day import first_free_day
from taxlots.plan.reviewed import ReviewedOrder
from taxlots.reports.client_letter import (
    ClientLetter,
    LetterPurchase,
    LetterSaving,
    letter_pdf,
)
from taxlots.reports.folders import MANIFEST, check_folder, write_folder
from taxlots.reports.letter_page import LetterSale
from taxlots.reports.rebalance_letter import RebalanceLetter, rebalance_letter_pdf
from taxlots.reports.single_files import check_file, write_files
from taxlots.workflows.account_numbers import shown_account
from taxlots.workflows.letter_source import (
    LetterSource,
    day_in,
    described,
    executed_sales,
    letter_source,
    restrictions_for,
    unexecuted_sale,
    unknown_of,
)
from taxlots.workflows.rebalance_letter import rebalance_letter
from taxlots.workflows.run_results import RunResults, planned_of
from taxlots.workflows.run_scope import RunScope, run_scope

LONGEST_NAME: Final = 40

Letter = ClientLetter | RebalanceLetter


def write_letter(
    book: str, number: int, out: Path, *, household: str = "", account: str = ""
) -> Letter:
    """Write the letter of a recorded run to a household as a PDF, or about one account.

    Neither needs to be named where the run trades for one household alone.  The same book
    gives the same bytes.  Raises UsageError where nothing is signed for them and where the file
    cannot be written, and DataError where the book has errors.
    """
    check_file(out)
    letter = letter_of(book, number, household=household, account=account)
    write_files({out: _pdf(letter)})
    return letter


def write_letters(book: str, number: int, folder: Path) -> dict[str, Letter]:
    """Write the letter to every household that a recorded run trades for, by file name.

    ``manifest.json`` tells which is whose.  All appear or none, in place of earlier ones.  Raises
    UsageError and DataError like ``write_letter``.
    """
    results = frozenset({MANIFEST, *_earlier(folder)})
    check_folder(folder, results)
    source = letter_source(book, number)
    letters: dict[str, Letter] = {}
    for name in _households(source.found):
        letter = _letter_of(source, name, "")
        letters[_file_name(name, len(letters) + 1)] = letter
    files: dict[str, Any] = {name: _pdf(letter) for name, letter in letters.items()}
    told = {name: letter.household for name, letter in letters.items()}
    run = source.found.run
    files[MANIFEST] = {"run": str(number), "plan_hash": run.plan_hash, "letters": told}
    write_folder(folder, files, results=results)
    return letters


def letter_of(book: str, number: int, *, household: str = "", account: str = "") -> Letter:
    """What the letter of a recorded run says; see ``write_letter``."""
    return _letter_of(letter_source(book, number), household, account)


def _letter_of(source: LetterSource, household: str, account: str) -> Letter:
    if source.found.run.kind is RunKind.REBALANCE:
        return rebalance_letter(source, household, account)
    return _letter(source, run_scope(source.found, household, account))


def _pdf(letter: Letter) -> bytes:
    if isinstance(letter, RebalanceLetter):
        return rebalance_letter_pdf(letter)
    return letter_pdf(letter)


def _households(found: RunResults) -> list[str]:
    """Whom a run writes to: a harvest those that it sells for, a rebalance its household."""
    is_any = found.run.kind is RunKind.REBALANCE
    orders = [one.order for one in found.orders if is_any or one.order.side is Side.SELL]
    return list(dict.fromkeys(order.household for order in orders))


def _letter(source: LetterSource, scope: RunScope) -> ClientLetter:
    found, run = source.found, source.found.run
    record = found.books.record
    told = restrictions_for(source, scope.accounts)
    sales = tuple(_sales(found, scope.orders))
    purchases = tuple(_purchases(found, scope.orders))
    bought_for = {one.instead_of for one in purchases}
    return ClientLetter(
        book=record.name or source.book,
        household=scope.household,
        only_account=shown_account(scope.account) if scope.account else "",
        accounts=tuple(described(one) for one in scope.accounts),
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
        not_to_buy=told.not_to_buy,
        not_to_sell=told.not_to_sell,
        notes=told.notes,
        saving=_saving(found, scope.orders),
        unknown=tuple(unknown_of(source, scope.orders)),
        final_from=first_free_day(day_of(found.traded)),
    )


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
    booked = executed_sales(found, sells)
    for one in sells:
        order = one.order
        yield from booked[order.client_order_id]
        left = order.quantity - one.filled
        if left <= 0:
            continue
        planned = planned_of(one, found.lines["opportunities"])
        loss = None if planned is None else planned.of(planned.loss_cents, left)
        term, gain = "" if planned is None else planned.term, None if loss is None else -loss
        yield unexecuted_sale(one, term=term, gain_cents=gain)


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
            first_day=day_in(line.get("first_date", "")),
            advice=line.get("recommended", ""),
            look_day=day_in(line.get("date", "")),
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
