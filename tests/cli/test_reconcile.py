"""``taxlots reconcile`` and ``taxlots differences --as-1099b``."""

import csv
import json
from decimal import Decimal
from pathlib import Path

import pytest
from tests.cases import ROOT
from tests.cli.running import SAMPLE, book, files_in, taxlots

FDX = ROOT / "fixtures" / "brokers" / "fdx_1099b"
FILES = {
    "reconciliation.csv", "breaks.csv", "adjustments.csv", "summary.csv", "problems.csv",
    "manifest.json",
}  # fmt: skip
YEARS = (2016, 2017, 2018, 2019, 2020)


def form_of(folder: Path, year: int, source: Path = SAMPLE) -> Path:
    """The broker's view of a year as a file."""
    form = folder / f"form-{year}.json"
    ran = taxlots("differences", source, "--year", year, "--as-1099b", form)
    assert ran.status == 0, ran.err
    return form


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def total(table: list[dict[str, str]], name: str) -> Decimal:
    return sum((Decimal(row[name]) for row in table if row[name]), Decimal(0))


@pytest.mark.parametrize("year", YEARS)
def test_the_broker_s_view_of_the_sample_ties_out_without_a_break(
    year: int, tmp_path: Path
) -> None:
    ran = taxlots("reconcile", SAMPLE, form_of(tmp_path, year), "--year", year, "--json")

    told = json.loads(ran.out)
    assert ran.status == 0
    assert (told["break"], told["not_compared"], told["breaks"]) == (0, 0, [])
    assert told["matched"] + told["explained"] == told["ties"] > 0
    assert {row["unexplained"] for row in told["summary"]} == {"0.00"}


def test_the_three_sides_foot(tmp_path: Path) -> None:
    form = form_of(tmp_path, 2020)
    assert taxlots("differences", SAMPLE, "--year", 2020, "--out", tmp_path / "both").status == 0
    assert (
        taxlots("reconcile", SAMPLE, form, "--year", 2020, "--out", tmp_path / "tied").status == 0
    )

    assert files_in(tmp_path / "tied") == FILES
    both = rows(tmp_path / "both" / "differences.csv")
    lines = rows(tmp_path / "tied" / "reconciliation.csv")
    assert total(lines, "book_gain") == total(both, "column_h")
    assert total(lines, "form_basis") == total(both, "box_1e")
    assert total(lines, "broker_view_basis") == total(both, "box_1e")

    *summary, whole = rows(tmp_path / "tied" / "summary.csv")
    for name in ("form_gain", "broker_view_gain", "book_gain", "difference", "explained"):
        assert total(summary, name) == Decimal(whole[name])
    assert Decimal(whole["book_gain"]) == total(lines, "book_gain")
    assert Decimal(whole["form_gain"]) == total(lines, "form_gain")

    adjusted = rows(tmp_path / "tied" / "adjustments.csv")
    assert {row["status"] for row in adjusted} == {"explained"}
    assert set("".join(row["column_f"] for row in adjusted)) == {"B", "W"}
    for row in adjusted:
        gain = Decimal(row["column_d"]) - Decimal(row["column_e"]) + Decimal(row["column_g"])
        assert gain == Decimal(row["column_h"])


def test_a_missing_and_a_strange_sale_are_told(tmp_path: Path) -> None:
    form = form_of(tmp_path, 2020)
    document = json.loads(form.read_text("utf-8"))
    sales = document["forms"][1]["tax1099B"]["securityDetails"]
    strange = {**sales[0], "securityName": "NOBODY KNOWS", "dateOfSale": "2020-03-04"}
    sales[0] = strange
    form.write_text(json.dumps(document), "utf-8")

    ran = taxlots("reconcile", SAMPLE, form, "--year", 2020, "--json")

    assert ran.status == 1
    told = json.loads(ran.out)
    assert told["causes"] == {"UNMATCHED_OURS": 1, "UNMATCHED_THEIRS": 1}
    assert all(row["what_to_do"] for row in told["breaks"])


def test_a_tolerance_lets_cents_pass(tmp_path: Path) -> None:
    form = form_of(tmp_path, 2020)
    form.write_text(
        form.read_text("utf-8").replace('"salesPrice": 2979.50', '"salesPrice": 2979.75')
    )

    assert taxlots("reconcile", SAMPLE, form, "--year", 2020).status == 1
    assert taxlots("reconcile", SAMPLE, form, "--year", 2020, "--tolerance", "0.25").status == 0
    assert taxlots("reconcile", SAMPLE, form, "--year", 2020, "--tolerance", "x").status == 2


BOOK = """b1,2023-01-05,brokerage,ABC,BUY,10,100.00,,,,,
s1,2024-02-05,brokerage,ABC,SELL,10,120.00,,,,,
"""


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "UNKNOWN_FILE"),
        ("\x00\x01\x02", "WRONG_ENCODING"),
        ('{"tax1099B": [', "BAD_JSON"),
        ('{"tax1099B": {"securityDetails": [{"dateOfSale": "yesterday"}]}}', "BAD_DATE"),
        ('{"tax1099B": {"taxYear": 2023, "securityDetails": []}}', "OTHER_YEAR"),
        ("Symbol,Profit\nABC,1\n", "UNKNOWN_FILE"),
    ],
    ids=["empty", "binary", "cut off", "bad cells", "other year", "other table"],
)
def test_a_file_that_cannot_be_used_ends_with_its_problems_alone(
    text: str, code: str, tmp_path: Path
) -> None:
    folder = book(tmp_path / "book", BOOK)
    form, out = tmp_path / "form.json", tmp_path / "out"
    form.write_text(text, "utf-8")

    ran = taxlots("reconcile", folder, form, "--year", 2024, "--account", "brokerage", "--out", out)

    assert ran.status == 1
    assert code in ran.err
    assert files_in(out) == {"problems.csv"}
    assert ran.out == ""


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("{form}", "--year", "2024"), "add --account"),
        (("{form}", "--year", "2024", "--account", "nobody"), "no account 'nobody'"),
        (("{form}", "{form}", "--year", "2024", "--account", "brokerage"), "named twice"),
        (("missing.json", "--year", "2024", "--account", "brokerage"), "missing.json"),
        (("{form}", "--year", "2024", "--broker", "nobody"), "no importer"),
    ],
)
def test_a_wrong_call_is_told(arguments: tuple[str, ...], says: str, tmp_path: Path) -> None:
    folder = book(tmp_path / "book", BOOK)
    form = form_of(tmp_path, 2024, folder)
    form.write_text(form.read_text("utf-8").replace("brokerage", "12345678"), "utf-8")

    ran = taxlots("reconcile", folder, *(a.format(form=form) for a in arguments))

    assert ran.status == 2
    assert says in ran.err


def test_one_form_in_two_layouts_is_refused_and_a_correction_replaces_it(tmp_path: Path) -> None:
    folder = book(tmp_path / "book", BOOK)
    form, other = form_of(tmp_path, 2024, folder), tmp_path / "other.json"
    text = form.read_text("utf-8")
    other.write_text(text + "\n", "utf-8")

    twice = taxlots("reconcile", folder, form, other, "--year", 2024)
    other.write_text(text.replace('"corrected": false', '"corrected": true'), "utf-8")
    corrected = taxlots("reconcile", folder, form, other, "--year", 2024)

    assert twice.status == 1
    assert "SAME_FORM_TWICE" in twice.err
    assert corrected.status == 0
    assert "FORM_REPLACED" in corrected.err


def test_what_a_form_calls_a_security_runs_in_no_spreadsheet(tmp_path: Path) -> None:
    folder = book(tmp_path / "book", BOOK)
    form = form_of(tmp_path, 2024, folder)
    strange = form.read_text("utf-8").replace('"ABC"', '"=HYPERLINK(1)"').replace("1200", "1300")
    form.write_text(strange, "utf-8")

    ran = taxlots("reconcile", folder, form, "--year", 2024, "--out", tmp_path / "out")

    assert ran.status == 1
    (named,) = (row for row in rows(tmp_path / "out" / "breaks.csv") if row["form_rows"])
    assert named["symbol"] == "'=HYPERLINK(1)"


def test_a_folder_is_no_form(tmp_path: Path) -> None:
    folder = book(tmp_path / "book", BOOK)

    ran = taxlots("reconcile", folder, folder, "--year", 2024, "--account", "brokerage")

    assert ran.status == 2
    assert "cannot be read" in ran.err


def test_retirement_accounts_are_never_compared(tmp_path: Path) -> None:
    folder = book(tmp_path / "book", BOOK)
    form = form_of(tmp_path, 2024, folder)

    ran = taxlots("reconcile", folder, form, "--year", 2024, "--account", "ira", "--json")

    assert ran.status == 0
    assert "RETIREMENT_ACCOUNT" in ran.err
    assert json.loads(ran.out)["ties"] == 0


def test_a_form_is_not_written_over_a_file_and_is_of_one_year(tmp_path: Path) -> None:
    form = form_of(tmp_path, 2020)

    again = taxlots("differences", SAMPLE, "--year", 2020, "--as-1099b", form)
    yearless = taxlots("differences", SAMPLE, "--as-1099b", tmp_path / "new.json")

    assert (again.status, yearless.status) == (2, 2)
    assert "is there already" in again.err
    assert "--year" in yearless.err


def test_forms_of_another_broker_s_layout_are_read(tmp_path: Path) -> None:
    folder = book(
        tmp_path / "book",
        "b1,2024-01-10,brokerage,ALFA,BUY,100,102.5075,,,,,\n"
        "s1,2024-06-14,brokerage,ALFA,SELL,100,92.5025,,,,,\n",
    )
    (folder / "securities.csv").write_text("symbol,cusip,kind\nALFA,02099X109,stock\n", "utf-8")

    ran = taxlots(
        "reconcile", folder, FDX / "statement-2024.json",
        "--year", 2024, "--account", "brokerage", "--json",
    )  # fmt: skip

    assert ran.status == 1
    told = json.loads(ran.out)
    (wash,) = (row for row in told["breaks"] if row["sales"] == "s1")
    assert wash["cause"] == "WASH_ADJUSTMENT"
    assert wash["column_f"] == "W"
