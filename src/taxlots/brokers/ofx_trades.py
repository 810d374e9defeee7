"""Purchases, sales, reinvestments and the ends of options in an OFX investment statement."""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from taxlots.brokers.decimal_cells import plain, to_cents
from taxlots.brokers.ofx_cells import OfxCells
from taxlots.brokers.ofx_securities import Listed
from taxlots.brokers.ofx_statement import Statement, needs_facts, shown
from taxlots.domain.action import Action
from taxlots.domain.money import SHARE, dollars, shares

BUYS: Final = ("BUYSTOCK", "BUYMF", "BUYDEBT", "BUYOTHER", "BUYOPT")
SELLS: Final = ("SELLSTOCK", "SELLMF", "SELLDEBT", "SELLOTHER", "SELLOPT")
_ACTIONS: Final[dict[tuple[bool, bool], tuple[str, dict[str, Action]]]] = {
    (True, False): ("BUYTYPE", {"BUY": Action.BUY, "BUYTOCOVER": Action.BUY_TO_COVER}),
    (False, False): ("SELLTYPE", {"SELL": Action.SELL, "SELLSHORT": Action.SELL_SHORT}),
    (True, True): (
        "OPTBUYTYPE",
        {"BUYTOOPEN": Action.BUY_OPTION, "BUYTOCLOSE": Action.CLOSE_OPTION},
    ),
    (False, True): (
        "OPTSELLTYPE",
        {"SELLTOCLOSE": Action.SELL_OPTION, "SELLTOOPEN": Action.WRITE_OPTION},
    ),
}
"""Whether it is a purchase, and of an option: the value that tells its kind, and the kinds."""

_COSTS: Final = ("COMMISSION", "FEES", "TAXES", "LOAD")
_WITHHELD: Final = ("WITHHOLDING", "STATEWITHHOLDING", "PENALTY")
_REINVESTED = re.compile(r"\s*(?:dividend\s+)?reinvest", re.IGNORECASE)
_IN_LIEU = re.compile(r"\b(?:in|cash)[ -]+(?:in[ -]+)?lieu\b", re.IGNORECASE)
_BOND_KIND: Final = "bond"
_OPTION_KINDS: Final = frozenset({"option", "section_1256"})


@dataclass(frozen=True, slots=True)
class Trade:
    """One purchase or sale.  ``units`` in 1e-8, positive; ``amount_cents`` as the journal has it.

    ``price`` is per share, None where it is not (a bond's percentage) or contradicts the amount.
    """

    cells: OfxCells
    moment: tuple[date, str]
    action: Action
    security: Listed
    units: int
    price: Decimal | None
    costs: Decimal
    amount_cents: int
    accrued: Decimal = Decimal(0)
    withheld: Decimal = Decimal(0)

    @property
    def comes_in(self) -> bool:
        """Whether the element is a purchase."""
        return self.cells.tag.name in BUYS


def read_trade(statement: Statement, cells: OfxCells) -> Trade | None:
    """One trade, checked; None, with an error noted, when it cannot be booked."""
    comes_in = cells.tag.name in BUYS
    moment = cells.stamp("DTTRADE")
    is_option = cells.tag.name.endswith("OPT")
    security = statement.security(cells, "option" if is_option else "")
    told = cells.shares("UNITS")
    units = abs(told or 0)
    total = cells.number("TOTAL")
    for name in ("DTTRADE", "UNITS", "TOTAL"):
        if not cells.is_told(name):
            cells.missing(name)
    if told == 0:
        cells.wrong("UNITS", "BAD_QUANTITY", "is no quantity of a trade")
    action = _action(cells, comes_in=comes_in, is_option=is_option)
    if moment is None or security is None or not units or total is None or action is None:
        return None
    is_bond = cells.tag.name in {"BUYDEBT", "SELLDEBT"} or security.kind == _BOND_KIND
    costs = sum((cells.money(name) for name in _COSTS), Decimal(0))
    withheld = sum((cells.money(name) for name in _WITHHELD), Decimal(0))
    accrued = cells.money("ACCRDINT")
    if comes_in:
        amount = abs(total) - accrued
    else:
        amount = (abs(total) if total or withheld else total) + withheld - accrued
    price = cells.number("UNITPRICE")
    if price is not None and not is_bond:
        price, amount = _checked(cells, security, units, price, costs, amount, comes_in=comes_in)
    return Trade(
        cells,
        moment,
        action,
        security,
        units,
        None if is_bond else price,
        costs,
        to_cents(amount),
        accrued,
        withheld,
    )


def add_trade(statement: Statement, trade: Trade) -> None:
    """The row of a trade; further ones for a bond's interest and for what was withheld."""
    action = trade.action
    memo = trade.cells.text("MEMO")
    if action is Action.BUY and _REINVESTED.match(memo):
        action = Action.REINVEST
    in_lieu = action is Action.SELL and trade.units < SHARE and bool(_IN_LIEU.search(memo))
    settled = trade.cells.day("DTSETTLE") if trade.cells.is_told("DTSETTLE") else None
    statement.add(
        trade.cells,
        trade.moment,
        Action.CASH_IN_LIEU if in_lieu else action,
        settle_date=settled.isoformat() if settled else "",
        symbol=trade.security.symbol,
        quantity=shares(trade.units),
        price="" if trade.price is None or in_lieu else plain(trade.price),
        fees=plain(trade.costs) if trade.costs > 0 else "",
        amount=dollars(trade.amount_cents),
    )
    if trade.accrued:
        paid = -trade.accrued if trade.comes_in else trade.accrued
        statement.add(
            trade.cells,
            trade.moment,
            Action.INTEREST,
            suffix="-interest",
            symbol=trade.security.symbol,
            amount=dollars(to_cents(paid)),
        )
    if trade.withheld:
        statement.add(
            trade.cells,
            trade.moment,
            Action.FEE,
            suffix="-withheld",
            symbol=trade.security.symbol,
            amount=dollars(to_cents(trade.withheld)),
        )


def _action(cells: OfxCells, *, comes_in: bool, is_option: bool) -> Action | None:
    name, kinds = _ACTIONS[comes_in, is_option]
    told = cells.text(name).upper()
    if not told and is_option:
        cells.missing(name)
        return None
    if told and told not in kinds:
        cells.wrong(name, "UNKNOWN_ACTION", f"is no kind of {cells.tag.name}")
        return None
    return kinds[told] if told else next(iter(kinds.values()))


def _checked(
    cells: OfxCells,
    security: Listed,
    units: int,
    price: Decimal,
    costs: Decimal,
    amount: Decimal,
    *,
    comes_in: bool,
) -> tuple[Decimal | None, Decimal]:
    """Price and amount, compared with the number of units.

    The amount wins.  Its sign is lost where fees ate up the proceeds, so that is computed; and some
    write an option's price for the contract instead of the share, which then is no price.
    """
    quantity = Decimal(units) / SHARE
    multiplier = Decimal(security.multiplier)
    price = abs(price)
    slack = quantity * multiplier * Decimal(5).scaleb(_exponent(price) - 1) + Decimal("0.02")
    for factor in dict.fromkeys((multiplier, Decimal(1))):
        computed = quantity * factor * price + (costs if comes_in else -costs)
        for signed in (amount, -amount):
            if abs(signed - computed) <= slack:
                return (price if factor == multiplier else None), signed
    cells.findings.warning(
        cells.line,
        "TOTAL",
        "AMOUNT_MISMATCH",
        f"The total {dollars(to_cents(amount))} of {shown(security.symbol)} is not units × price"
        " and costs. The total is booked.",
        "Compare the transaction with the custodian's statement.",
    )
    return price, amount


def _exponent(price: Decimal) -> int:
    exponent = price.as_tuple().exponent
    return exponent if isinstance(exponent, int) else 0


def add_option_ends(
    statement: Statement, closures: list[OfxCells], trades: list[Trade]
) -> list[Trade]:
    """The rows of exercises, assignments and expiries; the trades that are left beside them.

    The book takes one row for the option.  The purchase or sale of the shares at the strike, which
    stands beside it, is part of that row.
    """
    left = list(trades)
    delivered = [cells for cells in closures if not _is_option(statement, cells)]
    for cells in closures:
        if cells in delivered:
            continue
        used = _add_closure(statement, cells, left, delivered)
        left = [trade for trade in left if trade is not used]
    for cells in delivered:
        needs_facts(
            cells,
            "The shares of an exercise or assignment whose option is not in the file",
            "an EXERCISE or ASSIGN row for the option, with the strike money in amount",
        )
    return left


def _is_option(statement: Statement, cells: OfxCells) -> bool:
    security = statement.security(cells, "option")
    return security is not None and security.kind in _OPTION_KINDS


def _add_closure(
    statement: Statement, cells: OfxCells, trades: list[Trade], delivered: list[OfxCells]
) -> Trade | None:
    """One option's end; the trade that delivered its shares is returned, if there is one."""
    moment = cells.stamp("DTTRADE")
    security = statement.security(cells, "option")
    units = abs(cells.shares("UNITS") or 0)
    told = cells.text("OPTACTION").upper()
    for name in ("DTTRADE", "UNITS", "OPTACTION"):
        if not cells.is_told(name):
            cells.missing(name)
    if moment is None or security is None or not units or not told:
        return None
    if told not in {"EXERCISE", "ASSIGN", "EXPIRE"}:
        cells.wrong("OPTACTION", "UNKNOWN_ACTION", "is no end of an option")
        return None
    trade = None
    if told != "EXPIRE":
        wanted = units * Decimal(security.multiplier)
        trade = next((one for one in trades if _delivers(one, cells, security, wanted)), None)
        same_day = [one for one in delivered if one.day("DTTRADE") == moment[0]]
        fit = [one for one in same_day if abs(one.shares("UNITS") or 0) == wanted]
        if trade is None and fit:
            delivered.remove(fit[0])
    raw = [statement.raw(cells.tag), statement.raw(trade.cells.tag) if trade else ""]
    statement.add(
        cells,
        moment,
        Action[told],
        raw="\n".join(filter(None, raw)),
        symbol=security.symbol,
        quantity=shares(units),
        amount=dollars(trade.amount_cents) if trade else "",
    )
    return trade


def _delivers(trade: Trade, cells: OfxCells, security: Listed, wanted: Decimal) -> bool:
    """Whether a trade is the delivery of an exercise: named by it, or at its strike on its day."""
    related = cells.text("RELFITID")
    if related and related == trade.cells.text("FITID"):
        return True
    strike = security.cells.get("strike", "")
    return (
        trade.moment[0] == cells.day("DTTRADE")
        and trade.security.symbol == security.cells.get("underlying", "")
        and trade.units == wanted
        and trade.price is not None
        and plain(trade.price) == strike
    )
