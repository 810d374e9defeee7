"""Amounts and days as the files of a return have them."""

from __future__ import annotations

from datetime import date
from typing import Final

from taxlots.domain.money import dollars

ISO_LENGTH: Final = len("2025-12-31")
WHOLE: Final = ".00"


def amount(cents: int | None, *, is_whole_dollars: bool = False) -> str:
    """Dollars and cents, or whole dollars without decimals; blank where there is no amount."""
    if cents is None:
        return ""
    if not is_whole_dollars:
        return dollars(cents)
    return dollars(cents).removesuffix(WHOLE)


def us_day(text: str) -> str:
    """``mm/dd/yyyy`` of an ISO date; a word such as VARIOUS stays."""
    if not is_day(text):
        return text
    return date.fromisoformat(text).strftime("%m/%d/%Y")


def is_day(text: str) -> bool:
    """Whether a cell of column (b) or (c) is a day and no word."""
    return len(text) == ISO_LENGTH and text[:1].isdigit()
