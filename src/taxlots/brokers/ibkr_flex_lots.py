"""Lots of a Flex report: what is open, what was closed, and the losses that wash sales disallowed.

Closed lots are ``Lot`` elements of the section Trades (``Trade`` with the level ``CLOSED_LOT`` in
older reports).  ``cost`` is what opened the lot, ``fifoPnlRealized`` its gain after commissions;
what closed it is not told and follows from both.  ``buySell`` is the side that closed it.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Final, Literal

from taxlots.brokers.decimal_cells import to_cents
from taxlots.brokers.ibkr_flex_cells import FlexCells, shown
from taxlots.brokers.ibkr_flex_rows import KINDS, Sections, is_dollars, row_id
from taxlots.brokers.protocol import CustodianOpenLot, CustodianRealizedLot, identified
from taxlots.domain.money import dollars

_TAGS: Final = ("Lot", "WashSale", "Trade")
_LEVELS: Final = {"Lot": "CLOSED_LOT", "WashSale": "WASH_SALE"}


def open_lots(sections: Sections) -> tuple[list[CustodianOpenLot], date | None]:
    """The open lots of the latest day that the report has them of, and that day."""
    found = [
        (cells.day("reportDate") if cells.is_told("reportDate") else None, cells)
        for cells in sections.each("OpenPositions", "OpenPosition", "OpenPosition")
        if cells.text("levelOfDetail") == "LOT"
        and (cells.text("assetCategory") or "STK") in KINDS
        and is_dollars(cells)
    ]
    latest = max((day for day, _ in found if day), default=None)
    firsts = _first_fills(sections)
    lots: dict[tuple[object, ...], CustodianOpenLot] = {}
    for day, cells in found:
        lot = _open_lot(sections, cells) if day == latest else None
        if lot is None:
            continue
        order = cells.text("originatingOrderID")
        if order in firsts:
            lot = replace(lot, opening_id=firsts[order])
        one = (order or lot.line, lot.symbol, lot.opened, lot.transaction_opened, lot.is_short)
        lots[one] = _together(lots[one], lot) if one in lots else lot
    return list(lots.values()), latest


def _first_fills(sections: Sections) -> dict[str, str]:
    """The id of the first execution of each order: the book's lot of that order has it."""
    firsts: dict[str, tuple[str, str]] = {}
    for cells in sections.each("Trades", "Trade", "Trade"):
        order = cells.text("ibOrderID")
        if order and cells.text("levelOfDetail") in {"EXECUTION", ""}:
            # One report writes all of its times alike, so that their texts compare as they do.
            fill = (cells.text("dateTime"), row_id(cells))
            firsts[order] = min(firsts.get(order, fill), fill)
    return {order: name for order, (_, name) in firsts.items() if name}


def _together(one: CustodianOpenLot, other: CustodianOpenLot) -> CustodianOpenLot:
    """What is open of two executions of one order, which the book holds as one lot."""
    costs = (one.cost_basis_cents, other.cost_basis_cents)
    known = [cost for cost in costs if cost is not None]
    return replace(
        one,
        quantity=one.quantity + other.quantity,
        cost_basis_cents=sum(known) if len(known) == len(costs) else None,
    )


def _open_lot(sections: Sections, cells: FlexCells) -> CustodianOpenLot | None:
    symbol = sections.security(cells)
    quantity = cells.shares("position")
    opened = cells.day("openDateTime") if cells.is_told("openDateTime") else None
    held_since = (
        cells.day("holdingPeriodDateTime") if cells.is_told("holdingPeriodDateTime") else None
    )
    cost = cells.cents("costBasisMoney")
    if not symbol:
        cells.missing("symbol", "An open lot")
    if not quantity:
        cells.missing("position", "An open lot")
    if not symbol or not quantity:
        return None
    return CustodianOpenLot(
        line=cells.line,
        symbol=symbol,
        opened=held_since or opened,
        quantity=abs(quantity),
        cost_basis_cents=None if cost is None else abs(cost),
        transaction_opened=opened,
        term=_term(cells, "code"),
        cusip=cells.text("cusip"),
        opening_id=identified("ibkr", "", cells.text("originatingTransactionID")),
        is_short=quantity < 0,
    )


def realized_lots(sections: Sections) -> list[CustodianRealizedLot]:
    """The closed lots, each with what a wash sale took of its loss."""
    closed, washed = [], []
    for cells in sections.each("Trades", "Trade", *_TAGS):
        level = cells.text("levelOfDetail") or _LEVELS.get(cells.node.tag, "")
        if (cells.text("assetCategory") or "STK") not in KINDS or not level:
            continue
        if level == "CLOSED_LOT" and is_dollars(cells):
            closed.append(_closed_lot(sections, cells))
        elif level == "WASH_SALE" and is_dollars(cells):
            washed.append(cells)
    lots = [lot for lot in closed if lot is not None]
    for cells in washed:
        _disallow(sections, cells, lots)
    return lots


def _closed_lot(sections: Sections, cells: FlexCells) -> CustodianRealizedLot | None:
    symbol = sections.security(cells)
    moment = cells.moment("tradeDate", "dateTime")
    quantity = cells.shares("quantity")
    cost, gain = cells.number("cost"), cells.number("fifoPnlRealized")
    for name, told in (("symbol", symbol), ("quantity", quantity), ("tradeDate", moment)):
        if not told:
            cells.missing(name, "A closed lot")
    for name in ("cost", "fifoPnlRealized"):
        if not cells.is_told(name):
            cells.missing(name, "A closed lot")
    if not symbol or not quantity or moment is None or cost is None or gain is None:
        return None
    is_short = cells.text("buySell").startswith("BUY")
    opening = to_cents(abs(cost))
    closing = to_cents(abs(cost) - gain if is_short else abs(cost) + gain)
    proceeds, basis = (opening, closing) if is_short else (closing, opening)
    opened = cells.day("openDateTime") if cells.is_told("openDateTime") else None
    held_since = (
        cells.day("holdingPeriodDateTime") if cells.is_told("holdingPeriodDateTime") else None
    )
    return CustodianRealizedLot(
        line=cells.line,
        symbol=symbol,
        closed=moment[0],
        opened=held_since or opened,
        quantity=abs(quantity),
        proceeds_cents=proceeds,
        cost_basis_cents=basis,
        gain_cents=proceeds - basis,
        term=_term(cells, "notes"),
        cusip=cells.text("cusip"),
        closing_id=row_id(cells),
        opening_id=identified("ibkr", "", cells.text("origTransactionID")),
        is_short=is_short,
    )


def _disallow(sections: Sections, cells: FlexCells, lots: list[CustodianRealizedLot]) -> None:
    """Add a disallowed loss to the closed lots of its sale, as far as each has a loss."""
    symbol = sections.security(cells)
    left = abs(cells.cents("fifoPnlRealized") or 0)
    realized = cells.day("whenRealized", "tradeDate", "dateTime")
    fit = [
        at
        for at, lot in enumerate(lots)
        if lot.symbol == symbol and lot.closed == realized and (lot.gain_cents or 0) < 0
    ]
    number = row_id(cells)
    same_trade = [at for at in fit if number and lots[at].closing_id == number]
    for at in same_trade or fit:
        lot = lots[at]
        part = min(left, -(lot.gain_cents or 0) - lot.disallowed_cents)
        if part > 0:
            lots[at] = replace(lot, wash_sale=True, disallowed_cents=lot.disallowed_cents + part)
            left -= part
    if left:
        cells.findings.warning(
            cells.line,
            "fifoPnlRealized",
            "WASH_SALE_UNMATCHED",
            f"Of the wash sale of {shown(symbol)}, {dollars(left)} of disallowed loss belong to no"
            " closed lot of this file.",
            "Run the query with 'Closed Lots' for a period that holds the sale.",
        )


def _term(cells: FlexCells, name: str) -> Literal["ST", "LT", ""]:
    codes: Iterable[str] = cells.codes(name)
    long, short = "LT" in codes, "ST" in codes
    return "" if long == short else "LT" if long else "ST"
