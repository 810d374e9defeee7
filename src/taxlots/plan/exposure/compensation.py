"""What a trade in one sleeve does to every exposure, and the trades that compensate it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from taxlots.domain.problem import UsageError
from taxlots.plan.overlay.whole_contracts import whole_contracts
from taxlots.plan.stated_numbers import above_zero, finite

LEAST_RANK: Final = 1e-9

Loads = Mapping[str, Mapping[str, float]]
"""Instrument -> exposure -> dollars of it for a dollar traded (or for a contract)."""


@dataclass(frozen=True, slots=True)
class SleeveEffect:
    """What trades change: by exposure in all, and by sleeve and exposure.

    ``cash`` is what the trades leave (negative: need), in dollars, by sleeve.
    """

    exposure: Mapping[str, float]
    by_sleeve: Mapping[tuple[str, str], float]
    cash: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Compensation:
    """Trades that bring exposures back, and what is left of each.

    ``trades`` are dollars by instrument, or contracts where ``is_whole``.
    """

    trades: Mapping[str, float]
    residual: Mapping[str, float]
    is_whole: bool = False


def sleeve_effect(trades: Mapping[tuple[str, str], float], loads: Loads) -> SleeveEffect:
    """What trades (by sleeve and instrument, in dollars) do to each exposure, here and elsewhere.

    Raises UsageError for an instrument whose exposures are not stated.
    """
    whole: dict[str, float] = {}
    by_sleeve: dict[tuple[str, str], float] = {}
    cash: dict[str, float] = {}
    for (sleeve, instrument), dollars in trades.items():
        finite(dollars, f"the trade of {instrument}")
        cash[sleeve] = cash.get(sleeve, 0.0) - dollars
        for exposure, load in _loads_of(instrument, loads).items():
            change = dollars * load
            whole[exposure] = whole.get(exposure, 0.0) + change
            by_sleeve[sleeve, exposure] = by_sleeve.get((sleeve, exposure), 0.0) + change
    return SleeveEffect(whole, by_sleeve, cash)


def compensate(
    change: Mapping[str, float],
    instruments: Sequence[str],
    loads: Loads,
    *,
    risks: Mapping[str, float] | None = None,
    costs: Mapping[str, float] | None = None,
) -> Compensation:
    """The dollars of instruments that take an unwanted change back.

    Least is what is left of each exposure, weighed by ``risks`` (a deviation for a dollar of it; 1
    by default); where many ways do so, the one with the least sum of cost × dollars² (``costs``
    above zero, 1 by default).  Exposures of the instruments that had not changed are held still.
    """
    names = _names(change, instruments, loads)
    table, wanted = _table(change, instruments, loads, names)
    weight = np.array([above_zero((risks or {}).get(name, 1.0), f"the risk of {name}")
                       for name in names])  # fmt: skip
    price = np.array([above_zero((costs or {}).get(name, 1.0), f"the cost of {name}")
                      for name in instruments])  # fmt: skip
    scaled = weight[:, None] * table / np.sqrt(price)[None, :]
    solved = np.linalg.lstsq(scaled, weight * wanted, rcond=LEAST_RANK)[0] / np.sqrt(price)
    left = -(wanted - table @ solved)
    return Compensation(
        dict(zip(instruments, map(float, solved), strict=True)),
        dict(zip(names, map(float, left), strict=True)),
    )


def compensate_by_contracts(
    change: Mapping[str, float],
    contracts: Sequence[str],
    loads: Loads,
    tolerances: Mapping[str, float],
    *,
    most_instruments: int | None = None,
    costs: Mapping[str, float] | None = None,
) -> Compensation:
    """Whole contracts that take an unwanted change back; ``loads`` are then for a contract.

    Exposures without a tolerance are left as they are.  See ``whole_contracts``.
    """
    names = [name for name in _names(change, contracts, loads) if name in tolerances]
    if not names:
        raise UsageError("state a tolerance for at least one of the exposures that change")
    table, wanted = _table(change, contracts, loads, names)
    found = whole_contracts(
        table,
        wanted,
        [tolerances[name] for name in names],
        most_instruments=most_instruments,
        costs=None if costs is None else [costs.get(name, 0.0) for name in contracts],
    )
    return Compensation(
        {name: float(n) for name, n in zip(contracts, found.counts, strict=True) if n},
        dict(zip(names, map(float, -found.residual), strict=True)),
        is_whole=True,
    )


def _loads_of(instrument: str, loads: Loads) -> Mapping[str, float]:
    if instrument not in loads:
        raise UsageError(f"nobody states the exposures of {instrument}; add them")
    return loads[instrument]


def _names(change: Mapping[str, float], instruments: Sequence[str], loads: Loads) -> list[str]:
    """Every exposure that changed, or that an instrument would change."""
    if not instruments:
        raise UsageError("name at least one instrument to compensate with")
    mine = [name for one in instruments for name in _loads_of(one, loads)]
    return list(dict.fromkeys([*change, *mine]))


def _table(
    change: Mapping[str, float], instruments: Sequence[str], loads: Loads, names: Sequence[str]
) -> tuple[np.ndarray, np.ndarray]:
    table = [[loads[one].get(name, 0.0) for one in instruments] for name in names]
    wanted = [-finite(change.get(name, 0.0), f"the change of {name}") for name in names]
    return np.array(table, np.float64), np.array(wanted, np.float64)
