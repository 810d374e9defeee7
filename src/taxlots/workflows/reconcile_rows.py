"""The rows of Forms 1099-B and the pieces of a book in one shape, ready to be matched."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache

from taxlots.book.booking import Books
from taxlots.book.form_8949 import Told
from taxlots.book.view_differences import Difference
from taxlots.book.view_pieces import Figures, Pair
from taxlots.brokers.protocol import CustodianRealizedLot, Reading
from taxlots.domain.calendar import date_of, day_number
from taxlots.domain.security import Security
from taxlots.reports.tie_out import ReportedLot
from taxlots.workflows.custodian_lots import Symbols
from taxlots.workflows.lot_matching import LotFigures
from taxlots.workflows.reconcile_matching import Row, recognized

dated = cache(date_of)
"""The date of a day number; a year has few."""


def reported_lots(
    readings: Iterable[Reading], securities: Mapping[str, Security], year: int
) -> list[ReportedLot]:
    """The sales of a year that forms list, in the order of files and rows."""
    symbol_of = _Names(securities).symbol_of
    return [
        _reported(lot, reading, symbol_of(lot))
        for reading in readings
        for lot in reading.realized_lots
        if lot.closed.year == year
    ]


class _Names:
    """Finds the symbol of a row of a form.

    A CUSIP or a name that several symbols share, as after a change of symbol, is none's: then the
    form's own word decides, else the sales themselves (``with_symbols``).
    """

    def __init__(self, securities: Mapping[str, Security]) -> None:
        self._symbols = Symbols(securities)
        cusips = Counter(s.cusip for s in securities.values() if s.cusip)
        names = Counter(s.name.casefold() for s in securities.values() if s.name)
        self._shared = {name for name, count in (cusips + names).items() if count > 1}
        self._by_symbol = {symbol.casefold(): symbol for symbol in securities}

    def symbol_of(self, lot: CustodianRealizedLot) -> str:
        """The symbol; blank where it is not known."""
        name = lot.description.strip().casefold()
        if lot.cusip in self._shared or name in self._shared:
            return lot.symbol or self._by_symbol.get(name, "")
        return self._symbols.of(lot) or self._by_symbol.get(name, "")


def _reported(lot: CustodianRealizedLot, reading: Reading, symbol: str) -> ReportedLot:
    return ReportedLot(
        where=f"{reading.file}:{lot.line}",
        account=reading.account,
        symbol=symbol,
        description=lot.description or lot.cusip,
        acquired=None if lot.opened is None else _number(lot.opened.isoformat()),
        sold=_number(lot.closed.isoformat()),
        quantity=lot.quantity,
        proceeds_cents=lot.proceeds_cents,
        basis_cents=lot.cost_basis_cents,
        disallowed_cents=lot.disallowed_cents,
        term=lot.term,
        covered=lot.covered,
        box=lot.form_8949_box,
        lot_number=lot.opening_id,
        sale_number=lot.closing_id,
        is_short=lot.is_short,
        told=Told(
            accrued_market_discount_cents=lot.accrued_market_discount_cents,
            is_ordinary=lot.is_ordinary,
            is_qof=lot.is_qof,
            has_various_dates=lot.has_various_dates,
        ),
    )


@cache
def _number(day: str) -> int:
    year, month, at = map(int, day.split("-"))
    return day_number(year, month, at)


def seen_of(pair: Pair) -> Figures:
    """What a broker ought to report of a piece; the taxpayer's side where that is nothing."""
    return pair.side if pair.broker is None else pair.broker


def is_exactly(pair: Pair, lot: ReportedLot) -> bool:
    """Whether a row of a form tells a whole piece to the cent, as a broker ought to report it."""
    side = pair.broker
    return (
        side is not None
        and not side.is_unknown
        and side.quantity == lot.quantity
        and side.proceeds_cents == lot.proceeds_cents
        and side.basis_cents == lot.basis_cents
        and side.disallowed_cents == lot.disallowed_cents
        and side.acquired == lot.acquired
        and pair.sold == lot.sold
        and lot.covered in (None, side.is_covered)
        and lot.term in ("", "LT" if side.is_long else "ST")
    )


def our_rows(pieces: Sequence[Difference], books: Books) -> list[Row]:
    """Pieces as rows to match, by what a broker ought to report of them."""
    ids = books.journal.ids.to_pylist()
    rows = []
    for piece in pieces:
        pair = piece.pair
        side = seen_of(pair)
        days = (side.acquired, side.holding_period)
        rows.append(
            Row(
                place=(pair.place[0], pair.place[1]),
                sold=pair.sold,
                days=days[:1] if days[0] == days[1] else days,
                quantity=side.quantity,
                proceeds_cents=side.proceeds_cents,
                basis_cents=None if side.is_unknown else side.basis_cents,
                disallowed_cents=side.disallowed_cents,
                term="LT" if side.is_long else "ST",
                sale=str(ids[pair.sale_row]),
                numbers=(str(ids[side.lot_row]), str(ids[pair.sale_row])),
            )
        )
    return rows


def form_rows(lots: Sequence[ReportedLot]) -> list[Row]:
    """Rows of forms as rows to match; a security without a symbol stands by its description."""
    return [
        Row(
            place=(lot.account, lot.symbol or lot.description),
            sold=lot.sold,
            days=() if lot.acquired is None or lot.is_short else (lot.acquired,),
            quantity=lot.quantity,
            proceeds_cents=lot.proceeds_cents,
            basis_cents=lot.basis_cents,
            disallowed_cents=lot.disallowed_cents,
            term=lot.term,
            numbers=(lot.lot_number, lot.sale_number),
        )
        for lot in lots
    ]


def with_symbols(lots: list[ReportedLot], ours: list[Row]) -> list[ReportedLot]:
    """The rows of forms, with the symbols that their sales show where the form tells none."""
    names = ["" if lot.symbol else lot.description for lot in lots]
    if not any(names):
        return lots
    found = dict(recognized(ours, form_rows(lots), names))
    return [
        replace(lot, symbol=found[lot.description])
        if not lot.symbol and lot.description in found
        else lot
        for lot in lots
    ]


def lot_of_piece(pair: Pair, ids: Sequence[object]) -> LotFigures:
    """A piece, as a broker ought to report it, in the form in which causes look at lots."""
    side = seen_of(pair)
    days = dict.fromkeys((side.acquired, side.holding_period))
    return LotFigures(
        name=str(ids[side.lot_row]),
        sale=str(ids[pair.sale_row]),
        quantity=side.quantity,
        basis_cents=None if side.is_unknown else side.basis_cents,
        days=tuple(dated(day) for day in days),
        closed=dated(pair.sold),
        proceeds_cents=side.proceeds_cents,
        disallowed_cents=side.disallowed_cents,
        term="LT" if side.is_long else "ST",
    )


def lot_of_form(lot: ReportedLot) -> LotFigures:
    """A row of a form in the form in which causes look at lots."""
    return LotFigures(
        name=lot.where,
        number=lot.lot_number,
        sale=lot.sale_number,
        quantity=lot.quantity,
        basis_cents=lot.basis_cents,
        days=() if lot.acquired is None or lot.is_short else (dated(lot.acquired),),
        closed=dated(lot.sold),
        proceeds_cents=lot.proceeds_cents,
        disallowed_cents=lot.disallowed_cents,
        term=lot.term,
    )
