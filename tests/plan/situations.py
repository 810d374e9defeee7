"""Situations written by hand: a household in a few lines, so that a test reads as its facts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from taxlots.book.record import Acquisition, OpenLot, WaitingLoss
from taxlots.domain.account import Account, AccountKind, Owner
from taxlots.domain.calendar import date_of, day_of
from taxlots.domain.dividend import PendingDividend
from taxlots.domain.harvest_rule import HarvestRule
from taxlots.domain.money import SHARE
from taxlots.domain.policy import Policy
from taxlots.domain.quote import Quote
from taxlots.domain.scheduled import ScheduledEvent, ScheduledKind
from taxlots.domain.security import IdenticalMember, Proxy, Security
from taxlots.domain.tax_profile import TaxProfile
from taxlots.domain.verdict import Reason
from taxlots.law.identical import identity_of
from taxlots.law.s1222_term import long_term_from
from taxlots.plan.harvest import plan
from taxlots.plan.harvest_plan import HarvestPlan, Opportunity, Verdict
from taxlots.plan.situation import Situation

AS_OF = date(2020, 12, 31)
DEFERRED = {"ira": AccountKind.TRADITIONAL_IRA, "roth": AccountKind.ROTH_IRA}


def days_ago(days: int) -> date:
    return AS_OF - timedelta(days=days)


def units(quantity: str | int) -> int:
    return int(Decimal(quantity) * SHARE)


def cents(dollars: str | int) -> int:
    return int(Decimal(dollars) * 100)


def account(name: str, **fields: Any) -> Account:
    """``ira`` and ``roth`` are what they say, ``spouse`` and ``kid`` whose they say."""
    owners = {"spouse": Owner.SPOUSE, "kid": Owner.CHILD, "joint": Owner.JOINT}
    household = fields.pop("household", "home")
    default: dict[str, Any] = {
        "kind": DEFERRED.get(name, AccountKind.TAXABLE),
        "owner": owners.get(name, Owner.SELF),
        "tax_return": "kid" if name == "kid" else household,
        "custodian": "Schwab",
    }
    return Account(id=name, household=household, **(default | fields))


@dataclass
class World:
    """A book in the making; ``situation`` freezes it.

    Accounts ``main, joint, spouse, ira, roth`` and ``kid`` stand in household ``home``.  Every
    symbol closes at its price of ``prices``; rates are 40 % short-term and 20 % long-term.
    """

    prices: Mapping[str, str]
    rule: HarvestRule = field(default_factory=HarvestRule)
    policy: Policy = field(default_factory=Policy)
    proxies: Iterable[tuple[str, ...] | Proxy] = ()
    accounts: dict[str, Account] = field(
        default_factory=lambda: {
            name: account(name) for name in ("main", "joint", "spouse", "ira", "roth", "kid")
        }
    )
    securities: dict[str, Security] = field(default_factory=dict)
    identical: list[IdenticalMember] = field(default_factory=list)
    lots: list[OpenLot] = field(default_factory=list)
    acquisitions: list[Acquisition] = field(default_factory=list)
    waiting: list[WaitingLoss] = field(default_factory=list)
    scheduled: list[ScheduledEvent] = field(default_factory=list)
    stale: set[str] = field(default_factory=set)
    barred: dict[str, Reason] = field(default_factory=dict)
    dividends: list[PendingDividend] = field(default_factory=list)
    rates: tuple[int | None, int | None] = (400_000, 200_000)

    def lot(
        self,
        lot_id: str,
        quantity: str | int,
        symbol: str,
        basis: str | int,
        acquired: date | int = 400,
        where: str = "main",
        **fields: Any,
    ) -> None:
        """An open lot; its acquisition too, if it was bought at most 60 days ago."""
        day = days_ago(acquired) if isinstance(acquired, int) else acquired
        holder = self.accounts[where]
        default: dict[str, Any] = {
            "holding_period": day,
            "long_term_from": date_of(long_term_from(day_of(day))),
            "loss_basis_cents": cents(basis),
            "wash_sale_adjustment_cents": 0,
            "is_replacement": False,
            "is_inherited": False,
            "covered": True,
            "basis_status": "known",
            "rank": len(self.lots),
        }
        if "loss_basis" in fields:
            fields["loss_basis_cents"] = cents(fields.pop("loss_basis"))
        self.lots.append(
            OpenLot(
                lot_id=lot_id,
                household=holder.household,
                account=where,
                symbol=symbol,
                acquired=day,
                quantity=units(quantity),
                cost_basis_cents=cents(basis),
                **(default | fields),
            )
        )
        known = {(a.lot_id, a.account) for a in self.acquisitions}
        if (AS_OF - day).days <= 60 and (lot_id, where) not in known:
            self.bought(lot_id, quantity, symbol, day, where)

    def bought(
        self,
        lot_id: str,
        quantity: str | int,
        symbol: str,
        acquired: date | int,
        where: str = "main",
        *,
        unused: str | int | None = None,
        held: str | int | None = None,
        is_compensation: bool = False,
    ) -> None:
        """An acquisition, held in full and unused unless told."""
        of = units(quantity if unused is None else unused)
        self.acquisitions.append(
            Acquisition(
                lot_id=lot_id,
                household=self.accounts[where].household,
                account=where,
                symbol=symbol,
                acquired=days_ago(acquired) if isinstance(acquired, int) else acquired,
                quantity=units(quantity),
                unused=of,
                held=of if held is None else units(held),
                is_compensation=is_compensation,
            )
        )

    def sold_at_a_loss(
        self, sale_id: str, quantity: str | int, symbol: str, days: int, where: str = "main"
    ) -> None:
        """A loss sale of so many days ago whose window is still open."""
        self.waiting.append(
            WaitingLoss(
                sale_id=sale_id,
                lot_id=f"lot-of-{sale_id}",
                household=self.accounts[where].household,
                account=where,
                symbol=symbol,
                sold=days_ago(days),
                quantity=units(quantity),
                loss_cents=100_00,
            )
        )

    def will(
        self, kind: str, symbol: str, in_days: int, where: str, quantity: str = "", amount: str = ""
    ) -> None:
        """An event that is scheduled."""
        self.scheduled.append(
            ScheduledEvent(
                account=where,
                symbol=symbol,
                day=days_ago(-in_days),
                kind=ScheduledKind(kind),
                quantity=units(quantity) if quantity else None,
                amount_cents=cents(amount) if amount else None,
            )
        )

    def group(self, name: str, *symbols: str) -> None:
        self.identical += [IdenticalMember(group=name, symbol=symbol) for symbol in symbols]

    def change(self, name: str, **fields: Any) -> None:
        self.accounts[name] = replace(self.accounts[name], **fields)

    def situation(self) -> Situation:
        short, long = self.rates
        returns = {holder.tax_return for holder in self.accounts.values()}
        return Situation(
            as_of=AS_OF,
            accounts=tuple(self.accounts.values()),
            securities=self.securities,
            strict_identity=identity_of(self.securities, self.identical, same_index=True),
            book_identity=identity_of(
                self.securities, self.identical, same_index=self.policy.same_index_identical
            ),
            lots=self.lots,
            acquisitions=self.acquisitions,
            waiting_losses=self.waiting,
            quotes={
                symbol: Quote(units(price), AS_OF, 6 if symbol in self.stale else 0)
                for symbol, price in self.prices.items()
            },
            profiles={
                name: TaxProfile(tax_return=name, year=2020, short_rate=short, long_rate=long)
                for name in returns
            },
            proxies=[
                p
                if isinstance(p, Proxy)
                else Proxy(symbol=p[0], proxy=p[1], rank=n, account_kind=p[2] if len(p) > 2 else "")
                for n, p in enumerate(self.proxies, 1)
            ],
            scheduled=self.scheduled,
            policy=self.policy,
            rule=self.rule,
            barred=self.barred,
            pending_dividends=self.dividends,
        )

    def plan(self) -> HarvestPlan:
        return plan(self.situation())


def reasons(proposal: HarvestPlan) -> dict[str, Reason]:
    """Lot -> its verdict."""
    return {verdict.lot.lot_id: verdict.reason for verdict in proposal.verdicts}


def verdict_on(proposal: HarvestPlan, lot_id: str) -> Verdict:
    return next(v for v in proposal.verdicts if v.lot.lot_id == lot_id)


def opportunity(proposal: HarvestPlan, lot_id: str) -> Opportunity:
    found = verdict_on(proposal, lot_id).opportunity
    assert found is not None
    return found
