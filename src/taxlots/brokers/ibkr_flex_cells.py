"""The attributes of a Flex element: what ``ibflex`` makes of them, and what we do when it cannot.

``ibflex`` knows the attributes of each element and how Interactive Brokers writes their values.  It
is asked for one attribute at a time and only for those that are read here, so that whatever is new
in the others (attributes, codes, currencies) cannot keep a report out.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any, Final

from taxlots.brokers.cells import calendar_day, occ_name
from taxlots.brokers.decimal_cells import DecimalCells, plain
from taxlots.brokers.findings import AGAIN, Findings, quoted
from taxlots.brokers.ibkr_flex_xml import Node
from taxlots.domain.money import LIMIT, SHARE

NOTHING: Final = frozenset({"", "-", "--", "N/A"})
"""How Flex says nothing."""

_NUMBER = re.compile(r"[-+]?(?:\d[\d,]*\.?\d*|\.\d+)(?:[eE][-+]?\d{1,2})?", re.ASCII)
_LONGEST: Final = 40
_OCC = re.compile(r"(?P<root>[0-9A-Z]{1,6})(?P<rest>\d{6}[PC]\d{8})", re.ASCII)
_SHOWN = re.compile(r"([0-9A-Z]+?)(\d\d)(\d\d)(\d\d)([PC])(\d{5})(\d{3})", re.ASCII)
_ZONE = re.compile(r"\s+E[SD]T$")
_QUERY_FORMAT: Final = (
    "Set the query's date format to yyyyMMdd, its time format to HHmmss and the separator to a"
    " semicolon, and run it again."
)
_DAY_DIGITS: Final = 8


@cache
def _types() -> Any:
    """``ibflex.Types`` and its parser; imported when a report is read, for it takes its time."""
    from ibflex import Types, parser

    return Types, parser


def known_attributes(tag: str) -> frozenset[str] | None:
    """The attributes that ``ibflex`` knows of an element; None if it does not know the element."""
    types, _ = _types()
    known = getattr(types, tag, None)
    is_element = isinstance(known, type) and issubclass(known, types.FlexElement)
    return frozenset(known.__annotations__) if is_element else None


@dataclass(frozen=True, slots=True)
class FlexCells(DecimalCells):
    """Reads the attributes of one element; what is wrong with one goes to ``findings``.

    ``kind`` is the element of ``ibflex`` by which they are read: closed lots and wash sales have
    the attributes of trades.
    """

    node: Node
    kind: str
    findings: Findings

    @property
    def line(self) -> int:
        """Where the element starts."""
        return self.node.line

    def text(self, name: str) -> str:
        """An attribute with its spaces reduced; blank if there is none."""
        cell = " ".join(self.node.attributes.get(name, "").split())
        return "" if cell in NOTHING else cell

    def is_told(self, name: str) -> bool:
        """Whether the attribute says anything."""
        return bool(self.text(name))

    def codes(self, name: str = "notes") -> frozenset[str]:
        """Codes such as ``O;P``, whether or not they are known."""
        return frozenset(code.strip() for code in re.split("[;,]", self.text(name)) if code.strip())

    def number(self, name: str) -> Decimal | None:
        """A number; None when blank or, with an error noted, when it is none."""
        cell = self.text(name)
        if not cell:
            return None
        plain = _NUMBER.fullmatch(cell) and len(cell) <= _LONGEST
        value = self._converted(name, cell) if plain else None
        if not isinstance(value, Decimal) or abs(value) * SHARE >= LIMIT:
            code = "BAD_QUANTITY" if name in {"quantity", "position"} else "BAD_AMOUNT"
            self.wrong(name, code, "is no number that fits the books")
            return None
        return value

    def day(self, *names: str) -> date | None:
        """The day of the first attribute that tells one."""
        moment = self.moment(*names)
        return moment[0] if moment else None

    def moment(self, *names: str) -> tuple[date, str] | None:
        """Day and time (``HH:MM:SS``, blank if not told) of the first attribute that tells them."""
        name = next((one for one in names if self.is_told(one)), None)
        if name is None:
            return None
        cell = _ZONE.sub("", self.text(name))
        if "/" in cell:
            self.findings.error(
                self.line,
                name,
                "AMBIGUOUS_DATE",
                f"{quoted(cell)} may be month/day or day/month.",
                _QUERY_FORMAT,
            )
            return None
        value = self._converted(name, cell) if cell.isascii() else None
        if isinstance(value, date) and calendar_day(
            str(value.year), str(value.month), str(value.day)
        ):
            day = date(value.year, value.month, value.day)
            has_time = isinstance(value, datetime) and len(re.sub(r"\D", "", cell)) > _DAY_DIGITS
            return day, f"{value:%H:%M:%S}" if has_time else ""
        self.findings.error(
            self.line, name, "BAD_DATE", f"{quoted(cell)} is no date.", _QUERY_FORMAT
        )
        return None

    def time_of_day(self, name: str) -> str:
        """``HH:MM:SS`` of an attribute that tells a time alone; blank if it tells none."""
        found = re.fullmatch(r"(\d\d):?(\d\d):?(\d\d)", self.text(name), re.ASCII)
        fits = found and all(
            int(part) < top for part, top in zip(found.groups(), (24, 60, 60), strict=True)
        )
        return ":".join(found.groups()) if found and fits else ""

    def wrong(self, name: str, code: str, fault: str) -> None:
        """Note that an attribute cannot be so."""
        self.findings.error(self.line, name, code, f"{quoted(self.text(name))} {fault}.", AGAIN)

    def missing(self, name: str, what: str) -> None:
        """Note that an attribute is needed and not there."""
        self.findings.error(
            self.line,
            name,
            "MISSING_ATTRIBUTE",
            f"{what} without '{name}'.",
            f"Add the field '{name}' to the section of the Flex query and run it again.",
        )

    def _converted(self, name: str, cell: str) -> object:
        types, parser = _types()
        try:
            return parser.parse_element_attr(getattr(types, self.kind), name, cell)[1]
        except (parser.FlexParserError, KeyError, ArithmeticError, ValueError):
            return None


def symbol_of(cells: FlexCells, asset: str) -> str:
    """The symbol of a security: ``BRK B`` is ``BRK.B``, an option has the name that the OCC gives.

    An old option whose symbol is not the OCC's is named after its contract.
    """
    symbol = cells.text("symbol")
    if asset != "OPT":
        return symbol.replace(" ", ".")
    bare = symbol.replace(" ", "")
    if _OCC.fullmatch(bare):
        return bare
    expiry, put_call = cells.day("expiry"), cells.text("putCall")
    if expiry is None or put_call not in {"P", "C"}:
        return bare
    root = cells.text("underlyingSymbol") or symbol.split(" ")[0]
    return occ_name(root, expiry, put_call, plain(cells.money("strike"))) or bare


def shown(symbol: str) -> str:
    """A symbol for a message; an option as people write it."""
    found = _SHOWN.fullmatch(symbol)
    if not found:
        return symbol or "(no symbol)"
    root, year, month, of_month, put_call, dollars, thousandths = found.groups()
    strike = plain(Decimal(f"{int(dollars)}.{thousandths}"))
    return f"{root} {month}/{of_month}/20{year} {strike} {put_call}"
