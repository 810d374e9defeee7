"""When the results of a tax year are final, and what they wait for.

26 USC 1091(a): a purchase up to 30 days after a loss replaces it, so that 30 January decides about
31 December.  26 USC 1259(c)(3): a constructive sale is cured within 30 days after the year, if the
position is then kept for 60.
"""

from datetime import date
from pathlib import Path

import pytest
from tests.cli.running import book

from taxlots.book.booking import Books
from taxlots.book.year_figures import open_basis, year_totals
from taxlots.book.year_state import YearState, year_states
from taxlots.reports.year_state import state_sentence
from taxlots.workflows.replay import replay

ACCOUNTS = """household,account,kind,owner,tax_return,method,data_through
home,brokerage,taxable,self,,FIFO,{brokerage}
home,ira,traditional_ira,self,,FIFO,{ira}
home,child,taxable,child,kid,FIFO,
next door,theirs,taxable,self,,FIFO,2024-12-01
"""
HEADER = "id,date,account,symbol,action,quantity,amount,acquired_date,cost_basis\n"
LOSS = (
    "b1,2024-01-02,brokerage,ABC,BUY,10,1000.00,,\ns1,2024-12-31,brokerage,ABC,SELL,10,700.00,,\n"
)


def booked(
    folder: Path, rows: str, as_of: str, *, brokerage: str = "", ira: str = "", kinds: str = ""
) -> Books:
    accounts = ACCOUNTS.format(brokerage=brokerage, ira=ira)
    made = book(folder / "book", rows, header=HEADER, accounts=accounts)
    if kinds:
        (made / "securities.csv").write_text(f"symbol,kind\n{kinds}", encoding="utf-8")
    return replay(str(made), as_of=date.fromisoformat(as_of))


def state(folder: Path, rows: str, as_of: str, **accounts: str) -> YearState:
    [found] = year_states(booked(folder, rows, as_of, **accounts), 2024, "home")
    return found


@pytest.mark.parametrize(("as_of", "is_provisional"), [("2025-01-30", True), ("2025-01-31", False)])
def test_a_year_is_final_when_30_january_has_passed(
    tmp_path: Path, as_of: str, is_provisional: bool
) -> None:
    found = state(tmp_path, LOSS, as_of)
    assert found.is_provisional is is_provisional
    assert found.final_from == date(2025, 1, 31)
    assert found.waiting_sales == (("s1",) if is_provisional else ())
    assert found.waiting_cents == (300_00 if is_provisional else 0)


def test_a_year_waits_for_every_account_of_the_household_the_ira_too(tmp_path: Path) -> None:
    found = state(tmp_path, LOSS, "2025-03-01", brokerage="2025-02-28", ira="2025-01-29")
    assert found.is_provisional
    assert not found.is_window_open
    assert found.ending_accounts == (("ira", date(2025, 1, 29)),)
    assert "rows of ira end on 2025-01-29" in state_sentence(found)
    assert "300.00 of loss may still be disallowed (s1)" in state_sentence(found)


def test_rows_that_reach_30_january_are_enough(tmp_path: Path) -> None:
    found = state(tmp_path, LOSS, "2025-03-01", brokerage="2025-01-30", ira="2025-01-30")
    assert found.is_complete
    assert state_sentence(found).startswith("2024 on home: final since 2025-01-31")


def test_an_account_that_tells_no_last_day_is_assumed_complete_and_said_to_be(
    tmp_path: Path,
) -> None:
    found = state(tmp_path, LOSS, "2025-03-01", brokerage="2025-02-28")
    assert not found.is_provisional
    assert found.assumed_accounts == ("ira", "child")


def test_accounts_of_another_household_are_not_waited_for(tmp_path: Path) -> None:
    found = state(tmp_path, LOSS, "2025-03-01")
    assert "theirs" not in dict(found.ending_accounts)


def test_a_sale_of_unknown_basis_leaves_a_final_year_incomplete(tmp_path: Path) -> None:
    rows = (
        "t1,2024-02-01,brokerage,ABC,TRANSFER_IN,10,,2020-01-02,\n"
        "s1,2024-06-03,brokerage,ABC,SELL,10,700.00,,\n"
    )
    found = state(tmp_path, rows, "2025-03-01")
    assert not found.is_provisional
    assert not found.is_complete
    assert found.unknown_basis == (("s1", "t1"),)
    assert "the basis is unknown of s1 of lot t1" in state_sentence(found)


def test_1259_c_3_a_constructive_sale_that_can_be_cured_keeps_the_year_open(
    tmp_path: Path,
) -> None:
    """Closed by 30 January and exposed for 60 days after it: through 30 March of 2025."""
    rows = (
        "b1,2024-01-02,brokerage,ABC,BUY,10,1000.00,,\n"
        "x1,2024-11-01,brokerage,ABC,SELL_SHORT,10,1500.00,,\n"
    )
    for as_of, is_open in (("2025-02-15", True), ("2025-03-30", True), ("2025-03-31", False)):
        found = state(tmp_path / as_of, rows, as_of)
        assert found.is_provisional is is_open
        assert bool(found.constructive_sales) is is_open
        assert found.final_from == date(2025, 3, 31)


def test_only_years_with_results_are_listed_unless_one_is_asked_for(tmp_path: Path) -> None:
    books = booked(tmp_path, LOSS, "2025-03-01")
    assert [(s.tax_return, s.year) for s in year_states(books)] == [("home", 2024)]
    asked = [(s.tax_return, s.year) for s in year_states(books, 2023)]
    assert asked == [("home", 2023), ("kid", 2023), ("next door", 2023)]


def test_the_figures_of_a_year_by_box_and_term(tmp_path: Path) -> None:
    """Covered stock A and D, stock of 2010 E; contracts and digital assets apart."""
    rows = (
        "b0,2010-01-04,brokerage,ABC,BUY,10,500.00,,\n"
        "b1,2023-01-03,brokerage,ABC,BUY,10,1000.00,,\n"
        "b2,2024-01-03,brokerage,ABC,BUY,10,1200.00,,\n"
        "c1,2024-02-01,brokerage,BTC,BUY,1,100.00,,\n"
        "c2,2024-03-01,brokerage,BTC,SELL,1,150.00,,\n"
        "s1,2024-06-03,brokerage,ABC,SELL,30,2700.00,,\n"
    )
    books = booked(tmp_path, rows, "2025-03-01", kinds="ABC,stock\nBTC,digital_asset\n")
    totals = {(t.box, t.is_long): t for t in year_totals(books, "home", 2024)}
    assert {key: t.gain_cents for key, t in totals.items()} == {
        ("A", False): -300_00,
        ("D", True): -100_00,
        ("E", True): 400_00,
        ("C", False): 50_00,
    }
    assert totals["E", True].proceeds_cents == 900_00
    assert open_basis(books, "home").lots == 0
