"""Trades of a Flex report: executions of stocks, funds, bonds and options, and what undoes them."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from taxlots.brokers.decimal_cells import plain, to_cents
from taxlots.brokers.findings import quoted
from taxlots.brokers.ibkr_flex_cells import FlexCells, shown
from taxlots.brokers.ibkr_flex_rows import (
    BY_PERCENT,
    KINDS,
    Entry,
    Sections,
    is_dollars,
    money,
    needs_facts,
    row_id,
)
from taxlots.brokers.protocol import identified
from taxlots.domain.action import Action
from taxlots.domain.money import SHARE, apportion, dollars, shares

OPTION_ENDS: Final = {"A": "ASSIGN", "Ex": "EXERCISE", "MEx": "EXERCISE", "AEx": "EXERCISE"}
"""Codes of a trade that stands for an exercise or an assignment."""

EXPIRED: Final = "Ep"
_EXECUTION, _ORDER = "EXECUTION", "ORDER"
_CANCELS: Final = frozenset({"TradeCancel", "FracShareCancel"})
_SPLIT_INDICATOR: Final = "C;O"
_ACTIONS: Final = {
    ("stock", "BUY", "O"): Action.BUY,
    ("stock", "BUY", "C"): Action.BUY_TO_COVER,
    ("stock", "SELL", "C"): Action.SELL,
    ("stock", "SELL", "O"): Action.SELL_SHORT,
    # A query may leave the indicator out; only options cannot do without it.
    ("stock", "BUY", ""): Action.BUY,
    ("stock", "SELL", ""): Action.SELL,
    ("option", "BUY", "O"): Action.BUY_OPTION,
    ("option", "BUY", "C"): Action.CLOSE_OPTION,
    ("option", "SELL", "C"): Action.SELL_OPTION,
    ("option", "SELL", "O"): Action.WRITE_OPTION,
}
_TOLERANCE: Final = Decimal("0.015")


@dataclass(frozen=True, slots=True)
class Trade:
    """One trade.  ``quantity`` in signed 1e-8 units, ``net`` the change of cash in dollars."""

    cells: FlexCells
    symbol: str
    asset: str
    moment: tuple[date, str]
    quantity: int
    net: Decimal

    @property
    def ends(self) -> str:
        """``ASSIGN``, ``EXERCISE``, ``EXPIRE``, or blank where the trade is one of the market."""
        codes = self.cells.codes()
        if EXPIRED in codes and self.asset == "OPT":
            return "EXPIRE"
        return next((end for code, end in OPTION_ENDS.items() if code in codes), "")


def trades(sections: Sections) -> tuple[list[Entry], list[Trade]]:
    """The rows of market trades, and the trades that exercises, assignments and expiries made."""
    entries: list[Entry] = []
    ends: list[Trade] = []
    for cells in _executions(sections):
        asset = cells.text("assetCategory") or "STK"
        if not _is_booked(cells, asset):
            continue
        if cells.text("transactionType") in _CANCELS or "(Ca.)" in cells.text("buySell"):
            entries += _void(sections, cells)
            continue
        trade = _trade(sections, cells, asset)
        if trade is None:
            continue
        if trade.ends:
            ends.append(trade)
        else:
            entries += _rows(sections, trade)
    return entries, ends


def _executions(sections: Sections) -> list[FlexCells]:
    """Executions; a query for orders alone has those instead, and one for both tells all twice."""
    found = list(sections.each("Trades", "Trade", "Trade", "Order"))
    by_level: dict[str, list[FlexCells]] = {}
    for cells in found:
        level = cells.text("levelOfDetail") or (_ORDER if cells.node.tag == "Order" else _EXECUTION)
        by_level.setdefault(level, []).append(cells)
    return by_level.get(_EXECUTION) or by_level.get(_ORDER) or []


def _is_booked(cells: FlexCells, asset: str) -> bool:
    if asset in KINDS:
        return True
    if asset == "CASH":
        cells.findings.warning(
            cells.line,
            "assetCategory",
            "FOREX_NOT_BOOKED",
            f"The exchange of currencies {quoted(cells.text('symbol'))} is not booked: it moves no"
            " security.",
            "Report gains on foreign currency apart (26 USC 988), if there are any.",
        )
        return False
    cells.findings.error(
        cells.line,
        "assetCategory",
        "UNSUPPORTED_ASSET",
        f"Trades of the asset category {quoted(asset)} are not booked.",
        "Leave the category out of the Flex query, or take its elements out of a copy of the file;"
        " keep what they did by hand.",
    )
    return False


def _trade(sections: Sections, cells: FlexCells, asset: str) -> Trade | None:
    symbol = sections.security(cells)
    quantity = cells.shares("quantity")
    if not symbol:
        cells.missing("symbol", "A trade")
    if not cells.is_told("quantity"):
        cells.missing("quantity", "A trade")
    elif quantity == 0:
        cells.wrong("quantity", "BAD_QUANTITY", "is no quantity of a trade")
    moment = trade_moment(cells)
    if not is_dollars(cells) or moment is None or not quantity or not symbol:
        return None
    if cells.money("ibCommission") and not is_dollars(cells, "ibCommissionCurrency"):
        return None
    net = _net_cash(cells, symbol, asset, quantity)
    return None if net is None else Trade(cells, symbol, asset, moment, quantity, net)


def trade_moment(cells: FlexCells) -> tuple[date, str] | None:
    """Trade date and time.  The trade date counts where the report tells both."""
    moment = cells.moment("dateTime", "tradeDate")
    if moment is None:
        if not (cells.is_told("dateTime") or cells.is_told("tradeDate")):
            cells.missing("dateTime", "A trade")
        return None
    day = cells.day("tradeDate") if cells.is_told("tradeDate") else moment[0]
    return (day, moment[1] or cells.time_of_day("tradeTime")) if day else None


def _net_cash(cells: FlexCells, symbol: str, asset: str, quantity: int) -> Decimal | None:
    """The change of cash, fees included, checked against quantity, price and fees."""
    price = cells.number("tradePrice")
    costs = cells.money("ibCommission") + cells.money("taxes")
    told = cells.number("netCash")
    if told is None and cells.is_told("proceeds"):
        told = cells.money("proceeds") + costs
    if price is None:
        if told is None:
            cells.missing("netCash", f"The trade of {shown(symbol)}")
        return told
    if asset in BY_PERCENT:
        if told is None:
            cells.missing("netCash", f"The trade of the bond {quoted(symbol)}")
        return told
    multiplier = cells.number("multiplier") if cells.is_told("multiplier") else Decimal(1)
    if not cells.is_told("multiplier") and asset == "OPT":
        cells.missing("multiplier", f"The trade of {shown(symbol)}")
    computed = -Decimal(quantity) / SHARE * price * (multiplier or 1) + costs
    if told is None:
        return computed
    if told * computed < 0:
        cells.wrong(
            "netCash" if cells.is_told("netCash") else "proceeds",
            "WRONG_SIGN",
            "has the sign of the opposite trade",
        )
        return None
    if abs(told - computed) > _TOLERANCE:
        cells.findings.warning(
            cells.line,
            "netCash",
            "AMOUNT_MISMATCH",
            f"The net cash {money(told)} of {shown(symbol)} is not quantity × price and costs,"
            f" {money(computed)}. The net cash is booked.",
            "Compare the trade with the activity statement.",
        )
    return told


def _rows(sections: Sections, trade: Trade) -> list[Entry]:
    """The row of a market trade; two where it closed one position and opened the opposite one."""
    cells = trade.cells
    side = "BUY" if trade.quantity > 0 else "SELL"
    told = cells.text("buySell")
    if told and told != side:
        cells.wrong("buySell", "WRONG_SIGN", "contradicts the sign of the quantity")
        return []
    kind = "option" if trade.asset == "OPT" else "stock"
    indicator = cells.text("openCloseIndicator")
    if indicator == _SPLIT_INDICATOR:
        return _close_and_open(sections, trade, kind, side)
    action = _ACTIONS.get((kind, side, indicator))
    if action is None:
        if indicator:
            cells.wrong("openCloseIndicator", "UNKNOWN_ACTION", "is neither O nor C")
        else:
            cells.missing("openCloseIndicator", f"The trade of {shown(trade.symbol)}")
        return []
    _note_correction(cells)
    return [_trade_row(sections, trade, action)]


def _trade_row(
    sections: Sections, trade: Trade, action: Action, part: int = 0, before: int = 0
) -> Entry:
    """The row of ``part`` units of a trade, of which ``before`` units are booked already."""
    cells = trade.cells
    whole = abs(trade.quantity)
    part = part or whole
    paid = to_cents(-trade.net if trade.quantity > 0 else trade.net)
    amount = apportion(paid, before + part, whole) - apportion(paid, before, whole)
    costs = -(cells.money("ibCommission") + cells.money("taxes"))
    settled = cells.day("settleDateTarget") if cells.is_told("settleDateTarget") else None
    price = cells.number("tradePrice")
    return sections.row(
        cells,
        trade.moment,
        action,
        id=row_id(cells, "" if part == whole else "-opened" if before else "-closed"),
        settle_date=settled.isoformat() if settled else "",
        symbol=trade.symbol,
        quantity=shares(part),
        # A bond's price is a percentage of its face value, not money per unit.
        price="" if price is None or trade.asset in BY_PERCENT or price < 0 else plain(price),
        fees=plain(costs) if costs > 0 and part == whole else "",
        amount=dollars(amount),
        order_id=identified("ibkr", "", cells.text("ibOrderID")),
        note=" ".join([cells.text("transactionType"), ";".join(sorted(cells.codes()))]).strip(),
    )


def _close_and_open(sections: Sections, trade: Trade, kind: str, side: str) -> list[Entry]:
    """A trade that went through zero: what it closed is told by the closed lots of the report."""
    number = trade.cells.text("transactionID")
    closed = sum(
        abs(lot.shares("quantity") or 0)
        for lot in sections.each("Trades", "Trade", "Lot", "Trade")
        if number
        and lot.text("levelOfDetail") == "CLOSED_LOT"
        and lot.text("transactionID") == number
    )
    whole = abs(trade.quantity)
    if not 0 < closed < whole:
        needs_facts(
            trade.cells,
            f"The trade of {shares(whole)} {shown(trade.symbol)} that closed a position and opened"
            " the opposite one",
            "two canonical rows, one that closes and one that opens; or add 'Closed Lots' to the"
            " options of the section Trades of the query, which tell how much was closed",
        )
        return []
    return [
        _trade_row(sections, trade, _ACTIONS[kind, side, "C"], closed),
        _trade_row(sections, trade, _ACTIONS[kind, side, "O"], whole - closed, closed),
    ]


def _void(sections: Sections, cells: FlexCells) -> list[Entry]:
    """The row that takes back the trade which a cancellation names."""
    moment = trade_moment(cells)
    original = _original(sections, cells)
    if moment is None:
        return []
    if not original:
        cells.findings.error(
            cells.line,
            "origTransactionID",
            "UNMATCHED_CANCEL",
            f"The cancelled trade of {quoted(cells.text('symbol'))} is not named by the number of a"
            " transaction, and is not in this file.",
            "Run the query for a period that holds both; or take the element out of a copy of the"
            " file and import a VOID row for the trade that you imported.",
        )
        return []
    return [sections.row(cells, moment, Action.VOID, note=original)]


def _original(sections: Sections, cells: FlexCells) -> str:
    """The id of the row of the trade that a cancellation takes back; blank if it is not told."""
    number = cells.text("origTransactionID")
    if number.strip("0"):
        return identified("ibkr", "", number)
    trade = cells.text("origTradeID")
    found = [
        row_id(other)
        for other in _executions(sections)
        if trade.strip("0") and other.text("tradeID") == trade and other.node is not cells.node
    ]
    return found[0] if len(found) == 1 else ""


def _note_correction(cells: FlexCells) -> None:
    if cells.text("transactionType") == "TradeCorrect":
        cells.findings.warning(
            cells.line,
            "transactionType",
            "CORRECTED",
            f"The trade of {quoted(cells.text('symbol'))} corrects an earlier one. It is booked;"
            " the earlier one is taken back if the report has its cancellation.",
            "If the earlier trade still stands in the book, import a VOID row for it.",
        )
