"""What each event did to a lot, in steps: one function for each kind of event."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from taxlots.book import kinds
from taxlots.domain.money import dollars, shares
from taxlots.reports import explain_average_wording as average
from taxlots.reports import explain_option_wording as option
from taxlots.reports import explain_short_wording as short
from taxlots.reports import explain_wording as wording
from taxlots.reports.explained import CitedRow, Step
from taxlots.workflows.evidence import Evidence
from taxlots.workflows.explain_corporate import division_steps, exchange_steps, return_steps
from taxlots.workflows.explain_lookup import is_owed, row_of_event, shares_at, symbol_of
from taxlots.workflows.family_record import Change, FamilyHistory, Part

Steps = Iterator[Step]


def change_steps(history: FamilyHistory, evidence: Evidence, change: Change) -> Steps:
    """The steps of what one event did to a lot that was there before."""
    row = evidence.row(row_of_event(history.books, change.event))
    pooled = [part for part in change.before if part.is_pooled]
    if pooled and basis_of(change.before) != basis_of(change.settled):
        quantity, basis = quantity_of(change.before), basis_of(change.before)
        yield average.settled_step(row, quantity, basis, basis_of(change.settled))
    kind = history.booked[change.event].kind
    if kind in _SAID:
        yield from _SAID[kind](history, evidence, change)
    yield from _restarted(history, evidence, change)
    was = sum(part.quantity for part in pooled)
    now = sum(part.quantity for part in change.after if part.is_pooled)
    if now > was and not was:
        yield average.pooled_step(row, now, change.pool)


def quantity_of(parts: tuple[Part, ...]) -> int:
    """The units of parts together."""
    return sum(part.quantity for part in parts)


def basis_of(parts: tuple[Part, ...]) -> int:
    """The basis of parts together, in cents."""
    return sum(part.basis for part in parts)


def _sold(history: FamilyHistory, evidence: Evidence, change: Change) -> Steps:
    gone = quantity_of(change.settled) - quantity_of(change.after)
    if gone <= 0:
        return
    row = evidence.row(row_of_event(history.books, change.event))
    text = f"{shares(gone)} sold by {_id(history, change)}; {_left(history, change)}."
    if row.action not in ("SELL", "SELL_OPTION"):
        text = (
            f"{shares(gone)} left by {row.action} {_id(history, change)}; {_left(history, change)}."
        )
    if history.booked[change.event].kind == kinds.EXPIRE and _is_short(history, change):
        yield _closed(history, evidence, change)
    else:
        yield wording.changed_step("sold", row, text)


def _departed(history: FamilyHistory, evidence: Evidence, change: Change) -> Steps:
    gone = quantity_of(change.settled) - quantity_of(change.after)
    text = f"{shares(gone)} left by {_id(history, change)}; {_left(history, change)}."
    yield wording.changed_step("left", _row(history, evidence, change), text)


def _split(history: FamilyHistory, evidence: Evidence, change: Change) -> Steps:
    was, now = _touched(change)
    before, after = quantity_of(was), quantity_of(now)
    text = (
        f"Split {_id(history, change)}: {shares(before)} became {shares(after)}; "
        "basis and dates stay."
    )
    if basis_of(was) != basis_of(now):
        text = (
            f"Split {_id(history, change)}: {shares(before)} became {shares(after)}; a part was "
            f"cut to nothing, and its basis went to its neighbour: {dollars(basis_of(was))} "
            f"became {dollars(basis_of(now))}."
        )
    yield wording.changed_step("split", _row(history, evidence, change), text)


def _moved(history: FamilyHistory, evidence: Evidence, change: Change) -> Steps:
    places = history.books.blueprint.places
    moved = sorted(set(_by_place(change.after).items()) - set(_by_place(change.settled).items()))
    where = ", ".join(
        f"{shares(quantity)} in {places[position][0]} as {places[position][1]}"
        for position, quantity in moved
        if not places[position][2] or is_owed(history.books, position)
    )
    text = (
        f"Moved by {_id(history, change)}: now {where or 'on its way'}; basis and dates go along."
    )
    yield wording.changed_step("moved", _row(history, evidence, change), text)


def _rebased(history: FamilyHistory, evidence: Evidence, change: Change) -> Steps:
    before, after = basis_of(change.settled), basis_of(change.after)
    text = f"Basis adjusted by {_id(history, change)}: {dollars(before)} became {dollars(after)}."
    yield wording.changed_step("basis_adjusted", _row(history, evidence, change), text)


def _closed(history: FamilyHistory, evidence: Evidence, change: Change) -> Step:
    gone = quantity_of(change.before) - quantity_of(change.after)
    left = quantity_of(change.after)
    row = _row(history, evidence, change)
    return short.closed_step(row, gone, left, basis_of(change.after))


def _covered(history: FamilyHistory, evidence: Evidence, change: Change) -> Steps:
    """A closing: of the short lot, or beside a lot that is held."""
    if quantity_of(change.before) > quantity_of(change.after):
        yield _closed(history, evidence, change)


def _delivered(history: FamilyHistory, evidence: Evidence, change: Change) -> Steps:
    if _is_short(history, change):
        yield _closed(history, evidence, change)
    elif quantity_of(change.settled) > quantity_of(change.after):
        gone = quantity_of(change.settled) - quantity_of(change.after)
        text = (
            f"{shares(gone)} delivered by {_id(history, change)} to close a short sale; "
            f"{_left(history, change)}."
        )
        yield wording.changed_step("delivered", _row(history, evidence, change), text)


def _deemed_sold(history: FamilyHistory, evidence: Evidence, change: Change) -> Steps:
    """What of a lot a short sale sold constructively, row by row."""
    row = _row(history, evidence, change)
    for one in history.rows:
        if one.event == change.event and one.lot == change.lot:
            held = shares_at(history.books, one.position, one.quantity)
            yield short.deemed_sale_step(row, held, one.proceeds_cents, one.basis_cents)


def _into_stock(history: FamilyHistory, evidence: Evidence, change: Change) -> Steps:
    gone = quantity_of(change.before) - quantity_of(change.after)
    row = _row(history, evidence, change)
    yield option.left_for_stock_step(row, gone, quantity_of(change.after))


def _end_of_average(history: FamilyHistory, evidence: Evidence, change: Change) -> Steps:
    row = _row(history, evidence, change)
    yield average.ended_step(row, basis_of(change.before), basis_of(change.after))


def _restarted(history: FamilyHistory, evidence: Evidence, change: Change) -> Steps:
    """Parts whose holding period a short sale made start anew."""
    booked = history.booked[change.event]
    if booked.kind not in (kinds.SELL, kinds.SURRENDER, kinds.COVER, kinds.DELIVER):
        return
    if _is_short(history, change):
        return
    anew = _held_since(change.after, booked.day) - _held_since(change.settled, booked.day)
    if anew > 0:
        held = shares_at(history.books, change.after[0].position, anew)
        yield short.restarted_step(_row(history, evidence, change), held, booked.day)


def _held_since(parts: tuple[Part, ...], day: int) -> int:
    return sum(part.quantity for part in parts if part.holding_period == day)


def _is_short(history: FamilyHistory, change: Change) -> bool:
    parts = change.before or change.after
    return bool(parts) and is_owed(history.books, parts[0].position)


def _by_place(parts: tuple[Part, ...]) -> dict[int, int]:
    held: dict[int, int] = {}
    for part in parts:
        held[part.position] = held.get(part.position, 0) + part.quantity
    return held


def _row(history: FamilyHistory, evidence: Evidence, change: Change) -> CitedRow:
    return evidence.row(row_of_event(history.books, change.event))


def _id(history: FamilyHistory, change: Change) -> str:
    row = row_of_event(history.books, change.event)
    return f"{history.books.journal.id(row)} ({wording.day(history.booked[change.event].day)})"


def _left(history: FamilyHistory, change: Change) -> str:
    """What of the lot is left after an event, by security."""
    if not change.after:
        return "nothing of it is left"
    units: dict[str, int] = {}
    for part in change.after:
        symbol = symbol_of(history.books, part.position)
        units[symbol] = units.get(symbol, 0) + part.quantity
    held = " and ".join(f"{shares(quantity)} {symbol}" for symbol, quantity in units.items())
    if len(units) == 1:
        held = shares(quantity_of(change.after))
    if any(part.is_pooled for part in change.after):
        return f"{held} left in the average-basis pool"
    return f"{held} with basis {dollars(basis_of(change.after))} left"


def _touched(change: Change) -> tuple[tuple[Part, ...], tuple[Part, ...]]:
    """The parts before and after an event in the positions that it touched."""
    places = {part.position for part in set(change.settled) ^ set(change.after)}
    before = tuple(part for part in change.settled if part.position in places)
    return before, tuple(part for part in change.after if part.position in places)


_SAID: Final[dict[int, Callable[[FamilyHistory, Evidence, Change], Steps]]] = {
    kinds.SELL: _sold,
    kinds.SURRENDER: _sold,
    kinds.EXPIRE: _sold,
    kinds.DEPART: _departed,
    kinds.DISTRIBUTE: _departed,
    kinds.SPLIT: _split,
    kinds.TRANSFER: _moved,
    kinds.ARRIVE: _moved,
    kinds.RETURN: _moved,
    kinds.RENAME: _moved,
    kinds.ADJUST: _rebased,
    kinds.EXCHANGE: exchange_steps,
    kinds.DISTRIBUTE_SHARES: division_steps,
    kinds.RETURN_CAPITAL: return_steps,
    kinds.COVER: _covered,
    kinds.DELIVER: _delivered,
    kinds.OPEN_SHORT: _deemed_sold,
    kinds.OPTION_LEG: _into_stock,
    kinds.OPEN_BY_OPTION: _into_stock,
    kinds.END_AVERAGE: _end_of_average,
}
