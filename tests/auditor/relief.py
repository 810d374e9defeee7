"""Which parts a sale closes: by name, or by a standing order."""

from collections.abc import Callable, Iterable
from datetime import date
from fractions import Fraction
from functools import partial
from typing import Any, TypeVar

from .book import InvalidBookError
from .lots import Part, ShortPart
from .terms import is_long_term

Pick = tuple[Part, int]
P = TypeVar("P", Part, ShortPart)

BUCKETS = {
    "MINTAX": "S- L- S0 L0 L+ S+",
    "IBKR_MLG": "L+v L0 S+v S0 S-v L-v",
    "IBKR_MLL": "L- S- S0 S+ L0 L+",
    "IBKR_MSG": "S+v S0 L+v L0 L-v S-v",
    "IBKR_MSL": "S- L- L0 L+ S0 S+",
}
"""Short or long term; loss, zero or gain; ``v`` from the highest gain (the least loss) down."""


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
    outcome = partial(_outcome, sold=sold, unit_proceeds=unit_proceeds)
    first: dict[str, Callable[[Part], Any]] = {
        "FIFO": lambda part: part.lot.rank,
        "AVERAGE": lambda part: part.lot.rank,
        "LIFO": lambda part: -part.lot.rank,
        "HIFO": lambda part: (-part.per_unit, part.lot.rank),
        "LOFO": lambda part: (part.per_unit, part.lot.rank),
        "HIGHEST_COST": lambda part: (-part.per_unit, part.lot.rank),
        "LOSS_FIRST": lambda part: (min(Fraction(0), outcome(part)[1]), part.lot.rank),
        "LONG_TERM_FIRST": lambda part: (not outcome(part)[0], -part.per_unit, part.lot.rank),
    }
    for name, buckets in BUCKETS.items():
        first[name] = lambda part, buckets=buckets: (
            *_place_in(buckets, *outcome(part)),
            part.lot.rank,
        )
    key = first[method]
    return sorted(parts, key=lambda part: (key(part), within_lot(part, sub_first)))


def _place_in(buckets: str, long: bool, gain: Fraction) -> tuple[int, Fraction]:
    """The bucket of a gain or loss per unit, and the rank within it."""
    sign = "+" if gain > 0 else "-" if gain < 0 else "0"
    names = buckets.split()
    name = ("L" if long else "S") + sign
    descends = f"{name}v" in names
    bucket = names.index(f"{name}v" if descends else name)
    return bucket, -gain if descends else gain


def _outcome(part: Part, sold: date, unit_proceeds: Fraction) -> tuple[bool, Fraction]:
    """Whether a part would be long-term, and its gain or loss per unit."""
    gain = unit_proceeds - part.per_unit
    starts = part.holding_period
    if part.lot.is_dual and gain <= 0:
        gain = min(Fraction(0), unit_proceeds - part.loss_per_unit)
        starts = part.lot.acquired if gain < 0 else starts
    return is_long_term(starts, sold, always=part.always_long), gain


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
