"""``taxlots import --check``: our lots beside the custodian's own, and nothing is kept."""

import csv
import json
import shutil
from datetime import date
from pathlib import Path

import pytest
from tests.cli.custodian_files import (
    gains_of,
    lots_of,
    open_lots_file,
    realized_lots_file,
)
from tests.cli.running import SAMPLE, book, database, files_in, rows_kept, taxlots

ACCOUNT = "schwab-taxable"
AS_OF = date(2020, 12, 31)
ROWS = """t1,2024-01-05,brokerage,ABC,BUY,10,,1000.00,,,,
i1,2024-01-05,ira,ABC,BUY,10,,1000.00,,,,
t2,2024-02-05,brokerage,ABC,BUY,10,,2000.00,,,,
t3,2024-06-03,brokerage,ABC,SELL,5,,900.00,,,,
"""


def check(source: object, *arguments: object) -> dict[str, object]:
    found = json.loads(taxlots("import", source, *arguments, "--check", "--json").out)
    assert isinstance(found, dict)
    return found


def causes(found: dict[str, object]) -> list[tuple[str, str]]:
    rows = found["rows"]
    assert isinstance(rows, list)
    return [(row["cause"], row["symbol"]) for row in rows if row["status"] == "break"]


@pytest.fixture
def small(tmp_path: Path) -> Path:
    return book(tmp_path / "small", ROWS)


def test_the_sample_household_agrees_with_a_custodian_that_has_its_lots(tmp_path: Path) -> None:
    url = database(tmp_path / "book.db")
    taxlots("import", url, SAMPLE)
    own = [lot for lot in lots_of(SAMPLE) if lot["account"] == ACCOUNT]
    files = [
        open_lots_file(tmp_path, own, symbol, AS_OF) for symbol in {lot["symbol"] for lot in own}
    ]
    pieces = [row for row in gains_of(SAMPLE) if row["account"] == ACCOUNT]
    first = date.fromisoformat(pieces[0]["sold_date"])
    realized = realized_lots_file(tmp_path / "realized.csv", pieces, first, AS_OF)

    assert taxlots("import", url, *files, realized, "--account", ACCOUNT).status == 0
    ran = taxlots("import", url, "--check")
    found = check(url)

    assert ran.status == 0, ran.out
    assert found["breaks"] == 0
    assert found["agree"] == len(found["rows"]) == len(own) + len(pieces)  # type: ignore[arg-type]
    places = {(row["account"], row["symbol"]) for row in found["not_compared"]}  # type: ignore[attr-defined]
    assert not [place for place in places if place[0] == ACCOUNT]


def test_a_check_of_files_keeps_nothing(small: Path, tmp_path: Path) -> None:
    url = database(tmp_path / "book.db")
    taxlots("import", url, small)
    kept = rows_kept(url)
    file = open_lots_file(tmp_path, lots_of(url), "ABC", date(2024, 6, 30))

    ran = taxlots("import", url, file, "--account", "brokerage", "--check")

    assert ran.status == 1
    assert rows_kept(url) == kept


def test_a_folder_is_compared_with_files(small: Path, tmp_path: Path) -> None:
    own = [lot for lot in lots_of(small) if lot["account"] == "brokerage"]
    file = open_lots_file(tmp_path, own, "ABC", date(2024, 6, 30))

    found = check(small, file, "--account", "brokerage")

    assert (found["agree"], found["breaks"]) == (2, 0)


def test_another_method_at_the_custodian_is_named(small: Path, tmp_path: Path) -> None:
    theirs = tmp_path / "theirs"
    shutil.copytree(small, theirs)
    accounts = (theirs / "accounts.csv").read_text().replace("self,,FIFO", "self,,HIFO", 1)
    (theirs / "accounts.csv").write_text(accounts)
    own = [lot for lot in lots_of(theirs) if lot["account"] == "brokerage"]
    file = open_lots_file(tmp_path, own, "ABC", date(2024, 6, 30))

    ran = taxlots("import", small, file, "--account", "brokerage", "--check")

    assert ran.status == 1
    assert "METHOD_MISMATCH" in ran.out
    assert "HIFO" in ran.out
    assert "the book would have the custodian's lots; it relieves by FIFO" in ran.out


def test_each_statement_is_compared_as_of_its_own_day(small: Path, tmp_path: Path) -> None:
    """In March both lots were whole: the sale of June is no break of that statement."""
    before = [
        lot for lot in lots_of(small, "--as-of", "2024-03-31") if lot["account"] == "brokerage"
    ]
    file = open_lots_file(tmp_path, before, "ABC", date(2024, 3, 31))

    found = check(small, file, "--account", "brokerage")

    assert (found["agree"], found["breaks"]) == (2, 0)


def test_a_later_statement_replaces_an_earlier_one(small: Path, tmp_path: Path) -> None:
    url = database(tmp_path / "book.db")
    taxlots("import", url, small)
    own = [lot for lot in lots_of(url) if lot["account"] == "brokerage"]
    wrong = [lot | {"cost_basis": "1.00"} for lot in own]
    for lots, day in ((wrong, date(2024, 6, 30)), (own, date(2024, 7, 31))):
        file = open_lots_file(tmp_path, lots, "ABC", day)
        taxlots("import", url, file, "--account", "brokerage")

    assert check(url)["breaks"] == 0


def test_tolerance_is_for_cents_and_zero_by_default(small: Path, tmp_path: Path) -> None:
    own = [lot for lot in lots_of(small) if lot["account"] == "brokerage"]
    near = [own[0], own[1] | {"cost_basis": "2000.99", "unadjusted_cost_basis": "2000.99"}]
    file = open_lots_file(tmp_path, near, "ABC", date(2024, 6, 30))

    assert check(small, file, "--account", "brokerage")["breaks"] == 1
    assert check(small, file, "--account", "brokerage", "--tolerance", "1.00")["breaks"] == 0


def test_retirement_accounts_are_compared_on_request(small: Path, tmp_path: Path) -> None:
    own = [lot for lot in lots_of(small) if lot["account"] == "ira"]
    wrong = [lot | {"cost_basis": "1.00", "unadjusted_cost_basis": "1.00"} for lot in own]
    file = open_lots_file(tmp_path, wrong, "ABC", date(2024, 6, 30))

    default = check(small, file, "--account", "ira")
    asked = check(small, file, "--account", "ira", "--with-retirement")

    assert default["breaks"] == 0
    assert [row["reason"] for row in default["not_compared"]] == ["it is a retirement account"]  # type: ignore[attr-defined]
    assert asked["breaks"] == 1


def test_missing_is_not_unreconciled(tmp_path: Path) -> None:
    """XYZ stands in no file: it is told, and it is no break."""
    folder = book(tmp_path / "two", ROWS + "t4,2024-06-03,brokerage,XYZ,BUY,5,,900.00,,,,\n")
    own = [lot for lot in lots_of(folder) if lot["account"] == "brokerage"]
    file = open_lots_file(tmp_path, own, "ABC", date(2024, 6, 30))

    ran = taxlots("import", folder, file, "--account", "brokerage", "--check")

    assert ran.status == 0
    assert "not compared: brokerage XYZ (open): no file of the custodian lists it" in ran.out


def test_a_loss_that_another_account_washes_is_a_wash_adjustment(tmp_path: Path) -> None:
    """The custodian sees one account: Pub. 550 looks at the IRA too."""
    rows = """t1,2024-01-05,brokerage,ABC,BUY,10,,1000.00,,,,
t2,2024-06-03,brokerage,ABC,SELL,10,,700.00,,,,
i1,2024-06-10,ira,ABC,BUY,10,,700.00,,,,
"""
    folder = book(tmp_path / "wash", rows)
    pieces = [row | {"wash_sale_loss_disallowed": "0.00"} for row in gains_of(folder)]
    year = (date(2024, 1, 1), date(2024, 12, 31))
    file = realized_lots_file(tmp_path / "realized.csv", pieces, *year)

    found = check(folder, file, "--account", "brokerage")

    assert causes(found) == [("WASH_ADJUSTMENT", "ABC")]
    (row,) = [row for row in found["rows"] if row["status"] == "break"]  # type: ignore[attr-defined]
    assert (row["disallowed_ours"], row["disallowed_theirs"]) == ("300.00", "0.00")
    assert (row["lots"], row["sales"]) == ("t1", "t2")
    assert "as a broker must report it, the book has the same" in row["because"]


def test_files_of_a_check_appear_together(small: Path, tmp_path: Path) -> None:
    own = [lot for lot in lots_of(small) if lot["account"] == "brokerage"]
    file = open_lots_file(tmp_path, own, "ABC", date(2024, 6, 30))
    out = tmp_path / "checked"

    arguments = ("import", small, file, "--account", "brokerage", "--check", "--out", out)
    assert taxlots(*arguments).status == 0
    assert files_in(out) == {
        "comparison.csv",
        "not_compared.csv",
        "problems.csv",
        "manifest.json",
    }
    assert taxlots(*arguments).status == 0, "a previous result is replaced"
    with (out / "comparison.csv").open() as opened:
        assert [row["status"] for row in csv.DictReader(opened)] == ["agrees", "agrees"]


def test_a_file_with_errors_leaves_problems_alone(small: Path, tmp_path: Path) -> None:
    own = [lot for lot in lots_of(small) if lot["account"] == "brokerage"]
    file = open_lots_file(tmp_path, own, "ABC", date(2024, 6, 30))
    file.write_text(file.read_text("utf-8").replace("$1,000", "$1,0x0").replace("$500", "$5x0"))
    out = tmp_path / "checked"

    ran = taxlots("import", small, file, "--account", "brokerage", "--check", "--out", out)

    assert ran.status == 1
    assert "BAD_AMOUNT" in ran.err
    assert files_in(out) == {"problems.csv"}
