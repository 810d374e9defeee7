"""Currency hedge ratios as targets, and their markets, as rows of ``currency_hedges.csv``."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from taxlots.domain.problem import Problem
from taxlots.domain.row_cells import PLACES, RowCells

FILE: Final = "currency_hedges.csv"
ONE: Final = 10**PLACES
USUAL_DAYS: Final = 91 * ONE


@dataclass(frozen=True, slots=True, kw_only=True)
class CurrencyHedge:
    """The part of a currency to sell forward, with its market; all numbers are in 1e-8.

    ``ratio`` and ``band`` are parts of the exposure; one unit costs ``spot`` dollars; ``rate`` and
    ``home_rate`` are annual and continuous; ``spread`` is a part of the forward's price, ``sold``
    units are sold forward already, and forwards are due in ``days``.
    """

    currency: str
    ratio: int
    spot: int
    band: int = 0
    rate: int = 0
    home_rate: int = 0
    spread: int = 0
    sold: int = 0
    days: int = USUAL_DAYS
    day: date | None = None


def currency_hedges_from(
    rows: Iterable[Mapping[str, str]], file: str = FILE
) -> tuple[list[CurrencyHedge], list[Problem]]:
    """The hedge ratios, and a problem for each bad cell; a row with one is left out."""
    found = []
    problems = []
    for line, cells in enumerate(rows, 2):
        row = RowCells(cells, f"{file}:{line}")
        currency = row.needed("currency").upper()
        ratio, band = row.number("ratio", most=ONE), row.number("band", most=ONE)
        spot, spread = row.number("spot"), row.number("spread", most=ONE)
        rates = [row.number(name, least=None) or 0 for name in ("rate", "home_rate", "sold")]
        days, day = row.number("days"), row.day("date")
        row.needed("ratio")
        if row.needed("spot") and spot == 0:
            row.note("spot", "BAD_NUMBER", "A spot rate of 0 is none.", "Write dollars a unit.")
        problems += row.problems
        if not row.problems and ratio is not None and spot is not None:
            found.append(
                CurrencyHedge(
                    currency=currency,
                    ratio=ratio,
                    spot=spot,
                    band=band or 0,
                    rate=rates[0],
                    home_rate=rates[1],
                    spread=spread or 0,
                    sold=rates[2],
                    days=USUAL_DAYS if days is None else days,
                    day=day,
                )
            )
    return found, problems


def hedges_on(rows: Sequence[CurrencyHedge], as_of: date) -> dict[str, CurrencyHedge]:
    """The last row of each currency on or before a day; rows without a date are the oldest."""
    found: dict[str, CurrencyHedge] = {}
    for row in sorted(rows, key=lambda row: row.day or date.min):
        if row.day is None or row.day <= as_of:
            found[row.currency] = row
    return found
