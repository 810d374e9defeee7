"""Results on standard output: JSON, rich on a terminal, plain where it is piped."""

from __future__ import annotations

import json
import sys
from typing import Any

from taxlots.reports.terminal import Listing, plain_text, rich_table


def print_json(value: Any) -> None:
    """A value as JSON."""
    print(json.dumps(value, indent=2, ensure_ascii=False))


def print_listings(*listings: Listing) -> None:
    """Listings one below the other."""
    if sys.stdout.isatty():
        from rich.console import Console

        console = Console()
        for listing in listings:
            console.print(rich_table(listing))
        return
    print("\n\n".join(map(plain_text, listings)))


def counted(number: int, noun: str, plural: str = "") -> str:
    """``1 lot``, ``2 lots``, ``no lots``."""
    name = noun if number == 1 else plural or f"{noun}s"
    return f"{number or 'no'} {name}"
