"""Losses in columns: their term, their hurdle, and whether they are large enough to be taken."""

from dataclasses import dataclass

import numpy as np

from taxlots.book.cells import Int64, Mask
from taxlots.book.lot_columns import LotColumns
from taxlots.domain.verdict import Reason
from taxlots.law.s1014_inheritance import inherited_is_long_term
from taxlots.law.s1222_term import long_term_from
from taxlots.plan.appraisal import PLACE_OF_CODE, is_below_ratio
from taxlots.plan.hurdle import hurdle_ratio
from taxlots.plan.screen_appraisal import OPEN, Appraisals
from taxlots.plan.situation import Index


@dataclass(frozen=True, slots=True)
class Losses:
    """The lots with a loss that nothing bars, one element each.

    ``place`` is theirs among the lots, ``hurdle`` a ratio in 1e-8.  ``reason`` is the place of
    ``BELOW_MIN_LOSS``, ``BELOW_MIN_PERCENT`` or ``BELOW_HURDLE`` in the codes, or ``OPEN``.
    """

    place: Int64
    is_long: Mask
    days_to_long_term: Int64
    hurdle: Int64
    reason: Int64

    def at(self, rows: Int64 | Mask) -> "Losses":
        """Some of them."""
        return Losses(
            self.place[rows],
            self.is_long[rows],
            self.days_to_long_term[rows],
            self.hurdle[rows],
            self.reason[rows],
        )


def losses_of(lots: LotColumns, appraisals: Appraisals, index: Index) -> Losses:
    """Measure the losses of all lots."""
    place = np.flatnonzero(appraisals.bar == OPEN)
    days = _days_to_long_term(lots, place, index.situation.day)
    hurdle = _hurdles(lots, place, days, index)
    return Losses(
        place=place,
        is_long=days == 0,
        days_to_long_term=days,
        hurdle=hurdle,
        reason=_reasons_of_size(lots, appraisals, place, hurdle, index),
    )


def _days_to_long_term(lots: LotColumns, place: Int64, day: int) -> Int64:
    """The days until losses are long-term, 0 for those that are.

    A loss on a gift that is measured from its basis for loss is held from the gift on.
    """
    is_gift = lots.loss_basis[place] < lots.basis[place]
    since = np.where(is_gift, lots.acquired[place], lots.holding_period[place])
    days, inverse = np.unique(since, return_inverse=True)
    first = np.array([long_term_from(one) for one in days.tolist()], np.int64)[inverse]
    is_never_short = lots.is_inherited[place] & inherited_is_long_term()
    return np.where(is_never_short, 0, np.maximum(0, first - day))


def _hurdles(lots: LotColumns, place: Int64, days: Int64, index: Index) -> Int64:
    """The hurdle of each loss: asked once of each position and number of days that occurs."""
    positions = lots.position[place]
    rules = [index.rule_of(index.accounts[account]) for account, _ in lots.positions]
    last = np.array([rule.hurdle_anniversary_days for rule in rules], np.int64)[positions]
    ahead = np.where(days < last, days, 0)
    most = int(ahead.max(initial=0)) + 1
    kinds, inverse = np.unique(positions * most + ahead, return_inverse=True)
    found = []
    for kind in kinds.tolist():
        position, days_ahead = divmod(kind, most)
        volatility = index.situation.volatility_ppm.get(lots.positions[position][1])
        as_of = index.situation.as_of
        found.append(hurdle_ratio(rules[position], as_of, volatility, days_ahead))
    return np.array(found, np.int64)[inverse]


def _reasons_of_size(
    lots: LotColumns, appraisals: Appraisals, place: Int64, hurdle: Int64, index: Index
) -> Int64:
    """Which losses are too small, before anything is disallowed of them."""
    positions = lots.position[place]
    rules = [index.rule_of(index.accounts[account]) for account, _ in lots.positions]
    least = np.array([rule.min_loss_cents for rule in rules], np.int64)[positions]
    ratio = np.array([rule.min_loss_ratio for rule in rules], np.int64)[positions]
    loss, basis = appraisals.loss[place], lots.loss_basis[place]

    def is_below(ratios: Int64) -> Mask:
        cells = (column.tolist() for column in (loss, ratios, basis))
        return np.fromiter(map(is_below_ratio, *cells), np.bool_, len(place))

    tests = (
        (loss < least, Reason.BELOW_MIN_LOSS),
        (is_below(ratio), Reason.BELOW_MIN_PERCENT),
        (is_below(hurdle), Reason.BELOW_HURDLE),
    )
    reasons = [np.full(len(place), PLACE_OF_CODE[reason]) for _, reason in tests]
    return np.select([is_small for is_small, _ in tests], reasons, OPEN)
