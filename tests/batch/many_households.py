"""A book of several households: the sample household, and some of the benchmarks' population."""

import csv
from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from benchmarks.population import AS_OF_DAY, write_population

SAMPLE = Path(__file__).resolve().parents[2] / "ledger" / "sample"
AS_OF = date(2020, 12, 31)
"""The day of the sample's harvest; the population is moved there from its own."""

EARLIER = AS_OF - (date(1970, 1, 1) + timedelta(AS_OF_DAY))

LATELY = timedelta(20)
"""How far back the closes of the population go: what is older takes time to read."""

Rows = list[dict[str, str]]


def read(file: Path) -> Rows:
    """A CSV file as rows of cells."""
    with file.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def write(file: Path, rows: Rows) -> None:
    """Rows as a CSV file with every column that one of them has."""
    columns = list(dict.fromkeys(name for row in rows for name in row))
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, columns, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def whole(results: Path, name: str) -> pa.Table:
    """One table of all partitions of a night."""
    return pa.concat_tables(
        pq.read_table(file) for file in sorted(results.glob(f"part-*/{name}.parquet"))
    )


def rows(results: Path, name: str) -> Rows:
    """One table of all partitions as text cells."""
    return [dict(row) for row in whole(results, name).to_pylist()]


def texts(file: Path) -> Rows:
    """A Parquet table of the population as text cells of the interchange format."""
    table = pq.read_table(file)
    rows = [{key: str(cell) for key, cell in row.items()} for row in table.to_pylist()]
    for row in rows:
        if "date" in row:
            row["date"] = str(date.fromisoformat(row["date"]) + EARLIER)
        if "quantity" in row:
            row["quantity"] = str(int(row["quantity"]) // 10**8)
            row["amount"] = f"{int(row['amount']) // 100}.{int(row['amount']) % 100:02}"
    return rows


def write_book(folder: Path, households: int = 3) -> Path:
    """The sample household and so many others, their rows mixed by date."""
    others = folder.with_name(f"{folder.name}-others")
    write_population(others, households)
    folder.mkdir(parents=True)
    (folder / "book.toml").write_text((SAMPLE / "book.toml").read_text())
    for name in ("accounts", "transactions", "prices"):
        rows = texts(others / f"{name}.parquet")
        if name == "prices":
            rows = [row for row in rows if row["date"] > str(AS_OF - LATELY)]
        rows = read(SAMPLE / f"{name}.csv") + rows
        if name == "transactions":
            rows.sort(key=lambda row: row["date"])
        write(folder / f"{name}.csv", rows)
    for name in ("securities", "proxies"):
        write(folder / f"{name}.csv", read(SAMPLE / f"{name}.csv") + read(others / f"{name}.csv"))
    for name in ("identical", "profiles", "scheduled"):
        write(folder / f"{name}.csv", read(SAMPLE / f"{name}.csv"))
    return folder


def write_one(book: Path, household: str, folder: Path) -> Path:
    """The book of one household alone, every other file as it is."""
    accounts = [row for row in read(book / "accounts.csv") if row["household"] == household]
    ids = {row["account"] for row in accounts} | {""}
    returns = {row.get("tax_return") or household for row in accounts}
    folder.mkdir(parents=True)
    for file in book.iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    write(folder / "accounts.csv", accounts)
    for name, column, mine in (
        ("transactions", "account", ids),
        ("scheduled", "account", ids),
        ("profiles", "tax_return", returns),
    ):
        rows = read(book / f"{name}.csv")
        kept = [row for row in rows if row[column] in mine]
        if kept:
            write(folder / f"{name}.csv", kept)
        else:
            (folder / f"{name}.csv").unlink()
    return folder
