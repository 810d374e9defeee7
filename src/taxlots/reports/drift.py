"""Drift for programs and for people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from taxlots.domain.money import dollars, dollars_if_known

SIDES: Final = {-1: "below", 0: "", 1: "above"}
BECAUSE: Final = (
    (
        "Weights are of what has a target, over all accounts of the household, at the last closes"
        " and before tax"
    ),
    (
        "Trades are what the breaches set off, and the other side of them among the classes beside;"
        " lots, tax and wash sales are not looked at here"
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftLine:
    """One class, or one security with a target of its own.

    Weights are parts of the whole: ``strategic`` without the tilt of the day, ``target`` with it.
    ``side`` is -1 below the band, 1 above it.  ``trade_cents`` is bought above 0.  ``buys_to`` is
    the weight beyond which only flows buy on this day; None where nothing says so.  ``sells_to`` is
    the weight at which the gate ends the sales of an illiquid class; None where no window is dealt.
    """

    name: str
    is_symbol: bool
    parent: str
    level: int
    value_cents: int
    strategic: float
    target: float
    weight: float
    low: float
    high: float
    side: int
    destination: float
    trade_cents: int
    waits: bool
    is_illiquid: bool
    buys_to: float | None = None
    sells_to: float | None = None

    @property
    def drift(self) -> float:
        """How far the weight is from the target."""
        return self.weight - self.target


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseholdDrift:
    """One household: its lines, what has no place, and what the rules say in sentences.

    ``is_due`` tells whether trades are set off on this day, ``is_looked_at`` whether it is one on
    which breaches and calendars may set off any.  ``cash_part`` is the part of what is to be
    invested that the volatility target holds in cash.
    """

    name: str
    value_cents: int
    lines: tuple[DriftLine, ...]
    unplaced: Sequence[tuple[str, int | None, str]]
    is_due: bool
    timing: tuple[str, ...]
    because: tuple[str, ...]
    is_looked_at: bool = True
    cash_part: float = 0.0


def drift_json(book: str, as_of: date, households: Sequence[HouseholdDrift]) -> dict[str, Any]:
    """What ``taxlots drift --json`` prints: weights have six decimals, money two."""
    return {
        "book": book,
        "as_of": as_of.isoformat(),
        "households": [_household_json(one) for one in households],
        "because": list(BECAUSE),
    }


def _household_json(one: HouseholdDrift) -> dict[str, Any]:
    return {
        "household": one.name,
        "value": dollars(one.value_cents),
        "is_due": one.is_due,
        "lines": [_line_json(line) for line in one.lines],
        "unplaced": [
            {"symbol": symbol, "value": dollars_if_known(cents), "why": why}
            for symbol, cents, why in one.unplaced
        ],
        "timing": list(one.timing),
        "because": list(one.because),
    }


def _line_json(line: DriftLine) -> dict[str, Any]:
    return {
        "name": line.name,
        "is_symbol": line.is_symbol,
        "parent": line.parent,
        "level": line.level,
        "value": dollars(line.value_cents),
        "strategic": _part(line.strategic),
        "tilt": _part(line.target - line.strategic),
        "target": _part(line.target),
        "weight": _part(line.weight),
        "drift": _part(line.drift),
        "band_low": _part(line.low),
        "band_high": _part(line.high),
        "breach": SIDES[line.side],
        "destination": _part(line.destination),
        "trade": dollars(line.trade_cents),
        "waits": line.waits,
        "is_illiquid": line.is_illiquid,
    }


def _part(value: float) -> str:
    """A part of the whole as a decimal; what rounds to nothing has no sign."""
    return f"{round(value, 6) + 0.0:.6f}"


def drift_rows(one: HouseholdDrift) -> list[dict[str, str]]:
    """The lines of one household as rows of a listing, in percent."""
    return [
        {
            "name": "  " * line.level + line.name,
            "value": dollars(line.value_cents),
            "target": _percent(line.target),
            "weight": _percent(line.weight),
            "drift": f"{round(line.drift * 100, 1) + 0.0:+.1f}",
            "band": f"{_percent(line.low)} to {_percent(line.high)}",
            "breach": SIDES[line.side] + (", waits" if line.waits else ""),
            "destination": _percent(line.destination),
            "trade": "" if line.trade_cents == 0 else dollars(line.trade_cents),
        }
        for line in one.lines
    ]


def _percent(value: float) -> str:
    return f"{round(value * 100, 1) + 0.0:.1f}"


def _unplaced(one: HouseholdDrift) -> list[str]:
    """What counts in no weight, a sentence for each reason."""
    by_reason: dict[str, list[tuple[str, int | None]]] = {}
    for symbol, cents, why in one.unplaced:
        by_reason.setdefault(why, []).append((symbol, cents))
    told = []
    for why, held in by_reason.items():
        names = ", ".join(symbol for symbol, _ in held)
        known = [cents for _, cents in held if cents is not None]
        worth = f" ({dollars(sum(known))} held)" if known else ""
        told.append(f"Counts in no weight: {names}: {why}{worth}")
    return told


def sentences(one: HouseholdDrift) -> list[str]:
    """What is said below the lines of one household."""
    told = [*_unplaced(one), *one.because, *one.timing]
    if not one.is_due:
        has_breach = any(line.side for line in one.lines)
        reason = "what is outside its band waits" if has_breach else "everything is inside its band"
        is_early = any(line.trade_cents for line in one.lines)
        told.append(f"No trade is due: {'this is no day to look' if is_early else reason}")
    return told
