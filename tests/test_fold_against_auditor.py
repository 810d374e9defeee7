"""The engine and the auditor agree to the cent on random histories.

Twenty blocks of a hundred seeds each, then a search by hypothesis.  A difference is shown with
the smallest history that was found to have it.  Histories with further events are compared by
profile.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from tests.auditor.book import Book, InvalidBookError
from tests.auditor.engine import Audit, audit
from tests.engine_adapter import RefusedHistoryError, Tables, engine_tables
from tests.histories import Cells, History, histories, random_history, smaller

BLOCK = 100
BLOCKS = 20
PROFILES = ("corporate", "options", "averaging", "shorts", "all")
"""Profiles of histories with further events; those of trades alone have a test of their own."""

TABLES = ("realized", "lots", "wash_sales", "shorts")


def audited(history: History) -> Audit:
    return audit(
        Book(
            history.accounts,
            history.rows,
            history.securities,
            history.identical,
            history.policy,
            history.as_of,
        )
    )


def bag(rows: Iterable[Cells], columns: Iterable[str]) -> Counter[tuple[tuple[str, str], ...]]:
    """Rows without their order."""
    names = sorted(columns)
    return Counter(tuple((name, row[name]) for name in names) for row in rows)


def differences(one: Audit | Tables, other: Audit | Tables, columns_of: Audit) -> list[str]:
    """What only one of two answers has, row by row; ``columns_of`` names what to compare."""
    found = []
    for table in TABLES:
        columns = {name for row in getattr(columns_of, table) for name in row}
        first = bag(getattr(one, table), columns) if columns else Counter()
        second = bag(getattr(other, table), columns) if columns else Counter()
        if not columns and (getattr(one, table) or getattr(other, table)):
            found.append(f"{table}: one is empty")
        found += [f"{table} auditor {dict(row)}" for row in (first - second).elements()]
        found += [f"{table} engine  {dict(row)}" for row in (second - first).elements()]
    return sorted(found)


def disagreement(history: History) -> list[str]:
    """Differences and broken identities; nothing for a history that can't have happened."""
    try:
        expected = audited(history)
    except InvalidBookError:
        return []
    try:
        booked = engine_tables(history)
    except RefusedHistoryError as refusal:
        return [f"the engine refuses what the auditor books: {refusal}"]
    found = differences(expected, booked, expected)
    for name, residual in (("auditor", expected.residual), ("engine", booked.residual)):
        if residual:
            found.append(f"the identity of the {name} is off by {residual} cents")
    return found


def story(history: History, found: list[str]) -> str:
    everything = (*history.accounts, *history.securities, *history.identical, *history.rows)
    lines = [
        "  ".join(f"{name}={cell}" for name, cell in one.items() if cell) for one in everything
    ]
    policy = f"policy {history.policy} as of {history.as_of or 'the last row'}"
    return "\n".join([policy, *lines, *found])


def check(history: History) -> None:
    found = disagreement(history)
    if found:
        small = smaller(history, lambda candidate: bool(disagreement(candidate)))
        pytest.fail(story(small, disagreement(small)))


@pytest.mark.parametrize("block", range(BLOCKS))
def test_two_engines_agree_on_random_histories(block: int) -> None:
    for seed in range(block * BLOCK, (block + 1) * BLOCK):
        check(random_history(seed, 8 + seed % 53))


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("block", range(4))
def test_two_engines_agree_on_histories_with_further_events(profile: str, block: int) -> None:
    for seed in range(block * BLOCK, (block + 1) * BLOCK):
        check(random_history(seed, 8 + seed % 53, profile))


@given(histories())
@settings(max_examples=150)
def test_two_engines_agree_on_whatever_hypothesis_finds(history: History) -> None:
    found = disagreement(history)
    assert not found, story(history, found)


def in_blocks(history: History, households: list[str]) -> History:
    """The same book with one household after the other."""
    home = {cells["account"]: cells["household"] for cells in history.accounts}
    return replace(
        history,
        accounts=sorted(history.accounts, key=lambda cells: households.index(cells["household"])),
        rows=sorted(history.rows, key=lambda row: households.index(home[row["account"]])),
    )


def independent_households(seeds: Iterable[int]) -> list[History]:
    """Histories of two households that share no row."""
    drawn = [random_history(seed, 40) for seed in seeds]
    return [
        history
        for history in drawn
        if len({cells["household"] for cells in history.accounts}) == 2
        and all(row["account"] for row in history.rows)
    ]


def test_the_order_of_independent_households_changes_nothing() -> None:
    for history in independent_households(range(50_000, 51_000)):
        expected = audited(history)
        for households in (["H1", "H2"], ["H2", "H1"]):
            moved = engine_tables(in_blocks(history, households))
            assert not differences(expected, moved, expected), story(history, [])
