"""The rules say of every own case what the case expects: law and books tell one story."""

from datetime import date
from typing import Any

import pytest
from tests.cases import Case, of_kind, own_cases

from taxlots.domain.calendar import date_of, day_of
from taxlots.domain.money import scaled
from taxlots.law.s1001_gain import gain
from taxlots.law.s1091_wash_sale import in_window, window_end, window_start
from taxlots.law.s1222_term import is_long_term, long_term_from

LEDGER = [
    pytest.param(case, id=case["id"])
    for case in of_kind(own_cases(), "ledger")
    if "errors" not in case["expected"]
]
INHERITED = {"INHERIT", "inheritance"}


def day(cell: str) -> int:
    return day_of(date.fromisoformat(cell))


def cents(cell: str) -> int:
    value = scaled(cell, 2)
    assert value is not None
    return value


def inherited(case: Case) -> bool:
    """Whether the case is about inherited lots: long-term whatever their dates."""
    return any(
        row["action"] in INHERITED or row.get("origin") in INHERITED for row in case["transactions"]
    )


def bought_on(case: Case, lot: str) -> int:
    row = next(row for row in case["transactions"] if row["id"] == lot)
    return day(row.get("acquired_date", row["date"]))


def sold_on(case: Case, match: dict[str, str]) -> int:
    """The day around which the window lies: ``loss_day``, where it is not that of the row."""
    row = next(row for row in case["transactions"] if row["id"] == match["sale"])
    return day(match.get("loss_day", row["date"]))


@pytest.mark.parametrize("case", LEDGER)
def test_26_usc_1091_a_replacements_lie_within_the_window(case: Case) -> None:
    for match in case["expected"]["wash_sales"]:
        sold, acquired = sold_on(case, match), bought_on(case, match["replacement_lot"])
        assert in_window(sold, acquired)
        assert window_start(sold) <= acquired <= window_end(sold)


@pytest.mark.parametrize("case", [p for p in LEDGER if not inherited(p.values[0])])
def test_26_usc_1222_terms_follow_from_the_holding_period(case: Case) -> None:
    for piece in [row for row in case["expected"]["realized"] if "term_by" not in row]:
        is_long = is_long_term(day(piece["hp_date"]), day(piece["sold"]))
        assert piece["term"] == ("LT" if is_long else "ST")
    lots: list[dict[str, Any]] = case["expected"]["open_lots"]
    for lot in [lot for lot in lots if lot["first_lt_date"]]:
        first = date_of(long_term_from(day(lot["hp_date"])))
        assert first.isoformat() == lot["first_lt_date"]


@pytest.mark.parametrize("case", LEDGER)
def test_26_usc_1001_gain_is_proceeds_less_basis_and_what_is_disallowed(case: Case) -> None:
    for piece in case["expected"]["realized"]:
        if piece["basis"]:
            raw = gain(cents(piece["proceeds"]), cents(piece["basis"]))
            assert raw + cents(piece["disallowed"]) == cents(piece["gain"])
