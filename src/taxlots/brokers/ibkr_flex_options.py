"""Options that end: exercise, assignment and expiry, each of them one row of the journal.

Interactive Brokers writes an exercise as two trades at no market: the option leaves for nothing,
and shares come or go at the strike.  The book takes one row for the option, with the strike money.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Final

from taxlots.brokers.decimal_cells import plain, to_cents
from taxlots.brokers.ibkr_flex_cells import shown
from taxlots.brokers.ibkr_flex_rows import Entry, Sections, money, needs_facts, row_id
from taxlots.brokers.ibkr_flex_trades import Trade
from taxlots.domain.action import Action
from taxlots.domain.money import SHARE, apportion, dollars, shares

_Key = tuple[str, date, str, Decimal, bool]
"""Underlying, day, exercise or assignment, strike, and whether shares come in."""

_NAMED: Final = {"Exercise": "EXERCISE", "Assignment": "ASSIGN", "Expiration": "EXPIRE"}


def option_ends(sections: Sections, ends: Sequence[Trade]) -> list[Entry]:
    """The rows of options that ended; ``ends`` are the trades that they made."""
    deliveries: dict[_Key, list[Trade]] = defaultdict(list)
    options: dict[_Key, list[Trade]] = defaultdict(list)
    entries = []
    for trade in ends:
        if trade.asset != "OPT":
            price = trade.cells.number("tradePrice") or Decimal(0)
            key = (trade.symbol, trade.moment[0], trade.ends, price, trade.quantity > 0)
            deliveries[key].append(trade)
        elif trade.ends == "EXPIRE":
            entries.append(_expiry(sections, trade))
        elif trade.net:
            entries.append(_settled_in_cash(sections, trade))
        else:
            options[_key_of_option(trade)].append(trade)
    for key, legs in options.items():
        entries += _exercise(sections, legs, deliveries.pop(key, []))
    for left in deliveries.values():
        for trade in left:
            needs_facts(
                trade.cells,
                f"The {shares(abs(trade.quantity))} {shown(trade.symbol)} of an exercise or"
                " assignment whose option is not in the file",
                "an EXERCISE or ASSIGN row for the option, with the strike money in amount",
            )
    _check_option_section(sections, ends)
    return entries


def _key_of_option(trade: Trade) -> _Key:
    cells = trade.cells
    is_call = cells.text("putCall") != "P"
    comes_in = is_call == (trade.ends == "EXERCISE")
    underlying = cells.text("underlyingSymbol").replace(" ", ".")
    return underlying, trade.moment[0], trade.ends, cells.money("strike"), comes_in


def _expiry(sections: Sections, trade: Trade) -> Entry:
    return sections.row(
        trade.cells,
        trade.moment,
        Action.EXPIRE,
        symbol=trade.symbol,
        quantity=shares(abs(trade.quantity)),
        note=trade.cells.text("transactionType"),
    )


def _settled_in_cash(sections: Sections, trade: Trade) -> Entry:
    """An option that paid its value in money: the row has the money in ``cash``."""
    return sections.row(
        trade.cells,
        trade.moment,
        Action[trade.ends],
        symbol=trade.symbol,
        quantity=shares(abs(trade.quantity)),
        cash=money(abs(trade.net)),
        note=trade.cells.text("transactionType"),
    )


def _exercise(sections: Sections, legs: Sequence[Trade], delivered: Sequence[Trade]) -> list[Entry]:
    """Rows of options of one strike and day; without shares beside them, the strike counts."""
    wanted = sum(
        abs(leg.quantity) * (leg.cells.number("multiplier") or Decimal(100)) for leg in legs
    )
    came = sum(abs(trade.quantity) for trade in delivered)
    if delivered and wanted != came:
        needs_facts(
            legs[0].cells,
            f"The end of {shown(legs[0].symbol)}, whose shares ({plain(Decimal(came) / SHARE)}) are"
            f" not those of its contracts ({plain(Decimal(wanted) / SHARE)}),",
            f"an {legs[0].ends} row for the option, with the strike money in amount",
        )
        return []
    paid = to_cents(abs(sum((trade.net for trade in delivered), Decimal(0))))
    contracts = sum(abs(leg.quantity) for leg in legs)
    # The lot of shares has Interactive Brokers' number of the shares, where one is told.
    numbered = delivered if len(delivered) == len(legs) else legs
    entries, before = [], 0
    for leg, named in zip(legs, numbered, strict=True):
        after = before + abs(leg.quantity)
        amount = apportion(paid, after, contracts) - apportion(paid, before, contracts)
        before = after
        entries.append(
            sections.row(
                leg.cells,
                leg.moment,
                Action[leg.ends],
                id=row_id(named.cells),
                raw="\n".join([leg.cells.node.raw, *(t.cells.node.raw for t in delivered)]),
                symbol=leg.symbol,
                quantity=shares(abs(leg.quantity)),
                amount=dollars(amount) if delivered else "",
                note=leg.cells.text("transactionType"),
            )
        )
    return entries


def _check_option_section(sections: Sections, ends: Sequence[Trade]) -> None:
    """The section of exercises repeats the trades; what it alone has would be lost."""
    known = {(trade.symbol, trade.moment[0]) for trade in ends}
    for cells in sections.each("OptionEAE", "OptionEAE", "OptionEAE"):
        if cells.text("transactionType") not in _NAMED:
            continue
        symbol, day = sections.security(cells), cells.day("date")
        if day is not None and (symbol, day) not in known:
            cells.findings.error(
                cells.line,
                "",
                "MISSING_TRADE",
                f"The end of {shown(symbol)} is not among the trades of this file.",
                "Add the section Trades with the option 'Executions' to the Flex query and run it"
                " again.",
            )
