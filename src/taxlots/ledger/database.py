"""The connection to a ledger: SQLite by default, PostgreSQL by its URL.

Every connection to SQLite waits for other writers, checks foreign keys and fires triggers for
rows that REPLACE would delete.  What a database refuses is told as a ``UsageError``.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, OperationalError
from sqlalchemy.pool import NullPool

from taxlots.domain.problem import UsageError

WAIT_SECONDS: Final = 10.0
"""How long a command waits for another one that is writing to the same database."""

WRITES: Final = "taxlots_writes"
SQLITE_MAGIC: Final = b"SQLite format 3\x00"

WAIT: Final = "Another program is writing to it: wait until it has finished, and repeat."
REMEDIES: Final = (
    ("is locked", WAIT),
    ("lock timeout", WAIT),
    ("unable to open", "Check that the folder exists and that you may write to it."),
    ("readonly", "Work on a copy, or check that you may write to the file and folder."),
    ("not a database", "Name a database that `taxlots init` made."),
    ("malformed", "Restore the file from a backup: it is damaged."),
    ("is full", "Make room on the disk, and repeat: nothing was written."),
    ("no such table", "Name a database that `taxlots init` made."),
    ("connection failed", "Check the address, the name and the password, and that it is running."),
)
"""What a database says (a part of it), and what to do about it."""


def engine(url: str, *, wait_seconds: float = WAIT_SECONDS) -> Engine:
    """The engine for a database URL; it connects to nothing yet.

    ``url`` is ``sqlite:///path/to/book.db`` or ``postgresql://user@host/name``.  A writer waits
    ``wait_seconds`` for another.  Raises UsageError for any other URL.
    """
    parsed = _parsed(url)
    if parsed.get_backend_name() == "sqlite":
        made = create_engine(parsed, poolclass=NullPool, connect_args={"timeout": wait_seconds})
        event.listen(made, "connect", _prepare_sqlite)
        event.listen(made, "begin", _begin_sqlite)
        return made
    waits = {"options": f"-c lock_timeout={round(wait_seconds * 1000)}"}
    try:
        return create_engine(
            parsed.set(drivername="postgresql+psycopg"),
            poolclass=NullPool,
            connect_args={} if "options" in parsed.query else waits,
        )
    except ModuleNotFoundError:
        raise UsageError(
            f"{shown(url)} needs the driver for PostgreSQL, which is not installed."
            " Install it with: pip install 'taxlots[postgres]'"
        ) from None


def shown(url: str | URL) -> str:
    """A URL as it may be shown: without its password."""
    try:
        return make_url(url).render_as_string(hide_password=True)
    except ArgumentError:
        return repr(url)


def sqlite_path(url: str | URL) -> Path | None:
    """The file of an SQLite URL, None for a server."""
    parsed = _parsed(url)
    return Path(parsed.database or "") if parsed.get_backend_name() == "sqlite" else None


def require_database(url: str) -> None:
    """Raise UsageError unless the URL's SQLite file is there and is a database."""
    path = sqlite_path(url)
    if path is None:
        return
    try:
        with path.open("rb") as file:
            head = file.read(len(SQLITE_MAGIC))
    except FileNotFoundError:
        raise UsageError(
            f"There is no database {path}. Make one with: taxlots init {shown(url)}"
        ) from None
    except OSError as fault:
        raise UsageError(f"The database {path} cannot be read: {fault.strerror}.") from None
    if head != SQLITE_MAGIC:
        raise UsageError(
            f"{path} is not a database. Name one that `taxlots init` made, or a book's folder."
        )


@contextmanager
def reading(ledger: Engine) -> Iterator[Connection]:
    """A connection that sees one state of the database, whatever others write meanwhile."""
    with told_errors(ledger), ledger.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection.execution_options(isolation_level="REPEATABLE READ")
        with connection.begin():
            yield connection


@contextmanager
def writing(ledger: Engine) -> Iterator[Connection]:
    """A connection in one transaction: all of it is kept, or, on any error, nothing."""
    with told_errors(ledger), ledger.connect() as connection:
        connection.execution_options(**{WRITES: True})
        with connection.begin():
            yield connection


@contextmanager
def told_errors(ledger: Engine) -> Iterator[None]:
    """Turn what the database refuses into a UsageError with a remedy.

    A row that the tables forbid (IntegrityError) or a bad statement is the program's own fault
    and passes through.
    """
    driver = ledger.dialect.loaded_dbapi
    try:
        yield
    except (DatabaseError, driver.DatabaseError) as fault:
        kinds = (DatabaseError, OperationalError, driver.DatabaseError, driver.OperationalError)
        if type(fault) not in kinds:
            raise
        said = _first_line(fault.orig if isinstance(fault, DatabaseError) else fault)
        remedy = next((told for part, told in REMEDIES if part in said), "Nothing was changed.")
        raise UsageError(f"The database {shown(ledger.url)} says: {said}. {remedy}") from fault


def batches_of(
    connection: Connection, query: str, size: int = 20_000
) -> Iterator[list[tuple[Any, ...]]]:
    """The rows of a query in lists of up to ``size``, as plain tuples.

    The driver's own cursor: a million rows must not become a million row objects.
    """
    driver = connection.connection
    is_server = connection.dialect.name == "postgresql"
    cursor = driver.cursor("taxlots_reader") if is_server else driver.cursor()
    try:
        cursor.execute(query)
        while rows := cursor.fetchmany(size):
            yield list(rows)
    finally:
        cursor.close()


def insert_rows(
    connection: Connection, table: str, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]
) -> None:
    """Insert plain tuples, in the order of ``columns``, at the driver's own speed."""
    if not rows:
        return
    quote = connection.dialect.identifier_preparer.quote
    mark = "%s" if connection.dialect.name == "postgresql" else "?"
    names = ", ".join(quote(name) for name in columns)
    marks = ", ".join([mark] * len(columns))
    statement = f"INSERT INTO {quote(table)} ({names}) VALUES ({marks})"  # noqa: S608
    connection.exec_driver_sql(statement, list(rows))


def _first_line(fault: object) -> str:
    lines = str(fault).strip().splitlines()
    return lines[0].rstrip(".") if lines else "it failed and does not tell why"


def _parsed(url: str | URL) -> URL:
    try:
        parsed = make_url(url)
        backend = parsed.get_backend_name()
    except (ArgumentError, ValueError):
        backend = ""
    if backend not in ("sqlite", "postgresql"):
        raise UsageError(
            f"{shown(url)} is not the URL of a ledger. Write sqlite:///path/to/book.db"
            " (four slashes before an absolute path) or postgresql://user@host/name."
        )
    if backend == "sqlite" and parsed.database in (None, "", ":memory:"):
        raise UsageError(f"{shown(url)} names no file. Write sqlite:///path/to/book.db.")
    return parsed


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None
    for pragma in ("foreign_keys=ON", "recursive_triggers=ON", "synchronous=FULL"):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute("PRAGMA cache_size=-65536")


def _begin_sqlite(connection: Connection) -> None:
    is_writing = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if is_writing else "BEGIN")
