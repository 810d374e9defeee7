"""The screen: what can be said of open lots without planning, so that few of them are planned.

Most lots stand at a gain, in an account where a loss is none, or at a loss below the thresholds of
the rule.  A family of identical securities without a single loss that is large enough sells
nothing, whatever else is sold: its lots get their verdicts here, in columns.  The others are live:
they become objects, and ``plan.harvest.plan`` decides on them as it would on all.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from taxlots.book.cells import Int64, Mask
from taxlots.book.lot_columns import LotColumns
from taxlots.book.record import OpenLot
from taxlots.plan.appraisal import PLACE_OF_CODE
from taxlots.plan.guard import Guard
from taxlots.plan.harvest_plan import HarvestPlan
from taxlots.plan.screen_appraisal import OPEN, Appraisals, appraised
from taxlots.plan.screen_losses import Losses, losses_of
from taxlots.plan.screen_worth import QuietLosses, quiet_losses
from taxlots.plan.situation import Aside, Index, Position, Situation, index_of
from taxlots.plan.year_tax import ReckonedYear


@dataclass(frozen=True, slots=True)
class Screen:
    """What is known of the lots of a situation before they are planned.

    ``index`` is of the situation with all of them aside.  ``reason`` is the place in ``CODES`` of
    the verdict on each lot that is not live; ``losses`` are those of such lots.
    """

    lots: LotColumns
    index: Index
    appraisals: Appraisals
    is_live: Mask
    reason: Int64
    losses: QuietLosses

    def reasons(self, planned: HarvestPlan) -> Int64:
        """The place in ``CODES`` of the verdict on every lot; ``planned`` decides live ones."""
        found = self.reason.copy()
        found[self.is_live] = [PLACE_OF_CODE[verdict.reason] for verdict in planned.verdicts]
        return found

    def situation(self, live: Sequence[OpenLot]) -> Situation:
        """The situation to plan: ``live`` are the lots that are, in their order."""
        lots, everything = self.lots, self.index.situation.aside
        is_mixed = np.zeros(len(lots.positions), np.bool_)
        is_mixed[lots.position[self.is_live]] = True
        aside = {
            position: everything[position]
            for position, has_live in zip(lots.positions, is_mixed.tolist(), strict=True)
            if not has_live
        }
        beside = ~self.is_live & is_mixed[lots.position]
        aside |= _aside(lots, self.appraisals, beside)
        return replace(self.index.situation, lots=live, aside=aside)


def screened(lots: LotColumns, situation: Situation, *, are_all_live: bool = False) -> Screen:
    """Screen the lots of a situation, which is without them; ``are_all_live`` screens none out."""
    index = index_of(situation)
    appraisals = appraised(lots, index)
    everything = np.ones(len(lots), np.bool_)
    aside = _aside(lots, appraisals, everything)
    index = replace(index, situation=replace(situation, aside=aside))
    losses = losses_of(lots, appraisals, index)
    guard = Guard(index)
    is_live = everything if are_all_live else _live(lots, appraisals, losses, guard)
    reason = appraisals.bar.copy()
    reason[losses.place] = losses.reason
    quiet = losses.at(~is_live[losses.place])
    return Screen(
        lots=lots,
        index=index,
        appraisals=appraisals,
        is_live=is_live,
        reason=reason,
        losses=quiet_losses(lots, appraisals, quiet, guard),
    )


def _live(lots: LotColumns, appraisals: Appraisals, losses: Losses, guard: Guard) -> Mask:
    """The lots that a plan may sell, or that have a say in what it sells.

    Of a family with a loss that is large enough these are the losses, the lots that one order
    sells with others, positions that are sold whole, and all of several identical securities.
    """
    index = guard.index
    numbers: dict[tuple[str, str], int] = {}
    families = []
    for account, symbol in lots.positions:
        key = index.party[account], index.identity.family(symbol)
        families.append(numbers.setdefault(key, len(numbers)))
    family = np.array(families, np.int64)
    symbols = dict.fromkeys(
        (n, symbol) for n, (_, symbol) in zip(families, lots.positions, strict=True)
    )
    counts = np.bincount([n for n, _ in symbols], minlength=len(numbers))
    is_whole = np.array([index.is_sold_whole(one) for one in lots.positions], np.bool_)
    is_loss = appraisals.bar == OPEN
    has_say = is_loss | appraisals.is_shared | (is_whole | (counts > 1)[family])[lots.position]
    is_open = losses.reason == OPEN
    is_open |= _is_tangled(lots, losses, guard)
    is_live = np.zeros(len(numbers), np.bool_)
    is_live[family[lots.position[losses.place[is_open]]]] = True
    found: Mask = (is_live[family][lots.position] & has_say) | _held_proxies(lots, index)
    return found


def _is_tangled(lots: LotColumns, losses: Losses, guard: Guard) -> Mask:
    """Losses of which more is to be said than their size, so that they are planned.

    That is where a purchase stands in the way, where a dividend would be spoiled, and where the
    losses of a return are netted by law with those of other wash-sale parties.
    """
    index = guard.index
    situation = index.situation
    parties: dict[str, set[str]] = {}
    for account in situation.accounts:
        if isinstance(situation.years.get(account.tax_return), ReckonedYear):
            parties.setdefault(account.tax_return, set()).add(index.party[account.id])
    tangled = []
    for account_id, symbol in lots.positions:
        pool = guard.pool(index.party[account_id], index.identity.family(symbol))
        of_return = parties.get(index.accounts[account_id].tax_return, ())
        tangled.append(bool(pool.purchases) or len(of_return) > 1)
    found = np.array(tangled, np.bool_)[lots.position[losses.place]]
    if spoiled := index.pending_dividends.keys():
        ids = lots.ids.to_pylist()
        found |= np.array([ids[place] in spoiled for place in losses.place.tolist()], np.bool_)
    return np.asarray(found, np.bool_)


def _held_proxies(lots: LotColumns, index: Index) -> Mask:
    """The lots of proxies of earlier harvests: whether to switch back is part of a plan."""
    held = {(swap.account, swap.proxy_lot_id) for swap in index.situation.held_swaps}
    is_held = np.zeros(len(lots), np.bool_)
    if held:
        ids = {lot_id for _, lot_id in held}
        for place, lot in enumerate(lots):
            is_held[place] = lot.lot_id in ids and (lot.account, lot.lot_id) in held
    return is_held


def _aside(lots: LotColumns, appraisals: Appraisals, is_aside: Mask) -> dict[Position, Aside]:
    """What some lots come to, by position."""
    places = np.flatnonzero(is_aside)
    places = places[np.lexsort((lots.opened[places], lots.position[places]))]
    position = lots.position[places]
    first = np.flatnonzero(np.diff(position, prepend=-1))
    if not len(first):
        return {}
    value = np.add.reduceat(appraisals.value[places], first)
    bounds = [*first.tolist(), len(places)]
    ends = np.array([(places[a], places[b - 1]) for a, b in pairwise(bounds)], np.int64)
    ids = lots.ids.take(ends.ravel()).to_pylist()
    return {
        lots.positions[at]: Aside(cents, tuple(dict.fromkeys(ids[2 * n : 2 * n + 2])))
        for n, (at, cents) in enumerate(zip(position[first].tolist(), value.tolist(), strict=True))
    }
