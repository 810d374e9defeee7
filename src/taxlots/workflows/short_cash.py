"""Cash that is set aside for short positions, as ``plan.json`` tells it: it buys nothing else.

What is owed needs its worth and its margin in cash (12 CFR 220.12(c)).  Selling short brings its
proceeds and ties up more than them; covering pays its price and frees more than that.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from taxlots.domain.money import dollars, scaled
from taxlots.domain.order import ShortSide

if TYPE_CHECKING:
    from taxlots.plan.rebalance.whole_trades import Trade
    from taxlots.workflows.rebalance import RebalanceRun

KEY: Final = "short_positions"

Place = tuple[str, str, str]
"""Account, symbol and action of a trade."""


@dataclass(frozen=True, slots=True)
class SetAside:
    """Cents set aside by account before a plan, and what its trades tie up; below zero: free."""

    before_cents: Mapping[str, int]
    tied_cents: Mapping[Place, int]

    def after_cents(self) -> dict[str, int]:
        """What is set aside after the whole plan, by account."""
        found = dict(self.before_cents)
        for (account, _, _), cents in self.tied_cents.items():
            found[account] = found.get(account, 0) + cents
        return found

    def beside(self, cash: Mapping[str, int]) -> dict[str, int]:
        """Cash of accounts before the plan, without what is set aside."""
        return {name: cents - self.before_cents.get(name, 0) for name, cents in cash.items()}


def set_aside(plan: Mapping[str, Any]) -> SetAside:
    """What ``plan.json`` says is set aside; nothing where it says nothing."""
    told = plan.get(KEY) or {"cash": [], "trades": []}
    return SetAside(
        {row["account"]: scaled(row["before"], 2) or 0 for row in told["cash"]},
        {
            (row["account"], row["symbol"], row["action"]): scaled(row["tied"], 2) or 0
            for row in told["trades"]
        },
    )


def short_positions_json(run: RebalanceRun) -> dict[str, Any]:
    """The key ``short_positions`` of ``plan.json``; none where nothing is owed or sold short."""
    beside, cash = run.question.cash.held_cents, run.proposal.cash_before
    aside = SetAside(
        {name: cents - beside[name] for name, cents in cash.items() if cents != beside[name]},
        {
            (one.position.account.id, one.position.symbol, str(one.action)): _tied_cents(one)
            for one in run.proposal.trades
            if one.position.short
        },
    )
    after = aside.after_cents()
    if not after:
        return {}
    return {
        KEY: {
            "cash": [
                {
                    "account": name,
                    "before": dollars(aside.before_cents.get(name, 0)),
                    "after": dollars(after[name]),
                }
                for name in after
            ],
            "trades": [
                {"account": account, "symbol": symbol, "action": action, "tied": dollars(cents)}
                for (account, symbol, action), cents in aside.tied_cents.items()
            ],
        }
    }


def _tied_cents(trade: Trade) -> int:
    """What a trade ties up of cash: its worth and its margin; below zero where it covers."""
    cents = trade.cents + trade.equity_cents
    return cents if trade.action is ShortSide.SELL_SHORT else -cents
