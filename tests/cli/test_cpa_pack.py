"""``taxlots cpa-pack``: what a tax preparer gets of a recorded harvest."""

import csv
import io
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

import pypdf
import pytest
from tests.cli.recorded import NOW, orders, record, recorded_book
from tests.cli.running import files_in, taxlots

from taxlots.workflows import clock

RATED = 'name = "Test"\n[tax_profile]\nshort_rate = 0.24\nlong_rate = 0.15\n'


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A harvest that is signed; a1 is filled at 69, half of a2 at 70, nothing is bought yet."""
    folder = tmp_path_factory.mktemp("signed")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "now", lambda: NOW)
        url = recorded_book(folder, toml=RATED)
        record(url, folder / "plan")
        _sign_and_fill(url, folder / "fills.csv")
        yield folder / "book.db"


@pytest.fixture
def url(book: Path, tmp_path: Path) -> str:
    """A copy of it."""
    return f"sqlite:///{shutil.copy(book, tmp_path / 'book.db')}"


@pytest.fixture(scope="module")
def pack(book: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its pack."""
    folder = tmp_path_factory.mktemp("packed") / "pack"
    ran = taxlots("cpa-pack", f"sqlite:///{book}", 1, "--out", folder)
    assert ran.status == 0, ran.err
    return folder


def _sign_and_fill(url: str, fills: Path) -> None:
    assert taxlots("approve", url, 1, "--by", "carol").status == 0
    names = {lot: one["client_order_id"] for lot, one in orders(url).items()}
    fills.write_text(
        "client_order_id,account_number,action,symbol,date,quantity,price,lot_id,"
        "identified_at,confirmation\n"
        f"{names['a1']},brokerage,SELL,ABC,2024-11-25,60,69,a1,2024-11-25T10:00,c1\n"
        f"{names['a2']},brokerage,SELL,ABC,2024-11-25,20,70,a2,2024-11-25T10:00,c2\n"
    )
    assert taxlots("confirm", url, 1, fills, "--by", "dave").status == 0


def rows(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_realized_lots_are_those_that_are_booked(pack: Path) -> None:
    """60 x (69 - 100) and 20 x (70 - 110); the window of 2024-11-25 ends on 2024-12-25."""
    names = ("lot_id", "quantity", "proceeds", "cost_basis", "gain", "term", "final_from")
    found = [tuple(row[name] for name in names) for row in rows(pack, "realized_lots.csv")]
    assert found == [
        ("a1", "60", "4140.00", "6000.00", "-1860.00", "ST", "2024-12-26"),
        ("a2", "20", "1400.00", "2200.00", "-800.00", "ST", "2024-12-26"),
    ]
    assert [row["lots"] for row in rows(pack, "journal.csv")] == ["a1:60", "a2:20"]
    windows = rows(pack, "open_windows.csv")
    assert [(w["window_to"], w["loss"], w["is_open"]) for w in windows] == [
        ("2024-12-25", "1860.00", "yes"),
        ("2024-12-25", "800.00", "yes"),
    ]


def test_schedule_d_is_told_without_the_harvest_as_executed_and_as_ordered(
    pack: Path,
) -> None:
    """Executed: -2,660.  As ordered: 20 more of a2 at the close of 70, another -800."""
    effect = {row["line"]: row for row in rows(pack, "schedule_d_effect.csv")}
    net = effect["7"]
    assert (net["gain_without"], net["gain_executed"]) == ("0.00", "-2660.00")
    assert (net["gain_ordered"], net["gain_effect"]) == ("-3460.00", "-3460.00")
    listed = effect["1a"]
    assert (listed["proceeds_effect"], listed["cost_basis_effect"]) == ("6940.00", "10400.00")
    assert effect["21"]["gain_effect"] == "-3000.00"


def test_confirmations_stand_against_plan(pack: Path) -> None:
    found = {row["lot_id"] or row["symbol"]: row for row in rows(pack, "confirmations.csv")}
    names = ("signed", "filled", "state", "planned_loss", "booked_gain", "breaks")
    assert [found["a1"][name] for name in names] == [
        *("60", "60", "filled", "1800.00", "-1860.00", "")
    ]
    assert [found["a2"][name] for name in names] == [
        *("40", "20", "partly filled", "1600.00", "-800.00", "PARTIAL")
    ]
    assert found["XYZ"]["breaks"] == "NOT_FILLED"
    assert {row["kind"] for row in rows(pack, "breaks.csv")} == {"PARTIAL", "NOT_FILLED"}


def test_a_later_purchase_shows_as_a_wash_sale_of_the_harvest(url: str, tmp_path: Path) -> None:
    """10 shares bought in the IRA replace 10 of a1: 310 of its loss are gone for good."""
    more = tmp_path / "more.csv"
    more.write_text(
        "id,date,account,symbol,action,quantity,amount\n"
        "i2,2024-12-02,ira,ABC,BUY,10,700.00\nz1,2025-01-10,brokerage,QRS,BUY,1,20.00\n"
    )
    assert taxlots("import", url, more).status == 0
    pack = tmp_path / "pack"
    assert taxlots("cpa-pack", url, 1, "--out", pack).status == 0
    (wash,) = rows(pack, "wash_sales.csv")
    names = ("replacement_lot_id", "quantity", "disallowed", "permanent")
    assert [wash[name] for name in names] == ["i2", "10", "310.00", "310.00"]
    lot = rows(pack, "realized_lots.csv")[0]
    assert (lot["gain"], lot["status"]) == ("-1550.00", "final")
    assert {w["is_open"] for w in rows(pack, "open_windows.csv")} == {"no"}


def test_the_pack_says_what_it_is_and_what_is_to_be_looked_at(pack: Path) -> None:
    listed = files_in(pack)
    text = (pack / "README.md").read_text()
    assert all(f"`{name}`" in text for name in listed if name.endswith(".csv"))
    assert "provisional, final from 2024-12-26" in text
    assert "not executed in full" in text
    assert text.count("not tax advice") == 1
    reader = pypdf.PdfReader(pack / "summary.pdf")
    pages = " ".join(" ".join(page.extract_text().split()) for page in reader.pages)
    assert "Effect on Schedule D" in pages
    assert "60 01/05/2024 11/25/2024 4,140.00 6,000.00 0.00 (1,860.00) ST 12/26/2024" in pages
    manifest = json.loads((pack / "manifest.json").read_text())
    assert manifest["files"]["realized_lots.csv"]["rows"] == 2


def test_a_zip_holds_the_same_files_and_the_same_book_gives_the_same_bytes(
    pack: Path, url: str, tmp_path: Path
) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        assert taxlots("cpa-pack", url, 1, "--out", tmp_path / name / "cpa.zip").status == 0
    one, two = ((tmp_path / name / "cpa.zip").read_bytes() for name in ("one", "two"))
    assert one == two
    with ZipFile(io.BytesIO(one)) as archive:
        held = {name.removeprefix("cpa/"): archive.read(name) for name in archive.namelist()}
    assert held == {name: (pack / name).read_bytes() for name in files_in(pack)}


def test_no_pack_is_of_a_day_before_the_last_trade(url: str, tmp_path: Path) -> None:
    out = ("--out", tmp_path / "pack", "--as-of", "2024-11-01")
    ran = taxlots("cpa-pack", url, 1, *out)
    assert (ran.status, "before the last trade" in ran.err) == (2, True)
    assert not (tmp_path / "pack").exists()
