"""Basis packages: lots sum to their asset, and whatever is not so is refused."""

import csv
from datetime import date
from pathlib import Path

import pytest

from taxlots.brokers.cbrs import Package, is_correction, package_name, package_of
from taxlots.brokers.protocol import Reading
from taxlots.brokers.registry import BROKERS, sniff

FOLDER = Path(__file__).parents[2] / "fixtures" / "brokers" / "cbrs"
HEADER = (
    "record,package_id,status,sent,account,symbol,quantity,transfer_date,acquired_date,cost_basis,"
    "basis_status\n"
)


def read(text: str, account: str | None = None) -> Reading:
    return BROKERS["cbrs"].read(text, file="p.csv", account="brokerage", statement_account=account)


def codes(*lines: str, header: str = HEADER) -> list[str]:
    return [problem.code for problem in read(header + "\n".join(lines) + "\n").problems]


@pytest.mark.parametrize("name", ["original", "corrected", "two-accounts"])
def test_a_sample_is_read_as_written_by_hand(name: str) -> None:
    text = (FOLDER / f"{name}.csv").read_text("utf-8")
    with (FOLDER / "expected" / f"{name}.csv").open() as file:
        expected = list(csv.DictReader(file))

    found = read(text, "X44-002" if name == "two-accounts" else None)

    assert sniff(text) is BROKERS["cbrs"]
    assert not found.is_refused
    told = [{**row.cells, "line": str(row.line)} for row in found.rows]
    assert [{key: row.get(key, "") for key in expected[0]} for row in told] == expected


def test_the_security_s_cusip_is_told() -> None:
    assert read((FOLDER / "original.csv").read_text("utf-8")).securities == (
        {"symbol": "ALFA", "cusip": "020002101"},
    )


def test_a_request_and_a_rejection_bring_no_rows_and_are_told() -> None:
    first = read((FOLDER / "original.csv").read_text("utf-8"))
    second = read((FOLDER / "two-accounts.csv").read_text("utf-8"), "X44-002")

    assert [problem.code for problem in first.problems] == ["BASIS_REQUESTED"]
    assert [problem.code for problem in second.problems] == ["PACKAGE_REJECTED"]


def test_lots_that_do_not_sum_to_the_asset_are_refused() -> None:
    asset = "A,P1,original,2024-03-12,X,ALFA,10,2024-03-04,,,"

    assert codes(asset, "T,P1,,,,,6,,2020-01-06,60.00,known") == ["PACKAGE_SUM"]
    assert codes(asset) == ["PACKAGE_SUM"]
    assert (
        codes(asset, "T,P1,,,,,6,,2020-01-06,60.00,known", "T,P1,,,,,4,,2020-01-07,1.00,known")
        == []
    )


def test_a_refused_package_brings_no_row_of_another() -> None:
    found = read(
        HEADER
        + "A,P1,original,2024-03-12,X,ALFA,10,2024-03-04,,,\n"
        + "T,P1,,,,,10,,2020-01-06,60.00,known\n"
        + "A,P2,original,2024-03-12,X,ALFA,10,2024-03-04,,,\n"
        + "T,P2,,,,,9,,2020-01-06,60.00,known\n"
    )

    assert (found.is_refused, found.rows) == (True, ())


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        (("T,P1,,,,,10,,2020-01-06,60.00,known",), "BAD_RECORD"),
        (("A,P1,sent,2024-03-12,X,ALFA,10,2024-03-04,,,",), "UNKNOWN_STATUS"),
        (("A,P1,original,,X,ALFA,10,2024-03-04,,,",), "MISSING_CELL"),
        (("A,,request,2024-03-12,X,ALFA,10,2024-03-04,,,",), "MISSING_CELL"),
        (
            (
                "A,P1,original,2024-03-12,X,ALFA,10,2024-03-04,,,",
                "T,P1,,,,,10,,2020-01-06,,known",
            ),
            "BASIS_STATUS",
        ),
        (
            (
                "A,P1,original,2024-03-12,X,ALFA,10,2024-03-04,,,",
                "T,P1,,,,,10,,2020-01-06,5.00,pending",
            ),
            "BASIS_STATUS",
        ),
        (
            (
                "A,P1,original,2024-03-12,X,ALFA,10,2024-03-04,,,",
                "T,P1,,,,,10,,2024-04-06,5.00,known",
            ),
            "ACQUIRED_LATER",
        ),
        (
            (
                "A,P1,original,2024-03-12,X,ALFA,10,2024-03-04,,,",
                "T,P1,,,,,-10,,2020-04-06,5.00,known",
            ),
            "NEGATIVE_QUANTITY",
        ),
        (
            (
                "A,P1,request,2024-03-12,X,ALFA,10,2024-03-04,,,",
                "T,P1,,,,,10,,2020-04-06,5.00,known",
            ),
            "BAD_RECORD",
        ),
    ],
)
def test_what_is_wrong_with_a_package_is_named(lines: tuple[str, ...], code: str) -> None:
    assert code in codes(*lines)


def test_a_file_of_several_accounts_needs_to_be_told_which() -> None:
    text = (FOLDER / "two-accounts.csv").read_text("utf-8")

    assert [p.code for p in read(text).problems if p.code == "SEVERAL_ACCOUNTS"]
    assert [p.code for p in read(text, "X99").problems] == ["NO_SUCH_ACCOUNT"]


def test_rows_tell_the_package_that_they_belong_to() -> None:
    (row, *_) = read((FOLDER / "corrected.csv").read_text("utf-8")).rows

    assert package_of(row.cells["id"]) == Package("cbrs-brokerage-PK-2024-0117", date(2024, 4, 2))
    assert package_name(row.cells) == "PK-2024-0117"
    assert is_correction(row.cells)
    assert package_of("t1") is None
