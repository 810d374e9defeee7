"""Water-filling over several accounts, each with cash of its own and with what it may not buy.

All accounts fill the same basins.  Where one level for all cannot be reached, because an account's
money may go into a few names only, those names and accounts stand at a level of their own above
the rest: a cut of the network says which they are, and both parts are filled by themselves.  What
comes out is the most even filling that there is.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from taxlots.plan.water_filling import fill


@dataclass(frozen=True, slots=True, kw_only=True)
class Basins:
    """Names to fill: what is held of each in cents, target weights, and room (None: endless)."""

    held_cents: Sequence[int]
    weights: Sequence[int]
    room_cents: Sequence[int | None]


def fill_accounts(
    basins: Basins, cash_cents: Mapping[str, int], allowed: Mapping[str, Collection[int]]
) -> dict[tuple[str, int], int]:
    """How many cents each account puts into each name, by account and the name's place.

    ``allowed`` are the places of the names that an account may buy.  An account spends all of its
    cash, but for what finds no room; the amounts sum exactly.
    """
    accounts = [name for name, cents in cash_cents.items() if cents and allowed.get(name)]
    places = sorted({place for name in accounts for place in allowed[name]})
    found: dict[tuple[str, int], int] = {}
    _fill_part(basins, cash_cents, allowed, (accounts, places), found)
    return {key: cents for key, cents in found.items() if cents}


def _fill_part(
    basins: Basins,
    cash: Mapping[str, int],
    allowed: Mapping[str, Collection[int]],
    part: tuple[list[str], list[int]],
    found: dict[tuple[str, int], int],
) -> None:
    accounts, places = part
    if not accounts or not places:
        return
    wanted = fill(
        [basins.held_cents[i] for i in places],
        [basins.weights[i] for i in places],
        sum(cash[name] for name in accounts),
        [basins.room_cents[i] for i in places],
    )
    network = _Network(dict(zip(places, wanted, strict=True)), {n: cash[n] for n in accounts})
    network.run(allowed)
    rich, high = network.cut(allowed)
    if sum(network.missing.values()) == 0 or not high or set(high) == set(places):
        found.update(network.flow)
        return
    _fill_part(basins, cash, allowed, (rich, high), found)
    others = [name for name in accounts if name not in rich]
    _fill_part(basins, cash, allowed, (others, [i for i in places if i not in high]), found)


@dataclass(slots=True)
class _Network:
    """Cash of accounts on its way to names: ``missing`` of a name, ``left`` of an account."""

    missing: dict[int, int]
    left: dict[str, int]
    flow: dict[tuple[str, int], int] = field(default_factory=dict)

    def run(self, allowed: Mapping[str, Collection[int]]) -> None:
        """Send as much as can be sent, along shortest ways."""
        while (way := self._way(allowed)) is not None:
            names, places = way
            back = [self.flow[name, place] for name, place in zip(names[1:], places, strict=False)]
            cents = min([self.left[names[0]], self.missing[places[-1]], *back])
            for name, place in zip(names, places, strict=True):
                self.flow[name, place] = self.flow.get((name, place), 0) + cents
            for name, place in zip(names[1:], places, strict=False):
                self.flow[name, place] -= cents
            self.left[names[0]] -= cents
            self.missing[places[-1]] -= cents

    def cut(self, allowed: Mapping[str, Collection[int]]) -> tuple[list[str], list[int]]:
        """The accounts with cash to spare and the full names that they can reach."""
        seen, came = self._reached(allowed)
        return [name for name in self.left if name in seen], list(came)

    def _way(self, allowed: Mapping[str, Collection[int]]) -> tuple[list[str], list[int]] | None:
        """Accounts and names in turn, from cash that is left to a name that lacks some."""
        seen, came = self._reached(allowed)
        goal = next((place for place in came if self.missing[place]), None)
        if goal is None:
            return None
        names, places = [came[goal]], [goal]
        while (before := seen[names[0]]) is not None:
            places.insert(0, before)
            names.insert(0, came[before])
        return names, places

    def _reached(
        self, allowed: Mapping[str, Collection[int]]
    ) -> tuple[dict[str, int | None], dict[int, str]]:
        """What can be reached from cash that is left: accounts and names, each with what led to it.

        From a name the way goes on to the accounts that put money into it, which may go elsewhere.
        """
        seen: dict[str, int | None] = {n: None for n, cents in self.left.items() if cents}
        came: dict[int, str] = {}
        queue = deque(seen)
        while queue:
            name = queue.popleft()
            for place in sorted(set(allowed[name]) & set(self.missing) - set(came)):
                came[place] = name
                for other in self.left:
                    if other not in seen and self.flow.get((other, place), 0):
                        seen[other] = place
                        queue.append(other)
        return seen, came
