"""Futures that bring a wanted exposure: number, residual, margin, and what the trade costs."""

from __future__ import annotations

from dataclasses import dataclass

from taxlots.domain.problem import UsageError
from taxlots.plan.overlay.contracts import Future
from taxlots.plan.stated_numbers import above_zero, finite, not_below_zero


@dataclass(frozen=True, slots=True, kw_only=True)
class FuturesOverlay:
    """Contracts of one future (negative: sold short).

    ``exact`` is the number before rounding.  ``achieved`` and ``residual`` are in the target's
    unit: dollars of beta, or dollars times years of duration.  ``notional`` is in dollars, short
    negative; ``residual_notional`` is what the residual would be in dollars of the underlying, to
    be held in cash or a fund.
    """

    contract: Future
    exact: float
    count: int
    achieved: float
    residual: float
    residual_notional: float

    @property
    def notional(self) -> float:
        """Dollars that the contracts stand for."""
        return self.count * self.contract.notional

    @property
    def initial_margin(self) -> float:
        """Dollars to put up."""
        return abs(self.count) * self.contract.initial_margin

    @property
    def trade_cost(self) -> float:
        """Dollars to enter."""
        return abs(self.count) * self.contract.trade_cost


def futures_for_beta(
    wanted_beta: float, present_beta: float, value: float, contract: Future
) -> FuturesOverlay:
    """Contracts that move a portfolio's beta: N = (wanted - present) × value / (beta × notional).

    Raises UsageError for a contract without beta.
    """
    dollars = (
        finite(wanted_beta, "the wanted beta") - finite(present_beta, "the present beta")
    ) * (not_below_zero(value, "the value of the portfolio"))
    return _rounded(dollars, contract.beta, contract, "beta")


def futures_for_duration(
    wanted_years: float, present_years: float, value: float, contract: Future
) -> FuturesOverlay:
    """Contracts that move a portfolio's duration, by dollars × years.

    Raises UsageError for a contract without duration.
    """
    change = finite(wanted_years, "the wanted duration") - finite(
        present_years, "the present duration"
    )
    value = not_below_zero(value, "the value of the portfolio")
    return _rounded(change * value, contract.duration, contract, "duration")


def futures_for_dollars(dollars: float, contract: Future) -> FuturesOverlay:
    """Contracts that bring so many dollars of the underlying (negative: take away)."""
    return _rounded(finite(dollars, "the wanted exposure"), 1.0, contract, "exposure")


def _rounded(wanted: float, unit: float, contract: Future, what: str) -> FuturesOverlay:
    if unit == 0:
        raise UsageError(f"{contract.symbol} has no {what}; name a contract that has")
    each = unit * contract.notional
    exact = wanted / each
    count = round(exact)
    return FuturesOverlay(
        contract=contract,
        exact=exact,
        count=count,
        achieved=count * each,
        residual=wanted - count * each,
        residual_notional=(wanted - count * each) / unit,
    )


@dataclass(frozen=True, slots=True)
class MarginNeed:
    """Cash that an overlay needs: margin now, and a reserve for what it may lose meanwhile."""

    initial: float
    reserve: float

    @property
    def total(self) -> float:
        """Both."""
        return self.initial + self.reserve


def margin_need(
    overlay: FuturesOverlay, daily_volatility: float, days: float, deviations: float = 2.33
) -> MarginNeed:
    """Margin, and a reserve for moves of so many standard deviations over some days.

    2.33 deviations are exceeded against the position in 1 of 100 such spans, if normal.
    """
    move = not_below_zero(daily_volatility, "the volatility of a day") * (
        not_below_zero(days, "the days of the reserve") ** 0.5
    )
    reserve = not_below_zero(deviations, "the deviations") * move * abs(overlay.notional)
    return MarginNeed(overlay.initial_margin, reserve)


def margin_call(overlay: FuturesOverlay, new_price: float, posted: float) -> float:
    """Dollars called once the price has moved: back to the initial margin, if below maintenance.

    ``posted`` is what lies in the margin account before the move.
    """
    moved = above_zero(new_price, "the new price") - overlay.contract.price
    left = posted + overlay.count * overlay.contract.multiplier * moved
    if left >= abs(overlay.count) * overlay.contract.maintenance_margin:
        return 0.0
    return overlay.initial_margin - left


def affordable(
    overlay: FuturesOverlay, cash: float, daily_volatility: float, days: float
) -> FuturesOverlay:
    """The overlay.  Raises UsageError where cash does not carry it, with the most that it does."""
    need = margin_need(overlay, daily_volatility, days)
    if need.total <= cash:
        return overlay
    each = need.total / abs(overlay.count)
    raise UsageError(
        f"{overlay.count} {overlay.contract.symbol} need {need.total:.2f} of cash"
        f" ({need.initial:.2f} margin, {need.reserve:.2f} reserve) and {cash:.2f} is there;"
        f" it carries {max(0, int(cash // each))} of them"
    )
