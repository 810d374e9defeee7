"""Planning some households at a time: what one of them does concerns no other."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import TypeVar

from taxlots.domain.dividend import PendingDividend
from taxlots.plan.harvest import plan
from taxlots.plan.harvest_plan import HarvestPlan
from taxlots.plan.situation import Situation

Item = TypeVar("Item")


def planned_apart(situation: Situation, groups: Sequence[Collection[str]]) -> HarvestPlan:
    """The plan of a situation, made group by group of households.

    The time and memory of a plan are then those of its groups, whatever their number.  What it
    holds is in the order of the groups, else as in a plan of the whole.
    """
    plans = [plan(part) for part in divided(situation, groups)]
    return HarvestPlan(
        as_of=situation.as_of,
        rule=situation.rule,
        rules=dict(situation.rules),
        accounts=situation.accounts,
        returns=tuple(chain.from_iterable(part.returns for part in plans)),
        verdicts=tuple(chain.from_iterable(part.verdicts for part in plans)),
        opportunities=tuple(chain.from_iterable(part.opportunities for part in plans)),
        orders=tuple(chain.from_iterable(part.orders for part in plans)),
        lot_instructions=tuple(chain.from_iterable(part.lot_instructions for part in plans)),
        restrictions=tuple(chain.from_iterable(part.restrictions for part in plans)),
        switch_backs=tuple(chain.from_iterable(part.switch_backs for part in plans)),
    )


def divided(situation: Situation, groups: Sequence[Collection[str]]) -> Iterator[Situation]:
    """The situation of each group of households, everything in its order.

    Every household with an account or a lot is in one group, and so is every tax return: the plans
    of the groups are the plan of the whole.
    """
    group = {name: number for number, names in enumerate(groups) for name in names}
    of_account = {account.id: group[account.household] for account in situation.accounts}

    def dealt(items: Iterable[Item], number: Callable[[Item], int]) -> list[list[Item]]:
        found: list[list[Item]] = [[] for _ in groups]
        for item in items:
            found[number(item)].append(item)
        return found

    accounts = dealt(situation.accounts, lambda account: group[account.household])
    lots = dealt(situation.lots, lambda lot: group[lot.household])
    acquired = dealt(situation.acquisitions, lambda bought: group[bought.household])
    waiting = dealt(situation.waiting_losses, lambda loss: group[loss.household])
    scheduled = dealt(situation.scheduled, lambda event: of_account[event.account])
    swaps = dealt(situation.held_swaps, lambda swap: of_account[swap.account])
    averaged = dealt(sorted(situation.averaged), lambda position: of_account[position[0]])
    dividends: dict[str, list[PendingDividend]] = {}
    for dividend in situation.pending_dividends:
        dividends.setdefault(dividend.lot_id, []).append(dividend)
    for number in range(len(groups)):
        returns = dict.fromkeys(account.tax_return for account in accounts[number])
        ids = {lot.lot_id for lot in lots[number]}
        pending = [one for lot_id in sorted(ids & dividends.keys()) for one in dividends[lot_id]]
        yield replace(
            situation,
            accounts=tuple(accounts[number]),
            lots=lots[number],
            acquisitions=acquired[number],
            waiting_losses=waiting[number],
            scheduled=scheduled[number],
            held_swaps=swaps[number],
            averaged=frozenset(averaged[number]),
            pending_dividends=pending,
            profiles=_of(returns, situation.profiles),
            rules=_of(returns, situation.rules),
            years=_of(returns, situation.years),
            so_far=_of(returns, situation.so_far),
        )


def _of(returns: Iterable[str], by_return: Mapping[str, Item]) -> dict[str, Item]:
    return {name: by_return[name] for name in returns if name in by_return}
