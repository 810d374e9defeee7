"""Rules beside section 1091, through ``taxlots replay``: related parties, funds, dividends, gifts.

The official cases are published examples; the own ones of ``own_neighbours.json`` are reckoned by
hand from the law.
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.cases import (
    Case,
    Cells,
    of_kind,
    official_cases,
    own_cases,
    read_csv,
    summed,
    write_book,
)
from tests.test_cases import (
    LOT,
    LOT_AMOUNTS,
    MATCH,
    MATCH_AMOUNTS,
    PIECE,
    PIECE_AMOUNTS,
    STATED_OF_LOT,
    same,
)

from taxlots.workflows.replay import write_replay

PIECE_COLUMNS = {**PIECE, "status": "status", "rule": "character_rule"}
PIECE_SUMS = {**PIECE_AMOUNTS, "nondeductible": "nondeductible_loss"}
DIVIDEND = {
    "dividend": "dividend_id",
    "lot": "lot_id",
    "closed": "closed_date",
    "days": "days_held_in_window",
    "from": "qualified_from",
    "outcome": "outcome",
}
DIVIDEND_SUMS = {
    "qty": "quantity",
    "amount": "amount",
    "qualified": "qualified",
    "ordinary": "ordinary",
}

Books = dict[str, list[Cells]]


def cases(everything: Iterable[Case], kind: str) -> list[Any]:
    return [pytest.param(case, id=case["id"]) for case in of_kind(everything, kind)]


def replayed(case: Case, folder: Path) -> Books:
    as_of = date.fromisoformat(case["as_of"]) if "as_of" in case else None
    write_replay(str(write_book(case, folder / "book")), folder / "out", as_of=as_of)
    names = ("realized", "lots", "wash_sales", "dividends", "problems")
    files = {name: folder / "out" / f"{name}.csv" for name in names}
    return {name: read_csv(path) if path.exists() else [] for name, path in files.items()}


def book_of(rows: list[Cells], **security: str) -> Case:
    """A case of one taxable account and one security X."""
    return {
        "id": "book",
        "accounts": [{"id": "A1", "type": "taxable", "owner": "self"}],
        "securities": [{"symbol": "X", "kind": "stock", **security}],
        "substantially_identical": [],
        "lot_method": "FIFO",
        "policy": {},
        "transactions": [{"account": "A1", "symbol": "X"} | row for row in rows],
    }


def assert_same(
    expected: list[Cells], found: list[Cells], key: dict[str, str], amounts: dict[str, str]
) -> None:
    assert summed(found, key.values(), amounts.values()) == summed(expected, key, amounts)


@pytest.mark.parametrize("case", cases(own_cases(), "neighbour"))
def test_own_neighbouring_case(case: Case, tmp_path: Path) -> None:
    books = replayed(case, tmp_path)
    expected = case["expected"]
    assert_same(expected["realized"], books["realized"], PIECE_COLUMNS, PIECE_SUMS)
    stated = [n for n in STATED_OF_LOT if any(n in lot for lot in expected["open_lots"])]
    assert_same(expected["open_lots"], books["lots"], LOT | same(*stated), LOT_AMOUNTS)
    assert_same(expected["wash_sales"], books["wash_sales"], MATCH, MATCH_AMOUNTS)
    assert_same(expected["dividends"], books["dividends"], DIVIDEND, DIVIDEND_SUMS)
    assert sorted(row["code"] for row in books["problems"]) == expected["problems"]


@pytest.mark.parametrize("case", cases(official_cases(), "related_party"))
def test_26_usc_267_d_the_buyer_from_a_sibling(case: Case, tmp_path: Path) -> None:
    """The seller's denied loss lowers the buyer's gain, and never makes a loss of the buyer."""
    given = case["input"]
    denied = Decimal(given["related_cost"]) - Decimal(given["bought_from_related"])
    buy = {"id": "b", "date": "2025-01-06", "action": "BUY", "qty": "100"}
    buy |= {"amount": given["bought_from_related"], "related_loss": str(denied)}
    sell = {"id": "s", "date": "2025-03-03", "action": "SELL", "qty": "100"}
    books = replayed(book_of([buy, sell | {"amount": given["sold"]}]), tmp_path)
    assert [row["gain"] for row in books["realized"]] == [case["expected"]["gain"]]


@pytest.mark.parametrize("case", cases(official_cases(), "related_party")[:1])
def test_26_usc_267_a_1_the_sibling_who_sold(case: Case, tmp_path: Path) -> None:
    given = case["input"]
    buy = {"id": "b", "date": "2025-01-06", "action": "BUY", "qty": "100"}
    sell = {"id": "s", "date": "2025-03-03", "action": "SELL", "qty": "100"}
    sell |= {"amount": given["bought_from_related"], "related_party": "true"}
    books = replayed(book_of([buy | {"amount": given["related_cost"]}, sell]), tmp_path)
    (row,) = books["realized"]
    assert (row["gain"], row["nondeductible_loss"]) == ("0.00", "2400.00")
    assert row["character_rule"] == "26 USC 267(a)(1)"


@pytest.mark.parametrize("case", cases(official_cases(), "ric_six_month"))
def test_26_usc_852_b_4_a_fund_held_for_six_months_or_less(case: Case, tmp_path: Path) -> None:
    """The publication prints proceeds raised by the denied part; ours stay, and it is a column."""
    given, expected = case["input"], case["expected"]
    kinds = {"cap_gain_dist": "CAPITAL_GAIN_DISTRIBUTION"}
    kinds["exempt_interest"] = "EXEMPT_INTEREST_DIVIDEND"
    paid = next(name for name in kinds if name in given)
    middle = date.fromisoformat(given["acquired"]).replace(day=20).isoformat()
    rows = [
        {
            "id": "b",
            "date": given["acquired"],
            "action": "BUY",
            "qty": "1",
            "amount": given["cost"],
        },
        {"id": "d", "date": middle, "action": kinds[paid], "amount": given[paid]},
        {"id": "s", "date": given["sold"], "action": "SELL", "qty": "1", "amount": given["price"]},
    ]
    books = replayed(book_of(rows, kind="mutual_fund", tax_class="ric"), tmp_path)
    gains = {row["term"]: row["gain"] for row in books["realized"]}
    wanted = {"LT": expected.get("lt_loss"), "ST": expected.get("st_loss")}
    assert gains == {term: gain for term, gain in wanted.items() if gain}
    proceeds = sum(
        Decimal(row["proceeds"]) + Decimal(row["nondeductible_loss"]) for row in books["realized"]
    )
    assert str(proceeds) == expected.get("reported_proceeds", given["price"])


@pytest.mark.parametrize("case", cases(official_cases(), "qualified_dividend"))
def test_26_usc_1_h_11_days_held_in_the_window(case: Case, tmp_path: Path) -> None:
    given, expected = case["input"], case["expected"]
    rows = [
        {"id": "b", "date": given["acquired"], "action": "BUY", "qty": "1", "amount": "100"},
        {"id": "d", "date": given["ex_date"], "action": "DIVIDEND", "amount": "1.00"},
        {"id": "s", "date": given["sold"], "action": "SELL", "qty": "1", "amount": "100"},
    ]
    rows[1]["ex_date"] = given["ex_date"]
    (line,) = replayed(book_of(rows), tmp_path)["dividends"]
    assert [line["window_start"], line["window_end"]] == expected["window"]
    assert int(line["days_held_in_window"]) == expected["days_held_in_window"]
    assert (line["outcome"] == "qualified") == expected["qualified"]


@pytest.mark.parametrize(
    "case", [p for p in cases(official_cases(), "gift_basis") if p.id == "GF-004"]
)
def test_26_usc_1015_d_6_gift_tax_on_the_appreciation(case: Case, tmp_path: Path) -> None:
    given = case["input"]
    taxable = Decimal(given["fmv"]) - Decimal(given["annual_exclusion"])
    gift = {"id": "g", "date": "2025-01-06", "action": "GIFT_IN", "qty": "100"}
    gift |= {"acquired_date": "2020-01-15", "cost_basis": given["donor_basis"]}
    gift |= {"fmv": given["fmv"], "gift_tax": given["gift_tax_paid"], "taxable_gift": str(taxable)}
    (lot,) = replayed(book_of([gift]), tmp_path)["lots"]
    assert lot["cost_basis"] == case["expected"]["basis_exact"]
