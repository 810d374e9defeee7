"""Corporate actions of a Flex report, by the codes and descriptions of Interactive Brokers.

What the file tells in full becomes a row: splits, changes of the symbol, cash mergers, maturities.
What it leaves open (the tax character of a merger, the allocation of a spin-off) is refused, with
the row to write.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Final

from taxlots.brokers.findings import quoted
from taxlots.brokers.ibkr_flex_cells import FlexCells, shown
from taxlots.brokers.ibkr_flex_rows import (
    BY_PERCENT,
    Entry,
    Sections,
    is_dollars,
    money,
    needs_facts,
)
from taxlots.domain.action import Action
from taxlots.domain.money import SHARE, shares

_SPLIT = re.compile(r"\bSPLIT\s+(?P<new>[\d.]+)\s+FOR\s+(?P<old>[\d.]+)", re.ASCII | re.IGNORECASE)
_DIVIDEND = re.compile(
    r"\bSTOCK\s+DIVIDEND\b.*?\b(?P<new>\d[\d.]*)\s+FOR\s+(?P<old>\d[\d.]*)",
    re.ASCII | re.IGNORECASE,
)
_TERMS = re.compile(r"\b(?P<new>\d[\d.]*)\s+FOR\s+(?P<old>\d[\d.]*)", re.ASCII | re.IGNORECASE)
_HEAD = re.compile(r"(?P<symbol>[^()]+)\(")
_OLD: Final = ".OLD"
_NO_EFFECT: Final = {"PV": "a proxy vote", "ED": "the end of a dividend right"}
_REMEDIES: Final = {
    "SO": "a SPINOFF row: symbol {old}, to_symbol {new}, quantity {received}, and the"
    " basis_fraction that the issuer's Form 8937 states",
    "RI": "a RIGHTS row: symbol {old}, to_symbol {new}, quantity {received}, fmv and price",
    "DI": "a RIGHTS row, or nothing if the rights stand for a dividend in cash",
    "SR": "the BUY or EXERCISE row of the subscription",
    "PI": "the BUY row of the purchase",
    "TC": "a MERGER row: symbol {old}, to_symbol {new}, quantity {received}, cash and fmv if cash"
    " was paid too, and taxable, as the issuer's Form 8937 or the merger notice states",
    "TO": "a TENDER row: symbol {old}, quantity {given}, and amount, or to_symbol and ratio",
    "TI": "a TENDER row: symbol {old}, quantity {given}, and amount, or to_symbol and ratio",
    "SD": "a STOCK_DIVIDEND row: symbol {old} and ratio (shares after ÷ shares before), or"
    " to_symbol with fmv and price for shares of another class",
    "DW": "a WORTHLESS row, in the year in which the shares became worthless, or a SELL row",
    "CH": "a STOCK_DIVIDEND row with taxable true and fmv, or a DIVIDEND row",
    "HI": "a STOCK_DIVIDEND row with taxable true and fmv",
    "HD": "a STOCK_DIVIDEND row with taxable true and fmv",
    "IC": "a SYMBOL_CHANGE row: symbol {old}, to_symbol {new}",
    "CD": "a DIVIDEND or LIQUIDATION row with the amount paid",
    "BM": "a SELL row with the quantity and the amount paid back",
    "TM": "a SELL row with the quantity and the amount paid back",
}
_OTHER: Final = "the canonical rows of what it did"


@dataclass(frozen=True, slots=True)
class _Group:
    """The elements of one corporate action: what left, what came, and money."""

    legs: Sequence[FlexCells]
    symbols: dict[str, int]
    proceeds: Decimal
    moment: tuple[date, str]

    @property
    def first(self) -> FlexCells:
        return self.legs[0]

    @property
    def kind(self) -> str:
        return self.first.text("type")

    @property
    def description(self) -> str:
        return _description(self.first)

    @property
    def head(self) -> str:
        """The symbol with which the description starts: that of the old shares."""
        found = _HEAD.match(self.description)
        return found["symbol"].strip().replace(" ", ".") if found else ""

    @property
    def given(self) -> dict[str, int]:
        return {symbol: -q for symbol, q in self.symbols.items() if q < 0}

    @property
    def received(self) -> dict[str, int]:
        return {symbol: q for symbol, q in self.symbols.items() if q > 0}


def corporate_actions(sections: Sections) -> list[Entry]:
    """The rows of the corporate actions of one account."""
    entries: list[Entry] = []
    for group in _groups(sections):
        if all(
            cells.text("assetCategory") in {"STK", "FUND", "WAR", "", *BY_PERCENT}
            for cells in group.legs
        ):
            entries += _rows(sections, group)
        else:
            needs_facts(
                group.first,
                f"What {quoted(group.description)} did to this kind of asset",
                _OTHER,
            )
    return entries


def _groups(sections: Sections) -> list[_Group]:
    by_action: dict[tuple[str, ...], list[FlexCells]] = defaultdict(list)
    tag = "CorporateAction"
    found = list(sections.each("CorporateActions", tag, tag))
    details = [cells for cells in found if cells.text("levelOfDetail") != "SUMMARY"]
    for cells in details or found:
        words = _description(cells).rpartition(" (")[0] or _description(cells)
        day = cells.text("dateTime") or cells.text("reportDate")
        by_action[cells.text("actionID") or words, day, cells.text("type")].append(cells)
    groups = [_group(sections, legs) for legs in by_action.values()]
    return [group for group in groups if group is not None]


def _group(sections: Sections, legs: Sequence[FlexCells]) -> _Group | None:
    """The elements that count of one action: a cancellation takes away what it reverses."""
    standing = list(legs)
    for cancel in [cells for cells in legs if "Ca" in cells.codes("code")]:
        undone = next((cells for cells in standing if _undoes(cancel, cells)), None)
        if undone is None:
            cancel.findings.error(
                cancel.line,
                "code",
                "UNMATCHED_CANCEL",
                f"What the cancellation of {quoted(_description(cancel))} takes back is not in this"
                " file.",
                "Run the query for a period that holds both; or take the element out of a copy of"
                " the file and import a VOID row for the row that you imported.",
            )
            return None
        standing = [cells for cells in standing if cells is not cancel and cells is not undone]
    if not standing:
        return None
    moment = standing[0].moment("dateTime", "reportDate")
    if moment is None:
        if not (standing[0].is_told("dateTime") or standing[0].is_told("reportDate")):
            standing[0].missing("dateTime", "A corporate action")
        return None
    symbols: dict[str, int] = {}
    for cells in standing:
        symbol = sections.security(cells)
        symbols[symbol] = symbols.get(symbol, 0) + (cells.shares("quantity") or 0)
    if not all(is_dollars(cells) for cells in standing):
        return None
    proceeds = sum((cells.money("proceeds") for cells in standing), Decimal(0))
    return _Group(standing, symbols, proceeds, moment)


def _undoes(cancel: FlexCells, cells: FlexCells) -> bool:
    return (
        "Ca" not in cells.codes("code")
        and cells.text("symbol") == cancel.text("symbol")
        and cells.shares("quantity") == -(cancel.shares("quantity") or 0)
        and cells.money("proceeds") == -cancel.money("proceeds")
    )


def _rows(sections: Sections, group: _Group) -> list[Entry]:
    kind = group.kind
    if kind in _MAKERS:
        return _MAKERS[kind](sections, group)
    if not kind:
        group.first.missing("type", "A corporate action")
    elif kind in _REMEDIES:
        _refuse(group)
    elif kind not in _NO_EFFECT:
        group.first.findings.error(
            group.first.line,
            "type",
            "UNKNOWN_ACTION",
            f"The corporate action {quoted(kind)} ({quoted(group.description)}) is not known.",
            f"Take its elements out of a copy of the file, import the copy, and import {_OTHER}.",
        )
    return []


def _merger(sections: Sections, group: _Group) -> list[Entry]:
    """A merger for cash alone is told in full; any other has a tax character of its own."""
    if len(group.given) == 1 and not group.received and group.proceeds > 0:
        (old,) = group.given
        return [_row(sections, group, Action.MERGER, symbol=old, cash=money(group.proceeds))]
    _refuse(group)
    return []


def _maturity(sections: Sections, group: _Group) -> list[Entry]:
    """A bond or bill that is paid back."""
    if len(group.given) != 1 or group.received or group.proceeds < 0:
        _refuse(group)
        return []
    ((old, quantity),) = group.given.items()
    paid = money(group.proceeds)
    return [_row(sections, group, Action.SELL, symbol=old, quantity=shares(quantity), amount=paid)]


def _split(sections: Sections, group: _Group) -> list[Entry]:
    ratio = _ratio(_SPLIT, group.description)
    symbol = group.head or next(iter(group.symbols))
    old, new = sum(group.given.values()), sum(group.received.values())
    both_told = len(group.symbols) > 1 and old and new
    if ratio is None or (both_told and abs(old * ratio - new) > max(ratio, Fraction(1)) * SHARE):
        needs_facts(
            group.first,
            f"The split {quoted(group.description)}, whose ratio the shares do not bear out,"
            if ratio
            else f"The split {quoted(group.description)}",
            f"a SPLIT row: symbol {shown(symbol)}, ratio = shares after ÷ shares before",
        )
        return []
    return [_row(sections, group, Action.SPLIT, symbol=_current(group, symbol), ratio=str(ratio))]


def _stock_dividend(sections: Sections, group: _Group) -> list[Entry]:
    """Shares of the same class: ``5 FOR 100`` adds 5 to every 100.

    Where more come than there were, the words could mean either the added or all the shares.
    """
    added = _ratio(_DIVIDEND, group.description)
    if added is None or added >= 1 or set(group.symbols) != {group.head}:
        _refuse(group)
        return []
    ratio = str(added + 1)
    return [_row(sections, group, Action.STOCK_DIVIDEND, symbol=group.head, ratio=ratio)]


def _issue_change(sections: Sections, group: _Group) -> list[Entry]:
    """A new symbol for the same shares.  A new CUSIP alone changes nothing in the book."""
    if (
        len(group.given) != 1
        or len(group.received) != 1
        or sum(group.symbols.values()) != 0
        or group.proceeds
    ):
        _refuse(group)
        return []
    (old,), (new,) = group.given, group.received
    bare = old.removesuffix(_OLD)
    if bare == new:
        return []
    return [_row(sections, group, Action.SYMBOL_CHANGE, symbol=bare, to_symbol=new)]


def _refuse(group: _Group) -> None:
    given, received = group.given, group.received
    remedy = _REMEDIES[group.kind].format(
        old=shown(next(iter(given), group.head)),
        new=shown(next(iter(received), "")) if received else "(the new one)",
        given=shares(sum(given.values())),
        received=shares(sum(received.values())),
    )
    needs_facts(group.first, f"{quoted(group.description)}", remedy)


def _row(sections: Sections, group: _Group, action: Action, **told: str) -> Entry:
    raw = "\n".join(cells.node.raw for cells in group.legs)
    note = f"{group.kind} {group.description}".strip()
    return sections.row(group.first, group.moment, action, raw=raw, note=note, **told)


def _current(group: _Group, symbol: str) -> str:
    """The symbol under which the shares are held: the old ones may have got ``.OLD``."""
    return next(
        (new for new in group.received if f"{new}{_OLD}" == symbol), symbol.removesuffix(_OLD)
    )


def _ratio(pattern: re.Pattern[str], description: str) -> Fraction | None:
    """New shares for one old, as the description tells; None when it does not."""
    found = pattern.search(description)
    try:
        ratio = Fraction(found["new"]) / Fraction(found["old"]) if found else None
    except (ValueError, ZeroDivisionError):
        return None
    return ratio if ratio and Fraction(1, 10**6) < ratio < 10**6 else None


def _description(cells: FlexCells) -> str:
    """What happened, in words."""
    text = cells.text("actionDescription")
    return text if _TERMS.search(text) else cells.text("description") or text


_MAKERS: Final = {
    "FS": _split,
    "FI": _split,
    "RS": _split,
    "SD": _stock_dividend,
    "IC": _issue_change,
    "TC": _merger,
    "BM": _maturity,
    "TM": _maturity,
}
"""What makes the rows of an action, by Interactive Brokers' code."""
