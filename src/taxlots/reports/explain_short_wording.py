"""Short sales in an explanation: what is owed, what closes it, what it does to what is held."""

from __future__ import annotations

from typing import Final

from taxlots.domain.money import dollars, shares
from taxlots.law.cites import authorities_of
from taxlots.law.s1091_wash_sale import window_end, window_start
from taxlots.law.s1233_short_sales import (
    backs_long_term,
    is_complete_when_opened,
    starts_anew,
)
from taxlots.law.s1259_constructive_sales import deemed_gain
from taxlots.reports.explain_wording import day
from taxlots.reports.explained import CitedRow, Shares, Step

SHORT_WASH: Final = "26 USC 1091(e)"
"""Losses on closing short sales."""

SHORT_GAIN: Final = "26 USC 1233(a)"
OPTION_GAIN: Final = "26 USC 1234(b)(1)"


def opened_short_step(
    rows: tuple[CitedRow, ...], owed: Shares, cents: int, backed: int, *, is_written: bool
) -> Step:
    """How a short lot came about; ``backed`` of its units stand against long-term property."""
    first = rows[0]
    said = "; ".join(row.said for row in rows)
    cites: tuple[str, ...] = (OPTION_GAIN,) if is_written else (SHORT_GAIN,)
    more = ""
    if backed:
        cites = (*cites, *authorities_of(backs_long_term))
        more = (
            f" {shares(backed)} of them stand against shares held long-term on that day: a loss "
            "on them is long-term."
        )
    return Step(
        name="opened",
        text=(
            f"Lot {first.id} opened by {first.action} in {first.account} on {first.day}: {said}; "
            f"{owed} owed, proceeds {dollars(cents)}.{more}"
        ),
        cites=cites,
        rows=rows,
        facts={
            "lot_id": first.id,
            "quantity": shares(owed.units),
            "proceeds": dollars(cents),
            "long_backed": shares(backed),
        },
    )


def closed_step(row: CitedRow, units: int, left: int, proceeds_left: int) -> Step:
    """Part of a short lot was closed."""
    rest = f"{shares(left)} with proceeds {dollars(proceeds_left)} are left"
    return Step(
        name="closed",
        text=f"{shares(units)} closed by {row.named}; {rest if left else 'nothing of it is left'}.",
        rows=(row,),
        facts={"quantity": shares(units)},
    )


def closing_step(rows: tuple[CitedRow, ...], owed: Shares, account: str, cents: int) -> Step:
    """What was closed, and what that cost."""
    first = rows[0]
    how = f"at a cost of {dollars(cents)}" if cents else "at no cost"
    return Step(
        name="sale",
        text=f"{first.named}: {owed} owed in {account} closed {how} ({first.said}).",
        cites=(SHORT_GAIN,) if first.action == "BUY_TO_COVER" else (OPTION_GAIN,),
        rows=rows,
        facts={"quantity": shares(owed.units), "cost": dollars(cents)},
    )


def delivery_step(rows: tuple[CitedRow, ...], owed: Shares, account: str) -> Step:
    """Held shares were delivered for what was owed."""
    return Step(
        name="sale",
        text=f"{rows[0].named}: {owed} held in {account} were delivered to close short sales.",
        cites=(SHORT_GAIN,),
        rows=rows,
        facts={"quantity": shares(owed.units)},
    )


def short_proceeds_step(
    units: int, proceeds: int, whole: tuple[int, int, int], short: CitedRow | None
) -> Step:
    """The proceeds of a short lot's part; ``whole``: units, cents, closed before."""
    whole_units, whole_cents, gone = whole
    lot = f" of short lot {short.id} ({short.day})" if short is not None else ""
    if gone == 0 and units == whole_units:
        how = "all that it brought"
    else:
        how = (
            f"the share of {dollars(whole_cents)} on {shares(whole_units)} that reaches from "
            f"{shares(gone)} to {shares(gone + units)}"
        )
    return Step(
        name="proceeds",
        text=f"Proceeds of {shares(units)}{lot}: {dollars(proceeds)}, {how}.",
        cites=(SHORT_GAIN,),
        rows=() if short is None else (short,),
        facts={"proceeds": dollars(proceeds)},
    )


def cover_cost_step(
    units: int, of_units: int, cost: int, of_cents: int, deferred: tuple[int, str]
) -> Step:
    """The cost of closing a part; ``deferred``: an earlier loss that joins it, and whose."""
    wash, source = deferred
    if units == of_units:
        how = f"all {dollars(cost)}"
    else:
        how = f"{dollars(cost)}, the share of {shares(units)} in {shares(of_units)}"
        how += f" for {dollars(of_cents)}"
    more = ""
    if wash:
        more = f"; with the deferred loss of {source}, {dollars(cost)} + {dollars(wash)}"
        more += f" = {dollars(cost + wash)}"
    return Step(
        name="basis",
        text=f"Cost of closing {shares(units)}: {how}{more}.",
        cites=(SHORT_GAIN, SHORT_WASH) if wash else (SHORT_GAIN,),
        facts={"cost_basis": dollars(cost + wash), "deferred": dollars(wash)},
    )


def delivered_cost_step(basis: int, wash: int, source: str) -> Step:
    """A short part's deferred loss that joins the basis of what is delivered for it."""
    return Step(
        name="basis",
        text=(
            f"With the deferred loss of {source} on the short sale: {dollars(basis)} + "
            f"{dollars(wash)} = {dollars(basis + wash)}."
        ),
        cites=(SHORT_WASH,),
        facts={"cost_basis": dollars(basis + wash), "deferred": dollars(wash)},
    )


def deferred_step(sale: CitedRow, loss_lot: str, disallowed: int, quantity: int) -> Step:
    """Part of a short lot took over the loss of an earlier short sale."""
    return Step(
        name="took_over_loss",
        text=(
            f"{shares(quantity)} of it replaced what {sale.id} ({sale.day}, lot {loss_lot}) "
            f"closed at a loss: {dollars(disallowed)} is deferred and joins the cost when it is "
            "closed. Its proceeds and day stay."
        ),
        cites=(SHORT_WASH,),
        rows=(sale,),
        facts={"sale_id": sale.id, "loss_lot_id": loss_lot, "disallowed": dollars(disallowed)},
    )


def short_window_step(closed: int) -> Step:
    """The days on which short sales count as replacement of a loss on closing."""
    first, last = day(window_start(closed)), day(window_end(closed))
    return Step(
        name="window",
        text=(
            f"Wash-sale window of a loss on closing: short sales from {first} through {last}, in "
            "any account of the household, of this or an identical security."
        ),
        cites=(SHORT_WASH,),
        facts={"window_start": first, "window_end": last},
    )


def dated_back_step(acquired: int, opened: int) -> Step:
    """A short sale closed with shares that were there when it was opened was complete then."""
    return Step(
        name="complete_when_opened",
        text=(
            f"The shares delivered were acquired on {day(acquired)}, and the short sale was "
            f"opened on {day(opened)}: for the wash-sale rule it was complete on that day."
        ),
        cites=authorities_of(is_complete_when_opened),
        facts={"complete_on": day(opened)},
    )


def short_term_step(closed: int, *, is_long: bool, is_written: bool) -> Step:
    """The term of what closing an open short lot gives."""
    if is_long:
        text = "Term: a loss, and long-term shares stood against the short sale: LT."
        cites = authorities_of(backs_long_term)
    elif is_written:
        text = f"Term: what a written option gives when it is closed ({day(closed)}) is ST."
        cites = (OPTION_GAIN,)
    else:
        text = f"Term: shares bought to close a short sale on {day(closed)} are not held: ST."
        cites = (SHORT_GAIN, *authorities_of(starts_anew))
    return Step(name="term", text=text, cites=cites, facts={"term": "LT" if is_long else "ST"})


def delivered_term_step(opened: int, since: int, *, is_long: bool, is_backed: bool) -> Step:
    """The term of a delivery: what the shares were on the day on which the short was opened."""
    term = "LT" if is_long else "ST"
    was = f"held since {day(since)}, the short sale opened on {day(opened)}"
    why = "the shares were long-term on that day" if is_long else "they were not long-term then"
    cites = authorities_of(starts_anew)
    if is_long and is_backed and starts_anew(since, opened):
        why = "a loss, and long-term shares stood against the short sale"
        cites = authorities_of(backs_long_term)
    return Step(name="term", text=f"Term: {was}; {why}: {term}.", cites=cites, facts={"term": term})


def restarted_step(row: CitedRow, held: Shares, started: int) -> Step:
    """A holding period starts anew because a short sale stood against the shares."""
    return Step(
        name="holding_period_restarted",
        text=(
            f"{row.named}: a short sale stood against {held} of it that were not long-term when "
            f"it was opened; their holding period starts anew on {day(started)}."
        ),
        cites=authorities_of(starts_anew),
        rows=(row,),
        facts={"quantity": shares(held.units), "holding_period_date": day(started)},
    )


def deemed_sale_step(row: CitedRow, held: Shares, value: int, basis: int) -> Step:
    """Appreciated shares were sold constructively by a short sale, and begin anew."""
    return Step(
        name="constructive_sale",
        text=(
            f"{row.named} of shares that are held: {held} with basis {dollars(basis)} count as "
            f"sold for {dollars(value)}, the price of as many sold short. Gain {dollars(value)} - "
            f"{dollars(basis)} = {dollars(deemed_gain(value, basis))}; from then on their basis is "
            f"{dollars(value)}, and their holding period starts on {row.day}."
        ),
        cites=authorities_of(deemed_gain),
        rows=(row,),
        facts={"value": dollars(value), "basis": dollars(basis), "basis_after": dollars(value)},
    )


def short_sale_step(rows: tuple[CitedRow, ...], owed: Shares, account: str, cents: int) -> Step:
    """A short sale against shares that are held."""
    return Step(
        name="sale",
        text=(
            f"{rows[0].named}: {owed} sold short in {account} for {dollars(cents)}, while the "
            "same tax return holds appreciated shares."
        ),
        cites=authorities_of(deemed_gain),
        rows=rows,
        facts={"quantity": shares(owed.units), "proceeds": dollars(cents)},
    )
