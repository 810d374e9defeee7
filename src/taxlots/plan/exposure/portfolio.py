"""Exposures of a portfolio through its funds: what is stated of a fund wins over what it holds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from taxlots.plan.exposure.look_through import LookedThrough, look_through
from taxlots.plan.exposure.measures import Characteristics, Exposures, Measured, exposures

UNLISTED: Final = " (holdings not listed)"

Funds = Mapping[str, Mapping[str, float]]


@dataclass(frozen=True, slots=True)
class PortfolioExposures:
    """What is held once funds are opened, and the exposures; what is not known is by symbol.

    ``exposures`` has ``value`` of what was given, and its parts look through each fund of which
    the measure is not stated.
    """

    looked: LookedThrough
    exposures: Exposures


def portfolio_exposures(
    dollars: Mapping[str, float],
    funds: Funds,
    known: Mapping[str, Characteristics],
    *,
    home: str = "USD",
    without_duration: frozenset[str] = frozenset(),
) -> PortfolioExposures:
    """Look through funds, and measure: each measure opens only the funds that do not state it.

    Dollars are by symbol (short: negative); see ``exposures`` for the rest.
    """

    def opened(states: Callable[[Characteristics], bool]) -> tuple[Exposures, dict[str, float]]:
        closed = {name for name, one in known.items() if states(one)}
        looked = look_through(
            dollars, {name: inside for name, inside in funds.items() if name not in closed}
        )
        found = exposures(looked.total, known, home=home, without_duration=without_duration)
        lost = {name + UNLISTED: value for name, value in looked.unknown.items()}
        return found, lost

    by_beta, beta_lost = opened(lambda one: one.beta is not None)
    by_duration, duration_lost = opened(lambda one: one.duration is not None)
    by_currency, currency_lost = opened(lambda one: one.currency is not None)
    return PortfolioExposures(
        looked=look_through(dollars, funds),
        exposures=Exposures(
            value=sum(dollars.values()),
            beta=_with(by_beta.beta, beta_lost),
            duration=_with(by_duration.duration, duration_lost),
            currencies=by_currency.currencies,
            currency_unknown={**by_currency.currency_unknown, **currency_lost},
        ),
    )


def _with(measured: Measured, lost: Mapping[str, float]) -> Measured:
    return Measured(measured.weighted, measured.known, {**measured.unknown, **lost})
