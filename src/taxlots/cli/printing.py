"""Results on standard output: JSON, rich on a terminal, plain where it is piped."""

from __future__ import annotations

import json
import sys
from typing import Any, Final

from taxlots.reports.terminal import Listing, plain_text, rich_table

WIDEST: Final = 10_000
"""Columns that no terminal has: the width that a table would like to have."""


def print_json(value: Any) -> None:
    """A value as JSON."""
    print(json.dumps(value, indent=2, ensure_ascii=False))


def print_listings(*listings: Listing) -> None:
    """Listings one below the other; plain where a terminal is too narrow for a table."""
    if sys.stdout.isatty():
        from rich.console import Console
        from rich.measure import Measurement

        console = Console()
        unbound = console.options.update(max_width=WIDEST)
        for listing in listings:
            table = rich_table(listing)
            if listing.rows and Measurement.get(console, unbound, table).maximum <= console.width:
                console.print(table)
            else:
                print(plain_text(listing), end="\n\n")
        return
    print("\n\n".join(map(plain_text, listings)))


def counted(number: int, noun: str, plural: str = "") -> str:
    """``1 lot``, ``2 lots``, ``no lots``."""
    name = noun if number == 1 else plural or f"{noun}s"
    return f"{number or 'no'} {name}"
