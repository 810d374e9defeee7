"""What a harvest proposes: plain values, one for each line of its files."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from taxlots.book.record import OpenLot
from taxlots.domain.account import Account
from taxlots.domain.dividend import PendingDividend
from taxlots.domain.harvest_rule import Goal, HarvestRule
from taxlots.domain.order import LotInstruction, Order
from taxlots.domain.restriction import Restriction, SwitchBack
from taxlots.domain.security import Proxy
from taxlots.domain.verdict import ProxyRefusal, Reason, SavingBasis
from taxlots.plan.appraisal import Appraisal
from taxlots.plan.guard import WashCheck
from taxlots.plan.harvest_value import HarvestValue


@dataclass(frozen=True, slots=True)
class Replacement:
    """The proxy for a position, None if none qualifies, and why those before it were refused."""

    proxy: Proxy | None = None
    refused: tuple[tuple[str, ProxyRefusal], ...] = ()


NO_REPLACEMENT = Replacement()


@dataclass(frozen=True, slots=True, kw_only=True)
class Opportunity:
    """An open lot with a loss, and what selling it would bring.

    ``lot`` and ``appraisal`` are of what is sold: the lot, or the part that a goal wants.
    ``allowed_loss_cents`` is the loss that section 1091 leaves, were all of it sold; a gain, where
    it is sold with its position, is negative.
    ``tax_saved_cents`` is what it saves this year by the return's rates, None without them, and
    ``value`` what it is worth, None where the return's tax is not known.  ``hurdle_ratio`` is the
    least loss in 1e-8 of the basis.  ``spoiled`` are dividends that would be ordinary by it.
    """

    lot: OpenLot
    appraisal: Appraisal
    check: WashCheck
    allowed_loss_cents: int
    tax_saved_cents: int | None
    replacement: Replacement
    told: tuple[str, ...]
    spoiled: tuple[PendingDividend, ...] = ()
    saving_basis: SavingBasis = SavingBasis.NO_PROFILE
    value: HarvestValue | None = None
    hurdle_ratio: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What was decided on one open lot, and why; every open lot of the book has one."""

    lot: OpenLot
    reason: Reason
    appraisal: Appraisal
    opportunity: Opportunity | None = None

    @property
    def is_partly_sold(self) -> bool:
        """Whether only a part of the lot is sold."""
        sold = self.opportunity
        return sold is not None and sold.lot.quantity < self.lot.quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnHarvest:
    """What a plan comes to on one tax return, in cents.

    ``wanted_cents`` is the loss that its goal asks for, None for all that pays.  ``short_cents``
    and ``long_cents`` are the net losses of the plan; ``saved_cents`` is the tax of this year that
    they save together and ``carried_cents`` what of them is carried on, None where the return's
    tax is not known.
    """

    tax_return: str
    goal: Goal
    wanted_cents: int | None
    short_cents: int
    long_cents: int
    saved_cents: int | None
    carried_cents: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HarvestPlan:
    """A proposal for every household of a book as of one day.

    ``verdicts`` are in the order of the open lots of the situation; ``opportunities`` are those
    of them that have a loss, by household, symbol, account and lot.  ``orders`` has all sales of
    a household before its purchases; sales of identical securities stand in order of acquisition.
    ``rule`` is the book's, ``rules`` are those of returns that have their own, and ``returns``
    sums the plan up for each.
    """

    as_of: date
    rule: HarvestRule
    accounts: tuple[Account, ...]
    verdicts: tuple[Verdict, ...]
    opportunities: tuple[Verdict, ...]
    orders: tuple[Order, ...]
    lot_instructions: tuple[LotInstruction, ...]
    restrictions: tuple[Restriction, ...]
    switch_backs: tuple[SwitchBack, ...]
    rules: Mapping[str, HarvestRule] = field(default_factory=dict)
    returns: tuple[ReturnHarvest, ...] = ()
    _rule_of_account: dict[str, HarvestRule] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        own = {a.id: self.rules[a.tax_return] for a in self.accounts if a.tax_return in self.rules}
        object.__setattr__(self, "_rule_of_account", own)

    def rule_of(self, lot: OpenLot) -> HarvestRule:
        """The rule by which a lot was decided: that of its return, or of the book."""
        return self._rule_of_account.get(lot.account, self.rule)

    @property
    def lots_by_reason(self) -> dict[Reason, int]:
        """How many open lots got each verdict, in the order of the codes; their sum is all."""
        counted = Counter(verdict.reason for verdict in self.verdicts)
        return {reason: counted[reason] for reason in Reason if reason in counted}
