"""Corporate actions in an explanation: exchanges, shares distributed, capital that returns."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final

from taxlots.domain.money import SHARE, dollars, shares
from taxlots.law.cites import authorities_of
from taxlots.law.s165_worthless import deemed_sale_day
from taxlots.law.s301_distributions import basis_returned, gain_beyond_basis
from taxlots.law.s307_stock_rights import must_allocate
from taxlots.law.s356_boot import recognized_gain
from taxlots.law.s358_allocation import basis_after_exchange, basis_of_new_shares
from taxlots.reports.explain_wording import NOT_TAXED_YET
from taxlots.reports.explained import CitedRow, Shares, Step

TAXABLE_SHARES: Final = ("26 USC 301(b)(1)", "26 USC 301(d)", "26 USC 305(b)")
LAPSED: Final = ("Treas. Reg. 1.307-1(a)",)


def exchanged_step(row: CitedRow, old: Shares, new: Shares, account: str) -> Step:
    """Shares became others, with everything that belongs to them."""
    return Step(
        name="exchanged",
        text=(
            f"{row.named}: {old} in {account} became {new}; basis, dates and deferred losses "
            "go along."
        ),
        cites=authorities_of(basis_after_exchange),
        rows=(row,),
        facts={"old_quantity": shares(old.units), "quantity": shares(new.units)},
    )


def boot_step(
    row: CitedRow, old: Shares, target: str, received: tuple[int, int], basis: int, *, unknown: bool
) -> Step:
    """Cash besides stock on one block; ``received``: cents of cash, and of stock by its value."""
    cash, stock = received
    if unknown:
        return Step(
            name="boot",
            text=(
                f"{row.named}: {old}, basis unknown, brought {dollars(cash)} in cash; the gain "
                f"is not known, and the basis of the {target} stays unknown."
            ),
            cites=authorities_of(recognized_gain),
            rows=(row,),
            facts={"cash": dollars(cash)},
        )
    realized = cash + stock - basis
    gain = recognized_gain(basis, cash, stock)
    after = basis_after_exchange(basis, cash, gain)
    if realized < 0:
        recognized = "a loss, which is not recognized"
    elif gain < realized:
        recognized = f"recognized up to the cash: {dollars(gain)}"
    else:
        recognized = "all of it recognized, for the cash is at least as much"
    return Step(
        name="boot",
        text=(
            f"{row.named}: {old} brought {dollars(cash)} in cash and {target} worth "
            f"{dollars(stock)}. Gain of the block: {dollars(cash)} + {dollars(stock)} - "
            f"{dollars(basis)} = {dollars(realized)}, {recognized}. Basis of the {target}: "
            f"{dollars(basis)} - {dollars(cash)} + {dollars(gain)} = {dollars(after)}."
        ),
        cites=(*authorities_of(recognized_gain), *authorities_of(basis_after_exchange)),
        rows=(row,),
        facts={
            "cash": dollars(cash),
            "stock_value": dollars(stock),
            "recognized": dollars(gain),
            "basis_after": dollars(after),
        },
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Division:
    """Which part of a basis goes to new shares, and why: values in cents, or a stated fraction."""

    part: int
    whole: int
    stated: str = ""
    new_value: int = 0
    old_value: int = 0

    @property
    def how(self) -> str:
        """The part in words."""
        if self.stated:
            return f"the issuer's fraction {self.stated}"
        if self.part:
            total = self.new_value + self.old_value
            return (
                f"by value, {dollars(self.new_value)} of {dollars(self.new_value)} + "
                f"{dollars(self.old_value)} = {dollars(total)}"
            )
        return (
            f"they are worth {dollars(self.new_value)}, less than 15 % of {dollars(self.old_value)}"
            if self.old_value
            else "neither has a value"
        )

    @property
    def cites(self) -> tuple[str, ...]:
        """The authorities of the division."""
        if self.part or self.stated:
            return authorities_of(basis_of_new_shares)
        return authorities_of(must_allocate)


def divided_step(
    row: CitedRow, old: Shares, new: Shares, basis: int, given: int, division: Division
) -> Step:
    """Shares of another security were distributed on a block, and took part of its basis."""
    if new.units == 0:
        text = f"{row.named}: the block of {old} is too small to get any {new.symbol}."
    elif division.part == 0:
        text = (
            f"{row.named}: {new} came to {old} and take no basis ({division.how}); "
            f"{dollars(basis)} stays where it is."
        )
    else:
        fraction = division.stated or str(Fraction(division.part, division.whole))
        text = (
            f"{row.named}: {new} came to {old}. To them goes part of the basis, {division.how}: "
            f"{dollars(basis)} x {fraction} = {dollars(given)}; {dollars(basis)} - "
            f"{dollars(given)} = {dollars(basis - given)} stays. Both keep the lot's dates."
        )
    return Step(
        name="basis_divided",
        text=text,
        cites=division.cites,
        rows=(row,),
        facts={
            "new_quantity": shares(new.units),
            "new_basis": dollars(given),
            "basis_after": dollars(basis - given),
        },
    )


def returned_step(row: CitedRow, block: Shares, basis: int, cents: int) -> Step:
    """Capital came back on a block: its basis falls, and what exceeds it is gain."""
    lowered = basis_returned(basis, cents)
    beyond = gain_beyond_basis(basis, cents)
    cites = authorities_of(basis_returned)
    more = ""
    if beyond:
        cites = (*cites, *authorities_of(gain_beyond_basis))
        more = f" {dollars(cents)} - {dollars(basis)} = {dollars(beyond)} exceeds it and is gain."
    return Step(
        name="capital_returned",
        text=(
            f"{row.named}: {dollars(cents)} came back on {block} and lowers the basis: "
            f"{dollars(basis)} - {dollars(lowered)} = {dollars(basis - lowered)}.{more}"
        ),
        cites=tuple(dict.fromkeys(cites)),
        rows=(row,),
        facts={
            "returned": dollars(lowered),
            "beyond_basis": dollars(beyond),
            "basis_after": dollars(basis - lowered),
        },
    )


def returned_unknown_step(row: CitedRow, block: Shares, cents: int) -> Step:
    """Capital came back on a block of unknown basis: nothing can be told of it."""
    return Step(
        name="capital_returned",
        text=f"{row.named}: {dollars(cents)} came back on {block}; its basis stays unknown.",
        cites=authorities_of(basis_returned),
        rows=(row,),
    )


def not_realized(step: Step) -> Step:
    """A step of a tax-deferred account: what it does to basis is the same, and no gain arises."""
    return replace(
        step,
        text=f"{step.text} The account is tax-deferred: nothing of it is realized.",
        cites=(*step.cites, NOT_TAXED_YET),
    )


def excess_step(excess: int) -> Step:
    """What a realized row of returned capital is."""
    return Step(
        name="proceeds",
        text=f"Proceeds: {dollars(excess)}, what came back beyond the basis; cost basis 0.00.",
        cites=authorities_of(gain_beyond_basis),
        facts={"proceeds": dollars(excess)},
    )


def boot_result_step(cash: int, gain: int) -> Step:
    """How a realized row states boot: the cash, less the part of it that is no gain."""
    return Step(
        name="realized",
        text=(
            f"Realized: proceeds {dollars(cash)} (the cash) - cost basis {dollars(cash - gain)} "
            f"(what of it is no gain) = {dollars(gain)}."
        ),
        cites=authorities_of(recognized_gain),
        facts={"realized": dollars(gain)},
    )


def taxable_lot_step(row: CitedRow, new: Shares, cents: int, account: str) -> Step:
    """A taxable distribution of shares opened a lot at its value."""
    return Step(
        name="opened",
        text=(
            f"Lot {row.id} opened by {row.action} in {account} on {row.day}: {new}, taxed at their "
            f"value, which is their basis: {dollars(cents)}. They are held since that day; "
            "nothing was purchased."
        ),
        cites=TAXABLE_SHARES,
        rows=(row,),
        facts={
            "lot_id": row.id,
            "quantity": shares(new.units),
            "cost_basis": dollars(cents),
        },
    )


def surrendered_step(
    row: CitedRow, old: Shares, account: str, paid: tuple[int, int], received: Shares | None
) -> Step:
    """Shares given up for cash, or in a taxable exchange; ``paid``: cash and value in cents."""
    cash, value = paid
    total = dollars(cash + value)
    how = f"{dollars(cash)} in cash"
    if received is not None:
        how = f"{received} worth {dollars(value)} and {dollars(cash)} in cash, together {total}"
        if not cash:
            how = f"{received} worth {total}"
    return Step(
        name="sale",
        text=f"{row.named}: {old} in {account} were given up for {how}. That is a sale.",
        cites=("26 USC 1001(a)", "26 USC 1001(b)"),
        rows=(row,),
        facts={"quantity": shares(old.units), "proceeds": total},
    )


def worthless_step(row: CitedRow, old: Shares, account: str, deemed: str) -> Step:
    """Shares that became worthless: sold for nothing on the last day of the year."""
    return Step(
        name="sale",
        text=(
            f"{row.named}: {old} in {account} became worthless. They count as sold for nothing "
            f"on {deemed}, the last day of the year."
        ),
        cites=authorities_of(deemed_sale_day),
        rows=(row,),
        facts={"quantity": shares(old.units), "proceeds": "0.00", "sold_date": deemed},
    )


def action_step(row: CitedRow, symbol: str, where: str) -> Step:
    """What a row is about, before the lots that it meets."""
    said = f": {row.said}" if row.said else ""
    return Step(
        name="action",
        text=f"{row.named} on {symbol} in {where}{said}.",
        rows=(row,),
    )


def lapsed_right_step(cents: int, denied: int) -> Step:
    """A right that lapsed: its basis goes back to the stock, or the loss is not allowed."""
    if denied:
        text = (
            f"The right lapsed. The stock of its lot has left the account, so {dollars(denied)} "
            "stays the basis of the right, and the loss is not allowed."
        )
    else:
        text = (
            f"The right lapsed: no loss. The {dollars(cents)} that were allocated to it go back "
            "to the stock of its lot."
        )
    return Step(name="basis", text=text, cites=LAPSED, facts={"cost_basis": dollars(denied)})


def per_share(cents: int, units: int) -> str:
    """Dollars a share to four decimals, for reading."""
    return f"{cents * SHARE / units / 100:.4f}" if units else "0"
