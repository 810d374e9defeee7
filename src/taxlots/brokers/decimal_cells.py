"""Money and shares out of formats whose numbers are plain decimals.  Exact: no float is made."""

from abc import ABC, abstractmethod
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from taxlots.domain.money import CENTS_PER_DOLLAR, SHARE

_CENT: Final = Decimal(1)


def to_cents(dollars: Decimal) -> int:
    """Dollars of any number of decimals as cents, rounded half up (away from zero)."""
    return int((dollars * CENTS_PER_DOLLAR).quantize(_CENT, ROUND_HALF_UP))


def plain(value: Decimal) -> str:
    """A number as plain decimal text, without an exponent and trailing zeros."""
    text = f"{value:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in {"-0", ""} else text


class DecimalCells(ABC):
    """What cents and shares are made of, for readers that know how their format writes a number."""

    __slots__ = ()

    @abstractmethod
    def number(self, name: str) -> Decimal | None:
        """A number; None when blank or, with an error noted, when it is none."""

    @abstractmethod
    def wrong(self, name: str, code: str, fault: str) -> None:
        """Note that a value cannot be used."""

    def money(self, name: str) -> Decimal:
        """A number of dollars, 0 when blank."""
        return self.number(name) or Decimal(0)

    def cents(self, name: str) -> int | None:
        """Dollars in cents, rounded half up; None when blank or, with an error, unreadable."""
        value = self.number(name)
        return None if value is None else to_cents(value)

    def shares(self, name: str) -> int | None:
        """Signed 1e-8 shares; None when blank or, with an error noted, unreadable."""
        value = self.number(name)
        if value is None:
            return None
        if value * SHARE != int(value * SHARE):
            self.wrong(name, "BAD_QUANTITY", "has more than eight decimals")
            return None
        return int(value * SHARE)
