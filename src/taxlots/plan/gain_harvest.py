"""Harvest of gains at 0 percent: long-term gain that the year can still realize free of tax.

Below the first bend of 26 USC 1(h) long-term gain costs nothing, and its sale lifts the basis.  The
law itself tells where that ends (``plan.ramp``): whatever makes the first dollar cost tax, a
bracket, the minimum tax or the tax on net investment income, ends the room.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil, floor
from typing import Final

from taxlots.domain.money import SHARE, apportion
from taxlots.domain.tax_return import ReturnIncome
from taxlots.law.not_computed import not_computed
from taxlots.law.tax_of_year import federal_tax, moved
from taxlots.plan.ramp import Bend, bends
from taxlots.plan.year_tax import owed

MOST_CENTS: Final = 10**12
"""No return realizes more: where tax begins beyond it, or nowhere, the room is this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FreeAgain:
    """Gain that is free beyond some that is not, in cents.

    ``from_cents`` to ``to_cents`` of further gain is free once the tax on what comes before it is
    paid: so it is where the first gain only takes the place of a loss that is deducted from income
    (26 USC 1211(b)).
    """

    from_cents: int
    to_cents: int
    tax_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FreeRoom:
    """Long-term gain that costs no federal tax, in cents.

    ``absorbed_cents`` of it only uses up losses that would be carried on: no basis is lifted for
    free by that part.  ``state_cents`` is what the state asks for all of it.  ``next_rate`` is the
    federal tax on each dollar beyond it, and ``again`` what is free after those.
    ``not_computed`` names, in sentences, what a higher income may cost besides.
    """

    room_cents: int
    absorbed_cents: int
    state_cents: int
    next_rate: Fraction
    not_computed: tuple[str, ...]
    again: FreeAgain | None = None


def free_room(income: ReturnIncome) -> FreeRoom:
    """How much more long-term gain a return can realize without federal tax.  26 USC 1(h)(1)(B)."""

    def tax(gain: int) -> int:
        found = federal_tax(moved(income, 0, gain))
        return found.federal_tax_cents + found.niit_cents

    found = bends(tax, 0, MOST_CENTS)
    first = next((bend for bend in found if bend.slope > 0), None)
    room = MOST_CENTS if first is None else floor(first.at)
    after = moved(income, 0, room)
    now, then = owed(income), owed(after)
    federal, at_end = federal_tax(income), federal_tax(after)
    told = (*not_computed(income, federal), *not_computed(after, at_end))
    added = at_end.federal_tax_cents + at_end.niit_cents
    added -= federal.federal_tax_cents + federal.niit_cents
    return FreeRoom(
        room_cents=room,
        absorbed_cents=now.carried_cents - then.carried_cents,
        state_cents=then.tax_cents - now.tax_cents - added,
        next_rate=Fraction(0) if first is None else Fraction(first.slope),
        not_computed=tuple(dict.fromkeys(told)),
        again=_free_again(found),
    )


def _free_again(found: Sequence[Bend]) -> FreeAgain | None:
    """The first stretch without tax that follows one with tax."""
    for before, start, end in zip(found, found[1:], found[2:], strict=False):
        if before.slope > 0 and start.slope == 0:
            return FreeAgain(
                from_cents=ceil(start.at),
                to_cents=floor(end.at),
                tax_cents=ceil(start.value - found[0].value),
            )
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldGain:
    """A long-term lot with a gain: quantity in 1e-8 units, money in cents."""

    lot_id: str
    quantity: int
    value_cents: int
    basis_cents: int
    account: str = ""
    symbol: str = ""

    @property
    def gain_cents(self) -> int:
        """The gain of a sale of all of it."""
        return self.value_cents - self.basis_cents

    @property
    def gain_ratio(self) -> Fraction:
        """The gain of each dollar of it."""
        return Fraction(self.gain_cents, self.value_cents or 1)

    def part(self, quantity: int) -> HeldGain:
        """A part of the lot."""
        return replace(
            self,
            quantity=quantity,
            value_cents=apportion(self.value_cents, quantity, self.quantity),
            basis_cents=apportion(self.basis_cents, quantity, self.quantity),
        )


def highest_gains(lots: Sequence[HeldGain]) -> list[HeldGain]:
    """Lots by the gain of each dollar of them, the highest first; equals as they were given."""
    return sorted(lots, key=lambda lot: -lot.gain_ratio)


def within_room(lots: Sequence[HeldGain], room_cents: int) -> tuple[HeldGain, ...]:
    """What to sell to realize gains up to the room: the most basis for each dollar traded.

    Lots of highest gain a dollar go first.  The last one may be a part, in whole shares.
    """
    left = room_cents
    taken = []
    for lot in highest_gains(lots):
        if lot.gain_cents <= 0:
            continue
        if lot.gain_cents <= left:
            part = lot
        else:
            units = left * lot.quantity // lot.gain_cents // SHARE * SHARE
            part = lot.part(units)
            if part.gain_cents > left:
                part = lot.part(max(0, units - SHARE))
        if part.quantity and part.gain_cents > 0:
            taken.append(part)
            left -= part.gain_cents
            if part.quantity < lot.quantity:
                break
    return tuple(taken)
