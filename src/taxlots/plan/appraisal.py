"""What a lot is worth, what selling it would lose, and why it may not be harvested at all."""

from dataclasses import dataclass
from typing import Final

from taxlots.book.record import OpenLot
from taxlots.domain.account import Account, AccountKind
from taxlots.domain.calendar import day_of
from taxlots.domain.harvest_rule import RATIO_ONE, HarvestRule
from taxlots.domain.money import apportion
from taxlots.domain.quote import Quote
from taxlots.domain.security import Security, SecurityKind
from taxlots.domain.tax_profile import TaxProfile
from taxlots.domain.tax_rate import RATE_ONE
from taxlots.domain.verdict import Reason
from taxlots.law.s1014_inheritance import inherited_is_long_term
from taxlots.law.s1222_term import long_term_from
from taxlots.plan.situation import Index

UNITS_PER_CENT: Final = 10**14
"""1e-8 shares times 1e-8 dollars a share, in one cent."""

PLACE_OF_CODE: Final = {reason: place for place, reason in enumerate(Reason)}


@dataclass(frozen=True, slots=True)
class Appraisal:
    """A lot at its last close, ``quote``.

    ``market_value_cents`` is None without a close.  ``loss_cents`` is the loss of a sale at that
    close and ``gain_cents`` the gain, 0 if there is none.  ``days_to_long_term`` is 0 for what is
    long-term.  ``bar`` says why the lot is no opportunity; None if it is one.
    """

    quote: Quote | None
    market_value_cents: int | None
    loss_cents: int
    gain_cents: int
    is_long: bool
    days_to_long_term: int
    bar: Reason | None


def market_value_cents(quantity: int, multiplier: int, close: int) -> int:
    """Value in cents, rounded half up, of ``quantity`` (1e-8) at ``close`` (1e-8 dollars)."""
    return apportion(quantity * multiplier, close, UNITS_PER_CENT)


def tax_saved_cents(loss_cents: int, profile: TaxProfile | None, *, is_long: bool) -> int | None:
    """The estimated tax that a loss saves, in cents; None without a rate for its term."""
    rate = None if profile is None else profile.rate(is_long=is_long)
    return None if rate is None else apportion(loss_cents, rate, RATE_ONE)


def is_below_percent(loss_cents: int, lot: OpenLot, rule: HarvestRule) -> bool:
    """Whether a loss is a smaller part of the lot's basis than the rule asks for."""
    return is_below_ratio(loss_cents, rule.min_loss_ratio, lot.loss_basis_cents)


def is_below_ratio(loss_cents: int, ratio: int, basis_cents: int) -> bool:
    """Whether a loss is a smaller part of a basis than a ratio (1e-8)."""
    return loss_cents * RATIO_ONE < ratio * basis_cents


def appraise(lot: OpenLot, index: Index, before: int = 0) -> Appraisal:
    """Measure one lot; a loss is measured from its basis for loss (26 USC 1015(a)).

    ``before`` units (1e-8) of the same lot are sold before it by the same order, whose proceeds
    are rounded once: the parts share them as the books share any amount.
    """
    situation = index.situation
    account = index.accounts[lot.account]
    security = index.security(lot.symbol)
    quote = situation.quotes.get(lot.symbol)
    value = None
    loss = 0
    if quote is not None:
        through = market_value_cents(before + lot.quantity, security.multiplier, quote.close)
        value = through - market_value_cents(before, security.multiplier, quote.close)
        loss = max(0, lot.loss_basis_cents - value)
    long_from = _long_term_from(lot, is_loss=loss > 0)
    is_long = long_from is None or situation.day >= long_from
    rule = index.rule_of(account)
    bar = bar_of_place(lot.symbol, account, security, rule)
    bar = bar or bar_of_basis(lot.basis_status, situation.barred.get(lot.lot_id), security, rule)
    bar = bar or bar_of_quote(quote) or _bar_of_value(lot, value, loss)
    return Appraisal(
        quote=quote,
        market_value_cents=value,
        loss_cents=loss,
        gain_cents=0 if value is None else max(0, value - lot.cost_basis_cents),
        is_long=is_long,
        days_to_long_term=0 if is_long or long_from is None else long_from - situation.day,
        bar=bar,
    )


def _long_term_from(lot: OpenLot, *, is_loss: bool) -> int | None:
    """The first day of the long term; None if the lot is long-term whatever the day.

    A gift that is sold from its basis for loss is held from the gift on: nothing of the donor's
    period comes with a value of that day (26 USC 1223(2)).
    """
    if lot.is_inherited and inherited_is_long_term():
        return None
    is_from_gift = is_loss and lot.loss_basis_cents < lot.cost_basis_cents
    return long_term_from(day_of(lot.acquired if is_from_gift else lot.holding_period))


def bar_of_place(
    symbol: str, account: Account, security: Security, rule: HarvestRule
) -> Reason | None:
    """Why nothing of a position is an opportunity."""
    if account.kind.is_tax_deferred:
        return Reason.TAX_DEFERRED
    if account.kind is AccountKind.TAXABLE_MTM_475:
        return Reason.MTM_475
    if security.kind is SecurityKind.SECTION_1256:
        return Reason.SECTION_1256
    if symbol in rule.exclude or account.id in rule.exclude_accounts:
        return Reason.EXCLUDED
    return None


def bar_of_basis(
    status: str, own: Reason | None, security: Security, rule: HarvestRule
) -> Reason | None:
    """Why a lot is none for what is known of its basis, or for a reason of its ``own``.

    That is the first in the order of the codes.  The basis of an ESPP lot whose income is not
    stated is pending for that.
    """
    bar = _bar_of_status(status, security, rule)
    if own is None or bar is None or own is Reason.ESPP_WITHOUT_INCOME:
        return own or bar
    return min(own, bar, key=PLACE_OF_CODE.__getitem__)


def _bar_of_status(status: str, security: Security, rule: HarvestRule) -> Reason | None:
    is_bond = security.kind is SecurityKind.BOND
    if status == "pending":
        return Reason.BASIS_PENDING
    if status != "known":
        is_moved = is_bond or security.tax_class.moves_basis
        return Reason.BASIS_NOT_ADJUSTED if is_moved else Reason.BASIS_UNKNOWN
    return Reason.BASIS_NOT_ADJUSTED if is_bond and not rule.harvest_bonds else None


def bar_of_quote(quote: Quote | None) -> Reason | None:
    """Why a position has no price to decide by."""
    if quote is None:
        return Reason.NO_PRICE
    return Reason.STALE_PRICE if quote.is_stale else None


def _bar_of_value(lot: OpenLot, value_cents: int | None, loss_cents: int) -> Reason | None:
    if loss_cents > 0 or value_cents is None:
        return None
    return Reason.GAIN if value_cents > lot.cost_basis_cents else Reason.NO_LOSS
