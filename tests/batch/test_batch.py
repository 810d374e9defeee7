"""A run over partitions: each household gets what a book of its own would get."""

import csv
import io
import shutil
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.batch.many_households import AS_OF, read, rows, whole, write, write_book, write_one
from tests.cli.running import files_in

from taxlots.batch.partition_files import Partitioned
from taxlots.book.booking import Books
from taxlots.domain.problem import DataError, UsageError
from taxlots.plan.readiness import Finding
from taxlots.workflows import harvest_partition
from taxlots.workflows.batch import failed_households, run_batch
from taxlots.workflows.harvest import write_harvest
from taxlots.workflows.partition import partition
from taxlots.workflows.replay import write_replay
from taxlots.workflows.screened_harvest import ScreenedHarvest

HOUSEHOLDS = ("kessler", "h0", "h1", "h2")
PLAN = (
    "opportunities",
    "orders",
    "lot_instructions",
    "restrictions",
    "switch_back",
    "verdicts",
    "readiness",
)


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_book(tmp_path_factory.mktemp("many") / "book")


@pytest.fixture(scope="module")
def results(book: Path) -> Path:
    """A run in partitions of two households each."""
    return run(book, book.with_name("results"), 2)


def run(book: Path, out: Path, size: int, as_of: date = AS_OF) -> Path:
    parts = out.with_name(f"{out.name}-parts")
    partition(str(book), parts, households_per_partition=size)
    run_batch(parts, out, as_of=as_of)
    return out


def test_the_books_of_all_households_are_those_of_replay(
    book: Path, results: Path, tmp_path: Path
) -> None:
    write_replay(str(book), tmp_path / "books", as_of=AS_OF, file_format="parquet")

    for name in ("realized", "lots", "wash_sales"):
        expected = pq.read_table(tmp_path / "books" / f"{name}.parquet")
        assert whole(results, name).equals(expected), name
        assert expected.num_rows


@pytest.mark.parametrize("household", HOUSEHOLDS)
def test_a_household_is_planned_as_in_a_book_of_its_own(
    household: str, book: Path, results: Path, tmp_path: Path
) -> None:
    own = write_one(book, household, tmp_path / "book")
    ids = {row["account"] for row in read(own / "accounts.csv")}

    write_harvest(str(own), tmp_path / "plan", as_of=AS_OF)

    for name in PLAN:
        owner = "account_number" if name in ("orders", "lot_instructions") else "household"
        mine = ids if owner == "account_number" else {household}
        found = [row for row in rows(results, name) if row[owner] in mine]
        assert found == read(tmp_path / "plan" / f"{name}.csv"), name


def test_every_open_lot_has_one_verdict_and_the_reasons_sum_to_them(results: Path) -> None:
    households = rows(results, "households")

    assert [row["household"] for row in households] == list(HOUSEHOLDS)
    assert {row["status"] for row in households} == {"done"}
    assert all(row["lots"] == row["verdicts"] > 0 for row in households)
    lots = {(r["account"], r["lot_id"]) for r in rows(results, "lots")}
    assert lots == {(r["account"], r["lot_id"]) for r in rows(results, "verdicts")}


@pytest.mark.parametrize("size", [1, 3, 9])
def test_results_do_not_depend_on_the_size_of_partitions(
    size: int, book: Path, results: Path, tmp_path: Path
) -> None:
    other = run(book, tmp_path / "results", size)

    for name in ("realized", "lots", "wash_sales", *PLAN, "households"):
        assert whole(other, name).equals(whole(results, name)), name


def test_one_failed_household_is_reported_and_the_rest_is_done(
    book: Path, results: Path, tmp_path: Path
) -> None:
    shutil.copytree(book, tmp_path / "book")
    journal = read(book / "transactions.csv")
    line = next(n for n, row in enumerate(journal) if row["account"] == "a2") + 2
    journal[line - 2]["quantity"] = "many"
    write(tmp_path / "book" / "transactions.csv", journal)

    bad = run(tmp_path / "book", tmp_path / "results", 3)

    status = {row["household"]: row["status"] for row in rows(bad, "households")}
    assert status == {"kessler": "done", "h0": "done", "h1": "failed", "h2": "done"}
    problem, *_ = [row for row in rows(bad, "problems") if row["severity"] == "error"]
    assert problem["household"] == "h1"
    assert problem["where"] == f"transactions.csv:{line}:quantity"
    for name in ("realized", "lots", "opportunities", "verdicts", "restrictions"):
        others = [row for row in rows(results, name) if row["household"] != "h1"]
        assert rows(bad, name) == others, name


def test_a_defect_of_the_program_stops_no_other_household(
    book: Path, results: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = harvest_partition.screened_harvest

    def broken(books: Books, checked: Sequence[Finding]) -> ScreenedHarvest:
        if "h2" in books.households:
            raise ZeroDivisionError
        return plain(books, checked)

    monkeypatch.setattr(harvest_partition, "screened_harvest", broken)

    out = run(book, tmp_path / "results", 4)

    failed = [row for row in rows(out, "households") if row["status"] == "failed"]
    assert [row["household"] for row in failed] == ["h2"]
    kept = [row for row in rows(results, "verdicts") if row["household"] != "h2"]
    assert rows(out, "verdicts") == kept


def test_households_of_one_return_stay_together(book: Path, tmp_path: Path) -> None:
    """Their losses are netted on it."""
    shutil.copytree(book, tmp_path / "book")
    accounts = read(book / "accounts.csv")
    for row in accounts:
        if row["household"] in ("h0", "h2"):
            row["tax_return"] = "shared"
    write(tmp_path / "book" / "accounts.csv", accounts)

    parts = partition(str(tmp_path / "book"), tmp_path / "parts", households_per_partition=1)

    assert [part["households"] for part in parts.parts] == [1, 2, 1]


def test_a_run_is_resumed_to_the_same_bytes_and_keeps_what_is_whole(
    results: Path, tmp_path: Path
) -> None:
    parts = results.with_name("results-parts")
    shutil.copytree(results, tmp_path / "cut")
    shutil.rmtree(tmp_path / "cut" / "part-00001")
    (tmp_path / "cut" / "manifest.json").unlink()
    (tmp_path / "cut" / ".part-00001.half").mkdir()
    (tmp_path / "cut" / ".part-00001.half" / "lots.parquet").write_bytes(b"half")
    told: list[int] = []

    run_batch(parts, tmp_path / "cut", as_of=AS_OF, report=lambda p: told.append(p.parts))

    assert told == [2], "the partition that was done is not done again"
    assert files_in(tmp_path / "cut") == files_in(results)
    for name in files_in(results):
        if (results / name).is_file():
            assert (tmp_path / "cut" / name).read_bytes() == (results / name).read_bytes(), name


def test_a_result_that_was_damaged_is_made_again(results: Path, tmp_path: Path) -> None:
    shutil.copytree(results, tmp_path / "cut")
    (tmp_path / "cut" / "part-00000" / "lots.parquet").write_bytes(b"damaged")

    run_batch(results.with_name("results-parts"), tmp_path / "cut", as_of=AS_OF)

    again = (tmp_path / "cut" / "part-00000" / "lots.parquet").read_bytes()
    assert again == (results / "part-00000" / "lots.parquet").read_bytes()


def test_another_day_is_another_run(results: Path) -> None:
    with pytest.raises(UsageError, match="another day"):
        run_batch(results.with_name("results-parts"), results, as_of=date(2020, 12, 30))


def test_a_damaged_partition_is_not_planned(results: Path, tmp_path: Path) -> None:
    parts = tmp_path / "parts"
    shutil.copytree(results.with_name("results-parts"), parts)
    (parts / "part-00001" / "transactions.parquet").write_bytes(b"damaged")

    with pytest.raises(DataError, match="not as it was when the book was partitioned"):
        run_batch(parts, tmp_path / "out", as_of=AS_OF)


def test_a_row_of_an_unknown_account_belongs_to_no_partition(book: Path, tmp_path: Path) -> None:
    shutil.copytree(book, tmp_path / "book")
    journal = read(book / "transactions.csv")
    journal[6]["account"] = "nobody"
    write(tmp_path / "book" / "transactions.csv", journal)

    with pytest.raises(DataError, match="the account 'nobody' is not in"):
        partition(str(tmp_path / "book"), tmp_path / "parts")

    assert not (tmp_path / "parts").exists()


def test_a_journal_in_parquet_gives_the_same_partitions(book: Path, tmp_path: Path) -> None:
    """It is read a few row groups at a time."""
    shutil.copytree(book, tmp_path / "book")
    (tmp_path / "book" / "transactions.csv").unlink()
    journal = pa.Table.from_pylist(read(book / "transactions.csv"))
    pq.write_table(journal, tmp_path / "book" / "transactions.parquet", row_group_size=100)

    from_csv = partition(str(book), tmp_path / "a", households_per_partition=2)
    from_parquet = partition(str(tmp_path / "book"), tmp_path / "b", households_per_partition=2)

    assert [journal_of(from_csv, n) for n in range(2)] == [
        journal_of(from_parquet, n) for n in range(2)
    ]


def journal_of(parts: Partitioned, number: int) -> str:
    file = parts.folder / parts.parts[number]["part"] / "transactions.parquet"
    table = pq.read_table(file)
    stream = io.StringIO()
    writer = csv.writer(stream)
    writer.writerow(table.column_names)
    writer.writerows(zip(*(column.to_pylist() for column in table.columns), strict=True))
    return stream.getvalue()


def test_the_errors_of_failed_households_are_told(results: Path) -> None:
    assert failed_households(results, {"parts": [{"part": "part-00000", "failed": []}]}) == []
