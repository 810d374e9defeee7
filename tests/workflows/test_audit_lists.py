"""What single lists of an audit pack show, on small books that a reader can check by hand."""

import csv
from pathlib import Path

from tests.cli.running import SAMPLE, book, database, taxlots

from taxlots.workflows.audit import write_audit

ACCOUNTS = """household,account,kind,owner,tax_return,method,data_from,data_through
home,brokerage,taxable,self,,FIFO,2023-01-01,2025-03-31
home,ira,traditional_ira,self,,FIFO,,
"""
HEADER = (
    "id,date,settle_date,account,symbol,action,quantity,amount,lots,identified_at,method,"
    "acquired_date,cost_basis,covered,note\n"
)
Rows = list[dict[str, str]]


def written(folder: Path, rows: str, *, as_of: str = "2025-03-31") -> Path:
    made = book(folder / "book", rows, header=HEADER, accounts=ACCOUNTS)
    out = folder / "pack"
    ran = taxlots("audit", made, "--year", 2024, "--out", out, "--as-of", as_of)
    assert ran.status == 0, ran.err
    return out


def listed(out: Path, name: str) -> Rows:
    with (out / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_reg_1_1012_1_c_8_lots_named_after_settlement_are_logged_as_late(tmp_path: Path) -> None:
    """A blank identified_at counts as in time and is told; naming after settlement does not."""
    rows = (
        "b1,2023-02-01,,brokerage,ABC,BUY,10,1000.00,,,,,,,\n"
        "b2,2023-03-01,,brokerage,ABC,BUY,10,1100.00,,,,,,,\n"
        "b3,2023-04-03,,brokerage,ABC,BUY,30,3300.00,,,,,,,\n"
        "s1,2024-06-03,,brokerage,ABC,SELL,5,600.00,b2:5,2024-06-03,,,,,\n"
        "s2,2024-06-10,,brokerage,ABC,SELL,5,600.00,b2:5,2024-06-20,,,,,\n"
        "s3,2024-06-17,,brokerage,ABC,SELL,5,600.00,b3:5,,,,,,\n"
        "s4,2024-07-01,,brokerage,ABC,SELL,5,600.00,,,,,,,\n"
    )
    out = written(tmp_path, rows)
    log = {row["sale_id"]: row for row in listed(out, "identifications.csv")}
    assert log["s1"]["outcome"] == "lots named in time"
    assert log["s1"]["settlement_date"] == "2024-06-04"
    assert log["s1"]["settlement_is"] == "standard"
    assert log["s2"]["outcome"] == "lots named too late: the standing method holds"
    assert log["s2"]["method"] == "FIFO"
    assert "assumed in time" in log["s3"]["outcome"]
    assert (log["s4"]["outcome"], log["s4"]["method"]) == ("standing method", "FIFO")
    [override] = listed(out, "overrides.csv")
    assert (override["kind"], override["id"]) == ("LATE_IDENTIFICATION", "s2")
    assert override["before"] == "lots named: b2:5"


def test_26_usc_1222_a_sale_within_three_days_of_one_year_is_listed(tmp_path: Path) -> None:
    rows = (
        "b1,2023-05-01,,brokerage,ABC,BUY,20,2000.00,,,,,,,\n"
        "s0,2024-04-28,,brokerage,ABC,SELL,2,300.00,,,,,,,\n"
        "s1,2024-04-29,,brokerage,ABC,SELL,2,300.00,,,,,,,\n"
        "s2,2024-05-01,,brokerage,ABC,SELL,2,300.00,,,,,,,\n"
        "s3,2024-05-02,,brokerage,ABC,SELL,2,300.00,,,,,,,\n"
        "s4,2024-05-05,,brokerage,ABC,SELL,2,300.00,,,,,,,\n"
        "s5,2024-05-06,,brokerage,ABC,SELL,2,300.00,,,,,,,\n"
    )
    near = listed(written(tmp_path, rows), "term_boundary.csv")
    assert [(row["sale_id"], row["days"], row["term"]) for row in near] == [
        ("s1", "-3", "ST"),
        ("s2", "-1", "ST"),
        ("s3", "0", "LT"),
        ("s4", "3", "LT"),
    ]


def test_a_wash_sale_into_an_ira_is_registered_as_permanent(tmp_path: Path) -> None:
    """Rev. Rul. 2008-5: the loss is disallowed, and the IRA's basis takes none of it."""
    rows = (
        "b1,2023-05-01,,brokerage,ABC,BUY,10,2000.00,,,,,,,\n"
        "s1,2024-06-03,,brokerage,ABC,SELL,10,1500.00,,,,,,,\n"
        "r1,2024-06-20,,ira,ABC,BUY,4,600.00,,,,,,,\n"
    )
    [match] = listed(written(tmp_path, rows), "wash_sales.csv")
    assert (match["window_from"], match["window_to"]) == ("2024-05-04", "2024-07-03")
    assert (match["loss"], match["disallowed"], match["permanent"]) == (
        "500.00",
        "200.00",
        "200.00",
    )
    assert (match["replacement_account"], match["rule"]) == ("ira", "Rev. Rul. 2008-5")


def test_what_is_taken_back_or_adjusted_is_told_with_before_and_after(tmp_path: Path) -> None:
    rows = (
        "b1,2023-05-01,,brokerage,ABC,BUY,10,2000.00,,,,,,,\n"
        "b2,2023-06-01,,brokerage,ABC,BUY,10,2100.00,,,,,,,\n"
        "v1,2023-06-02,,brokerage,,VOID,,,,,,,,,b2\n"
        "a1,2024-02-01,,brokerage,ABC,BASIS_ADJUSTMENT,,-50.00,b1,,,,,,organizer fee\n"
        "s1,2024-06-03,,brokerage,ABC,SELL,10,2500.00,,,,,,,\n"
    )
    void, adjusted = listed(written(tmp_path, rows), "overrides.csv")
    assert void["before"].startswith("b2: BUY 10 for 2100.00")
    assert void["after"] == "taken back"
    assert adjusted["before"] == "basis of the position 2000.00"
    assert adjusted["after"].startswith("basis of the position 1950.00")
    assert adjusted["why"] == "organizer fee"


def test_methods_tell_how_an_account_starts_and_what_changes_it(tmp_path: Path) -> None:
    rows = (
        "b1,2023-05-01,,brokerage,ABC,BUY,10,2000.00,,,,,,,\n"
        "m1,2024-02-01,,brokerage,,SET_METHOD,,,,,HIFO,,,,\n"
        "s1,2024-06-03,,brokerage,ABC,SELL,10,2500.00,,,,,,,\n"
    )
    start, change = listed(written(tmp_path, rows), "methods.csv")
    assert (start["after"], start["sales_of_year"]) == ("FIFO", "1")
    assert (change["before"], change["after"], change["date"]) == ("FIFO", "HIFO", "2024-02-01")
    assert change["sales_of_year"] == "1"


def test_coverage_says_what_is_known_stated_and_assumed(tmp_path: Path) -> None:
    rows = "b1,2023-05-01,,brokerage,ABC,BUY,10,2000.00,,,,,,,\n"
    out = written(tmp_path, rows)
    brokerage, ira = listed(out, "coverage.csv")
    assert brokerage["says"] == ""
    assert "assumed to be complete through the as-of day" in ira["says"]
    days = listed(out, "coverage_days.csv")
    assert len(days) == 2 * (30 + 366 + 30)
    assert {row["known"] for row in days if row["account"] == "brokerage"} == {"stated"}
    assert {row["known"] for row in days if row["account"] == "ira"} == {"assumed"}


def test_each_open_question_is_booked_the_other_way(tmp_path: Path) -> None:
    """D3: the replacement is older than the sold lot; otherwise read, the loss is allowed."""
    rows = (
        "b1,2024-05-20,,brokerage,ABC,BUY,10,1000.00,,,,,,,\n"
        "b2,2024-05-21,,brokerage,ABC,BUY,10,2000.00,,,,,,,\n"
        "s1,2024-06-03,,brokerage,ABC,SELL,10,1500.00,b2:10,2024-06-03,,,,,\n"
    )
    found = {row["key"]: row for row in listed(written(tmp_path, rows), "uncertain_positions.csv")}
    assert found["count_older_than_sold"]["change"] == "-500.00"
    assert found["count_older_than_sold"]["pieces_changed"] == "1"
    assert found["sub_first"]["change"] == "0.00"
    assert found["rsu_vest_is_acquisition"]["says"] == "nothing to book again: no RSU_VEST row"
    assert sum(row["key"] != "" for row in found.values()) == 9


def test_a_database_tells_who_recorded_an_override_and_its_chain(tmp_path: Path) -> None:
    url = database(tmp_path / "book.db")
    assert taxlots("import", url, SAMPLE, "--actor", "ann").status == 0
    out = tmp_path / "pack"
    write_audit(url, 2020, out)
    [void] = [row for row in listed(out, "overrides.csv") if row["kind"] == "VOID"]
    assert void["who"] == "ann"
    assert void["when"]
    checks = {row["check"]: row for row in listed(out, "recomputation.csv")}
    assert checks["hash chain"]["outcome"] == "PASS"
    assert len(checks["hash chain"]["value"]) == 64


def test_a_year_closed_before_is_what_the_opening_ties_to(tmp_path: Path) -> None:
    url = database(tmp_path / "book.db")
    assert taxlots("import", url, SAMPLE).status == 0
    closed = taxlots("close-year", url, "--year", 2019, "--by", "ann")
    assert closed.status == 0, closed.err
    out = tmp_path / "pack"
    write_audit(url, 2020, out)
    rows = listed(out, "opening_basis.csv")
    assert rows
    assert {row["difference"] for row in rows} == {"0.00"}
    assert all(row["quantity"] == row["closed_quantity"] for row in rows)
    assert "2019 as closed on" in rows[0]["tied_to"]
    restated = listed(out, "restated_years.csv")
    assert {row["says"] for row in restated} == {"as closed: nothing to amend"}


def test_the_sample_is_recomputed_to_the_same_hash(tmp_path: Path) -> None:
    write_audit(str(SAMPLE), 2020, tmp_path / "pack")
    checks = {row["check"]: row for row in listed(tmp_path / "pack", "recomputation.csv")}
    assert checks["books"]["value"] == checks["books, recomputed"]["value"]
    assert {row["outcome"] for row in checks.values()} == {"PASS", "SKIP"}
