"""``taxlots runs BOOK RUN --check``: a recorded harvest proves what it says, or is found out."""

import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from tests.cli.recorded import NOW, record, recorded_book
from tests.cli.running import Ran, taxlots

from taxlots.workflows import clock

VERDICTS = (
    "UPDATE harvest_line SET cells = replace(cells, '\"{0}\"', '\"{1}\"')"
    " WHERE result = 'verdicts' AND cells LIKE '%\"{0}\"%'"
)
"""Another word in a verdict."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with a book whose harvest is recorded and signed, its plan, and its orders."""
    folder = tmp_path_factory.mktemp("made")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "now", lambda: NOW)
        url = recorded_book(folder)
        record(url, folder / "plan")
        assert taxlots("approve", url, 1, "--by", "carol").status == 0
        assert taxlots("orders", url, 1, "--out", folder / "send").status == 0
        yield folder


@pytest.fixture
def place(made: Path, tmp_path: Path) -> Path:
    """A copy of it, to be spoiled."""
    return Path(shutil.copytree(made, tmp_path / "made"))


def check(place: Path, *options: object) -> Ran:
    return taxlots("runs", f"sqlite:///{place / 'book.db'}", 1, "--check", *options)


def outcomes(ran: Ran) -> dict[str, str]:
    lines = [line.split() for line in ran.out.splitlines()[1:]]
    return {line[1]: line[0] for line in lines}


def change(place: Path, statement: str) -> None:
    """Change the database past the program, which takes its triggers away."""
    with closing(sqlite3.connect(place / "book.db", isolation_level=None)) as connection:
        query = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
        triggers = connection.execute(query).fetchall()
        for name, _ in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        assert connection.execute(statement).rowcount == 1
        for _, sql in triggers:
            connection.execute(sql)


def test_a_recorded_harvest_has_a_verdict_on_every_lot_and_an_order_for_each_that_is_sold(
    made: Path,
) -> None:
    for folder in ("plan", "send"):
        ran = check(made, "--files", made / folder)
        assert ran.status == 0, ran.err
        assert set(outcomes(ran)) == {
            *("record", "hashes", "counts", "coverage", "orders", "files")
        }
        assert set(outcomes(ran).values()) == {"PASS"}
        assert "each of 4 open lots as of 2024-11-25 has one verdict" in ran.out
        assert "3 orders rest on 2 harvested lots" in ran.out


def test_every_order_is_tied_to_its_lot_and_verdict(made: Path) -> None:
    manifest = json.loads((made / "send" / "manifest.json").read_text())
    told = [(tie["lots"], tie["reasons"], tie["signed_by"]) for tie in manifest["signed"]]
    assert told == [
        (["a1"], ["HARVEST"], ["carol"]),
        (["a2"], ["HARVEST"], ["carol"]),
        (["a1", "a2"], ["HARVEST"], ["carol"]),
    ]
    plan = json.loads((made / "plan" / "manifest.json").read_text())
    assert manifest["run_files"] == plan["files"]


@pytest.mark.parametrize(
    ("statement", "wrong"),
    [
        (
            VERDICTS.format("GAIN", "NO_LOSS"),
            {"record", "hashes", "counts"},
        ),
        (
            VERDICTS.format("i1", "i9"),
            {"record", "hashes", "coverage"},
        ),
        (
            "DELETE FROM harvest_line WHERE result = 'verdicts' AND cells LIKE '%\"i1\"%'",
            {"record", "hashes", "counts", "coverage"},
        ),
        (
            "UPDATE harvest_order SET lot_id = 'a3' WHERE lot_id = 'a2'",
            {"record", "orders"},
        ),
        (
            "UPDATE harvest_run SET manifest = replace(manifest, '\"open\": 4', '\"open\": 5')",
            {"record", "counts"},
        ),
        ("UPDATE harvest_run SET plan_hash = 'x'", {"record", "hashes"}),
    ],
)
def test_a_changed_cell_of_the_database_is_found(
    place: Path, statement: str, wrong: set[str]
) -> None:
    change(place, statement)
    ran = check(place)
    assert ran.status == 1
    assert {name for name, outcome in outcomes(ran).items() if outcome == "FAIL"} == wrong
    assert "CHAIN_" in ran.err


@pytest.mark.parametrize(
    ("folder", "name", "old", "new"),
    [
        ("plan", "verdicts.csv", "no,GAIN", "no,NO_LOSS"),
        ("plan", "opportunities.csv", "1800.00", "1800.01"),
        ("plan", "manifest.json", '"rows": 4', '"rows": 5'),
        ("send", "orders.csv", ",60,", ",61,"),
        ("send", "lot_instructions.csv", "2024-01-05", "2024-01-06"),
        ("send", "manifest.json", '"carol"', '"carol", "mallory"'),
        ("send", "manifest.json", '        "carol"', '        "mallory"'),
        ("send", "manifest.json", '"HARVEST"', '"GAIN"'),
        ("send", "manifest.json", '"a1"', '"a3"'),
    ],
)
def test_a_changed_cell_of_a_folder_is_found(
    place: Path, folder: str, name: str, old: str, new: str
) -> None:
    path = place / folder / name
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    ran = check(place, "--files", place / folder)
    assert (ran.status, outcomes(ran)["files"]) == (1, "FAIL")


def test_an_order_that_was_changed_with_its_hash_is_found(place: Path) -> None:
    """Whoever changes a row and the manifest's hash of it has no signature under it."""
    from taxlots.workflows.run_ledger import hash_of

    orders, manifest = place / "send" / "orders.csv", place / "send" / "manifest.json"
    orders.write_text(orders.read_text().replace(",ABC,,60,", ",ABC,,61,"))
    header, *lines = (line.split(",") for line in orders.read_text().splitlines())
    rows = [dict(zip(header, line, strict=True)) for line in lines]
    told = json.loads(manifest.read_text())
    told["files"]["orders.csv"]["hash"] = hash_of({"orders.csv": rows})
    manifest.write_text(json.dumps(told))
    ran = check(place, "--files", place / "send")
    assert ran.status == 1
    assert "was changed after it was signed" in ran.out


def test_verdicts_are_listed_with_the_version_of_the_rules(made: Path) -> None:
    url = f"sqlite:///{made / 'book.db'}"
    rows = json.loads(taxlots("runs", url, 1, "--verdicts", "--json").out)["verdicts"]
    named = {row["lot_id"]: (row["verdict"], row["reason"]) for row in rows}
    assert named == {
        "a1": ("harvest", "HARVEST"),
        "a2": ("harvest", "HARVEST"),
        "a3": ("no", "GAIN"),
        "i1": ("no", "TAX_DEFERRED"),
    }
    assert all(row["rule_version"] and row["engine_version"] for row in rows)


def test_a_check_names_one_harvest_and_a_folder_with_hashes(made: Path, tmp_path: Path) -> None:
    ran = taxlots("runs", f"sqlite:///{made / 'book.db'}", "--check")
    assert (ran.status, "name RUN" in ran.err) == (2, True)
    ran = check(made, "--files", tmp_path)
    assert (ran.status, "no manifest.json" in ran.err) == (2, True)
