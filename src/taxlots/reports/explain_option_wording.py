"""Options in an explanation: where premiums go when they are exercised or assigned."""

from __future__ import annotations

from taxlots.domain.money import dollars, shares
from taxlots.law.cites import authorities_of
from taxlots.law.s1234_options import (
    cost_by_assignment,
    cost_by_exercise,
    proceeds_by_assignment,
    proceeds_by_exercise,
)
from taxlots.reports.explained import CitedRow, Shares, Step


def premium_in_proceeds_step(
    row: CitedRow, contracts: Shares, price: int, premium: int, *, is_written: bool
) -> Step:
    """The proceeds of stock that a put exercised, or a call assigned, sells."""
    rule = proceeds_by_assignment if is_written else proceeds_by_exercise
    sign = "+" if is_written else "-"
    what = "the premium received" if is_written else "the basis of the puts"
    return Step(
        name="premium",
        text=(
            f"{row.named}: {contracts} left, with nothing realized on them. Proceeds of the "
            f"stock: {dollars(price)} {sign} {dollars(premium)} ({what}) = "
            f"{dollars(rule(price, premium))}."
        ),
        cites=authorities_of(rule),
        rows=(row,),
        facts={"price": dollars(price), "premium": dollars(premium)},
    )


def premium_in_basis_step(
    row: CitedRow, stock: Shares, price: int, premium: int, *, is_written: bool
) -> Step:
    """How stock came in by the exercise of a call, or by a put that was assigned."""
    rule = cost_by_assignment if is_written else cost_by_exercise
    sign = "-" if is_written else "+"
    what = "the premium received" if is_written else "the basis of the calls"
    cents = max(0, rule(price, premium))
    return Step(
        name="opened",
        text=(
            f"Lot {row.id} opened by {row.action} in {row.account} on {row.day}: {stock} for "
            f"{dollars(price)} {sign} {dollars(premium)} ({what}) = basis {dollars(cents)}."
        ),
        cites=authorities_of(rule),
        rows=(row,),
        facts={
            "lot_id": row.id,
            "quantity": shares(stock.units),
            "price": dollars(price),
            "premium": dollars(premium),
            "cost_basis": dollars(cents),
        },
    )


def contracts_step(opening: CitedRow, contracts: Shares, cents: int, deferred: int) -> Step:
    """Contracts of one lot whose premium went into stock."""
    more = f", {dollars(deferred)} of it deferred loss" if deferred else ""
    return Step(
        name="contracts",
        text=(
            f"{contracts} of lot {opening.id} ({opening.action} on {opening.day}: {opening.said}): "
            f"{dollars(cents)}{more}."
        ),
        rows=(opening,),
        facts={"lot_id": opening.id, "premium": dollars(cents)},
    )


def left_for_stock_step(row: CitedRow, units: int, left: int) -> Step:
    """What an exercise or an assignment did to a lot of options."""
    rest = f"{shares(left)} left" if left else "nothing of it is left"
    return Step(
        name="left",
        text=(
            f"{shares(units)} left by {row.named}; the premium goes into the stock, and nothing "
            f"is realized on the options; {rest}."
        ),
        cites=authorities_of(cost_by_exercise),
        rows=(row,),
        facts={"quantity": shares(units)},
    )
