"""Rows of contracts.csv as the contracts that plans reckon with."""

from __future__ import annotations

from datetime import date

from taxlots.domain.contract import Contract, ContractKind
from taxlots.domain.problem import UsageError
from taxlots.plan.overlay.contracts import Fund, Future, Option, Swap
from taxlots.workflows.market_files import MarketFiles, scaled_down


def figure_of(row: Contract, name: str, default: float = 0.0) -> float:
    """A figure of a row; the default where it is not stated."""
    found = scaled_down(row.figures.get(name))
    return default if found is None else found


def future_of(row: Contract) -> Future:
    """A future.  Raises UsageError for figures that clash."""
    return Future(
        symbol=row.symbol,
        price=figure_of(row, "price"),
        multiplier=figure_of(row, "multiplier", 1.0),
        expiry=_expiry(row),
        underlying=row.underlying,
        beta=figure_of(row, "beta", 1.0),
        duration=figure_of(row, "duration"),
        initial_margin=figure_of(row, "initial_margin"),
        maintenance_margin=figure_of(row, "maintenance_margin"),
        spread=figure_of(row, "spread"),
        commission=figure_of(row, "commission"),
        currency=row.currency,
        is_1256=row.is_1256,
    )


def option_of(row: Contract) -> Option:
    """An option; its multiplier is 100 shares unless it is stated."""
    return Option(
        symbol=row.symbol,
        underlying=row.underlying,
        strike=figure_of(row, "strike"),
        expiry=_expiry(row),
        is_call=not row.is_put,
        volatility=figure_of(row, "volatility"),
        multiplier=figure_of(row, "multiplier", 100.0),
        spread=figure_of(row, "spread"),
        commission=figure_of(row, "commission"),
        is_1256=row.is_1256,
    )


def fund_of(row: Contract) -> Fund:
    """A fund."""
    return Fund(
        symbol=row.symbol,
        price=figure_of(row, "price"),
        beta=figure_of(row, "beta", 1.0),
        duration=figure_of(row, "duration"),
        expense=figure_of(row, "expense"),
        spread=figure_of(row, "spread"),
    )


def swap_of(row: Contract) -> Swap:
    """A total-return swap."""
    return Swap(
        symbol=row.symbol,
        underlying=row.underlying,
        beta=figure_of(row, "beta", 1.0),
        duration=figure_of(row, "duration"),
        financing_spread=figure_of(row, "financing_spread"),
        short_spread=figure_of(row, "short_spread"),
        fee=figure_of(row, "fee"),
        margin=figure_of(row, "margin"),
    )


def curve_of(market: MarketFiles, row: Contract) -> list[Future]:
    """The futures on one underlying, by expiry."""
    return sorted(
        (
            future_of(other)
            for other in market.contracts.values()
            if other.kind is ContractKind.FUTURE and other.underlying == row.underlying
        ),
        key=lambda one: one.expiry,
    )


def _expiry(row: Contract) -> date:
    if row.expiry is None:
        raise UsageError(f"contracts.csv states no expiry of {row.symbol}")
    return row.expiry
