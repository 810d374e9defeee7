"""Bad input is told with its place, its code and a remedy, and nothing is written.

Every case runs the real command.  Status 1 is for errors in the data, which are all listed; with
``--out`` the folder then holds ``problems.csv`` alone.  Status 2 is for a wrong use of the command.
"""

import csv
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.cli.running import SAMPLE, book, database, files_in, rows_kept, taxlots

BUY = "t1,2024-01-02,brokerage,ABC,BUY,10,10.00,,,,,\n"

ROWS = {
    "an unknown action": (
        BUY + "t2,2024-02-01,brokerage,ABC,SEL,5,12.00,,,,,\n",
        "transactions.csv:3:action: UNKNOWN_ACTION: ",
        "'SEL'",
    ),
    "an oversold position": (
        BUY + "t2,2024-02-01,brokerage,ABC,SELL,11,12.00,,,,,\n",
        "transactions.csv:3:quantity: OVERSOLD: ",
        "takes 11 ABC out of brokerage, which holds 10",
    ),
    "a negative quantity": (
        BUY + "t2,2024-02-01,brokerage,ABC,SELL,-5,12.00,,,,,\n",
        "transactions.csv:3:quantity: NEGATIVE_NUMBER: ",
        "without a sign",
    ),
    "a quantity that is no number": (
        BUY + "t2,2024-02-01,brokerage,ABC,SELL,five,12.00,,,,,\n",
        "transactions.csv:3:quantity: BAD_NUMBER: ",
        "'five'",
    ),
    "a lot id that doesn't exist": (
        BUY + "t2,2024-02-01,brokerage,ABC,SELL,5,12.00,,t9:5,,,\n",
        "transactions.csv:3:lots: UNKNOWN_LOT: ",
        "no lot has the id 't9'",
    ),
    "two rows with one id": (
        BUY + "t1,2024-02-01,brokerage,ABC,SELL,5,12.00,,,,,\n",
        "transactions.csv:3:id: DUPLICATE_ID: ",
        "line 2",
    ),
    "TAX_OPTIMAL as a method": (
        BUY + "t2,2024-02-01,brokerage,ABC,SELL,5,12.00,,,TAX_OPTIMAL,,\n",
        "transactions.csv:3:method: UNKNOWN_METHOD: ",
        "filed history must not depend on rates",
    ),
    "a row in another currency": (
        BUY + "t2,2024-02-01,brokerage,ABC,SELL,5,12.00,,,,,EUR\n",
        "transactions.csv:3:currency: OTHER_CURRENCY: ",
        "EUR",
    ),
    "a date that is none": (
        BUY + "t2,02/01/2024,brokerage,ABC,SELL,5,12.00,,,,,\n",
        "transactions.csv:3:date: BAD_DATE: ",
        "YYYY-MM-DD",
    ),
    "an account that is not listed": (
        BUY + "t2,2024-02-01,broker,ABC,BUY,5,12.00,,,,,\n",
        "transactions.csv:3:account: UNKNOWN_ACCOUNT: ",
        "'broker'",
    ),
}
"""What is wrong -> rows, where and code, and what the message must say."""

ONLY_TOGETHER = ("an oversold position", "a lot id that doesn't exist")
"""What a row that is still to come may put right: a journal takes any order of arrival."""


def problems_in(out: Path) -> list[dict[str, str]]:
    with (out / "problems.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("what", ROWS)
def test_replay_tells_a_bad_row_and_writes_problems_alone(what: str, tmp_path: Path) -> None:
    rows, place, said = ROWS[what]
    out = tmp_path / "out"

    ran = taxlots("replay", book(tmp_path / "book", rows), "--out", out)

    assert ran.status == 1
    assert ran.err.startswith(place)
    assert said in ran.err
    assert "Traceback" not in ran.err
    assert files_in(out) == {"problems.csv"}
    (problem,) = [problem for problem in problems_in(out) if problem["severity"] == "error"]
    assert place == f"{problem['where']}: {problem['code']}: "
    assert problem["remedy"]


@pytest.mark.parametrize("what", [name for name in ROWS if name not in ONLY_TOGETHER])
def test_import_tells_a_bad_row_and_keeps_nothing(what: str, tmp_path: Path) -> None:
    rows, place, said = ROWS[what]
    url = database(tmp_path / "book.db")

    ran = taxlots("import", url, book(tmp_path / "book", rows))

    assert ran.status == 1
    assert place in ran.err
    assert said in ran.err
    assert "added" not in ran.out
    assert rows_kept(url) == 0


@pytest.mark.parametrize("what", ONLY_TOGETHER)
def test_import_keeps_a_row_that_another_may_still_put_right(what: str, tmp_path: Path) -> None:
    """A database takes any order of arrival, so this is a warning; replay refuses it."""
    rows, place, said = ROWS[what]
    url = database(tmp_path / "book.db")

    ran = taxlots("import", url, book(tmp_path / "book", rows))

    assert ran.status == 0
    assert f"{place.removesuffix(': ')} (warning): " in ran.err
    assert said in ran.err
    assert "cannot be replayed until then" in ran.err
    assert taxlots("lots", url).status == 1


def test_every_bad_row_is_told_in_one_run(tmp_path: Path) -> None:
    rows = "".join(ROWS[what][0].removeprefix(BUY) for what in list(ROWS)[:4])

    ran = taxlots("replay", book(tmp_path / "book", BUY + rows), "--out", tmp_path / "out")

    assert ran.status == 1
    assert {line.split(": ")[1] for line in ran.err.splitlines()} >= {
        "UNKNOWN_ACTION",
        "NEGATIVE_NUMBER",
        "BAD_NUMBER",
        "DUPLICATE_ID",
    }


def test_import_tells_every_bad_row_in_one_run(tmp_path: Path) -> None:
    """Also when some cells cannot even be kept as they are."""
    rows = BUY + "".join(ROWS[what][0].removeprefix(BUY) for what in list(ROWS)[:4])
    url = database(tmp_path / "book.db")

    ran = taxlots("import", url, book(tmp_path / "book", rows))

    assert ran.status == 1
    codes = {line.split(": ")[1] for line in ran.err.splitlines()}
    assert codes >= {"UNKNOWN_ACTION", "NEGATIVE_NUMBER", "BAD_NUMBER", "DUPLICATE_ID"}
    assert rows_kept(url) == 0


def test_a_missing_column(tmp_path: Path) -> None:
    header = "id,date,account,symbol,quantity\n"
    folder = book(tmp_path / "book", "t1,2024-01-02,brokerage,ABC,10\n", header=header)
    url = database(tmp_path / "book.db")

    replayed = taxlots("replay", folder, "--out", tmp_path / "out")
    imported = taxlots("import", url, folder)

    for ran in (replayed, imported):
        assert ran.status == 1
        assert ran.err.startswith("transactions.csv:1:action: MISSING_COLUMN: ")
    assert rows_kept(url) == 0
    assert files_in(tmp_path / "out") == {"problems.csv"}


@pytest.mark.parametrize("command", ["replay", "harvest"])
def test_a_file_in_another_encoding(command: str, tmp_path: Path) -> None:
    folder = book(tmp_path / "book", BUY)
    text = (folder / "transactions.csv").read_text(encoding="utf-8")
    (folder / "transactions.csv").write_bytes(text.replace("ABC", "ÄBC").encode("latin-1"))

    ran = taxlots(command, folder, "--out", tmp_path / "out")

    assert ran.status == 1
    assert ran.err.startswith("transactions.csv:2: NOT_UTF8: ")
    assert files_in(tmp_path / "out") == {"problems.csv"}


def test_a_truncated_parquet_file(tmp_path: Path) -> None:
    folder = book(tmp_path / "book", BUY)
    (folder / "transactions.csv").unlink()
    file = folder / "transactions.parquet"
    columns = ("id", "date", "account", "symbol", "action", "quantity", "price")
    cells = ("t1", "2024-01-02", "brokerage", "ABC", "BUY", "10", "10.00")
    table = pa.table({name: [cell] for name, cell in zip(columns, cells, strict=True)})
    pq.write_table(table, file)
    assert taxlots("replay", folder, "--out", tmp_path / "whole").status == 0
    file.write_bytes(file.read_bytes()[:-20])
    url = database(tmp_path / "book.db")

    replayed = taxlots("replay", folder, "--out", tmp_path / "out")
    imported = taxlots("import", url, file)

    for ran in (replayed, imported):
        assert ran.status == 1
        assert ran.err.startswith("transactions.parquet: BAD_PARQUET: ")
    assert rows_kept(url) == 0
    assert files_in(tmp_path / "out") == {"problems.csv"}


def test_a_schwab_row_dated_after_the_as_of_line_of_its_export(tmp_path: Path) -> None:
    export = tmp_path / "Individual_XXX789_Transactions.csv"
    export.write_text(
        '"Transactions  for account Individual ...789 as of 03/15/2024 10:00:00 ET"\n'
        '"Date","Action","Symbol","Description","Quantity","Price","Fees & Comm","Amount"\n'
        '"03/18/2024","Buy","ABC","ABC CORP","10","$10.00","","-$100.00"\n',
        encoding="utf-8",
    )
    url = database(tmp_path / "book.db")
    accounts = book(tmp_path / "book", BUY) / "accounts.csv"

    ran = taxlots("import", url, accounts, export, "--account", "brokerage")

    assert ran.status == 1
    assert f"{export.name}:3:Date: AFTER_AS_OF: " in ran.err
    assert "2024-03-15" in ran.err
    assert rows_kept(url) == 0


@pytest.mark.parametrize("command", ["replay", "harvest"])
@pytest.mark.parametrize("place", ["a file", "under a file", "no file system"])
def test_an_output_folder_that_cannot_be_written(command: str, place: str, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("mine", encoding="utf-8")
    out = {"a file": file, "under a file": file / "out", "no file system": Path("/proc/out")}[place]

    ran = taxlots(command, SAMPLE, "--out", out)

    assert ran.status == 2
    assert str(out) in ran.err or str(file) in ran.err
    assert "Traceback" not in ran.err
    assert file.read_text(encoding="utf-8") == "mine"
    assert files_in(tmp_path) == {"file"}


@pytest.mark.parametrize("command", ["replay", "harvest"])
def test_an_output_folder_that_holds_other_files_is_refused(command: str, tmp_path: Path) -> None:
    (tmp_path / "taxes.xlsx").write_text("mine", encoding="utf-8")

    ran = taxlots(command, SAMPLE, "--out", tmp_path)

    assert ran.status == 2
    assert "holds other files (taxes.xlsx" in ran.err
    assert files_in(tmp_path) == {"taxes.xlsx"}


def test_a_failed_run_replaces_a_previous_result_as_a_whole(tmp_path: Path) -> None:
    folder, out = book(tmp_path / "book", BUY), tmp_path / "out"
    assert taxlots("replay", folder, "--out", out).status == 0
    assert "realized.csv" in files_in(out)
    book(tmp_path / "book", ROWS["an unknown action"][0])

    assert taxlots("replay", folder, "--out", out).status == 1

    assert files_in(out) == {"problems.csv"}


COMMANDS = {
    "replay": ("--out", "out"),
    "harvest": ("--out", "out"),
    "lots": (),
    "gains": (),
    "verify": (),
    "explain": ("t1",),
}


@pytest.mark.parametrize("command", COMMANDS)
def test_a_book_that_is_not_there(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    folder = taxlots(command, "nowhere", *COMMANDS[command])
    url = taxlots(command, "sqlite:///nowhere.db", *COMMANDS[command])
    strange = taxlots(command, "mysql://host/book", *COMMANDS[command])

    assert [ran.status for ran in (folder, url, strange)] == [2, 2, 2]
    assert "nowhere is no folder" in folder.err
    assert "There is no database nowhere.db" in url.err
    assert "not the URL of a ledger" in strange.err
    assert files_in(tmp_path) == set()


@pytest.mark.parametrize("command", [name for name in COMMANDS if name != "verify"])
@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--as-of", "2024-02-30", "is no date; write it as YYYY-MM-DD"),
        ("--as-of", "yesterday", "is no date"),
        ("--known-at", "noon", "is no moment"),
        ("--known-at", "2024-01-01", "a folder does not remember"),
    ],
)
def test_a_day_that_cannot_be_used(
    command: str,
    option: str,
    value: str,
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder = book(tmp_path / "book", BUY)
    monkeypatch.chdir(tmp_path)

    ran = taxlots(command, folder, *COMMANDS[command], option, value)

    assert ran.status == 2
    assert said in ran.err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--same-day", "held"), "--same-day is how a broker reads D1"),
        (("--view", "broker", "--same-day", "never"), "--same-day 'never' is no reading"),
        (("--view", "mine"), "there is no view 'mine'"),
        (("--format", "xlsx"), "there is no format 'xlsx'"),
    ],
)
def test_a_view_or_format_that_replay_does_not_have(
    arguments: tuple[str, str], said: str, tmp_path: Path
) -> None:
    ran = taxlots("replay", book(tmp_path / "book", BUY), "--out", tmp_path / "out", *arguments)

    assert ran.status == 2
    assert said in ran.err
    assert not (tmp_path / "out").exists()


def test_an_account_number_is_masked_in_messages(tmp_path: Path) -> None:
    """All but its last four characters; results, which are the user's own, have it in full."""
    accounts = "household,account,kind,owner\nhome,Z12345678,taxable,self\n"
    rows = "t1,2024-01-02,Z12345678,ABC,BUY,10,10.00,,,,,\n"
    sale = "t2,2024-02-01,Z12345678,ABC,SELL,11,12.00,,,,,\n"
    folder = book(tmp_path / "book", rows + sale, accounts=accounts)

    failed = taxlots("replay", folder, "--out", tmp_path / "out")
    book(tmp_path / "book", rows, accounts=accounts)
    listed = taxlots("lots", folder)

    assert "takes 11 ABC out of ...5678, which holds 10" in failed.err
    assert "Z12345678" not in failed.err
    assert "Z12345678" in listed.out
