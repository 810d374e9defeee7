"""Switching back: when the security that was sold may come back for its proxy."""

from collections.abc import Sequence
from typing import Final

from taxlots.domain.calendar import date_of
from taxlots.domain.harvest_rule import SwitchBackPolicy
from taxlots.domain.restriction import SwitchBack
from taxlots.law.s1222_term import long_term_from
from taxlots.plan.orders import Swap
from taxlots.plan.restrictions import first_free_day
from taxlots.plan.situation import Situation

POLICY_TEXT: Final = {
    SwitchBackPolicy.NOT_AT_SHORT_TERM_GAIN: (
        "switch back on the first day if the proxy stands at a loss or without a gain, "
        "else keep it until its gain is long-term"
    ),
    SwitchBackPolicy.AT_A_LOSS: "switch back only while the proxy stands at a loss",
    SwitchBackPolicy.AT_LONG_TERM: "switch back once the proxy is long-term",
    SwitchBackPolicy.ALWAYS: "switch back on the first day, whatever the gain",
    SwitchBackPolicy.NEVER: "keep the proxy",
}


def switch_backs_of(swaps: Sequence[Swap], situation: Situation) -> tuple[SwitchBack, ...]:
    """One switch-back for each purchase of a proxy; none if the rule keeps proxies."""
    policy = situation.rule.switch_back
    if policy is SwitchBackPolicy.NEVER:
        return ()
    return tuple(
        SwitchBack(
            household=swap.account.household,
            account=swap.account.id,
            symbol=swap.symbol,
            sold_quantity=sum(order.quantity for order in swap.sales),
            proxy=swap.purchase.symbol,
            proxy_quantity=swap.purchase.quantity,
            proxy_order_id=swap.purchase.client_order_id,
            sold_on=situation.as_of,
            first_day=first_free_day(situation.day),
            proxy_long_term_from=date_of(long_term_from(situation.day)),
            policy=POLICY_TEXT[policy],
        )
        for swap in swaps
        if swap.purchase
    )
