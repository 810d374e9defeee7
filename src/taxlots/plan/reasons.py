"""Why an opportunity is not taken: the tests in their order, each with its stable code."""

from collections.abc import Collection

from taxlots.domain.harvest_rule import (
    RATIO_ONE,
    HarvestRule,
    PartlyWashed,
    SpoiledDividends,
    WashOptIn,
    WithoutReplacement,
)
from taxlots.domain.verdict import Reason, WashStatus
from taxlots.plan.appraisal import is_below_percent
from taxlots.plan.harvest_plan import Opportunity
from taxlots.plan.situation import Index


def reason_of_loss(opportunity: Opportunity, rule: HarvestRule) -> Reason | None:
    """Why the loss is not worth taking, or not safe to take; None if it is both."""
    return (
        _reason_of_size(opportunity, opportunity.appraisal.loss_cents, rule)
        or _reason_of_wash(opportunity, rule)
        or _reason_of_size(opportunity, opportunity.allowed_loss_cents, rule)
        or _reason_of_saving(opportunity, rule)
        or _reason_of_value(opportunity)
        or _reason_of_dividends(opportunity, rule)
    )


def reason_of_trade(
    opportunity: Opportunity, bought: Collection[str], rule: HarvestRule, index: Index
) -> Reason | None:
    """Why the rest of the plan forbids the sale, or nothing can be bought for it.

    ``bought`` are the proxies that the plan buys for other families of the party.
    """
    symbol = opportunity.lot.symbol
    is_exempt = index.security(symbol).kind.is_exempt_from_1091
    if not is_exempt and any(index.replaces(proxy, symbol) for proxy in bought):
        return Reason.BOUGHT_IN_PLAN
    must_replace = rule.without_replacement is WithoutReplacement.SKIP
    if must_replace and opportunity.replacement.proxy is None:
        return Reason.NO_REPLACEMENT
    return None


def _reason_of_size(opportunity: Opportunity, loss_cents: int, rule: HarvestRule) -> Reason | None:
    if loss_cents < rule.min_loss_cents:
        return Reason.BELOW_MIN_LOSS
    if is_below_percent(loss_cents, opportunity.lot, rule):
        return Reason.BELOW_MIN_PERCENT
    basis = opportunity.lot.loss_basis_cents
    is_below = loss_cents * RATIO_ONE < opportunity.hurdle_ratio * basis
    return Reason.BELOW_HURDLE if is_below else None


def _reason_of_wash(opportunity: Opportunity, rule: HarvestRule) -> Reason | None:
    """What a purchase makes of the loss, or the loss of another lot of the plan of this one.

    Shares into which the plan defers a loss are kept: their basis and time held change with it.
    """
    if opportunity.check.replaces_in_plan:
        return Reason.REPLACES_IN_PLAN
    match opportunity.check.status:
        case WashStatus.PERMANENT_RISK:
            return Reason.PERMANENT_RISK
        case WashStatus.BLOCKED:
            return Reason.WASH_BLOCKED
        case WashStatus.PARTIAL:
            is_wanted = rule.partly_washed is PartlyWashed.SELL or _is_opted_into(opportunity, rule)
            is_kept = not opportunity.check.replaced_in_plan
            is_sold = is_wanted and is_kept and opportunity.allowed_loss_cents
            return None if is_sold else Reason.PARTIAL
        case _:
            return None


def _is_opted_into(opportunity: Opportunity, rule: HarvestRule) -> bool:
    """Whether the rule enters into this wash sale.

    Only shares that are held replace the loss, and the books will say so: what the strict reading
    alone defers may stand, so that nothing could be promised.
    """
    is_sure = all(
        blocker.purchase.lot_id and not blocker.purchase.sold_units and blocker.is_by_books
        for blocker in opportunity.check.blockers
    )
    return WashOptIn.BUY_BUY_SELL in rule.allow_wash and is_sure


def _reason_of_value(opportunity: Opportunity) -> Reason | None:
    """Nothing is said of a value that is not known."""
    value = opportunity.value
    if value is None or (value.present_cents > 0 and value.net_cents >= 0):
        return None
    return Reason.DOES_NOT_PAY


def _reason_of_dividends(opportunity: Opportunity, rule: HarvestRule) -> Reason | None:
    is_skipped = rule.spoiled_dividends is SpoiledDividends.SKIP and opportunity.spoiled
    return Reason.SPOILS_DIVIDEND if is_skipped else None


def _reason_of_saving(opportunity: Opportunity, rule: HarvestRule) -> Reason | None:
    if rule.min_tax_saved_cents == 0:
        return None
    if opportunity.tax_saved_cents is None:
        return Reason.NO_PROFILE
    is_below = opportunity.tax_saved_cents < rule.min_tax_saved_cents
    return Reason.BELOW_MIN_TAX_SAVED if is_below else None
