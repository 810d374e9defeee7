"""Cents and 1e-8 shares as whole numbers, and the one rule that divides them."""

from dataclasses import dataclass, field
from fractions import Fraction
from math import floor

UNITS_IN_A_SHARE = 10**8


def rounded(number: Fraction) -> int:
    """Round half up."""
    return floor(number + Fraction(1, 2))


def cents(text: str) -> int:
    """Dollars as text, rounded to cents; blank is nothing."""
    return rounded(Fraction(text or "0") * 100)


def units(text: str) -> int:
    """Shares as text in units of 1e-8 share."""
    number = Fraction(text or "0") * UNITS_IN_A_SHARE
    if number.denominator != 1:
        raise ValueError(f"{text} has more than eight decimals")
    return int(number)


def dollars(amount: int) -> str:
    return f"{'-' if amount < 0 else ''}{abs(amount) // 100}.{abs(amount) % 100:02d}"


def shares(quantity: int) -> str:
    whole, rest = divmod(quantity, UNITS_IN_A_SHARE)
    return f"{whole}.{rest:08d}".rstrip("0").rstrip(".")


def spread(amount: int, quantities: list[int]) -> list[int]:
    """Divide an amount over pieces of a whole: each gets its cumulative share less those before."""
    whole, so_far, given, parts = sum(quantities), 0, 0, []
    for quantity in quantities:
        so_far += quantity
        reached = rounded(Fraction(amount * so_far, whole)) if whole else 0
        parts.append(reached - given)
        given = reached
    return parts


@dataclass
class Whole:
    """A quantity with its amounts, from which pieces are taken one after the other.

    ``gone`` is the quantity taken so far and ``given`` what went with it.  A piece gets the
    cumulative share of each amount, less what was given before.  A split restates ``quantity``
    and ``gone``; what was given in cents stays given, so that the pieces always sum to the whole.
    """

    quantity: int
    amounts: dict[str, int]
    gone: int = 0
    given: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.given = self.given or dict.fromkeys(self.amounts, 0)

    @property
    def left(self) -> int:
        return self.quantity - self.gone

    def remaining(self, name: str) -> int:
        return self.amounts[name] - self.given[name]

    def take(self, quantity: int) -> dict[str, int]:
        if not 0 < quantity <= self.left:
            raise AssertionError(f"{quantity} taken from {self.left}")
        self.gone += quantity
        piece = {}
        for name, amount in self.amounts.items():
            reached = rounded(Fraction(amount * self.gone, self.quantity))
            reached = max(reached, self.given[name])
            piece[name] = reached - self.given[name]
            self.given[name] = reached
        return piece

    def what_is_left(self) -> "Whole":
        """What is left, as a whole of its own."""
        return Whole(self.left, {name: self.remaining(name) for name in self.amounts})

    def divide(self, quantities: list[int]) -> "list[Whole]":
        """Wholes in the given proportion: everything is spread by the Money rule."""
        names = list(self.amounts)
        amounts = [spread(self.amounts[name], quantities) for name in names]
        given = [spread(self.given[name], quantities) for name in names]
        sizes = zip(spread(self.quantity, quantities), spread(self.gone, quantities), strict=True)
        return [
            Whole(
                quantity,
                {name: column[at] for name, column in zip(names, amounts, strict=True)},
                gone,
                {name: column[at] for name, column in zip(names, given, strict=True)},
            )
            for at, (quantity, gone) in enumerate(sizes)
        ]

    def restate(self, ratio: Fraction, left: int) -> None:
        """A split: ``left`` is what the cut of the position leaves open of it."""
        self.gone = rounded(self.gone * ratio)
        self.quantity = self.gone + left


def cut(quantities: list[int], ratio: Fraction) -> list[int]:
    """A position after a split: cut once to whole units, then shared by the cumulative rule."""
    return spread(floor(sum(quantities) * ratio), quantities)
