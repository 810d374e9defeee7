"""The audit pack of the sample household: its lists tie to the books, the journal, each other.

Nothing in it depends on when or how often it is written.
"""

import csv
import json
from collections import Counter
from decimal import Decimal
from pathlib import Path
from zipfile import ZipFile

import pytest
from tests.cli.running import SAMPLE, book

from taxlots.domain.problem import DataError, UsageError
from taxlots.reports.audit_files import FILES, archive_name
from taxlots.workflows.audit import write_audit
from taxlots.workflows.audit_choices import AuditChoices
from taxlots.workflows.replay import write_replay

YEAR = 2020
Rows = list[dict[str, str]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("audit") / "pack"
    write_audit(str(SAMPLE), YEAR, out)
    return out


def lists(folder: Path) -> dict[str, int]:
    """The lists of a pack, with how many rows each has."""
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    return dict(manifest["rows"])


def rows_of(folder: Path, name: str) -> Rows:
    with (folder / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def total(rows: Rows, column: str) -> Decimal:
    return sum((Decimal(row[column]) for row in rows if row[column]), Decimal())


def contents(folder: Path) -> dict[str, bytes]:
    return {entry.name: entry.read_bytes() for entry in folder.iterdir()}


def test_the_pack_is_the_same_to_the_byte_when_written_again(folder: Path, tmp_path: Path) -> None:
    write_audit(str(SAMPLE), YEAR, tmp_path / "again")
    assert contents(tmp_path / "again") == contents(folder)


def test_the_zip_holds_every_file_of_the_folder(folder: Path) -> None:
    held = contents(folder)
    held.pop(archive_name(YEAR))
    with ZipFile(folder / archive_name(YEAR)) as opened:
        found = {Path(name).name: opened.read(name) for name in opened.namelist()}
        assert {Path(name).parent.name for name in opened.namelist()} == {f"audit-pack-{YEAR}"}
    assert found == held


def test_every_column_of_every_list_is_explained(folder: Path) -> None:
    readme = (folder / "README.md").read_text("utf-8")
    for name in lists(folder):
        if not name.endswith(".csv"):
            continue
        with (folder / name).open(encoding="utf-8", newline="") as file:
            columns = next(csv.reader(file))
        told = [column for column in FILES[name].columns if column != "..."]
        if "..." in FILES[name].columns:
            assert columns[: len(told)] == told
        else:
            assert sorted(columns) == sorted(told), name
        assert f"### {name}" in readme


def test_the_journal_is_complete_to_the_row_and_the_cent(folder: Path) -> None:
    with (SAMPLE / "transactions.csv").open(encoding="utf-8", newline="") as file:
        stated = list(csv.DictReader(file))
    listed = rows_of(folder, "journal.csv")
    counted = rows_of(folder, "completeness.csv")
    assert [row["id"] for row in listed] == [row["id"] for row in stated]
    assert sum(int(row["rows"]) for row in counted) == len(stated)
    kinds = Counter(row["action"] for row in stated)
    assert {a: sum(int(r["rows"]) for r in counted if r["action"] == a) for a in kinds} == kinds
    buys = [row for row in counted if row["action"] == "BUY"]
    assert total(buys, "quantity") == sum(
        Decimal(row["quantity"]) for row in stated if row["action"] == "BUY"
    )


def test_proceeds_of_sales_are_what_the_journal_says_they_brought(folder: Path) -> None:
    control, realized = rows_of(folder, "control_totals.csv"), rows_of(folder, "realized.csv")
    assert control
    assert {row["difference"] for row in control} == {"0.00"}
    proceeds = total(control, "proceeds_of_sales") + total(control, "other_proceeds")
    assert proceeds == total(realized, "proceeds")
    for column in ("cost_basis", "wash_sale_loss_disallowed", "gain"):
        assert total(control, column) == total(realized, column)


def test_realized_is_what_replay_writes_of_the_year(folder: Path, tmp_path: Path) -> None:
    write_replay(str(SAMPLE), tmp_path / "books")
    booked = rows_of(tmp_path / "books", "realized.csv")
    of_year = [row for row in booked if row["sold_date"].startswith(str(YEAR))]
    assert rows_of(folder, "realized.csv") == of_year


def test_basis_rolls_forward_without_residual(folder: Path) -> None:
    rolled, realized = rows_of(folder, "roll_forward.csv"), rows_of(folder, "realized.csv")
    assert {row["residual"] for row in rolled} == {"0.00"}
    assert total(rolled, "relieved") == total(realized, "cost_basis")


def test_the_register_has_every_disallowed_cent_within_its_window(folder: Path) -> None:
    register, realized = rows_of(folder, "wash_sales.csv"), rows_of(folder, "realized.csv")
    assert total(register, "disallowed") == total(realized, "wash_sale_loss_disallowed")
    assert total(register, "permanent") == total(realized, "permanently_disallowed")
    for row in register:
        assert row["window_from"] <= row["replacement_acquired"] <= row["window_to"]


def test_form_8949_and_lines_1a_and_8a_sum_to_what_was_realized(folder: Path) -> None:
    """No section 475 account and no section 1256 contract is in the sample."""
    bridge, realized = rows_of(folder, "bridge.csv"), rows_of(folder, "realized.csv")
    filed = rows_of(folder, "form_8949.csv")
    assert {row["difference"] for row in bridge} == {"0.00"}
    assert total(filed, "gain") == total(realized, "gain")
    pieces = rows_of(folder, "bridge_rows.csv")
    lines = [row for row in bridge if row["rows"]]
    for line in lines:
        mine = [row for row in pieces if row["line"] == line["line"]]
        assert len(mine) == int(line["rows"])
        for column in ("box_1d", "box_1e", "box_1g", "column_d", "column_e", "column_h"):
            assert total(mine, column) == Decimal(line[column])
    schedule = {row["line"]: row["gain"] for row in rows_of(folder, "schedule_d.csv")}
    assert {line["line"]: line["column_h"] for line in lines}.items() <= schedule.items()


def test_what_differs_from_the_1099_b_says_why(folder: Path) -> None:
    pieces = rows_of(folder, "bridge_rows.csv")
    adjusted = [row for row in pieces if row["column_f"]]
    assert adjusted
    for row in pieces:
        differs = row["box_1e"] != row["column_e"] or row["box_1g"] != "0.00"
        assert row["column_f"] or not differs
        if "B" in row["column_f"]:
            assert row["because"]


def test_adjusted_and_large_sales_are_all_explained(folder: Path) -> None:
    sample, realized = rows_of(folder, "sample.csv"), rows_of(folder, "realized.csv")
    chosen = {row["sale_id"] for row in sample}
    washed = {row["sale_id"] for row in realized if row["wash_sale_loss_disallowed"] != "0.00"}
    assert washed <= {row["sale_id"] for row in sample if row["adjusted"] == "yes"}
    large = {row["sale_id"] for row in sample if row["above"] == "yes"}
    assert large == {
        sale
        for sale in {row["sale_id"] for row in realized}
        if total([row for row in realized if row["sale_id"] == sale], "proceeds") >= 10_000
    }
    workings = (folder / "explanations.txt").read_text("utf-8")
    stories = [
        json.loads(line) for line in (folder / "stories.jsonl").read_text("utf-8").splitlines()
    ]
    assert {story["sale_id"] for story in stories} == chosen
    for row in realized:
        if row["sale_id"] in chosen:
            assert f"= {row['gain']}\n" in workings


def test_another_seed_draws_another_sample(tmp_path: Path) -> None:
    def drawn(seed: int) -> set[str]:
        choices = AuditChoices(seed=seed, sample=3, above_cents=10**12)
        out = tmp_path / str(seed)
        write_audit(str(SAMPLE), YEAR, out, choices=choices)
        return {row["sale_id"] for row in rows_of(out, "sample.csv") if row["drawn"] == "yes"}

    assert len(drawn(1)) == 3
    assert drawn(1) != drawn(2)


def test_the_page_names_every_list_and_needs_nothing_else(folder: Path) -> None:
    page = (folder / "index.html").read_text("utf-8")
    for name in lists(folder):
        assert f'href="{name}"' in page
    assert "<svg" in page
    assert "http-equiv" in page
    assert "<script" not in page


def test_the_manifest_says_what_it_was_made_from(folder: Path) -> None:
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    assert manifest["inputs"]["transactions.csv"]
    assert manifest["seed"] == "1"


def test_a_return_that_the_book_does_not_have_is_a_wrong_call(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="its returns are: kessler"):
        write_audit(str(SAMPLE), YEAR, tmp_path / "pack", tax_return="nobody")


def test_a_year_without_sales_has_a_pack_too(tmp_path: Path) -> None:
    pack = write_audit(str(SAMPLE), 2015, tmp_path / "pack")
    assert pack.rows["realized.csv"] == 0


def test_a_book_with_errors_leaves_its_problems_alone(tmp_path: Path) -> None:
    made = book(tmp_path / "book", "s1,2020-01-02,brokerage,ABC,SELL,10,,100.00,,,,\n")
    with pytest.raises(DataError):
        write_audit(str(made), YEAR, tmp_path / "pack")
    assert set(contents(tmp_path / "pack")) == {"problems.csv"}


def test_a_folder_of_somebody_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.doc").write_text("mine")
    with pytest.raises(UsageError, match="holds other files"):
        write_audit(str(SAMPLE), YEAR, tmp_path)
