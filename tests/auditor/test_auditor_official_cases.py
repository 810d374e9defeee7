"""The auditor against the published examples: regulations, rulings and IRS publications."""

import json
from collections import defaultdict
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.auditor.book import Book, Row
from tests.auditor.engine import Audit, audit
from tests.auditor.terms import first_long_term_day, is_long_term

CASES = Path(__file__).resolve().parents[2] / "fixtures" / "cases" / "official.json"
KINDS = {"ira": "traditional_ira"}


def cases_of(kind: str) -> list[Any]:
    cases = json.loads(CASES.read_text())["cases"]
    return [pytest.param(case, id=case["id"]) for case in cases if case["kind"] == kind]


def book_of(case: dict[str, Any]) -> Book:
    accounts = [
        {
            "household": "H",
            "account": account["id"],
            "kind": KINDS.get(account["type"], account["type"]),
            "owner": account["owner"],
            "method": case["lot_method"],
        }
        for account in case["accounts"]
    ]
    return Book(accounts, [row_of(transaction) for transaction in case["transactions"]])


def row_of(transaction: dict[str, Any]) -> Row:
    row = {name: cell for name, cell in transaction.items() if name not in {"qty", "lots"}}
    row["quantity"] = transaction["qty"]
    row["lots"] = ";".join(f"{one['lot']}:{one['qty']}" for one in transaction.get("lots", []))
    return row


def summed(rows: list[dict[str, Any]], key: list[str], amounts: list[str]) -> dict[Any, Any]:
    """Rows may be merged or split by the implementation: compare sums."""
    sums: dict[Any, list[Decimal]] = defaultdict(lambda: [Decimal(0)] * len(amounts))
    for row in rows:
        of = tuple(row[name] for name in key)
        added = zip(sums[of], amounts, strict=True)
        sums[of] = [so_far + Decimal(row[name]) for so_far, name in added]
    return dict(sums)


@pytest.mark.parametrize("case", cases_of("ledger"))
def test_ledger_case(case: dict[str, Any]) -> None:
    result = audit(book_of(case))
    expected = case["expected"]
    assert summed(
        result.realized,
        ["sale_id", "lot_id", "account", "symbol", "acquired_date", "holding_period_date",
         "sold_date", "term"],
        ["quantity", "proceeds", "cost_basis", "wash_sale_loss_disallowed",
         "permanently_disallowed", "gain"],
    ) == summed(
        expected["realized"],
        ["sale", "lot", "account", "symbol", "acquired", "hp_date", "sold", "term"],
        ["qty", "proceeds", "basis", "disallowed", "permanently_disallowed", "gain"],
    )  # fmt: skip
    assert summed(
        result.lots,
        ["lot_id", "account", "symbol", "acquired_date", "holding_period_date"],
        ["quantity", "cost_basis", "wash_sale_adjustment"],
    ) == summed(
        expected["open_lots"],
        ["lot", "account", "symbol", "acquired", "hp_date"],
        ["qty", "basis", "wash_adjustment"],
    )
    assert first_long_term_days(case, result) == {
        (lot["lot"], lot["hp_date"]): lot["first_lt_date"]
        for lot in expected["open_lots"]
        if is_taxable(case, lot["account"])
    }
    assert result.residual == 0


def first_long_term_days(case: dict[str, Any], result: Audit) -> dict[tuple[str, str], str]:
    return {
        (lot["lot_id"], lot["holding_period_date"]): lot["long_term_from"]
        for lot in result.lots
        if is_taxable(case, lot["account"])
    }


def is_taxable(case: dict[str, Any], account_id: str) -> bool:
    kinds = {account["id"]: account["type"] for account in case["accounts"]}
    return kinds[account_id] == "taxable"


@pytest.mark.parametrize("case", cases_of("holding_period"))
def test_holding_period_case(case: dict[str, Any]) -> None:
    acquired = date.fromisoformat(case["input"]["acquired"])
    sold = date.fromisoformat(case["input"]["sold"])
    expected = case["expected"]
    assert first_long_term_day(acquired) == date.fromisoformat(expected["first_lt_date"])
    assert is_long_term(acquired, sold, always=False) == (expected["term"] == "LT")


def gift_book(gift: Row, sale_price: str) -> Book:
    gift |= {"id": "gift", "date": "2024-03-01", "account": "A", "symbol": "X", "quantity": "100"}
    gift |= {"action": "GIFT_IN", "acquired_date": "2020-01-15"}
    sale = {"id": "sale", "date": "2024-06-03", "account": "A", "symbol": "X", "quantity": "100"}
    sale |= {"action": "SELL", "amount": sale_price}
    account = {"household": "H", "account": "A", "kind": "taxable", "owner": "self"}
    return Book([account], [gift, sale])


@pytest.mark.parametrize(
    "case", [case for case in cases_of("gift_basis") if "sale_price" in case.values[0]["input"]]
)
def test_gift_case(case: dict[str, Any]) -> None:
    given = case["input"]
    gift = {"cost_basis": given["donor_basis"], "fmv": given["fmv_at_gift"]}
    result = audit(gift_book(gift, given["sale_price"]))
    assert [row["gain"] for row in result.realized] == [case["expected"]["gain"]]
    assert result.residual == 0


@pytest.mark.parametrize(
    "case", [case for case in cases_of("gift_basis") if "gift_tax_paid" in case.values[0]["input"]]
)
def test_gift_tax_on_the_appreciation_joins_the_basis(case: dict[str, Any]) -> None:
    """26 USC 1015(d)(6): gift tax times net appreciation over the taxable gift."""
    given = {name: Decimal(cell) for name, cell in case["input"].items()}
    share = (given["fmv"] - given["donor_basis"]) / (given["fmv"] - given["annual_exclusion"])
    increase = round(given["gift_tax_paid"] * share, 2)
    gift = {"cost_basis": str(given["donor_basis"]), "fmv": str(given["fmv"])}
    result = audit(gift_book(gift | {"basis_increase": str(increase)}, "50000.00"))
    assert [row["cost_basis"] for row in result.realized] == [case["expected"]["basis_exact"]]


def test_every_official_case_of_these_kinds_is_tried_by_hand() -> None:
    tried = "".join(path.read_text() for path in Path(__file__).parent.glob("test_auditor_*.py"))
    kinds = ("average_basis", "short_sale", "corporate_action")
    ids = [case.values[0]["id"] for kind in kinds for case in cases_of(kind)]
    assert len(ids) == 16
    assert not [id_ for id_ in ids if f"def test_{id_.lower().replace('-', '_')}_" not in tried]
