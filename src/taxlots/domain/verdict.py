"""Verdicts of a harvest: one stable code for every lot, and for every proxy that is refused."""

from enum import StrEnum
from typing import Final


class Reason(StrEnum):
    """Why a lot is harvested or not: the first of these, in this order, that holds."""

    TAX_DEFERRED = "TAX_DEFERRED"
    MTM_475 = "MTM_475"
    SECTION_1256 = "SECTION_1256"
    EXCLUDED = "EXCLUDED"
    BASIS_UNKNOWN = "BASIS_UNKNOWN"
    BASIS_PENDING = "BASIS_PENDING"
    ESPP_WITHOUT_INCOME = "ESPP_WITHOUT_INCOME"
    AGAINST_SHORT = "AGAINST_SHORT"
    UNSETTLED = "UNSETTLED"
    LOT_BREAK = "LOT_BREAK"
    OTHER_METHOD = "OTHER_METHOD"
    DATA_NOT_THROUGH = "DATA_NOT_THROUGH"
    BASIS_NOT_ADJUSTED = "BASIS_NOT_ADJUSTED"
    NO_PRICE = "NO_PRICE"
    STALE_PRICE = "STALE_PRICE"
    OVER_GAIN_BUDGET = "OVER_GAIN_BUDGET"
    GAIN = "GAIN"
    NO_LOSS = "NO_LOSS"
    BELOW_MIN_LOSS = "BELOW_MIN_LOSS"
    BELOW_MIN_PERCENT = "BELOW_MIN_PERCENT"
    BELOW_HURDLE = "BELOW_HURDLE"
    REPLACES_IN_PLAN = "REPLACES_IN_PLAN"
    PERMANENT_RISK = "PERMANENT_RISK"
    WASH_BLOCKED = "WASH_BLOCKED"
    PARTIAL = "PARTIAL"
    NO_PROFILE = "NO_PROFILE"
    BELOW_MIN_TAX_SAVED = "BELOW_MIN_TAX_SAVED"
    DOES_NOT_PAY = "DOES_NOT_PAY"
    SPOILS_DIVIDEND = "SPOILS_DIVIDEND"
    SUB_LOT_ORDER = "SUB_LOT_ORDER"
    BOUGHT_IN_PLAN = "BOUGHT_IN_PLAN"
    NO_REPLACEMENT = "NO_REPLACEMENT"
    POSITION_NOT_SOLD = "POSITION_NOT_SOLD"
    GOAL_REACHED = "GOAL_REACHED"
    HARVEST = "HARVEST"
    HARVEST_PARTLY_WASHED = "HARVEST_PARTLY_WASHED"
    HARVEST_WITH_POSITION = "HARVEST_WITH_POSITION"

    @property
    def is_harvest(self) -> bool:
        """Whether the lot is proposed for sale."""
        return self in HARVESTS


HARVESTS: Final = frozenset(
    {Reason.HARVEST, Reason.HARVEST_PARTLY_WASHED, Reason.HARVEST_WITH_POSITION}
)
"""Verdicts that propose a sale."""


class WashStatus(StrEnum):
    """What section 1091 would make of a sale."""

    OK = "OK"
    BLOCKED = "BLOCKED"
    PARTIAL = "PARTIAL"
    PERMANENT_RISK = "PERMANENT_RISK"


class ProxyRefusal(StrEnum):
    """Why a proxy is not bought: the first of these that holds."""

    IDENTICAL = "IDENTICAL"
    SAME_INDEX = "SAME_INDEX"
    KEPT_FOR_HARVESTS = "KEPT_FOR_HARVESTS"
    EXCLUDED = "EXCLUDED"
    WASHES_WAITING_LOSS = "WASHES_WAITING_LOSS"
    SOLD_IN_PLAN = "SOLD_IN_PLAN"
    NO_PRICE = "NO_PRICE"
    STALE_PRICE = "STALE_PRICE"
    TOO_DEAR = "TOO_DEAR"


class SavingBasis(StrEnum):
    """Where the rates of an estimated saving come from."""

    GIVEN_RATES = "given_rates"
    BY_LAW = "by_law"
    NO_PROFILE = "no_profile"
