"""The contracts of a household's plan as orders."""

from __future__ import annotations

from collections.abc import Sequence

from taxlots.domain.account import Account
from taxlots.domain.overlay_terms import overlay_terms_from
from taxlots.plan.exposure.currency_hedge import ForwardTrade
from taxlots.plan.rebalance.contract_orders import ContractOrder, forward_orders, overlay_orders
from taxlots.plan.rebalance.overlaid import Overlaid
from taxlots.workflows.household_plan import HouseholdPlan
from taxlots.workflows.rebalance_overlay import Considered


def contract_orders_of(
    plan: HouseholdPlan,
    considered: Sequence[Considered],
    overlay: Overlaid | None,
    forwards: Sequence[ForwardTrade],
) -> tuple[ContractOrder, ...]:
    """The orders of an overlay, then those of hedges.

    Hedges are traded in the account of ``[rebalance.overlay]``; where it names none of the
    household's they are told and not ordered.
    """
    rows = {one.row.symbol: one.row for one in considered}
    contracts = overlay_orders(overlay, rows, plan.as_of)
    account = hedging_account(plan)
    hedges = () if account is None else forward_orders(forwards, account, plan.as_of)
    return (*contracts, *hedges)


def hedging_account(plan: HouseholdPlan) -> Account | None:
    """The account that ``[rebalance.overlay]`` names, if it is one of the household's."""
    terms, _ = overlay_terms_from(plan.prepared.books.record.rebalance)
    return next((one for one in plan.accounts if one.id == terms.account), None)
