"""A trade that crosses currencies: its legs, the cheapest way through them, and what each costs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from taxlots.domain.problem import UsageError
from taxlots.plan.execution.impact import TradeCost
from taxlots.plan.stated_numbers import above_zero, not_below_zero


@dataclass(frozen=True, slots=True, kw_only=True)
class CurrencyPair:
    """One ``base`` costs ``rate`` of ``quote``; the pair trades at a spread (fraction of it).

    ``fee`` is what the broker adds, as a fraction of what is exchanged.
    """

    base: str
    quote: str
    rate: float
    spread: float = 0.0
    fee: float = 0.0

    def __post_init__(self) -> None:
        above_zero(self.rate, f"the rate of {self.base}{self.quote}")
        if self.cost >= 1 or self.spread < 0 or self.fee < 0:
            raise UsageError(f"{self.base}{self.quote} costs {self.cost}; write parts of one")

    @property
    def cost(self) -> float:
        """What an exchange either way costs, as a fraction of it."""
        return self.spread / 2 + self.fee


@dataclass(frozen=True, slots=True)
class Leg:
    """One exchange or trade of a chain: from what, to what, and its cost in home dollars."""

    sold: str
    bought: str
    cost: float


@dataclass(frozen=True, slots=True)
class MultiLegCost:
    """The legs of a trade in order, and the mid rate from the first currency to the last."""

    legs: tuple[Leg, ...]
    mid_rate: float

    @property
    def total(self) -> float:
        """What all legs cost, in home dollars."""
        return sum(leg.cost for leg in self.legs)


def exchange(dollars: float, sold: str, bought: str, pairs: Sequence[CurrencyPair]) -> MultiLegCost:
    """The exchange of one currency for another by the pairs that cost least together.

    ``dollars`` is what is sold, in home dollars at mid rates; each leg's cost is taken from what
    the legs before it left.  Raises UsageError where the pairs lead from neither to the other.
    """
    amount = not_below_zero(dollars, "what is exchanged")
    best: dict[str, tuple[float, float, tuple[tuple[str, str, float], ...]]] = {
        sold: (1.0, 1.0, ())
    }
    # Bellman-Ford on what is left of a dollar: no pair pays for being used, so paths stay short.
    for _ in pairs:
        for pair in pairs:
            for start, end, rate in (
                (pair.base, pair.quote, pair.rate),
                (pair.quote, pair.base, 1 / pair.rate),
            ):
                if start in best:
                    left, mid, way = best[start]
                    kept = left * (1 - pair.cost)
                    if kept > best.get(end, (0.0, 0.0, ()))[0]:
                        best[end] = (kept, mid * rate, (*way, (start, end, pair.cost)))
    if bought not in best:
        known = ", ".join(f"{pair.base}{pair.quote}" for pair in pairs) or "none"
        raise UsageError(f"no pairs lead from {sold} to {bought}; these are known: {known}")
    _, mid, way = best[bought]
    legs = []
    for start, end, cost in way:
        legs.append(Leg(start, end, amount * cost))
        amount -= amount * cost
    return MultiLegCost(tuple(legs), mid)


def crossing_cost(
    dollars: float,
    security: str,
    cash_currency: str,
    security_currency: str,
    pairs: Sequence[CurrencyPair],
    cost: TradeCost,
    *,
    is_sale: bool = False,
) -> MultiLegCost:
    """What it costs to buy a foreign security with home cash, or to sell it for home cash.

    A purchase exchanges the cash first; a sale exchanges the proceeds after its own ``cost``.
    """
    trade = Leg(
        security if is_sale else security_currency,
        security_currency if is_sale else security,
        cost.total,
    )
    if is_sale:
        after = exchange(max(0.0, dollars - cost.total), security_currency, cash_currency, pairs)
        return MultiLegCost((trade, *after.legs), after.mid_rate)
    before = exchange(dollars, cash_currency, security_currency, pairs)
    return MultiLegCost((*before.legs, trade), before.mid_rate)
