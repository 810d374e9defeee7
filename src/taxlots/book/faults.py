"""What the fold could not book, as problems that say where and what to do."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from taxlots.book import kinds
from taxlots.book.cells import Mask
from taxlots.book.journal import rows_where
from taxlots.domain.money import dollars, shares
from taxlots.domain.problem import Problem, error, warning

if TYPE_CHECKING:
    from taxlots.book.booking import Books


def faults_of(books: Books, bad: Mask) -> list[Problem]:
    """What the fold could not book, without what only follows from rows that are bad already."""
    journal = books.journal
    suspect = {(journal.account_of(row), journal.symbol_of(row)) for row in rows_where(bad)}
    suspect_symbols = {symbol for _, symbol in suspect}
    events = books.blueprint.tables["events"]
    found = []
    for note in books.state.table("faults"):
        row = int(events["row"][note["event"]])
        if journal.symbol_of(row) in suspect_symbols:
            continue
        code = int(note["code"])
        found.append(_FAULTS[code](books, row, int(note["quantity"]), int(note["available"])))
    return found


def unknown_sales(books: Books) -> list[Problem]:
    """Sales of lots without a basis: listed, because nobody can compute their gain."""
    journal = books.journal
    rows = books.state.table("rows")
    unknown = rows[rows["flags"] & kinds.UNKNOWN_BASIS != 0]
    sales = dict.fromkeys(books.blueprint.tables["events"]["row"][unknown["event"]].tolist())
    return [
        warning(
            journal.where(row, "lots"),
            "BASIS_UNKNOWN",
            f"sale {journal.id(row)!r} closes shares of unknown basis; their gain is left blank",
            "fill in cost_basis on the TRANSFER_IN of the lot",
        )
        for row in sales
    ]


def _oversold(books: Books, row: int, quantity: int, held: int) -> Problem:
    journal = books.journal
    return error(
        journal.where(row, "quantity"),
        "OVERSOLD",
        f"transaction {journal.id(row)!r} takes {shares(quantity)} {journal.symbol_of(row)} out of "
        f"{journal.account_of(row)}, which holds {shares(held)}",
        "look for a missing purchase, transfer or split before it, or correct the quantity",
    )


def _lot_not_held(books: Books, row: int, quantity: int, lot: int) -> Problem:
    journal = books.journal
    event = int(books.state.table("lots")["event"][lot]) if lot >= 0 else -1
    opened = int(books.blueprint.tables["events"]["row"][event]) if event >= 0 else -1
    name = journal.id(opened) if opened >= 0 else "?"
    return error(
        journal.where(row, "lots"),
        "LOT_NOT_HELD",
        f"transaction {journal.id(row)!r} names {shares(quantity)} of lot {name!r}, which "
        f"{journal.account_of(row)} does not hold then",
        "name lots that are open in this account on that day",
    )


def _split_cut(books: Books, row: int, before: int, after: int) -> Problem:
    journal = books.journal
    return warning(
        journal.where(row, "ratio"),
        "SPLIT_CUT",
        f"split {journal.id(row)!r} of {shares(before)} {journal.symbol_of(row)} is no whole "
        f"number of 1e-8 shares and is cut to {shares(after)}",
        "book the fraction that was paid in cash as CASH_IN_LIEU",
    )


def _split_erases(books: Books, row: int, before: int, _after: int) -> Problem:
    journal = books.journal
    return error(
        journal.where(row, "ratio"),
        "SPLIT_ERASES",
        f"split {journal.id(row)!r} leaves nothing of {shares(before)} {journal.symbol_of(row)}",
        "check the ratio: it is shares after divided by shares before",
    )


def _negative_basis(books: Books, row: int, amount: int, _held: int) -> Problem:
    journal = books.journal
    return error(
        journal.where(row, "amount"),
        "NEGATIVE_BASIS",
        f"adjustment {journal.id(row)!r} of {dollars(amount)} takes a basis below zero",
        "basis stops at zero; book what is beyond it as a gain of its own",
    )


def _nothing_to_adjust(books: Books, row: int, _amount: int, _held: int) -> Problem:
    journal = books.journal
    return error(
        journal.where(row, "lots"),
        "NOTHING_TO_ADJUST",
        f"transaction {journal.id(row)!r} finds no open lot",
        "name an account, a symbol and lots that are open on that day",
    )


def _return_differs(books: Books, row: int, stated: int, ours: int) -> Problem:
    journal = books.journal
    theirs = "no basis" if stated == kinds.UNSTATED else dollars(stated)
    return warning(
        journal.where(row, "cost_basis"),
        "TRANSFER_DIFFERS",
        f"transfer {journal.id(row)!r} states {theirs}; our lots that return have "
        f"{dollars(ours)}, or another date",
        "our basis and dates stand; compare them with the transfer statement",
    )


def _earlier_year(books: Books, row: int, _quantity: int, _available: int) -> Problem:
    journal = books.journal
    return warning(
        journal.where(row),
        "EARLIER_YEAR_RESTATED",
        f"sale {journal.id(row)!r} is restated by a loss of a later year (sold_before_counts)",
        "amend the earlier return, or set the policy to false",
    )


def _short_open(books: Books, row: int, owed: int, _available: int) -> Problem:
    journal = books.journal
    return error(
        journal.where(row, "symbol"),
        "SHORT_OPEN",
        f"transaction {journal.id(row)!r} meets a short position of {shares(owed)} "
        f"{journal.symbol_of(row)}, which it cannot convert",
        "close the short position before it, or book the action for each account apart",
    )


def _quantity_differs(books: Books, row: int, stated: int, held: int) -> Problem:
    journal = books.journal
    return error(
        journal.where(row, "quantity"),
        "QUANTITY_DIFFERS",
        f"transaction {journal.id(row)!r} states {shares(stated)}, which is neither the "
        f"{shares(held)} held nor what they become by the ratio",
        "correct the quantity or the ratio, or leave the quantity blank",
    )


def _average_in_force(books: Books, row: int, _quantity: int, _available: int) -> Problem:
    journal = books.journal
    return warning(
        journal.where(row, "lots"),
        "AVERAGE_IN_FORCE",
        f"sale {journal.id(row)!r} names lots while average basis is in force; the first ones in "
        "are sold, at the average",
        "revoke or change the method before a sale that is to name lots "
        "(Treas. Reg. 1.1012-1(e)(7)(ii))",
    )


_FAULTS: Final[dict[int, Callable[[Books, int, int, int], Problem]]] = {
    kinds.OVERSOLD: _oversold,
    kinds.LOT_NOT_HELD: _lot_not_held,
    kinds.SPLIT_CUT: _split_cut,
    kinds.SPLIT_ERASES: _split_erases,
    kinds.NEGATIVE_BASIS: _negative_basis,
    kinds.NOTHING_TO_ADJUST: _nothing_to_adjust,
    kinds.RETURN_DIFFERS: _return_differs,
    kinds.EARLIER_YEAR_RESTATED: _earlier_year,
    kinds.SHORT_OPEN: _short_open,
    kinds.QUANTITY_DIFFERS: _quantity_differs,
    kinds.AVERAGE_IN_FORCE: _average_in_force,
}
