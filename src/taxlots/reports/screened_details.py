"""What stands beside the code of each verdict, for lots in columns."""

from __future__ import annotations

import numpy as np

from taxlots.book.cells import Int64
from taxlots.domain.money import dollars
from taxlots.domain.verdict import Reason
from taxlots.plan.appraisal import PLACE_OF_CODE
from taxlots.plan.harvest_plan import HarvestPlan
from taxlots.plan.screen import Screen
from taxlots.plan.screen_appraisal import CODES
from taxlots.reports.harvest_wording import (
    SENTENCES,
    below_hurdle_line,
    below_min_loss_line,
    detail_of,
    gain_line,
    no_loss_line,
    no_price_line,
    stale_price_line,
)
from taxlots.reports.inert import inert


def details(screen: Screen, plan: HarvestPlan) -> list[str]:
    """The detail of the verdict on every lot; ``plan`` is that of the live ones."""
    fixed = [SENTENCES.get(reason, "") for reason in CODES]
    found = [fixed[code] for code in screen.reason.tolist()]

    def quiet(reason: Reason) -> Int64:
        is_it = (screen.reason == PLACE_OF_CODE[reason]) & ~screen.is_live
        return np.flatnonzero(is_it)

    lots, appraisals, index = screen.lots, screen.appraisals, screen.index
    gains = quiet(Reason.GAIN)
    for place, cents in zip(gains.tolist(), appraisals.gain[gains].tolist(), strict=True):
        found[place] = gain_line(dollars(cents))
    for place in quiet(Reason.NO_LOSS).tolist():
        found[place] = no_loss_line(is_gift=bool(lots.loss_basis[place] < lots.basis[place]))
    for place in quiet(Reason.NO_PRICE).tolist():
        found[place] = no_price_line(index.situation.as_of)
    for place in quiet(Reason.STALE_PRICE).tolist():
        symbol = lots.positions[lots.position[place]][1]
        found[place] = stale_price_line(index.situation.quotes[symbol])
    for place in quiet(Reason.BELOW_MIN_LOSS).tolist():
        account = index.accounts[lots.positions[lots.position[place]][0]]
        least = dollars(index.rule_of(account).min_loss_cents)
        found[place] = below_min_loss_line(dollars(int(appraisals.loss[place])), least)
    losses = screen.losses.losses
    for row in np.flatnonzero(losses.reason == PLACE_OF_CODE[Reason.BELOW_HURDLE]).tolist():
        found[losses.place[row]] = below_hurdle_line(int(losses.hurdle[row]))
    live = np.flatnonzero(screen.is_live).tolist()
    for place, verdict in zip(live, plan.verdicts, strict=True):
        found[place] = inert(detail_of(verdict, plan))
    return found
