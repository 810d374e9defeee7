"""``taxlots section-1256`` and the files that replay writes for contracts."""

import csv
import io
import json
from decimal import Decimal
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from tests.cli.running import book, files_in, taxlots

import taxlots as public
from taxlots.frames.columns import SECTION_1256, SECTION_1256_POSITIONS

ROWS = """t1,2023-11-15,brokerage,ES,BUY,2,,470005.00,,,,
t2,2023-11-20,ira,ES,BUY,1,,235000.00,,,,
t3,2024-02-20,brokerage,ES,SELL,2,,478995.00,,,,
"""
MARK = "2023-12-29,ES,4820.50\n2023-12-29,XYZ,10\n"


def futures(folder: Path, rows: str = ROWS, prices: str = MARK) -> Path:
    """A book with two futures that are held over the end of a year, and one in an IRA."""
    made = book(folder, rows)
    (made / "securities.csv").write_text(
        "symbol,kind,multiplier\nES,section_1256,50\nXYZ,stock,1\nABC,stock,1\n", encoding="utf-8"
    )
    if prices:
        (made / "prices.csv").write_text("date,symbol,close\n" + prices, encoding="utf-8")
    return made


def rows_in(file: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(file.read_text(encoding="utf-8"))))


def test_json_has_boxes_8_to_11_and_the_lines_of_form_6781(tmp_path: Path) -> None:
    ran = taxlots("section-1256", futures(tmp_path / "book"), "--as-of", "2024-12-31", "--json")
    printed = json.loads(ran.out)
    columns = ("year", "aggregate", "short_term", "long_term", "status")
    assert [[row[column] for column in columns] for row in printed["rows"]] == [
        ["2023", "12045.00", "4818.00", "7227.00", "final"],
        ["2024", "-3055.00", "-1222.00", "-1833.00", "final"],
    ]
    columns = ("year", "losses", "gains", "net", "carryback")
    assert [[total[column] for column in columns] for total in printed["totals"]] == [
        ["2023", "0.00", "12045.00", "12045.00", ""],
        ["2024", "-3055.00", "0.00", "-3055.00", "may be elected"],
    ]
    (position,) = printed["positions"]
    marked = (position["lot_id"], position["side"], position["marked_basis"])
    assert marked == ("t1", "long", "482050.00")


def test_a_year_an_account_and_a_symbol_narrow_it(tmp_path: Path) -> None:
    folder = futures(tmp_path / "book")

    def years(*options: str) -> list[str]:
        printed = json.loads(taxlots("section-1256", folder, *options, "--json").out)
        return [row["year"] for row in printed["rows"]]

    assert years("--year", "2023") == ["2023"]
    assert years("--account", "brokerage", "--symbol", "ES") == ["2023", "2024"]
    assert years("--account", "ira") == [], "nothing in an IRA is taxed as it happens"
    unknown = taxlots("section-1256", folder, "--symbol", "NQ")
    assert unknown.status == 2
    assert "no security 'NQ'" in unknown.err


def test_csv_is_what_replay_writes(tmp_path: Path) -> None:
    folder = futures(tmp_path / "book")
    out = tmp_path / "out"
    assert taxlots("replay", folder, "--out", out).status == 0
    printed = list(csv.DictReader(io.StringIO(taxlots("section-1256", folder, "--csv").out)))
    assert rows_in(out / "section_1256.csv") == printed
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["rows"]["section_1256"] == 2
    assert manifest["rows"]["section_1256_positions"] == 1
    assert taxlots("replay", folder, "--out", out).status == 0, "it replaces its own"


def test_parquet_has_the_types_of_the_frames(tmp_path: Path) -> None:
    folder = futures(tmp_path / "book")
    out = tmp_path / "out"
    assert taxlots("replay", folder, "--out", out, "--format", "parquet").status == 0
    for name, columns in (
        ("section_1256", SECTION_1256),
        ("section_1256_positions", SECTION_1256_POSITIONS),
    ):
        schema = pq.read_schema(out / f"{name}.parquet")
        assert dict(zip(schema.names, schema.types, strict=True)) == columns


def test_a_book_without_contracts_has_no_such_files(tmp_path: Path) -> None:
    folder = futures(tmp_path / "book", "t1,2024-01-02,brokerage,ABC,BUY,10,10.00,,,,,\n")
    assert taxlots("replay", folder, "--out", tmp_path / "out").status == 0
    assert "section_1256.csv" not in files_in(tmp_path / "out")
    ran = taxlots("section-1256", folder)
    assert ran.status == 0
    assert ran.out.startswith("Section 1256 contracts of Test as of 2024-01-02: none")


def test_the_other_books_keep_the_rows_unmarked(tmp_path: Path) -> None:
    folder = futures(tmp_path / "book")
    assert taxlots("replay", folder, "--out", tmp_path / "out").status == 0
    assert [row["gain"] for row in rows_in(tmp_path / "out" / "realized.csv")] == ["8990.00"]


def test_without_a_price_the_command_fails_and_replay_warns(tmp_path: Path) -> None:
    folder = futures(tmp_path / "book", prices="")
    ran = taxlots("section-1256", folder)
    assert ran.status == 1
    assert ran.out == ""
    assert "NO_YEAR_END_PRICE" in ran.err
    assert "2023-12-31,ES,PRICE" in ran.err

    replayed = taxlots("replay", folder, "--out", tmp_path / "out")
    assert replayed.status == 0
    assert "NO_YEAR_END_PRICE (warning)" in replayed.err
    rows = rows_in(tmp_path / "out" / "section_1256.csv")
    assert [(row["aggregate"], row["long_term"], row["status"]) for row in rows] == [
        ("", "", "incomplete"),
        ("", "", "incomplete"),
    ]


def test_another_year_is_told_without_the_missing_price(tmp_path: Path) -> None:
    rows = ROWS + "t4,2025-03-03,brokerage,ES,BUY,1,,200000.00,,,,\n"
    rows += "t5,2025-04-03,brokerage,ES,SELL,1,,200500.00,,,,\n"
    folder = futures(tmp_path / "book", rows, prices="")
    ran = taxlots("section-1256", folder, "--year", "2025", "--json")
    assert ran.status == 0
    assert [row["aggregate"] for row in json.loads(ran.out)["rows"]] == ["500.00"]
    assert "NO_YEAR_END_PRICE (warning)" in ran.err


def test_a_future_that_was_sold_first_beside_one_that_is_held(tmp_path: Path) -> None:
    """Marked on both sides; no loss of it is washed and nothing is sold constructively."""
    rows = (
        "t1,2024-11-01,brokerage,ES,BUY,1,,235000.00,,,,\n"
        "t2,2024-11-04,brokerage,ES,SELL_SHORT,1,,240000.00,,,,\n"
        "t3,2024-12-02,brokerage,ES,BUY_TO_COVER,1,,243000.00,,,,\n"
        "t4,2024-12-03,brokerage,ES,SELL_SHORT,1,,242000.00,,,,\n"
    )
    folder = futures(tmp_path / "book", rows, "2024-12-31,ES,4900\n")
    ran = taxlots("section-1256", folder, "--as-of", "2024-12-31", "--json")
    assert ran.status == 0, ran.err
    printed = json.loads(ran.out)
    columns = ("realized", "unrealized_year_end", "aggregate", "wash_sale_adjustment")
    assert [[row[column] for column in columns] for row in printed["rows"]] == [
        ["-3000.00", "7000.00", "4000.00", "0.00"]
    ]
    assert [(p["side"], p["unrealized"]) for p in printed["positions"]] == [
        ("long", "10000.00"),
        ("short", "-3000.00"),
    ]
    assert taxlots("replay", folder, "--out", tmp_path / "out").status == 0
    assert rows_in(tmp_path / "out" / "wash_sales.csv") == []
    assert [row["gain"] for row in rows_in(tmp_path / "out" / "realized.csv")] == ["-3000.00"]


def test_options_on_an_index_are_settled_in_cash(tmp_path: Path) -> None:
    """Bought and written, exercised and assigned: 2,500 - 1,000 and 400 - 900."""
    header = "id,date,account,symbol,action,quantity,amount,cash\n"
    rows = (
        "t1,2025-03-03,brokerage,ES,BUY_OPTION,1,1000.00,\n"
        "t2,2025-03-03,brokerage,SPX,WRITE_OPTION,1,400.00,\n"
        "t3,2025-03-21,brokerage,ES,EXERCISE,1,,2500.00\n"
        "t4,2025-03-21,brokerage,SPX,ASSIGN,1,,900.00\n"
        "t5,2025-04-01,brokerage,SPX,WRITE_OPTION,1,300.00,\n"
        "t6,2025-05-16,brokerage,SPX,EXPIRE,,,\n"
    )
    folder = book(tmp_path / "book", rows, header=header)
    (folder / "securities.csv").write_text(
        "symbol,kind,multiplier,underlying,strike,expiry\n"
        "ES,section_1256,100,INDEX,5000,2025-03-21\nSPX,section_1256,100,INDEX,5100,2025-05-16\n",
        encoding="utf-8",
    )
    ran = taxlots("section-1256", folder, "--json")
    assert ran.status == 0, ran.err
    assert [(row["symbol"], row["realized"]) for row in json.loads(ran.out)["rows"]] == [
        ("ES", "1500.00"),
        ("SPX", "-200.00"),
    ]


def test_json_and_csv_exclude_each_other(tmp_path: Path) -> None:
    ran = taxlots("section-1256", futures(tmp_path / "book"), "--json", "--csv")
    assert ran.status == 2


def test_frames_of_the_python_api(tmp_path: Path) -> None:
    books = public.replay(futures(tmp_path / "book"), as_of="2024-12-31")
    assert books.section_1256["aggregate"].sum() == Decimal("8990.00")
    assert books.section_1256_positions["marked_basis"].tolist() == [Decimal("482050.00")]
    assert len(books.problems) == 0


@pytest.mark.parametrize("prices", ["2023-12-29,ES,minus\n", ""])
def test_frames_tell_what_is_missing(tmp_path: Path, prices: str) -> None:
    books = public.replay(futures(tmp_path / "book", prices=prices))
    assert books.section_1256["aggregate"].isna().all()
    assert "NO_YEAR_END_PRICE" in set(books.problems["code"])
