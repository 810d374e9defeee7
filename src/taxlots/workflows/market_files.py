"""What a plan knows of funds, exposures, contracts and currency hedges: files beside a book.

They stand in a book's folder, or in another one that is named: a database does not keep them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from taxlots.domain.contract import Contract, contracts_from, contracts_on
from taxlots.domain.currency_hedge import CurrencyHedge, currency_hedges_from, hedges_on
from taxlots.domain.exposure import StatedExposure, exposures_from, exposures_on
from taxlots.domain.fund_holding import fund_holdings_from, holdings_on
from taxlots.domain.problem import DataError, UsageError
from taxlots.domain.row_cells import PLACES
from taxlots.plan.exposure.look_through import check_funds
from taxlots.plan.exposure.measures import Characteristics
from taxlots.workflows.gather import is_database

ONE = 10**PLACES


@dataclass(frozen=True, slots=True)
class MarketFiles:
    """The files as of a day."""

    funds: dict[str, dict[str, float]]
    exposures: dict[str, StatedExposure]
    contracts: dict[str, Contract]
    hedges: dict[str, CurrencyHedge] = field(default_factory=dict)

    def contract(self, symbol: str) -> Contract:
        """The contract.  Raises UsageError where there is none, with those that there are."""
        if symbol not in self.contracts:
            there = ", ".join(self.contracts) or "none that has not expired"
            raise UsageError(f"contracts.csv has no {symbol!r} on this day; it has {there}")
        return self.contracts[symbol]

    def characteristics(self) -> dict[str, Characteristics]:
        """What is stated of each security."""
        return {
            symbol: Characteristics(
                beta=scaled_down(row.beta),
                duration=scaled_down(row.duration),
                currency=row.currency or None,
                hedged=scaled_down(row.hedged) or 0.0,
            )
            for symbol, row in self.exposures.items()
        }


def scaled_down(number: int | None) -> float | None:
    """A number of 1e-8 as a float; None stays None."""
    return None if number is None else number / ONE


def market_files(book: str, folder: Path | None, as_of: date) -> MarketFiles:
    """The files of a folder (by default the book's own), as of a day.

    Files that are not there are empty.  Raises UsageError for a folder that is not there, DataError
    for bad cells, and UsageError for funds that hold each other.
    """
    from taxlots.ledger.folder import Folder

    if folder is None and is_database(book):
        return MarketFiles({}, {}, {})
    place = Path(book) if folder is None else folder
    if not place.is_dir():
        raise UsageError(
            f"{place} is no folder; name the one that holds contracts.csv or exposures.csv"
        )
    read = Folder(place)
    holdings = read.typed("holdings_of_funds", ("fund", "symbol", "weight"), fund_holdings_from)
    stated = read.typed("exposures", ("symbol",), exposures_from)
    contracts = read.typed("contracts", ("symbol", "kind"), contracts_from)
    hedges = read.typed("currency_hedges", ("currency", "ratio", "spot"), currency_hedges_from)
    if read.problems:
        raise DataError(read.problems)
    funds = {
        fund: {symbol: weight / ONE for symbol, weight in members.items()}
        for fund, members in holdings_on(holdings, as_of).items()
    }
    check_funds(funds)
    return MarketFiles(
        funds,
        exposures_on(stated, as_of),
        contracts_on(contracts, as_of),
        hedges_on(hedges, as_of),
    )
