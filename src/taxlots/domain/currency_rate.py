"""Rates of currency pairs with what an exchange costs, as rows of a file beside a book."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from taxlots.domain.problem import Problem
from taxlots.domain.row_cells import PLACES, RowCells

NEEDED: Final = ("base", "quote", "rate")
ONE: Final = 10**PLACES


@dataclass(frozen=True, slots=True, kw_only=True)
class CurrencyRate:
    """One ``base`` costs ``rate`` of ``quote``; all numbers are in 1e-8.

    ``spread`` is between bid and ask and ``fee`` what the broker adds, both parts of one.
    """

    base: str
    quote: str
    rate: int
    spread: int = 0
    fee: int = 0


def currency_rates_from(
    rows: Iterable[Mapping[str, str]], file: str
) -> tuple[list[CurrencyRate], list[Problem]]:
    """The rates, and a problem for each bad cell; a row with one is left out."""
    found = []
    problems: list[Problem] = []
    for line, cells in enumerate(rows, 2):
        row = RowCells(cells, f"{file}:{line}")
        base, quote = row.needed("base").upper(), row.needed("quote").upper()
        row.needed("rate")
        rate = row.number("rate")
        spread, fee = row.number("spread", most=ONE), row.number("fee", most=ONE)
        if rate == 0:
            row.note("rate", "BAD_NUMBER", "A rate of 0 is none.", "Write quote for one base.")
        if base and base == quote:
            row.note("quote", "SAME_CURRENCY", f"{base} is both.", "Write two currencies.")
        if (spread or 0) // 2 + (fee or 0) >= ONE:
            row.note("fee", "BAD_NUMBER", "Spread and fee take all of it.", "Write parts of one.")
        problems += row.problems
        if not row.problems and rate:
            found.append(
                CurrencyRate(base=base, quote=quote, rate=rate, spread=spread or 0, fee=fee or 0)
            )
    return found, problems
