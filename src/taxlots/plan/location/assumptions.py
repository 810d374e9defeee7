"""``[rebalance.location]`` of ``book.toml``: what asset location assumes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from taxlots.domain.problem import Problem, error
from taxlots.domain.settings import scaled_value, unknown_keys

WHERE: Final = "book.toml:rebalance.location"
PLACES: Final = 6
ONE: Final = 10**PLACES

NUMBERS: Final = {
    # Key -> the most that may stand there.
    "years": 100,
    "discount": 1,
    "cost_percent": 100,
    "deviation_percent": 100,
    "withdrawal_rate": 1,
}
HOLDING: Final = {
    "income": 1,
    "qualified": 1,
    "exempt": 1,
    "gain_paid_out": 1,
    "volatility": 10,
    "gain_share": 1,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LocationRule:
    """Assumptions of asset location, as parts of one unless they are percent or years.

    ``years`` is how many years of saved tax are weighed against the tax of moving, discounted by
    ``discount`` a year.  ``cost_percent`` is lost on each dollar traded; ``deviation_percent`` is
    what a dollar off its target costs a year.  ``withdrawal_rate`` taxes what a traditional
    account pays out; None is the rate of the next dollar.  ``holdings`` are what securities and
    asset classes pay and how they move, by name, where the book does not tell it right.
    """

    years: float = 5.0
    discount: float = 0.05
    cost_percent: float = 0.05
    deviation_percent: float = 1.0
    withdrawal_rate: float | None = None
    holdings: Mapping[str, Mapping[str, float]] = field(default_factory=dict)

    @property
    def years_counted(self) -> float:
        """The years, each discounted."""
        kept = 1 / (1 + self.discount)
        whole = int(self.years)
        found = sum(kept ** (year + 0.5) for year in range(whole))
        return float(found + (self.years - whole) * kept ** (whole + 0.5))


def location_rule_from(rebalance: Mapping[str, Any]) -> tuple[LocationRule, list[Problem]]:
    """The rule that ``[rebalance]`` states under ``location``, and a problem for each wrong key."""
    table = rebalance.get("location", {})
    if not isinstance(table, Mapping):
        remedy = "Write [rebalance.location] and its keys below it."
        return LocationRule(), [error(WHERE, "BAD_VALUE", "It is no table.", remedy)]
    problems = unknown_keys(table, frozenset({*NUMBERS, "holdings"}), WHERE)
    values, bad = _numbers(table, NUMBERS, WHERE)
    problems += bad
    holdings: dict[str, Mapping[str, float]] = {}
    stated = table.get("holdings", {})
    for name, keys in stated.items() if isinstance(stated, Mapping) else ():
        where = f"{WHERE}.holdings.{name}"
        if not isinstance(keys, Mapping):
            remedy = f'Write [rebalance.location.holdings."{name}"] and its keys below it.'
            problems.append(error(where, "BAD_VALUE", "It is no table.", remedy))
            continue
        problems += unknown_keys(keys, frozenset(HOLDING), where)
        holdings[name], bad = _numbers(keys, HOLDING, where)
        problems += bad
    return LocationRule(**values, holdings=holdings), problems


def _numbers(
    table: Mapping[str, Any], most: Mapping[str, int], where: str
) -> tuple[dict[str, Any], list[Problem]]:
    found: dict[str, Any] = {}
    problems = []
    for key, limit in most.items():
        if key not in table:
            continue
        number = scaled_value(table[key], PLACES)
        if number is None or not 0 <= number <= limit * ONE:
            message = f"{table[key]!r} is no number from 0 to {limit}."
            problems.append(error(f"{where}:{key}", "BAD_VALUE", message, "Write it like 0.035."))
        else:
            found[key] = number / ONE
    return found, problems
