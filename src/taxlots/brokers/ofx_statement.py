"""One account's investment statement of an OFX file, and how its rows are made."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from typing import Final

from taxlots.brokers.findings import AGAIN, Findings, quoted
from taxlots.brokers.ofx_cells import OfxCells
from taxlots.brokers.ofx_securities import Listed, security_id, unlisted
from taxlots.brokers.ofx_sgml import Tag
from taxlots.brokers.protocol import BrokerRow, identified
from taxlots.domain.action import Action

COPY: Final = "Take the element out of a copy of the file, import the copy, and import"
"""How a remedy begins that asks for a canonical row."""

_SHOWN = re.compile(r"([0-9A-Z]+?)(\d\d)(\d\d)(\d\d)([PC])(\d{5})(\d{3})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Entry:
    """A row and its place in the order of the book.

    ``place`` is where its element starts in the file, ``part`` its place among the rows made.
    """

    day: date
    time: str
    place: int
    part: int
    row: BrokerRow


@dataclass(slots=True)
class Statement:
    """What a reader of transactions needs: the account, its securities, and where problems go.

    ``text`` is the file, of which rows keep their own part.
    """

    account: str
    text: str
    securities: dict[str, Listed]
    findings: Findings
    through: date | None = None
    entries: list[Entry] = field(default_factory=list)

    def security(self, cells: OfxCells, kind: str = "") -> Listed | None:
        """The security of a transaction; None, with an error noted, if it names none."""
        key = security_id(cells.tag)
        if not key:
            cells.missing("UNIQUEID")
            return None
        if key not in self.securities:
            self.securities[key] = unlisted(key, kind)
            cells.findings.warning(
                cells.line,
                "UNIQUEID",
                "SECURITY_NOT_LISTED",
                f"The security {quoted(key)} is not in the file's list; that is its symbol now.",
                "Compare the symbol with those of the book: two symbols are two securities.",
            )
        return self.securities[key]

    def add(
        self,
        cells: OfxCells,
        moment: tuple[date, str],
        action: Action,
        *,
        suffix: str = "",
        raw: str = "",
        **told: str,
    ) -> None:
        """Add a row; blank cells are left out.  ``suffix`` tells two rows of one element apart."""
        day, time = moment
        named = {
            "id": self.row_id(cells, suffix),
            "date": day.isoformat(),
            "account": self.account,
            "action": action.value,
            **told,
        }
        named.setdefault("note", _note(cells))
        row = BrokerRow(
            line=cells.line,
            cells={name: cell.strip() for name, cell in named.items() if cell.strip()},
            raw=raw or self.raw(cells.tag),
        )
        if self.through and day > self.through:
            cells.findings.error(
                cells.line,
                "DTTRADE",
                "AFTER_AS_OF",
                f"The transaction's {day:%b %d %Y} lies after {self.through:%b %d %Y}, the end of"
                " the statement.",
                AGAIN,
            )
        self.entries.append(Entry(day, time, cells.tag.start, len(self.entries), row))

    def raw(self, tag: Tag) -> str:
        """An element as it stands in the file."""
        return self.text[tag.start : tag.end].strip()

    def row_id(self, cells: OfxCells, suffix: str = "") -> str:
        """The id of a row: the custodian's FITID, and the day, for some use one FITID twice."""
        number = cells.text("FITID")
        stamp = cells.text("DTTRADE") or cells.text("DTPOSTED")
        return f"{self.id_start(number)}{stamp[:8]}{suffix}" if number else ""

    def id_start(self, number: str) -> str:
        """How the ids of the rows of one FITID begin."""
        return f"{identified('ofx', self.account, number)}-"


def ordered(entries: Sequence[Entry]) -> list[Entry]:
    """Oldest first; within a day by the times told, else as the file has them.

    A file that lists the newest first has the later one of a day first, too.
    """
    days = [entry.day for entry in sorted(entries, key=lambda entry: entry.place)]
    falls = sum(later < earlier for earlier, later in pairwise(days))
    rises = sum(later > earlier for earlier, later in pairwise(days))
    sign = -1 if falls and not rises else 1
    return sorted(entries, key=lambda one: (one.day, one.time, sign * one.place, one.part))


def shown(symbol: str) -> str:
    """A symbol for a message; an option as people write it."""
    found = _SHOWN.fullmatch(symbol)
    if not found:
        return symbol
    root, year, month, of_month, put_call, dollars, thousandths = found.groups()
    cents = f".{thousandths.rstrip('0')}" if thousandths.strip("0") else ""
    return f"{root} {month}/{of_month}/20{year} {int(dollars)}{cents} {put_call}"


def needs_facts(cells: OfxCells, what: str, remedy: str) -> None:
    """Note that an element cannot be booked from the file alone."""
    cells.findings.error(
        cells.line,
        "",
        "NEEDS_FACTS",
        f"{what} cannot be booked from this file alone.",
        f"{COPY} {remedy}.",
    )


def _note(cells: OfxCells) -> str:
    memo = cells.text("MEMO") or cells.text("NAME")
    return f"{cells.tag.name}: {memo}" if memo else cells.tag.name
