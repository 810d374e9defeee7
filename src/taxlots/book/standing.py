"""What stands open on the as-of day: lots, recent acquisitions and losses that still wait.

The same books as ``book.results``, as the nouns that planning works with.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction
from operator import itemgetter
from typing import Final

import numpy as np

from taxlots.book import kinds
from taxlots.book.booking import Books
from taxlots.book.cells import Mask
from taxlots.book.exercised import exercised
from taxlots.book.journal import ACTION_CODE, ACTIONS
from taxlots.book.lot_wholes import wholes_of
from taxlots.book.record import Acquisition, OpenLot, WaitingLoss
from taxlots.book.results import OpenLots, open_lots_of
from taxlots.book.tables import NONE
from taxlots.domain.action import PURCHASE_ACTIONS, Action
from taxlots.domain.calendar import date_of
from taxlots.domain.money import apportion
from taxlots.law.s1091_wash_sale import disallowed_part, window_end

LOOK_BACK_DAYS: Final = 61
"""The window of section 1091 on both sides: nothing older matters to a sale of today."""

COMPENSATION: Final = (Action.RSU_VEST,)
"""Acquisitions on which authors differ (decision D16): a purchase under a plan is one."""


def open_lots(
    books: Books, chosen: Mask | None = None, lots: OpenLots | None = None
) -> list[OpenLot]:
    """Every open sub-lot, by household and rank; those that are ``chosen``, where that is told.

    ``lots`` are those of ``book.results`` where they are known.
    """
    lots = open_lots_of(books) if lots is None else lots
    chosen_rows = np.arange(len(lots.lot)) if chosen is None else np.flatnonzero(chosen)
    ids = books.journal.ids.take(lots.lot_row[chosen_rows]).to_pylist() if len(chosen_rows) else []
    household = {a.id: a.household for a in books.record.accounts}
    wholes = wholes_of(books, lots.lot[chosen_rows])
    found = []
    for at, lot_id in zip(chosen_rows.tolist(), ids, strict=True):
        account, symbol, _ = books.blueprint.places[int(lots.position[at])]
        long_from = int(lots.long_from[at])
        status = "unknown" if lots.is_unknown[at] else "known"
        whole = wholes[
            int(lots.lot[at]),
            int(lots.position[at]),
            int(lots.holding_period[at]),
            bool(lots.is_replacement[at]),
        ]
        found.append(
            OpenLot(
                lot_id=lot_id,
                household=household[account],
                account=account,
                symbol=symbol,
                acquired=date_of(int(lots.acquired[at])),
                holding_period=date_of(int(lots.holding_period[at])),
                long_term_from=None if long_from == kinds.UNSTATED else date_of(long_from),
                quantity=int(lots.quantity[at]),
                cost_basis_cents=int(lots.basis[at]),
                loss_basis_cents=int(lots.loss_basis[at]),
                wash_sale_adjustment_cents=int(lots.wash[at]),
                is_replacement=bool(lots.is_replacement[at]),
                is_inherited=bool(lots.is_inherited[at]),
                covered=bool(lots.is_covered[at]),
                basis_status="pending" if lots.is_pending[at] else status,
                rank=int(lots.lot[at]),
                whole_quantity=whole.quantity if whole else 0,
                whole_basis_cents=whole.basis_cents if whole else 0,
                whole_loss_basis_cents=whole.loss_basis_cents if whole else 0,
                is_divisible=whole is not None,
            )
        )
    return found


def espp_without_income(books: Books) -> set[str]:
    """The ESPP lots whose row does not state the ordinary income that belongs to their basis."""
    journal = books.journal
    is_blank = journal.number["compensation_income"].is_blank
    rows = np.flatnonzero((journal.action == ACTION_CODE[Action.ESPP]) & is_blank)
    return {journal.id(row) for row in rows.tolist()}


def waiting_losses(books: Books) -> list[WaitingLoss]:
    """Losses whose window a purchase of the as-of day would still meet, oldest first."""
    events = books.blueprint.tables["events"]
    rows = books.state.table("rows")
    positions = books.state.table("positions")
    waits = books.state.table("waits")
    household = {a.id: a.household for a in books.record.accounts}
    lot_events = books.state.table("lots")["event"]
    found = []
    for wait in waits[np.argsort(waits["day"], kind="stable")]:
        left = int(wait["whole"] - wait["matched"])
        if wait["row"] == NONE or left <= 0 or window_end(int(wait["day"])) < books.as_of:
            continue
        account, symbol, _ = books.blueprint.places[int(wait["position"])]
        sale = int(events["row"][rows["event"][wait["row"]]])
        opened = int(events["row"][lot_events[wait["lot"]]])
        found.append(
            WaitingLoss(
                sale_id=books.journal.id(sale),
                lot_id=books.journal.id(opened),
                household=household[account],
                account=account,
                symbol=symbol,
                sold=date_of(int(wait["day"])),
                quantity=left // int(positions["multiplier"][wait["position"]]),
                loss_cents=disallowed_part(
                    int(wait["loss_cents"]),
                    int(wait["whole"]),
                    int(wait["matched_cents"]),
                    int(wait["whole"]),
                ),
            )
        )
    return found


def acquisitions(books: Books) -> list[Acquisition]:
    """Acquisitions of the last 61 days, sold or not, in order of rank.

    The strict reading: vests and purchases in section 475 accounts count, whatever the policy.
    What was exchanged for another security since stands under both: its purchase remains one.
    """
    recent = _recent_lots(books)
    open_units = _open_units(books, {lot.number for lot in recent})
    used_sold = _used_and_sold(books, recent)
    household = {a.id: a.household for a in books.record.accounts}
    since = books.as_of - LOOK_BACK_DAYS
    bought = {lot.number for lot in recent}
    found = exercised(books, since, bought, _units_of_today(books))
    for lot in recent:
        bought_in, bought_as, _ = books.blueprint.places[lot.position]
        open_now = open_units.get(lot.number, _OpenUnits())
        (account, symbol), held = open_now.main_place((bought_in, bought_as))
        quantity = lot.in_units_of_today(lot.quantity)
        used = open_now.used + used_sold.get(lot.number, 0)
        acquisition = Acquisition(
            lot_id=books.journal.id(lot.row),
            household=household[account],
            account=account,
            symbol=symbol,
            acquired=date_of(lot.day),
            quantity=quantity,
            # An exchange by a ratio changes units: what is held and unused is left all the same.
            unused=max(quantity - used, held),
            held=held,
            is_compensation=ACTIONS[books.journal.action[lot.row]] in COMPENSATION,
        )
        found.append((lot.number, acquisition))
        if not books.identity.replaces(symbol, bought_as, books.as_of):
            as_bought = replace(acquisition, symbol=bought_as, held=0)
            found.append((lot.number, as_bought))
        for place, units in open_now.unused.items():
            if place[1] not in (symbol, bought_as):
                elsewhere = replace(acquisition, quantity=units, unused=units, held=units)
                found.append((lot.number, replace(elsewhere, account=place[0], symbol=place[1])))
    return [acquisition for _, acquisition in sorted(found, key=itemgetter(0))]


def _units_of_today(books: Books) -> Callable[[int, int, int], int]:
    """How a quantity of a position, as it stood after an event, counts after the splits since."""
    splits = list(_splits(books))

    def units(quantity: int, event: int, position: int) -> int:
        symbol = books.blueprint.places[position][1]
        household = books.blueprint.household[event]
        for at, of_household, of_symbol, ratio in splits:
            if at > event and of_household == household and of_symbol == symbol:
                quantity = apportion(quantity, ratio.numerator, ratio.denominator)
        return quantity

    return units


def last_splits(books: Books) -> dict[str, int]:
    """The day of the last split of each symbol: a close from before it is in other units."""
    events = books.blueprint.tables["events"]
    return {symbol: int(events["day"][at]) for at, _, symbol, _ in _splits(books)}


def split_ratios(books: Books) -> dict[str, dict[int, Fraction]]:
    """The splits of each symbol: the day, and how many new shares stand for one old."""
    events = books.blueprint.tables["events"]
    found: dict[str, dict[int, Fraction]] = {}
    for at, _, symbol, ratio in _splits(books):
        found.setdefault(symbol, {})[int(events["day"][at])] = ratio
    return found


@dataclass(frozen=True, slots=True)
class _Recent:
    """A lot that was acquired inside the look-back, and the splits since."""

    number: int
    event: int
    row: int
    day: int
    position: int
    quantity: int
    ratio: Fraction

    def in_units_of_today(self, quantity: int) -> int:
        """A quantity of the acquisition day after the splits since."""
        return apportion(quantity, self.ratio.numerator, self.ratio.denominator)


def _recent_lots(books: Books) -> list[_Recent]:
    events = books.blueprint.tables["events"]
    lots = books.state.table("lots")
    since = books.as_of - LOOK_BACK_DAYS
    is_recent = (lots["event"] >= 0) & (lots["acquired"] >= since)
    bought = [ACTION_CODE[action] for action in PURCHASE_ACTIONS]
    splits = list(_splits(books))
    found = []
    for number in np.flatnonzero(is_recent):
        event = int(lots["event"][number])
        row = int(events["row"][event])
        if books.journal.action[row] not in bought and not _is_transferred_purchase(books, event):
            continue
        position = int(events["position"][event])
        symbols = {books.blueprint.places[position][1]}
        ratio = Fraction(1)
        for at, household, symbol, numbers in splits:
            if at > event and household == books.blueprint.household[event] and symbol in symbols:
                ratio *= numbers
        found.append(
            _Recent(
                number=int(number),
                event=event,
                row=row,
                day=int(lots["acquired"][number]),
                position=position,
                quantity=int(events["quantity"][event]),
                ratio=ratio,
            )
        )
    return found


def _is_transferred_purchase(books: Books, event: int) -> bool:
    events = books.blueprint.tables["events"]
    detail = int(events["detail"][event])
    if detail < 0 or events["kind"][event] != kinds.OPEN_OUTSIDE:
        return False
    return bool(books.blueprint.tables["details"]["flags"][detail] & kinds.ACQUISITION)


def _splits(books: Books) -> Iterator[tuple[int, int, str, Fraction]]:
    """Event, household, symbol and ratio of every split."""
    events = books.blueprint.tables["events"]
    details = books.blueprint.tables["details"]
    for at in np.flatnonzero(events["kind"] == kinds.SPLIT):
        detail = details[events["detail"][at]]
        symbol = books.blueprint.places[int(events["position"][at])][1]
        ratio = Fraction(int(detail["numerator"]), int(detail["denominator"]))
        yield int(at), int(books.blueprint.household[at]), symbol, ratio


@dataclass(slots=True)
class _OpenUnits:
    """Open units of a lot: those that have replaced a loss, and the others by account and symbol.

    ``last`` is the place that was looked at last.
    """

    used: int = 0
    unused: dict[tuple[str, str], int] = field(default_factory=dict)
    last: tuple[str, str] | None = None

    def main_place(self, opened: tuple[str, str]) -> tuple[tuple[str, str], int]:
        """Where the lot is held now, and how much of that security is unused.

        That is the symbol under which it was ``opened`` if it is still held so; of several
        accounts, the last.
        """
        places = list(self.unused) or ([self.last] if self.last else [opened])
        as_opened = [place for place in places if place[1] == opened[1]]
        main = (as_opened or places)[-1]
        return main, sum(units for place, units in self.unused.items() if place[1] == main[1])


def _open_units(books: Books, numbers: set[int]) -> dict[int, _OpenUnits]:
    """What is open of each lot."""
    slots = books.state.table("slots")
    mine = slots[np.isin(slots["lot"], list(numbers)) & (slots["quantity"] > 0)]
    found: dict[int, _OpenUnits] = {}
    for slot in mine:
        if slot["flags"] & kinds.CLOSED:
            continue
        lot = found.setdefault(int(slot["lot"]), _OpenUnits())
        account, symbol, _ = books.blueprint.places[int(slot["position"])]
        lot.last = account, symbol
        if slot["flags"] & kinds.REPLACEMENT:
            lot.used += int(slot["quantity"])
        else:
            lot.unused[lot.last] = lot.unused.get(lot.last, 0) + int(slot["quantity"])
    return found


def _used_and_sold(books: Books, recent: list[_Recent]) -> dict[int, int]:
    """Units of each lot that replaced a loss and were sold since, in today's units."""
    rows = books.state.table("rows")
    in_units_of_today = _units_of_today(books)
    by_number = {lot.number: lot for lot in recent}
    used = rows[np.isin(rows["lot"], list(by_number)) & (rows["flags"] & kinds.REPLACEMENT != 0)]
    found: dict[int, int] = {}
    for row in used:
        lot = by_number[int(row["lot"])]
        units = in_units_of_today(int(row["quantity"]), int(row["event"]), lot.position)
        found[lot.number] = found.get(lot.number, 0) + units
    return found
