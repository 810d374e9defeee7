"""A verdict in a sentence: what stands beside its code."""

from collections.abc import Callable
from datetime import date
from typing import Final

from taxlots.domain.harvest_rule import RATIO_ONE, WashOptIn
from taxlots.domain.money import apportion, dollars, shares
from taxlots.domain.quote import Quote
from taxlots.domain.verdict import Reason
from taxlots.plan.harvest_plan import HarvestPlan, Opportunity, Verdict

SENTENCES: Final = {
    Reason.TAX_DEFERRED: "a loss in a tax-deferred account is no capital loss",
    Reason.MTM_475: "marked to market at the end of the year, sold or not",
    Reason.SECTION_1256: "marked to market at the end of the year, sold or not",
    Reason.EXCLUDED: "excluded by the harvest rule",
    Reason.BASIS_UNKNOWN: "without a basis there is no loss to measure; enter cost_basis",
    Reason.BASIS_PENDING: "the basis has not arrived from the earlier custodian",
    Reason.ESPP_WITHOUT_INCOME: "the basis lacks its income; enter compensation_income",
    Reason.AGAINST_SHORT: (
        "the same is sold short: the term of the loss depends on how that is closed (26 USC 1233)"
    ),
    Reason.UNSETTLED: "a trade of this position has not settled; look again when it has",
    Reason.LOT_BREAK: "the custodian lists other lots; readiness.csv says which, and what to do",
    Reason.OTHER_METHOD: "the custodian relieves lots by another method than the book",
    Reason.DATA_NOT_THROUGH: (
        "an account whose purchases count is not known through this day; readiness.csv names it"
    ),
    Reason.OVER_GAIN_BUDGET: "its position can only be sold with gains, beyond the gain budget",
    Reason.BASIS_NOT_ADJUSTED: (
        "the cost may not be the basis (premium, discount, a partnership's or trust's income); "
        "enter the adjusted basis"
    ),
    Reason.BELOW_MIN_PERCENT: "the loss is a smaller part of the basis than min_loss_percent",
    Reason.NO_PROFILE: "min_tax_saved cannot be tested: the return has no rates for this year",
    Reason.SUB_LOT_ORDER: "the books would relieve another part of this lot first",
    Reason.POSITION_NOT_SOLD: (
        "sold with its whole position or not at all, and another lot of that cannot be sold, or "
        "the position has no loss that is worth it"
    ),
    Reason.GOAL_REACHED: "other lots bring the loss that the goal of the return asks for",
    Reason.REPLACES_IN_PLAN: "a loss of this plan is deferred into it, so that it is kept",
    Reason.BOUGHT_IN_PLAN: "this plan buys it, or what is identical, as a proxy",
}


def detail_of(verdict: Verdict, plan: HarvestPlan) -> str:
    """What the reader needs to understand the code, with the figures behind it."""
    if verdict.reason in SENTENCES:
        return SENTENCES[verdict.reason]
    if verdict.is_partly_sold and verdict.opportunity is not None:
        sold = shares(verdict.opportunity.lot.quantity)
        told = _harvested(verdict.opportunity, plan)
        return f"{sold} of {shares(verdict.lot.quantity)} are sold: the goal wants no more; {told}"
    if verdict.opportunity is None:
        return _WITHOUT_LOSS[verdict.reason](verdict, plan)
    return _WITH_LOSS[verdict.reason](verdict.opportunity, plan)


def no_price_line(as_of: date) -> str:
    """That a security has no close."""
    return f"no close on or before {as_of}"


def stale_price_line(quote: Quote | None) -> str:
    """How old the last close is."""
    return f"the last close, of {quote.day}, is {quote.sessions_old} sessions old" if quote else ""


def gain_line(gain: str) -> str:
    """How much a lot has gained, in dollars."""
    return f"an unrealized gain of {gain}"


def no_loss_line(*, is_gift: bool) -> str:
    """Why there is neither gain nor loss."""
    if is_gift:
        return "a gift worth no more than its basis for gain and no less than its basis for loss"
    return "worth its basis"


def below_min_loss_line(loss: str, least: str) -> str:
    """That a loss is too small, in dollars."""
    return f"a loss of {loss} is below min_loss, {least}"


def below_hurdle_line(hurdle_ratio: int) -> str:
    """That a loss is too small a part of the basis on this day."""
    least = dollars(apportion(hurdle_ratio, 10_000, RATIO_ONE))
    return f"the loss is below the hurdle of the day, {least} % of the basis"


def _no_price(_verdict: Verdict, plan: HarvestPlan) -> str:
    return no_price_line(plan.as_of)


def _stale_price(verdict: Verdict, _plan: HarvestPlan) -> str:
    return stale_price_line(verdict.appraisal.quote)


def _gain(verdict: Verdict, _plan: HarvestPlan) -> str:
    return gain_line(dollars(verdict.appraisal.gain_cents))


def _no_loss(verdict: Verdict, _plan: HarvestPlan) -> str:
    return no_loss_line(is_gift=verdict.lot.loss_basis_cents < verdict.lot.cost_basis_cents)


def _below_min_loss(opportunity: Opportunity, plan: HarvestPlan) -> str:
    least = plan.rule_of(opportunity.lot).min_loss_cents
    loss = opportunity.appraisal.loss_cents
    counted = loss if loss < least else opportunity.allowed_loss_cents
    return below_min_loss_line(dollars(counted), dollars(least))


def _below_min_tax_saved(opportunity: Opportunity, plan: HarvestPlan) -> str:
    least = dollars(plan.rule_of(opportunity.lot).min_tax_saved_cents)
    saved = dollars(opportunity.tax_saved_cents or 0)
    return f"estimated tax saved, {saved}, is below min_tax_saved, {least}"


def _below_hurdle(opportunity: Opportunity, _plan: HarvestPlan) -> str:
    return below_hurdle_line(opportunity.hurdle_ratio)


def _does_not_pay(opportunity: Opportunity, _plan: HarvestPlan) -> str:
    value = opportunity.value
    if value is None:
        raise AssertionError("what does not pay has a value")
    costs = value.trading_cents + value.tracking_cents
    return (
        f"saves {dollars(value.saved_now_cents)} of tax this year and "
        f"{dollars(value.saved_later_cents)} later, against {dollars(value.later_tax_cents)} of "
        f"later tax on the lower basis, {dollars(costs)} of costs and "
        f"{dollars(value.waiting_cents)} for waiting"
    )


def _deferred(opportunity: Opportunity, _plan: HarvestPlan) -> str:
    return _washed(opportunity, "deferred")


def _lost(opportunity: Opportunity, _plan: HarvestPlan) -> str:
    return _washed(opportunity, "deferred or lost for good")


def _washed(opportunity: Opportunity, fate: str) -> str:
    check = opportunity.check
    purchases = "; ".join(str(blocker.purchase) for blocker in check.blockers)
    disallowed = dollars(check.disallowed_cents)
    return f"{disallowed} of the loss would be {fate}; free from {check.safe_from}: {purchases}"


def _no_replacement(opportunity: Opportunity, _plan: HarvestPlan) -> str:
    refused = (f"{symbol}: {refusal}" for symbol, refusal in opportunity.replacement.refused)
    return "; ".join(refused) or "proxies.csv names no proxy for it"


def _harvested(opportunity: Opportunity, _plan: HarvestPlan) -> str:
    proxy = opportunity.replacement.proxy
    told = f"replaced by {proxy.proxy}" if proxy else "the proceeds stay in cash"
    return "; ".join([told, *spoiled_lines(opportunity)])


def _harvested_in_part(opportunity: Opportunity, plan: HarvestPlan) -> str:
    parts = [_deferred(opportunity, plan)]
    if WashOptIn.BUY_BUY_SELL in plan.rule_of(opportunity.lot).allow_wash:
        parts.append(
            "entered into on purpose (buy_buy_sell): it joins the basis of those shares, whose "
            f"time held grows by that of the lot; {dollars(opportunity.allowed_loss_cents)} count"
        )
    return "; ".join([*parts, *spoiled_lines(opportunity)])


def _with_position(opportunity: Opportunity, plan: HarvestPlan) -> str:
    gain = opportunity.appraisal.gain_cents
    result = f"gain of {dollars(gain)}" if gain else "loss too small to be sold by itself"
    return f"sold with its position: a {result}; {_harvested(opportunity, plan)}"


def _spoils(opportunity: Opportunity, _plan: HarvestPlan) -> str:
    return "; ".join(spoiled_lines(opportunity))


def spoiled_lines(opportunity: Opportunity) -> list[str]:
    """A line for each dividend that the sale would leave ordinary, with the day that saves it."""
    return [
        f"{Reason.SPOILS_DIVIDEND} until {one.qualified_from}: {dollars(one.cents)} of the "
        f"dividend of {one.ex_date} would not be qualified"
        for one in opportunity.spoiled
    ]


_WITHOUT_LOSS: Final[dict[Reason, Callable[[Verdict, HarvestPlan], str]]] = {
    Reason.NO_PRICE: _no_price,
    Reason.STALE_PRICE: _stale_price,
    Reason.GAIN: _gain,
    Reason.NO_LOSS: _no_loss,
}

_WITH_LOSS: Final[dict[Reason, Callable[[Opportunity, HarvestPlan], str]]] = {
    Reason.BELOW_MIN_LOSS: _below_min_loss,
    Reason.BELOW_HURDLE: _below_hurdle,
    Reason.DOES_NOT_PAY: _does_not_pay,
    Reason.PERMANENT_RISK: _lost,
    Reason.WASH_BLOCKED: _deferred,
    Reason.PARTIAL: _deferred,
    Reason.BELOW_MIN_TAX_SAVED: _below_min_tax_saved,
    Reason.SPOILS_DIVIDEND: _spoils,
    Reason.NO_REPLACEMENT: _no_replacement,
    Reason.HARVEST: _harvested,
    Reason.HARVEST_PARTLY_WASHED: _harvested_in_part,
    Reason.HARVEST_WITH_POSITION: _with_position,
}
