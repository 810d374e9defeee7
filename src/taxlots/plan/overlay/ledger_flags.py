"""Flags of an overlay from the ledger's own lots, waiting losses and standing hedges."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from taxlots.book.booking import Books
from taxlots.book.hedges import Spans, holdings_and_hedges
from taxlots.book.standing import open_lots, waiting_losses
from taxlots.plan.appraisal import market_value_cents
from taxlots.plan.overlay.tax_flags import (
    FlagCode,
    HeldLot,
    OverlayPosition,
    TaxFlag,
    tax_flags,
)

Close = Callable[[str], int | None]
"""The last close of a symbol in 1e-8 dollars; None where there is none."""


def flags_from_ledger(
    books: Books, position: OverlayPosition, tax_return: str, close: Close
) -> tuple[TaxFlag, ...]:
    """Every flag of a position that a tax return would open on the books' day.

    A lot without a close counts at its basis: it has no gain that is known.
    """
    held = held_lots(books, tax_return, close)
    households = {a.household for a in books.record.accounts if a.tax_return == tax_return}
    waiting = [loss.symbol for loss in waiting_losses(books) if loss.household in households]

    def replaces(acquired: str, sold: str) -> bool:
        return books.identity.replaces(acquired, sold, books.as_of)

    flags = tax_flags(position, held, replaces, waiting)
    return (*flags, *_standing(books, position, tax_return))


def held_lots(books: Books, tax_return: str, close: Close) -> Sequence[HeldLot]:
    """The open lots of a return's taxable accounts, at their last close."""
    mine = {
        account.id
        for account in books.record.accounts
        if account.tax_return == tax_return and not account.kind.is_tax_deferred
    }
    found = []
    for lot in open_lots(books):
        if lot.account not in mine:
            continue
        security = books.record.securities.get(lot.symbol)
        basis = lot.cost_basis_cents if lot.basis_status == "known" else None
        price = close(lot.symbol)
        units = 1 if security is None else security.multiplier
        found.append(
            HeldLot(
                lot_id=lot.lot_id,
                symbol=lot.symbol,
                value_cents=(
                    (basis or 0)
                    if price is None
                    else market_value_cents(lot.quantity, units, price)
                ),
                basis_cents=basis,
                holding_period=lot.holding_period,
                index="" if security is None else security.index,
            )
        )
    return found


def _standing(books: Books, position: OverlayPosition, tax_return: str) -> Iterator[TaxFlag]:
    """Hedges of the same underlying that stand open already."""
    _, against = holdings_and_hedges(books)
    hedges = Spans.of(against)
    for span in hedges.during(tax_return, position.underlying, books.as_of, books.as_of):
        name = books.journal.id(span.row)
        yield TaxFlag(
            code=FlagCode.HEDGED_ALREADY,
            authority="26 USC 1092(c)",
            because=f"{name!r} stands against {position.underlying} on this return already",
            lots=(name,),
        )
