"""Substantially identical securities: what the taxpayer's policy says that they are.

The law gives facts and circumstances (Pub. 550, "Substantially identical"); the engine gives no
opinion of its own.  Same symbol, same CUSIP and share classes of one fund are identical by
default, the rest is what ``identical.csv`` lists (decision D17).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Final

from taxlots.domain.calendar import day_of
from taxlots.domain.security import IdenticalMember, Security, SecurityKind
from taxlots.law.cites import cites

ALWAYS_FROM: Final = -(1 << 30)
ALWAYS_TO: Final = 1 << 30


@dataclass(slots=True)
class Membership:
    """A security stands in a group from one day to another, both included."""

    group: Annotated[int, "i4"] = 0
    start_day: Annotated[int, "i4"] = ALWAYS_FROM
    end_day: Annotated[int, "i4"] = ALWAYS_TO


@dataclass(slots=True)
class Kinship:
    """Where a security's memberships stand, and what it calls (its own number if nothing)."""

    first: Annotated[int, "i4"] = 0
    count: Annotated[int, "i4"] = 0
    underlying: Annotated[int, "i4"] = 0


@cites("26 USC 1091(a)", "Treas. Reg. 1.1091-1(a)")
def share_group(
    kinships: Sequence[Kinship],
    memberships: Sequence[Membership],
    first: int,
    second: int,
    day: int,
) -> bool:
    """Whether two securities are the same or members of one group on a day."""
    if first == second:
        return True
    a = kinships[first]
    b = kinships[second]
    for i in range(a.first, a.first + a.count):
        mine = memberships[i]
        if mine.start_day <= day <= mine.end_day:
            for j in range(b.first, b.first + b.count):
                theirs = memberships[j]
                if theirs.group == mine.group and theirs.start_day <= day <= theirs.end_day:
                    return True
    return False


@cites("26 USC 1091(a)", "Treas. Reg. 1.1091-1(f)", "Rev. Rul. 56-406")
def replaces(
    kinships: Sequence[Kinship],
    memberships: Sequence[Membership],
    acquired: int,
    sold: int,
    sold_day: int,
) -> bool:
    """Whether acquiring one security replaces another, sold at a loss on ``sold_day``.

    An option to acquire stock counts as that stock; stock does not count as the option unless
    both are listed in one group.
    """
    if share_group(kinships, memberships, acquired, sold, sold_day):
        return True
    called = kinships[acquired].underlying
    return called != acquired and share_group(kinships, memberships, called, sold, sold_day)


@dataclass(frozen=True, slots=True)
class Identity:
    """Which securities are substantially identical, and when.

    ``numbers`` maps a symbol to its place in ``kinships``; ``families`` maps every symbol to the
    name of the largest set in which its matches can lie.  A symbol that is in neither stands for
    itself alone.  ``apart`` are pairs, each both ways, that a named opinion holds not to be
    identical.
    """

    numbers: Mapping[str, int]
    kinships: Sequence[Kinship]
    memberships: Sequence[Membership]
    families: Mapping[str, str]
    apart: frozenset[tuple[str, str]] = frozenset()

    def replaces(self, acquired: str, sold: str, sold_day: int) -> bool:
        """``replaces`` of this module, by symbol."""
        if acquired == sold:
            return True
        if (acquired, sold) in self.apart:
            return False
        a = self.numbers.get(acquired)
        b = self.numbers.get(sold)
        if a is None or b is None:
            return False
        return replaces(self.kinships, self.memberships, a, b, sold_day)

    def family(self, symbol: str) -> str:
        """The name of the symbol's family: the first of its symbols in order of name."""
        return self.families.get(symbol, symbol)

    def relatives(self, symbol: str) -> list[str]:
        """Every symbol of the same family, the symbol itself included, in order of name."""
        family = self.family(symbol)
        return sorted({s for s, f in self.families.items() if f == family} | {symbol})


@cites("Treas. Reg. 1.6045-1(d)(6)(iii)")
def by_cusip(securities: Mapping[str, Security]) -> dict[str, Security]:
    """Securities as a broker tells them apart: by CUSIP alone, options for nothing else."""
    return {
        symbol: replace(security, fund="", index="", underlying="")
        for symbol, security in securities.items()
    }


@cites("26 USC 1091(a)", "Treas. Reg. 1.1091-1(a)")
def identity_of(
    securities: Mapping[str, Security],
    identical: Iterable[IdenticalMember],
    renames: Iterable[tuple[str, str]] = (),
    *,
    merged: Iterable[tuple[str, str]] = (),
    same_index: bool = False,
) -> Identity:
    """Build the identity of a book: listed groups, CUSIP, fund, renames and, if asked, index.

    ``merged`` pairs are of one family, because lots and losses pass from one to the other, but two
    issuers until they do.
    """
    labels = _labels(securities, identical, renames, same_index=same_index)
    calls = {
        s.symbol: s.underlying
        for s in securities.values()
        if s.kind is SecurityKind.OPTION and s.underlying and not s.is_put
    }
    passed = [pair for pair in merged if pair[0] != pair[1]]
    symbols = sorted({*labels, *calls, *calls.values(), *(s for pair in passed for s in pair)})
    numbers = {symbol: number for number, symbol in enumerate(symbols)}
    groups: dict[str, int] = {}
    kinships: list[Kinship] = []
    memberships: list[Membership] = []
    for symbol in symbols:
        mine = labels.get(symbol, [])
        underlying = numbers[calls.get(symbol, symbol)]
        kinships.append(Kinship(len(memberships), len(mine), underlying))
        for label, start, end in mine:
            group = groups.setdefault(label, len(groups))
            memberships.append(Membership(group, start, end))
    return Identity(numbers, kinships, memberships, _families(labels, [*calls.items(), *passed]))


def _labels(
    securities: Mapping[str, Security],
    identical: Iterable[IdenticalMember],
    renames: Iterable[tuple[str, str]],
    *,
    same_index: bool,
) -> dict[str, list[tuple[str, int, int]]]:
    """Symbol -> its groups, each with the first and last day of membership."""
    labels: dict[str, list[tuple[str, int, int]]] = {}

    def join(symbol: str, label: str, start: int = ALWAYS_FROM, end: int = ALWAYS_TO) -> None:
        labels.setdefault(symbol, []).append((label, start, end))

    for member in identical:
        start = ALWAYS_FROM if member.start is None else day_of(member.start)
        end = ALWAYS_TO if member.end is None else day_of(member.end)
        join(member.symbol, f"group {member.group}", start, end)
    for symbol, security in securities.items():
        if security.cusip:
            join(symbol, f"cusip {security.cusip}")
        if security.fund:
            join(symbol, f"fund {security.fund}")
        if security.index and same_index:
            join(symbol, f"index {security.index}")
    pairs = list(renames)
    for old, new in [*pairs, *reversed(pairs)]:
        label = (f"rename {old} {new}", ALWAYS_FROM, ALWAYS_TO)
        both = list(dict.fromkeys([*labels.get(old, []), *labels.get(new, []), label]))
        labels[old] = both
        labels[new] = list(both)
    return labels


def _families(
    labels: Mapping[str, list[tuple[str, int, int]]], pairs: Iterable[tuple[str, str]]
) -> dict[str, str]:
    """Connected components of symbols over groups and pairs, each named by its first symbol."""
    parent: dict[tuple[str, str], tuple[str, str]] = {}

    def root(node: tuple[str, str]) -> tuple[str, str]:
        parent.setdefault(node, node)
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    for symbol, rows in labels.items():
        for label, _, _ in rows:
            parent[root(("group", label))] = root(("symbol", symbol))
    for one, other in pairs:
        parent[root(("symbol", one))] = root(("symbol", other))
    first: dict[tuple[str, str], str] = {}
    symbols = sorted(name for kind, name in parent if kind == "symbol")
    for symbol in symbols:
        first.setdefault(root(("symbol", symbol)), symbol)
    return {symbol: first[root(("symbol", symbol))] for symbol in symbols}
