"""How OFX writes days, numbers and money.  Exact: no float is ever made."""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from taxlots.brokers.cells import calendar_day
from taxlots.brokers.decimal_cells import DecimalCells
from taxlots.brokers.findings import AGAIN, Findings, quoted
from taxlots.brokers.ofx_sgml import Tag
from taxlots.domain.money import LIMIT, SHARE

_DAY = re.compile(r"(\d{4})(\d\d)(\d\d)(\d{4}(?:\d\d)?(?:\.\d+)?)?\s*(?:\[[^\]]*\])?", re.ASCII)
_NUMBER = re.compile(r"[-+]?(?:\d+[.,]?\d*|[.,]\d+)", re.ASCII)
_LONGEST: Final = 40


@dataclass(frozen=True, slots=True)
class OfxCells(DecimalCells):
    """Reads the values below one element; what is wrong with one goes to ``findings``."""

    tag: Tag
    findings: Findings

    @property
    def line(self) -> int:
        """Where the element starts."""
        return self.tag.line

    def text(self, name: str) -> str:
        """The first value of that name; blank if there is none."""
        return self.tag.text(name)

    def is_told(self, name: str) -> bool:
        """Whether the value is there and says anything."""
        return bool(self.text(name))

    def is_true(self, name: str) -> bool | None:
        """``Y`` or ``N``; None where it is not told."""
        return {"Y": True, "N": False}.get(self.text(name).upper()[:1])

    def number(self, name: str) -> Decimal | None:
        """A number; None when blank or, with an error noted, when it is none.

        The mark of decimals is a point or a comma; there are no separators of thousands.
        """
        cell = self.text(name).replace(" ", "")
        if not cell:
            return None
        fits = len(cell) <= _LONGEST and _NUMBER.fullmatch(cell)
        value = Decimal(cell.replace(",", ".")) if fits else None
        if value is None or abs(value) * SHARE >= LIMIT:
            code = "BAD_QUANTITY" if name in {"UNITS", "NUMSHRS"} else "BAD_AMOUNT"
            self.wrong(name, code, "is no number that fits the books")
            return None
        return value

    def stamp(self, name: str) -> tuple[date, str] | None:
        """Day, and the digits of the time, as written; None, with an error, when it is no day.

        The day is that of the custodian's own clock, whatever zone the value names.
        """
        cell = self.text(name)
        if not cell:
            return None
        found = _DAY.fullmatch(cell)
        day = calendar_day(found[1], found[2], found[3]) if found else None
        if found is None or day is None:
            self.wrong(name, "BAD_DATE", "is no date of the form YYYYMMDD")
            return None
        return day, (found[4] or "").partition(".")[0]

    def day(self, name: str) -> date | None:
        """The day of a value."""
        found = self.stamp(name)
        return found[0] if found else None

    def wrong(self, name: str, code: str, fault: str) -> None:
        """Note that a value cannot be so."""
        self.findings.error(
            self._line_of(name), name, code, f"{quoted(self.text(name))} {fault}.", AGAIN
        )

    def missing(self, name: str) -> None:
        """Note that a value is needed and not there."""
        self.findings.error(
            self.line, name, "MISSING_VALUE", f"{self.tag.name} without '{name}'.", AGAIN
        )

    def _line_of(self, name: str) -> int:
        found = self.tag.first(name)
        return found.line if found else self.line
