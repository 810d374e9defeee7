"""Contracts that an overlay may use, as rows of ``contracts.csv`` say them on a day."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final

from taxlots.domain.problem import Problem
from taxlots.domain.row_cells import RowCells

FILE: Final = "contracts.csv"


class ContractKind(StrEnum):
    """What a contract is."""

    FUTURE = "future"
    OPTION = "option"
    SWAP = "swap"
    FUND = "fund"


NEEDED: Final[Mapping[ContractKind, tuple[str, ...]]] = {
    ContractKind.FUTURE: ("price", "multiplier", "expiry"),
    ContractKind.OPTION: ("strike", "expiry", "volatility", "underlying"),
    ContractKind.SWAP: (),
    ContractKind.FUND: ("price",),
}
"""Cells without which a contract of a kind says nothing."""

FIGURES: Final = (
    "price",
    "multiplier",
    "initial_margin",
    "maintenance_margin",
    "spread",
    "commission",
    "strike",
    "volatility",
    "expense",
    "financing_spread",
    "short_spread",
    "fee",
    "margin",
)
"""Numbers of zero or more; beta and duration may be negative."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """One contract as of ``day``; ``figures`` are the numbers that its row states, in 1e-8.

    ``is_1256`` says that it is a section 1256 contract.
    """

    symbol: str
    kind: ContractKind
    underlying: str = ""
    index: str = ""
    currency: str = "USD"
    expiry: date | None = None
    is_put: bool = False
    is_1256: bool = False
    day: date | None = None
    figures: Mapping[str, int] = field(default_factory=dict)


def contracts_from(
    rows: Iterable[Mapping[str, str]], file: str = FILE
) -> tuple[list[Contract], list[Problem]]:
    """The contracts, and a problem for each cell that can't be read; its row is left out."""
    found = []
    problems = []
    for line, cells in enumerate(rows, 2):
        row = RowCells(cells, f"{file}:{line}")
        one = _contract(row)
        problems += row.problems
        if one is not None:
            found.append(one)
    return found, problems


def contracts_on(rows: Sequence[Contract], as_of: date) -> dict[str, Contract]:
    """The last row of each contract on or before a day, without those that have expired."""
    found: dict[str, Contract] = {}
    for row in sorted(rows, key=lambda row: row.day or date.min):
        if row.day is None or row.day <= as_of:
            found[row.symbol] = row
    return {
        symbol: row for symbol, row in found.items() if row.expiry is None or row.expiry > as_of
    }


def _contract(row: RowCells) -> Contract | None:
    symbol = row.needed("symbol")
    kind = row.choice("kind", list(ContractKind))
    if kind in NEEDED:
        for column in NEEDED[ContractKind(kind)]:
            row.needed(column)
    put_call = row.text("put_call").lower()
    if put_call not in ("", "put", "call"):
        said = f"{put_call!r} is neither put nor call."
        row.note("put_call", "BAD_PUT_CALL", said, "Write put or call.")
    figures = {name: row.number(name) for name in FIGURES}
    figures |= {name: row.number(name, least=None) for name in ("beta", "duration")}
    one = {"expiry": row.day("expiry"), "day": row.day("date")}
    is_1256 = row.flag("section_1256")
    if row.problems:
        return None
    return Contract(
        symbol=symbol,
        kind=ContractKind(kind),
        underlying=row.text("underlying"),
        index=row.text("index"),
        currency=row.text("currency").upper() or "USD",
        is_put=put_call == "put",
        is_1256=is_1256,
        figures={name: number for name, number in figures.items() if number is not None},
        **one,
    )
