"""The decision: a verdict on every open lot.

Each wash-sale party is decided by itself, family by family of identical securities, the greatest
estimated saving first.  What is bought for one family is not sold for a later one, and what is
sold is not bought: else the plan would wash its own losses.
"""

from collections.abc import Iterable, Sequence

from taxlots.domain.verdict import Reason
from taxlots.plan.goals import Limits, fitted
from taxlots.plan.guard import Guard
from taxlots.plan.harvest_plan import Verdict
from taxlots.plan.harvest_value import losses_taken
from taxlots.plan.replacement import Proxies, Trades, affordable_quantity
from taxlots.plan.settling import Family, Settling, in_order_of_relief
from taxlots.plan.situation import Position

PRICELESS = frozenset({Reason.GAIN, Reason.NO_LOSS})
"""Bars of a lot that its position may take along."""


def verdicts_of(guard: Guard) -> list[Verdict]:
    """One verdict for each open lot of the guard's situation, in the order of the lots."""
    settling = Settling(Proxies(guard))
    decision = _Decision(guard, settling)
    found = fitted(decision.decide, guard.index)
    return [found[place] for place in range(len(guard.index.situation.lots))]


def _worth(verdicts: Iterable[Verdict]) -> tuple[int, int]:
    """A key that puts the greatest saving first, then the greatest loss."""
    taken = [v.opportunity for v in verdicts if v.opportunity and v.reason.is_harvest]
    saved = sum(opportunity.tax_saved_cents or 0 for opportunity in taken)
    return -saved, -sum(opportunity.allowed_loss_cents for opportunity in taken)


class _Decision:
    """Decides all parties and families of a situation, under the limits of goals."""

    def __init__(self, guard: Guard, settling: Settling) -> None:
        self.guard = guard
        self.index = guard.index
        self.settling = settling
        self.proxies = Proxies(guard)
        self.lots = self.index.situation.lots
        self.by_party = self.families()
        self.taken = losses_taken(self.index.situation.years)
        self.most: Limits = {}

    def decide(self, most: Limits) -> dict[int, Verdict]:
        """The verdicts by place, with no more sold of a lot than its limit."""
        self.most = most
        self.taken = losses_taken(self.index.situation.years)
        found: dict[int, Verdict] = {}
        for party, families in self.by_party.items():
            ranked = []
            for family, places in families.items():
                pool = self.guard.pool(party, family)
                first = self.settling.settle(Family(pool, places, self.taken, most=most)).verdicts
                found |= first
                if any(verdict.reason.is_harvest for verdict in first.values()):
                    ranked.append((*_worth(first.values()), family))
            trades = Trades()
            for _, _, family in sorted(ranked):
                found |= self.commit(party, family, families[family], trades)
        return found

    def families(self) -> dict[str, dict[str, list[int]]]:
        """The places of the lots by party, as the accounts stand, and by family.

        They are in the order in which losses count; within one sub-divided lot that is the order
        in which the books relieve its parts.
        """
        accounts = self.index.situation.accounts
        found: dict[str, dict[str, list[int]]] = {self.index.party[a.id]: {} for a in accounts}
        for place in in_order_of_relief(self.index):
            lot = self.lots[place]
            families = found[self.index.party[lot.account]]
            families.setdefault(self.index.identity.family(lot.symbol), []).append(place)
        return found

    def commit(
        self, party: str, family: str, places: Sequence[int], trades: Trades
    ) -> dict[int, Verdict]:
        """Settle a family with its replacements, and enter what it trades.

        A proxy of which the proceeds do not buy one share is passed over, and the family is
        settled again.
        """
        positions = self._open_positions(places)
        trades.sold[family] = {s for _, s in positions if not self._is_exempt(s)}
        too_dear: dict[Position, set[str]] = {position: set() for position in positions}
        while True:
            replacements = {
                (account, symbol): self.proxies.choose(
                    symbol, self.index.accounts[account], trades, too_dear[account, symbol]
                )
                for account, symbol in positions
            }
            pool = self.guard.pool(party, family)
            settled = self.settling.settle(
                Family(
                    pool, places, self.taken, replacements, trades.bought.get(family, ()), self.most
                )
            )
            found = settled.verdicts
            dear = self._too_dear(found.values())
            if not dear:
                break
            for position, proxy in dear.items():
                too_dear[position].add(proxy)
        self.taken.update(settled.taken)
        trades.sold[family] = set()
        for verdict in found.values():
            if verdict.opportunity and verdict.reason.is_harvest:
                if not self._is_exempt(verdict.lot.symbol):
                    trades.sold[family].add(verdict.lot.symbol)
                if chosen := verdict.opportunity.replacement.proxy:
                    of_chosen = self.index.identity.family(chosen.proxy)
                    trades.bought.setdefault(of_chosen, set()).add(chosen.proxy)
        return found

    def _open_positions(self, places: Sequence[int]) -> list[Position]:
        """The positions with a lot that may be sold, in order."""
        bars = self.settling.appraisals
        found = (self.lots[p] for p in places if bars[p].bar is None or bars[p].bar in PRICELESS)
        return list(dict.fromkeys((lot.account, lot.symbol) for lot in found))

    def _too_dear(self, verdicts: Iterable[Verdict]) -> dict[Position, str]:
        """The positions whose proceeds do not buy the least quantity of their proxy."""
        proceeds: dict[Position, int] = {}
        proxies: dict[Position, str] = {}
        for verdict in verdicts:
            opportunity = verdict.opportunity
            if opportunity and verdict.reason.is_harvest and opportunity.replacement.proxy:
                position = verdict.lot.account, verdict.lot.symbol
                value = opportunity.appraisal.market_value_cents or 0
                proceeds[position] = proceeds.get(position, 0) + value
                proxies[position] = opportunity.replacement.proxy.proxy
        situation = self.index.situation
        return {
            position: proxy
            for position, proxy in proxies.items()
            if not affordable_quantity(
                proceeds[position],
                situation.quotes[proxy],
                self.index.security(proxy).multiplier,
                whole_shares=situation.rule.whole_shares,
            )
        }

    def _is_exempt(self, symbol: str) -> bool:
        return self.index.security(symbol).kind.is_exempt_from_1091
