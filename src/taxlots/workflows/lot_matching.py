"""Which of our lots is which of the custodian's: pure matching of one position.

Nobody numbers lots alike, so they are recognized by what both sides tell: the custodian's own
number where the journal has it, else days, quantities and basis, from the surest likeness to the
weakest.  Lots that nothing recognizes are left together, for the causes to explain.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import product
from typing import Final

NEAR_DAYS: Final = 5
"""Calendar days within which a settlement follows its trade, a long weekend included."""

ROUNDED_UNITS: Final = 100_000
"""A thousandth of a share: what custodians round fractions to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LotFigures:
    """One lot, or one closed piece of a lot, as one side tells it.

    ``name`` is our lot's id, or the file and line of the custodian's; ``number`` is what the
    custodian calls the purchase, and ``sale`` the sale.  ``days`` are the days on which it counts
    as acquired: the purchase, and the start of its holding period.  Quantity in 1e-8 shares (0: not
    told), money in cents; None: not known.  ``wash_cents`` is the deferred loss inside the basis,
    ``disallowed_cents`` what a sale could not deduct.
    """

    name: str
    quantity: int
    basis_cents: int | None
    days: tuple[date, ...] = ()
    closed: date | None = None
    sale: str = ""
    number: str = ""
    unadjusted_cents: int | None = None
    wash_cents: int = 0
    proceeds_cents: int = 0
    disallowed_cents: int = 0
    term: str = ""


@dataclass(frozen=True, slots=True)
class Pairing:
    """Our lots and the custodian's that are the same; one of the two may be empty.

    ``is_rest``: nothing recognizes them; they are what is left of a position or of a sale.
    """

    ours: tuple[LotFigures, ...]
    theirs: tuple[LotFigures, ...]
    is_rest: bool = False

    @property
    def quantity_difference(self) -> int:
        """Theirs less ours; 0 where the custodian does not tell a quantity."""
        if any(not lot.quantity for lot in self.theirs):
            return 0
        return quantity_of(self.theirs) - quantity_of(self.ours)

    @property
    def basis_difference(self) -> int | None:
        """Theirs less ours in cents; None where one side does not know it."""
        ours, theirs = basis_of(self.ours), basis_of(self.theirs)
        return None if ours is None or theirs is None else theirs - ours

    @property
    def proceeds_difference(self) -> int:
        """Theirs less ours in cents."""
        return _proceeds(self.theirs) - _proceeds(self.ours)

    @property
    def disallowed_difference(self) -> int:
        """Theirs less ours in cents."""
        theirs = sum(lot.disallowed_cents for lot in self.theirs)
        return theirs - sum(lot.disallowed_cents for lot in self.ours)

    @property
    def has_same_days(self) -> bool:
        """Whether each lot was acquired on a day that the other side knows, or does not tell."""
        return _share_days(self.ours, self.theirs) and _share_days(self.theirs, self.ours)

    @property
    def has_same_close(self) -> bool:
        """Whether both sides closed the lots on the same days."""
        return {lot.closed for lot in self.ours} == {lot.closed for lot in self.theirs}


def quantity_of(lots: Iterable[LotFigures]) -> int:
    """The shares of several lots."""
    return sum(lot.quantity for lot in lots)


def basis_of(lots: Iterable[LotFigures]) -> int | None:
    """The basis of several lots in cents; None where one of them has none."""
    known = [lot.basis_cents for lot in lots]
    return None if None in known else sum(cents for cents in known if cents is not None)


def match(ours: Sequence[LotFigures], theirs: Sequence[LotFigures]) -> list[Pairing]:
    """Pair the lots of one position, or the closed pieces of one, surest likeness first.

    Every lot of either side stands in exactly one pairing.
    """
    left = _Unpaired(list(ours), list(theirs))
    left.pair_groups(lambda lot: (lot.name, lot.sale), lambda lot: (lot.number, lot.sale))
    if any(lot.closed is None for lot in theirs):
        left.pair_groups(lambda lot: (lot.name,), lambda lot: (lot.number,))
    left.pair_alike(lambda a, b: _is_same_day(a, b) and _is_same_size(a, b) and _costs_same(a, b))
    left.pair_alike(lambda a, b: _is_same_day(a, b) and _is_same_size(a, b))
    left.pair_days()
    left.pair_alike(lambda a, b: _is_undated_same(a, b) and _costs_same(a, b))
    left.pair_sales()
    left.pair_alike(lambda a, b: _is_same_size(a, b) and _is_near(a, b))
    left.pair_alike(lambda a, b: _is_same_day(a, b) and _is_nearly_same_size(a, b))
    left.pair_unequal_days()
    left.pair_rest()
    return left.paired


def reproduces(pieces: Sequence[LotFigures], theirs: Sequence[LotFigures]) -> bool:
    """Whether booked lots are the custodian's: the same days with the same quantities.

    Lots of theirs without a day of purchase take what the others leave of their day of sale.
    """
    if not theirs:
        return False
    told: dict[Hashable, int] = defaultdict(int)
    for lot in theirs:
        told[lot.closed, lot.days[-1] if lot.days else None] += lot.quantity
    has_quantities = all(lot.quantity for lot in theirs)
    booked: dict[Hashable, int] = defaultdict(int)
    for lot in pieces:
        known = (day for day in lot.days if (lot.closed, day) in told)
        booked[lot.closed, next(known, None)] += lot.quantity
    return booked == told if has_quantities else booked.keys() == told.keys()


class _Unpaired:
    """The lots of both sides that no likeness has paired yet."""

    def __init__(self, ours: list[LotFigures], theirs: list[LotFigures]) -> None:
        self.ours = ours
        self.theirs = theirs
        self.paired: list[Pairing] = []

    def pair_groups(
        self,
        of_ours: Callable[[LotFigures], Hashable],
        of_theirs: Callable[[LotFigures], Hashable],
    ) -> None:
        """Pair all lots of ours with a key with all of theirs that have it."""
        ours, theirs = _grouped(self.ours, of_ours), _grouped(self.theirs, of_theirs)
        for key, group in theirs.items():
            if key in ours and all(lot.number for lot in group):
                self._take(ours[key], group)

    def pair_alike(self, alike: Callable[[LotFigures, LotFigures], bool]) -> None:
        """Pair single lots, in order, each at most once."""
        for their in list(self.theirs):
            mine = next((lot for lot in self.ours if alike(lot, their)), None)
            if mine is not None:
                self._take([mine], [their])

    def pair_days(self) -> None:
        """Pair all lots of one day, if they are as many shares on both sides."""
        for theirs in _grouped(self.theirs, lambda lot: (lot.closed, lot.days[-1:])).values():
            ours = [lot for lot in self.ours if any(_is_same_day(lot, t) for t in theirs)]
            if ours and quantity_of(ours) == quantity_of(theirs):
                self._take(ours, theirs)

    def pair_sales(self) -> None:
        """Pair the pieces of one day's sales where the custodian tells no day of acquisition."""
        undated = [lot for lot in self.theirs if lot.closed and not lot.days]
        for closed, theirs in _grouped(undated, lambda lot: lot.closed).items():
            ours = [lot for lot in self.ours if lot.closed == closed]
            is_told = all(lot.quantity for lot in theirs)
            if ours and (not is_told or quantity_of(ours) == quantity_of(theirs)):
                self._take(ours, theirs)

    def pair_unequal_days(self) -> None:
        """Pair lots of one day though they differ in size, where shares are missing.

        Where none are, other lots were sold: then what is left is looked at as a whole.
        """
        if quantity_of(self.ours) != quantity_of(self.theirs):
            self.pair_alike(_is_same_day)

    def pair_rest(self) -> None:
        """Leave what is left together: by the day of sale where both sides have one, else all."""
        for closed, theirs in _grouped(self.theirs, lambda lot: lot.closed).items():
            ours = [lot for lot in self.ours if lot.closed == closed]
            if closed is not None and ours:
                self._take(ours, theirs, is_rest=True)
        if self.ours or self.theirs:
            self._take(list(self.ours), list(self.theirs), is_rest=True)

    def _take(
        self, ours: list[LotFigures], theirs: list[LotFigures], *, is_rest: bool = False
    ) -> None:
        self.paired.append(Pairing(tuple(ours), tuple(theirs), is_rest))
        self.ours = _without(self.ours, ours)
        self.theirs = _without(self.theirs, theirs)


def _without(lots: list[LotFigures], taken: list[LotFigures]) -> list[LotFigures]:
    """The lots that are not taken; equal ones are told apart by their identity."""
    places = {id(lot) for lot in taken}
    return [lot for lot in lots if id(lot) not in places]


def _grouped(
    lots: Iterable[LotFigures], key: Callable[[LotFigures], Hashable]
) -> Mapping[Hashable, list[LotFigures]]:
    groups: dict[Hashable, list[LotFigures]] = defaultdict(list)
    for lot in lots:
        groups[key(lot)].append(lot)
    return groups


def _is_same_day(ours: LotFigures, theirs: LotFigures) -> bool:
    return ours.closed == theirs.closed and bool(set(ours.days) & set(theirs.days))


def _is_undated_same(ours: LotFigures, theirs: LotFigures) -> bool:
    """Whether one sale told without a day of acquisition is as many shares as ours."""
    same = theirs.closed is not None and ours.closed == theirs.closed and not theirs.days
    return same and _is_same_size(ours, theirs)


def _is_same_size(ours: LotFigures, theirs: LotFigures) -> bool:
    return ours.quantity == theirs.quantity


def _is_nearly_same_size(ours: LotFigures, theirs: LotFigures) -> bool:
    return abs(ours.quantity - theirs.quantity) <= ROUNDED_UNITS


def _costs_same(ours: LotFigures, theirs: LotFigures) -> bool:
    same = ours.basis_cents == theirs.basis_cents
    return same and ours.proceeds_cents == theirs.proceeds_cents


def _is_near(ours: LotFigures, theirs: LotFigures) -> bool:
    """Whether both days are so near that one may be a trade's, the other its settlement's."""
    closes = [(ours.closed, theirs.closed)] if ours.closed and theirs.closed else []
    opens = list(product(ours.days, theirs.days))
    is_opened_near = not opens or any(abs((a - b).days) <= NEAR_DAYS for a, b in opens)
    return is_opened_near and all(abs((a - b).days) <= NEAR_DAYS for a, b in closes)


def _share_days(lots: Iterable[LotFigures], others: Sequence[LotFigures]) -> bool:
    told = {day for other in others for day in other.days}
    return all(not lot.days or not told or set(lot.days) & told for lot in lots)


def _proceeds(lots: Iterable[LotFigures]) -> int:
    return sum(lot.proceeds_cents for lot in lots)
