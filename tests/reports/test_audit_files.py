"""The reference of the audit pack says what the pack's own README says."""

from pathlib import Path

from taxlots.reports.audit_files import FILES, RESULTS, archive_name, reference

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "reference" / "audit-pack.md"


def test_the_reference_explains_every_file_and_column() -> None:
    told = "\n".join(reference(set(FILES))).rstrip()
    assert told in DOCUMENT.read_text("utf-8")


def test_only_the_files_that_are_there_are_told() -> None:
    told = "\n".join(reference({"roll_forward.csv"}))
    assert "### roll_forward.csv" in told
    assert "### journal.csv" not in told


def test_an_earlier_pack_of_another_year_can_be_replaced() -> None:
    assert {archive_name(2019), archive_name(2020), "index.html", "journal.csv"} <= RESULTS
