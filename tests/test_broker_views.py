"""Cases with a broker's view: Form 1099-B by ``replay --view broker``, and how it is reconciled."""

from datetime import date
from pathlib import Path

import pytest
from tests.cases import Case, official_cases, own_cases, write_book

from taxlots.reports.difference_files import difference_rows
from taxlots.workflows.differences import differences

CASES = [case for case in [*official_cases(), *own_cases()] if "broker_view" in case]
REASONS = {"cross-account": "CROSS_ACCOUNT"}
"""Words of the official cases for reason codes."""


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_boxes_columns_and_reason(case: Case, tmp_path: Path) -> None:
    as_of = date.fromisoformat(case["as_of"]) if "as_of" in case else None
    found = differences(str(write_book(case, tmp_path / "book")), as_of=as_of)
    rows = {row["sale_id"]: row for row in difference_rows(found)}

    for sale, boxes in case["broker_view"].items():
        assert {name: rows[sale][name] for name in boxes} == boxes
    for sale, stated in case.get("reconciliation", {}).items():
        assert rows[sale]["column_f"] == stated["form_8949_code"]
        assert rows[sale]["column_g"] == stated["col_g"]
        assert rows[sale]["reasons"] == REASONS.get(stated["reason"], stated["reason"])
