"""What the losses of families that sell nothing would save, and what is told of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from taxlots.book.lot_columns import LotColumns
from taxlots.domain.calendar import date_of
from taxlots.law.s1222_term import long_term_from
from taxlots.plan.appraisal import Appraisal
from taxlots.plan.guard import Guard
from taxlots.plan.harvest_value import losses_taken
from taxlots.plan.lot_worth import ValueAppraiser, Worth, told_of_term
from taxlots.plan.screen_appraisal import Appraisals
from taxlots.plan.screen_losses import Losses


class _Lot(NamedTuple):
    account: str
    symbol: str
    loss_basis_cents: int


@dataclass(frozen=True, slots=True)
class QuietLosses:
    """Losses that no purchase meets and that nothing sells, with the worth of each.

    All of each loss would be allowed.  ``told`` is what ``Opportunity.told`` says of it.
    """

    losses: Losses
    worth: Sequence[Worth]
    told: Sequence[tuple[str, ...]]


def quiet_losses(
    lots: LotColumns, appraisals: Appraisals, losses: Losses, guard: Guard
) -> QuietLosses:
    """The worth of losses beside which nothing else of their return is taken yet."""
    index = guard.index
    appraiser = ValueAppraiser(index, ())
    taken = losses_taken(index.situation.years)
    worth: list[Worth] = []
    told: list[tuple[str, ...]] = []
    place = losses.place
    columns = (
        lots.position[place],
        lots.loss_basis[place],
        appraisals.value[place],
        appraisals.loss[place],
        appraisals.gain[place],
        losses.is_long,
        losses.days_to_long_term,
        lots.holding_period[place],
    )
    cells = (column.tolist() for column in columns)
    for position, basis, value, loss, gain, is_long, days, held_since in zip(*cells, strict=True):
        account, symbol = lots.positions[position]
        quote = index.situation.quotes[symbol]
        appraisal = Appraisal(quote, value, loss, gain, is_long, days, None)
        lot = _Lot(account, symbol, basis)
        worth.append(appraiser.worth(lot, appraisal, loss - gain, None, taken))
        of_term = told_of_term(date_of(long_term_from(held_since)), days) if days else ()
        told.append((*guard.told(index.accounts[account], symbol), *of_term))
    return QuietLosses(losses, worth, told)
