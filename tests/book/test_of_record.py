"""What other rules make of a loss or a dividend is the same in both engines."""

from datetime import date
from pathlib import Path

import pytest
from tests.cases import Case, of_kind, own_cases, write_book

from taxlots.book.dividends import dividends_of
from taxlots.reports.books_files import result_tables
from taxlots.workflows.gather import gather
from taxlots.workflows.replay import replay_record

DISTRIBUTED = {"CAPITAL_GAIN_DISTRIBUTION", "EXEMPT_INTEREST_DIVIDEND", "DIVIDEND"}
CASES = [
    pytest.param(case, id=case["id"])
    for case in of_kind(own_cases(), "neighbour")
    if DISTRIBUTED & {row["action"] for row in case["transactions"]}
]


@pytest.mark.parametrize("case", CASES)
def test_the_compiled_engine_tells_the_same_holders_of_record(case: Case, tmp_path: Path) -> None:
    record, _ = gather(str(write_book(case, tmp_path / "book")))
    assert record is not None
    as_of = date.fromisoformat(case["as_of"])
    plain, compiled = (replay_record(record, as_of, compiled=one) for one in (False, True))
    assert dividends_of(plain) == dividends_of(compiled)
    assert result_tables(plain)["realized"].equals(result_tables(compiled)["realized"])
