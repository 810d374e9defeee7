"""``taxlots init`` and ``taxlots import``: nothing is overwritten, all files or none, once each."""

import json
import shutil
from pathlib import Path

import pytest
from tests.cli.running import SAMPLE, book, database, files_in, rows_kept, taxlots

SCHWAB = SAMPLE / "schwab" / "XXXX-Transactions.csv"
LOTS = SAMPLE.parents[1] / "fixtures" / "brokers" / "schwab" / "open-lots.csv"
BUY = "t1,2024-01-02,brokerage,ABC,BUY,10,10.00,,,,,\n"


def test_init_makes_an_empty_book_with_headers_and_a_readme(tmp_path: Path) -> None:
    folder = tmp_path / "my book"

    ran = taxlots("init", folder)

    assert ran.status == 0
    assert files_in(folder) == {"README.md", "accounts.csv", "book.toml", "transactions.csv"}
    assert (folder / "accounts.csv").read_text().startswith("household,account,kind,owner,")
    assert (folder / "transactions.csv").read_text().startswith("id,date,time,settle_date,account")


def test_the_readme_of_an_empty_book_shows_rows_that_can_be_booked(tmp_path: Path) -> None:
    folder = tmp_path / "book"
    taxlots("init", folder)
    blocks = (folder / "README.md").read_text().split("```\n")[1::2]
    for name, block in zip(("accounts.csv", "transactions.csv"), blocks, strict=True):
        (folder / name).write_text(block)

    ran = taxlots("verify", folder)

    assert ran.status == 0
    assert "FAIL" not in ran.out


def test_init_sample_is_the_sample_household(tmp_path: Path) -> None:
    assert taxlots("init", tmp_path / "book", "--sample").status == 0
    assert files_in(tmp_path / "book") == files_in(SAMPLE)


def test_init_sample_in_a_database_books_the_same(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'book.db'}"
    assert taxlots("init", url, "--sample").status == 0
    assert taxlots("gains", url, "--csv").out == taxlots("gains", SAMPLE, "--csv").out
    assert taxlots("lots", url, "--csv").out == taxlots("lots", SAMPLE, "--csv").out


@pytest.mark.parametrize("sample", [(), ("--sample",)])
def test_init_overwrites_nothing(sample: tuple[str, ...], tmp_path: Path) -> None:
    file, folder = tmp_path / "file", tmp_path / "folder"
    file.write_text("mine")
    folder.mkdir()
    (folder / "book.toml").write_text("mine")
    url = database(tmp_path / "book.db")
    before = files_in(tmp_path)

    for target in (file, folder, url, file / "book"):
        assert taxlots("init", target, *sample).status == 2

    assert files_in(tmp_path) == before
    assert (folder / "book.toml").read_text() == "mine"
    assert rows_kept(url) == 0


def test_an_empty_folder_may_become_a_book(tmp_path: Path) -> None:
    (tmp_path / "book").mkdir()
    assert taxlots("init", tmp_path / "book").status == 0


def test_importing_a_folder_again_adds_nothing(tmp_path: Path) -> None:
    url = database(tmp_path / "book.db")

    first = json.loads(taxlots("import", url, SAMPLE, "--json").out)
    kept = rows_kept(url)
    again = json.loads(taxlots("import", url, SAMPLE, "--json").out)

    added = {one["file"]: one["added"] for one in first["files"]}
    assert added["transactions.csv"] == 1082
    assert added["accounts.csv"] == 6
    assert {one["added"] for one in again["files"]} == {0}
    assert {one["file"]: one["known"] for one in again["files"]} == added
    assert again["recorded_at"] == ""
    assert rows_kept(url) == kept


def test_single_files_of_a_book_can_be_imported(tmp_path: Path) -> None:
    """A table of transactions is known by its columns, whatever its name."""
    folder = book(tmp_path / "book", BUY)
    shutil.move(folder / "transactions.csv", folder / "january.csv")
    url = database(tmp_path / "book.db")
    files = ("accounts.csv", "book.toml", "securities.csv", "january.csv")

    ran = taxlots("import", url, *(folder / name for name in files))

    assert ran.status == 0
    assert "t1" in taxlots("lots", url, "--csv").out


def test_a_schwab_export_is_known_by_its_header_and_adds_its_rows_once(tmp_path: Path) -> None:
    url = database(tmp_path / "book.db")
    export = shutil.copy(SCHWAB, tmp_path / "downloaded (3).txt")
    reference = [SAMPLE / name for name in ("accounts.csv", "book.toml", "securities.csv")]

    first = taxlots("import", url, *reference, export, "--account", "schwab-taxable", "--json")
    again = taxlots("import", url, SCHWAB, "--account", "schwab-taxable", "--json")

    assert (first.status, again.status) == (0, 0)
    counted = {one["file"]: one for one in json.loads(first.out)["files"]}
    assert counted["downloaded (3).txt"]["added"] == 144
    (same,) = json.loads(again.out)["files"]
    assert (same["added"], same["known"]) == (0, 144)


def test_a_schwab_export_books_what_the_journal_books_of_its_account(tmp_path: Path) -> None:
    """Gains before wash sales: the other accounts, which replace its losses, are not there."""
    url = database(tmp_path / "book.db")
    reference = [SAMPLE / name for name in ("accounts.csv", "book.toml", "securities.csv")]
    taxlots("import", url, *reference, SCHWAB, "--account", "schwab-taxable")

    imported, booked = (
        json.loads(taxlots("gains", source, "--account", "schwab-taxable", "--json").out)["totals"]
        for source in (url, SAMPLE)
    )

    assert [(t["term"], t["pieces"], t["proceeds"]) for t in imported] == [
        (t["term"], t["pieces"], t["proceeds"]) for t in booked
    ]
    assert [t["cost_basis"] for t in imported] == [t["cost_basis"] for t in booked]


def test_a_split_of_shares_that_an_earlier_export_brought(tmp_path: Path) -> None:
    """The second export alone does not tell the ratio; what the book holds does."""
    head = '"Date","Action","Symbol","Description","Quantity","Price","Fees & Comm","Amount"\n'
    title = '"Transactions  for account Individual ...789 as of 12/31/2024 10:00:00 ET"\n'
    first, second = tmp_path / "first.csv", tmp_path / "second.csv"
    first.write_text(
        title + head + '"01/03/2024","Buy","ABC","ABC CORP","10","$10.00","","-$100.00"\n'
    )
    second.write_text(title + head + '"06/10/2024","Stock Split","ABC","ABC CORP","30","","",""\n')
    url = database(tmp_path / "book.db")
    folder = book(tmp_path / "book", "")
    (folder / "transactions.csv").unlink()

    assert taxlots("import", url, folder, first, "--account", "brokerage").status == 0
    ran = taxlots("import", url, second, "--account", "brokerage")

    assert ran.status == 0, ran.err
    assert ",40,100.00," in taxlots("lots", url, "--csv").out


def test_custodians_lots_are_kept_once_beside_the_journal(tmp_path: Path) -> None:
    url = database(tmp_path / "book.db")
    taxlots("import", url, SAMPLE)
    before = taxlots("lots", url, "--csv").out

    ran = taxlots("import", url, LOTS, "--account", "schwab-taxable")
    kept = rows_kept(url)
    again = json.loads(taxlots("import", url, LOTS, "--account", "schwab-taxable", "--json").out)

    assert ran.status == 0
    assert "3 open lots of schwab-taxable at schwab as of 2020-09-25" in ran.out
    assert [(f["holds"], f["added"], f["known"]) for f in again["files"]] == [("open_lots", 0, 3)]
    assert rows_kept(url) == kept
    assert taxlots("lots", url, "--csv").out == before


def test_all_paths_are_kept_or_none(tmp_path: Path) -> None:
    url = database(tmp_path / "book.db")
    good = book(tmp_path / "good", BUY)
    bad = book(tmp_path / "bad", BUY.replace("t1", "t2").replace("BUY", "BYE"))

    assert taxlots("import", url, good, bad).status == 1

    assert rows_kept(url) == 0


def test_an_id_that_the_journal_has_with_other_content_is_refused(tmp_path: Path) -> None:
    url = database(tmp_path / "book.db")
    taxlots("import", url, book(tmp_path / "one", BUY))
    kept = rows_kept(url)

    ran = taxlots("import", url, book(tmp_path / "two", BUY.replace("10.00", "11.00")))

    assert ran.status == 1
    assert "transactions.csv:2:id: KEY_CONFLICT: " in ran.err
    assert rows_kept(url) == kept


def test_rows_may_arrive_in_any_order(tmp_path: Path) -> None:
    """The sale first: the book cannot be replayed until its purchase has come too."""
    url = database(tmp_path / "book.db")
    sale = "t2,2024-02-01,brokerage,ABC,SELL,5,12.00,,,,,\n"

    early = taxlots("import", url, book(tmp_path / "sale", sale))
    between = taxlots("gains", url)
    late = taxlots("import", url, book(tmp_path / "purchase", BUY))

    assert early.status == 0
    assert "transactions.csv:2:quantity: OVERSOLD (warning): " in early.err
    assert between.status == 1
    assert late.status == 0
    assert late.err == ""
    assert taxlots("gains", url).status == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("{folder}", "{folder}"), "is a folder, which is only read; make a database for it"),
        (("{url}", "{missing}"), "is not there; name a book's folder or a file"),
        (("{url}", "{empty}"), "holds no file of a book"),
        (("{url}", "{schwab}"), "add --account ID"),
        (("{url}", "{schwab}", "--account", "mine"), "the book has no account 'mine'"),
        (("{url}", "{schwab}", "--broker", "nobody"), "--broker takes "),
        (("{url}",), "there is nothing to import"),
        (("{url}", "{schwab}", "--out", "checked"), "belong to --check"),
        (("{folder}", "--check"), "is a folder, which keeps no custodian's lots"),
        (("{url}", "--check", "--tolerance", "one"), "write dollars, like 1.00"),
        (("{missing_url}", "{folder}"), "There is no database"),
    ],
)
def test_wrong_use_of_import(arguments: tuple[str, ...], said: str, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    places = {
        "folder": book(tmp_path / "book", BUY),
        "empty": tmp_path / "empty",
        "missing": tmp_path / "missing",
        "schwab": SCHWAB,
        "url": database(tmp_path / "book.db"),
        "missing_url": f"sqlite:///{tmp_path / 'other.db'}",
    }

    ran = taxlots("import", *(argument.format(**places) for argument in arguments))

    assert ran.status == 2
    assert said in ran.err
    assert rows_kept(str(places["url"])) == 0
    assert not (tmp_path / "other.db").exists()


def test_a_file_that_is_neither_a_book_s_nor_a_known_custodian_s(tmp_path: Path) -> None:
    letter = tmp_path / "letter.csv"
    letter.write_text("Dear Sir,\nplease find enclosed\n")
    url = database(tmp_path / "book.db")

    ran = taxlots("import", url, letter)

    assert ran.status == 1
    assert ran.err.startswith("letter.csv:1: UNKNOWN_FILE: ")


def test_known_at_gives_the_book_as_it_was_before_an_import(tmp_path: Path) -> None:
    url = database(tmp_path / "book.db")
    first = json.loads(taxlots("import", url, book(tmp_path / "one", BUY), "--json").out)
    later = BUY.replace("t1", "t2").replace("2024-01-02", "2024-03-01")
    taxlots("import", url, book(tmp_path / "two", later))

    now = json.loads(taxlots("lots", url, "--json").out)["rows"]
    then = json.loads(
        taxlots("lots", url, "--json", "--known-at", first["recorded_at"].rstrip("Z")).out
    )["rows"]

    assert [row["lot_id"] for row in now] == ["t1", "t2"]
    assert [row["lot_id"] for row in then] == ["t1"]
