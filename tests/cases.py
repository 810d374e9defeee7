"""The cases of ``fixtures/cases`` as book folders; its README has their schema."""

import csv
import json
from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from taxlots.domain.action import COLUMNS, FURTHER_COLUMNS, REQUIRED_COLUMNS

ROOT = Path(__file__).resolve().parents[1]
CASES = ROOT / "fixtures" / "cases"

Case = dict[str, Any]
Cells = dict[str, str]
Sums = dict[tuple[str, ...], list[Decimal]]

KINDS = {"ira": "traditional_ira"}
"""Account types of the official cases that the interchange format names otherwise."""


@cache
def official_cases() -> list[Case]:
    """The published examples, as they came."""
    cases: list[Case] = json.loads((CASES / "official.json").read_text("utf-8"))["cases"]
    return cases


@cache
def own_cases() -> list[Case]:
    """The project's own cases, reckoned by hand."""
    files = sorted(CASES.glob("own_*.json"))
    return [case for file in files for case in json.loads(file.read_text("utf-8"))["cases"]]


def of_kind(cases: Iterable[Case], kind: str) -> list[Case]:
    """The cases of one kind, in order."""
    return [case for case in cases if case["kind"] == kind]


def account_cells(case: Case) -> list[Cells]:
    """The case's accounts as rows of ``accounts.csv``; ``lot_method`` is the default."""
    return [
        {"household": "H", "method": case["lot_method"]}
        | {name: cell for name, cell in account.items() if name not in {"id", "type"}}
        | {"account": account["id"], "kind": KINDS.get(account["type"], account["type"])}
        for account in case["accounts"]
    ]


def transaction_cells(case: Case) -> list[Cells]:
    """The case's transactions as rows of ``transactions.csv``."""
    rows = []
    for transaction in case["transactions"]:
        row = {name: cell for name, cell in transaction.items() if name not in {"qty", "lots"}}
        row["quantity"] = transaction.get("qty", "")
        picks = transaction.get("lots", [])
        row["lots"] = ";".join(f"{pick['lot']}:{pick['qty']}" for pick in picks)
        rows.append(row)
    return rows


def security_cells(case: Case) -> list[Cells]:
    """The case's securities as rows of ``securities.csv``: stocks where it says nothing."""
    listed: list[Cells] = case.get("securities", [])
    names = [row.get(name, "") for row in case["transactions"] for name in ("symbol", "to_symbol")]
    known = {"", *(cells["symbol"] for cells in listed)}
    return [*listed, *({"symbol": name, "kind": "stock"} for name in sorted({*names} - known))]


def write_book(case: Case, folder: Path) -> Path:
    """Write a ledger case as a book folder."""
    folder.mkdir()
    (folder / "book.toml").write_text(book_toml(case), "utf-8")
    write_csv(folder / "accounts.csv", account_cells(case))
    write_csv(folder / "securities.csv", security_cells(case))
    write_csv(folder / "identical.csv", case["substantially_identical"], ("group", "symbol"))
    if "prices" in case:
        write_csv(folder / "prices.csv", case["prices"])
    used = {name for row in transaction_cells(case) for name in row}
    known = (*COLUMNS, *FURTHER_COLUMNS)
    unknown = used - set(known)
    assert not unknown, f"{case['id']}: no column of the journal: {unknown}"
    columns = [name for name in known if name in used or name in REQUIRED_COLUMNS]
    write_csv(folder / "transactions.csv", transaction_cells(case), columns)
    return folder


def book_toml(case: Case) -> str:
    lines = [f'name = "{case["id"]}"', "", "[policy]"]
    lines += [f"{key} = {json.dumps(value)}" for key, value in case["policy"].items()]
    return "\n".join(lines) + "\n"


def write_csv(path: Path, rows: list[Cells], columns: Iterable[str] = ()) -> None:
    names = list(dict.fromkeys([*columns, *(name for row in rows for name in row)]))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names, restval="")
        writer.writeheader()
        writer.writerows(rows)


def read_csv(path: Path) -> list[Cells]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def summed(rows: Iterable[Cells], key: Iterable[str], amounts: Iterable[str]) -> Sums:
    """Exact sums of rows of equal key: rows may be merged or split.

    A blank amount is unknown; which amounts of a row are blank is part of its key.
    """
    keys, names = list(key), list(amounts)
    sums: Sums = defaultdict(lambda: [Decimal(0)] * len(names))
    for row in rows:
        of = (*(row[name] for name in keys), *("" if row[name] else "unknown" for name in names))
        added = zip(sums[of], names, strict=True)
        sums[of] = [so_far + Decimal(row[name] or 0) for so_far, name in added]
    return dict(sums)
