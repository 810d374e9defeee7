"""How custodians write dates, dollars, shares and options.  Exact: no float is ever made."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Final

from taxlots.brokers.findings import Findings, quoted
from taxlots.domain.money import LIMIT, scaled

BLANKS: Final = frozenset({"", "--", "-", "n/a", "incomplete", "missing", "not available"})
"""What stands in a cell that tells nothing (lower case)."""

_NUMBER = re.compile(
    r"(?P<open>\()?(?P<before>[-+])?\$?(?P<after>[-+])?"
    r"(?P<digits>\d{1,3}(?:,\d{3})+(?:\.\d*)?|\d+(?:\.\d*)?|\.\d+)(?P<close>\))?",
    re.ASCII,
)
_CODES: Final = (
    "AUD|BRL|CAD|CHF|CNY|DKK|EUR|GBP|HKD|ILS|INR|JPY|KRW|MXN|NOK|NZD|PLN|SEK|SGD|TWD|ZAR"
)
_FOREIGN = re.compile(rf"(?P<sign>[€£¥₩₹₽₪₺]|[A-Z]{{1,3}}\$|(?<![A-Z])(?:{_CODES})(?![A-Z]))")
_US_DAY = re.compile(
    r"(\d{1,2})/(\d{1,2})/(\d{4})(?: \d{1,2}:\d{2}(?::\d{2})?(?: [AP]M)?)?", re.ASCII
)
_ISO_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)
_CUSIP = re.compile(r"[0-9A-Z]{8}[0-9]")
_LONGEST: Final = 24
_FIRST_YEAR: Final = 1900
_STRIKE_LIMIT: Final = 10**8


def plain_number(cell: str) -> str | None:
    """``$1,234.56``, ``-$1.00``, ``$-1.00`` or ``($1.00)`` as a plain signed decimal.

    None when it is no such number.
    """
    found = _NUMBER.fullmatch(cell.strip())
    if not found or len(cell) > _LONGEST:
        return None
    signs = [found["open"], found["before"], found["after"]]
    if sum(1 for sign in signs if sign) > 1 or bool(found["open"]) != bool(found["close"]):
        return None
    digits = found["digits"].replace(",", "").rstrip(".")
    digits = f"0{digits}" if digits.startswith(".") else digits
    negative = found["open"] or "-" in (found["before"] or "") + (found["after"] or "")
    return f"-{digits}" if negative else digits


def foreign_currency(cell: str) -> str:
    """The currency that a cell names, if it is not the dollar; else blank."""
    found = _FOREIGN.search(cell)
    return found["sign"] if found and any(c.isdigit() for c in cell) else ""


def us_day(cell: str) -> date | None:
    """``MM/DD/YYYY``, with or without a time of day after it."""
    found = _US_DAY.fullmatch(" ".join(cell.split()))
    return calendar_day(found[3], found[1], found[2]) if found else None


def us_or_iso_day(cell: str) -> date | None:
    """``MM/DD/YYYY`` or ``YYYY-MM-DD``."""
    found = _ISO_DAY.fullmatch(cell.strip())
    return calendar_day(found[1], found[2], found[3]) if found else us_day(cell)


def calendar_day(year: str, month: str, of_month: str) -> date | None:
    """A day by the texts of its parts; None when there is no such day (or it is absurdly old)."""
    try:
        found = date(int(year), int(month), int(of_month))
    except ValueError:
        return None
    return found if found.year >= _FIRST_YEAR else None


def occ_name(root: str, expiry: date, put_call: str, strike: str) -> str:
    """An option's symbol: root, expiry, ``P`` or ``C``, strike in dollars as plain decimal text.

    ``SPY200331P00284000``: the form of the Options Clearing Corporation, without its padding.
    Blank when the parts make no such symbol.
    """
    bare = re.sub(r"[^0-9A-Z]", "", root.upper())
    thousandths = scaled(strike, 3) if strike else None
    if not bare or thousandths is None or not 0 < thousandths < _STRIKE_LIMIT:
        return ""
    return f"{bare}{expiry:%y%m%d}{put_call}{thousandths:08d}"


def is_cusip(symbol: str) -> bool:
    """Whether a symbol is a CUSIP: bonds have no ticker (check digit as in ANSI X9.6)."""
    if not _CUSIP.fullmatch(symbol):
        return False
    total = 0
    for at, char in enumerate(symbol[:8]):
        value = int(char, 36) * (2 if at % 2 else 1)
        total += value // 10 + value % 10
    return (10 - total % 10) % 10 == int(symbol[8])


@dataclass(frozen=True, slots=True)
class Cells:
    """Reads the cells of one row; what is wrong with a cell goes to ``findings``, once each.

    ``day_of`` reads the custodian's form of a date, which ``day_form`` names in messages.
    """

    line: int
    cells: dict[str, str]
    findings: Findings
    day_of: Callable[[str], date | None] = us_day
    day_form: str = "MM/DD/YYYY"

    def text(self, column: str) -> str:
        """A cell with its spaces reduced; blank if there is none."""
        return " ".join(self.cells.get(column, "").split())

    def is_told(self, column: str) -> bool:
        """Whether the cell says anything."""
        return self.text(column).lower() not in BLANKS

    def number(self, column: str) -> str | None:
        """A plain decimal; None when blank or, with an error noted, when it is no number."""
        return self._number(column, "BAD_AMOUNT")

    def _number(self, column: str, code: str) -> str | None:
        cell = self.text(column)
        if not self.is_told(column):
            return None
        plain = plain_number(cell)
        if plain is not None:
            return plain
        currency = foreign_currency(cell)
        if currency:
            self.findings.error(
                self.line,
                column,
                "FOREIGN_CURRENCY",
                f"{quoted(cell)} is in {currency}; only US dollars are booked.",
                "Convert the transaction at its day's rate and import it as a canonical row.",
            )
        else:
            self._wrong(column, code, "is no number")
        return None

    def cents(self, column: str) -> int | None:
        """Signed cents; None when blank or, with an error noted, when they cannot be read."""
        return self._scaled(column, 2, "BAD_AMOUNT", "is not in whole cents")

    def shares(self, column: str) -> int | None:
        """Signed 1e-8 shares; None when blank or, with an error noted, unreadable."""
        return self._scaled(column, 8, "BAD_QUANTITY", "has more than eight decimals")

    def day(self, column: str) -> date | None:
        """A date; None when blank or, with an error noted, when there is no such day."""
        cell = self.text(column)
        if not self.is_told(column):
            return None
        found = self.day_of(cell)
        if found is None:
            self.findings.error(
                self.line,
                column,
                "BAD_DATE",
                f"{quoted(cell)} is no date of the form {self.day_form}.",
                "Download the file again and import it as it is.",
            )
        return found

    def _scaled(self, column: str, places: int, code: str, fault: str) -> int | None:
        plain = self._number(column, code)
        if plain is None:
            return None
        value = scaled(plain, places)
        if value is None:
            self._wrong(column, code, fault)
        elif abs(value) >= LIMIT:
            self._wrong(column, code, "is too large")
            return None
        return value

    def _wrong(self, column: str, code: str, fault: str) -> None:
        self.findings.error(
            self.line,
            column,
            code,
            f"{quoted(self.text(column))} {fault}.",
            "Download the file again and import it as it is.",
        )
