"""``[rebalance.plan]`` of ``book.toml``: how a rebalance weighs risk, cost, tax and cash."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from taxlots.domain.money import SHARE, shares
from taxlots.domain.problem import Problem, error
from taxlots.domain.settings import scaled_value, unexpected, unknown_keys

WHERE: Final = "book.toml:rebalance.plan"
PPM: Final = 1_000_000
CENT_PLACES: Final = 2
PPM_PLACES: Final = 6
MOST: Final = 1_000_000_000
"""No key of the table makes sense beyond it."""
LEAST: Final = 10_000
"""In 1e-6: below a hundredth risk weighs so little that a plan is a matter of rounding."""

KEYS: Final = frozenset(
    {"risk_aversion", "horizon_years", "cash_percent", "min_trade", "whole_shares", "margin"}
    | {"turnover_percent", "tracking_error_percent", "cash_drag_percent"}
    | {"adv_percent", "adv_days"}
    | {"objective", "shortfall_weight", "shortfall_confidence_percent"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RebalanceTerms:
    """The keys of ``[rebalance.plan]``.

    ``risk_aversion_ppm`` is the price of variance and ``horizon_ppm`` how many years of it are
    weighed against costs of today, both in 1e-6; ``cash_ppm`` is the cash target in 1e-6 of the
    household, and ``cash_drag_ppm`` what a dollar above it loses a year.  ``margin_cents`` is what
    a plan must be worth more than doing nothing.  ``turnover_ppm`` caps what is bought and sold
    together, ``tracking_error_ppm`` the annual deviation from the targets, in 1e-6 of the
    household; None is no cap.  ``objective`` is what is weighed where nobody asks otherwise;
    ``shortfall_weight_ppm`` is what expected shortfall costs, in 1e-6 of itself, and
    ``shortfall_confidence_ppm`` the part of periods that are not among the worst.  ``adv_ppm`` of
    the average volume of ``adv_days`` days is what is traded of a security at most.
    """

    risk_aversion_ppm: int = 5 * PPM
    horizon_ppm: int = PPM
    cash_ppm: int = 10_000
    min_trade_cents: int = 10_000
    whole_shares: bool = True
    margin_cents: int = 0
    cash_drag_ppm: int = 0
    turnover_ppm: int | None = None
    tracking_error_ppm: int | None = None
    objective: str = "tracking"
    shortfall_weight_ppm: int = PPM
    shortfall_confidence_ppm: int = 950_000
    adv_ppm: int | None = None
    adv_days: int = 1


def terms_from(mapping: Mapping[str, object]) -> tuple[RebalanceTerms, list[Problem]]:
    """The terms that ``[rebalance]`` states under ``plan``, and a problem for each wrong key."""
    table = mapping.get("plan", {})
    if not isinstance(table, Mapping):
        message, remedy = "[rebalance.plan] is no table.", "Write [rebalance.plan] and its keys."
        return RebalanceTerms(), [error(WHERE, "BAD_VALUE", message, remedy)]
    problems = unknown_keys(table, KEYS, WHERE)
    usual = RebalanceTerms()

    def number(key: str, places: int, default: int, *, scale: int = 1, least: int = 0) -> int:
        if key not in table:
            return default
        value = scaled_value(table[key], places)
        if value is None or not least <= value <= MOST * 10**places:
            lowest = shares(least * SHARE // 10**places) if least > 1 else "zero"
            expected = "a number above zero" if least == 1 else f"a number from {lowest} up"
            problems.append(_bad(key, table[key], f"{expected}, at most {MOST:,}"))
            return default
        return value // scale

    def cap(key: str) -> int | None:
        return number(key, PPM_PLACES, 0, scale=100, least=1) if key in table else None

    whole = table.get("whole_shares", usual.whole_shares)
    if not isinstance(whole, bool):
        problems.append(_bad("whole_shares", whole, "true or false"))
        whole = usual.whole_shares
    objective = table.get("objective", usual.objective)
    if not isinstance(objective, str):
        problems.append(_bad("objective", objective, 'a text, as "tracking+views"'))
        objective = usual.objective
    terms = RebalanceTerms(
        risk_aversion_ppm=number("risk_aversion", PPM_PLACES, usual.risk_aversion_ppm, least=LEAST),
        horizon_ppm=number("horizon_years", PPM_PLACES, usual.horizon_ppm, least=LEAST),
        cash_ppm=number("cash_percent", PPM_PLACES, usual.cash_ppm, scale=100),
        min_trade_cents=number("min_trade", CENT_PLACES, usual.min_trade_cents),
        whole_shares=whole,
        margin_cents=number("margin", CENT_PLACES, usual.margin_cents),
        cash_drag_ppm=number("cash_drag_percent", PPM_PLACES, 0, scale=100),
        turnover_ppm=cap("turnover_percent"),
        tracking_error_ppm=cap("tracking_error_percent"),
        adv_ppm=cap("adv_percent"),
        adv_days=number("adv_days", 0, usual.adv_days, least=1),
        objective=objective,
        shortfall_weight_ppm=number("shortfall_weight", PPM_PLACES, usual.shortfall_weight_ppm),
        shortfall_confidence_ppm=number(
            "shortfall_confidence_percent", PPM_PLACES, usual.shortfall_confidence_ppm, scale=100
        ),
    )
    if not 0 < terms.shortfall_confidence_ppm < PPM:
        confidence = table["shortfall_confidence_percent"]
        expected = "a percentage between 0 and 100"
        problems.append(_bad("shortfall_confidence_percent", confidence, expected))
        terms = RebalanceTerms()
    if terms.cash_ppm >= PPM:
        problems.append(_bad("cash_percent", table["cash_percent"], "a percentage below 100"))
        terms = RebalanceTerms()
    return terms, problems


def _bad(key: str, value: object, expected: str) -> Problem:
    return unexpected(f"{WHERE}:{key}", value, expected)
