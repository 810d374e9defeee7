"""Quotes of one security through one day, as rows of a file beside a book."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import time
from typing import Final

from taxlots.domain.problem import Problem
from taxlots.domain.row_cells import RowCells

NEEDED: Final = ("time", "bid", "ask", "bid_size", "ask_size")


@dataclass(frozen=True, slots=True, kw_only=True)
class IntradayQuote:
    """What the market shows at a time of the day.

    ``bid`` and ``ask`` in 1e-8 dollars; ``bid_size`` and ``ask_size`` are shares that are offered
    there and ``volume`` what usually trades until the next quote (None: not stated), in 1e-8.
    """

    at: str
    bid: int
    ask: int
    bid_size: int
    ask_size: int
    volume: int | None = None


def intraday_quotes_from(
    rows: Iterable[Mapping[str, str]], file: str
) -> tuple[list[IntradayQuote], list[Problem]]:
    """The quotes in order of time, and a problem for each bad cell; such a row is left out."""
    found: list[IntradayQuote] = []
    problems: list[Problem] = []
    for line, cells in enumerate(rows, 2):
        row = RowCells(cells, f"{file}:{line}")
        at = _time(row)
        bid, ask = _filled(row, "bid"), _filled(row, "ask")
        sizes = _filled(row, "bid_size"), _filled(row, "ask_size")
        volume = row.number("volume")
        if bid is not None and ask is not None and not 0 < bid <= ask:
            said = "The bid is zero, or above the ask."
            row.note("bid", "CROSSED_QUOTE", said, "Write both as they were quoted.")
        if found and at and at <= found[-1].at:
            said = f"{at} does not come after {found[-1].at}."
            row.note("time", "OUT_OF_ORDER", said, "Sort the rows by time.")
        problems += row.problems
        if not row.problems and bid is not None and ask is not None:
            found.append(
                IntradayQuote(
                    at=at,
                    bid=bid,
                    ask=ask,
                    bid_size=sizes[0] or 0,
                    ask_size=sizes[1] or 0,
                    volume=volume,
                )
            )
    return found, problems


def _filled(row: RowCells, column: str) -> int | None:
    return row.number(column) if row.needed(column) else None


def _time(row: RowCells) -> str:
    """The time as ``HH:MM:SS``; blank where it is none."""
    found = row.needed("time")
    try:
        return time.fromisoformat(found).isoformat("seconds") if found else ""
    except ValueError:
        row.note("time", "BAD_TIME", f"{found!r} is no time.", "Write times as 09:30 or 09:30:00.")
        return ""
