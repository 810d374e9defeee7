"""What contradicts itself in the targets of one household: parents, sums and bands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from taxlots.domain.money import shares
from taxlots.domain.problem import Problem, error, warning

if TYPE_CHECKING:
    from taxlots.domain.target import Target

WHOLE: Final = 10**8


def tree_problems(targets: Sequence[Target]) -> list[Problem]:
    """Every contradiction among the rows of one household, with the nearest that has none.

    Weights of the top level that sum to less than one are a warning: the rest stays in cash.
    """
    problems = [*_twice(targets), *_parents(targets), *_bands(targets)]
    if not problems:
        problems += _sums(targets)
    return problems


def _twice(targets: Sequence[Target]) -> Iterator[Problem]:
    seen: dict[str, Target] = {}
    for target in targets:
        first = seen.setdefault(target.name, target)
        if first is not target:
            yield error(
                target.where,
                "DUPLICATE_TARGET",
                f"the class {target.name} has a target in {first.where} too.",
                "Keep one row; weights that change with time stand in its column glide.",
            )


def _parents(targets: Sequence[Target]) -> Iterator[Problem]:
    rows = {target.name: target for target in targets}
    for target in targets:
        parent = rows.get(target.parent)
        if target.parent and (parent is None or parent.is_symbol):
            known = ", ".join(sorted(t.name for t in targets if not t.is_symbol)) or "none"
            yield error(
                f"{target.where}:parent",
                "UNKNOWN_PARENT",
                f"No row of the household has the class {target.parent!r}.",
                f"Add a row for it, or name one of: {known}.",
            )
        if _is_in_circle(target, rows):
            yield error(
                f"{target.where}:parent",
                "CIRCLE_OF_PARENTS",
                f"{target.name} stands below itself.",
                "Leave the parent of the topmost class blank.",
            )


def _is_in_circle(target: Target, rows: dict[str, Target]) -> bool:
    above = target.parent
    for _ in rows:
        if above == target.name:
            return True
        above = rows[above].parent if above in rows else ""
    return False


def _bands(targets: Sequence[Target]) -> Iterator[Problem]:
    for target in targets:
        low, high = target.band_low, target.band_high
        if low is not None and low > target.weight:
            yield _excluded(target, "band_low", low, "above")
        if high is not None and high < target.weight:
            yield _excluded(target, "band_high", high, "below")


def _excluded(target: Target, column: str, edge: int, side: str) -> Problem:
    return error(
        f"{target.where}:{column}",
        "BAND_EXCLUDES_TARGET",
        f"{column} {shares(edge)} of {target.name} is {side} its weight {shares(target.weight)}.",
        f"Write {column} {shares(target.weight)}, the nearest that the target allows, or move the"
        " weight into the band.",
    )


def _sums(targets: Sequence[Target]) -> Iterator[Problem]:
    groups: dict[str, list[Target]] = {}
    for target in targets:
        groups.setdefault(target.parent, []).append(target)
    rows = {target.name: target for target in targets}
    for name, parts in groups.items():
        if name:
            yield from _parts(rows[name], parts)
    total = sum(target.weight for target in groups.get("", ()))
    if total > WHOLE:
        yield error(
            f"{targets[0].where}:weight",
            "TARGETS_EXCEED_WHOLE",
            f"The targets of {targets[0].household} sum to {shares(total)}.",
            f"Take {shares(total - WHOLE)} away from them: the whole is 1.",
        )
    elif not total:
        yield error(
            f"{targets[0].where}:weight",
            "NO_WEIGHT",
            f"The targets of {targets[0].household} are all 0.",
            "Write what each class is to weigh, 0.30 for 30 %; cash can be a class too.",
        )
    elif total < WHOLE:
        yield warning(
            f"{targets[0].where}:weight",
            "TARGETS_BELOW_WHOLE",
            f"The targets of {targets[0].household} sum to {shares(total)}.",
            f"Add a row for the {shares(WHOLE - total)} that is left, for instance for cash; until"
            " then the weights are taken in proportion.",
        )


def _parts(parent: Target, parts: Sequence[Target]) -> Iterator[Problem]:
    """Children sum to their parent."""
    total = sum(target.weight for target in parts)
    if total != parent.weight:
        names = ", ".join(target.name for target in parts)
        yield error(
            f"{parent.where}:weight",
            "PARTS_DO_NOT_SUM",
            f"{names} sum to {shares(total)}, but {parent.name} above them has"
            f" {shares(parent.weight)}.",
            f"Write {shares(total)} for {parent.name}, or change its parts by"
            f" {shares(parent.weight - total)}; weights are parts of the whole.",
        )
