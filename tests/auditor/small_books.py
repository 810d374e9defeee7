"""Small books for cases reckoned by hand.

A row is written ``id date account ACTION symbol quantity`` and then ``column=cell`` pairs.
"""

from tests.auditor.book import Book, Row
from tests.auditor.engine import Audit, audit

ACCOUNTS = [
    {"household": "H", "account": "A", "kind": "taxable", "owner": "self"},
    {"household": "H", "account": "B", "kind": "taxable", "owner": "self"},
    {"household": "H", "account": "SP", "kind": "taxable", "owner": "spouse"},
    {"household": "H", "account": "J", "kind": "taxable", "owner": "joint"},
    {"household": "H", "account": "I", "kind": "traditional_ira", "owner": "self"},
    {"household": "H", "account": "M", "kind": "taxable_mtm_475", "owner": "self"},
    {"household": "H", "account": "K", "kind": "custodial", "owner": "child", "tax_return": "k"},
    {"household": "H2", "account": "Z", "kind": "taxable", "owner": "self"},
]

SECURITIES: list[Row] = [
    {"symbol": "XC", "kind": "option", "multiplier": "100", "underlying": "X"},
    {"symbol": "XL", "kind": "option", "multiplier": "100", "underlying": "X", "strike": "50"},
    {
        "symbol": "XP",
        "kind": "option",
        "multiplier": "100",
        "underlying": "X",
        "strike": "50",
        "put_call": "put",
    },
    {"symbol": "XR", "kind": "option", "underlying": "X", "strike": "40"},
    {"symbol": "F", "kind": "mutual_fund"},
    {"symbol": "COIN", "kind": "digital_asset"},
    {"symbol": "V1", "kind": "etf", "index": "500"},
    {"symbol": "V2", "kind": "etf", "index": "500"},
]


def row_of(line: str) -> Row:
    id_, date, account, action, symbol, quantity, *cells = line.split()
    row = {"id": id_, "date": date, "account": account, "action": action, "symbol": symbol}
    row |= {"quantity": quantity} | dict(cell.split("=") for cell in cells)
    return {name: "" if cell == "-" else cell for name, cell in row.items()}


def booked(
    *lines: str, identical: list[Row] | None = None, as_of: str = "2030-01-01", **policy: object
) -> Audit:
    rows = [row_of(line) for line in lines]
    result = audit(Book(ACCOUNTS, rows, SECURITIES, identical or [], policy, as_of))
    assert result.residual == 0
    return result


def columns(rows: list[Row], *names: str) -> set[tuple[str, ...]]:
    return {tuple(row[name] for name in names) for row in rows}


def disallowed(result: Audit) -> set[tuple[str, ...]]:
    names = ("sale_id", "replacement_lot_id", "quantity", "disallowed", "permanent")
    return columns(result.wash_sales, *names)


LOSS = (
    "old 2024-01-02 A BUY X 10 price=100",
    "cut 2024-03-01 A SELL X 10 price=90",
)
"""A sale at a loss of 100.00 on 10 shares."""
