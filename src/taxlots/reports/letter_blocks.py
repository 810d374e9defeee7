"""The blocks that letters to clients are set from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, Final

from taxlots.reports.pdf_8949 import on_lines, shown

MONTHS: Final = (
    *("Jan", "Feb", "Mar", "Apr", "May", "Jun"),
    *("Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
)

Block = dict[str, Any]
Column = tuple[str, int, bool]
"""A column of a table: its name, its width in points (0 takes what is left), to the right."""


def day_text(day: date | None) -> str:
    """A day as a letter has it: ``Jan 31, 2021``."""
    return "" if day is None else f"{MONTHS[day.month - 1]} {day.day}, {day.year}"


def joined(names: Sequence[str]) -> str:
    """Names as a sentence has them: ``a, b and c``."""
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


def counted(count: int, one: str, many: str = "") -> str:
    """How many there are: ``1 lot``, ``2 lots``."""
    return f"{count} {one if count == 1 else many or f'{one}s'}"


def heading(words: str) -> Block:
    """A heading."""
    return {"heading": words}


def text(words: str) -> Block:
    """A paragraph."""
    return {"text": on_lines(words)}


def items(found: Iterator[str] | Sequence[str]) -> Block:
    """A list of sentences."""
    return {"items": [on_lines(item) for item in found]}


def table(
    columns: Sequence[Column], rows: Sequence[tuple[str, ...]], total: tuple[str, ...] = ()
) -> Block:
    """A table, with a last line of totals if there is one."""
    return {
        "columns": [
            {"name": name, "width": width, "right": right} for name, width, right in columns
        ],
        "rows": [[shown(cell) for cell in row] for row in rows],
        "total": list(total),
    }
