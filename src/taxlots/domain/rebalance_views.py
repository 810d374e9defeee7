"""``[rebalance.views]`` of ``book.toml``: what securities are expected to earn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from taxlots.domain.problem import Problem
from taxlots.domain.settings import scaled_value, unexpected, unknown_keys

WHERE: Final = "book.toml:rebalance.views"
PERCENT_PLACES: Final = 4
MOST_MONTHS: Final = 120
KEYS: Final = frozenset(
    {"annual_percent", "momentum_percent", "momentum_months", "momentum_skip_months"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedViews:
    """The keys of ``[rebalance.views]``, in 1e-6 a year.

    ``annual_ppm`` is by security or by asset class; that of a security comes before that of its
    class.  The strongest security by momentum is expected to earn ``momentum_ppm``, the weakest to
    lose as much, the others in between by rank; momentum is the return from ``momentum_months``
    ago to ``momentum_skip_months`` ago.
    """

    annual_ppm: Mapping[str, int] = field(default_factory=dict)
    momentum_ppm: int = 0
    momentum_months: int = 12
    momentum_skip_months: int = 1

    @property
    def is_stated(self) -> bool:
        """Whether there is any view."""
        return bool(self.annual_ppm or self.momentum_ppm)


def views_from(mapping: Mapping[str, object]) -> tuple[StatedViews, list[Problem]]:
    """The views that ``[rebalance]`` states under ``views``, and a problem for each wrong key."""
    table = mapping.get("views", {})
    if not isinstance(table, Mapping):
        return StatedViews(), [_bad("", table, "a table [rebalance.views]")]
    problems = unknown_keys(table, KEYS, WHERE)

    def whole(key: str, default: int) -> int:
        found = scaled_value(table.get(key, default), 0)
        if found is None or not 0 <= found <= MOST_MONTHS:
            problems.append(_bad(key, table[key], "a whole number of months up to 120"))
            return default
        return found

    stated = table.get("annual_percent", {})
    annual: dict[str, int] = {}
    if isinstance(stated, Mapping):
        for name, value in stated.items():
            read = scaled_value(value, PERCENT_PLACES)
            if read is None:
                problems.append(_bad(f"annual_percent.{name}", value, "a percentage, as 1.5 or -2"))
            else:
                annual[str(name)] = read
    else:
        problems.append(_bad("annual_percent", stated, "a table of securities or classes"))
    momentum = scaled_value(table.get("momentum_percent", 0), PERCENT_PLACES)
    if momentum is None or momentum < 0:
        problems.append(_bad("momentum_percent", table["momentum_percent"], "a percentage from 0"))
    found = StatedViews(
        annual_ppm=annual,
        momentum_ppm=momentum or 0,
        momentum_months=whole("momentum_months", 12),
        momentum_skip_months=whole("momentum_skip_months", 1),
    )
    if found.momentum_months <= found.momentum_skip_months:
        expected = "more months than momentum_skip_months"
        problems.append(_bad("momentum_months", found.momentum_months, expected))
    return found, problems


def _bad(key: str, value: object, expected: str) -> Problem:
    return unexpected(f"{WHERE}:{key}" if key else WHERE, value, expected)
