"""``taxlots partition`` and ``taxlots batch``: what they say, and how they end."""

import json
import sys
from pathlib import Path

import pytest
from tests.cli.running import SAMPLE, book, database, taxlots

from taxlots.batch.progress import Progress

ACCOUNTS = "household,account,kind,owner\nash,a,taxable,self\nbirch,b,taxable,self\n"
HEADER = "id,date,account,symbol,action,quantity,price\n"
ROWS = """t1,2024-01-02,a,ABC,BUY,10,5
t2,2024-01-02,b,ABC,BUY,10,5
t3,2024-02-02,b,ABC,SELL,4,6
"""


def two_households(tmp_path: Path, rows: str = ROWS) -> Path:
    return book(tmp_path / "book", rows, header=HEADER, accounts=ACCOUNTS)


def test_partition_then_batch(tmp_path: Path) -> None:
    parts, night = tmp_path / "parts", tmp_path / "night"

    divided = taxlots("partition", two_households(tmp_path), "--out", parts)
    ran = taxlots("batch", parts, "--as-of", "2024-03-01", "--out", night)

    assert divided.status == ran.status == 0
    assert "2 households with 2 accounts in 1 partition" in divided.out
    assert "2 verdicts on 2 open lots" in ran.out
    manifest = json.loads((night / "manifest.json").read_text())
    assert manifest["verdicts_by_reason"] == {"NO_PRICE": 2}


def test_json_has_the_manifests(tmp_path: Path) -> None:
    parts, night = tmp_path / "parts", tmp_path / "night"
    folder = two_households(tmp_path)

    divided = json.loads(taxlots("partition", folder, "--out", parts, "--json").out)
    ran = json.loads(taxlots("batch", parts, "--as-of", "2024-03-01", "--out", night, "--json").out)

    assert [part["transactions"] for part in divided["parts"]] == [3]
    assert ran["totals"]["transactions"] == 3
    assert ran["errors"] == []


def test_a_failed_household_is_told_and_the_rest_done(tmp_path: Path) -> None:
    parts, night = tmp_path / "parts", tmp_path / "night"
    folder = two_households(tmp_path, ROWS + "t4,2024-02-03,b,ABC,SELL,40,6\n")
    taxlots("partition", folder, "--out", parts)

    ran = taxlots("batch", parts, "--as-of", "2024-03-01", "--out", night)

    assert ran.status == 1
    assert "household birch: transactions.csv:5" in ran.err
    assert "1 verdict on 1 open lot." in ran.out
    assert "1 household failed" in ran.out


def test_a_night_of_rebalances_says_what_came_of_each_household(tmp_path: Path) -> None:
    parts, night = tmp_path / "parts", tmp_path / "night"
    folder = two_households(tmp_path)
    (folder / "targets.csv").write_text("household,asset_class,weight\nash,stocks,1\n")
    taxlots("partition", folder, "--out", parts)
    arguments = ("batch", parts, "--rebalance", "--as-of", "2024-03-01", "--out", night)

    ran = taxlots(*arguments)
    again = json.loads(taxlots(*arguments, "--json").out)

    assert ran.status == 0
    assert "0 planned, 1 without targets, 1 with nothing to plan." in ran.out
    assert "no trades, no orders; no households failed." in ran.out
    assert again["plan"] == "rebalance"
    assert again["households_by_reason"] == {"NOTHING_HELD": 1, "NO_TARGETS": 1}


def test_an_interruption_keeps_what_is_finished(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts, night = tmp_path / "parts", tmp_path / "night"
    taxlots("partition", two_households(tmp_path), "--out", parts, "--households-per-partition", 1)
    arguments = ("batch", parts, "--as-of", "2024-03-01", "--out", night)

    def interrupted(_: Progress) -> str:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Progress, "line", property(interrupted))
        stopped = taxlots(*arguments)
    ran = taxlots(*arguments)

    assert (stopped.status, ran.status) == (130, 0)
    assert "what is finished is kept: run the same command again" in stopped.err
    assert "2 verdicts on 2 open lots" in ran.out


def test_what_is_no_partitioned_book(tmp_path: Path) -> None:
    ran = taxlots("batch", SAMPLE, "--as-of", "2024-03-01", "--out", tmp_path / "night")

    assert ran.status == 2
    assert "is no partitioned book; make one with taxlots partition" in ran.err
    assert not (tmp_path / "night").exists()


def test_a_folder_of_something_else_is_left_alone(tmp_path: Path) -> None:
    folder = two_households(tmp_path)

    ran = taxlots("partition", folder, "--out", folder)

    assert ran.status == 2
    assert "holds something else" in ran.err


def test_numbers_that_make_no_sense(tmp_path: Path) -> None:
    folder, parts = two_households(tmp_path), tmp_path / "parts"
    none = taxlots("partition", folder, "--out", parts, "--households-per-partition", "0")
    taxlots("partition", folder, "--out", parts)
    idle = taxlots(
        "batch", parts, "--as-of", "2024-03-01", "--out", tmp_path / "n", "--workers", "0"
    )

    assert (none.status, idle.status) == (2, 2)


def test_a_night_of_a_day_that_no_calendar_knows_is_refused_before_it_starts(
    tmp_path: Path,
) -> None:
    folder, parts = two_households(tmp_path), tmp_path / "parts"
    taxlots("partition", folder, "--out", parts)
    for plan in ((), ("--rebalance",)):
        ran = taxlots("batch", parts, "--as-of", "9999-12-31", "--out", tmp_path / "n", *plan)
        assert ran.status == 2
        assert "write a day from 1900-01-01 to 2199-12-31" in ran.err
    assert not (tmp_path / "n").exists()


def test_spark_that_is_not_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it does where it is installed is tested by ``make test-spark``."""
    folder, parts = two_households(tmp_path), tmp_path / "parts"
    taxlots("partition", folder, "--out", parts)
    monkeypatch.setitem(sys.modules, "pyspark", None)
    arguments = ("batch", parts, "--as-of", "2024-03-01", "--out", tmp_path / "night")

    missing = taxlots(*arguments, "--spark", "local[2]")
    both = taxlots(*arguments, "--spark", "local[2]", "--workers", "2")

    assert (missing.status, both.status) == (2, 2)
    assert "install it with: pip install 'taxlots[spark]'" in missing.err
    assert "on Spark, the master says how many partitions" in both.err
    assert not (tmp_path / "night").exists()


def test_a_database_is_partitioned_like_the_folder_that_it_was_imported_from(
    tmp_path: Path,
) -> None:
    folder, url = two_households(tmp_path), database(tmp_path / "book.db")
    assert taxlots("import", url, folder).status == 0

    entries = []
    for number, name in enumerate((folder, url)):
        parts, night = tmp_path / f"parts{number}", tmp_path / f"night{number}"
        taxlots("partition", name, "--out", parts, "--households-per-partition", "1")
        assert taxlots("batch", parts, "--as-of", "2024-03-01", "--out", night).status == 0
        entries.append(
            [json.loads(file.read_text()) for file in sorted(night.glob("*/entry.json"))]
        )

    of_folder, of_database = entries
    assert len(of_folder) == 2
    for one, other in zip(of_folder, of_database, strict=True):
        for file in ("realized", "lots", "verdicts", "households"):
            assert one["files"][f"{file}.parquet"] == other["files"][f"{file}.parquet"], file


def test_sessions_are_for_rebalances(tmp_path: Path) -> None:
    parts = tmp_path / "parts"
    taxlots("partition", two_households(tmp_path), "--out", parts)
    asked = ("batch", parts, "--as-of", "2024-03-01", "--out", tmp_path / "night")

    refused = taxlots(*asked, "--tranches", "3")
    ran = taxlots(*asked, "--rebalance", "--tranches", "3", "--schedule", "TWAP", "--json")

    assert (refused.status, "are for --rebalance" in refused.err) == (2, True)
    told = json.loads(ran.out)
    assert (ran.status, told["tranches"], told["schedule"]) == (0, 3, "twap")
    assert told["totals"]["later_orders"] == 0
