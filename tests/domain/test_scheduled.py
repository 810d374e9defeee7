"""scheduled.csv: what will happen."""

from datetime import date

import pytest

from taxlots.domain.scheduled import ScheduledEvent, ScheduledKind, read_scheduled

ROW = {
    "account": "main",
    "symbol": "ABC",
    "date": "2021-01-15",
    "kind": "recurring",
    "quantity": "2.5",
    "amount": "",
}


def test_a_row() -> None:
    assert read_scheduled([ROW], {"main"}) == (
        [
            ScheduledEvent(
                account="main",
                symbol="ABC",
                day=date(2021, 1, 15),
                kind=ScheduledKind.RECURRING,
                quantity=250_000_000,
            )
        ],
        [],
    )


@pytest.mark.parametrize(
    ("column", "cell", "code"),
    [
        ("account", "mian", "UNKNOWN_ACCOUNT"),
        ("date", "15.1.2021", "BAD_DATE"),
        ("date", "20210115", "BAD_DATE"),
        ("date", "2021-02-30", "BAD_DATE"),
        ("kind", "purchase", "UNKNOWN_KIND"),
        ("quantity", "-1", "BAD_NUMBER"),
        ("quantity", "many", "BAD_NUMBER"),
        ("amount", "1.005", "BAD_NUMBER"),
    ],
)
def test_a_bad_cell_is_named(column: str, cell: str, code: str) -> None:
    events, (problem,) = read_scheduled([ROW, {**ROW, column: cell}], {"main"})
    assert len(events) == 1
    assert (problem.where, problem.code) == (f"scheduled.csv:3:{column}", code)
