"""Rows of holdings_of_funds.csv, exposures.csv and contracts.csv: the last list by the day."""

from datetime import date

from taxlots.domain.contract import ContractKind, contracts_from, contracts_on
from taxlots.domain.exposure import exposures_from, exposures_on
from taxlots.domain.fund_holding import fund_holdings_from, holdings_on

DAY = date(2024, 6, 28)


def test_a_fund_has_its_last_list_on_or_before_the_day() -> None:
    rows = [
        {"fund": "F", "symbol": "OLD", "weight": "1"},
        {"fund": "F", "symbol": "A", "weight": "0.6", "date": "2024-03-28"},
        {"fund": "F", "symbol": "A", "weight": "0.1", "date": "2024-03-28"},
        {"fund": "F", "symbol": "B", "weight": "-0.2", "date": "2024-03-28"},
        {"fund": "F", "symbol": "LATER", "weight": "1", "date": "2024-09-30"},
    ]
    found, problems = fund_holdings_from(rows)
    assert problems == []
    assert holdings_on(found, DAY) == {"F": {"A": 70_000_000, "B": -20_000_000}}
    assert holdings_on(found, date(2023, 1, 3)) == {"F": {"OLD": 10**8}}


def test_a_bad_cell_is_told_with_its_line_and_column() -> None:
    rows = [{"fund": "F", "symbol": "", "weight": "6 %", "date": "28.3.2024"}]
    found, problems = fund_holdings_from(rows)
    assert found == []
    assert [(p.where, p.code) for p in problems] == [
        ("holdings_of_funds.csv:2:symbol", "MISSING_CELL"),
        ("holdings_of_funds.csv:2:weight", "BAD_NUMBER"),
        ("holdings_of_funds.csv:2:date", "BAD_DATE"),
    ]


def test_exposures_are_dated_and_a_hedge_is_a_part_of_one() -> None:
    rows = [
        {"symbol": "HEFA", "date": "2024-01-31", "beta": "-0.1", "currency": "eur"},
        {"symbol": "HEFA", "date": "2024-05-31", "beta": "0.8", "hedged": "0.95"},
        {"symbol": "BAD", "hedged": "95"},
    ]
    found, problems = exposures_from(rows)
    assert [problem.code for problem in problems] == ["BAD_NUMBER"]
    row = exposures_on(found, DAY)["HEFA"]
    assert (row.beta, row.hedged, row.currency, row.duration) == (80_000_000, 95_000_000, "", None)
    assert exposures_on(found, date(2024, 2, 1))["HEFA"].currency == "EUR"


def test_contracts_need_what_their_kind_asks_for_and_leave_when_they_expire() -> None:
    rows = [
        {"symbol": "F1", "kind": "future", "price": "100", "multiplier": "50"}
        | {"expiry": "2024-06-21"},
        {"symbol": "F2", "kind": "future", "price": "101", "multiplier": "50"}
        | {"expiry": "2024-09-20", "section_1256": "true", "duration": "6.5"},
        {"symbol": "O", "kind": "option", "strike": "90"},
        {"symbol": "X", "kind": "warrant"},
    ]
    found, problems = contracts_from(rows)
    assert [(p.where, p.code) for p in problems] == [
        ("contracts.csv:4:expiry", "MISSING_CELL"),
        ("contracts.csv:4:volatility", "MISSING_CELL"),
        ("contracts.csv:4:underlying", "MISSING_CELL"),
        ("contracts.csv:5:kind", "UNKNOWN_KIND"),
    ]
    (left,) = contracts_on(found, DAY).values()
    assert (left.symbol, left.kind, left.is_1256) == ("F2", ContractKind.FUTURE, True)
    assert left.figures["duration"] == 650_000_000
