"""A harvest within the gain budgets: what it sells at a gain is sold with a whole position.

A position that is sold as a whole takes gains along.  Where these go beyond a gain budget, the
position is left and the plan is made again; a tax budget that is exceeded is only told.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from taxlots.domain.verdict import Reason
from taxlots.plan.budgets import Budget, BudgetedSale, Fit, GainSale, check_budget
from taxlots.plan.harvest_plan import HarvestPlan, Verdict
from taxlots.plan.situation import Situation
from taxlots.plan.year_tax import YearAfterSales, YearTax

Planner = Callable[[Situation], HarvestPlan]
Position = tuple[str, str]
"""An account's id and a symbol."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetedReturn:
    """A return with a budget: its year so far and the value of its taxable holdings, in cents.

    ``realized_cents`` are the short-term and the long-term net gain of the year; ``year`` is None
    where its tax is not known, so that a tax budget cannot be looked at.
    """

    year: YearTax | None
    realized_cents: tuple[int, int]
    holdings_cents: int


@dataclass(frozen=True, slots=True)
class OverBudget:
    """A position whose sale goes beyond a budget of its return."""

    tax_return: str
    position: Position
    sale: BudgetedSale


def planned_within(
    plan: Planner, situation: Situation, budget: Budget, returns: Mapping[str, BudgetedReturn]
) -> tuple[HarvestPlan, tuple[OverBudget, ...]]:
    """The plan that keeps to the gain budgets, and the positions that were refused or are told.

    Losses that the plan takes lot by lot make room; of whole positions, those that lose most go
    first.
    """
    refused: list[OverBudget] = []
    while True:
        proposal = plan(situation)
        over = _over(proposal, budget, returns)
        bad = [one for one in over if one.sale.fit is Fit.REFUSED]
        if not bad:
            return proposal, (*refused, *over)
        refused += bad
        positions = {one.position for one in bad}
        barred = {
            lot.lot_id: Reason.OVER_GAIN_BUDGET
            for lot in situation.lots
            if (lot.account, lot.symbol) in positions
        }
        situation = replace(situation, barred=barred | dict(situation.barred))


def _over(
    proposal: HarvestPlan, budget: Budget, returns: Mapping[str, BudgetedReturn]
) -> list[OverBudget]:
    """The positions that a plan sells beyond a budget."""
    return_of = {account.id: account.tax_return for account in proposal.accounts}
    sold: dict[str, dict[Position, list[Verdict]]] = {}
    for verdict in proposal.opportunities:
        if verdict.reason.is_harvest:
            of_return = sold.setdefault(return_of[verdict.lot.account], {})
            of_return.setdefault((verdict.lot.account, verdict.lot.symbol), []).append(verdict)
    found = []
    for name, positions in sold.items():
        state = returns[name]
        with_gains = {
            position: _sale(position, verdicts)
            for position, verdicts in positions.items()
            if any(_gain(verdict) > 0 for verdict in verdicts)
        }
        if not with_gains:
            continue
        others = [_sale(p, verdicts) for p, verdicts in positions.items() if p not in with_gains]
        planned = (sum(one.short_cents for one in others), sum(one.long_cents for one in others))
        sales = sorted(with_gains.items(), key=lambda item: _net(item[1]))
        checked = check_budget(
            budget,
            [sale for _, sale in sales],
            None if state.year is None else YearAfterSales(state.year, *planned),
            realized_cents=_sum(state.realized_cents, planned),
            holdings_cents=state.holdings_cents,
            as_of=proposal.as_of,
        )
        found += [
            OverBudget(name, position, sale)
            for (position, _), sale in zip(sales, checked.sales, strict=True)
            if sale.fit is not Fit.FITS
        ]
    return found


def _gain(verdict: Verdict) -> int:
    """The gain of what is sold of a lot, a loss that stands negative."""
    return -verdict.opportunity.allowed_loss_cents if verdict.opportunity else 0


def _sale(position: Position, verdicts: Sequence[Verdict]) -> GainSale:
    short, long = (
        sum(_gain(v) for v in verdicts if v.opportunity and v.opportunity.appraisal.is_long is term)
        for term in (False, True)
    )
    return GainSale(name=" ".join(position), short_cents=short, long_cents=long)


def _net(sale: GainSale) -> int:
    return sale.short_cents + sale.long_cents


def _sum(first: tuple[int, int], second: tuple[int, int]) -> tuple[int, int]:
    return first[0] + second[0], first[1] + second[1]
