"""Households that are planned together because they share a tax return."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from taxlots.domain.account import Account

Unit = tuple[str, ...]
"""The names of households that no return leaves, in the order of their accounts."""


def units_of(accounts: Iterable[Account]) -> list[Unit]:
    """The households in the order of their first accounts, linked by the returns they share.

    Losses are netted on a return, so that households with a return in common are planned together;
    nearly every unit is one household.
    """
    leader: dict[str, str] = {}
    first_of_return: dict[str, str] = {}

    def led_by(name: str) -> str:
        while leader[name] != name:
            leader[name] = name = leader[leader[name]]
        return name

    for account in accounts:
        leader.setdefault(account.household, account.household)
        other = first_of_return.setdefault(account.tax_return, account.household)
        ours, theirs = led_by(account.household), led_by(other)
        if ours != theirs:
            leader[ours] = theirs
    found: dict[str, list[str]] = {}
    for name in leader:
        found.setdefault(led_by(name), []).append(name)
    return [tuple(names) for names in found.values()]


def parts_of(units: Sequence[Unit], households_per_partition: int) -> list[list[Unit]]:
    """Units dealt out in order, so many households to a part; a unit is never divided."""
    parts: list[list[Unit]] = []
    size = households_per_partition
    for unit in units:
        if size >= households_per_partition:
            parts.append([])
            size = 0
        parts[-1].append(unit)
        size += len(unit)
    return parts
