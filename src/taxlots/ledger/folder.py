"""A book as a folder of plain files.  Reading it needs no database and writes nothing."""

from __future__ import annotations

import csv
import hashlib
import io
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final, TypeVar

import pyarrow as pa

from taxlots.book.record import LINES, Record
from taxlots.domain.action import REQUIRED_COLUMNS
from taxlots.domain.cash_balance import COLUMNS
from taxlots.domain.problem import Problem, error
from taxlots.domain.trade_override import NEEDED as OVERRIDE_COLUMNS
from taxlots.ledger.reference import (
    Cells,
    accounts_from,
    identical_from,
    policy_from,
    proxies_from,
    securities_from,
)

Kind = TypeVar("Kind")

TOML_KEYS: Final = ("name", "policy", "tax_profile", "harvest", "rebalance")


class Folder:
    """One folder: finds ``name.csv`` or ``name.parquet``, reads it, and collects problems."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.problems: list[Problem] = []
        self.hashes: dict[str, str] = {}

    def bytes_of(self, name: str) -> bytes:
        """A file's bytes, its hash noted."""
        content = (self.path / name).read_bytes()
        self.hashes[name] = hashlib.sha256(content).hexdigest()
        return content

    def table(self, name: str, required: tuple[str, ...] = ()) -> tuple[pa.Table | None, str]:
        """A table with text cells (CSV) or typed ones (Parquet), and its file's name."""
        for suffix, reader in ((".csv", _csv_table), (".parquet", _parquet_table)):
            file = name + suffix
            if (self.path / file).is_file():
                try:
                    table, problems = reader(self.bytes_of(file), file)
                except OSError as cause:
                    table, problems = None, [_unreadable(file, cause)]
                self.problems += problems
                if table is not None:
                    self.problems += _missing(table, file, required)
                return table, file
        return None, f"{name}.csv"

    def columns_of(self, name: str, required: tuple[str, ...] = ()) -> tuple[pa.Table | None, str]:
        """A Parquet table without its rows, of which the hash is not noted; another as it is."""
        import pyarrow.parquet as pq

        file = f"{name}.parquet"
        if (self.path / f"{name}.csv").is_file() or not (self.path / file).is_file():
            return self.table(name, required)
        try:
            table = pq.read_schema(self.path / file).empty_table()
        except (pa.ArrowException, OSError) as cause:
            self.problems.append(_bad_parquet(file, cause))
            return None, file
        self.problems += _missing(table, file, required)
        return table, file

    def rows(self, name: str, required: tuple[str, ...] = ()) -> list[Cells]:
        """A small table as rows of text cells; empty where there is no file."""
        table, _ = self.table(name, required)
        if table is None:
            return []
        return [
            {key: "" if value is None else str(value) for key, value in row.items()}
            for row in table.to_pylist()
        ]

    def typed(
        self,
        name: str,
        required: tuple[str, ...],
        parse: Callable[[list[Cells], str], tuple[Kind, list[Problem]]],
    ) -> Kind:
        """A small table as the nouns that ``parse`` makes of its rows."""
        before = len(self.problems)
        rows = self.rows(name, required)
        if len(self.problems) > before:
            rows = []
        value, problems = parse(rows, f"{name}.csv")
        self.problems += problems
        return value


def read_folder(path: Path, *, is_journal_read: bool = True) -> tuple[Record | None, list[Problem]]:
    """Read a book folder; returns None where its files cannot be read, with every problem.

    ``book.toml``, ``accounts`` and ``transactions`` are needed, the rest is optional.  Where the
    journal is read elsewhere, row group by row group, of a Parquet file only the columns are read.
    """
    folder = Folder(path)
    settings = _settings(folder)
    policy, problems = policy_from(settings.get("policy", {}))
    folder.problems += problems
    accounts = folder.typed("accounts", ("household", "account", "kind", "owner"), accounts_from)
    if not accounts and not folder.problems:
        folder.problems.append(_no_accounts(folder))
    read = folder.table if is_journal_read else folder.columns_of
    transactions, file = read("transactions", REQUIRED_COLUMNS)
    if transactions is None and not (path / file).is_file():
        folder.problems.append(_needed("transactions.csv", "the journal"))
    prices, _ = folder.table("prices", ("date", "symbol", "close"))
    record = Record(
        name=str(settings.get("name", path.name)),
        source=str(path),
        policy=policy,
        accounts=accounts,
        securities=folder.typed("securities", ("symbol",), securities_from),
        identical=folder.typed("identical", ("group", "symbol"), identical_from),
        proxies=folder.typed("proxies", ("symbol", "proxy", "rank"), proxies_from),
        transactions=transactions if transactions is not None else pa.table({}),
        prices=prices,
        profiles=tuple(dict(r) for r in folder.rows("profiles", ("tax_return", "year"))),
        scheduled=tuple(dict(r) for r in folder.rows("scheduled", ("account", "symbol", "date"))),
        targets=tuple(dict(r) for r in folder.rows("targets")),
        cash=tuple(dict(r) for r in folder.rows("cash", COLUMNS)),
        overrides=tuple(dict(r) for r in folder.rows("overrides", OVERRIDE_COLUMNS)),
        tax_profile=settings.get("tax_profile", {}),
        harvest=settings.get("harvest", {}),
        rebalance=settings.get("rebalance", {}),
        hashes=folder.hashes,
        file_name=file,
    )
    return (None if folder.problems else record), folder.problems


def _settings(folder: Folder) -> dict[str, Any]:
    if not (folder.path / "book.toml").is_file():
        folder.problems.append(_needed("book.toml", "the name of the book, and its settings"))
        return {}
    try:
        settings = tomllib.loads(folder.bytes_of("book.toml").decode())
    except UnicodeDecodeError as cause:
        message = f"the file is not UTF-8 text (byte {cause.start})"
        folder.problems.append(error("book.toml", "NOT_UTF8", message, "save it as UTF-8"))
        return {}
    except tomllib.TOMLDecodeError as cause:
        remedy = "correct the file; strings stand in quotes"
        folder.problems.append(error("book.toml", "BAD_TOML", f"it is no TOML: {cause}", remedy))
        return {}
    for key, value in settings.items():
        is_table = key != "name"
        if key not in TOML_KEYS or isinstance(value, dict) is not is_table:
            remedy = "use name, [policy], [tax_profile], [harvest] and [rebalance]"
            message = f"there is no setting {key!r} of this form"
            folder.problems.append(error(f"book.toml:{key}", "UNKNOWN_KEY", message, remedy))
    return {k: v for k, v in settings.items() if k in TOML_KEYS}


def _csv_table(content: bytes, file: str) -> tuple[pa.Table | None, list[Problem]]:
    """A CSV file as a table of text cells; every row must have the header's cells."""
    try:
        decoded = content.decode("utf-8-sig")
    except UnicodeDecodeError as cause:
        line = content[: cause.start].count(b"\n") + 1
        return None, [
            error(
                f"{file}:{line}",
                "NOT_UTF8",
                f"the file is not UTF-8 text (byte {cause.start})",
                "save it as CSV UTF-8",
            )
        ]
    if "\x00" in decoded:
        message = "the file holds NUL bytes: it is no text file"
        return None, [error(file, "NOT_TEXT", message, "save it as CSV UTF-8")]
    rows = csv.reader(io.StringIO(decoded, newline=""), strict=True)
    problems: list[Problem] = []
    try:
        header = [name.strip() for name in next(rows, [])]
        numbered = list(_even_rows(rows, header, file, problems))
    except csv.Error as cause:
        remedy = "close every quote and double the quotes inside cells"
        return None, [error(f"{file}:{rows.line_num}", "BAD_CSV", str(cause), remedy)]
    if not header:
        return None, [error(f"{file}:1", "EMPTY_FILE", "the file is empty", "write a header row")]
    if len(set(header)) != len(header):
        twice = next(name for name in header if header.count(name) > 1)
        message = f"the column {twice!r} stands twice"
        return None, [error(f"{file}:1:{twice}", "DUPLICATE_COLUMN", message, "keep one of them")]
    columns = list(zip(*(cells for _, cells in numbered), strict=True)) or [()] * len(header)
    table = pa.table({n: pa.array(c, pa.string()) for n, c in zip(header, columns, strict=True)})
    lines = [line for line, _ in numbered]
    if lines != list(range(2, len(lines) + 2)):
        table = table.replace_schema_metadata({LINES: " ".join(map(str, lines))})
    return (None if problems else table), problems


def _even_rows(
    rows: Any, header: list[str], file: str, problems: list[Problem]
) -> Iterator[tuple[int, list[str]]]:
    """Line and cells of each row that is not blank, as wide as the header.

    Short rows are filled with blanks, long ones are problems.
    """
    line = rows.line_num + 1
    for row in rows:
        start, line = line, rows.line_num + 1
        if not row:
            continue
        if len(row) > len(header) and any(cell.strip() for cell in row[len(header) :]):
            message = f"the row has {len(row)} cells, the header {len(header)}"
            remedy = "put cells that hold commas in double quotes"
            problems.append(error(f"{file}:{rows.line_num}", "RAGGED_ROW", message, remedy))
        yield start, [*row, *[""] * (len(header) - len(row))][: len(header)]


def _parquet_table(content: bytes, file: str) -> tuple[pa.Table | None, list[Problem]]:
    import pyarrow.parquet as pq

    try:
        return pq.read_table(pa.BufferReader(content)), []
    except (pa.ArrowException, OSError) as cause:
        return None, [_bad_parquet(file, cause)]


def _bad_parquet(file: str, cause: Exception) -> Problem:
    message = f"the file cannot be read as Parquet: {str(cause).splitlines()[0]}"
    return error(file, "BAD_PARQUET", message, "write or copy the file again")


def _missing(table: pa.Table, file: str, required: tuple[str, ...]) -> list[Problem]:
    return [
        error(
            f"{file}:1:{name}",
            "MISSING_COLUMN",
            f"the column {name!r} is missing",
            "add the column; " + ", ".join(required) + " are needed",
        )
        for name in required
        if name not in table.column_names
    ]


def _no_accounts(folder: Folder) -> Problem:
    for file in ("accounts.csv", "accounts.parquet"):
        if file in folder.hashes:
            message = "the file lists no account yet"
            return error(file, "NO_ACCOUNT", message, "add a row for each account of the book")
    return _needed("accounts.csv", "the accounts of every household")


def _needed(file: str, what: str) -> Problem:
    return error(file, "MISSING_FILE", f"{file} is missing: {what}", "add the file to the folder")


def _unreadable(file: str, cause: OSError) -> Problem:
    message = f"the file cannot be read: {cause.strerror}"
    return error(file, "UNREADABLE", message, "check the file's permissions")
