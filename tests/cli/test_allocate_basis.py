"""``taxlots allocate-basis``: Rev. Proc. 2024-28, from the command to rows that open wallets."""

from pathlib import Path

import pytest
from tests.cases import read_csv
from tests.cli.running import taxlots

WALLETS = "account,symbol,quantity\ncold,BTC,1.5\nhot,BTC,0.5\n"
UNITS = "id,symbol,acquired_date,quantity,cost_basis,account\n"
TWO = "u1,BTC,2020-01-06,1,7000.01,{}\nu2,BTC,2021-03-05,1,50000.00,{}\n"


def written(folder: Path, units: str, *arguments: str, wallets: str = WALLETS) -> tuple[int, str]:
    (folder / "wallets.csv").write_text(wallets, "utf-8")
    (folder / "units.csv").write_text(UNITS + units, "utf-8")
    files = (folder / "wallets.csv", folder / "units.csv")
    ran = taxlots("allocate-basis", *files, "--out", folder / "opening.csv", *arguments)
    return ran.status, ran.out + ran.err


def lots(folder: Path) -> list[tuple[str, str, str, str]]:
    rows = read_csv(folder / "opening.csv")
    assert {(row["action"], row["date"]) for row in rows} == {("TRANSFER_IN", "2025-01-01")}
    return [(row["id"], row["account"], row["quantity"], row["cost_basis"]) for row in rows]


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        (
            "oldest",
            [
                ("u1", "cold", "1", "7000.01"),
                ("u2.1", "cold", "0.5", "25000.00"),
                ("u2.2", "hot", "0.5", "25000.00"),
            ],
        ),
        (
            "highest",
            [
                ("u2", "cold", "1", "50000.00"),
                ("u1.1", "cold", "0.5", "3500.01"),
                ("u1.2", "hot", "0.5", "3500.00"),
            ],
        ),
    ],
)
def test_a_global_allocation_fills_the_wallets_in_their_order(
    order: str, expected: list[tuple[str, str, str, str]], tmp_path: Path
) -> None:
    status, _ = written(tmp_path, TWO.format("", ""), "--global", order)
    assert status == 0
    assert lots(tmp_path) == expected


def test_a_specific_allocation_follows_the_rows(tmp_path: Path) -> None:
    wallets = "account,symbol,quantity\ncold,BTC,1\nhot,BTC,1\n"
    status, _ = written(tmp_path, TWO.format("hot", "cold"), wallets=wallets)
    assert status == 0
    assert lots(tmp_path) == [("u1", "hot", "1", "7000.01"), ("u2", "cold", "1", "50000.00")]


def test_what_does_not_sum_is_refused_and_nothing_written(tmp_path: Path) -> None:
    status, told = written(tmp_path, TWO.format("hot", "cold"))
    assert status == 1
    assert told.count("UNITS_DO_NOT_SUM") == 2
    assert not (tmp_path / "opening.csv").exists()


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("u1,BTC,2020-13-06,1,7000.01,cold\n", "BAD_VALUE"),
        ("u1,BTC,2020-01-06,-1,7000.01,cold\n", "BAD_VALUE"),
        ("u1,BTC,2020-01-06,1,7000.015,cold\n", "BAD_VALUE"),
        ("u1,BTC,2025-01-06,1,7000.01,cold\n", "ACQUIRED_LATER"),
        ("u1,,2020-01-06,1,7000.01,cold\n", "MISSING_CELL"),
    ],
)
def test_a_bad_cell_is_told(row: str, code: str, tmp_path: Path) -> None:
    status, told = written(tmp_path, row)
    assert status == 1
    assert code in told


def test_an_order_that_there_is_not(tmp_path: Path) -> None:
    status, told = written(tmp_path, TWO.format("", ""), "--global", "random")
    assert status == 2
    assert "oldest, newest, highest, lowest" in told
