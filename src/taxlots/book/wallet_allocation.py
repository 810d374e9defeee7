"""Basis of digital assets allocated to wallets as of 1 January 2025.  Rev. Proc. 2024-28.

Until 2024 many owners kept one pool over all wallets.  The safe harbor lets them allocate, once,
the units of unattached basis to the units that each wallet held: unit by unit (specific), or by
one order for all (global).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from taxlots.domain.money import apportion, shares
from taxlots.domain.problem import Problem, error
from taxlots.law.s1012_digital_assets import is_allocation_complete


class AllocationOrder(StrEnum):
    """In which order a global allocation hands out units of basis."""

    OLDEST = "oldest"
    NEWEST = "newest"
    HIGHEST = "highest"
    LOWEST = "lowest"


@dataclass(frozen=True, slots=True, kw_only=True)
class UnattachedUnits:
    """Units of basis that no wallet holds yet, in 1e-8 units and cents (None: unknown).

    ``account`` is the wallet of a specific allocation; ``where`` is the line that says so.
    """

    id: str
    symbol: str
    acquired: int
    quantity: int
    cost_cents: int | None
    account: str
    where: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wallet:
    """What a wallet or account held of one asset at the beginning of 1 January 2025."""

    account: str
    symbol: str
    quantity: int
    where: str


@dataclass(frozen=True, slots=True)
class OpeningLot:
    """A lot of a wallet after the allocation: the ``part``-th of the units that it comes from."""

    account: str
    units: UnattachedUnits
    part: int
    quantity: int
    cost_cents: int | None


def allocate(
    wallets: Sequence[Wallet], units: Sequence[UnattachedUnits], order: AllocationOrder | None
) -> tuple[list[OpeningLot], list[Problem]]:
    """The opening lots of every wallet; None for ``order`` is the specific allocation.

    A global allocation fills the wallets in their order.  Nothing is allocated where an asset's
    units are not as many as its wallets hold: each such asset is a problem.
    """
    problems = _differences(wallets, units, by_account=order is None)
    if problems:
        return [], problems
    found: list[OpeningLot] = []
    for symbol in dict.fromkeys(wallet.symbol for wallet in wallets):
        mine = [one for one in units if one.symbol == symbol]
        here = [wallet for wallet in wallets if wallet.symbol == symbol]
        if order is None:
            found += [OpeningLot(one.account, one, 1, one.quantity, one.cost_cents) for one in mine]
        else:
            found += _handed_out(here, sorted(mine, key=_KEYS[order]))
    return found, []


def _handed_out(wallets: list[Wallet], units: list[UnattachedUnits]) -> list[OpeningLot]:
    """Units go to the wallets one after another; a cost is divided by cumulative shares."""
    found: list[OpeningLot] = []
    queue = iter(units)
    one = next(queue, None)
    used = part = 0
    for wallet in wallets:
        room = wallet.quantity
        while room and one is not None:
            taken = min(room, one.quantity - used)
            part += 1
            found.append(OpeningLot(wallet.account, one, part, taken, _cost(one, used, taken)))
            room -= taken
            used += taken
            if used == one.quantity:
                one, used, part = next(queue, None), 0, 0
    return found


def _cost(one: UnattachedUnits, used: int, taken: int) -> int | None:
    if one.cost_cents is None:
        return None
    upto = apportion(one.cost_cents, used + taken, one.quantity)
    return upto - apportion(one.cost_cents, used, one.quantity)


def _differences(
    wallets: Sequence[Wallet], units: Sequence[UnattachedUnits], *, by_account: bool
) -> list[Problem]:
    """Assets (with ``by_account`` also wallets) whose units do not sum to what is held."""
    held: dict[tuple[str, str], int] = {}
    basis: dict[tuple[str, str], int] = {}
    where: dict[tuple[str, str], str] = {}
    for wallet in wallets:
        key = wallet.symbol, wallet.account if by_account else ""
        held[key] = held.get(key, 0) + wallet.quantity
        where.setdefault(key, wallet.where)
    for one in units:
        key = one.symbol, one.account if by_account else ""
        basis[key] = basis.get(key, 0) + one.quantity
        where.setdefault(key, one.where)
    return [
        error(
            where[key],
            "UNITS_DO_NOT_SUM",
            f"{' in '.join(name for name in key if name)}: units of basis for "
            f"{shares(basis.get(key, 0))}, but {shares(held.get(key, 0))} are held",
            "Rev. Proc. 2024-28 allocates each unit once; correct the quantities until they agree",
        )
        for key in where
        if not is_allocation_complete(held.get(key, 0), basis.get(key, 0))
    ]


def _price(one: UnattachedUnits) -> Fraction:
    return Fraction(one.cost_cents or 0, one.quantity)


_KEYS: Mapping[AllocationOrder, Callable[[UnattachedUnits], tuple[Fraction | int, int]]] = {
    AllocationOrder.OLDEST: lambda one: (one.acquired, 0),
    AllocationOrder.NEWEST: lambda one: (-one.acquired, 0),
    AllocationOrder.HIGHEST: lambda one: (-_price(one), one.acquired),
    AllocationOrder.LOWEST: lambda one: (_price(one), one.acquired),
}
