"""Figures of estimates as text, and tables of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from taxlots.reports.terminal import Column, Listing

HALF_CENT: Final = 0.005


def listing(
    title: str,
    columns: Mapping[str, str],
    rows: Sequence[Mapping[str, str]],
    texts: frozenset[str] = frozenset(),
    when_empty: str = "none",
) -> Listing:
    """A table whose columns are numbers but for ``texts``; ``columns`` maps keys to headings."""
    heads = tuple(Column(key, heading, key not in texts) for key, heading in columns.items())
    return Listing(title, heads, rows, when_empty)


def money(dollars: float) -> str:
    """Dollars of an estimate as text with two decimals; a zero has no sign."""
    return "0.00" if abs(dollars) < HALF_CENT else f"{dollars:.2f}"


def figure(number: float | None, places: int = 4) -> str:
    """A figure of an estimate as text; blank where it is not known, a zero without sign."""
    if number is None:
        return ""
    text = f"{number:.{places}f}"
    return text.lstrip("-") if float(text) == 0 else text
