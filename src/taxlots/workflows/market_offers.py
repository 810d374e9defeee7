"""What each account of a household may buy of a sleeve, in which order, and why not the rest."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from taxlots.plan.cash_flow import Offer
from taxlots.workflows.household_plan import HouseholdPlan


@dataclass(slots=True)
class Market:
    """What may be bought where; ``refused`` collects why not, by sleeve, account and security."""

    plan: HouseholdPlan
    closed: frozenset[tuple[str, str]]
    refused: dict[tuple[int, str], dict[str, str]] = field(default_factory=dict)

    def offer(self, account: str, place: int, day: date) -> Offer | None:
        """The security that an account buys of a sleeve: what it holds most of, if it is free.

        Securities that would spoil a harvest come last in taxable accounts and are not bought in
        tax-deferred ones, where the loss would be gone for good (Rev. Rul. 2008-5).
        """
        return next(self.offers(account, place, day), None)

    def offers(self, account: str, place: int, day: date) -> Iterator[Offer]:
        """Every security that an account may buy of a sleeve, the one it would buy first."""
        for symbol in self._ordered(account, place):
            offer = self._try(account, symbol, day, place)
            if offer is not None:
                yield offer

    def _ordered(self, account: str, place: int) -> list[str]:
        worths = self.plan.worths.cents
        everywhere: dict[str, int] = {}
        for (_, symbol), cents in worths.items():
            everywhere[symbol] = everywhere.get(symbol, 0) + cents
        return sorted(
            self.plan.sleeves.symbols(place),
            key=lambda s: (
                bool(self.plan.spoils_harvest(s)),
                -worths.get((account, s), 0),
                -everywhere.get(s, 0),
                s,
            ),
        )

    def _try(self, account: str, symbol: str, day: date, place: int) -> Offer | None:
        reason = self._refusal(account, symbol, day)
        if reason:
            self.refused.setdefault((place, account), {})[symbol] = reason
            return None
        return self.plan.offer(symbol)

    def _refusal(self, account: str, symbol: str, day: date) -> str:
        if (account, symbol) in self.closed:
            return f"{symbol} is closed by an override"
        if self.plan.offer(symbol) is None:
            return f"{symbol} has no fresh price"
        check = self.plan.buy_check(account, symbol)
        if check.because and check.safe_date > day:
            first = check.because[0]
            return f"{symbol} would replace the loss of {first.id}, free from {check.safe_date}"
        holder = self.plan.index.accounts[account]
        spoiled = self.plan.spoils_harvest(symbol) if holder.kind.is_tax_deferred else ""
        if spoiled:
            return f"{symbol} would make a loss on {spoiled}, which can be harvested, lost for good"
        return ""
