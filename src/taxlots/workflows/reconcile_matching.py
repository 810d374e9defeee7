"""Which pieces of a book's sales are which rows of a broker's form: matching by sorted keys.

Nobody numbers lots alike, so rows are recognized by what both sides tell: the custodian's own
numbers, else account, security, day of sale, day of purchase, quantity and amounts, from the
surest likeness to the weakest.  Every pass looks keys up or walks two sorted rows once, so that the
work grows with the rows, not with their square.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from itertools import product
from typing import Final

from taxlots.workflows.lot_matching import NEAR_DAYS, ROUNDED_UNITS

Key = Hashable


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One piece, or one row of a form, as it is matched: 1e-8 shares, cents, day numbers.

    ``place`` is account and symbol; ``days`` those on which it may be told as acquired, none where
    it is not told; ``sale`` groups the pieces of one sale (blank on a form's row); ``numbers`` are
    the custodian's of lot and sale, blank where there are none.  ``quantity`` 0: not told.
    """

    place: tuple[str, str]
    sold: int
    days: tuple[int, ...]
    quantity: int
    proceeds_cents: int
    basis_cents: int | None
    disallowed_cents: int
    term: str = ""
    sale: str = ""
    numbers: tuple[str, str] = ("", "")


@dataclass(frozen=True, slots=True)
class Matched:
    """The places of rows of both sides that are the same; one side may be empty."""

    ours: tuple[int, ...]
    theirs: tuple[int, ...]
    is_rest: bool = False


def match_rows(ours: list[Row], theirs: list[Row]) -> list[Matched]:
    """Match two lists of rows; every row of either stands in exactly one match."""
    left = _Unmatched(ours, theirs)
    left.match_numbers()
    left.match_single_rows(SURE)
    left.match_whole_lots()
    left.match_single_rows(LIKELY)
    left.match_lots()
    left.match_undated()
    left.match_near()
    left.match_rest()
    return left.found


FIRST_AND_LAST: Final = (0, -1)
"""Places of the day of purchase and of the start of the holding period among a row's days."""

SURE: Final[tuple[Callable[[Row], Key], ...]] = (
    lambda r: (r.quantity, r.proceeds_cents, r.basis_cents, r.disallowed_cents),
    lambda r: (r.quantity, r.proceeds_cents, r.basis_cents),
)
"""What must agree beside place, day of sale and day of purchase, the surest first."""

LIKELY: Final[tuple[Callable[[Row], Key], ...]] = (
    lambda r: (r.quantity, r.proceeds_cents),
    lambda r: (r.quantity, r.basis_cents),
    lambda r: r.quantity,
)
"""What must agree where the amounts of a lot do not."""


class _Unmatched:
    """The rows of both sides that nothing has matched yet, by their places in the lists."""

    def __init__(self, ours: list[Row], theirs: list[Row]) -> None:
        self.ours: dict[int, Row] = dict(enumerate(ours))
        self.theirs: dict[int, Row] = dict(enumerate(theirs))
        self.found: list[Matched] = []

    def match_numbers(self) -> None:
        """Match what the custodian numbers: all rows of a lot and sale at once."""
        if not any(row.numbers[0] for row in self.theirs.values()):
            return
        self._pair_groups(
            lambda row: (row.place, row.numbers) if row.numbers[0] else None, _is_as_many
        )

    def match_single_rows(self, likenesses: tuple[Callable[[Row], Key], ...]) -> None:
        """Match single rows of one day of sale and purchase by quantity and amounts."""
        for likeness, at in product(likenesses, FIRST_AND_LAST):
            self._pair_single(_by_lot(at, likeness))

    def match_whole_lots(self) -> None:
        """Match all rows of one day of sale and purchase whose shares and amounts sum alike."""
        for at in FIRST_AND_LAST:
            self._pair_groups(_by_lot(at), _sums_alike)

    def match_lots(self) -> None:
        """Match all rows of one day of sale and purchase that are as many shares, or nearly."""
        for fits, at in product((_is_as_many, _is_untold, _is_nearly_as_many), FIRST_AND_LAST):
            self._pair_groups(_by_lot(at), fits)

    def match_undated(self) -> None:
        """Match rows without a day of purchase with a piece, a sale, or a day's sales."""
        undated = {at for at, row in self.theirs.items() if not row.days}
        if not undated:
            return
        self._pair_units(lambda at, row: (*_sale(row), row.term, at), undated)
        self._pair_units(lambda _, row: (*_sale(row), row.term), undated)
        self._pair_units(lambda _, row: _sale(row), undated)
        for key, fits in product((_by_term, _by_day_of_sale), (_is_as_many, _is_untold)):
            self._pair_groups(key, fits, undated)

    def match_near(self) -> None:
        """Match rows of the same shares whose days are a settlement apart."""
        for at in FIRST_AND_LAST:
            self._pair_near(_by_purchase(at), lambda row: row.sold)
        self._pair_near(
            lambda row: (row.place, row.quantity, row.sold) if row.days else None,
            lambda row: row.days[0],
        )
        self._pair_near(
            lambda row: (row.place, row.quantity, row.proceeds_cents), lambda row: row.sold
        )

    def match_rest(self) -> None:
        """Leave together what is left of a day's sales of a security; then what stands alone."""
        self._pair_groups(_by_day_of_sale, _is_any, is_rest=True)
        self._pair_near_groups()
        for at in list(self.ours):
            self._take([at], [])
        for at in list(self.theirs):
            self._take([], [at])

    def _pair_single(self, key: Callable[[Row], Key | None]) -> None:
        waiting: dict[Key, list[int]] = defaultdict(list)
        for at in reversed(self.ours):
            if (own := key(self.ours[at])) is not None:
                waiting[own].append(at)
        for at in list(self.theirs):
            if waiting.get(told := key(self.theirs[at])):
                self._take([waiting[told].pop()], [at])

    def _pair_groups(
        self,
        key: Callable[[Row], Key | None],
        fits: Callable[[list[Row], list[Row]], bool],
        only: set[int] | None = None,
        *,
        is_rest: bool = False,
    ) -> None:
        """Match all rows that share a key, where both sides fit; ``only`` limits theirs."""
        theirs = _grouped(self.theirs, key, only)
        ours = _grouped(self.ours, key) if theirs else {}
        for told, group in theirs.items():
            mine = ours.get(told)
            if mine and fits([self.ours[at] for at in mine], [self.theirs[at] for at in group]):
                self._take(mine, group, is_rest=is_rest)

    def _pair_units(self, of_unit: Callable[[int, Row], Key], undated: set[int]) -> None:
        """Match single undated rows with units of ours that bring as much for as many shares."""
        units: dict[Key, list[int]] = defaultdict(list)
        for at, row in self.ours.items():
            units[of_unit(at, row)].append(at)
        waiting: dict[Key, list[list[int]]] = defaultdict(list)
        for members in reversed(units.values()):
            rows = [self.ours[at] for at in members]
            terms = {row.term for row in rows}
            own_term = terms.pop() if len(terms) == 1 else ""
            whole = (rows[0].place, rows[0].sold, sum(row.proceeds_cents for row in rows))
            for quantity, term in product((_quantity(rows), 0), (own_term, "")):
                waiting[(*whole, quantity, term)].append(members)
        for at in [at for at in self.theirs if at in undated]:
            row = self.theirs[at]
            open_units = waiting.get(
                (row.place, row.sold, row.proceeds_cents, row.quantity, row.term), []
            )
            while open_units:
                members = open_units.pop()
                if all(one in self.ours for one in members):
                    self._take(members, [at])
                    break

    def _pair_near(self, key: Callable[[Row], Key | None], day: Callable[[Row], int]) -> None:
        """Walk the rows of each key on both sides by day, and match those that are near."""
        theirs = _grouped(self.theirs, key)
        ours = _grouped(self.ours, key) if theirs else {}
        for told, group in theirs.items():
            mine = iter(sorted(ours.get(told, ()), key=lambda at: day(self.ours[at])))
            candidate = next(mine, None)
            for at in sorted(group, key=lambda at: day(self.theirs[at])):
                row = self.theirs[at]
                while candidate is not None and day(self.ours[candidate]) < day(row) - NEAR_DAYS:
                    candidate = next(mine, None)
                if candidate is None:
                    break
                if _is_near(self.ours[candidate], row):
                    self._take([candidate], [at])
                    candidate = next(mine, None)

    def _pair_near_groups(self) -> None:
        """Match what is left of two near days, if it is as many shares."""
        ours = _grouped(self.ours, _by_day_of_sale)
        by_place: dict[Key, list[tuple[int, list[int]]]] = defaultdict(list)
        for members in ours.values():
            row = self.ours[members[0]]
            by_place[row.place].append((row.sold, members))
        for group in _grouped(self.theirs, _by_day_of_sale).values():
            row = self.theirs[group[0]]
            near = by_place.get(row.place, [])
            for at, (sold, members) in enumerate(near):
                is_close = abs(sold - row.sold) <= NEAR_DAYS
                if is_close and _is_as_many(
                    [self.ours[one] for one in members], [self.theirs[one] for one in group]
                ):
                    self._take(members, group, is_rest=True)
                    del near[at]
                    break

    def _take(self, ours: list[int], theirs: list[int], *, is_rest: bool = False) -> None:
        self.found.append(Matched(tuple(ours), tuple(theirs), is_rest))
        for at in ours:
            del self.ours[at]
        for at in theirs:
            del self.theirs[at]


def _by_lot(at: int, sure: Callable[[Row], Key] | None = None) -> Callable[[Row], Key | None]:
    """A key of place, day of sale and day of purchase, with what else must agree."""

    def key(row: Row) -> Key | None:
        if not row.days or (sure is not None and not row.quantity):
            return None
        return row.place, row.sold, row.days[at], None if sure is None else sure(row)

    return key


def _by_purchase(at: int) -> Callable[[Row], Key | None]:
    """A key of place, shares and day of purchase, whatever the day of sale."""
    return lambda row: (row.place, row.quantity, row.days[at]) if row.days else None


def _by_term(row: Row) -> Key | None:
    return (row.place, row.sold, row.term) if row.term else None


def _by_day_of_sale(row: Row) -> Key | None:
    return row.place, row.sold


def _sale(row: Row) -> tuple[Key, ...]:
    return row.place, row.sold, row.sale


def _grouped(
    rows: dict[int, Row], key: Callable[[Row], Key | None], only: set[int] | None = None
) -> dict[Key, list[int]]:
    groups: dict[Key, list[int]] = defaultdict(list)
    for at, row in rows.items():
        if (only is None or at in only) and (own := key(row)) is not None:
            groups[own].append(at)
    return groups


def _quantity(rows: list[Row]) -> int:
    return sum(row.quantity for row in rows)


def _is_as_many(ours: list[Row], theirs: list[Row]) -> bool:
    return _quantity(ours) == _quantity(theirs) and all(row.quantity for row in theirs)


def _sums_alike(ours: list[Row], theirs: list[Row]) -> bool:
    """Whether shares, proceeds and basis of both sides are the same in sum."""
    return (
        _is_as_many(ours, theirs)
        and sum(row.proceeds_cents for row in ours) == sum(row.proceeds_cents for row in theirs)
        and _basis(ours) == _basis(theirs)
    )


def _basis(rows: list[Row]) -> int | None:
    known = [row.basis_cents for row in rows if row.basis_cents is not None]
    return sum(known) if len(known) == len(rows) else None


def _is_untold(_ours: list[Row], theirs: list[Row]) -> bool:
    return any(not row.quantity for row in theirs)


def _is_nearly_as_many(ours: list[Row], theirs: list[Row]) -> bool:
    """Whether fractions that were rounded apart are all that differs."""
    lots = max(len(ours), len(theirs))
    return abs(_quantity(ours) - _quantity(theirs)) <= lots * ROUNDED_UNITS


def _is_any(_ours: list[Row], _theirs: list[Row]) -> bool:
    return True


def _is_near(ours: Row, theirs: Row) -> bool:
    """Whether both days are so near that one may be a trade's, the other its settlement's."""
    is_sold_near = abs(ours.sold - theirs.sold) <= NEAR_DAYS
    gaps = [abs(a - b) for a in ours.days for b in theirs.days]
    return is_sold_near and (not gaps or min(gaps) <= NEAR_DAYS)


def recognized(ours: list[Row], theirs: list[Row], names: list[str]) -> Iterator[tuple[str, str]]:
    """Securities that a form calls by a name of its own, and the symbol that their sales show.

    ``names`` are those of ``theirs``, blank where the symbol is known.  A name is a symbol's if
    every one of its rows that has a piece of the same account, day, shares and proceeds has it of
    that symbol alone.
    """
    symbols: dict[Key, set[str]] = defaultdict(set)
    for row in ours:
        symbols[row.place[0], row.sold, row.quantity, row.proceeds_cents].add(row.place[1])
    votes: dict[str, list[set[str]]] = defaultdict(list)
    for name, row in zip(names, theirs, strict=True):
        if name:
            key = (row.place[0], row.sold, row.quantity, row.proceeds_cents)
            votes[name].append(symbols.get(key, set()))
    for name, sets in votes.items():
        told = [one for one in sets if one]
        common = set.intersection(*told) if told else set()
        if len(common) == 1:
            yield name, common.pop()
