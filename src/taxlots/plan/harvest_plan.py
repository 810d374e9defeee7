"""What a harvest proposes: plain values, one for each line of its files."""

from collections import Counter
from dataclasses import dataclass
from datetime import date

from taxlots.book.record import OpenLot
from taxlots.domain.account import Account
from taxlots.domain.dividend import PendingDividend
from taxlots.domain.harvest_rule import HarvestRule
from taxlots.domain.order import LotInstruction, Order
from taxlots.domain.restriction import Restriction, SwitchBack
from taxlots.domain.security import Proxy
from taxlots.domain.verdict import ProxyRefusal, Reason, SavingBasis
from taxlots.plan.appraisal import Appraisal
from taxlots.plan.guard import WashCheck


@dataclass(frozen=True, slots=True)
class Replacement:
    """The proxy for a position, None if none qualifies, and why those before it were refused."""

    proxy: Proxy | None = None
    refused: tuple[tuple[str, ProxyRefusal], ...] = ()


NO_REPLACEMENT = Replacement()


@dataclass(frozen=True, slots=True, kw_only=True)
class Opportunity:
    """An open lot with a loss, and what selling it would bring.

    ``allowed_loss_cents`` is the loss that section 1091 leaves, were the whole lot sold;
    ``tax_saved_cents`` is an estimate at the profile's rates, None without them.  ``spoiled`` are
    dividends that would be ordinary by it.
    """

    lot: OpenLot
    appraisal: Appraisal
    check: WashCheck
    allowed_loss_cents: int
    tax_saved_cents: int | None
    replacement: Replacement
    told: tuple[str, ...]
    spoiled: tuple[PendingDividend, ...] = ()

    @property
    def saving_basis(self) -> SavingBasis:
        """Where the rates of the estimate come from."""
        no_rate = self.tax_saved_cents is None
        return SavingBasis.NO_PROFILE if no_rate else SavingBasis.GIVEN_RATES


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What was decided on one open lot, and why; every open lot of the book has one."""

    lot: OpenLot
    reason: Reason
    appraisal: Appraisal
    opportunity: Opportunity | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HarvestPlan:
    """A proposal for every household of a book as of one day.

    ``verdicts`` are in the order of the open lots of the situation; ``opportunities`` are those
    of them that have a loss, by household, symbol, account and lot.  ``orders`` has all sales of
    a household before its purchases; sales of identical securities stand in order of acquisition.
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

    @property
    def lots_by_reason(self) -> dict[Reason, int]:
        """How many open lots got each verdict, in the order of the codes; their sum is all."""
        counted = Counter(verdict.reason for verdict in self.verdicts)
        return {reason: counted[reason] for reason in Reason if reason in counted}
