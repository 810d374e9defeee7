"""Running the command in this process, and writing small books for it."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from typer.testing import CliRunner

from taxlots.cli.main import app

SAMPLE = Path(__file__).resolve().parents[2] / "ledger" / "sample"

ACCOUNTS = """household,account,kind,owner,tax_return,method
home,brokerage,taxable,self,,FIFO
home,ira,traditional_ira,self,,FIFO
"""

HEADER = "id,date,account,symbol,action,quantity,price,amount,lots,method,order_id,currency\n"


@dataclass(frozen=True)
class Ran:
    """What a command did: its exit status and what it printed."""

    status: int
    out: str
    err: str


def taxlots(*arguments: object) -> Ran:
    """Run ``taxlots`` with these arguments."""
    result = CliRunner().invoke(app, [str(a) for a in arguments], prog_name="taxlots")
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Ran(result.exit_code, result.stdout, result.stderr)


def book(
    folder: Path, rows: str, *, header: str = HEADER, accounts: str = ACCOUNTS, toml: str = ""
) -> Path:
    """A book folder with these transactions, one a line."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "book.toml").write_text(toml or 'name = "Test"\n', encoding="utf-8")
    (folder / "accounts.csv").write_text(accounts, encoding="utf-8")
    (folder / "securities.csv").write_text("symbol,kind\nABC,stock\nXYZ,stock\n", encoding="utf-8")
    (folder / "transactions.csv").write_text(header + rows, encoding="utf-8")
    return folder


def database(path: Path) -> str:
    """A new database for a book; returns its URL."""
    url = f"sqlite:///{path}"
    assert taxlots("init", url).status == 0
    return url


def rows_kept(url: str) -> int:
    """How many rows a database holds of transactions, reference and imports."""
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
        tables = ("journal", "reference_change", "import_batch", "account", "price")
        counts = (connection.execute(f"SELECT count(*) FROM {name}") for name in tables)  # noqa: S608
        return sum(count.fetchone()[0] for count in counts)


def files_in(folder: Path) -> set[str]:
    """Every file and folder under a path; empty where there is none."""
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*")}
