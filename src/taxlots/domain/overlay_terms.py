"""``[rebalance.overlay]`` of ``book.toml``: which contracts a rebalance may use, and how."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from taxlots.domain.problem import Problem, error
from taxlots.domain.settings import scaled_value, unexpected, unknown_keys

WHERE: Final = "book.toml:rebalance.overlay"
PPM: Final = 1_000_000
PERCENT_PLACES: Final = 4
"""Decimals of a percentage, so that it is a whole number of 1e-6."""

MOST_PPM: Final = 10 * PPM
"""No rate or deviation of a year makes sense beyond it."""

KEYS: Final = frozenset(
    {"account", "contracts", "cash_rate_percent", "margin_drag_percent", "reserve_days"}
    | {"basis_percent", "income_percent"}
)
USUAL_BASIS_PPM: Final = 20_000
"""What a contract deviates from its class a year where nothing is stated: two percent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OverlayTerms:
    """The keys of ``[rebalance.overlay]``; rates are annual, in 1e-6.

    ``contracts`` maps symbols of contracts.csv to the class that each stands for, and ``account``
    is the one that holds them.  ``basis_ppm`` is by how much a contract deviates from its class and
    ``income_ppm`` what its underlying pays, by contract; with ``cash_rate_ppm`` (None: not stated)
    rolls are priced beyond their carry.  ``margin_drag_ppm`` is what margin earns less than other
    cash.  Beside the margin, money is kept for ``reserve_days``.
    """

    account: str = ""
    contracts: Mapping[str, str] = field(default_factory=dict)
    basis_ppm: Mapping[str, int] = field(default_factory=dict)
    income_ppm: Mapping[str, int] = field(default_factory=dict)
    cash_rate_ppm: int | None = None
    margin_drag_ppm: int = 0
    reserve_days: int = 5

    def basis_of(self, contract: str) -> int:
        """The annual deviation of a contract from its class, in 1e-6 of its notional."""
        return self.basis_ppm.get(contract, USUAL_BASIS_PPM)


def overlay_terms_from(mapping: Mapping[str, object]) -> tuple[OverlayTerms, list[Problem]]:
    """The terms that ``[rebalance]`` states under ``overlay``, and a problem for each wrong key."""
    table = mapping.get("overlay", {})
    if not isinstance(table, Mapping):
        message = "[rebalance.overlay] is no table."
        remedy = "Write [rebalance.overlay] and its keys."
        return OverlayTerms(), [error(WHERE, "BAD_VALUE", message, remedy)]
    problems = unknown_keys(table, KEYS, WHERE)
    account = table.get("account", "")
    if not isinstance(account, str):
        problems.append(_bad("account", account, "the name of an account"))
        account = ""
    days = table.get("reserve_days", 5)
    if not isinstance(days, int) or isinstance(days, bool) or days < 0:
        problems.append(_bad("reserve_days", days, "a whole number from zero up"))
        days = 5
    rate = _percent(table, "cash_rate_percent", problems)
    terms = OverlayTerms(
        account=account,
        contracts=_classes(table, problems),
        basis_ppm=_percents(table, "basis_percent", problems),
        income_ppm=_percents(table, "income_percent", problems),
        cash_rate_ppm=rate,
        margin_drag_ppm=_percent(table, "margin_drag_percent", problems) or 0,
        reserve_days=days,
    )
    return terms, problems


def _classes(table: Mapping[str, object], problems: list[Problem]) -> dict[str, str]:
    stated = table.get("contracts", {})
    if not isinstance(stated, Mapping):
        problems.append(_bad("contracts", stated, 'a table: contracts."ES-H5" = "us equities"'))
        return {}
    found = {}
    for contract, name in stated.items():
        if isinstance(name, str) and name:
            found[str(contract)] = name
        else:
            problems.append(_bad(f"contracts.{contract}", name, "the name of a class"))
    return found


def _percents(table: Mapping[str, object], key: str, problems: list[Problem]) -> dict[str, int]:
    stated = table.get(key, {})
    if not isinstance(stated, Mapping):
        problems.append(_bad(key, stated, f'a table by contract: {key}."ES-H5" = 1.3'))
        return {}
    found = {}
    for contract in stated:
        value = _percent(stated, contract, problems, f"{key}.{contract}")
        if value is not None:
            found[str(contract)] = value
    return found


def _percent(
    table: Mapping[str, object], key: str, problems: list[Problem], name: str = ""
) -> int | None:
    """A percentage in 1e-6 of one; None where it is not stated or bad."""
    if key not in table:
        return None
    value = scaled_value(table[key], PERCENT_PLACES)
    if value is None or not 0 <= value <= MOST_PPM:
        problems.append(_bad(name or key, table[key], "a percentage from zero to 1,000"))
        return None
    return value


def _bad(key: str, value: object, expected: str) -> Problem:
    return unexpected(f"{WHERE}:{key}", value, expected)
