"""Account numbers in messages show their last four characters."""

from pathlib import Path

import pytest
from tests.cli.running import book

from taxlots.workflows.account_numbers import mask_of

ROW = "t1,2024-01-02,{account},ABC,BUY,10,10.00,,,,,\n"


@pytest.mark.parametrize(
    ("account", "shown"),
    [
        ("Z12345678", "...5678"),
        ("1234-5678", "...5678"),
        ("987654321", "...4321"),
        ("schwab-taxable", "schwab-taxable"),
        ("ira2", "ira2"),
    ],
)
def test_what_looks_like_a_custodian_s_number_is_masked(
    account: str, shown: str, tmp_path: Path
) -> None:
    accounts = f"household,account,kind,owner\nhome,{account},taxable,self\n"
    folder = book(tmp_path / "book", ROW.format(account=account), accounts=accounts)

    mask = mask_of(str(folder))

    assert mask(f"out of {account}, which holds 3") == f"out of {shown}, which holds 3"


def test_quantities_and_ids_that_are_no_accounts_stay(tmp_path: Path) -> None:
    accounts = "household,account,kind,owner\nhome,12345678,taxable,self\n"
    folder = book(tmp_path / "book", ROW.format(account="12345678"), accounts=accounts)
    mask = mask_of(str(folder))
    assert mask("t.csv:2: 't123456789' takes 12345679 ABC") == (
        "t.csv:2: 't123456789' takes 12345679 ABC"
    )


def test_an_account_that_only_a_row_names_is_masked_too(tmp_path: Path) -> None:
    folder = book(tmp_path / "book", ROW.format(account="Y98765432"))
    assert mask_of(str(folder))("'Y98765432' is not in accounts.csv") == (
        "'...5432' is not in accounts.csv"
    )


def test_accounts_are_known_from_a_book_that_cannot_be_read_in_full(tmp_path: Path) -> None:
    accounts = "household,account,kind,owner\nhome,Z12345678,taxable,nobody\n"
    folder = book(tmp_path / "book", ROW.format(account="Z12345678"), accounts=accounts)
    (folder / "book.toml").write_text("name = ", encoding="utf-8")
    assert mask_of(str(folder))("account Z12345678") == "account ...5678"
