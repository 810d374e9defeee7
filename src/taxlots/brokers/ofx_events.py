"""Income, moves, splits and money in an OFX investment statement."""

import re
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Final

from taxlots.brokers.decimal_cells import plain, to_cents
from taxlots.brokers.findings import quoted
from taxlots.brokers.ofx_cells import OfxCells
from taxlots.brokers.ofx_statement import Statement, needs_facts, shown
from taxlots.domain.action import Action
from taxlots.domain.money import SHARE, dollars, shares

_INCOME: Final = {
    "DIV": Action.DIVIDEND,
    "CGLONG": Action.CAPITAL_GAIN_DISTRIBUTION,
    # A fund's short-term gains are ordinary dividends to its holder (Pub. 550, ch. 1).
    "CGSHORT": Action.DIVIDEND,
    "INTEREST": Action.INTEREST,
    "MISC": Action.DIVIDEND,
}
_COSTS: Final = ("COMMISSION", "FEES", "TAXES", "LOAD")
_ACTION_WORDS = re.compile(
    r"\b(?:spin-?off|merger|merged|split|stock dividend|conversion|reorgani[sz]ation|exchange"
    r"|name change|tender|rights|distribution|gift|donation|inherit\w*|estate)\b",
    re.IGNORECASE,
)
"""Words of a transfer that is an event of its own: some custodians have no other element for it."""

_BANK: Final = {
    "INT": Action.INTEREST,
    "DIV": Action.DIVIDEND,
    "FEE": Action.FEE,
    "SRVCHG": Action.FEE,
}
_BANK_BY_SIGN: Final = frozenset(
    {
        *("CREDIT", "DEBIT", "DEP", "ATM", "POS", "XFER", "CHECK", "PAYMENT", "CASH", "DIRECTDEP"),
        *("DIRECTDEBIT", "REPEATPMT", "HOLD", "OTHER"),
    }
)
_BANK_WORDS: Final = (
    (re.compile(r"\binterest\b", re.IGNORECASE), Action.INTEREST),
    (re.compile(r"\bfee\b", re.IGNORECASE), Action.FEE),
)
"""What a plain credit or debit is, where its name says so."""


def reinvest(statement: Statement, cells: OfxCells) -> None:
    """A distribution and the shares that it bought: two rows."""
    moment = cells.stamp("DTTRADE")
    security = statement.security(cells)
    told = cells.shares("UNITS")
    units = abs(told or 0)
    total = cells.number("TOTAL")
    action = _income_action(cells)
    for name in ("DTTRADE", "UNITS", "TOTAL"):
        if not cells.is_told(name):
            cells.missing(name)
    if told == 0:
        cells.wrong("UNITS", "BAD_QUANTITY", "is no quantity of a reinvestment")
    if moment is None or security is None or not units or total is None or action is None:
        return
    paid = dollars(to_cents(abs(total)))
    if not _is_told_apart(statement, security.symbol, moment[0].isoformat(), paid, action):
        statement.add(cells, moment, action, suffix="-income", symbol=security.symbol, amount=paid)
    price = cells.number("UNITPRICE")
    costs = sum((cells.money(name) for name in _COSTS), Decimal(0))
    statement.add(
        cells,
        moment,
        Action.REINVEST,
        symbol=security.symbol,
        quantity=shares(units),
        price="" if price is None else plain(abs(price)),
        fees=plain(costs) if costs > 0 else "",
        amount=paid,
    )


def _is_told_apart(statement: Statement, symbol: str, day: str, paid: str, action: Action) -> bool:
    """Whether the file tells the reinvested income in an element of its own as well."""
    wanted = {"symbol": symbol, "date": day, "amount": paid, "action": action.value}
    return any(
        all(entry.row.cells.get(name) == cell for name, cell in wanted.items())
        and not entry.row.cells.get("id", "").endswith("-income")
        for entry in statement.entries
    )


def income(statement: Statement, cells: OfxCells) -> None:
    """A dividend, interest or capital gain; what was withheld of it is a row of its own."""
    moment = cells.stamp("DTTRADE")
    security = statement.security(cells)
    total = cells.number("TOTAL")
    action = _income_action(cells)
    for name in ("DTTRADE", "TOTAL"):
        if not cells.is_told(name):
            cells.missing(name)
    if moment is None or security is None or total is None or action is None:
        return
    withheld = cells.money("WITHHOLDING")
    statement.add(
        cells,
        moment,
        action,
        symbol=security.symbol,
        amount=dollars(to_cents(total + abs(withheld))),
    )
    if withheld:
        statement.add(
            cells,
            moment,
            Action.FEE,
            suffix="-withheld",
            symbol=security.symbol,
            amount=dollars(to_cents(abs(withheld))),
        )


def _income_action(cells: OfxCells) -> Action | None:
    kind = cells.text("INCOMETYPE").upper()
    if not kind:
        cells.missing("INCOMETYPE")
    elif kind not in _INCOME:
        cells.wrong("INCOMETYPE", "UNKNOWN_ACTION", "is no kind of income")
    elif kind == "DIV" and cells.is_true("TAXEXEMPT"):
        return Action.EXEMPT_INTEREST_DIVIDEND
    return _INCOME.get(kind)


def _money_of(action: Action, *, is_cost: bool) -> Callable[[Statement, OfxCells], None]:
    """The reader of an element that is an amount of money and nothing else."""

    def read(statement: Statement, cells: OfxCells) -> None:
        moment, total = cells.stamp("DTTRADE"), cells.number("TOTAL")
        for name in ("DTTRADE", "TOTAL"):
            if not cells.is_told(name):
                cells.missing(name)
        has_security = cells.tag.first("SECID") is not None
        security = statement.security(cells) if has_security else None
        if not has_security and action is Action.RETURN_OF_CAPITAL:
            cells.missing("UNIQUEID")
        if moment is not None and total is not None:
            statement.add(
                cells,
                moment,
                action,
                symbol=security.symbol if security else "",
                amount=dollars(to_cents(abs(total) if is_cost else total)),
            )

    return read


def split(statement: Statement, cells: OfxCells) -> None:
    """A split by its declared ratio, which the units before and after must bear out."""
    moment, security = cells.stamp("DTTRADE"), statement.security(cells)
    old, new = cells.shares("OLDUNITS"), cells.shares("NEWUNITS")
    top, bottom = cells.number("NUMERATOR"), cells.number("DENOMINATOR")
    if not cells.is_told("DTTRADE"):
        cells.missing("DTTRADE")
    if moment is None or security is None:
        return
    ratio = Fraction(top) / Fraction(bottom) if top and bottom else None
    fits = not (old and new and ratio) or abs(abs(old) * ratio - abs(new)) < SHARE
    if ratio is None or ratio <= 0 or not fits:
        needs_facts(
            cells,
            f"The split of {shown(security.symbol)}, whose ratio is not told or contradicts its"
            " units,",
            "a SPLIT row with ratio = shares after ÷ shares before",
        )
        return
    statement.add(cells, moment, Action.SPLIT, symbol=security.symbol, ratio=str(ratio))
    paid = cells.money("FRACCASH")
    fraction = int(abs(old) * ratio) - abs(new) if old and new else 0
    if paid > 0 and 0 < fraction < SHARE:
        statement.add(
            cells,
            moment,
            Action.CASH_IN_LIEU,
            suffix="-lieu",
            symbol=security.symbol,
            quantity=shares(fraction),
            amount=dollars(to_cents(paid)),
        )
    elif paid:
        needs_facts(
            cells,
            f"The cash for a fraction of {shown(security.symbol)}",
            "a CASH_IN_LIEU row with the fraction of a share as quantity",
        )


def transfer(statement: Statement, cells: OfxCells) -> None:
    """Shares that came from, or went to, another account."""
    moment, security = cells.stamp("DTTRADE"), statement.security(cells)
    units = cells.shares("UNITS")
    if not cells.is_told("DTTRADE"):
        cells.missing("DTTRADE")
    if not units:
        cells.missing("UNITS")
    if moment is None or security is None or not units:
        return
    memo = cells.text("MEMO")
    if _ACTION_WORDS.search(memo) or cells.text("POSTYPE").upper() == "SHORT":
        needs_facts(
            cells,
            f"The transfer of {shown(security.symbol)} ({quoted(memo)})",
            "the row of what happened: SPLIT, SPINOFF, MERGER, SYMBOL_CHANGE, CLASS_EXCHANGE,"
            " GIFT_IN, INHERIT, or TRANSFER_IN and TRANSFER_OUT",
        )
        return
    told = cells.text("TFERACTION").upper()
    if told not in {"IN", "OUT", ""}:
        cells.wrong("TFERACTION", "UNKNOWN_ACTION", "is neither IN nor OUT")
        return
    comes_in = told == "IN" if told else units > 0
    bought = cells.day("DTPURCHASE") if cells.is_told("DTPURCHASE") else None
    if comes_in:
        cells.findings.warning(
            cells.line,
            "UNITS",
            "BASIS_UNKNOWN",
            f"{shares(abs(units))} {shown(security.symbol)} came in without cost basis: the lot is"
            " booked with unknown basis and never harvested.",
            "Take the element out of a copy of the file and import a TRANSFER_IN row with"
            " acquired_date and cost_basis for each lot; if it came from an account of this book,"
            " with the order_id of the TRANSFER_OUT there.",
        )
    statement.add(
        cells,
        moment,
        Action.TRANSFER_IN if comes_in else Action.TRANSFER_OUT,
        symbol=security.symbol,
        quantity=shares(abs(units)),
        acquired_date=bought.isoformat() if bought and comes_in and bought <= moment[0] else "",
    )


def journal(statement: Statement, cells: OfxCells) -> None:
    """Shares between the cash and margin parts of one account: nothing happens to the lots."""
    parts = {cells.text("SUBACCTTO").upper(), cells.text("SUBACCTFROM").upper()}
    if "SHORT" in parts and len(parts) > 1:
        security = statement.security(cells)
        needs_facts(
            cells,
            f"The move of {shown(security.symbol) if security else 'shares'} out of or into the"
            " short part of the account",
            "a CLOSE_SHORT_BY_DELIVERY row if shares closed a short sale, else nothing",
        )


def nothing(_statement: Statement, _cells: OfxCells) -> None:
    """Money between the parts of one account."""


def bank_transaction(statement: Statement, cells: OfxCells) -> None:
    """Money of the account: deposits, withdrawals, interest, dividends of a sweep fund, fees."""
    moment, amount = cells.stamp("DTPOSTED"), cells.number("TRNAMT")
    kind = cells.text("TRNTYPE").upper()
    for name in ("DTPOSTED", "TRNAMT", "TRNTYPE"):
        if not cells.is_told(name):
            cells.missing(name)
    if moment is None or amount is None or not kind:
        return
    if kind not in _BANK and kind not in _BANK_BY_SIGN:
        cells.wrong("TRNTYPE", "UNKNOWN_ACTION", "is no kind of bank transaction")
        return
    words = f"{cells.text('NAME')} {cells.text('MEMO')}"
    said = next((action for word, action in _BANK_WORDS if word.search(words)), None)
    action = _BANK.get(kind) or said
    if action is None:
        action = Action.WITHDRAWAL if amount < 0 else Action.DEPOSIT
    by_sign = {Action.WITHDRAWAL: abs(amount), Action.FEE: -amount}
    statement.add(
        cells,
        moment,
        action,
        amount=dollars(to_cents(by_sign.get(action, amount))),
        # Names and memos of money moves may name people.
        note=f"{cells.tag.name}: {kind}",
    )


READERS: Final[dict[str, Callable[[Statement, OfxCells], None]]] = {
    "INCOME": income,
    "REINVEST": reinvest,
    "RETOFCAP": _money_of(Action.RETURN_OF_CAPITAL, is_cost=False),
    "INVEXPENSE": _money_of(Action.FEE, is_cost=True),
    "MARGININTEREST": _money_of(Action.FEE, is_cost=True),
    "SPLIT": split,
    "TRANSFER": transfer,
    "JRNLSEC": journal,
    "JRNLFUND": nothing,
    "INVBANKTRAN": bank_transaction,
}
"""What reads each element of a list of transactions, trades and ends of options apart."""
