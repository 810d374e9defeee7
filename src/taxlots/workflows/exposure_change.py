"""What trades would do to a household's exposures, and the whole contracts that compensate it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from taxlots.domain.contract import Contract, ContractKind
from taxlots.domain.problem import UsageError
from taxlots.domain.settings import scaled_value
from taxlots.plan.exposure.compensation import Compensation, compensate_by_contracts
from taxlots.plan.exposure.measures import Exposures
from taxlots.reports.exposure_change import ChangeSaid
from taxlots.workflows.market_files import ONE, MarketFiles, scaled_down

PLACES: Final = 8
CURRENCY_LETTERS: Final = 3


def trades_of(texts: Sequence[str]) -> dict[str, float]:
    """Trades as they are written, ``SYMBOL:DOLLARS``, a sale below zero.  Raises UsageError."""
    found: dict[str, float] = {}
    for text in texts:
        symbol, _, cell = text.rpartition(":")
        dollars = scaled_value(cell.strip().removeprefix("+"), PLACES)
        if not symbol or dollars is None:
            raise UsageError(f"--trade {text!r}: write SYMBOL:DOLLARS, a sale like SPY:-50000")
        found[symbol] = found.get(symbol, 0.0) + dollars / ONE
    return found


def change_of(
    before: Exposures, moved: Exposures, names: Sequence[str], market: MarketFiles
) -> ChangeSaid:
    """The exposures before and after trades of which ``moved`` are the exposures.

    ``names`` are the contracts to compensate with.  Raises UsageError for contracts that carry none
    of what changes.
    """
    was, change = _amounts(before), _amounts(moved)
    lacking = {
        **moved.beta.unknown,
        **moved.duration.unknown,
        **moved.currency_unknown,
    }
    compensation = _compensation(change, names, market) if names else None
    return ChangeSaid(
        before={name: was.get(name, 0.0) for name in change},
        change=change,
        compensation=compensation,
        unknown=tuple(lacking),
    )


def _amounts(found: Exposures) -> dict[str, float]:
    """Dollars of beta, dollars × years, and dollars by foreign currency."""
    return {
        "beta": found.beta.weighted,
        "duration": found.duration.weighted,
        **found.foreign,
    }


def _compensation(
    change: Mapping[str, float], names: Sequence[str], market: MarketFiles
) -> Compensation:
    """Whole contracts against what changes; half of the smallest contract is near enough."""
    loads = {name: _loads(market.contract(name), change) for name in names}
    tolerances: dict[str, float] = {}
    for exposure in change:
        sizes = [abs(one[exposure]) for one in loads.values() if one.get(exposure)]
        if sizes:
            tolerances[exposure] = min(sizes) / 2
    if not tolerances:
        raise UsageError(f"{', '.join(names)} carry none of {', '.join(change)}; name others")
    return compensate_by_contracts(change, names, loads, tolerances)


def _loads(row: Contract, change: Mapping[str, float]) -> dict[str, float]:
    """What one contract carries: beta and duration of its notional, or its currency.

    A future on a currency has neither; one with a duration has no beta unless it is stated.
    """
    if row.kind is not ContractKind.FUTURE:
        raise UsageError(f"{row.symbol} is a {row.kind}; compensate with futures")
    notional = (scaled_down(row.figures.get("price")) or 0.0) * (
        scaled_down(row.figures.get("multiplier")) or 0.0
    )
    if row.underlying in change and len(row.underlying) == CURRENCY_LETTERS:
        return {row.underlying: notional}
    duration = scaled_down(row.figures.get("duration")) or 0.0
    beta = scaled_down(row.figures.get("beta"))
    if beta is None:
        beta = 0.0 if duration else 1.0
    return {"beta": beta * notional, "duration": duration * notional}
