"""Form 6781, Part I: section 1256 contracts marked to market, as one return files them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from taxlots.book.form_8949_totals import whole_dollars
from taxlots.book.section_1256 import ContractYear
from taxlots.law.s1256_contracts import long_term_part

TEXTS: Final[Mapping[str, str]] = {
    "1": "Identification of account",
    "2": "Totals of line 1, columns (b) and (c)",
    "3": "Net gain or loss: line 2, columns (b) and (c)",
    "4": "Form 1099-B adjustments",
    "5": "Lines 3 and 4",
    "6": "Net section 1256 contracts loss to be carried back, if elected (box D)",
    "7": "Lines 5 and 6",
    "8": "Short-term: 40 percent of line 7, to Schedule D line 4",
    "9": "Long-term: 60 percent of line 7, to Schedule D line 11",
}
"""The lines of Part I."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Form6781Row:
    """One account on line 1: its aggregate profit (box 11), in column (b) as a loss or in (c)."""

    account: str
    loss_cents: int
    gain_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Form6781:
    """Part I of one return and year, in cents.

    ``lines`` are amounts by line: ``2b`` and ``2c``, then ``3`` to ``9``.  Line 6 is 0: no election
    is made here; ``may_carry_back`` says that there is a net loss, which may be carried back three
    years against gains on such contracts (26 USC 1212(c)).
    """

    tax_return: str
    year: int
    rows: tuple[Form6781Row, ...]
    lines: dict[str, int]
    may_carry_back: bool


def form_6781(
    years: Iterable[ContractYear], tax_return: str, year: int, *, in_dollars: bool = False
) -> Form6781 | None:
    """Part I of a return and year; None where it has no section 1256 contracts.

    ``years`` are rows of the book of section 1256; those without a price have no part in it.
    Losses on other securities that joined the basis of contracts (26 USC 1091(d)), which no Form
    1099-B knows, are on line 4.  Line 9 is 60 percent of line 7, rounded half up; line 8 the rest.
    """
    mine = [y for y in years if y.account.tax_return == tax_return and y.year == year]
    totals: dict[str, int] = {}
    for row in mine:
        known = totals.get(row.account.id, 0)
        totals[row.account.id] = known + (row.aggregate_cents or 0)
    if not totals:
        return None
    shown = whole_dollars if in_dollars else int
    nets = {account: shown(cents) for account, cents in totals.items()}
    rows = tuple(
        Form6781Row(account=account, loss_cents=min(0, net), gain_cents=max(0, net))
        for account, net in nets.items()
    )
    adjustments = shown(-sum(row.wash_cents for row in mine if row.aggregate_cents is not None))
    net = sum(nets.values())
    taxed = net + adjustments
    long_cents = shown(long_term_part(taxed))
    lines = {
        "2b": sum(row.loss_cents for row in rows),
        "2c": sum(row.gain_cents for row in rows),
        "3": net,
        "4": adjustments,
        "5": taxed,
        "6": 0,
        "7": taxed,
        "8": taxed - long_cents,
        "9": long_cents,
    }
    return Form6781(
        tax_return=tax_return, year=year, rows=rows, lines=lines, may_carry_back=taxed < 0
    )
