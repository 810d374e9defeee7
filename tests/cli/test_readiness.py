"""What is not ready is not harvested, and is listed with its reason."""

import csv
from pathlib import Path

import pytest
from tests.cli.running import book, taxlots

HEADER = "id,date,settle_date,account,symbol,action,quantity,amount\n"
ROWS = (
    "a1,2024-01-05,2024-01-09,brokerage,ABC,BUY,60,6000.00\n"
    "a2,2024-02-05,2024-02-07,brokerage,XYZ,BUY,40,4400.00\n"
    "a3,2024-11-22,{settles},brokerage,ABC,SELL,10,700.00\n"
)


def reasons(folder: Path, settles: str, as_of: str = "2024-11-22") -> dict[str, str]:
    path = book(folder / "book", ROWS.format(settles=settles), header=HEADER)
    (path / "prices.csv").write_text(
        "date,symbol,close\n2024-11-21,ABC,70.00\n2024-11-21,XYZ,50.00\n"
    )
    (path / "book.toml").write_text('name = "Test"\n[harvest]\nwithout_replacement = "cash"\n')
    ran = taxlots("harvest", path, "--as-of", as_of, "--out", folder / "plan")
    assert ran.status == 0, ran.err
    with (folder / "plan" / "verdicts.csv").open(encoding="utf-8", newline="") as file:
        return {row["lot_id"]: row["reason"] for row in csv.DictReader(file)}


def test_a_position_with_an_unsettled_trade_is_not_harvested(tmp_path: Path) -> None:
    """The sale of ABC settles on the 25th: until then the rest of ABC is left alone, XYZ is not."""
    assert reasons(tmp_path, "2024-11-25") == {"a1": "UNSETTLED", "a2": "HARVEST"}


@pytest.mark.parametrize("settles", ["2024-11-22", ""])
def test_a_settled_trade_and_one_without_a_settlement_date_are_no_bar(
    tmp_path: Path, settles: str
) -> None:
    assert reasons(tmp_path, settles) == {"a1": "HARVEST", "a2": "HARVEST"}


def test_a_trade_that_is_not_booked_yet_is_no_bar(tmp_path: Path) -> None:
    found = reasons(tmp_path, "2024-11-25", as_of="2024-11-21")
    assert found == {"a1": "HARVEST", "a2": "HARVEST"}
