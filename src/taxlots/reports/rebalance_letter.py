"""The letter to a client about a rebalance: what was sold and bought, what that costs in tax."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from taxlots.domain.harvest_run import RunKind
from taxlots.domain.money import dollars, shares
from taxlots.reports.letter_blocks import (
    Block,
    counted,
    day_text,
    heading,
    items,
    joined,
    table,
    text,
)
from taxlots.reports.letter_page import (
    LAYOUT,
    NOT_LOOKED_AT,
    LetterSale,
    RunLetter,
    disallowed_told,
    final_told,
    named,
    ordered_told,
    page,
    restriction_blocks,
    rests_on,
    sales_table,
    when,
)
from taxlots.reports.typesetting import set_by


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterTrade:
    """What is bought, or sold untaxed, in cents: executed on ``day``, ordered where it is None."""

    account: str
    symbol: str
    quantity: int
    cents: int
    day: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterClass:
    """A class of the plan, with weights in percent as text."""

    name: str
    target: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterTax:
    """What the plan reckons for a year's sales of a tax return, in cents.

    None where nobody can say.
    """

    tax_return: str
    year: int
    now_cents: int | None
    later_cents: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RebalanceLetter(RunLetter):
    """Everything that the letter says.

    ``untaxed`` are sales in tax-deferred accounts, ``covers`` and ``shorted`` what is done with
    short positions, ``left_out`` trades of the plan that nobody signed, ``untraded`` those that
    none of its sessions takes; ``contracts`` are those of futures, swaps and forwards.
    ``last_session`` is the last day of trades that go over several, else None.
    """

    kind: ClassVar[RunKind] = RunKind.REBALANCE

    classes: tuple[LetterClass, ...]
    untaxed: tuple[LetterTrade, ...]
    purchases: tuple[LetterTrade, ...]
    left_out: tuple[str, ...]
    taxes: tuple[LetterTax, ...]
    covers: tuple[LetterSale, ...] = ()
    shorted: tuple[LetterTrade, ...] = ()
    untraded: tuple[str, ...] = ()
    contracts: tuple[str, ...] = ()
    last_session: date | None = None

    @property
    def sold(self) -> tuple[LetterSale | LetterTrade, ...]:
        """All that is sold."""
        return (*self.sales, *self.untaxed)

    @property
    def realized(self) -> tuple[LetterSale, ...]:
        """The taxed sales, and what is covered."""
        return (*self.sales, *self.covers)

    @property
    def days(self) -> tuple[date | None, ...]:
        """When each part is executed; None where it is ordered."""
        moved = (*self.sold, *self.purchases, *self.covers, *self.shorted)
        return tuple(one.day for one in moved)

    @property
    def is_waiting(self) -> bool:
        """Whether anything is ordered and not executed yet."""
        return None in self.days


def rebalance_letter_pdf(letter: RebalanceLetter) -> bytes:
    """The letter as PDF; the same letter gives the same bytes on any machine."""
    return set_by(LAYOUT, rebalance_letter_pages(letter))


def rebalance_letter_pages(letter: RebalanceLetter) -> dict[str, Any]:
    """What the layout reads: text and tables in their order, nothing of it markup."""
    return page(letter, f"Rebalanced on {day_text(letter.traded)}", _blocks(letter))


def _blocks(letter: RebalanceLetter) -> Iterator[Block]:
    yield text(_opening(letter))
    yield heading("Where the household stood, and where the plan takes it")
    yield _classes(letter)
    yield heading("What is sold")
    yield from _sales(letter)
    yield heading("What is bought")
    yield from _purchases(letter)
    if letter.covers or letter.shorted:
        yield heading("What is done with short positions")
        yield from _shorts(letter)
    if letter.contracts:
        yield heading("What is done with contracts")
        yield text(
            "Contracts move exposure and sell nothing that you hold. They tie up cash as margin,"
            " and their gains and losses come beside those of your holdings."
        )
        yield items(list(letter.contracts))
    yield heading("What it means for taxes")
    yield from map(text, _taxes(letter))
    yield heading("What must not be done")
    yield from restriction_blocks(letter)
    yield heading("What is not known")
    yield items(_unknown(letter))
    yield heading("What this rests on")
    yield text(rests_on(letter))


def _opening(letter: RebalanceLetter) -> str:
    sold = len({(one.account, one.symbol) for one in letter.sold})
    bought = len({(one.account, one.symbol) for one in letter.purchases})
    short = {one.symbol for one in letter.covers} | {one.symbol for one in letter.shorted}
    owed = f"Short positions change in {joined(sorted(short))}. " if short else ""
    if not letter.is_waiting:
        state = "All of it is executed."
    elif any(letter.days):
        state = "A part of it is executed; the rest is ordered."
    else:
        state = "It is ordered and not executed yet."
    if letter.last_session is not None and letter.last_session > letter.planned:
        state += (
            f" What is large for its market goes over days, to {day_text(letter.last_session)}."
        )
    return (
        f"On {day_text(letter.planned)} we compared what your household holds with what it is to "
        "hold, over all its accounts together, and weighed the risk of being away from that "
        f"against taxes and costs. So {counted(sold, 'position')} are reduced or sold and "
        f"{counted(bought, 'position')} are bought or added to. {owed}{state}"
    ).replace("1 position are", "1 position is")


def _classes(letter: RebalanceLetter) -> Block:
    columns = (
        ("Class", 0, False),
        ("Target %", 66, True),
        ("Before %", 66, True),
        ("After %", 66, True),
    )
    return table(columns, [(c.name, c.target, c.before, c.after) for c in letter.classes])


def _sales(letter: RebalanceLetter) -> Iterator[Block]:
    if letter.sales:
        yield sales_table(letter.sales, letter.names)
        yield text("An amount in parentheses is a loss.")
    if letter.untaxed:
        yield text("Sold in retirement accounts, where a sale is not taxed:")
        yield _amounts(letter, letter.untaxed, "Proceeds")
    if not letter.sales and not letter.untaxed:
        yield text("Nothing.")


def _purchases(letter: RebalanceLetter) -> Iterator[Block]:
    if letter.purchases:
        yield _amounts(letter, letter.purchases, "Cost")
    else:
        yield text("Nothing.")
    if letter.left_out:
        yield text(f"The plan also had, and nobody signed: {'; '.join(letter.left_out)}.")
    if letter.untraded:
        more = "; ".join(letter.untraded)
        yield text(f"The plan wants more, which does not fit into these days: {more}.")


def _shorts(letter: RebalanceLetter) -> Iterator[Block]:
    """What is bought back of what was sold short, and what is sold short."""
    if letter.covers:
        yield text("Shares that were borrowed and sold are bought and given back:")
        yield sales_table(letter.covers, letter.names, "Sold short", "Covered")
    if letter.shorted:
        yield text(
            "Borrowed shares are sold. They gain where the price falls, and lose without a limit"
            " where it rises; what they bring, and half of it beside, stays in the account:"
        )
        yield _amounts(letter, letter.shorted, "Proceeds")


def _amounts(letter: RebalanceLetter, found: tuple[LetterTrade, ...], name: str) -> Block:
    columns = (
        ("Security", 0, False),
        ("Account", 92, False),
        ("Shares", 60, True),
        (f"{name}, dollars", 86, True),
        ("Traded", 62, True),
    )
    rows = [
        (
            named(letter.names, one.symbol),
            one.account,
            shares(one.quantity),
            dollars(one.cents),
            when(one.day),
        )
        for one in found
    ]
    total = dollars(sum(one.cents for one in found))
    return table(columns, rows, ("Total", "", "", total, ""))


def _taxes(letter: RebalanceLetter) -> Iterator[str]:
    for one in letter.taxes:
        whose = f"On the tax return {one.tax_return}"
        if one.now_cents is None or one.later_cents is None:
            yield (
                f"{whose} no tax is stated in dollars: the book has neither its income nor its "
                f"rates for {one.year}. With them it can be."
            )
            continue
        yield (
            f"{whose} the plan estimates {_tax(one.now_cents)} for {one.year} from "
            f"these sales, and {_tax(one.later_cents)} in later years, as of today's rates."
        )
    yield from disallowed_told(letter)
    yield from ordered_told(letter)
    if not letter.taxes:
        yield "Nothing is sold where a sale is taxed."


def _tax(cents: int) -> str:
    return f"{dollars(abs(cents))} dollars {'less' if cents < 0 else 'of'} tax"


def _unknown(letter: RebalanceLetter) -> Iterator[str]:
    yield NOT_LOOKED_AT
    yield from letter.unknown
    if any((sale.gain_cents or 0) < 0 for sale in letter.sales):
        yield final_told(letter)
    yield "Weights and taxes are those of the plan; markets move them before and after the trades."
