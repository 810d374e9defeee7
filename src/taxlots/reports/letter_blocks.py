"""The blocks that letters to clients are set from, and what every letter says of restrictions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterRestriction:
    """What accounts must leave alone until a day."""

    symbols: tuple[str, ...]
    until: date
    accounts: tuple[str, ...]
    is_everywhere: bool
    is_advice: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterRestrictions:
    """What must not be done.  ``accounts`` are those of the household, as a letter names them.

    ``ordered_on`` is the day that orders which still wait are taken to be traded on; None where
    none waits.
    """

    not_to_buy: tuple[LetterRestriction, ...]
    not_to_sell: tuple[LetterRestriction, ...]
    notes: tuple[str, ...]
    accounts: tuple[str, ...]
    ordered_on: date | None


def day_text(day: date | None) -> str:
    """A day as a letter has it: ``Jan 31, 2021``."""
    return "" if day is None else f"{MONTHS[day.month - 1]} {day.day}, {day.year}"


def restriction_blocks(told: LetterRestrictions) -> Iterator[Block]:
    """What must not be bought, and not sold at a loss, before which day."""
    if told.ordered_on is not None:
        yield text(
            f"The days below count as if what is ordered were traded on {day_text(told.ordered_on)}"
            "; a trade on a later day moves them along."
        )
    if told.not_to_buy:
        yield text(
            "Do not buy the following before the day beside it: not by an order, not by "
            "reinvested dividends or a savings plan, and no options to buy it. This holds in "
            f"every account of the household, which we know as {joined(told.accounts)}, and as "
            "well in those that we do not see: a spouse's, an IRA, a 401(k) or another retirement "
            "plan, wherever they are. A purchase defers the loss; one in an IRA loses it for good "
            "(26 USC 1091; Rev. Rul. 2008-5)."
        )
        yield _restricted("Do not buy", told.not_to_buy)
    if told.not_to_sell:
        yield text(
            "Do not sell the following at a loss before the day beside it, because shares of it, "
            "or of what counts as identical, were or are being bought:"
        )
        yield _restricted("Do not sell at a loss", told.not_to_sell)
    if told.notes:
        yield items(told.notes)
    if not told.not_to_buy and not told.not_to_sell:
        yield text("Nothing is restricted.")


def _restricted(name: str, found: Sequence[LetterRestriction]) -> Block:
    columns = ((name, 170, False), ("Before", 66, True), ("Accounts", 0, False))
    rows = []
    for one in found:
        where = "every account" if one.is_everywhere else ", ".join(one.accounts)
        advice = " (advised)" if one.is_advice else ""
        rows.append((", ".join(one.symbols) + advice, day_text(one.until), where))
    return table(columns, rows)


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
