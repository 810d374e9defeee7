"""The tables of one partition: what they are, and the record that they state.

A partition is a book of some households: Arrow tables with the columns of the interchange format.
``book`` has one row: ``name``, ``toml`` (the text of ``book.toml``), ``file_name`` (of the journal)
and ``is_arrival_ordered``.  The journal, and what files state of people and households, has
``source_line`` besides, the line of the row in the file that the book was partitioned from.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from taxlots.batch.kept_lots import CUSTODIAN_LOTS
from taxlots.batch.linked_households import Unit
from taxlots.batch.owners import EVERYWHERE, NOWHERE, Places, dealings
from taxlots.book.record import LINES, Record
from taxlots.domain.account import Account
from taxlots.domain.harvest_rule import RETURNS
from taxlots.domain.policy import Policy
from taxlots.domain.problem import Problem
from taxlots.domain.security import IdenticalMember, Proxy, Security
from taxlots.ledger.reference import (
    Cells,
    accounts_from,
    identical_from,
    policy_from,
    proxies_from,
    securities_from,
)

Tables = Mapping[str, pa.Table]
Kind = TypeVar("Kind")
Parser = Callable[[Sequence[Cells], str], tuple[Kind, list[Problem]]]

TARGET_NAMES: Final = "target_names"
"""The table of the classes and securities that have a target in any household of the book."""

SHARED: Final = ("book", "securities", "identical", "proxies", "prices", TARGET_NAMES)
"""What every partition of a book has alike."""

OWN: Final = (
    "accounts",
    "profiles",
    "scheduled",
    CUSTODIAN_LOTS,
    "targets",
    "cash",
    "overrides",
    "transactions",
)
"""What is of the partition's households alone."""

SOURCE_LINE: Final = "source_line"
EMPTY: Final = pa.table({})


def rows_of(tables: Tables, name: str) -> list[dict[str, str]]:
    """A small table as rows of text cells; none where it is missing."""
    return [
        {key: "" if cell is None else str(cell) for key, cell in row.items()}
        for row in tables.get(name, EMPTY).to_pylist()
    ]


def accounts_of(tables: Tables) -> tuple[Account, ...]:
    """The accounts of a partition, which were checked when it was made."""
    return accounts_from(rows_of(tables, "accounts"))[0]


@dataclass(frozen=True, slots=True)
class Common:
    """What all households of a book have alike, read once, with what is wrong with it.

    ``target_names`` are the classes and securities that have a target in any household.
    """

    book: Mapping[str, str]
    settings: Mapping[str, Any]
    policy: Policy
    securities: dict[str, Security]
    identical: tuple[IdenticalMember, ...]
    proxies: tuple[Proxy, ...]
    target_names: frozenset[str]
    problems: tuple[Problem, ...]


def common_of(tables: Tables) -> Common:
    """What the shared tables of a partition state."""
    problems: list[Problem] = []
    book = rows_of(tables, "book")[0]
    settings = tomllib.loads(book["toml"])
    return Common(
        book=book,
        settings=settings,
        policy=policy_from(settings.get("policy", {}))[0],
        securities=_parsed(tables, "securities", securities_from, problems),
        identical=_parsed(tables, "identical", identical_from, problems),
        proxies=_parsed(tables, "proxies", proxies_from, problems),
        target_names=frozenset(row["name"] for row in rows_of(tables, TARGET_NAMES)),
        problems=tuple(problems),
    )


def _parsed(tables: Tables, name: str, parse: Parser[Kind], problems: list[Problem]) -> Kind:
    found, bad = parse(rows_of(tables, name), f"{name}.csv")
    problems.extend(bad)
    return found


def record_from(
    tables: Tables, common: Common | None = None
) -> tuple[Record | None, list[Problem]]:
    """The record that the tables of a partition state; None, with every problem, if it is bad.

    ``common`` is what ``common_of`` made of them, where it is known.
    """
    common = common_of(tables) if common is None else common
    problems: list[Problem] = []
    accounts = _parsed(tables, "accounts", accounts_from, problems)
    problems += common.problems
    settings, book = common.settings, common.book
    transactions, first_line = _with_lines(tables["transactions"])
    record = Record(
        name=book["name"],
        source="",
        policy=common.policy,
        accounts=accounts,
        securities=common.securities,
        identical=common.identical,
        proxies=common.proxies,
        transactions=transactions,
        prices=tables.get("prices"),
        profiles=tuple(rows_of(tables, "profiles")),
        scheduled=tuple(rows_of(tables, "scheduled")),
        targets=tuple(rows_of(tables, "targets")),
        cash=tuple(rows_of(tables, "cash")),
        overrides=tuple(rows_of(tables, "overrides")),
        tax_profile=settings.get("tax_profile", {}),
        harvest=_rule_of(settings.get("harvest", {}), accounts),
        rebalance=settings.get("rebalance", {}),
        file_name=book["file_name"],
        first_line=first_line,
        is_arrival_ordered=book["is_arrival_ordered"] == "true",
    )
    return (None if problems else record), problems


def of_households(tables: Tables, households: Collection[str]) -> dict[str, pa.Table]:
    """The tables of some households; rows for every account stay."""
    kept = dict(tables)
    for name, dealing in dealings(accounts_of(tables), dict.fromkeys(households, 0)).items():
        if name in tables:
            is_theirs = dealing.places(tables[name]) != NOWHERE
            kept[name] = tables[name].filter(pa.array(is_theirs))
    return kept


def tables_of_units(tables: Tables, units: Sequence[Unit]) -> Iterator[dict[str, pa.Table]]:
    """The tables of each unit by itself, in order; rows for every account stay in all.

    Every table is gone through once, however many units there are.
    """
    places = {name: number for number, unit in enumerate(units) for name in unit}
    dealt = {
        name: _Dealt(tables[name].combine_chunks(), dealing.places(tables[name]), len(units))
        for name, dealing in dealings(accounts_of(tables), places).items()
        if name in tables
    }
    for number in range(len(units)):
        yield dict(tables) | {name: one.of(number) for name, one in dealt.items()}


class _Dealt:
    """A table of which the rows of each place are found at once."""

    def __init__(self, table: pa.Table, places: Places, count: int) -> None:
        self.table = table
        self.order = np.argsort(places, kind="stable")
        self.bounds = np.searchsorted(places[self.order], np.arange(count + 1))
        self.everywhere = np.flatnonzero(places == EVERYWHERE)

    def of(self, place: int) -> pa.Table:
        """The rows of one place and of all, as they stood."""
        rows = self.order[self.bounds[place] : self.bounds[place + 1]]
        if len(self.everywhere):
            rows = np.sort(np.concatenate([rows, self.everywhere]))
        return self.table.take(pa.array(rows))


def _with_lines(table: pa.Table) -> tuple[pa.Table, int]:
    """Transactions that know their lines, and the line of the first one."""
    lines = table.column(SOURCE_LINE)
    plain = table.drop_columns([SOURCE_LINE])
    if not len(lines):
        return plain, 2
    first = lines[0].as_py()
    if pc.all(pc.equal(lines, pa.array(range(first, first + len(lines))))).as_py():
        return plain.replace_schema_metadata(None), first
    return plain.replace_schema_metadata({LINES: " ".join(map(str, lines.to_pylist()))}), first


def _rule_of(harvest: Mapping[str, object], accounts: Collection[Account]) -> dict[str, object]:
    """The ``[harvest]`` table without the rules of returns that other partitions have."""
    returns = harvest.get(RETURNS)
    if not isinstance(returns, Mapping):
        return dict(harvest)
    names = {account.tax_return for account in accounts}
    return dict(harvest) | {RETURNS: {k: v for k, v in returns.items() if k in names}}
