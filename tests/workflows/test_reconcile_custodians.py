"""Forms and realized lots as each custodian writes them, tied out to a book of the same sales."""

from datetime import date
from pathlib import Path

import pytest
from tests.cases import ROOT

from taxlots.brokers.protocol import CustodianRealizedLot, Reading
from taxlots.domain.account import Account, AccountKind, Owner
from taxlots.domain.money import dollars, shares
from taxlots.reports.tie_out import TieOut
from taxlots.workflows.reconcile import reconcile
from taxlots.workflows.reconcile_files import FormFiles, read_forms

BROKERS = ROOT / "fixtures" / "brokers"
ACCOUNT = Account(
    id="A1", household="H", kind=AccountKind.TAXABLE, owner=Owner.SELF, tax_return="H"
)

YEARS = {"ofx_1099b/tax-2025.xml": 2025}
"""Tax forms of another year than 2024; other files tell sales of any year."""

FILES = [
    ("schwab/realized-lots.csv", None),
    ("schwab/realized-2021.csv", None),
    ("schwab/realized-2025.csv", None),
    ("fidelity/closed-positions.csv", None),
    ("etrade/gains-expanded-2025.csv", None),
    ("etrade/gains-classic.csv", None),
    ("vanguard/realized-lots.csv", "12345678"),
    ("ibkr_flex/activity-2025.xml", None),
    ("ofx_1099b/tax-2024-sgml.ofx", None),
    ("ofx_1099b/tax-2025.xml", None),
    ("fdx_1099b/statement-2024.json", None),
]
"""Files of realized lots, and the account's number in those of several."""

HEADER = "id,date,account,symbol,action,quantity,amount,lots,basis_status\n"


def reading_of(path: Path, number: str | None, year: int) -> Reading:
    files = FormFiles(
        paths=(path,), accounts=("A1",), statement_accounts=() if number is None else (number,)
    )
    (reading,), _ = read_forms(files, [ACCOUNT], year)
    return reading


def name_of(lot: CustodianRealizedLot) -> str:
    return lot.symbol or lot.cusip or "".join(filter(str.isalnum, lot.description))


def book_of(folder: Path, lots: list[CustodianRealizedLot]) -> Path:
    """A book that bought and sold each lot of a form, and nothing else."""
    folder.mkdir()
    rows = []
    for number, lot in enumerate(lots):
        opened = lot.opened or date(lot.closed.year - 2, 1, 4)
        quantity = shares(lot.quantity or 10**8)
        basis = lot.cost_basis_cents or 0
        opening = "SELL_SHORT" if lot.is_short else "BUY"
        closing = "BUY_TO_COVER" if lot.is_short else "SELL"
        first, last = (lot.proceeds_cents, basis) if lot.is_short else (basis, lot.proceeds_cents)
        rows += [
            (min(opened, lot.closed), f"b{number}", opening, quantity, first, "", lot),
            (lot.closed, f"s{number}", closing, quantity, last, f"b{number}:{quantity}", lot),
        ]
    rows.sort(key=lambda row: (row[0], row[1][0] == "s"))
    text = "".join(
        f"{name},{day},A1,{name_of(lot)},{action},{quantity},{dollars(cents)},{named},\n"
        for day, name, action, quantity, cents, named, lot in rows
    )
    (folder / "book.toml").write_text('name = "Mirror"\n', "utf-8")
    (folder / "accounts.csv").write_text(
        "household,account,kind,owner\nH,A1,taxable,self\n", "utf-8"
    )
    (folder / "transactions.csv").write_text(HEADER + text, "utf-8")
    known = {name_of(lot): lot for lot in lots}
    securities = "".join(
        f'{name},stock,{lot.cusip},"{lot.description}"\n' for name, lot in known.items()
    )
    (folder / "securities.csv").write_text(f"symbol,kind,cusip,name\n{securities}", "utf-8")
    return folder


@pytest.mark.parametrize(("file", "number"), FILES, ids=[file for file, _ in FILES])
def test_each_row_of_a_custodian_s_file_meets_its_sale(
    file: str, number: str | None, tmp_path: Path
) -> None:
    path = BROKERS / file
    year = max(
        lot.closed.year for lot in reading_of(path, number, YEARS.get(file, 2024)).realized_lots
    )
    lots = [lot for lot in reading_of(path, number, year).realized_lots if lot.closed.year == year]
    book = book_of(tmp_path / "book", lots)

    numbers = () if number is None else (number,)
    files = FormFiles(paths=(path,), accounts=("A1",), statement_accounts=numbers)
    found: TieOut = reconcile(str(book), files, year)

    # The book has these purchases alone, so that it finds other wash sales than the custodian; but
    # no row is left over, and none meets a sale of other shares.
    assert sum(len(tie.theirs) for tie in found.ties) == len(lots)
    assert all(tie.ours for tie in found.ties)
    assert all(tie.theirs for tie in found.breaks)
    assert not any(tie.is_rest for tie in found.ties)
    assert "QUANTITY_DIFFERS" not in {tie.cause for tie in found.breaks}
