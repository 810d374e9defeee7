"""Money and moves of a Flex report: dividends, interest, fees, deposits, and transfers."""

import re
from datetime import date
from typing import Final

from taxlots.brokers.decimal_cells import plain
from taxlots.brokers.findings import quoted
from taxlots.brokers.ibkr_flex_cells import FlexCells, shown
from taxlots.brokers.ibkr_flex_rows import KINDS, Entry, Sections, is_dollars, money, needs_facts
from taxlots.brokers.protocol import identified
from taxlots.domain.action import Action
from taxlots.domain.money import shares

_SUMMARY: Final = "SUMMARY"

_INCOME: Final = {
    "dividends": Action.DIVIDEND,
    "broker interest received": Action.INTEREST,
    "bond interest received": Action.INTEREST,
    # Interest bought with a bond is taken off the interest of its first coupon (Pub. 550, ch. 1).
    "bond interest paid": Action.INTEREST,
    # A substitute payment is no dividend (26 USC 1(h)(11)); the journal has no nearer word.
    "payment in lieu of dividends": Action.INTEREST,
}
_COSTS: Final = frozenset(
    {
        "withholding tax",
        "871(m) withholding",
        "broker interest paid",
        "other fees",
        "broker fees",
        "advisor fees",
        "commission adjustments",
        "sales tax",
    }
)
_MOVES: Final = frozenset({"deposits & withdrawals", "deposits/withdrawals"})
_BY_WORDS: Final = (
    (re.compile(r"\(Return of Capital\)", re.IGNORECASE), Action.RETURN_OF_CAPITAL),
    (re.compile(r"\(Long Term Capital Gain\)", re.IGNORECASE), Action.CAPITAL_GAIN_DISTRIBUTION),
    (re.compile(r"\(Exempt Interest", re.IGNORECASE), Action.EXEMPT_INTEREST_DIVIDEND),
)
"""What a dividend is, by the words that Interactive Brokers puts behind its description."""

_PARTNERSHIP = re.compile(r"\((?:Limited Partnership|Mixed Income)\)", re.IGNORECASE)


def cash_transactions(sections: Sections) -> list[Entry]:
    """The rows of dividends, interest, fees, deposits and withdrawals."""
    tag = "CashTransaction"
    found = list(sections.each("CashTransactions", tag, tag))
    details = [cells for cells in found if cells.text("levelOfDetail") != _SUMMARY]
    entries = [_cash_row(sections, cells) for cells in details or found]
    return [entry for entry in entries if entry is not None]


def _cash_row(sections: Sections, cells: FlexCells) -> Entry | None:
    kind = cells.text("type")
    moment = cells.moment("dateTime", "settleDate", "reportDate")
    amount = cells.number("amount")
    for name in ("type", "amount"):
        if not cells.is_told(name):
            cells.missing(name, "A cash transaction")
    if moment is None and not any(map(cells.is_told, ("dateTime", "settleDate", "reportDate"))):
        cells.missing("dateTime", "A cash transaction")
    if moment is None or amount is None or not kind or not is_dollars(cells):
        return None
    name = kind.lower()
    symbol = sections.security(cells) if cells.is_told("symbol") else ""
    # What is said of a deposit may name people; what is said of a security does not.
    said = cells.text("description") if symbol else ""
    note = f"{kind}: {said}" if said else kind
    if name in _MOVES:
        action = Action.WITHDRAWAL if amount < 0 else Action.DEPOSIT
        return sections.row(cells, moment, action, amount=money(abs(amount)), note=note)
    if name in _COSTS or (
        name.startswith("payment in lieu") and amount < 0 and not _is_reversal(cells)
    ):
        return sections.row(
            cells, moment, Action.FEE, symbol=symbol, amount=money(-amount), note=note
        )
    if name not in _INCOME:
        cells.findings.error(
            cells.line,
            "type",
            "UNKNOWN_ACTION",
            f"The cash transaction {quoted(kind)} is not known.",
            "Take the element out of a copy of the file, import the copy, and import what it did"
            " as a canonical row (DIVIDEND, INTEREST, FEE, DEPOSIT, WITHDRAWAL).",
        )
        return None
    action = _INCOME[name]
    if action is Action.DIVIDEND:
        action = _dividend(cells)
    if not symbol and action in {Action.RETURN_OF_CAPITAL, Action.DIVIDEND}:
        cells.missing("symbol", f"The cash transaction {quoted(kind)}")
    return sections.row(cells, moment, action, symbol=symbol, amount=money(amount), note=note)


def _dividend(cells: FlexCells) -> Action:
    words = cells.text("description")
    if _PARTNERSHIP.search(words):
        cells.findings.warning(
            cells.line,
            "description",
            "CHARACTER_UNKNOWN",
            f"{quoted(words)} is booked as a dividend; part of it may be a return of capital.",
            "Compare it with Form 1099-DIV or Schedule K-1, and import a BASIS_ADJUSTMENT row for"
            " what reduces the basis.",
        )
    return next((action for said, action in _BY_WORDS if said.search(words)), Action.DIVIDEND)


def _is_reversal(cells: FlexCells) -> bool:
    return "REVERSAL" in cells.text("description").upper()


def transfers(sections: Sections) -> list[Entry]:
    """The rows of positions and money that came from, or went to, another account."""
    entries = []
    for cells in sections.each("Transfers", "Transfer", "Transfer"):
        if cells.text("levelOfDetail") not in {"TRANSFER_LOT", "LOT", _SUMMARY}:
            entry = _transfer_row(sections, cells)
            entries += [entry] if entry else []
    return entries


def _transfer_row(sections: Sections, cells: FlexCells) -> Entry | None:
    moment = cells.moment("dateTime", "date", "reportDate")
    if moment is None:
        if not any(map(cells.is_told, ("dateTime", "date", "reportDate"))):
            cells.missing("date", "A transfer")
        return None
    if not is_dollars(cells):
        return None
    direction = cells.text("direction").upper()
    if direction not in {"IN", "OUT", ""}:
        cells.wrong("direction", "UNKNOWN_ACTION", "is neither IN nor OUT")
        return None
    paid = cells.money("cashTransfer")
    if cells.text("assetCategory") == "CASH" or (paid and not cells.money("quantity")):
        amount = paid or cells.money("quantity")
        action = Action.WITHDRAWAL if amount < 0 or direction == "OUT" else Action.DEPOSIT
        return sections.row(cells, moment, action, amount=money(abs(amount)), note=_note(cells))
    return _position_row(sections, cells, moment, direction)


def _note(cells: FlexCells) -> str:
    return f"{cells.text('type')} transfer".strip()


def _position_row(
    sections: Sections, cells: FlexCells, moment: tuple[date, str], direction: str
) -> Entry | None:
    quantity = cells.shares("quantity") or 0
    asset = cells.text("assetCategory")
    symbol = sections.security(cells)
    if asset and asset not in KINDS:
        needs_facts(cells, f"The transfer of {quoted(asset)}", "what it moved")
        return None
    if not quantity or not symbol:
        cells.missing("quantity" if symbol else "symbol", "A transfer")
        return None
    comes_in = direction == "IN" if direction else quantity > 0
    if comes_in != (quantity > 0) and direction == "IN":
        needs_facts(
            cells,
            f"The transfer of a short position in {shown(symbol)}",
            "a SELL_SHORT row with the day and the proceeds of the sale",
        )
        return None
    linked = _common_id(cells, moment[0].isoformat(), plain(abs(cells.money("quantity"))))
    if comes_in:
        _note_basis(cells, f"{shares(abs(quantity))} {shown(symbol)}", is_linked=bool(linked))
    return sections.row(
        cells,
        moment,
        Action.TRANSFER_IN if comes_in else Action.TRANSFER_OUT,
        symbol=symbol,
        quantity=shares(abs(quantity)),
        order_id=linked,
        note=_note(cells),
    )


def _note_basis(cells: FlexCells, what: str, *, is_linked: bool) -> None:
    """Shares that come in bring no basis with them, unless the book knows where they were."""
    if is_linked:
        message = (
            f"{what} came from another account at Interactive Brokers. The lots keep basis and"
            " dates if that account is in this book; else their basis is unknown."
        )
        remedy = "Import the other account's report too."
    else:
        message = (
            f"{what} came in without cost basis and date of purchase: the lot is booked with"
            " unknown basis and never harvested."
        )
        remedy = (
            "Take the element out of a copy of the file and import a TRANSFER_IN row with"
            " acquired_date and cost_basis for each lot; if it came from an account of this book,"
            " with the order_id of the TRANSFER_OUT there."
        )
    cells.findings.warning(cells.line, "quantity", "BASIS_UNKNOWN", message, remedy)


def _common_id(cells: FlexCells, day: str, quantity: str) -> str:
    """What both sides of an internal transfer call it: so our lots move with their basis."""
    other, own = cells.text("account"), cells.text("accountId")
    if cells.text("type").upper() != "INTERNAL" or not other or not own:
        return ""
    accounts = "-".join(sorted((other[-4:], own[-4:])))
    security = cells.text("conid") or cells.text("symbol")
    return identified("ibkr", "internal", f"{day}-{security}-{quantity}-{accounts}")
