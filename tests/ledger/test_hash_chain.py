"""Whoever edits, deletes, swaps or cuts off rows past the program is found, and where."""

from collections.abc import Callable
from hashlib import sha256
from typing import Any

import pytest
from sqlalchemy import Engine

from taxlots.ledger.database import writing
from taxlots.ledger.hash_chain import (
    GENESIS,
    GUARDS,
    POSTGRESQL_GUARDS,
    PRESENT,
    linked,
    verify_chain,
)
from taxlots.ledger.tables import CHAINED
from taxlots.ledger.verify import heads, verify_ledger

Import = Callable[..., Any]

ROWS = tuple(f"T{n} 2024-01-{n:02d} A1 AAPL BUY {n} {n}00" for n in range(1, 7))


@pytest.fixture
def filled(ledger: Engine, imported: Import) -> Engine:
    imported(*ROWS[:4])
    imported(*ROWS[4:], hour=2)
    assert verify_ledger(ledger) == []
    return ledger


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE journal SET amount_cents = amount_cents + 1 WHERE sequence = 3",
        "UPDATE journal SET note = 'x' WHERE sequence = 3",
        "UPDATE journal SET quantity_e8 = NULL WHERE sequence = 3",
        "UPDATE journal SET recorded_at = '2020-01-01T00:00:00.000000Z' WHERE sequence = 3",
        "UPDATE journal SET batch = 2 WHERE sequence = 3",
        "UPDATE journal SET raw = 'another row' WHERE sequence = 3",
        "UPDATE journal SET line = 1 WHERE sequence = 3",
        "UPDATE journal SET hash = previous_hash WHERE sequence = 3",
    ],
)
def test_an_edited_row_is_named(filled: Engine, tamper: Any, statement: str) -> None:
    tamper(statement)
    [problem] = verify_chain(filled)
    assert (problem.code, problem.where) == ("CHAIN_BROKEN", "journal:3")
    assert "edited" in problem.message
    assert "backup" in problem.remedy


def test_a_text_that_moves_into_the_next_cell_is_found(filled: Engine, tamper: Any) -> None:
    tamper("UPDATE journal SET price = '5', fees = '' WHERE sequence = 3")
    assert [p.where for p in verify_chain(filled)] == ["journal:3"]


def test_a_row_deleted_in_the_middle_is_named(filled: Engine, tamper: Any) -> None:
    tamper("DELETE FROM journal WHERE sequence = 3")
    [problem] = verify_chain(filled)
    assert (problem.code, problem.where) == ("CHAIN_BROKEN", "journal:3")
    assert "missing" in problem.message


def test_a_deletion_that_closes_the_gap_is_named(filled: Engine, tamper: Any) -> None:
    tamper(
        "DELETE FROM journal WHERE sequence = 3",
        "UPDATE journal SET sequence = -sequence WHERE sequence > 3",
        "UPDATE journal SET sequence = -sequence - 1 WHERE sequence < 0",
    )
    assert [(p.code, p.where) for p in verify_chain(filled)] == [("CHAIN_BROKEN", "journal:3")]


def test_two_exchanged_rows_are_named(filled: Engine, tamper: Any) -> None:
    tamper(
        "UPDATE journal SET sequence = -1 WHERE sequence = 3",
        "UPDATE journal SET sequence = 3 WHERE sequence = 4",
        "UPDATE journal SET sequence = 4 WHERE sequence = -1",
    )
    [problem] = verify_chain(filled)
    assert (problem.code, problem.where) == ("CHAIN_BROKEN", "journal:3")
    assert "put in its place" in problem.message


def test_a_cut_off_end_is_told(filled: Engine, tamper: Any) -> None:
    tamper("DELETE FROM journal WHERE sequence > 4")
    [problem] = verify_chain(filled)
    assert (problem.code, problem.where) == ("CHAIN_CUT", "journal:5")
    assert "6 rows were recorded and 4 are left" in problem.message


def test_an_emptied_journal_is_told(filled: Engine, tamper: Any) -> None:
    tamper("DELETE FROM journal")
    assert [(p.code, p.where) for p in verify_chain(filled)] == [("CHAIN_CUT", "journal:1")]


def test_an_end_that_was_cut_off_with_its_head_is_told_by_the_next_import(
    filled: Engine, tamper: Any
) -> None:
    """A batch remembers where the journal stood when it came."""
    tamper(
        "DELETE FROM journal WHERE sequence > 3",
        "UPDATE chain_head SET rows = 3, hash = (SELECT hash FROM journal WHERE sequence = 3)"
        " WHERE table_name = 'journal'",
    )
    assert verify_chain(filled) == []
    [problem] = verify_ledger(filled)
    assert (problem.code, problem.where) == ("LINK_BROKEN", "import_batch:2")


def test_a_changed_import_is_named(filled: Engine, tamper: Any) -> None:
    tamper("UPDATE import_batch SET actor = 'bob' WHERE sequence = 1")
    assert [p.where for p in verify_chain(filled)] == ["import_batch:1"]


def test_a_row_added_past_the_program_is_named(filled: Engine, tamper: Any) -> None:
    tamper(
        "CREATE TEMP TABLE forged AS SELECT * FROM journal WHERE sequence = 6",
        "UPDATE forged SET sequence = 7, id = 'T7'",
        "INSERT INTO journal SELECT * FROM forged",
    )
    assert [(p.code, p.where) for p in verify_chain(filled)] == [("CHAIN_BROKEN", "journal:7")]


def test_a_missing_trigger_is_told(filled: Engine, shown: Any) -> None:
    is_sqlite = filled.dialect.name == "sqlite"
    guards = GUARDS if is_sqlite else POSTGRESQL_GUARDS
    present = PRESENT[filled.dialect.name]
    present += "" if is_sqlite else " AND NOT tgisinternal"
    assert {name for (name,) in shown(present)} == set(guards)
    name = "journal_no_update" if is_sqlite else "journal_no_change"
    with writing(filled) as connection:
        connection.exec_driver_sql(f"DROP TRIGGER {name}" + ("" if is_sqlite else " ON journal"))

    [problem] = verify_chain(filled)

    assert (problem.code, problem.where) == ("TRIGGER_MISSING", name)


def test_a_rewritten_chain_shows_against_a_head_that_was_noted(
    filled: Engine, tamper: Any, shown: Any
) -> None:
    noted = heads(filled)["journal"]
    tamper("UPDATE journal SET amount_cents = 1 WHERE sequence = 2")
    cells = shown("SELECT * FROM journal ORDER BY sequence")
    texts = ["\x1f".join("" if c is None else str(c) for c in row[:-2]) for row in cells]
    forged = linked(GENESIS, texts)
    before = [GENESIS, *forged]
    tamper(
        *(
            f"UPDATE journal SET hash = '{own}', previous_hash = '{previous}'"  # noqa: S608
            f" WHERE sequence = {place}"
            for place, (previous, own) in enumerate(zip(before, forged, strict=False), 1)
        ),
        f"UPDATE chain_head SET hash = '{forged[-1]}' WHERE table_name = 'journal'",  # noqa: S608
    )
    assert verify_chain(filled) == []
    assert heads(filled)["journal"] != noted


def test_the_first_hash_as_the_readme_says_it(filled: Engine, shown: Any) -> None:
    """Recomputed without the program: SHA-256 of the last hash and the cells, by U+001F."""
    assert filled is not None
    [(*cells, previous, own)] = shown("SELECT * FROM journal WHERE sequence = 1")
    assert previous == "0" * 64
    text = "\x1f".join([previous, *("" if cell is None else str(cell) for cell in cells)])
    assert own == sha256(text.encode()).hexdigest()


def test_every_chain_has_a_head(ledger: Engine) -> None:
    assert {name: (h.rows, h.hash) for name, h in heads(ledger).items()} == dict.fromkeys(
        CHAINED, (0, GENESIS)
    )
