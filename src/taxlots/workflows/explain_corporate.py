"""What corporate actions did to a lot, block by block: exchanged, divided, capital returned."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from taxlots.book import kinds
from taxlots.book.booking import Books
from taxlots.book.tables import Terms
from taxlots.book.terms import cash_cents, old_value_cents, value_cents
from taxlots.domain.money import apportion
from taxlots.law.s307_stock_rights import must_allocate
from taxlots.law.s356_boot import recognized_gain
from taxlots.law.s358_allocation import basis_of_new_shares
from taxlots.reports import explain_corporate_wording as wording
from taxlots.reports.explained import Step
from taxlots.workflows.evidence import Evidence
from taxlots.workflows.explain_lookup import (
    account_of,
    new_units_of,
    row_of_event,
    shares_at,
    symbol_of,
    target_of,
    terms_of,
)
from taxlots.workflows.family_record import Block, Booked, Change, FamilyHistory, Part


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """A corporate action as it met one position."""

    history: FamilyHistory
    event: int
    booked: Booked
    terms: Terms

    @property
    def books(self) -> Books:
        """The books."""
        return self.history.books

    @property
    def new_units(self) -> int:
        """What it brought for everything held."""
        return new_units_of(self.books, self.event, self.terms, self.booked.held)

    @property
    def is_deferred(self) -> bool:
        """Whether it met a tax-deferred account, where nothing is realized."""
        flags = self.books.blueprint.tables["positions"]["flags"][self.booked.position]
        return bool(int(flags) & kinds.TAX_DEFERRED)

    def spread(self, amount: int, block: Block) -> int:
        """A block's share of an amount, in order."""
        held = self.booked.held
        upto = apportion(amount, block.before + block.quantity, held)
        return upto - apportion(amount, block.before, held)

    def boot(self, block: Block) -> tuple[int, int]:
        """Cash, and the value of the stock, that a block got besides it: cents."""
        cash = cash_cents(self.terms, self.booked.held)
        value = value_cents(self.terms, self.new_units)
        return self.spread(cash, block), self.spread(value, block)

    def blocks(self, lot: int) -> list[Block]:
        """The blocks of a lot that it met."""
        return [block for block in self.history.blocks.get(self.event, []) if block.lot == lot]


def action_at(history: FamilyHistory, event: int) -> Action:
    """The corporate action of an event."""
    terms = terms_of(history.books, event)
    if terms is None:
        raise AssertionError("a corporate action has terms")
    return Action(history=history, event=event, booked=history.booked[event], terms=terms)


def recognized(action: Action, block: Block) -> int:
    """Gain in cents that cash besides stock brings on a block; 0 of unknown basis."""
    cash, value = action.boot(block)
    return 0 if block.is_unknown else recognized_gain(block.basis, cash, value)


def exchange_steps(history: FamilyHistory, evidence: Evidence, change: Change) -> Iterator[Step]:
    """An exchange of shares of a lot, with the boot arithmetic of each block."""
    action = action_at(history, change.event)
    books = history.books
    old, new = action.booked.position, target_of(books, change.event)
    row = evidence.row(row_of_event(books, change.event))
    if action.terms.cash_numerator > 0:
        for block in action.blocks(change.lot):
            yield boot_step(action, evidence, block)
    gone = _at(change.settled, old) - _at(change.after, old)
    came = _at(change.after, new) - _at(change.settled, new)
    yield wording.exchanged_step(
        row, shares_at(books, old, gone), shares_at(books, new, came), account_of(books, old)
    )


def boot_step(action: Action, evidence: Evidence, block: Block) -> Step:
    """The arithmetic of one block that got cash besides stock."""
    books = action.books
    step = wording.boot_step(
        evidence.row(row_of_event(books, action.event)),
        shares_at(books, action.booked.position, block.quantity),
        symbol_of(books, target_of(books, action.event)),
        action.boot(block),
        block.basis,
        unknown=block.is_unknown,
    )
    return wording.not_realized(step) if action.is_deferred else step


def division_steps(history: FamilyHistory, evidence: Evidence, change: Change) -> Iterator[Step]:
    """Shares distributed on a lot, with the part of its basis that went to them."""
    action = action_at(history, change.event)
    books = history.books
    row = row_of_event(books, change.event)
    division = _division(action, evidence.cell(row, "basis_fraction"))
    target = target_of(books, change.event)
    for block in action.blocks(change.lot):
        units = action.spread(action.new_units, block)
        given = basis_of_new_shares(block.basis, division.part, division.whole) if units else 0
        yield wording.divided_step(
            evidence.row(row),
            shares_at(books, action.booked.position, block.quantity),
            shares_at(books, target, units),
            block.basis,
            given,
            division,
        )


def _division(action: Action, stated: str) -> wording.Division:
    """The part of the basis that goes to the new shares, as booked."""
    terms = action.terms
    if terms.part_denominator > 0:
        return wording.Division(
            part=terms.part_numerator, whole=terms.part_denominator, stated=stated
        )
    new = value_cents(terms, action.new_units)
    old = old_value_cents(terms, action.booked.held)
    is_small = terms.is_right and not terms.is_elected and not must_allocate(new, old)
    if new + old == 0 or is_small:
        return wording.Division(part=0, whole=1, new_value=new, old_value=old)
    return wording.Division(part=new, whole=new + old, new_value=new, old_value=old)


def return_steps(history: FamilyHistory, evidence: Evidence, change: Change) -> Iterator[Step]:
    """Capital that came back on a lot."""
    action = action_at(history, change.event)
    for block in action.blocks(change.lot):
        yield return_step(action, evidence, block)


def return_step(action: Action, evidence: Evidence, block: Block) -> Step:
    """Capital that came back on one block."""
    row = evidence.row(row_of_event(action.books, action.event))
    held = shares_at(action.books, action.booked.position, block.quantity)
    cents = action.spread(cash_cents(action.terms, action.booked.held), block)
    if block.is_unknown:
        return wording.returned_unknown_step(row, held, cents)
    step = wording.returned_step(row, held, block.basis, cents)
    return wording.not_realized(step) if action.is_deferred and cents > block.basis else step


def _at(parts: tuple[Part, ...], position: int) -> int:
    return sum(part.quantity for part in parts if part.position == position)
