"""``[rebalance.mandate.shorts]`` of ``book.toml``: who may be short, of what, and how far."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from taxlots.domain.account import Account, AccountKind
from taxlots.domain.mandate_cells import MandateCells
from taxlots.domain.problem import Problem, error

WHERE: Final = "book.toml:rebalance.mandate.shorts"
KEYS: Final = frozenset(
    {"accounts", "most_percent", "symbols", "margin_percent", "borrow_percent", "borrow"}
)
PPM: Final = 1_000_000
REGULATION_T_PPM: Final = 1_500_000
"""Of what is owed: its proceeds, and half of them as margin (12 CFR 220.12(c))."""

USUAL_BORROW_PPM: Final = 3_000
"""A year, of shares that are easy to borrow."""

MOST_PERCENT: Final = 1_000 * 10**4
"""A percentage that is no slip of the pen, in 1e-6."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedShorts:
    """The keys of the table; without ``accounts`` nobody sells short.

    ``most_ppm`` is what each account may owe at most, in 1e-6 of what it is worth.  Blank
    ``symbols`` are all that have a target.  ``margin_ppm`` of what is owed is kept in cash, its
    proceeds included.  ``borrow_ppm`` is what borrowed shares cost a year, ``borrow`` that by
    symbol.
    """

    accounts: tuple[str, ...] = ()
    most_ppm: int = 0
    symbols: tuple[str, ...] = ()
    margin_ppm: int = REGULATION_T_PPM
    borrow_ppm: int = USUAL_BORROW_PPM
    borrow: Mapping[str, int] = field(default_factory=dict)

    def borrow_of(self, symbol: str) -> int:
        """What borrowing a security costs a year, in 1e-6."""
        return self.borrow.get(symbol, self.borrow_ppm)


def shorts_from(mandate: Mapping[str, object]) -> tuple[StatedShorts, list[Problem]]:
    """The short positions that ``[rebalance.mandate]`` allows, and a problem for each wrong key."""
    if mandate.get("shorts", False) is False:
        return StatedShorts(), []
    if not isinstance(mandate["shorts"], Mapping):
        message = f"{str(mandate['shorts'])[:40]!r} does not say who may be short, and how far."
        remedy = "Write [rebalance.mandate.shorts] with accounts and most_percent."
        return StatedShorts(), [error(WHERE, "BAD_VALUE", message, remedy)]
    cells = MandateCells.of(mandate["shorts"], WHERE, KEYS)
    missing = {"accounts", "most_percent"} - set(cells.cells)
    if len(missing) == 1:
        (key,) = missing
        message = "Short positions need accounts, and most_percent of what each of them is worth."
        cells.problems.append(error(f"{WHERE}:{key}", "MISSING_KEY", message, f"Write {key}."))
    margin = cells.number(cells.cells.get("margin_percent", 150), "margin_percent", MOST_PERCENT)
    if margin < REGULATION_T_PPM:
        cells.bad(
            "margin_percent",
            cells.cells.get("margin_percent"),
            "150 or more: a short sale needs its proceeds and half of them beside (12 CFR"
            " 220.12(c))",
        )
        margin = REGULATION_T_PPM
    stated = StatedShorts(
        accounts=_names(cells, "accounts"),
        most_ppm=cells.percent("most_percent") or 0,
        symbols=_names(cells, "symbols"),
        margin_ppm=margin,
        borrow_ppm=USUAL_BORROW_PPM
        if "borrow_percent" not in cells.cells
        else cells.percent("borrow_percent") or 0,
        borrow={
            str(symbol): cells.number(value, f"borrow.{symbol}", MOST_PERCENT)
            for symbol, value in cells.table("borrow").items()
        },
    )
    return stated, cells.problems


def account_problems(stated: StatedShorts, accounts: Iterable[Account]) -> list[Problem]:
    """A problem for each account that is not there, or that may not be short."""
    known = {one.id: one for one in accounts}
    problems = []
    for name in stated.accounts:
        account = known.get(name)
        why = f"There is no account {name!r}." if account is None else _why_not(account)
        if why:
            remedy = "Name taxable margin accounts, or take it off the list."
            problems.append(error(f"{WHERE}:accounts", "MAY_NOT_BE_SHORT", why, remedy))
    return problems


def _why_not(account: Account) -> str:
    """Why an account sells nothing short; blank where it may."""
    if account.kind.is_tax_deferred:
        return (
            f"{account.id} is {account.kind}: a short sale is made against a loan that the account"
            " secures, which its assets may not do (26 USC 408(e)(4), 4975(c)(1)(B))."
        )
    if account.kind is AccountKind.CUSTODIAL:
        return f"{account.id} is a child's: a custodian of a minor holds no margin account."
    if account.kind is AccountKind.TAXABLE_MTM_475:
        return f"{account.id} is marked to market (26 USC 475): no rebalance trades in it."
    return ""


def _names(cells: MandateCells, key: str) -> tuple[str, ...]:
    value = cells.cells.get(key, [])
    if not isinstance(value, list) or not all(isinstance(one, str) and one for one in value):
        cells.bad(key, value, 'a list of names, as ["A", "B"]')
        return ()
    return tuple(dict.fromkeys(value))
