"""Every figure of the cases in ``fixtures/cases`` can be explained, and the explanation agrees.

The cases are reckoned by hand from the law; ``tests/test_cases.py`` holds the books to them.
"""

from datetime import date
from pathlib import Path

import pytest
from tests.cases import Case, official_cases, own_cases, write_book
from tests.workflows.told import check_every_figure

from taxlots.domain.problem import DataError
from taxlots.workflows.replay import replay

BOOKS = ("ledger", "neighbour")
CASES = [
    pytest.param(case, id=case["id"])
    for case in (*own_cases(), *official_cases())
    if case["kind"] in BOOKS and "transactions" in case
]


@pytest.mark.parametrize("case", CASES)
def test_case(case: Case, tmp_path: Path) -> None:
    """Whatever the case's book realizes is explained."""
    as_of = date.fromisoformat(case["as_of"]) if "as_of" in case else None
    book = write_book(case, tmp_path / "book")
    try:
        books = replay(str(book), as_of=as_of)
    except DataError:
        assert "errors" in case["expected"]
        return
    check_every_figure(books)
