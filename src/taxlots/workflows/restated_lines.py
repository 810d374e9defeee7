"""Which figures of the results changed: pure comparison of two results, line by line."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Final, TypeVar

from taxlots.domain.money import scaled, shares
from taxlots.reports.restated import YearRestated

Cells = Mapping[str, str]
Line = TypeVar("Line")

MONEY: Final = frozenset(
    {
        "proceeds",
        "cost_basis",
        "unadjusted_cost_basis",
        "wash_sale_adjustment",
        "wash_sale_loss_disallowed",
        "permanently_disallowed",
        "nondeductible_loss",
        "gain",
        "disallowed",
        "permanent",
        "realized",
        "unrealized_prior_year_end",
        "unrealized_year_end",
        "aggregate",
        "short_term",
        "long_term",
    }
)
KEYS: Final = {
    "realized": ("sale_id", "lot_id"),
    "lots": ("lot_id", "account", "symbol"),
    "wash_sales": ("sale_id", "loss_lot_id", "replacement_lot_id"),
}
"""By what a line of a result is recognized; several lines may share a key."""

NAMED: Final = frozenset(
    {"household", "replacement_account", *(k for ks in KEYS.values() for k in ks)}
)
"""Cells that say which line it is: no figures."""


@dataclass(frozen=True, slots=True)
class LineChanged:
    """A line before and after; None where there is none."""

    before: Cells | None
    after: Cells | None

    @property
    def cells(self) -> Cells:
        """The line as it is, or as it was."""
        line = self.after if self.after is not None else self.before
        if line is None:
            raise AssertionError("a line that changed was there before or is there after")
        return line


def changed_lines(
    result: str,
    before: Iterable[Cells],
    after: Iterable[Cells],
    successors: Mapping[str, str] | None = None,
    key: Sequence[str] = (),
) -> list[LineChanged]:
    """The lines of a result that differ, in the order of the later result, then of the earlier.

    ``successors`` maps ids that were taken back to those of the corrected rows: the earlier lines
    are shown, and recognized, under the later ids.  ``key`` names the cells by which lines of a
    result that is not in ``KEYS`` are recognized.
    """
    cells = key or KEYS[result]
    pairs = aligned(
        [_renamed(line, successors or {}) for line in before],
        list(after),
        lambda line: tuple(line.get(name, "") for name in cells),
        lambda a, b: dict(a) == dict(b),
    )
    return [LineChanged(a, b) for a, b in pairs]


def _renamed(line: Cells, successors: Mapping[str, str]) -> Cells:
    return {
        name: successors.get(cell, cell) if name.endswith("_id") else cell
        for name, cell in line.items()
    }


def aligned(
    before: Sequence[Line],
    after: Sequence[Line],
    key: Callable[[Line], Hashable],
    is_same: Callable[[Line, Line], bool],
) -> list[tuple[Line | None, Line | None]]:
    """The lines that differ, paired by their key; of one key, equal lines go first."""
    old: dict[Hashable, list[Line]] = defaultdict(list)
    new: dict[Hashable, list[Line]] = defaultdict(list)
    for line in before:
        old[key(line)].append(line)
    for line in after:
        new[key(line)].append(line)
    found: list[tuple[Line | None, Line | None]] = []
    for name in dict.fromkeys([*new, *old]):
        mine, theirs = old[name], new[name]
        for line in list(theirs):
            twin = next((one for one in mine if is_same(one, line)), None)
            if twin is not None:
                mine.remove(twin)
                theirs.remove(line)
        found.extend(zip_longest(mine, theirs))
    return found


def figures_of(line: LineChanged) -> list[tuple[str, str, str, str]]:
    """Figure, before, after and difference of every cell that differs."""
    names = [name for name in line.cells if name not in NAMED]
    before, after = line.before or {}, line.after or {}
    return [
        (name, before.get(name, ""), after.get(name, ""), difference(name, before, after))
        for name in names
        if before.get(name, "") != after.get(name, "")
    ]


def difference(name: str, before: Cells, after: Cells) -> str:
    """After less before: cents for money, shares for quantities, blank for all else.

    A line that is not there counts as 0; a figure that is not known has no difference.
    """
    places = 2 if name in MONEY else 8 if name == "quantity" else None
    if places is None:
        return ""
    numbers = [
        0 if not cells else scaled(cells.get(name) or " ", places) for cells in (before, after)
    ]
    if None in numbers:
        return ""
    old, new = (number or 0 for number in numbers)
    return str(new - old) if places == 2 else shares(new - old)  # noqa: PLR2004 (cents)


def restated_years(
    before: Iterable[Cells], after: Iterable[Cells], tax_return: Mapping[str, str]
) -> list[YearRestated]:
    """Gains by tax return, year of sale and term that differ; ``tax_return`` is by account.

    Pieces of unknown basis are in no sum.
    """
    sums: dict[tuple[str, str, str], list[int]] = defaultdict(lambda: [0, 0])
    for side, lines in enumerate((before, after)):
        for line in lines:
            place = (
                tax_return.get(line["account"], ""),
                line["sold_date"][:4],
                line["term"],
            )
            sums[place][side] += scaled(line["gain"], 2) or 0 if line["gain"] else 0
    return [
        YearRestated(
            tax_return=name, year=year, term=term, before_cents=sides[0], after_cents=sides[1]
        )
        for (name, year, term), sides in sorted(sums.items())
        if sides[0] != sides[1]
    ]
