"""``ledger/``: the schema is that of the migrations, every column is explained, examples run."""

import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from taxlots.domain.action import COLUMNS
from taxlots.ledger import schema
from taxlots.ledger.database import engine
from taxlots.ledger.journal import read_transactions
from taxlots.ledger.mapping import REFERENCE_TABLES, STORED_NAMES
from taxlots.ledger.migrate import MIGRATIONS, REVISIONS
from taxlots.ledger.tables import METADATA
from taxlots.ledger.verify import verify_ledger

Import = Callable[..., Any]

LEDGER = Path(__file__).parents[2] / "ledger"
README = (LEDGER / "README.md").read_text(encoding="utf-8")
DICTIONARY = (LEDGER / "dictionary.md").read_text(encoding="utf-8")

WRITERS = {"file", "import", "verify", "close", "harvest"}

SQL = [
    re.sub(r"^ {2}", "", block, flags=re.MULTILINE)
    for block in re.findall(r"^ *```sql\n(.*?)^ *```", README, re.DOTALL | re.MULTILINE)
]


@pytest.fixture
def database(sqlite_database: str) -> str:
    return sqlite_database


def test_migrations_make_the_tables_and_the_schema_file() -> None:
    assert schema.differences() == []


def test_a_schema_file_that_is_out_of_date_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(schema, "SCHEMA", tmp_path / "schema.sql")
    assert schema.main(["--check"]) == 1
    assert "make schema" in capsys.readouterr().err
    assert schema.main([]) == 0
    assert schema.main(["--check"]) == 0


def test_the_program_knows_every_migration() -> None:
    files = sorted(path.name for path in (MIGRATIONS / "versions").glob("r*.py"))
    assert tuple(name[1:5] for name in files) == REVISIONS


def test_the_schema_file_makes_the_same_database_without_any_program() -> None:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript((LEDGER / "schema.sql").read_text(encoding="utf-8"))
        found = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        assert {name for (name,) in found} == set(METADATA.tables)


def test_every_column_is_in_the_dictionary() -> None:
    sections = re.findall(r"^## (\w+)\n(.*?)(?=^## |\Z)", DICTIONARY, re.DOTALL | re.MULTILINE)
    told = {
        table: re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE)
        for table, text in sections
        if table != "Views"
    }
    assert told == {name: list(table.columns.keys()) for name, table in METADATA.tables.items()}


def test_every_row_of_the_dictionary_tells_meaning_and_writer() -> None:
    rows = re.findall(r"^\| `\w+` \|.*\|$", DICTIONARY.split("## Views")[0], re.MULTILINE)
    for row in rows:
        _, _, meaning, _, writers, _, _ = re.split(r"(?<!\\)\|", row)
        assert meaning.strip(), row
        assert set(writers.replace(",", " ").split()) <= WRITERS, row
        assert writers.strip(), row


def test_every_view_is_in_the_dictionary(ledger: Engine, tmp_path: Path) -> None:
    assert ledger is not None
    with closing(sqlite3.connect(tmp_path / "book.db")) as connection:
        views = connection.execute("SELECT name FROM sqlite_master WHERE type = 'view'").fetchall()
    told = re.findall(r"^\| `(\w+)` \|", DICTIONARY.split("## Views")[1], re.MULTILINE)
    assert set(told) == {name for (name,) in views}


def test_the_readme_names_the_table_of_every_file() -> None:
    told = dict(re.findall(r"^\| `([\w.]+)` \| `(\w+)` \|", README, re.MULTILINE))
    kept = {kind.file: kind.table for kind in REFERENCE_TABLES.values()}
    assert told == kept | {"transactions.csv": "journal", "prices.csv": "price"}


def test_stored_columns_are_columns_of_the_tables() -> None:
    assert tuple(STORED_NAMES) == COLUMNS
    assert set(STORED_NAMES.values()) <= set(METADATA.tables["journal"].columns.keys())
    for kind in REFERENCE_TABLES.values():
        table = METADATA.tables[kind.table]
        assert ["position", *kind.columns.values(), "extra"] == table.columns.keys()


@pytest.fixture
def book(ledger: Engine, imported: Import, tmp_path: Path) -> Path:
    """A ledger with rows in it, as a file."""
    imported(
        "T1 2024-01-05 A1 AAPL BUY 0.5 100",
        "T2 2024-02-05 A1 AAPL SELL 0.25 40.5",
        note=["", "sold; the rest\nstays — später"],
        raw=["one", "two"],
    )
    ledger.dispose()
    return tmp_path / "book.db"


@pytest.mark.parametrize("statement", SQL, ids=range(len(SQL)))
def test_an_example_of_the_readme_runs(
    book: Path, statement: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(book.parent)
    with closing(sqlite3.connect(book, isolation_level=None)) as connection:
        connection.execute(statement.strip())


def test_the_readable_journal_is_in_dollars_and_shares(book: Path) -> None:
    with closing(sqlite3.connect(book)) as connection:
        query = "SELECT id, quantity, amount, cost_basis, file, line FROM journal_readable"
        assert connection.execute(query).fetchall() == [
            ("T1", "0.5", "100.00", "", "export.csv", 2),
            ("T2", "0.25", "40.50", "", "export.csv", 3),
        ]


def test_the_readable_journal_is_what_the_program_reads(book: Path) -> None:
    with closing(sqlite3.connect(book)) as connection:
        connection.row_factory = sqlite3.Row
        shown = [dict(row) for row in connection.execute("SELECT * FROM journal_readable")]
    read = read_transactions(engine(f"sqlite:///{book}")).to_pylist()
    assert [{name: row[name] for name in read[0]} for row in shown] == read


def test_hashes_can_be_recomputed_from_the_view(book: Path) -> None:
    with closing(sqlite3.connect(book)) as connection:
        rows = connection.execute("SELECT hashed_text, hash FROM journal_chain").fetchall()
    assert [sha256(text.encode()).hexdigest() for text, _ in rows] == [own for _, own in rows]
    assert len(rows) == 2


def test_a_backup_verifies(book: Path) -> None:
    with closing(sqlite3.connect(book, isolation_level=None)) as connection:
        connection.execute(f"VACUUM INTO '{book.parent / 'copy.db'}'")
    assert verify_ledger(engine(f"sqlite:///{book.parent / 'copy.db'}")) == []


def test_the_csv_example_names_the_columns_of_the_interchange_format() -> None:
    example = re.search(r'-csv book\.db "SELECT (.*?)\s+FROM', README, re.DOTALL)
    assert example is not None
    assert tuple(re.split(r",\s+", example[1])) == COLUMNS
