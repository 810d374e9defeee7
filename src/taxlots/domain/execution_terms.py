"""``[rebalance.execution]`` of ``book.toml``: how a plan's trades are worked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from taxlots.domain.problem import Problem
from taxlots.domain.settings import scaled_value, unexpected, unknown_keys

WHERE: Final = "book.toml:rebalance.execution"
PPM: Final = 1_000_000
MOST_TRANCHES: Final = 60
CENT_PLACES: Final = 2
PPM_PLACES: Final = 6
PERCENT_OF_PPM: Final = 100
MOST_COMMISSION_CENTS: Final = 100_000_000
KEYS: Final = frozenset(
    {"tranches", "schedule", "participation_percent", "settled_cash", "impact_factor", "commission"}
)


class ScheduleKind(StrEnum):
    """How a trade is spread over sessions: even in time, by volume, or at least cost and risk."""

    TWAP = "twap"
    VWAP = "vwap"
    ALMGREN_CHRISS = "almgren-chriss"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutionTerms:
    """The keys of ``[rebalance.execution]``.

    ``tranches`` is the most sessions of a trade, ``participation_ppm`` the most of a day's volume
    that is traded, ``impact_factor_ppm`` the factor of the square-root law, both in 1e-6.
    ``is_settled_only``: purchases wait until the money of sales has settled.
    ``commission_cents`` is what an order costs, by account or custodian; a blank name is any other.
    """

    tranches: int = 1
    schedule: ScheduleKind = ScheduleKind.TWAP
    participation_ppm: int = 100_000
    is_settled_only: bool = False
    impact_factor_ppm: int = PPM
    commission_cents: Mapping[str, int] = field(default_factory=dict)

    def commission_of(self, account: str, custodian: str) -> int:
        """What an order of an account costs in cents, its spread and impact left out."""
        stated = self.commission_cents
        for name in (account, custodian, ""):
            if name in stated:
                return stated[name]
        return 0


def execution_from(mapping: Mapping[str, object]) -> tuple[ExecutionTerms, list[Problem]]:
    """The terms that ``[rebalance]`` states under ``execution``, and a problem for each wrong key.

    What is left out, or has a problem, keeps its default.
    """
    table = mapping.get("execution", {})
    usual = ExecutionTerms()
    if not isinstance(table, Mapping):
        expected = "a table [rebalance.execution]"
        return usual, [_bad("", table, expected)]
    problems = unknown_keys(table, KEYS, WHERE)

    def number(key: str, places: int, default: int, least: int, most: int, expected: str) -> int:
        if key not in table:
            return default
        value = scaled_value(table[key], places)
        if value is None or not least <= value <= most:
            problems.append(_bad(key, table[key], expected))
            return default
        return value

    percent = number(
        "participation_percent", PPM_PLACES, usual.participation_ppm * PERCENT_OF_PPM,
        PERCENT_OF_PPM, PERCENT_OF_PPM * PPM, "a percentage above 0, up to 100",
    )  # fmt: skip
    settled = table.get("settled_cash", usual.is_settled_only)
    if not isinstance(settled, bool):
        problems.append(_bad("settled_cash", settled, "true or false"))
        settled = usual.is_settled_only
    names = ", ".join(ScheduleKind)
    schedule = table.get("schedule", str(usual.schedule))
    if schedule not in tuple(ScheduleKind):
        problems.append(_bad("schedule", schedule, f"one of {names}"))
        schedule = usual.schedule
    terms = ExecutionTerms(
        tranches=number(
            "tranches", 0, usual.tranches, 1, MOST_TRANCHES, f"1 to {MOST_TRANCHES} sessions"
        ),
        schedule=ScheduleKind(str(schedule)),
        participation_ppm=percent // PERCENT_OF_PPM,
        is_settled_only=settled,
        impact_factor_ppm=number(
            "impact_factor", PPM_PLACES, usual.impact_factor_ppm, 0, 100 * PPM, "a number up to 100"
        ),
        commission_cents=_commissions(table.get("commission", 0), problems),
    )
    return terms, problems


def _commissions(stated: object, problems: list[Problem]) -> dict[str, int]:
    """Dollars an order, for all accounts or by account and custodian."""
    table = stated if isinstance(stated, Mapping) else {"": stated}
    found = {}
    for name, value in table.items():
        cents = scaled_value(value, CENT_PLACES)
        if cents is None or not 0 <= cents <= MOST_COMMISSION_CENTS:
            key = f"commission.{name}" if name else "commission"
            problems.append(_bad(key, value, "dollars from zero to 1,000,000"))
        elif cents or name:
            found[str(name)] = cents
    return found


def _bad(key: str, value: object, expected: str) -> Problem:
    return unexpected(f"{WHERE}:{key}" if key else WHERE, value, expected)
