"""The lots of a household's positions as arrays, and what selling them costs in tax."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Final

import numpy as np

from taxlots.domain.tax_rate import RATE_ONE
from taxlots.plan.later_years import present_rate
from taxlots.plan.optimizer.lot_slopes import LotGains, lot_gains
from taxlots.plan.rebalance.positions import PlannedLot, Position, tax_slope
from taxlots.plan.risk import Floats
from taxlots.plan.year_tax import RatedYear, YearTax

BARRED_SLOPE = 1e3
"""The slope of a lot that is not sold: it stands behind all that may be."""

PROBE_CENTS: Final = 100_000
"""The gain at which the first rates of a year are taken that is reckoned by law."""

Ints = np.ndarray[tuple[int], np.dtype[np.int64]]
Mask = np.ndarray[tuple[int], np.dtype[np.bool_]]


@dataclass(frozen=True, slots=True, eq=False)
class LotTable:
    """Lots of all positions, in their order, (lots,) each: money in cents, quantities in 1e-8.

    ``holder`` is the row of a lot's position.  ``is_taxed``: its sale is a gain or a loss of a tax
    return.  ``is_barred``: it is not sold, for its own sake or its position's.
    """

    lots: tuple[PlannedLot, ...]
    holder: Ints
    value_cents: Ints
    gain_cents: Ints
    quantity: Ints
    is_long: Mask
    is_taxed: Mask
    is_barred: Mask

    @property
    def is_loss(self) -> Mask:
        """Whether a sale is a loss on a tax return."""
        return np.asarray(self.is_taxed & (self.gain_cents < 0))

    def barring(self, also: Mask) -> LotTable:
        """The table with further lots that are not sold."""
        return replace(self, is_barred=self.is_barred | also)

    def sellable_cents(self, positions: int) -> Ints:
        """What the lots that may be sold are worth, by position."""
        worth = np.where(self.is_barred, 0, self.value_cents)
        return np.bincount(self.holder, worth, positions).round().astype(np.int64)


def lot_table(positions: Sequence[Position]) -> LotTable:
    """The lots of positions as arrays."""
    lots = tuple(chain.from_iterable([one.lots for one in positions]))
    counts = [len(one.lots) for one in positions]

    def of_holder(flags: list[bool]) -> Mask:
        return np.repeat(_mask(flags), counts)

    return LotTable(
        lots=lots,
        holder=np.repeat(np.arange(len(positions)), counts),
        value_cents=np.array([one.value_cents for one in lots], np.int64),
        gain_cents=np.array([one.gain_cents for one in lots], np.int64),
        quantity=np.array([one.quantity for one in lots], np.int64),
        is_long=_mask([one.is_long for one in lots]),
        is_taxed=of_holder([one.is_taxed for one in positions]),
        is_barred=of_holder([one.sell_bar != "" for one in positions])
        | _mask([one.bar != "" for one in lots]),
    )


def _mask(flags: list[bool]) -> Mask:
    """Flags as an array, by their bytes: a household has thousands of lots."""
    return np.frombuffer(bytearray(flags), np.bool_)


def lot_slopes(
    table: LotTable, positions: Sequence[Position], main: str, years: Mapping[str, YearTax]
) -> tuple[Floats, LotGains]:
    """Tax by dollar of proceeds of each lot, and its gains on the ``main`` return.

    A slope is this year's tax and later years', less what the basis that the sale renews saves
    later.  Where the main return is reckoned by law its slopes are of its first gains: a plan by
    law finds its own.
    """
    gain = table.gain_cents / np.where(table.value_cents > 0, table.value_cents, 1)
    is_open = table.is_taxed & ~table.is_barred & (table.value_cents > 0)
    returns = [one.account.tax_return for one in positions]
    slope = np.zeros(len(table.lots))
    for name in set(returns) & set(years):
        mine = is_open & _is_of(name, returns)[table.holder]
        rates = rates_of(years[name])
        if isinstance(years[name], RatedYear) or name == main:
            slope[mine] = (gain * np.where(table.is_long, *reversed(rates)))[mine]
            slope[mine] -= gain[mine] * saved_rate(years[name])
        else:
            slope[mine] = [tax_slope(table.lots[at], years[name]) for at in np.flatnonzero(mine)]
    slope[table.is_barred] = BARRED_SLOPE
    is_main = is_open & _is_of(main, returns)[table.holder]
    saved = gain * saved_rate(years[main]) if main in years else 0.0
    other = np.where(is_main, -saved, slope)
    return slope, lot_gains(np.where(is_main, gain, 0.0), table.is_long, other=other)


def _is_of(name: str, returns: Sequence[str]) -> Mask:
    return np.array([one == name for one in returns], np.bool_)


def rates_of(year: YearTax) -> tuple[float, float]:
    """The rates of a first short-term and a first long-term gain, later years included."""
    if isinstance(year, RatedYear):
        return year.short_ppm / RATE_ONE, year.long_ppm / RATE_ONE
    short, long = (year.all_years(*gains) for gains in ((PROBE_CENTS, 0), (0, PROBE_CENTS)))
    return short / PROBE_CENTS, long / PROBE_CENTS


def saved_rate(year: YearTax) -> float:
    """What renewing the basis saves later for each dollar of gain, as a present value."""
    later = year.later
    return present_rate(later.sale_rate_ppm, later.years_to_sale, later.discount_ppm) / RATE_ONE
