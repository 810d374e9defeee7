"""``python -m taxlots.ledger.schema``: keeps ``ledger/schema.sql`` equal to the migrations.

Without an option, or with ``--write``, it writes the file; with ``--check`` it compares file,
migrations and tables; with ``--upgrade URL`` it brings a database up to date.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from taxlots.domain.problem import TaxlotsError, UsageError
from taxlots.ledger.database import reading
from taxlots.ledger.migrate import create, upgrade
from taxlots.ledger.tables import METADATA

if TYPE_CHECKING:
    from sqlalchemy import Connection

SCHEMA: Final = Path(__file__).resolve().parents[3] / "ledger" / "schema.sql"

HEAD: Final = """\
-- The ledger's tables, views and triggers on SQLite.
-- Made from the migrations by "make schema"; dictionary.md explains every column.
"""

KINDS: Final = ("table", "index", "view", "trigger")


def main(arguments: list[str] | None = None) -> int:
    """Run the command; returns 0, 1 where something differs, or 2 where it was used wrongly."""
    parser = argparse.ArgumentParser(prog="python -m taxlots.ledger.schema", description=__doc__)
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--write", action="store_true", help="write ledger/schema.sql (default)")
    what.add_argument("--check", action="store_true", help="compare it, and change nothing")
    what.add_argument("--upgrade", metavar="URL", help="bring a database up to date")
    chosen = parser.parse_args(arguments)
    try:
        if chosen.upgrade:
            before, after = upgrade(chosen.upgrade)
            print(f"The schema was {before} and is {after}.")  # noqa: T201
            return 0
        if not SCHEMA.parent.is_dir():
            raise UsageError(f"{SCHEMA.parent} is not there: run this in a checkout.")
        if chosen.check:
            return _check()
        SCHEMA.write_text(schema_sql(), encoding="utf-8")
    except TaxlotsError as fault:
        print(fault, file=sys.stderr)  # noqa: T201
        return 2
    return 0


def schema_sql() -> str:
    """The text of ``ledger/schema.sql``: what the migrations make of an empty SQLite file."""
    with TemporaryDirectory() as folder:
        ledger = create(f"sqlite:///{folder}/schema.db")
        with reading(ledger) as connection:
            return HEAD + "".join(f"\n{sql};\n" for sql in _statements(connection))


def differences() -> list[str]:
    """In what migrations and tables differ, and whether the file is out of date."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    with TemporaryDirectory() as folder:
        ledger = create(f"sqlite:///{folder}/schema.db")
        with ledger.connect() as connection:
            found = compare_metadata(MigrationContext.configure(connection), METADATA)
    told = [f"the migrations lack: {change}" for change in found]
    kept = SCHEMA.read_text(encoding="utf-8") if SCHEMA.is_file() else ""
    if kept.split() != schema_sql().split():
        told.append(f"{SCHEMA.name} is out of date: run make schema")
    return told


def _check() -> int:
    told = differences()
    for line in told:
        print(line, file=sys.stderr)  # noqa: T201
    return 1 if told else 0


def _statements(connection: Connection) -> list[str]:
    found = connection.exec_driver_sql(
        "SELECT type, sql FROM sqlite_master"
        " WHERE sql IS NOT NULL AND name <> 'alembic_version' ORDER BY rowid"
    ).all()
    return [
        "\n".join(line.expandtabs(4).rstrip() for line in sql.splitlines())
        for kind in KINDS
        for own, sql in found
        if own == kind
    ]


if __name__ == "__main__":
    sys.exit(main())
