"""Cells that no spreadsheet takes for a formula."""

import re
from typing import Final

STARTS: Final = ("=", "+", "-", "@", "\t", "\r")
NUMBER: Final = re.compile(r"-?[0-9]+(\.[0-9]+)?", re.ASCII)


def inert(cell: str) -> str:
    """The cell, with an apostrophe before it if a spreadsheet would run it.

    Negative numbers stay numbers.  Only reports are made inert; interchange files hold what they
    hold (OWASP, "CSV Injection").
    """
    if cell.startswith(STARTS) and not NUMBER.fullmatch(cell):
        return f"'{cell}"
    return cell
