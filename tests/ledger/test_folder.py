"""Reading a book folder: what a person's editor leaves in a file, and what is told of it."""

from pathlib import Path

from taxlots.ledger.folder import read_folder

ACCOUNTS = "household,account,kind,owner\nh,a,taxable,self\n"
HEADER = "id,date,account,symbol,action,quantity,amount,note\n"


def book(folder: Path, transactions: str, accounts: str = ACCOUNTS) -> Path:
    (folder / "book.toml").write_text('name = "b"\n')
    (folder / "accounts.csv").write_text(accounts)
    (folder / "transactions.csv").write_text(transactions)
    return folder


def test_blank_lines_are_no_rows_and_lines_are_counted_as_an_editor_does(tmp_path: Path) -> None:
    rows = 't1,2024-01-02,a,X,BUY,1,10,"two\nlines"\n\nt2,2024-01-03,a,X,BUY,1,10,\n\n'
    record, problems = read_folder(book(tmp_path, HEADER + rows))
    assert problems == []
    assert record is not None
    assert record.transactions.column("id").to_pylist() == ["t1", "t2"]
    assert [record.line_of(row) for row in range(2)] == [2, 5]


def test_short_rows_are_filled_with_blanks(tmp_path: Path) -> None:
    record, problems = read_folder(book(tmp_path, HEADER + "t1,2024-01-02,a,X,BUY,1,10\n"))
    assert problems == []
    assert record is not None
    assert record.transactions.column("note").to_pylist() == [""]


def test_a_row_with_a_cell_too_many_is_told(tmp_path: Path) -> None:
    _, problems = read_folder(book(tmp_path, HEADER + "t1,2024-01-02,a,X,BUY,1,10,,x\n"))
    assert [(p.where, p.code) for p in problems] == [("transactions.csv:2", "RAGGED_ROW")]


def test_an_accounts_file_without_rows_is_told_as_such(tmp_path: Path) -> None:
    header = ACCOUNTS.splitlines()[0] + "\n"
    _, problems = read_folder(book(tmp_path, HEADER, header))
    assert [problem.code for problem in problems] == ["NO_ACCOUNT"]
