"""How Schwab writes dates, dollars, shares and options.  Exact: no float is ever made."""

import re
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
_DAY = r"(\d{1,2})/(\d{1,2})/(\d{4})"
_DATE = re.compile(rf"{_DAY}(?: \d{{1,2}}:\d{{2}}(?::\d{{2}})?(?: [AP]M)?)?", re.ASCII)
_DATE_AS_OF = re.compile(rf"{_DAY}(?: as of {_DAY})?", re.ASCII | re.IGNORECASE)
_STAMP = re.compile(
    rf"{_DAY}|(\d{{4}})/(\d{{2}})/(\d{{2}})"
    r"|(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\s+(\d{1,2})\b.*?\b(\d{4})\b",
    re.ASCII,
)
_MONTHS: Final = "JanFebMarAprMayJunJulAugSepOctNovDec"
_OPTION = re.compile(r"(\S+)\s+(\d{2})/(\d{2})/(\d{4})\s+(\d+(?:\.\d+)?)\s+([CP])", re.ASCII)
_CUSIP = re.compile(r"[0-9A-Z]{8}[0-9]")
_LONGEST: Final = 24
_FIRST_YEAR: Final = 1900


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


def day(cell: str) -> date | None:
    """``MM/DD/YYYY``, with or without a time of day after it."""
    found = _DATE.fullmatch(" ".join(cell.split()))
    return _date(found[3], found[1], found[2]) if found else None


def posted_and_effective(cell: str) -> tuple[date, date] | None:
    """The two dates of a transaction: when Schwab entered it, and the day as of which it counts.

    ``10/16/2020 as of 10/15/2020`` was entered on the 16th and took place on the 15th; a lone
    date is both.
    """
    found = _DATE_AS_OF.fullmatch(" ".join(cell.split()))
    if not found:
        return None
    posted = _date(found[3], found[1], found[2])
    effective = _date(found[6], found[4], found[5]) if found[6] else posted
    return (posted, effective) if posted and effective else None


def stamp(text: str) -> date | None:
    """The first date in a title, in any of the forms that Schwab has used there."""
    found = _STAMP.search(text)
    if not found:
        return None
    if found[3]:
        return _date(found[3], found[1], found[2])
    if found[4]:
        return _date(found[4], found[5], found[6])
    return _date(found[9], str(_MONTHS.index(found[7]) // 3 + 1), found[8])


def occ_symbol(symbol: str) -> str:
    """``SPY 03/31/2020 284.00 P`` as ``SPY200331P00284000``; blank when it is no option.

    The form is the Options Clearing Corporation's, without its padding.
    """
    found = _OPTION.fullmatch(symbol)
    strike = scaled(found[5], 3) if found else None
    if not found or strike is None or not _date(found[4], found[2], found[3]):
        return ""
    root = re.sub(r"[^0-9A-Z]", "", found[1])
    return f"{root}{found[4][2:]}{found[2]}{found[3]}{found[6]}{strike:08d}"


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
    """Reads the cells of one row; what is wrong with a cell goes to ``findings``, once each."""

    line: int
    cells: dict[str, str]
    findings: Findings

    def text(self, column: str) -> str:
        """A cell with its spaces reduced; blank if there is none."""
        return " ".join(self.cells.get(column, "").split())

    def is_told(self, column: str) -> bool:
        """Whether the cell says anything."""
        return self.text(column).lower() not in BLANKS

    def number(self, column: str) -> str | None:
        """A plain decimal; None when blank or, with an error noted, when it is no number."""
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
            self._wrong(column, cell, "is no number")
        return None

    def cents(self, column: str) -> int | None:
        """Signed cents; None when blank or, with an error noted, when they cannot be read."""
        return self._scaled(column, 2, "is not in whole cents")

    def shares(self, column: str) -> int | None:
        """Signed 1e-8 shares; None when blank or, with an error noted, unreadable."""
        return self._scaled(column, 8, "has more than eight decimals")

    def day(self, column: str) -> date | None:
        """A date; None when blank or, with an error noted, when there is no such day."""
        cell = self.text(column)
        if not self.is_told(column):
            return None
        found = day(cell)
        if found is None:
            self.findings.error(
                self.line,
                column,
                "BAD_DATE",
                f"{quoted(cell)} is no date of the form MM/DD/YYYY.",
                "Download the file again and import it as it is.",
            )
        return found

    def _scaled(self, column: str, places: int, fault: str) -> int | None:
        plain = self.number(column)
        if plain is None:
            return None
        value = scaled(plain, places)
        if value is None:
            self._wrong(column, self.text(column), fault)
        elif abs(value) >= LIMIT:
            self._wrong(column, self.text(column), "is too large")
            return None
        return value

    def _wrong(self, column: str, cell: str, fault: str) -> None:
        self.findings.error(
            self.line,
            column,
            "BAD_QUANTITY" if column == "Quantity" else "BAD_AMOUNT",
            f"{quoted(cell)} {fault}.",
            "Download the file again and import it as it is.",
        )


def _date(year: str, month: str, of_month: str) -> date | None:
    try:
        found = date(int(year), int(month), int(of_month))
    except ValueError:
        return None
    return found if found.year >= _FIRST_YEAR else None
