"""``taxlots lots`` and ``taxlots gains`` say what replay writes, narrowed and summed."""

import csv
import io
import json
from decimal import Decimal
from pathlib import Path

from tests.cli.running import ACCOUNTS, SAMPLE, book, taxlots


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_csv_is_what_replay_writes(tmp_path: Path) -> None:
    assert taxlots("replay", SAMPLE, "--out", tmp_path / "books").status == 0

    for command, file in (("lots", "lots.csv"), ("gains", "realized.csv")):
        printed = rows_of(taxlots(command, SAMPLE, "--csv").out)
        written = rows_of((tmp_path / "books" / file).read_text(encoding="utf-8"))
        assert printed == written


def test_lots_are_narrowed_by_account_and_symbol() -> None:
    rows = rows_of(taxlots("lots", SAMPLE, "--account", "trad-ira", "--symbol", "SLB", "--csv").out)
    assert rows
    assert {(row["account"], row["symbol"]) for row in rows} == {("trad-ira", "SLB")}


def test_gains_of_a_year_sum_by_term() -> None:
    printed = json.loads(taxlots("gains", SAMPLE, "--year", "2020", "--json").out)
    assert {row["sold_date"][:4] for row in printed["rows"]} == {"2020"}
    for total in printed["totals"]:
        mine = [row for row in printed["rows"] if row["term"] == total["term"]]
        assert int(total["pieces"]) == len(mine)
        for column in ("proceeds", "cost_basis", "wash_sale_loss_disallowed", "gain"):
            assert Decimal(total[column]) == sum(Decimal(row[column]) for row in mine)


def test_returns_are_summed_apart(tmp_path: Path) -> None:
    """Spouses who file separately: gains are netted on each one's own return."""
    accounts = ACCOUNTS + "home,hers,taxable,spouse,hers,FIFO\n"
    rows = "".join(
        f"b{n},2023-01-02,{account},ABC,BUY,10,10.00,,,,,\n"
        f"s{n},2024-06-03,{account},ABC,SELL,10,12.00,,,,,\n"
        for n, account in enumerate(("brokerage", "hers"))
    )
    lines = sorted(rows.splitlines(keepends=True), key=lambda line: line.split(",")[1])
    folder = book(tmp_path / "book", "".join(lines), accounts=accounts)

    totals = json.loads(taxlots("gains", folder, "--json").out)["totals"]

    assert [(t["tax_return"], t["term"], t["gain"]) for t in totals] == [
        ("home", "LT", "20.00"),
        ("hers", "LT", "20.00"),
    ]


def test_unknown_basis_is_counted_and_left_out_of_the_sums(tmp_path: Path) -> None:
    header = "id,date,account,symbol,action,quantity,price,acquired_date,cost_basis\n"
    rows = (
        "t1,2024-01-02,brokerage,ABC,TRANSFER_IN,10,,2020-01-02,\n"
        "t2,2024-01-02,brokerage,XYZ,BUY,10,10.00,,\n"
        "t3,2024-06-03,brokerage,ABC,SELL,10,12.00,,\n"
        "t4,2024-06-03,brokerage,XYZ,SELL,10,12.00,,\n"
    )
    folder = book(tmp_path / "book", rows, header=header)

    ran = taxlots("gains", folder, "--json")

    (long, short) = sorted(json.loads(ran.out)["totals"], key=lambda total: total["term"])
    assert (long["basis_unknown"], long["gain"]) == ("1", "0.00")
    assert (short["basis_unknown"], short["gain"]) == ("0", "20.00")
    assert "1 warning; `taxlots verify" in ran.err


def test_cells_that_a_spreadsheet_would_run_are_inert_in_csv(tmp_path: Path) -> None:
    rows = "=1+1,2024-01-02,brokerage,ABC,BUY,10,10.00,,,,,\n"
    folder = book(tmp_path / "book", rows)

    (row,) = rows_of(taxlots("lots", folder, "--csv").out)
    assert taxlots("replay", folder, "--out", tmp_path / "books").status == 0
    (written,) = rows_of((tmp_path / "books" / "lots.csv").read_text(encoding="utf-8"))

    assert row["lot_id"] == "'=1+1"
    assert written["lot_id"] == "=1+1", "an interchange file holds what it holds"


def test_an_unknown_account_or_symbol_is_told_with_those_that_there_are() -> None:
    account = taxlots("lots", SAMPLE, "--account", "trad_ira")
    symbol = taxlots("gains", SAMPLE, "--symbol", "AAPLE")
    assert (account.status, symbol.status) == (2, 2)
    assert "no account 'trad_ira'; it has trad-ira" in account.err
    assert "no security 'AAPLE'; it has AAPL" in symbol.err


def test_json_and_csv_exclude_each_other() -> None:
    ran = taxlots("lots", SAMPLE, "--json", "--csv")
    assert ran.status == 2
    assert ran.out == ""


def test_a_book_without_sales_has_no_gains(tmp_path: Path) -> None:
    folder = book(tmp_path / "book", "t1,2024-01-02,brokerage,ABC,BUY,10,10.00,,,,,\n")
    ran = taxlots("gains", folder)
    assert ran.status == 0
    assert ran.out.startswith("Realized gains of Test as of 2024-01-02: none")
