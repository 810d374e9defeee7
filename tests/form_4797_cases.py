"""Cases of kind ``ledger`` that expect Form 4797: the marked accounts of each of their years."""

from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.cases import Case, write_book

from taxlots.workflows.gather import gather
from taxlots.workflows.replay import replay_record
from taxlots.workflows.year_items import MarkedYear, marked_year


def reckoned(case: Case) -> dict[str, MarkedYear]:
    """What the books sell and mark, by the years that the case expects."""
    with TemporaryDirectory() as folder:
        record, _ = gather(str(write_book(case, Path(folder) / "book")))
    assert record is not None
    books = replay_record(record, date.fromisoformat(case["as_of"]), compiled=False)
    years = sorted({row["year"] for row in case["expected"]["form_4797"]})
    return {year: marked_year(books, int(year)) for year in years}
