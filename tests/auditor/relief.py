"""Which parts a sale closes: by name, or by a standing order."""

from collections.abc import Callable, Iterable
from datetime import date
from fractions import Fraction
from typing import Any, TypeVar

from .book import InvalidBookError
from .lots import Part, ShortPart
from .terms import is_long_term

Pick = tuple[Part, int]
P = TypeVar("P", Part, ShortPart)


def within_lot(part: Part | ShortPart, sub_first: object) -> tuple[int, int, int]:
    """The order of one lot's parts: adjusted ones as they were adjusted, then the plain rest.

    Parts that met again after moves go in the order in which they came to the account.
    """
    if part.adjusted:
        return (0, part.adjusted, part.arrived)
    return (1 if sub_first == "adjusted" else -1, 0, part.arrived)


def by_method(
    method: str, parts: Iterable[Part], sub_first: object, sold: date, unit_proceeds: Fraction
) -> list[Part]:
    """The parts of a position, first to go first."""
    first: dict[str, Callable[[Part], Any]] = {
        "FIFO": lambda part: part.lot.rank,
        "AVERAGE": lambda part: part.lot.rank,
        "LIFO": lambda part: -part.lot.rank,
        "HIFO": lambda part: (-part.per_unit, part.lot.rank),
        "LOFO": lambda part: (part.per_unit, part.lot.rank),
        "MINTAX": lambda part: (*_tax_bucket(part, sold, unit_proceeds), part.lot.rank),
    }
    key = first[method]
    return sorted(parts, key=lambda part: (key(part), within_lot(part, sub_first)))


def _tax_bucket(part: Part, sold: date, unit_proceeds: Fraction) -> tuple[int, Fraction]:
    """The bucket of MINTAX, and the rank within it."""
    gain = unit_proceeds - part.per_unit
    starts = part.holding_period
    if part.lot.is_dual and gain <= 0:
        gain = min(Fraction(0), unit_proceeds - part.loss_per_unit)
        starts = part.lot.acquired if gain < 0 else starts
    long = is_long_term(starts, sold, always=part.always_long)
    if gain < 0:
        return (2 if long else 1, gain)
    if gain == 0:
        return (4 if long else 3, gain)
    return (5 if long else 6, gain)


def in_order(parts: list[P], quantity: int) -> list[tuple[P, int]]:
    """Take a quantity from parts in their order."""
    picks = []
    for part in parts:
        taken = min(part.left, quantity)
        if taken:
            picks.append((part, taken))
            quantity -= taken
    if quantity:
        raise InvalidBookError(f"{quantity} more than is held")
    return picks


def named(parts: list[P], lots: list[tuple[str, int]], sub_first: object) -> list[tuple[P, int]]:
    """Take the named quantity of each named lot, its parts in the order within a lot."""
    spare = {part: part.left for part in parts}
    picks = []
    for lot_id, quantity in lots:
        wanted = quantity
        mine = [part for part in parts if part.lot.id == lot_id]
        for part in sorted(mine, key=lambda part: within_lot(part, sub_first)):
            taken = min(spare[part], wanted)
            if taken:
                picks.append((part, taken))
                spare[part] -= taken
                wanted -= taken
        if wanted:
            raise InvalidBookError(f"lot {lot_id} has not that many shares")
    return picks
