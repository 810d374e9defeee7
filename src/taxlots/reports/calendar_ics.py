"""A calendar of switch-backs as an iCalendar file (RFC 5545)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Final

LINE_OCTETS: Final = 75
"""Longer lines are folded (RFC 5545, 3.1)."""

ESCAPES: Final = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"})

Row = Mapping[str, str]


def switch_back_calendar(rows: Sequence[Row], *, name: str, stamp: datetime) -> str:
    """An all-day event for each row of ``switch_back.csv``, on the day of its recommendation.

    ``stamp`` (UTC) is when the rows were made; the same rows and stamp give the same bytes.  An
    event keeps its UID when its day moves, so that calendars move it too.
    """
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//taxlots//switch-back//EN",
        "CALSCALE:GREGORIAN",
        f"X-WR-CALNAME:{_text(name)}",
    ]
    for row in rows:
        lines += _event(row, stamp)
    lines.append("END:VCALENDAR")
    return "".join(f"{part}\r\n" for line in lines for part in _folded(line))


def _event(row: Row, stamp: datetime) -> Iterable[str]:
    day = date.fromisoformat(row.get("date") or row["first_date"])
    what = row.get("recommended") or "look"
    verb = {"return": "Switch back to", "keep": "Keep the proxy of"}.get(what, "Look again at")
    keys = ("household", "account", "symbol", "sold_date", "replacement", "replacement_order_id")
    sold, proxy = row["symbol"], row["replacement"]
    told = "\n".join(
        (
            f"{row['sold_quantity']} {sold} were sold in {row['account']} on {row['sold_date']};",
            f"{row['replacement_quantity']} {proxy} stand in for them.",
            f"Buying {sold} back disallows nothing from {row['first_date']} on.",
            f"A gain on {proxy} is long-term from {row['replacement_long_term_from']} on.",
            f"Policy: {row['policy']}.",
        )
    )
    title = f"{verb} {sold} in {row['account']}"
    uid = sha256("\0".join(row.get(key, "") for key in keys).encode()).hexdigest()[:32]
    return (
        "BEGIN:VEVENT",
        f"UID:{uid}@taxlots",
        f"DTSTAMP:{stamp:%Y%m%dT%H%M%SZ}",
        f"DTSTART;VALUE=DATE:{day:%Y%m%d}",
        f"DTEND;VALUE=DATE:{day + timedelta(days=1):%Y%m%d}",
        f"SUMMARY:{_text(title)}",
        f"DESCRIPTION:{_text(told)}",
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
    )


def _text(text: str) -> str:
    """A value of type TEXT (RFC 5545, 3.3.11)."""
    return text.replace("\r", "").translate(ESCAPES)


def _folded(line: str) -> Iterable[str]:
    """A line in parts of at most 75 octets; no character is cut."""
    part, size = "", 0
    for character in line:
        octets = len(character.encode())
        if size + octets > LINE_OCTETS:
            yield part
            part, size = " ", 1
        part += character
        size += octets
    yield part
