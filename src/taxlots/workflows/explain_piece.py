"""The steps of one realized piece: its basis, its proceeds, its term, and its loss."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from taxlots.book import kinds
from taxlots.book.character import wording_of
from taxlots.book.results import STATUSES, Realized
from taxlots.book.tables import Row
from taxlots.domain.money import apportion
from taxlots.reports import explain_average_wording as average
from taxlots.reports import explain_corporate_wording as corporate
from taxlots.reports import explain_short_wording as short
from taxlots.reports import explain_wash_wording as wash
from taxlots.reports import explain_wording as wording
from taxlots.reports.explained import Step
from taxlots.workflows.explain_corporate import action_at, boot_step, return_step
from taxlots.workflows.explain_disposition import Sale, blocks_of
from taxlots.workflows.explain_lookup import (
    event_of_lot,
    id_of_lot,
    is_option,
    is_owed,
    row_of_event,
    shares_at,
)
from taxlots.workflows.explain_lot import lot_steps
from taxlots.workflows.explain_status import status_of
from taxlots.workflows.explain_wash import wash_steps
from taxlots.workflows.family_record import Relieved


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A realized row of the family's history.

    ``number`` is its place among all rows, ``turn`` among those of its event; ``taken`` is the
    place of the relieved part that it comes from, -1 where nothing was relieved.
    """

    number: int
    row: Row
    taken: int
    turn: int

    def relieved(self, sale: Sale) -> Relieved:
        """The units that it comes from."""
        return sale.relieved[self.taken]


def piece_steps(sale: Sale, piece: Piece, realized: Realized, place: int) -> Iterator[Step]:
    """Every step of one row of ``realized.csv``, which stands at a place of ``realized``."""
    row = piece.row
    yield from lot_steps(sale.history, sale.evidence, row.lot, before=sale.event)
    yield from _MEASURED.get(sale.kind, _sold)(sale, piece)
    yield _term(sale, piece, is_long=bool(realized.is_long[place]))
    yield from wash_steps(sale, piece.number, row)
    status = int(realized.status[place])
    yield wording.status_step(status, status_of(sale, row, status), STATUSES[status])
    denied = int(realized.nondeductible[place])
    if rules := wording_of(int(realized.rules[place])):
        gain = int(realized.gain[place])
        is_long = bool(realized.is_long[place])
        yield wording.character_step(rules, denied, gain, is_long=is_long)
    if int(realized.quantity[place]) != row.quantity:
        yield wording.divided_row_step(
            int(realized.quantity[place]),
            row.quantity,
            int(realized.proceeds[place]),
            int(realized.basis[place]),
        )
    yield wording.result_step(
        int(realized.proceeds[place]),
        int(realized.basis[place]),
        int(realized.disallowed[place]),
        denied,
        is_unknown=bool(row.flags & kinds.UNKNOWN_BASIS),
    )


def _sold(sale: Sale, piece: Piece) -> Iterator[Step]:
    """A piece that left by a sale of lots, or a short lot that lapsed."""
    if sale.is_closing:
        yield from _closed(sale, piece)
        return
    row, taken = piece.row, piece.relieved(sale)
    is_lapsed_right = bool(row.flags & kinds.RIGHT) and sale.kind == kinds.EXPIRE
    if is_lapsed_right:
        yield corporate.lapsed_right_step(taken.basis, row.nondeductible_cents)
    elif not row.flags & kinds.UNKNOWN_BASIS:
        yield _basis(sale, row, taken)
        if row.flags & kinds.DUAL_BASIS:
            used = row.basis_cents - _restated_cents(sale, piece)
            yield wording.gift_step(row.proceeds_cents, taken.basis, taken.loss_basis, used)
    yield from _restated(sale, piece)
    yield from _set_apart(sale, piece)
    yield wording.proceeds_step(row.quantity, sale.quantity, row.proceeds_cents, sale.proceeds)
    if not row.flags & kinds.UNKNOWN_BASIS:
        yield wording.gain_step(row.proceeds_cents, row.basis_cents)


def _basis(sale: Sale, row: Row, taken: Relieved) -> Step:
    if taken.pool is not None:
        to_cents = sale.books.record.policy.average_rounding == "cents"
        return average.average_step(
            taken.quantity, taken.basis, taken.pool, taken.wash, to_cents=to_cents
        )
    source = _sources(sale, row.lot, taken.sub) if taken.wash else ""
    whole = (taken.whole_quantity, taken.whole_cents, taken.relieved_before)
    return wording.basis_step(
        taken.quantity, taken.basis, whole, taken.wash, source or "an earlier sale"
    )


def _sources(sale: Sale, lot: int, sub: int) -> str:
    """The sales whose losses a sub-lot holds."""
    made = [match for match in sale.history.matches if match.lot == lot and match.sub == sub]
    ids = [sale.books.journal.id(row_of_event(sale.books, match.loss_event)) for match in made]
    return ", ".join(dict.fromkeys(ids))


def _restated(sale: Sale, piece: Piece) -> Iterator[Step]:
    """Losses that joined shares which this sale had sold (a literal reading of D1 or D2)."""
    if not piece.row.flags & kinds.RESTATED:
        return
    for match in sale.history.matches:
        if match.lot == piece.row.lot and match.sub is None and match.loss_row != piece.number:
            cited = sale.evidence.row(row_of_event(sale.books, match.loss_event))
            lot = id_of_lot(sale.books, match.loss_lot)
            yield wash.took_loss_step(cited, lot, match.disallowed, None)


def _set_apart(sale: Sale, piece: Piece) -> Iterator[Step]:
    """A row that is only a part of what was relieved (a literal reading of D1 or D2)."""
    row, relieved = piece.row, piece.relieved(sale).quantity
    if row.quantity != relieved:
        yield wash.set_apart_step(row.quantity, relieved, row.basis_cents)


def _restated_cents(sale: Sale, piece: Piece) -> int:
    """What literal readings added to the basis of a piece after it was sold."""
    if not piece.row.flags & kinds.RESTATED:
        return 0
    return sum(
        match.disallowed
        for match in sale.history.matches
        if match.lot == piece.row.lot and match.sub is None and match.loss_row != piece.number
    )


def _closed(sale: Sale, piece: Piece) -> Iterator[Step]:
    """A part of a short lot that was bought back, or lapsed."""
    row, taken = piece.row, piece.relieved(sale)
    opening = sale.evidence.row(row_of_event(sale.books, event_of_lot(sale.books, row.lot)))
    whole = (taken.whole_quantity, taken.whole_cents, taken.relieved_before)
    yield short.short_proceeds_step(taken.quantity, taken.basis, whole, opening)
    before = sum(one.quantity for one in sale.relieved[: piece.taken])
    upto = apportion(sale.proceeds, before + taken.quantity, sale.quantity)
    cost = upto - apportion(sale.proceeds, before, sale.quantity)
    source = _sources(sale, row.lot, taken.sub) or "an earlier closing"
    yield short.cover_cost_step(
        taken.quantity, sale.quantity, cost, sale.proceeds, (taken.wash, source)
    )
    yield from _restated(sale, piece)
    yield from _set_apart(sale, piece)
    yield wording.gain_step(row.proceeds_cents, row.basis_cents)


def _delivered(sale: Sale, piece: Piece) -> Iterator[Step]:
    """A part of a lot that was held, delivered for a part of a short lot."""
    row, taken = piece.row, piece.relieved(sale)
    opening = sale.evidence.row(row_of_event(sale.books, event_of_lot(sale.books, taken.against)))
    if not row.flags & kinds.UNKNOWN_BASIS:
        yield _basis(sale, row, taken)
    if row.flags & kinds.DUAL_BASIS:
        used = row.basis_cents - taken.owed_wash
        yield wording.gift_step(taken.owed_cents, taken.basis, taken.loss_basis, used)
    if taken.owed_wash:
        used = row.basis_cents - taken.owed_wash - _restated_cents(sale, piece)
        yield short.delivered_cost_step(used, taken.owed_wash, "an earlier closing")
    yield from _restated(sale, piece)
    whole = (taken.quantity, taken.owed_cents, 0)
    yield short.short_proceeds_step(taken.quantity, taken.owed_cents, whole, opening)
    if not row.flags & kinds.UNKNOWN_BASIS:
        yield wording.gain_step(row.proceeds_cents, row.basis_cents)


def _boot(sale: Sale, piece: Piece) -> Iterator[Step]:
    """Cash besides stock: the arithmetic of the block."""
    action = action_at(sale.history, sale.event)
    block = sale.history.blocks[sale.event][blocks_of(sale)[piece.turn][1]]
    yield boot_step(action, sale.evidence, block)
    row = piece.row
    if not row.flags & kinds.UNKNOWN_BASIS:
        gain = row.proceeds_cents - row.basis_cents
        yield corporate.boot_result_step(row.proceeds_cents, gain)


def _beyond_basis(sale: Sale, piece: Piece) -> Iterator[Step]:
    """Capital that came back beyond the basis of a block."""
    action = action_at(sale.history, sale.event)
    block = sale.history.blocks[sale.event][blocks_of(sale)[piece.turn][1]]
    yield return_step(action, sale.evidence, block)
    yield corporate.excess_step(piece.row.proceeds_cents)


def _constructive(sale: Sale, piece: Piece) -> Iterator[Step]:
    """Appreciated shares against which a short sale was entered into."""
    row = piece.row
    held = shares_at(sale.books, row.position, row.quantity)
    yield short.deemed_sale_step(sale.cited(), held, row.proceeds_cents, row.basis_cents)


_MEASURED: Final[dict[int, Callable[[Sale, Piece], Iterator[Step]]]] = {
    kinds.COVER: _closed,
    kinds.DELIVER: _delivered,
    kinds.EXCHANGE: _boot,
    kinds.RETURN_CAPITAL: _beyond_basis,
    kinds.OPEN_SHORT: _constructive,
}
"""How gain is measured where no lot is simply sold."""


def _term(sale: Sale, piece: Piece, *, is_long: bool) -> Step:
    row = piece.row
    if sale.is_closing:
        is_written = is_option(sale.books, sale.position)
        return short.short_term_step(row.sold, is_long=is_long, is_written=is_written)
    is_always_long = bool(row.flags & kinds.INHERITED) and is_long
    if sale.kind == kinds.DELIVER and not is_always_long:
        taken = piece.relieved(sale)
        return short.delivered_term_step(
            taken.opened, row.holding_period, is_long=is_long, is_backed=taken.is_long_backed
        )
    return wording.term_step(
        row.acquired,
        row.holding_period,
        row.sold,
        is_inherited=bool(row.flags & kinds.INHERITED),
        is_long=is_long,
        is_restarted=_is_restarted(sale, row),
    )


def _is_restarted(sale: Sale, row: Row) -> bool:
    """Whether a short sale made the piece's holding period start later than its acquisition."""
    flags = int(sale.books.blueprint.tables["positions"]["flags"][row.position])
    is_shorted = bool(flags & kinds.SHORTED) and not is_owed(sale.books, row.position)
    return is_shorted and row.holding_period > row.acquired
