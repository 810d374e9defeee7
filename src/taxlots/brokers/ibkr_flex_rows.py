"""What the readers of a Flex report's sections share: the account's elements, and rows of them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final

from taxlots.brokers.decimal_cells import plain, to_cents
from taxlots.brokers.findings import Findings
from taxlots.brokers.ibkr_flex_cells import FlexCells, symbol_of
from taxlots.brokers.ibkr_flex_xml import Node
from taxlots.brokers.protocol import BrokerRow, identified
from taxlots.brokers.securities import option_security
from taxlots.domain.action import Action
from taxlots.domain.money import dollars

BROKER_NAME: Final = "ibkr_flex"
COPY: Final = "Take the element out of a copy of the file, import the copy, and import"
"""How a remedy begins that asks for a canonical row."""

KINDS: Final = {
    "STK": "",
    "FUND": "mutual_fund",
    "OPT": "option",
    "BOND": "bond",
    "BILL": "bond",
    "CRYPTO": "digital_asset",
    "WAR": "",
}
"""What is booked, by Interactive Brokers' asset category: its kind in ``securities.csv``."""

BY_PERCENT: Final = frozenset({"BOND", "BILL"})
"""Assets whose price is a percentage of their face value."""

_DOLLAR: Final = frozenset({"USD", ""})


@dataclass(frozen=True, slots=True)
class Entry:
    """A row and its place in the order of the book."""

    day: date
    time: str
    line: int
    row: BrokerRow

    @property
    def key(self) -> tuple[date, str, int]:
        """Rows without a time stand at the beginning of their day."""
        return self.day, self.time or "00:00:00", self.line


@dataclass(slots=True)
class Sections:
    """One account's part of a report: the elements by their section, and where things go.

    ``securities`` gathers what the elements tell of their securities, by symbol.
    """

    account: str
    nodes: dict[str, list[Node]]
    findings: Findings
    through: date | None = None
    securities: dict[str, dict[str, str]] = field(default_factory=dict)

    def each(self, section: str, kind: str, *tags: str) -> Iterator[FlexCells]:
        """The elements of a section with one of these tags, read as ``kind``."""
        for node in self.nodes.get(section, ()):
            if node.tag in tags:
                yield FlexCells(node, kind, self.findings)

    def row(
        self,
        cells: FlexCells,
        moment: tuple[date, str],
        action: Action,
        *,
        raw: str = "",
        **told: str,
    ) -> Entry:
        """A row of the journal from what an element told; blank cells are left out.

        ``id`` is the number that Interactive Brokers gave, and need not be passed.
        """
        day, time = moment
        named = {
            "id": row_id(cells),
            "date": day.isoformat(),
            "time": time,
            "account": self.account,
            "action": action.value,
            **told,
        }
        row = BrokerRow(
            line=cells.line,
            cells={name: cell.strip() for name, cell in named.items() if cell.strip()},
            raw=raw or cells.node.raw,
        )
        if self.through and day > self.through:
            self.findings.error(
                cells.line,
                "",
                "AFTER_AS_OF",
                f"The element's {day:%b %d %Y} lies after {self.through:%b %d %Y}, the end of the"
                " report.",
                "Download the file again and import it as it is.",
            )
        return Entry(day, time, cells.line, row)

    def security(self, cells: FlexCells) -> str:
        """The symbol of an element's security; what the element tells of it is kept."""
        asset = cells.text("assetCategory")
        symbol = symbol_of(cells, asset)
        if symbol:
            told = self.securities.setdefault(symbol, {"symbol": symbol})
            for name, cell in _security_cells(cells, asset).items():
                if cell:
                    told.setdefault(name, cell)
        return symbol


def row_id(cells: FlexCells, suffix: str = "") -> str:
    """The id of the row that an element becomes: Interactive Brokers numbers each, for good."""
    transaction, trade = cells.text("transactionID"), cells.text("tradeID")
    number = transaction or (f"T{trade}" if trade else "")
    return identified("ibkr", "", number) + (suffix if number else "")


def is_dollars(cells: FlexCells, *names: str) -> bool:
    """Whether the element is in US dollars; if not, an error is noted."""
    for name in names or ("currency",):
        currency = cells.text(name)
        if currency not in _DOLLAR:
            cells.findings.error(
                cells.line,
                name,
                "FOREIGN_CURRENCY",
                f"The amount is in {currency[:8]}; only US dollars are booked.",
                f"{COPY} a canonical row with the amount in dollars at its day's rate.",
            )
            return False
    return True


def needs_facts(cells: FlexCells, what: str, remedy: str) -> None:
    """Note that an element cannot be booked from the file alone."""
    cells.findings.error(
        cells.line,
        "type" if cells.is_told("type") else "",
        "NEEDS_FACTS",
        f"{what} cannot be booked from this file alone.",
        f"{COPY} {remedy}.",
    )


def money(value: Decimal) -> str:
    """Dollars as text in cents, rounded half up."""
    return dollars(to_cents(value))


def _security_cells(cells: FlexCells, asset: str) -> dict[str, str]:
    kind = KINDS.get(asset, "")
    if cells.text("subCategory").upper() == "ETF":
        kind = "etf"
    cusip = cells.text("cusip")
    told = {
        "cusip": cusip if re.fullmatch("[0-9A-Z]{9}", cusip) else "",
        "name": cells.text("description") if cells.node.tag in _NAMED else "",
        "kind": kind,
    }
    if asset == "OPT":
        told["kind"] = option_security(symbol_of(cells, asset), "").get("kind", kind)
        expiry = cells.day("expiry") if cells.is_told("expiry") else None
        told |= {
            "multiplier": plain(cells.money("multiplier")) if cells.is_told("multiplier") else "",
            "underlying": cells.text("underlyingSymbol").replace(" ", "."),
            "put_call": {"P": "put", "C": "call"}.get(cells.text("putCall"), ""),
            "strike": plain(cells.money("strike")) if cells.is_told("strike") else "",
            "expiry": expiry.isoformat() if expiry else "",
        }
    return told


_NAMED: Final = frozenset({"Trade", "Lot", "Order", "OpenPosition", "SecurityInfo", "Transfer"})
"""Elements whose description is the security's name."""
