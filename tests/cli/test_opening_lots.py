"""What an account opens with: a custodian's open lots, and packages of transferred basis."""

import csv
import io
import json
from pathlib import Path

import pytest
from tests.cli.running import SAMPLE, book, database, rows_kept, taxlots

BROKERS = SAMPLE.parents[1] / "fixtures" / "brokers"
LOTS = BROKERS / "schwab" / "open-lots.csv"
WASH_LOTS = BROKERS / "schwab" / "open-lots-wash.csv"
ORIGINAL, CORRECTED = BROKERS / "cbrs" / "original.csv", BROKERS / "cbrs" / "corrected.csv"
OPENING = ("--account", "brokerage", "--open-lots-as-opening")


@pytest.fixture
def url(tmp_path: Path) -> str:
    """A book with accounts and no transactions."""
    made = database(tmp_path / "book.db")
    assert taxlots("import", made, book(tmp_path / "empty", "") / "accounts.csv").status == 0
    return made


def lots(url: str, *options: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(taxlots("lots", url, "--csv", *options).out)))


def test_an_account_opens_with_the_custodian_s_lots(url: str) -> None:
    ran = taxlots("import", url, LOTS, *OPENING)

    assert ran.status == 0, ran.err
    assert [(lot["acquired_date"], lot["quantity"], lot["cost_basis"]) for lot in lots(url)] == [
        ("2017-07-11", "1200", "10974.00"),
        ("2020-08-24", "10.5", "761.88"),
        ("2020-08-24", "3", ""),
    ] or lots(url)
    assert taxlots("import", url, "--check").status == 0


def test_a_lot_without_basis_opens_with_an_unknown_one(url: str, tmp_path: Path) -> None:
    file = tmp_path / "lots.csv"
    file.write_text(LOTS.read_text("utf-8").replace('"$761.88"', '"Incomplete"', 1), "utf-8")

    assert taxlots("import", url, file, *OPENING).status == 0

    statuses = [lot["basis_status"] for lot in lots(url) if not lot["cost_basis"]]
    assert statuses
    assert set(statuses) == {"unknown"}


def test_a_tacked_holding_period_is_kept(url: str) -> None:
    """Bought in November, held since March: the lot carries a deferred loss."""
    assert taxlots("import", url, WASH_LOTS, *OPENING).status == 0

    found = {(lot["acquired_date"], lot["holding_period_date"]): lot for lot in lots(url)}
    assert found["2024-11-20", "2024-03-02"]["cost_basis"] == "1120.00"


def test_importing_an_opening_again_adds_nothing(url: str) -> None:
    taxlots("import", url, LOTS, *OPENING)
    kept = rows_kept(url)

    assert taxlots("import", url, LOTS, *OPENING).status == 0
    assert rows_kept(url) == kept


def test_an_opening_that_transactions_cover_is_refused(url: str, tmp_path: Path) -> None:
    bought = "t1,2020-08-24,brokerage,NRTH,BUY,10.5,,761.88,,,,\n"
    taxlots("import", url, book(tmp_path / "one", bought) / "transactions.csv")
    kept = rows_kept(url)

    ran = taxlots("import", url, LOTS, *OPENING)

    assert ran.status == 1
    assert "OPENING_COVERED" in ran.err
    assert "(t1)" in ran.err
    assert rows_kept(url) == kept


def test_transactions_after_the_statement_go_on_from_the_opening(url: str, tmp_path: Path) -> None:
    sold = "t1,2020-10-01,brokerage,NRTH,SELL,1200,,90000.00,,,,\n"
    taxlots("import", url, book(tmp_path / "one", sold) / "transactions.csv")

    assert taxlots("import", url, LOTS, *OPENING).status == 0

    gains = json.loads(taxlots("gains", url, "--json").out)["rows"]
    assert [(row["acquired_date"], row["term"]) for row in gains] == [("2017-07-11", "LT")]


def test_a_file_without_open_lots_opens_nothing(url: str) -> None:
    realized = BROKERS / "schwab" / "realized-lots.csv"

    ran = taxlots("import", url, realized, *OPENING)

    assert ran.status == 1
    assert "NO_OPEN_LOTS" in ran.err


def test_a_corrected_package_replaces_the_whole(url: str) -> None:
    """The earlier rows are taken back and the new ones arrive, in one import."""
    assert taxlots("import", url, ORIGINAL, "--account", "brokerage").status == 0
    before = lots(url, "--symbol", "ALFA")
    ran = taxlots("import", url, CORRECTED, "--account", "brokerage", "--json")
    after = lots(url, "--symbol", "ALFA")

    assert [lot["cost_basis"] for lot in before] == ["2460.30", "2212.00", ""]
    assert [lot["cost_basis"] for lot in after] == ["2460.30", "2212.00", "2722.50"]
    assert {lot["lot_id"].split(".")[1] for lot in after} == {"20240402"}
    assert [f["added"] for f in json.loads(ran.out)["files"] if f["holds"] == "transactions"] == [6]
    assert "PACKAGE_REPLACED" in ran.err
    assert [lot["quantity"] for lot in lots(url, "--symbol", "NRTH")] == ["10", "15"]


def test_packages_imported_again_add_nothing(url: str) -> None:
    for file in (ORIGINAL, CORRECTED):
        taxlots("import", url, file, "--account", "brokerage")
    kept = rows_kept(url)

    for file in (ORIGINAL, CORRECTED):
        ran = taxlots("import", url, file, "--account", "brokerage")
        assert ran.status == 0, ran.err
    assert rows_kept(url) == kept


def test_both_packages_of_one_import_leave_the_corrected_one(url: str) -> None:
    ran = taxlots("import", url, CORRECTED, ORIGINAL, "--account", "brokerage")
    assert ran.status == 0, ran.err

    assert [lot["cost_basis"] for lot in lots(url, "--symbol", "ALFA")] == [
        "2460.30",
        "2212.00",
        "2722.50",
    ]


def test_a_second_original_of_one_number_is_refused(url: str, tmp_path: Path) -> None:
    taxlots("import", url, ORIGINAL, "--account", "brokerage")
    later = tmp_path / "later.csv"
    later.write_text(ORIGINAL.read_text("utf-8").replace("2024-03-12", "2024-03-20"), "utf-8")

    ran = taxlots("import", url, later, "--account", "brokerage")

    assert ran.status == 1
    assert "PACKAGE_TWICE" in ran.err


def test_an_earlier_package_never_replaces_a_later_one(url: str, tmp_path: Path) -> None:
    taxlots("import", url, CORRECTED, "--account", "brokerage")
    earlier = tmp_path / "earlier.csv"
    earlier.write_text(CORRECTED.read_text("utf-8").replace("2024-04-02", "2024-03-20"), "utf-8")

    ran = taxlots("import", url, earlier, "--account", "brokerage")

    assert ran.status == 1
    assert "PACKAGE_SUPERSEDED" in ran.err


def test_a_pending_basis_is_not_harvested_and_said(url: str) -> None:
    taxlots("import", url, ORIGINAL, "--account", "brokerage")

    statuses = {lot["quantity"]: lot["basis_status"] for lot in lots(url)}

    assert statuses["10"] == "unknown"
    assert statuses["49.5"] in {"pending", "unknown"}
