"""How Fidelity writes days, securities and what stands in the text of an action."""

import re
from datetime import date
from typing import Final

from taxlots.brokers.cells import calendar_day, is_cusip, occ_name, us_day

_DASHED = re.compile(r"(\d{1,2})-(\d{1,2})-(\d{4}|\d{2})", re.ASCII)
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)
_NAMED = re.compile(
    r"(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)-(\d{1,2})-(\d{4})",
    re.ASCII | re.IGNORECASE,
)
_MONTHS: Final = "janfebmaraprmayjunjulaugsepoctnovdec"
_AS_OF = re.compile(r"\bas of\s+(\S*\d\S*)", re.IGNORECASE)
_OPTION = re.compile(r"-?([A-Z]+\d?)(\d{2})(\d{2})(\d{2})([CP])(\d+(?:\.\d+)?)", re.ASCII)
_IN_TEXT = re.compile(r"\(([A-Z0-9.]{1,9})\) \((?:Cash|Margin|Short|Shares)\)$", re.ASCII)
_REORGANIZATION = re.compile(r"#REOR\s*([0-9A-Z]{6,})", re.ASCII)
_WITH_CUSIP = re.compile(r"(.+?)\s*\(([0-9A-Z]{8,9})\)")
_CENTURY: Final = "20"


def run_day(cell: str) -> date | None:
    """``MM/DD/YYYY``, as histories wrote it until mid-2026, or ``MM-DD-YYYY``, as since then."""
    found = _DASHED.fullmatch(cell.strip())
    if found and len(found[3]) == len("YYYY"):
        return calendar_day(found[3], found[1], found[2])
    return us_day(cell)


def effective_day(action: str, posted: date) -> date | None:
    """The day after "as of" in an action's text, else ``posted``; None if it is unreadable.

    Seen: ``01/08/2021``, ``12-31-20``, ``Jun-08-2026`` and ``2026-07-10``.
    """
    found = _AS_OF.search(action)
    return _any_day(found[1].rstrip(".,;")) if found else posted


def security_symbol(cell: str) -> str:
    """A symbol as the book has it: options (``-XLU260710P44.5``) in OCC form."""
    symbol = cell.strip().upper()
    found = _OPTION.fullmatch(symbol)
    if found is None:
        return symbol
    expiry = calendar_day(_CENTURY + found[2], found[3], found[4])
    return (occ_name(found[1], expiry, found[5], found[6]) if expiry else "") or symbol


def is_option_symbol(cell: str) -> bool:
    """Whether a symbol cell names an option."""
    return security_symbol(cell) != cell.strip().upper()


def symbol_in(action: str) -> str:
    """The symbol or CUSIP in brackets at the end of an action's text; blank if none."""
    found = _IN_TEXT.search(" ".join(action.split()))
    return found[1] if found else ""


def reorganization(action: str) -> str:
    """What the rows of one reorganization have in common: its number without the last digit."""
    found = _REORGANIZATION.search(action)
    return found[1][:-1] if found else ""


def symbol_and_cusip(cell: str) -> tuple[str, str]:
    """``ALFA(037833100)`` as its two parts; the CUSIP is blank where it is none."""
    found = _WITH_CUSIP.fullmatch(cell.strip())
    if found is None:
        return cell.strip(), ""
    return found[1], found[2] if is_cusip(found[2]) else ""


def _any_day(text: str) -> date | None:
    found = _ISO.fullmatch(text)
    if found:
        return calendar_day(found[1], found[2], found[3])
    found = _NAMED.fullmatch(text)
    if found:
        month = str(_MONTHS.index(found[1].lower()) // 3 + 1)
        return calendar_day(found[3], month, found[2])
    found = _DASHED.fullmatch(text)
    if found:
        year = found[3] if len(found[3]) == len("YYYY") else _CENTURY + found[3]
        return calendar_day(year, found[1], found[2])
    return us_day(text)
