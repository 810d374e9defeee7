"""What letters of harvests and of rebalances have alike: their page, and the lots that are sold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from taxlots.domain.money import shares
from taxlots.reports.letter_blocks import Block, day_text, table
from taxlots.reports.money_texts import accounted
from taxlots.reports.pdf_8949 import shown

LAYOUT: Final = "letter.typ"


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterSale:
    """What is sold of one lot: executed on ``day``, or ordered where that is None.

    ``order`` is the id of the order, ``gain_cents`` counts what section 1091 disallows back in;
    None is not estimated.
    """

    order: str
    account: str
    symbol: str
    quantity: int
    acquired: date | None
    term: str
    gain_cents: int | None
    disallowed_cents: int = 0
    day: date | None = None


def page(
    title: str, traded: date, foot: str, blocks: Iterable[Block], *, household: str, account: str
) -> dict[str, Any]:
    """What the layout reads: text and tables in their order, nothing of it markup.

    ``account`` is blank in a letter about all of the household's accounts.
    """
    return {
        "title": title,
        "day": [traded.year, traded.month, traded.day],
        "head": [
            shown(f"To the household {household}"),
            *([shown(f"Account {account}")] if account else []),
            day_text(traded),
        ],
        "foot": shown(foot),
        "blocks": list(blocks),
    }


def sales_table(sales: Sequence[LetterSale], names: Mapping[str, str]) -> Block:
    """A row for each lot that is sold, and their total; ``names`` are those of securities."""
    columns = (
        ("Security", 0, False),
        ("Account", 92, False),
        ("Shares", 50, True),
        ("Bought", 62, True),
        ("Term", 32, False),
        ("Gain or (loss)", 66, True),
        ("Sold", 62, True),
    )
    rows = [
        (
            named(names, sale.symbol),
            sale.account,
            shares(sale.quantity),
            day_text(sale.acquired),
            {"ST": "short", "LT": "long"}.get(sale.term, sale.term),
            "not reckoned" if sale.gain_cents is None else accounted(sale.gain_cents),
            when(sale.day),
        )
        for sale in sales
    ]
    total = sum(sale.gain_cents or 0 for sale in sales)
    return table(columns, rows, ("Total", "", "", "", "", accounted(total), ""))


def when(day: date | None) -> str:
    """When a trade was executed."""
    return "ordered" if day is None else day_text(day)


def named(names: Mapping[str, str], symbol: str) -> str:
    """A symbol with the name of its security, where that is known."""
    name = names.get(symbol, "")
    return f"{symbol}, {name}" if name else symbol
