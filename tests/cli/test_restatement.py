"""``taxlots restatement``: what changed between two moments, line by line, and why."""

import csv
import json
import shutil
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.cli.custodian_files import gains_of, realized_lots_file
from tests.cli.running import book, database, files_in, taxlots

from taxlots.workflows import clock

BOUGHT = "t1,2024-01-05,brokerage,ABC,BUY,10,,1000.00,,,,\n"
SOLD = "t2,2024-06-03,brokerage,ABC,SELL,10,,700.00,,,,\n"
FIRST = BOUGHT + SOLD
HEADER = "id,date,account,symbol,action,quantity,price,amount,lots,method,order_id,note\n"
DAY = datetime(2025, 1, 1, tzinfo=UTC)

Import = Callable[..., None]


@pytest.fixture
def url(tmp_path: Path) -> str:
    return database(tmp_path / "book.db")


@pytest.fixture
def on(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Import:
    """``on(3, rows)`` imports rows on the third of January."""

    def imported(day: int, *sources: str | Path, account: str = "") -> None:
        monkeypatch.setattr(clock, "now", lambda: DAY + timedelta(days=day - 1, hours=12))
        for number, source in enumerate(sources):
            name = tmp_path / f"day-{day}-{number}"
            made = book(name, source, header=HEADER) if isinstance(source, str) else source
            options = ["--account", account] if account else []
            ran = taxlots("import", url, made, *options)
            assert ran.status == 0, ran.err

    return imported


def restated(url: str, since: str, *options: str) -> dict[str, Any]:
    ran = taxlots("restatement", url, "--from", since, *options, "--json")
    assert ran.status == 0, ran.err
    found = json.loads(ran.out)
    assert isinstance(found, dict)
    return found


def changes(found: dict[str, Any], result: str = "realized") -> dict[str, tuple[str, str, str]]:
    """Before, after and the causes of each figure of a result that changed."""
    return {
        row["figure"]: (row["before"], row["after"], row["because"])
        for row in found["changes"]
        if row["result"] == result and row["extent"] == "changed"
    }


def test_nothing_arrived_and_nothing_changed(url: str, on: Import) -> None:
    on(1, FIRST)

    found = restated(url, "2025-01-02")

    assert (found["changes"], found["arrived"], found["summary"]) == ([], [], [])


def test_a_corrected_purchase_restates_the_sale(url: str, on: Import) -> None:
    """VOID and the right row: the sale is the same line, ten dollars less."""
    on(1, FIRST)
    on(
        3,
        "t1b,2024-01-05,brokerage,ABC,BUY,10,,1010.00,,,,\nv1,2024-08-01,brokerage,,VOID,,,,,,,t1\n",
    )

    found = restated(url, "2025-01-02")

    assert [(row["id"], row["kind"], row["voids"]) for row in found["arrived"]] == [
        ("t1b", "corrected", ""),
        ("v1", "void", "t1"),
    ]
    assert changes(found) == {
        "cost_basis": ("1000.00", "1010.00", "t1b;v1"),
        "gain": ("-300.00", "-310.00", "t1b;v1"),
    }
    assert found["summary"] == [
        {
            "tax_return": "home",
            "year": "2024",
            "term": "ST",
            "gain_before": "-300.00",
            "gain_after": "-310.00",
            "difference": "-1000",
        }
    ]


def test_a_late_purchase_in_an_ira_restates_the_loss_of_another_account(
    url: str, on: Import
) -> None:
    """Rev. Rul. 2008-5: the loss is disallowed for good, and the IRA's row is named."""
    on(1, FIRST)
    on(3, "i1,2024-06-02,ira,ABC,BUY,4,,280.00,,,,\n")

    found = restated(url, "2025-01-02")

    assert [row["kind"] for row in found["arrived"]] == ["late"]
    assert changes(found) == {
        "wash_sale_loss_disallowed": ("0.00", "120.00", "i1"),
        "permanently_disallowed": ("0.00", "120.00", "i1"),
        "gain": ("-300.00", "-180.00", "i1"),
    }
    washed = [row for row in found["changes"] if row["result"] == "wash_sales"]
    assert {(row["extent"], row["symbol"], row["because"]) for row in washed} == {
        ("added", "ABC", "i1")
    }


def test_a_row_of_another_security_is_not_named(url: str, on: Import) -> None:
    on(1, FIRST)
    on(
        3,
        "i1,2024-06-02,ira,ABC,BUY,4,,280.00,,,,\nx1,2024-06-02,brokerage,XYZ,BUY,4,,9.00,,,,\n",
    )

    found = restated(url, "2025-01-02")

    assert {row["because"] for row in found["changes"] if row["symbol"] == "ABC"} == {"i1"}
    assert {row["because"] for row in found["changes"] if row["symbol"] == "XYZ"} == {"x1"}


def test_a_sale_that_was_taken_back_goes(url: str, on: Import) -> None:
    on(1, FIRST)
    on(3, "v2,2024-08-01,brokerage,,VOID,,,,,,,t2\n")

    found = restated(url, "2025-01-02")

    gone = [row for row in found["changes"] if row["result"] == "realized"]
    assert {row["extent"] for row in gone} == {"removed"}
    assert [row["difference"] for row in gone if row["figure"] == "gain"] == ["30000"]
    assert {row["because"] for row in gone} == {"v2"}
    assert [row["lot_id"] for row in found["changes"] if row["figure"] == "unadjusted_cost_basis"]


def test_books_that_only_go_on_restate_nothing(url: str, on: Import) -> None:
    on(1, BOUGHT)
    on(3, "t3,2024-09-02,brokerage,ABC,SELL,4,,500.00,,,,\n")

    found = restated(url, "2025-01-02")
    ran = taxlots("restatement", url, "--from", "2025-01-02")

    assert {row["extent"] for row in found["changes"]} == {"new"}
    assert found["summary"] == []
    assert "Figures that changed (difference in cents, or shares): none" in ran.out
    assert "1 row more only went on from what was known" in ran.out


def test_changes_of_accounts_are_told(url: str, on: Import, tmp_path: Path) -> None:
    """The account relieves by another method: no transaction arrived."""
    on(1, BOUGHT + "t3,2024-02-05,brokerage,ABC,BUY,10,,2000.00,,,,\n" + SOLD)
    folder = tmp_path / "again"
    shutil.copytree(tmp_path / "day-1-0", folder)
    told = (folder / "accounts.csv").read_text().replace("taxable,self,,FIFO", "taxable,self,,HIFO")
    (folder / "accounts.csv").write_text(told)
    on(3, folder)

    found = restated(url, "2025-01-02")

    assert [(row["kind"], row["id"]) for row in found["arrived"]] == [
        ("reference", "account:brokerage")
    ]
    assert {row["because"] for row in found["changes"]} == {"account:brokerage"}


def test_both_moments_can_be_given(url: str, on: Import) -> None:
    on(1, FIRST)
    on(3, "i1,2024-06-02,ira,ABC,BUY,4,,280.00,,,,\n")
    on(5, "i2,2024-06-02,ira,ABC,BUY,2,,140.00,,,,\n")

    first = restated(url, "2025-01-02", "--to", "2025-01-04")
    second = restated(url, "2025-01-04", "--to", "2025-01-06")

    assert changes(first)["gain"] == ("-300.00", "-180.00", "i1")
    assert changes(second)["gain"] == ("-180.00", "-120.00", "i2")


def test_files_appear_together_and_replace_a_previous_result(
    url: str, on: Import, tmp_path: Path
) -> None:
    on(1, FIRST)
    on(3, "i1,2024-06-02,ira,ABC,BUY,4,,280.00,,,,\n")
    out = tmp_path / "restated"

    for _ in range(2):
        assert taxlots("restatement", url, "--from", "2025-01-02", "--out", out).status == 0

    assert files_in(out) == {
        "arrived.csv",
        "changes.csv",
        "summary.csv",
        "custodian_changes.csv",
        "problems.csv",
        "manifest.json",
    }
    with (out / "changes.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert {"12000"} == {
        row["difference"] for row in rows if row["figure"] == "wash_sale_loss_disallowed"
    }


def test_an_earlier_book_that_could_not_be_booked_counts_as_empty(url: str, on: Import) -> None:
    """The sale was known before its purchase."""
    on(1, SOLD)
    on(3, BOUGHT)

    ran = taxlots("restatement", url, "--from", "2025-01-02", "--json")

    assert ran.status == 0
    assert {row["extent"] for row in json.loads(ran.out)["changes"]} <= {"added", "new"}
    assert "1 warning" in ran.err or "warnings" in ran.err


def test_a_file_that_replaces_what_a_custodian_reported_shows_what_it_changes(
    url: str, on: Import, tmp_path: Path
) -> None:
    """As a corrected Form 1099-B does: the later file tells another basis of the same sale."""
    on(1, FIRST)
    year = (date(2024, 1, 1), date(2024, 12, 31))
    pieces = gains_of(url)
    first = realized_lots_file(tmp_path / "first.csv", pieces, *year)
    on(2, first, account="brokerage")
    corrected = [piece | {"cost_basis": "1004.00"} for piece in pieces]
    on(4, realized_lots_file(tmp_path / "corrected.csv", corrected, *year), account="brokerage")

    found = restated(url, "2025-01-03")

    told = {
        row["figure"]: (row["before"], row["after"], row["difference"])
        for row in found["custodian_changes"]
    }
    assert told == {
        "cost_basis": ("1000.00", "1004.00", "400"),
        "gain": ("-300.00", "-304.00", "-400"),
    }
    assert {(row["before_at"], row["after_at"]) for row in found["custodian_changes"]} == {
        ("first.csv:3", "corrected.csv:3")
    }
    assert found["changes"] == []


def test_a_first_file_of_a_custodian_corrects_nothing(url: str, on: Import, tmp_path: Path) -> None:
    on(1, FIRST)
    year = (date(2024, 1, 1), date(2024, 12, 31))
    file = realized_lots_file(tmp_path / "first.csv", gains_of(url), *year)
    on(4, file, account="brokerage")

    assert restated(url, "2025-01-03")["custodian_changes"] == []


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--from", "2025-01-04", "--to", "2025-01-02"), "--from must be earlier than --to"),
        (("--from", "soon"), "is no moment"),
    ],
)
def test_wrong_use(options: tuple[str, ...], said: str, url: str) -> None:
    ran = taxlots("restatement", url, *options)

    assert ran.status == 2
    assert said in ran.err


def test_a_folder_does_not_remember(tmp_path: Path) -> None:
    ran = taxlots("restatement", book(tmp_path / "book", ""), "--from", "2025-01-02")

    assert ran.status == 2
    assert "a folder does not remember" in ran.err
