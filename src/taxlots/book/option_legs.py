"""Options exercised and assigned: the premium goes into stock bought, or into its proceeds."""

from taxlots.book.actions import add_slot, new_lot, stand_as_candidate
from taxlots.book.kinds import (
    ACQUISITION,
    ADJUSTED,
    FIFO,
    INHERITED,
    LOT_NOT_HELD,
    NOTHING,
    OPEN_SHORT,
    OVERSOLD,
    REPLACEMENT,
    SHORT,
    SKIP_LOT,
    TAX_DEFERRED,
    UNKNOWN_BASIS,
)
from taxlots.book.noting import fault
from taxlots.book.positions import LAST_SUB, free_slot, relieve, set_wash, wash_of_part
from taxlots.book.relief import first_pick, missing_pick, next_relief
from taxlots.book.tables import NONE, Book
from taxlots.domain.money import apportion
from taxlots.law.s1234_options import (
    cost_by_assignment,
    cost_by_exercise,
    proceeds_by_assignment,
    proceeds_by_exercise,
)


def _is_there(b: Book, at: int) -> bool:
    """Whether the contracts and the lots that a row names are there; a fault is noted if not."""
    e = b.events[at]
    held = b.positions[e.position].quantity
    if held < e.quantity:
        fault(b, at, OVERSOLD, e.quantity, held)
        return False
    pick = missing_pick(b, at)
    if pick != NONE:
        fault(b, at, LOT_NOT_HELD, b.picks[pick].quantity, b.picks[pick].lot)
        return False
    return True


def _premium(b: Book, source: int, units: int) -> int:
    """Take contracts out; their basis, or, of what was written, the premium kept of them."""
    deferred = 0
    if b.positions[b.slots[source].position].flags & SHORT:
        deferred = wash_of_part(b, source, units)
    cents = relieve(b, source, units) - deferred
    if b.slots[source].quantity == 0:
        free_slot(b, source)
    return cents


def hand_premium_to_sale(b: Book, at: int) -> None:
    """Relieve a put exercised or a call assigned; the next event sells the stock."""
    e = b.events[at]
    if not _is_there(b, at):
        b.events[at + 1].kind = NOTHING
        if _sells_short(b, at):
            b.events[at + 2].kind = SKIP_LOT
        return
    is_written = b.positions[e.position].flags & SHORT
    left = e.quantity
    premium = 0
    deferred = 0
    while left > 0:
        source, units, _, _ = next_relief(b, at, FIFO, NONE, 0, left)
        left -= units
        if is_written:
            deferred += wash_of_part(b, source, units)
        premium += _premium(b, source, units)
    following = b.events[at + 1]
    if is_written:
        following.cents = proceeds_by_assignment(following.cents, premium)
        b.tally[0].basis_in_cents -= deferred
    else:
        following.cents = proceeds_by_exercise(following.cents, premium)
        if not b.positions[e.position].flags & TAX_DEFERRED:
            b.tally[0].basis_in_cents -= premium

    if _sells_short(b, at):
        _sell_rest_short(b, at + 1)


def _sells_short(b: Book, at: int) -> bool:
    """Whether a short sale stands ready for what the sale after this event does not find."""
    following = at + 2
    if following >= len(b.events) or b.events[following].kind != OPEN_SHORT:
        return False
    return b.events[following].row == b.events[at].row


def _sell_rest_short(b: Book, at: int) -> None:
    """Sell what is held, and short what is not: borrowed shares are delivered for it."""
    e = b.events[at]
    short = b.events[at + 1]
    held = b.positions[e.position].quantity
    if held >= e.quantity or b.details[e.detail].pick_count > 0:
        short.kind = SKIP_LOT
        return
    cents = apportion(e.cents, held, e.quantity)
    short.quantity = e.quantity - held
    short.cents = e.cents - cents
    e.quantity = held
    e.cents = cents
    if held == 0:
        e.kind = NOTHING


def open_by_option(b: Book, at: int) -> None:
    """Buy stock by exercising a call, or because a written put was assigned."""
    lot = new_lot(b, at)
    if not _is_there(b, at):
        return
    e = b.events[at]
    p = b.positions[e.position]
    is_written = p.flags & SHORT != 0
    brought = _buy_when_assigned(b, at, lot) if is_written else _buy_by_exercise(b, at, lot)
    if not p.flags & TAX_DEFERRED:
        b.tally[0].basis_in_cents += brought


def _buy_when_assigned(b: Book, at: int, lot: int) -> int:
    """The writer of a put buys; returns the cost less the premium, in cents."""
    e = b.events[at]
    left = e.quantity
    premium = 0
    deferred = 0
    while left > 0:
        source, units, _, _ = next_relief(b, at, FIFO, NONE, 0, left)
        left -= units
        deferred += wash_of_part(b, source, units)
        premium += _premium(b, source, units)
    cents = max(0, cost_by_assignment(e.cents, premium))
    units = e.quantity * b.positions[e.position].multiplier
    _add_plain(b, at, lot, units, cents, deferred, ACQUISITION, e.day)
    return cents - deferred


def _buy_by_exercise(b: Book, at: int, lot: int) -> int:
    """The holder of a call buys; returns the basis that came in, in cents.

    Contracts that have replaced a loss bring shares that cannot replace another one, and the
    period of what was sold at that loss counts with these shares (26 USC 1223(3)).
    """
    e = b.events[at]
    target = b.details[e.detail].to_position
    multiplier = b.positions[e.position].multiplier
    pick, of_pick = first_pick(b, at)
    left = e.quantity
    strike = e.cents
    e.cents = 0
    paid = 0
    plain_units = 0
    plain_cents = 0
    unknown = 0
    known_premium = 0
    plain_paid = 0
    flags = ACQUISITION
    held_since = b.details[e.detail].holding_period
    plain_wash = 0
    while left > 0:
        source, units, pick, of_pick = next_relief(b, at, e.method, pick, of_pick, left)
        left -= units
        cost = apportion(strike, e.quantity - left, e.quantity) - paid
        paid += cost
        had = b.slots[source].flags
        tacked = max(0, b.slots[source].acquired - b.slots[source].holding_period)
        wash = wash_of_part(b, source, units)
        premium = _premium(b, source, units)
        cents = cost_by_exercise(cost, premium)
        if had & REPLACEMENT:
            b.lots[lot].adjusted += 1
            kept = had & (REPLACEMENT | ADJUSTED | INHERITED | UNKNOWN_BASIS)
            sub = b.lots[lot].adjusted
            since = held_since - tacked
            used = add_slot(b, lot, target, units * multiplier, cents, kept, since, sub)
            set_wash(b, used, wash)
            unknown += cost if had & UNKNOWN_BASIS else 0
        else:
            plain_paid += cost
            known_premium += 0 if had & UNKNOWN_BASIS else premium
            plain_wash += wash
            plain_units += units
            plain_cents += cents
            flags = flags | had & UNKNOWN_BASIS
    e.cents = strike
    if plain_units > 0:
        amount = plain_units * multiplier
        _add_plain(b, at, lot, amount, plain_cents, plain_wash, flags, held_since)
    if flags & UNKNOWN_BASIS:
        unknown += plain_paid + known_premium
    return paid - unknown


def _add_plain(
    b: Book, at: int, lot: int, units: int, cents: int, wash: int, flags: int, held_since: int
) -> None:
    """The plain rest of a lot that options brought: an acquisition of the day."""
    e = b.events[at]
    target = b.details[e.detail].to_position
    sub = LAST_SUB if b.rules[0].adjusted_first else 0
    slot_at = add_slot(b, lot, target, units, cents, flags, held_since, sub)
    set_wash(b, slot_at, wash)
    stand_as_candidate(b, slot_at, e.day)
