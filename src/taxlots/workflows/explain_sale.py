"""Why a sale has the gain that it has: from its rows to the last line of arithmetic."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from taxlots.book import kinds
from taxlots.book.booking import Books
from taxlots.book.character import MADE_LONG, wording_of
from taxlots.book.results import STATUSES, Realized, realized_of
from taxlots.book.tables import Row
from taxlots.domain.calendar import date_of
from taxlots.domain.money import dollars, shares
from taxlots.law.s1091_wash_sale import window_end
from taxlots.reports import explain_wash_wording as wash
from taxlots.reports import explain_wording as wording
from taxlots.reports.books_files import result_tables
from taxlots.reports.explained import CitedRow, PieceStory, SaleStory, Step
from taxlots.workflows.evidence import Evidence
from taxlots.workflows.explain_candidates import passed_over
from taxlots.workflows.explain_decisions import decision_steps
from taxlots.workflows.explain_identification import identification_step
from taxlots.workflows.explain_lot import figures, id_of_lot, lot_steps
from taxlots.workflows.explain_status import status_of
from taxlots.workflows.family_history import FamilyHistory, Match, Relieved, history_of


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
        return int(self.books.blueprint.tables["events"]["row"][self.event])

    @property
    def day(self) -> int:
        """Its trade day."""
        return int(self.books.blueprint.tables["events"]["day"][self.event])

    @property
    def quantity(self) -> int:
        """Units sold."""
        return int(self.books.blueprint.tables["events"]["quantity"][self.event])

    @property
    def proceeds(self) -> int:
        """Net proceeds in cents."""
        return int(self.books.blueprint.tables["events"]["cents"][self.event])

    @property
    def position(self) -> int:
        """What it was sold out of."""
        return int(self.books.blueprint.tables["events"]["position"][self.event])


def sale_story(books: Books, evidence: Evidence, event: int) -> SaleStory:
    """The story of one sale."""
    realized = realized_of(books)
    events = books.blueprint.tables["events"]
    row = int(events["row"][event])
    mine = np.flatnonzero(realized.sale_row == row)
    position = int(events["position"][event])
    first = history_of(books, position, sale=event)
    lots = {one.lot for one in first.relieved} | {
        match.lot for match in first.matches if match.loss_event == event
    }
    sale = Sale(
        books=books,
        evidence=evidence,
        event=event,
        history=history_of(books, position, lots, sale=event),
    )
    steps: tuple[Step, ...] = (
        wording.sale_step(evidence.fills(row, "sale"), sale.quantity, sale.proceeds),
        identification_step(books, evidence, event),
    )
    pieces = tuple(_pieces(sale, realized, mine)) if len(mine) else ()
    if not pieces:
        steps = (*steps, *_unrealized(sale))
    name, symbol = books.journal.id(row), books.journal.symbol_of(row)
    return SaleStory(
        book=books.record.name,
        as_of=date_of(books.as_of),
        sale_id=name,
        headline=(
            f"Sale {name}: {shares(sale.quantity)} {symbol} out of "
            f"{books.journal.account_of(row)} on {wording.day(sale.day)}"
        ),
        rows=_scene(steps, pieces),
        steps=steps,
        pieces=pieces,
        decisions=tuple(decision_steps(books, sale.history, event)) if pieces else (),
        totals=_totals(realized, mine),
    )


def _pieces(sale: Sale, realized: Realized, mine: np.ndarray) -> Iterator[PieceStory]:
    """The pieces as realized.csv has them, each with its steps."""
    table = result_tables(sale.books)["realized"].take(mine.tolist())
    source = realized.source[mine]
    piece_of = np.cumsum(np.diff(source, prepend=source[0]) != 0)
    paired = _with_relief(sale)
    for at, cells in enumerate(table.to_pylist()):
        place = int(mine[at])
        number, row, taken = paired[int(piece_of[at])]
        whole = mine[piece_of == piece_of[at]]
        booked = (int(realized.quantity[whole].sum()), int(realized.basis[whole].sum()))
        if booked != (row.quantity, row.basis_cents):
            raise AssertionError("the history of a family books what the whole book books")
        steps = _piece_steps(sale, number, row, taken, realized, place)
        yield PieceStory(cells=cells, steps=tuple(steps))


def _with_relief(sale: Sale) -> list[tuple[int, Row, Relieved]]:
    """Each realized row with its number and the units that it comes from, as in realized.csv."""
    rows = [(n, row) for n, row in enumerate(sale.history.rows) if row.event == sale.event]
    own = {number: taken for (number, _), taken in zip(rows, sale.history.relieved, strict=False)}
    of_lot = {taken.lot: taken for taken in reversed(sale.history.relieved)}
    paired = [(number, row, own.get(number, of_lot[row.lot])) for number, row in rows]
    return sorted(paired, key=lambda one: (one[1].lot, one[0]))


def _piece_steps(
    sale: Sale, number: int, row: Row, taken: Relieved, realized: Realized, place: int
) -> Iterator[Step]:
    yield from lot_steps(sale.history, sale.evidence, row.lot, before=sale.event)
    if not row.flags & kinds.UNKNOWN_BASIS:
        yield _basis(sale, row, taken)
        if row.flags & kinds.DUAL_BASIS:
            yield wording.gift_step(
                row.proceeds_cents, taken.basis, taken.loss_basis, row.basis_cents
            )
    yield from _restated(sale, number, row)
    yield wording.proceeds_step(row.quantity, sale.quantity, row.proceeds_cents, sale.proceeds)
    if not row.flags & kinds.UNKNOWN_BASIS:
        yield wording.gain_step(row.proceeds_cents, row.basis_cents)
    yield wording.term_step(
        row.acquired,
        row.holding_period,
        sale.day,
        is_inherited=bool(row.flags & kinds.INHERITED),
        is_long=bool(realized.is_long[place]) and not realized.rules[place] & MADE_LONG,
    )
    yield from _wash(sale, number, row)
    status = int(realized.status[place])
    why = status_of(sale.books, sale.event, row.flags, status, is_loss=_is_loss(row))
    yield wording.status_step(status, why, STATUSES[status])
    denied = int(realized.nondeductible[place])
    if rules := wording_of(int(realized.rules[place])):
        gain = int(realized.gain[place])
        is_long = bool(realized.is_long[place])
        yield wording.character_step(rules, denied, gain, is_long=is_long)
    yield wording.result_step(
        int(realized.proceeds[place]),
        int(realized.basis[place]),
        int(realized.disallowed[place]),
        denied,
        is_unknown=bool(row.flags & kinds.UNKNOWN_BASIS),
    )


def _is_loss(row: Row) -> bool:
    return row.proceeds_cents < row.basis_cents


def _basis(sale: Sale, row: Row, taken: Relieved) -> Step:
    source = ""
    if taken.wash:
        made = [m for m in sale.history.matches if m.lot == row.lot and m.sub == taken.sub]
        source = ", ".join(dict.fromkeys(_sale_id(sale.books, match) for match in made))
    return wording.basis_step(
        taken.quantity,
        taken.basis,
        (taken.whole_quantity, taken.whole_cents, taken.relieved_before),
        taken.wash,
        source or "an earlier sale",
    )


def _restated(sale: Sale, number: int, row: Row) -> Iterator[Step]:
    """Losses that joined shares which this sale had sold (a literal reading of D1 or D2)."""
    if not row.flags & kinds.RESTATED:
        return
    for match in sale.history.matches:
        if match.lot == row.lot and match.sub is None and match.loss_row != number:
            events = sale.books.blueprint.tables["events"]
            cited = sale.evidence.row(int(events["row"][match.loss_event]))
            lot = id_of_lot(sale.books, match.loss_lot)
            yield wash.took_loss_step(cited, lot, match.disallowed, None)


def _wash(sale: Sale, number: int, row: Row) -> Iterator[Step]:
    if not _is_loss(row) or row.flags & kinds.UNKNOWN_BASIS:
        return
    if not row.flags & kinds.TESTED:
        yield wash.untested_step(_why_untested(sale))
        return
    yield wash.window_step(sale.day)
    matches = [match for match in sale.history.matches if match.loss_row == number]
    told: list[Match | int] = [*matches, *_splits(sale, row, matches)]
    told.sort(key=_event_of)
    for one in told:
        yield _replaced(sale, one) if isinstance(one, Match) else _split(sale, one)
    matched = sum(match.disallowed for match in matches)
    if matched != row.disallowed_cents:
        yield wash.shared_step(matched, row.disallowed_cents)
    left = max(0, row.quantity - sum(match.quantity for match in matches))
    for lot_row, why, cites in passed_over(sale.books, sale.history, sale.event, row, left):
        yield wash.passed_step(sale.evidence.row(lot_row), why, cites)
    loss = row.basis_cents - row.proceeds_cents
    yield wash.rest_step(
        loss,
        row.disallowed_cents,
        sale.day,
        is_open=window_end(sale.day) >= sale.books.as_of,
        sold_units=left,
    )


def _splits(sale: Sale, row: Row, matches: list[Match]) -> list[int]:
    """The splits of the security that came while part of the loss was waiting."""
    events = sale.books.blueprint.tables["events"]
    symbol = sale.books.journal.symbol_of(sale.row)
    found = []
    for event in sale.history.events[sale.history.events > sale.event].tolist():
        is_split = int(events["kind"][event]) == kinds.SPLIT
        if int(events["day"][event]) > window_end(sale.day):
            break
        met = sum(match.quantity for match in matches if match.event < event)
        same = sale.books.journal.symbol_of(int(events["row"][event])) == symbol
        if is_split and same and met < row.quantity:
            found.append(event)
    return found


def _event_of(one: Match | int) -> int:
    return one.event if isinstance(one, Match) else one


def _split(sale: Sale, event: int) -> Step:
    row = sale.evidence.row(int(sale.books.blueprint.tables["events"]["row"][event]))
    return wording.changed_step(
        "split",
        row,
        f"Split {row.id} ({row.day}, {row.said}): the shares of the loss that still wait are "
        "restated by it, the loss is not.",
    )


def _why_untested(sale: Sale) -> str:
    account, symbol, _ = sale.books.blueprint.places[sale.position]
    kind = next(a.kind for a in sale.books.record.accounts if a.id == account)
    security = sale.books.record.securities.get(symbol)
    if security is not None and security.kind.is_exempt_from_1091:
        return f"{symbol} is a {security.kind}"
    return f"{account} is a {kind} account"


def _replaced(sale: Sale, match: Match) -> Step:
    opened = int(sale.books.state.table("lots")["event"][match.lot])
    events = sale.books.blueprint.tables["events"]
    return wash.replaced_step(
        sale.evidence.row(int(events["row"][opened]), "replacement"),
        sale.books.blueprint.places[match.position][0],
        sale.day,
        (match.quantity, match.disallowed, int(events["day"][opened])),
        rule=match.rule,
        part=figures(match.part),
    )


def _sale_id(books: Books, match: Match) -> str:
    return books.journal.id(int(books.blueprint.tables["events"]["row"][match.loss_event]))


def _unrealized(sale: Sale) -> Iterator[Step]:
    """A sale in a tax-deferred account: its lots leave, and nothing is realized."""
    for taken in sale.history.relieved:
        yield from lot_steps(sale.history, sale.evidence, taken.lot, before=sale.event)
        whole = (taken.whole_quantity, taken.whole_cents, taken.relieved_before)
        yield wording.basis_step(taken.quantity, taken.basis, whole, taken.wash, "an earlier sale")
    yield wording.unrealized_step(sale.books.journal.account_of(sale.row))


def _scene(steps: tuple[Step, ...], pieces: tuple[PieceStory, ...]) -> tuple[CitedRow, ...]:
    """Every row that the story cites, once, in order of date."""
    found: dict[str, CitedRow] = {}
    for step in (*steps, *(step for piece in pieces for step in piece.steps)):
        for row in step.rows:
            if row.id not in found or row.role:
                found[row.id] = row
    return tuple(sorted(found.values(), key=lambda row: row.day))


def _totals(realized: Realized, mine: np.ndarray) -> dict[str, str]:
    """Sums over the pieces; blank gain where a basis is unknown."""
    if not len(mine):
        return {}
    proceeds, basis, disallowed, permanent = (
        sum(column[mine].tolist())
        for column in (realized.proceeds, realized.basis, realized.disallowed, realized.permanent)
    )
    unknown = bool(realized.is_unknown[mine].any())
    return {
        "proceeds": dollars(proceeds),
        "cost_basis": "" if unknown else dollars(basis),
        "wash_sale_loss_disallowed": dollars(disallowed),
        "permanently_disallowed": dollars(permanent),
        "gain": "" if unknown else dollars(sum(realized.gain[mine].tolist())),
    }
