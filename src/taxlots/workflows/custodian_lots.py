"""Which of a custodian's statements count, and the lots that they list, by account and symbol.

A later statement replaces an earlier one: open lots security by security, since some custodians
write one file a security, and realized lots for the days that it covers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from taxlots.brokers.protocol import CustodianOpenLot, CustodianRealizedLot
from taxlots.domain.security import Security
from taxlots.workflows.booked_lots import Place
from taxlots.workflows.import_lots import Statement
from taxlots.workflows.lot_matching import LotFigures

Days = tuple[date, date]
"""First and last day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """The lots of one place as a custodian lists them; ``as_of`` is None for realized lots."""

    custodian: str
    lots: tuple[LotFigures, ...]
    as_of: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """A lot of a security that the book does not list: what it is called, and where it stands."""

    account: str
    security: str
    where: str


class Symbols:
    """Finds the symbol of a lot that a custodian names by CUSIP or description alone."""

    def __init__(self, securities: Mapping[str, Security]) -> None:
        self._by_cusip = {s.cusip: s.symbol for s in securities.values() if s.cusip}
        self._by_name = {s.name.casefold(): s.symbol for s in securities.values() if s.name}

    def of(self, lot: CustodianOpenLot | CustodianRealizedLot) -> str:
        """The symbol; blank where the book does not know the security."""
        if lot.symbol:
            return lot.symbol
        name = lot.description if isinstance(lot, CustodianRealizedLot) else ""
        return self._by_cusip.get(lot.cusip) or self._by_name.get(name.casefold(), "")


def listed_open_lots(
    statements: Iterable[Statement], symbols: Symbols
) -> tuple[dict[Place, Listed], list[Unknown]]:
    """The open lots of each place by its latest statement, and what cannot be compared."""
    found: dict[Place, Listed] = {}
    unknown: list[Unknown] = []
    for statement in sorted(statements, key=lambda s: (s.as_of or date.min, s.number)):
        lots: dict[Place, list[LotFigures]] = defaultdict(list)
        for lot in statement.open_lots:
            symbol = symbols.of(lot)
            where = f"{statement.file}:{lot.line}"
            if not symbol:
                unknown.append(_unlisted(statement, lot.cusip, where))
                continue
            lots[statement.account, symbol].append(_open(lot, where))
        for place, listed in lots.items():
            found[place] = Listed(
                custodian=statement.custodian, lots=tuple(listed), as_of=statement.as_of
            )
    return found, unknown


def listed_realized_lots(
    statements: Sequence[Statement], symbols: Symbols
) -> tuple[dict[Place, Listed], dict[str, list[Days]], list[Unknown]]:
    """The realized lots of each place, the days that statements cover by account, and the rest.

    Each day's lots are those of the latest statement that covers it.
    """
    found: dict[Place, list[LotFigures]] = defaultdict(list)
    custodian: dict[Place, str] = {}
    covered: dict[str, list[Days]] = defaultdict(list)
    unknown: list[Unknown] = []
    for statement in sorted(statements, key=lambda s: s.number, reverse=True):
        later = list(covered[statement.account])
        for lot in statement.realized_lots:
            if is_covered(lot.closed, later):
                continue
            symbol, where = symbols.of(lot), f"{statement.file}:{lot.line}"
            if not symbol:
                unknown.append(_unlisted(statement, lot.cusip or lot.description, where))
                continue
            found[statement.account, symbol].append(realized(lot, where))
            custodian.setdefault((statement.account, symbol), statement.custodian)
        days = days_of(statement)
        if days is not None:
            covered[statement.account].append(days)
    return (
        {
            place: Listed(custodian=custodian[place], lots=tuple(lots))
            for place, lots in found.items()
        },
        covered,
        unknown,
    )


def days_of(statement: Statement) -> Days | None:
    """The days that a statement of realized lots covers; None where it tells none.

    A tax form covers its year, any other file the days from its first sale to its last.
    """
    if statement.tax_year is not None:
        return date(statement.tax_year, 1, 1), date(statement.tax_year, 12, 31)
    closed = [lot.closed for lot in statement.realized_lots]
    return (min(closed), max(closed)) if closed else None


def is_covered(day: date | None, days: Iterable[Days]) -> bool:
    """Whether a day lies in one of several periods."""
    return day is not None and any(first <= day <= last for first, last in days)


def realized(lot: CustodianRealizedLot, where: str) -> LotFigures:
    """A realized lot in the form in which it meets ours.

    A short sale is dated by its closing: nothing was acquired before it.
    """
    unadjusted = lot.unadjusted_cost_basis_cents
    return LotFigures(
        name=where,
        number=lot.opening_id,
        sale=lot.closing_id,
        quantity=lot.quantity,
        basis_cents=lot.cost_basis_cents,
        unadjusted_cents=unadjusted,
        wash_cents=0
        if unadjusted is None or lot.cost_basis_cents is None
        else lot.cost_basis_cents - unadjusted,
        days=() if lot.opened is None or lot.is_short else (lot.opened,),
        closed=lot.closed,
        proceeds_cents=lot.proceeds_cents,
        disallowed_cents=lot.disallowed_cents,
        term=lot.term,
    )


def _unlisted(statement: Statement, security: str, where: str) -> Unknown:
    return Unknown(account=statement.account, security=security, where=where)


def _open(lot: CustodianOpenLot, where: str) -> LotFigures:
    """An open lot in the form in which it meets ours: what is owed is negative."""
    basis = lot.cost_basis_cents
    days = dict.fromkeys(day for day in (lot.transaction_opened, lot.opened) if day)
    return LotFigures(
        name=where,
        number=lot.opening_id,
        quantity=-lot.quantity if lot.is_short else lot.quantity,
        basis_cents=abs(basis) if basis is not None and lot.is_short else basis,
        unadjusted_cents=lot.unadjusted_cost_basis_cents,
        wash_cents=lot.disallowed_cents,
        days=tuple(days),
    )
