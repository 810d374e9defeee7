"""The sale, or what the law treats like one, that is explained; and its first step."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from taxlots.book import kinds
from taxlots.book.booking import Books
from taxlots.book.tables import NONE, Terms
from taxlots.book.terms import cash_cents, value_cents
from taxlots.domain.action import Action
from taxlots.domain.calendar import date_of
from taxlots.law.s165_worthless import deemed_sale_day
from taxlots.reports import explain_corporate_wording as corporate
from taxlots.reports import explain_option_wording as option
from taxlots.reports import explain_short_wording as short
from taxlots.reports import explain_wording as wording
from taxlots.reports.explained import CitedRow, Shares, Step
from taxlots.workflows.evidence import Evidence
from taxlots.workflows.explain_corporate import action_at
from taxlots.workflows.explain_lookup import (
    account_of,
    event_of_lot,
    is_owed,
    new_units_of,
    row_of_event,
    shares_at,
    symbol_of,
    target_of,
    terms_of,
)
from taxlots.workflows.family_record import Booked, FamilyHistory, Relieved


@dataclass(frozen=True, slots=True, kw_only=True)
class Sale:
    """A sale under explanation: its event, and the family's history up to the as-of day."""

    books: Books
    evidence: Evidence
    event: int
    history: FamilyHistory

    @property
    def row(self) -> int:
        """Its journal row; of several fills the first."""
        return row_of_event(self.books, self.event)

    @property
    def booked(self) -> Booked:
        """The event as it was booked."""
        return self.history.booked[self.event]

    @property
    def relieved(self) -> list[Relieved]:
        """What it took out of lots, in order of relief."""
        return self.history.relieved.get(self.event, [])

    @property
    def kind(self) -> int:
        """What kind of event it is."""
        return int(self.books.blueprint.tables["events"]["kind"][self.event])

    @property
    def day(self) -> int:
        """Its trade day."""
        return self.booked.day

    @property
    def quantity(self) -> int:
        """Units sold."""
        return self.booked.quantity

    @property
    def proceeds(self) -> int:
        """Net proceeds in cents."""
        return self.booked.cents

    @property
    def position(self) -> int:
        """What it was sold out of."""
        return self.booked.position

    @property
    def account(self) -> str:
        """The account."""
        return account_of(self.books, self.position)

    @property
    def action(self) -> Action:
        """The action of its row."""
        return self.evidence.action(self.row)

    @property
    def is_closing(self) -> bool:
        """Whether it closes what is owed."""
        return is_owed(self.books, self.position) and self.kind != kinds.OPEN_SHORT

    @property
    def units(self) -> Shares:
        """Units sold, with their symbol."""
        return shares_at(self.books, self.position, self.quantity)

    def cited(self, role: str = "") -> CitedRow:
        """Its row as evidence."""
        return self.evidence.row(self.row, role)


def disposition_steps(sale: Sale) -> Iterator[Step]:
    """What was sold or closed, exchanged or given up, and what it brought."""
    rows = sale.evidence.fills(sale.row, "sale")
    if sale.kind == kinds.OPEN_SHORT:
        yield short.short_sale_step(rows, sale.units, sale.account, sale.proceeds)
    elif sale.is_closing:
        yield short.closing_step(rows, sale.units, sale.account, sale.proceeds)
    elif sale.kind == kinds.DELIVER:
        yield short.delivery_step(rows, sale.units, sale.account)
    elif sale.kind in (kinds.EXCHANGE, kinds.RETURN_CAPITAL):
        held = shares_at(sale.books, sale.position, sale.booked.held)
        yield corporate.action_step(sale.cited("sale"), str(held), sale.account)
    elif sale.kind == kinds.SURRENDER:
        yield _surrendered(sale)
    else:
        yield wording.sale_step(rows, sale.units, sale.account, sale.proceeds)
        yield from _premium(sale)


def _surrendered(sale: Sale) -> Step:
    terms = _terms(sale)
    if sale.action is Action.WORTHLESS:
        deemed = date_of(deemed_sale_day(sale.day)).isoformat()
        return corporate.worthless_step(sale.cited("sale"), sale.units, sale.account, deemed)
    target = target_of(sale.books, sale.event)
    received, value = None, 0
    if target != NONE:
        units = new_units_of(sale.books, sale.event, terms, sale.quantity)
        received = shares_at(sale.books, target, units)
        value = value_cents(terms, units)
    paid = (cash_cents(terms, sale.quantity), value)
    return corporate.surrendered_step(sale.cited("sale"), sale.units, sale.account, paid, received)


def _terms(sale: Sale) -> Terms:
    terms = terms_of(sale.books, sale.event)
    if terms is None:
        raise AssertionError("what is given up has terms")
    return terms


def _premium(sale: Sale) -> Iterator[Step]:
    """The options whose premium is in the proceeds of stock that they sold."""
    leg = sale.event - 1
    events = sale.books.blueprint.tables["events"]
    taken = sale.history.relieved.get(leg, [])
    if leg < 0 or int(events["kind"][leg]) != kinds.OPTION_LEG or not taken:
        return
    if row_of_event(sale.books, leg) != sale.row:
        return
    options = sale.history.booked[leg]
    is_written = is_owed(sale.books, options.position)
    yield from premium_steps(sale.books, sale.evidence, options.position, taken)
    premium = sum(one.basis - (one.wash if is_written else 0) for one in taken)
    yield option.premium_in_proceeds_step(
        sale.cited(),
        shares_at(sale.books, options.position, options.quantity),
        int(events["cents"][sale.event]),
        premium,
        is_written=is_written,
    )


def premium_steps(
    books: Books, evidence: Evidence, position: int, taken: list[Relieved]
) -> Iterator[Step]:
    """Each lot of options that was exercised or assigned, with its premium."""
    is_written = is_owed(books, position)
    for one in taken:
        opening = evidence.row(row_of_event(books, event_of_lot(books, one.lot)))
        premium = one.basis - (one.wash if is_written else 0)
        yield option.contracts_step(
            opening, shares_at(books, position, one.quantity), premium, one.wash
        )


def headline_of(sales: list[Sale]) -> str:
    """The first line of the story of one row."""
    first = sales[0]
    name = first.books.journal.id(first.row)
    where = ", ".join(dict.fromkeys(sale.account for sale in sales))
    day = wording.day(first.day)
    if len(sales) == 1 and first.kind == kinds.SELL:
        return f"Sale {name}: {first.units} out of {where} on {day}"
    if len(sales) == 1 and first.kind in (kinds.COVER, kinds.EXPIRE, kinds.DELIVER):
        return f"{first.action} {name}: {first.units} in {where} on {day}"
    return f"{first.action} {name}: {symbol_of(first.books, first.position)} in {where} on {day}"


def blocks_of(sale: Sale) -> list[tuple[int, int]]:
    """Of an exchange with cash, or of returned capital: the blocks that a row realizes, in order.

    Each as the lot and its place among the blocks of the event.
    """
    action = action_at(sale.history, sale.event)
    blocks = sale.history.blocks.get(sale.event, [])
    if sale.kind == kinds.EXCHANGE:
        return [(block.lot, at) for at, block in enumerate(blocks)]
    cash = cash_cents(action.terms, action.booked.held)
    return [
        (block.lot, at)
        for at, block in enumerate(blocks)
        if not block.is_unknown and action.spread(cash, block) > block.basis
    ]
