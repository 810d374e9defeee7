"""What a fund holds, as a row of ``holdings_of_funds.csv`` says it on a day."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from taxlots.domain.problem import Problem
from taxlots.domain.row_cells import RowCells

FILE: Final = "holdings_of_funds.csv"


@dataclass(frozen=True, slots=True, kw_only=True)
class FundHolding:
    """``symbol`` is ``weight`` (1e-8 of the fund, short: negative) of ``fund`` as of ``day``."""

    fund: str
    symbol: str
    weight: int
    day: date | None = None


def fund_holdings_from(
    rows: Iterable[Mapping[str, str]], file: str = FILE
) -> tuple[list[FundHolding], list[Problem]]:
    """The holdings of funds, and a problem for each bad cell; a row with one is left out."""
    found = []
    problems = []
    for line, cells in enumerate(rows, 2):
        row = RowCells(cells, f"{file}:{line}")
        fund, symbol = row.needed("fund"), row.needed("symbol")
        row.needed("weight")
        weight, day = row.number("weight", least=None), row.day("date")
        problems += row.problems
        if not row.problems and weight is not None:
            found.append(FundHolding(fund=fund, symbol=symbol, weight=weight, day=day))
    return found, problems


def holdings_on(rows: Sequence[FundHolding], as_of: date) -> dict[str, dict[str, int]]:
    """The weights of each fund by its last list on or before a day, in 1e-8 of the fund.

    Rows without a date are the oldest list.  Rows of one fund, symbol and date are added.
    """
    known = [row for row in rows if row.day is None or row.day <= as_of]
    last: dict[str, date] = {}
    for row in known:
        last[row.fund] = max(last.get(row.fund, date.min), row.day or date.min)
    found: dict[str, dict[str, int]] = {}
    for row in known:
        if (row.day or date.min) == last[row.fund]:
            members = found.setdefault(row.fund, {})
            members[row.symbol] = members.get(row.symbol, 0) + row.weight
    return found
