"""Partitions carry what a rebalance reads: targets, cash and overrides, each row by its owner."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.batch.many_households import read, write, write_book

from taxlots.batch.part_tables import TARGET_NAMES, of_households, record_from
from taxlots.batch.partition_files import Partitioned, read_part
from taxlots.book.record import Record
from taxlots.domain.problem import DataError
from taxlots.workflows.import_files import import_files
from taxlots.workflows.init import init_database
from taxlots.workflows.partition import partition

NOW = datetime(2021, 1, 4, tzinfo=UTC)
OVERRIDE = {"action": "exclude", "symbol": "S001", "by": "anna", "reason": "sold by hand"}
OVERRIDES = [
    OVERRIDE | {"id": "for-all"},
    OVERRIDE | {"id": "for-h1", "household": "h1"},
    OVERRIDE | {"id": "for-a0", "account": "a0"},
]
TARGETS = [
    {"household": name, "asset_class": asset_class, "weight": weight}
    for name in ("h2", "h1", "elsewhere")
    for asset_class, weight in (("stocks", "0.6"), ("bonds", "0.4"))
]
CASH = [{"account": name, "date": "2020-12-31", "amount": "12.50"} for name in ("a5", "a0", "a2")]


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = write_book(tmp_path_factory.mktemp("book") / "book")
    for name, rows in (("targets", TARGETS), ("cash", CASH), ("overrides", OVERRIDES)):
        write(folder / f"{name}.csv", rows)
    return folder


@pytest.fixture(scope="module")
def parts(book: Path) -> Partitioned:
    """Two households to a part: kessler and h0, then h1 and h2."""
    return partition(str(book), book.with_name("parts"), households_per_partition=2)


def record_of(parts: Partitioned, number: int, without: tuple[str, ...] = ()) -> Record:
    part = parts.parts[number]
    hashes = {"shared": parts.manifest["shared"], part["part"]: part["files"]}
    tables = read_part(parts.folder, part["part"], hashes)
    record, problems = record_from({k: v for k, v in tables.items() if k not in without})
    assert record is not None, problems
    return record


def test_each_row_goes_to_the_part_of_its_household_and_keeps_its_line(parts: Partitioned) -> None:
    first, second = record_of(parts, 0), record_of(parts, 1)

    assert first.targets == ()
    assert [(r["household"], r["asset_class"], r["source_line"]) for r in second.targets] == [
        ("h2", "stocks", "2"),
        ("h2", "bonds", "3"),
        ("h1", "stocks", "4"),
        ("h1", "bonds", "5"),
    ]
    assert [(r["account"], r["source_line"]) for r in first.cash] == [("a0", "3")]
    assert [(r["account"], r["source_line"]) for r in second.cash] == [("a5", "2"), ("a2", "4")]


def test_an_override_of_nobody_goes_everywhere(parts: Partitioned) -> None:
    assert [row["id"] for row in record_of(parts, 0).overrides] == ["for-all", "for-a0"]
    assert [row["id"] for row in record_of(parts, 1).overrides] == ["for-all", "for-h1"]


def test_a_database_gives_what_its_folder_gives(
    book: Path, parts: Partitioned, tmp_path: Path
) -> None:
    """Also columns that only later rows have."""
    url = f"sqlite:///{tmp_path / 'book.db'}"
    init_database(url, actor="test", now=NOW)
    import_files(url, [book], actor="test", now=NOW)
    found = partition(url, tmp_path / "parts", households_per_partition=2)

    for number in range(2):
        mine, expected = record_of(found, number), record_of(parts, number)
        for name in ("targets", "cash", "overrides"):
            rows = [
                [{k: v for k, v in row.items() if v and k != "source_line"} for row in listed]
                for listed in (getattr(mine, name), getattr(expected, name))
            ]
            assert rows[0] == rows[1], name


def test_parts_without_these_tables_are_read_as_before(parts: Partitioned) -> None:
    names = ("targets", "cash", "overrides", TARGET_NAMES)
    record = record_of(parts, 1, without=names)

    assert (record.targets, record.cash, record.overrides) == ((), (), ())


def test_the_tables_of_some_households_have_their_rows_alone(parts: Partitioned) -> None:
    part = parts.parts[1]
    hashes = {"shared": parts.manifest["shared"], part["part"]: part["files"]}
    tables = of_households(read_part(parts.folder, part["part"], hashes), {"h2"})

    assert set(tables["targets"].column("household").to_pylist()) == {"h2"}
    assert tables["overrides"].column("id").to_pylist() == ["for-all"]
    assert tables["cash"].column("account").to_pylist() == ["a5"]


@pytest.mark.parametrize(
    ("name", "row", "where"),
    [
        ("cash", {"account": "nobody", "date": "2020-12-31", "amount": "1"}, "cash.csv:5:account"),
        ("overrides", OVERRIDE | {"id": "x", "household": "nn"}, "overrides.csv:5:household"),
    ],
)
def test_a_row_of_somebody_unknown_stops_the_partition(
    name: str, row: dict[str, str], where: str, book: Path, tmp_path: Path
) -> None:
    shutil.copytree(book, tmp_path / "book")
    write(tmp_path / "book" / f"{name}.csv", [*read(book / f"{name}.csv"), row])

    with pytest.raises(DataError) as refused:
        partition(str(tmp_path / "book"), tmp_path / "parts")

    assert [problem.where for problem in refused.value.problems] == [where]
