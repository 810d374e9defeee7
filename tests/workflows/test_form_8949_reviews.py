"""What a preparer is told before the forms of a year are filed."""

from pathlib import Path

import pytest
from tests.cli.running import book

from taxlots.workflows.form_8949 import filed_year

ACCOUNTS = "household,account,kind,owner,tax_return,method\nhome,A1,taxable,self,joint,FIFO\n"
HEADER = "id,date,account,symbol,action,quantity,price,amount,settle_date,ex_date\n"
PROFILE = "tax_return,year,filing_status,ordinary_income\n"
SALE = "b1,2024-03-01,A1,ABC,BUY,10,20,,,\ns1,2024-05-01,A1,ABC,SELL,10,15,,,\n"
DIVIDEND = "d1,2024-06-03,A1,ABC,DIVIDEND,,,12.50,,{}\n"


def codes(folder: Path, rows: str, profile: str = "joint,2024,mfj,0") -> list[str]:
    where = book(folder / "book", rows, header=HEADER, accounts=ACCOUNTS)
    (where / "profiles.csv").write_text(f"{PROFILE}{profile}\n", encoding="utf-8")
    return [problem.code for problem in filed_year(str(where), 2024).problems]


def test_a_return_that_is_told_in_full_needs_no_review(tmp_path: Path) -> None:
    assert codes(tmp_path, SALE) == []


def test_a_return_without_a_profile_is_told(tmp_path: Path) -> None:
    assert codes(tmp_path, SALE, "joint,2023,mfj,0") == ["NO_PROFILE"]


def test_a_loss_without_a_filing_status_is_told(tmp_path: Path) -> None:
    """26 USC 1211(b): the limit is half for a married person who files separately."""
    assert codes(tmp_path, SALE, "joint,2024,,0") == ["NO_FILING_STATUS"]


@pytest.mark.parametrize(
    ("ex_date", "told"), [("", ["DIVIDENDS_UNCLASSIFIED"]), ("2024-05-20", [])]
)
def test_dividends_of_which_nobody_can_say_whether_they_are_qualified_are_told(
    ex_date: str, told: list[str], tmp_path: Path
) -> None:
    assert codes(tmp_path, SALE + DIVIDEND.format(ex_date)) == told
