"""How Schwab writes the dates of a transaction, the day of a title, and options."""

import re
from datetime import date
from typing import Final

from taxlots.brokers.cells import calendar_day, occ_name

_DAY = r"(\d{1,2})/(\d{1,2})/(\d{4})"
_DATE_AS_OF = re.compile(rf"{_DAY}(?: as of {_DAY})?", re.ASCII | re.IGNORECASE)
_STAMP = re.compile(
    rf"{_DAY}|(\d{{4}})/(\d{{2}})/(\d{{2}})"
    r"|(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\s+(\d{1,2})\b.*?\b(\d{4})\b",
    re.ASCII,
)
_MONTHS: Final = "JanFebMarAprMayJunJulAugSepOctNovDec"
_OPTION = re.compile(r"(\S+)\s+(\d{2})/(\d{2})/(\d{4})\s+(\d+(?:\.\d+)?)\s+([CP])", re.ASCII)


def posted_and_effective(cell: str) -> tuple[date, date] | None:
    """The two dates of a transaction: when Schwab entered it, and the day as of which it counts.

    ``10/16/2020 as of 10/15/2020`` was entered on the 16th and took place on the 15th; a lone
    date is both.
    """
    found = _DATE_AS_OF.fullmatch(" ".join(cell.split()))
    if not found:
        return None
    posted = calendar_day(found[3], found[1], found[2])
    effective = calendar_day(found[6], found[4], found[5]) if found[6] else posted
    return (posted, effective) if posted and effective else None


def stamp(text: str) -> date | None:
    """The first date in a title, in any of the forms that Schwab has used there."""
    found = _STAMP.search(text)
    if not found:
        return None
    if found[3]:
        return calendar_day(found[3], found[1], found[2])
    if found[4]:
        return calendar_day(found[4], found[5], found[6])
    return calendar_day(found[9], str(_MONTHS.index(found[7]) // 3 + 1), found[8])


def occ_symbol(symbol: str) -> str:
    """``SPY 03/31/2020 284.00 P`` as ``SPY200331P00284000``; blank when it is no option."""
    found = _OPTION.fullmatch(symbol)
    expiry = calendar_day(found[4], found[2], found[3]) if found else None
    return occ_name(found[1], expiry, found[6], found[5]) if found and expiry else ""
