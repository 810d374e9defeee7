"""Small histories as the broker and the taxpayer see them."""

from dataclasses import dataclass
from datetime import date

from tests.engine_adapter import record_of
from tests.histories import Cells, History

from taxlots.book.record import Record
from taxlots.book.view_differences import Difference, differences_of
from taxlots.book.view_form import form_row
from taxlots.domain.money import dollars
from taxlots.workflows.replay import replay_record

OWN = {"household": "H", "account": "A1", "kind": "taxable", "owner": "self"}
SECOND = {**OWN, "account": "A2"}
SPOUSES = {**OWN, "account": "S1", "owner": "spouse"}
IRA = {**OWN, "account": "R1", "kind": "roth_ira"}


@dataclass(frozen=True)
class Told:
    """One compared piece in dollars; blank where a side has no row."""

    sale: str
    lot: str
    box_1e: str
    box_1g: str
    column_e: str
    column_f: str
    column_g: str
    column_h: str
    reasons: tuple[str, ...]
    carried_from: tuple[str, ...]


def row(name: str, day: str, action: str, quantity: str, price: str, **cells: str) -> Cells:
    """A journal row of stock P in the account A1, unless ``cells`` say otherwise."""
    stated = {"id": name, "date": day, "action": action, "quantity": quantity, "price": price}
    return {"account": "A1", "symbol": "P", **stated, **cells}


def compared(
    record: Record, *, as_of: str = "", same_day: str = "held", statement: str = ""
) -> list[Difference]:
    """Every piece of a record in both views."""
    last = date.fromisoformat(as_of) if as_of else None
    until = date.fromisoformat(statement) if statement else last
    ours = replay_record(record, last, compiled=False)
    theirs = replay_record(record, until, "broker", same_day=same_day, compiled=False)
    return differences_of(ours, theirs)


def told(
    *rows: Cells,
    accounts: tuple[Cells, ...] = (OWN,),
    securities: tuple[Cells, ...] = (),
    identical: tuple[Cells, ...] = (),
    policy: dict[str, object] | None = None,
    same_day: str = "held",
    statement: str = "",
) -> list[Told]:
    """Every compared piece of a history, as text."""
    listed = [{"symbol": "P", "kind": "stock"}, *securities]
    history = History(list(accounts), listed, list(identical), policy or {}, list(rows))
    record = record_of(history)
    names = record.transactions.column("id").to_pylist()
    found = compared(record, same_day=same_day, statement=statement)
    return [_told(one, names) for one in found]


def _told(one: Difference, names: list[str]) -> Told:
    theirs = one.pair.broker
    form = form_row(one.pair)
    return Told(
        sale=names[one.pair.sale_row],
        lot=names[one.pair.side.lot_row],
        box_1e="" if theirs is None else dollars(theirs.basis_cents),
        box_1g="" if theirs is None else dollars(theirs.disallowed_cents),
        column_e="" if form.basis_cents is None else dollars(form.basis_cents),
        column_f=form.codes,
        column_g=dollars(form.adjustment_cents),
        column_h="" if form.gain_cents is None else dollars(form.gain_cents),
        reasons=tuple(reason.value for reason in one.reasons),
        carried_from=tuple(names[sale] for sale in one.carried_from),
    )
