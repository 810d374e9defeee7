"""The wash-sale test of an explanation in words: what replaced a loss, what did not, and why."""

from __future__ import annotations

from typing import Final

from taxlots.book import kinds
from taxlots.domain.money import dollars, shares
from taxlots.law.cites import authorities_of
from taxlots.law.s1091_wash_sale import (
    disallowed_part,
    in_window,
    is_permanent_in,
    replacement_basis,
    window_end,
    window_start,
)
from taxlots.law.s1223_tacking import tacked_day
from taxlots.reports.explain_wording import day
from taxlots.reports.explained import CitedRow, Step

PERMANENT: Final = {
    kinds.PERMANENT_DEFERRED: (
        "the basis of a tax-deferred account takes none",
        authorities_of(is_permanent_in),
    ),
    kinds.PERMANENT_RETURN: (
        "the replacement stands on another tax return",
        authorities_of(in_window),
    ),
    kinds.PERMANENT_SPOUSE: (
        "the replacement belongs to the other spouse, and spouse_basis_step_up is false (D8)",
        authorities_of(in_window),
    ),
}
"""Why a disallowed loss joined no basis."""


def took_loss_step(
    sale: CitedRow, loss_lot: str, disallowed: int, part: tuple[int, int, int] | None
) -> Step:
    """Part of a lot took over a disallowed loss; ``part`` is quantity, basis, holding period."""
    became = ""
    facts = {"sale_id": sale.id, "loss_lot_id": loss_lot, "disallowed": dollars(disallowed)}
    if part is not None:
        quantity, basis, since = part
        facts |= {
            "quantity": shares(quantity),
            "cost_basis": dollars(basis),
            "holding_period_date": day(since),
        }
        became = (
            f": basis {dollars(basis - disallowed)} + {dollars(disallowed)} = {dollars(basis)}, "
            f"holding period from {day(since)}"
        )
    units = f"{shares(part[0])} of it" if part is not None else "Part of it"
    return Step(
        name="took_over_loss",
        text=(
            f"{units} replaced shares of sale {sale.id} ({sale.day}, lot {loss_lot}) and took over "
            f"its disallowed loss{became}."
        ),
        cites=(*authorities_of(replacement_basis), *authorities_of(tacked_day)),
        rows=(sale,),
        facts=facts,
    )


def used_up_step(sale: CitedRow, loss_lot: str, disallowed: int, quantity: int, rule: int) -> Step:
    """Part of a lot replaced a loss that is gone for good: nothing joined its basis."""
    why, cites = PERMANENT[rule]
    return Step(
        name="used_for_permanent_loss",
        text=(
            f"{shares(quantity)} of it replaced shares of sale {sale.id} ({sale.day}, lot "
            f"{loss_lot}); {dollars(disallowed)} is disallowed for good: {why}. Its basis stays."
        ),
        cites=cites,
        rows=(sale,),
        facts={"sale_id": sale.id, "loss_lot_id": loss_lot, "permanent": dollars(disallowed)},
    )


def window_step(sold: int) -> Step:
    """The days on which purchases count."""
    first, last = day(window_start(sold)), day(window_end(sold))
    return Step(
        name="window",
        text=(
            f"Wash-sale window: purchases from {first} through {last}, in any account of the "
            "household, of this or an identical security."
        ),
        cites=authorities_of(in_window),
        facts={"window_start": first, "window_end": last},
    )


def replaced_step(
    row: CitedRow,
    account: str,
    sold: int,
    matched: tuple[int, int, int],
    *,
    rule: int,
    part: tuple[int, int, int] | None,
    is_short: bool = False,
) -> Step:
    """Shares that replaced a loss, or a short lot that replaced a loss on closing.

    ``matched``: quantity in the loss lot's units, cents disallowed, day of acquisition;
    ``part``: quantity, basis and holding period of the replacement afterwards.
    """
    quantity, disallowed, acquired = matched
    distance = acquired - sold
    days = "1 day" if abs(distance) == 1 else f"{abs(distance)} days"
    when = f"{days} {'after' if distance > 0 else 'before'} the sale"
    when = "on the day of the sale" if distance == 0 else when
    text = (
        f"{shares(quantity)} replaced by lot {row.id} ({row.action} on {day(acquired)} in "
        f"{account}, {when}): {dollars(disallowed)} is disallowed"
    )
    facts = {
        "replacement_lot_id": row.id,
        "replacement_account": account,
        "acquired_date": day(acquired),
        "quantity": shares(quantity),
        "disallowed": dollars(disallowed),
        "permanent": dollars(disallowed if rule in PERMANENT else 0),
    }
    cites = (*authorities_of(in_window), *authorities_of(disallowed_part))
    if rule in PERMANENT:
        why, more = PERMANENT[rule]
        text += f", for good: {why}"
        cites = (*cites, *more)
    elif is_short:
        text += " and joins the cost of that short lot when it is closed; its proceeds stay"
        cites = ("26 USC 1091(e)", *cites)
    elif part is not None:
        units, basis, since = part
        text += (
            f" and joins the basis of {shares(units)} of it, "
            f"{dollars(basis - disallowed)} + {dollars(disallowed)} = {dollars(basis)}; "
            f"its holding period starts on {day(since)}"
        )
        cites = (*cites, *authorities_of(replacement_basis), *authorities_of(tacked_day))
    return Step(
        name="replaced",
        text=f"{text}.",
        cites=tuple(dict.fromkeys(cites)),
        rows=(row,),
        facts=facts,
    )


def shared_step(matched: int, disallowed: int) -> Step:
    """A piece that was divided after its loss met replacements (literal readings D1 and D2)."""
    return Step(
        name="shared",
        text=(
            "Sold shares that replaced another loss were set apart from their piece (D1, D2), and "
            f"the {dollars(matched)} were shared: {dollars(disallowed)} belongs here."
        ),
        facts={"disallowed_here": dollars(disallowed)},
    )


def set_apart_step(quantity: int, of_quantity: int, basis: int) -> Step:
    """The row of sold shares that replaced another loss, or of the rest (literal D1 and D2)."""
    return Step(
        name="set_apart",
        text=(
            f"Sold shares that replaced another loss were set apart from the rest (D1, D2): this "
            f"row is {shares(quantity)} of the {shares(of_quantity)}, with a basis of "
            f"{dollars(basis)}."
        ),
        facts={"quantity": shares(quantity), "cost_basis": dollars(basis)},
    )


def passed_step(row: CitedRow, why: str, cites: tuple[str, ...]) -> Step:
    """A lot that came in within the window and replaced nothing, and why."""
    return Step(
        name="not_a_replacement",
        text=f"Lot {row.id} ({row.action} on {row.day} in {row.account}) replaces nothing: {why}.",
        cites=cites,
        rows=(row,),
        facts={"lot_id": row.id, "reason": why},
    )


def rest_step(loss: int, disallowed: int, sold: int, *, is_open: bool, sold_units: int) -> Step:
    """What is left of the loss: it waits for purchases, or it is allowed."""
    rest = loss - disallowed
    last = day(window_end(sold))
    if rest == 0:
        text = "The whole loss is disallowed."
    elif is_open:
        text = (
            f"{dollars(rest)} of the loss waits: a purchase through {last} would disallow it, "
            f"{shares(sold_units)} at most."
        )
    else:
        text = f"{dollars(rest)} of the loss met no replacement by {last} and is allowed."
    return Step(
        name="waiting" if rest and is_open else "allowed",
        text=text,
        cites=authorities_of(window_end),
        facts={"rest": dollars(rest), "until": last if rest and is_open else ""},
    )


def untested_step(why: str) -> Step:
    """A loss that section 1091 does not test."""
    return Step(name="not_tested", text=f"The wash-sale rule does not test this loss: {why}.")
