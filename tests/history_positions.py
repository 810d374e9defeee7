"""Share counts of a history in the making, so that what is drawn is never oversold.

Counts only: no basis, no wash sale.  What a sale by cost takes from which lot is not known here;
such a position is ``unclear`` until it is empty, and no lot of it is named.
"""

from dataclasses import dataclass, field
from fractions import Fraction
from math import floor

RankKey = tuple[str, int, int]


@dataclass
class OpenLot:
    id: str
    rank: RankKey
    units: int


@dataclass
class Position:
    """Shares of one symbol in one account, in 1e-8 shares."""

    lots: list[OpenLot] = field(default_factory=list)
    total: int = 0
    unclear: bool = False
    has_unknown_basis: bool = False

    def add(self, lot_id: str, rank: RankKey, units: int) -> None:
        self.total += units
        if not self.unclear:
            same = [lot for lot in self.lots if lot.id == lot_id]
            if same:
                same[0].units += units
            else:
                self.lots.append(OpenLot(lot_id, rank, units))
                self.lots.sort(key=lambda lot: lot.rank)

    def take(self, units: int, method: str = "FIFO") -> list[OpenLot]:
        """Take shares by a standing order; what was taken, if that is known."""
        self.total -= units
        if self.unclear or (method not in {"FIFO", "LIFO"} and self.total):
            self.unclear = bool(self.total)
            self.lots = []
            return []
        taken = []
        for lot in sorted(self.lots, key=lambda lot: lot.rank, reverse=method == "LIFO"):
            part = min(units, lot.units)
            if part:
                taken.append(OpenLot(lot.id, lot.rank, part))
                lot.units -= part
                units -= part
        self.lots = [lot for lot in self.lots if lot.units]
        return taken

    def take_named(self, named: list[OpenLot]) -> None:
        for name in named:
            lot = next(lot for lot in self.lots if lot.id == name.id)
            lot.units -= name.units
            self.total -= name.units
        self.lots = [lot for lot in self.lots if lot.units]

    def receive(self, taken: list[OpenLot], units: int, *, unknown: bool) -> None:
        """Shares that move in from another position."""
        self.has_unknown_basis |= unknown
        if not taken:
            self.total += units
            self.unclear = True
            self.lots = []
        for lot in taken:
            self.add(lot.id, lot.rank, lot.units)

    def split(self, ratio: Fraction) -> None:
        self.become(floor(self.total * ratio))

    def become(self, total: int) -> None:
        """So many shares in all, shared by the lots in their order."""
        self.total = total
        whole, so_far, before = sum(lot.units for lot in self.lots), 0, 0
        for lot in self.lots:
            so_far += lot.units
            reached = floor(Fraction(self.total * so_far, whole) + Fraction(1, 2))
            lot.units, before = reached - before, reached
        self.lots = [lot for lot in self.lots if lot.units]
