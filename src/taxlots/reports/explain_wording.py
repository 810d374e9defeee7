"""The steps of an explanation in words, with their figures and authorities."""

from __future__ import annotations

from typing import Final

from taxlots.book.results import FINAL, PROVISIONAL, WINDOW_INCOMPLETE
from taxlots.domain.calendar import date_of
from taxlots.domain.money import dollars, shares
from taxlots.law.cites import authorities_of
from taxlots.law.s1001_gain import gain
from taxlots.law.s1012_basis import basis_of_part, cost_of_purchase, identified_in_time
from taxlots.law.s1014_inheritance import inherited_basis, inherited_is_long_term
from taxlots.law.s1015_gift import basis_on_sale, gain_basis
from taxlots.law.s1222_term import is_long_term, long_term_from
from taxlots.law.s1223_tacking import tacked_day
from taxlots.law.s1233_short_sales import starts_anew
from taxlots.reports.explained import CitedRow, Shares, Step

ONE_ORDER: Final = "Treas. Reg. 1.1012-1(c)(1)(ii)"
"""Fills of one order are one transaction."""

NOT_TAXED_YET: Final = "26 USC 408(e)(1)"
"""What happens inside a tax-deferred account realizes nothing."""


def day(number: int) -> str:
    """A day number as an ISO date."""
    return date_of(number).isoformat()


def sale_step(rows: tuple[CitedRow, ...], units: Shares, account: str, proceeds: int) -> Step:
    """What was sold, and what it brought."""
    said = "; ".join(row.said for row in rows)
    joined = f" ({len(rows)} fills of one order are one sale)" if len(rows) > 1 else ""
    by = "" if rows[0].action in ("SELL", "SELL_OPTION") else f" by {rows[0].action}"
    stated = f"{by}, " if rows[0].action in ("EXERCISE", "ASSIGN") else f"{by}: {said}, "
    return Step(
        name="sale",
        text=(
            f"{units} sold out of {account} on {rows[0].day}{stated}"
            f"net proceeds {dollars(proceeds)}{joined}."
        ),
        cites=(*authorities_of(gain), *((ONE_ORDER,) if joined else ())),
        rows=rows,
        facts={"quantity": shares(units.units), "proceeds": dollars(proceeds)},
    )


def named_step(lots: str, when: str, confirmation: str, row: CitedRow) -> Step:
    """The order named its lots, in time."""
    timely = f"on {when}, in time" if when else "at a time that is not stated; assumed in time"
    confirmed = f"; confirmation {confirmation}" if confirmation else ""
    return Step(
        name="identification",
        text=f"The order names its lots ({lots}) {timely}{confirmed}.",
        cites=authorities_of(identified_in_time),
        rows=(row,),
        facts={"lots": lots, "identified_at": when, "confirmation": confirmation},
    )


def method_step(
    method: str, origin: str, rows: tuple[CitedRow, ...], *, late_lots: str = ""
) -> Step:
    """No lots were named in time, so a method decides; ``origin`` says who chose it."""
    late = ""
    if late_lots:
        late = f"The lots that it names ({late_lots}) were named after settlement. "
    return Step(
        name="identification",
        text=f"{late}The method {method} decides: {origin}.",
        cites=(
            *authorities_of(basis_of_part),
            *(authorities_of(identified_in_time) if late_lots else ()),
        ),
        rows=rows,
        facts={"method": method, "late_lots": late_lots},
    )


def opening_order_step(row: CitedRow) -> Step:
    """No lots were named, so what is owed is closed in the order in which it was opened."""
    return Step(
        name="identification",
        text="No lots are named: what is owed is closed in the order in which it was opened.",
        cites=authorities_of(basis_of_part),
        rows=(row,),
        facts={"method": "FIFO", "late_lots": ""},
    )


def opened_step(
    rows: tuple[CitedRow, ...],
    units: Shares,
    account: str,
    cents: int,
    loss_cents: int,
    *,
    is_unknown: bool,
) -> Step:
    """How a lot came in, and at which basis; ``loss_cents`` is a gift's basis for loss."""
    first = rows[0]
    said = "; ".join(row.said for row in rows)
    joined = f" ({len(rows)} fills of one order are one lot)" if len(rows) > 1 else ""
    basis = "unknown basis" if is_unknown else f"basis {dollars(cents)}"
    if loss_cents != cents:
        basis = f"basis for gain {dollars(cents)}, basis for loss {dollars(loss_cents)}"
    return Step(
        name="opened",
        text=(
            f"Lot {first.id} opened by {first.action} in {account} on {first.day}: {said}; "
            f"{units}, {basis}{joined}."
        ),
        cites=(
            *_OPENING_CITES.get(first.action, authorities_of(cost_of_purchase)),
            *((ONE_ORDER,) if joined else ()),
        ),
        rows=rows,
        facts={
            "lot_id": first.id,
            "quantity": shares(units.units),
            "cost_basis": "" if is_unknown else dollars(cents),
        },
    )


_OPENING_CITES: Final = {
    "GIFT_IN": authorities_of(gain_basis),
    "INHERIT": authorities_of(inherited_basis),
}


def changed_step(name: str, row: CitedRow, text: str, cites: tuple[str, ...] = ()) -> Step:
    """A split, a move, an earlier sale or another event that a lot went through."""
    return Step(name=name, text=text, cites=cites, rows=(row,))


def basis_step(
    quantity: int,
    basis: int,
    whole: tuple[int, int, int],
    wash: int,
    wash_from: str,
) -> Step:
    """The basis of a piece as its share of the lot; ``whole``: quantity, cents, gone before."""
    whole_quantity, whole_cents, gone = whole
    if gone == 0 and quantity == whole_quantity:
        how = f"all {shares(quantity)} with their whole basis"
    else:
        reached = shares(gone + quantity)
        how = (
            f"the share of {dollars(whole_cents)} on {shares(whole_quantity)} that reaches from "
            f"{shares(gone)} to {reached}"
        )
    deferred = f"; {dollars(wash)} of it is the deferred loss of {wash_from}" if wash else ""
    return Step(
        name="basis",
        text=f"Basis of {shares(quantity)}: {dollars(basis)}, {how}{deferred}.",
        cites=authorities_of(basis_of_part),
        facts={
            "quantity": shares(quantity),
            "cost_basis": dollars(basis),
            "deferred": dollars(wash),
        },
    )


def gift_step(proceeds: int, gain_cents: int, loss_cents: int, used: int) -> Step:
    """Which of a gift's two bases counts."""
    if used == gain_cents:
        which = "the basis for gain counts"
    elif used == loss_cents:
        which = "the basis for loss counts, and the holding period starts with the gift"
    else:
        which = "they lie between the two: neither gain nor loss"
    return Step(
        name="gift_basis",
        text=(
            f"A gift with basis {dollars(gain_cents)} for gain and {dollars(loss_cents)} for loss; "
            f"proceeds {dollars(proceeds)}: {which}."
        ),
        cites=authorities_of(basis_on_sale),
        facts={"gain_basis": dollars(gain_cents), "loss_basis": dollars(loss_cents)},
    )


def proceeds_step(quantity: int, of_quantity: int, proceeds: int, of_proceeds: int) -> Step:
    """The share of the proceeds that belongs to a piece."""
    if quantity == of_quantity:
        text = f"Proceeds: all {dollars(proceeds)}."
    else:
        text = (
            f"Proceeds: {dollars(proceeds)}, the share of {shares(quantity)} in "
            f"{shares(of_quantity)} for {dollars(of_proceeds)}, cents shared in order of relief."
        )
    return Step(name="proceeds", text=text, facts={"proceeds": dollars(proceeds)})


def gain_step(proceeds: int, basis: int) -> Step:
    """Gain or loss realized."""
    result = gain(proceeds, basis)
    word = "loss" if result < 0 else "gain"
    return Step(
        name="realized",
        text=f"Realized: {dollars(proceeds)} - {dollars(basis)} = {dollars(result)}, a {word}.",
        cites=authorities_of(gain),
        facts={"realized": dollars(result)},
    )


def term_step(
    acquired: int,
    holding_period: int,
    sold: int,
    *,
    is_inherited: bool,
    is_long: bool,
    is_restarted: bool = False,
) -> Step:
    """Short-term or long-term, and from when."""
    term = "LT" if is_long else "ST"
    if is_inherited:
        return Step(
            name="term",
            text="Inherited: long-term, whenever it is sold.",
            cites=authorities_of(inherited_is_long_term),
            facts={"term": term},
        )
    since = f"acquired {day(acquired)}"
    cites = (*authorities_of(is_long_term), *authorities_of(long_term_from))
    if is_restarted:
        since += f", held since {day(holding_period)}, for a short sale made the period start anew"
        cites = (*authorities_of(starts_anew), *cites)
    elif holding_period != acquired:
        since += f", held since {day(holding_period)} with the days that carry over"
        cites = (*authorities_of(tacked_day), *cites)
    first = day(long_term_from(holding_period))
    return Step(
        name="term",
        text=f"Term: {since}; long-term from {first}, sold {day(sold)}: {term}.",
        cites=tuple(dict.fromkeys(cites)),
        facts={"term": term, "holding_period_date": day(holding_period), "long_term_from": first},
    )


def status_step(status: int, why: str, name: str) -> Step:
    """Whether the figures may still change."""
    certain = {FINAL: "Final", PROVISIONAL: "Provisional", WINDOW_INCOMPLETE: "Window incomplete"}
    word = certain.get(status, "Basis unknown")
    return Step(name="status", text=f"{word}: {why}.", facts={"status": name})


def character_step(rules: str, denied: int, gain_cents: int, *, is_long: bool) -> Step:
    """What other sections make of the loss that section 1091 leaves."""
    term = "long-term" if is_long else "short-term"
    told = f"{dollars(denied)} of the loss is denied, and the row is" if denied else "the row is"
    return Step(
        name="character",
        text=f"Character: {told} {term}, with {dollars(gain_cents)} of gain.",
        cites=tuple(rules.split("; ")),
        facts={"nondeductible_loss": dollars(denied), "term": "LT" if is_long else "ST"},
    )


def divided_row_step(quantity: int, of_quantity: int, proceeds: int, basis: int) -> Step:
    """A piece of which only a part has another character makes two rows; this one's share."""
    return Step(
        name="divided",
        text=(
            f"Only part of the loss becomes long-term, so the piece makes two rows. This one is "
            f"{shares(quantity)} of the {shares(of_quantity)}: proceeds {dollars(proceeds)}, "
            f"basis {dollars(basis)}."
        ),
        facts={
            "quantity": shares(quantity),
            "proceeds": dollars(proceeds),
            "cost_basis": dollars(basis),
        },
    )


def result_step(
    proceeds: int, basis: int, disallowed: int, denied: int, *, is_unknown: bool
) -> Step:
    """The last line: the arithmetic of ``realized.csv``."""
    if is_unknown:
        return Step(
            name="result", text="Gain: not known, because the basis is not.", facts={"gain": ""}
        )
    total = proceeds - basis + disallowed + denied
    added = f" + {dollars(denied)}" if denied else ""
    return Step(
        name="result",
        text=(
            f"Gain: {dollars(proceeds)} - {dollars(basis)} + {dollars(disallowed)}{added} = "
            f"{dollars(total)}"
        ),
        facts={"gain": dollars(total)},
    )


def unrealized_step(account: str) -> Step:
    """A sale inside a tax-deferred account."""
    return Step(
        name="result",
        text=f"{account} is tax-deferred: the lots leave, and no gain or loss is realized.",
        cites=(NOT_TAXED_YET,),
    )
