"""The letter to a client about a harvest: what was sold and why, and what not to do meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from taxlots.domain.harvest_run import RunKind
from taxlots.domain.money import shares
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
    RunLetter,
    disallowed_told,
    final_told,
    named,
    ordered_told,
    page,
    restriction_blocks,
    rests_on,
    sales_table,
)
from taxlots.reports.money_texts import accounted
from taxlots.reports.typesetting import set_by


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterPurchase:
    """What is bought instead, and when it may be switched back; ``advice`` as in the plan."""

    account: str
    symbol: str
    quantity: int
    instead_of: str
    first_day: date | None
    advice: str
    look_day: date | None
    is_executed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterSaving:
    """What the plan expects the losses to save, in cents; None where nobody can say.

    ``unrated`` names the tax returns of which neither rates nor income are known.
    """

    saved_cents: int | None
    carried_cents: int | None
    later_tax_cents: int | None
    unrated: tuple[str, ...]
    is_partial: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientLetter(RunLetter):
    """Everything that the letter says."""

    kind: ClassVar[RunKind] = RunKind.HARVEST

    purchases: tuple[LetterPurchase, ...]
    kept_in_cash: tuple[str, ...]
    policies: tuple[str, ...]
    saving: LetterSaving


def letter_pdf(letter: ClientLetter) -> bytes:
    """The letter as PDF; the same letter gives the same bytes on any machine."""
    return set_by(LAYOUT, letter_pages(letter))


def letter_pages(letter: ClientLetter) -> dict[str, Any]:
    """What the layout reads: text and tables in their order, nothing of it markup."""
    return page(letter, f"Losses harvested for tax year {letter.planned.year}", _blocks(letter))


def _blocks(letter: ClientLetter) -> Iterator[Block]:
    yield text(_opening(letter))
    yield heading("What is sold")
    yield sales_table(letter.sales, letter.names)
    yield from map(text, _about_sales(letter))
    yield heading("Why, and what it saves")
    yield from map(text, _why(letter))
    yield heading("What is held instead, and until when")
    yield from _instead(letter)
    yield heading("What must not be done")
    yield from restriction_blocks(letter)
    yield heading("What is not known")
    yield items(_unknown(letter))
    yield heading("What this rests on")
    yield text(rests_on(letter))


def _opening(letter: ClientLetter) -> str:
    waiting = len({sale.order for sale in letter.sales if sale.day is None})
    where = f"in account {letter.only_account}" if letter.only_account else "in your accounts"
    if not waiting:
        state = "They are sold."
    elif any(sale.day is not None for sale in letter.sales):
        done = letter.lots - waiting
        state = f"Sold: {done}; ordered, in whole or in part: {waiting}."
        if not done:
            state = "They are sold in part; the rest is ordered."
    else:
        state = "The sales are ordered and not executed yet."
    symbols = len({sale.symbol for sale in letter.sales})
    return (
        f"On {day_text(letter.planned)} we looked at every open lot {where} and chose to sell "
        f"{counted(letter.lots, 'lot')} of {counted(symbols, 'security', 'securities')}, "
        f"so that losses that stand only on paper count on the tax return. {state}"
    )


def _about_sales(letter: ClientLetter) -> Iterator[str]:
    by_term = {
        name: sum(s.gain_cents or 0 for s in letter.sales if s.term == term)
        for term, name in (("ST", "short-term"), ("LT", "long-term"))
    }
    told = " and ".join(f"{accounted(cents)} {name}" for name, cents in by_term.items() if cents)
    if told:
        yield f"Of the total, {told}. An amount in parentheses is a loss."
    yield from ordered_told(letter)
    yield from disallowed_told(letter)


def _why(letter: ClientLetter) -> Iterator[str]:
    yield (
        "Capital losses offset capital gains of the year, and beyond them a limited amount of "
        "other income; what is left is carried to later years (26 USC 1211, 1212)."
    )
    saving = letter.saving
    year = letter.planned.year
    if saving.saved_cents is not None:
        part = " of the lots that it could rate," if saving.is_partial else ""
        told = f"The plan estimates{part} about ${accounted(saving.saved_cents)} less tax "
        told += f"for {year}."
        if saving.carried_cents:
            told += f" ${accounted(saving.carried_cents)} of the loss is carried to later years."
        if saving.later_tax_cents:
            told += (
                " This is partly a delay: what is held instead cost less, so that selling it "
                f"later may cost tax again, today worth about ${accounted(saving.later_tax_cents)}."
            )
        yield told
    if saving.unrated:
        yield (
            f"No saving in dollars is stated for {joined(saving.unrated)}: the book has neither "
            f"the income nor the rates of that tax return for {year}. With them it can be."
        )


def _instead(letter: ClientLetter) -> Iterator[Block]:
    if letter.purchases:
        columns = (
            ("Held instead", 0, False),
            ("Account", 92, False),
            ("Shares", 50, True),
            ("In place of", 62, False),
            ("At least until", 66, True),
            ("Then", 112, False),
        )
        yield table(columns, [_purchase(letter, one) for one in letter.purchases])
        yield from map(text, letter.policies)
    for symbol in letter.kept_in_cash:
        yield text(f"What {symbol} brings stays in cash.")


def _purchase(letter: ClientLetter, one: LetterPurchase) -> tuple[str, ...]:
    then = {
        "return": f"switch back on {day_text(one.look_day)}",
        "wait": f"look again on {day_text(one.look_day)}",
        "keep": "keep it",
    }.get(one.advice, "ask us")
    bought = "" if one.is_executed else " (ordered)"
    return (
        f"{named(letter.names, one.symbol)}{bought}",
        one.account,
        shares(one.quantity),
        one.instead_of,
        day_text(one.first_day),
        then,
    )


def _unknown(letter: ClientLetter) -> Iterator[str]:
    yield NOT_LOOKED_AT
    yield from letter.unknown
    yield final_told(letter)
    yield (
        "Form 1099-B of your custodian may show other figures, because it looks at one account "
        "and one security number at a time."
    )
