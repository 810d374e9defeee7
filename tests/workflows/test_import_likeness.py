"""An export without ids beside the same trades with ids: told, because they would count twice."""

from datetime import UTC, datetime
from pathlib import Path

from taxlots.ledger.migrate import create
from taxlots.workflows.import_files import import_files

SAMPLE = Path(__file__).parents[2] / "ledger" / "sample"
EXPORT = SAMPLE / "schwab" / "XXXX-Transactions.csv"
NOW = datetime(2021, 1, 4, tzinfo=UTC)


def test_an_export_of_trades_that_the_journal_has_is_told(tmp_path: Path) -> None:
    book = f"sqlite:///{tmp_path / 'book.db'}"
    create(book)
    import_files(book, [SAMPLE], actor="test", now=NOW)
    report = import_files(book, [EXPORT], account="schwab-taxable", actor="test", now=NOW)
    told = [problem for problem in report.problems if problem.code == "LIKELY_DOUBLES"]
    assert len(told) == 1
    assert "void one of the two" in told[0].remedy


def test_the_same_export_again_is_known_and_not_told(tmp_path: Path) -> None:
    book = f"sqlite:///{tmp_path / 'book.db'}"
    create(book)
    import_files(book, [SAMPLE / "accounts.csv"], actor="test", now=NOW)
    for _ in range(2):
        report = import_files(book, [EXPORT], account="schwab-taxable", actor="test", now=NOW)
        assert not [p for p in report.problems if p.code == "LIKELY_DOUBLES"]
    assert [file.added for file in report.files] == [0]
