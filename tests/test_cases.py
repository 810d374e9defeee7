"""Every case passes through ``taxlots replay``: a book folder goes in, result files come out.

The official cases are published examples (regulations, rulings, IRS publications); the own ones
are reckoned by hand from the law, with the arithmetic in the case.  A test bears the id of its
case; the case names its authority.
"""

import json
import subprocess
import sys
from datetime import date, timedelta
from fractions import Fraction
from math import floor
from pathlib import Path
from typing import Any

import pytest
from tests.auditor.book import Book
from tests.auditor.engine import audit
from tests.cases import (
    ROOT,
    Case,
    Cells,
    account_cells,
    of_kind,
    official_cases,
    own_cases,
    read_csv,
    security_cells,
    summed,
    transaction_cells,
    write_book,
)
from tests.official_books import book_of

from taxlots.book.form_8949 import corrected_row
from taxlots.domain.account import AccountKind
from taxlots.domain.money import dollars
from taxlots.domain.problem import DataError
from taxlots.workflows.replay import write_replay

PASSED_KINDS = {
    "ledger", "holding_period", "gift_basis",
    "average_basis", "corporate_action", "short_sale",
    "neighbour", "qualified_dividend", "related_party", "ric_six_month",
    "state_tax", "tax_of_year", "form_8949",
}  # fmt: skip
"""Kinds whose cases pass, here or in other tests of the same names."""

BEYOND_THE_AUDITOR = {
    "LO-017": "the income recognized at a vest as its basis",
    "LO-018": "income recognized at the exercise of an employee option",
    "LO-030": "that an unknown basis does not fall below zero",
    "LR-011": "the settlement date that SEC Rule 15c6-1 sets",
    "LR-012": "the settlement date that SEC Rule 15c6-1 sets",
    "LR-014": "the settlement date that SEC Rule 15c6-1 sets",
    "LR-018": "the settlement date that SEC Rule 15c6-1 sets",
    "LR-021": "the settlement date that SEC Rule 15c6-1 sets",
}
"""Own cases that the second engine can't reckon, and what it does not know."""

PIECE = {
    "sale": "sale_id",
    "lot": "lot_id",
    "account": "account",
    "symbol": "symbol",
    "acquired": "acquired_date",
    "hp_date": "holding_period_date",
    "sold": "sold_date",
    "term": "term",
}
PIECE_AMOUNTS = {
    "qty": "quantity",
    "proceeds": "proceeds",
    "basis": "cost_basis",
    "disallowed": "wash_sale_loss_disallowed",
    "permanently_disallowed": "permanently_disallowed",
    "gain": "gain",
}
LOT = {
    "lot": "lot_id",
    "account": "account",
    "symbol": "symbol",
    "acquired": "acquired_date",
    "hp_date": "holding_period_date",
    "first_lt_date": "long_term_from",
}
STATED_OF_LOT = ("replacement", "covered", "basis_status")
LOT_AMOUNTS = {"qty": "quantity", "basis": "cost_basis", "wash_adjustment": "wash_sale_adjustment"}
MATCH = {
    "sale": "sale_id",
    "loss_lot": "loss_lot_id",
    "replacement_lot": "replacement_lot_id",
    "account": "replacement_account",
}
SHORT = {"lot": "lot_id", "account": "account", "symbol": "symbol", "opened": "opened_date"}
SHORT_AMOUNTS = {"qty": "quantity", "proceeds": "proceeds", "deferred": "deferred_loss"}
MATCH_AMOUNTS = {"qty": "quantity", "disallowed": "disallowed", "permanent": "permanent"}

Books = dict[str, list[Cells]]


def cases(everything: list[Case], kind: str) -> list[Any]:
    return [pytest.param(case, id=case["id"]) for case in of_kind(everything, kind)]


def sound(case: Case) -> bool:
    return "errors" not in case["expected"]


def replayed(case: Case, folder: Path) -> Books:
    """Replay the case's book and read its result files back."""
    as_of = date.fromisoformat(case["as_of"]) if "as_of" in case else None
    book = write_book(case, folder / "book")
    write_replay(str(book), folder / "out", as_of=as_of)
    return results_in(folder / "out")


def results_in(out: Path) -> Books:
    identity = json.loads((out / "manifest.json").read_text("utf-8"))["identity"]
    assert identity["residual"] == "0.00", "the conservation identity is exact"
    names = ("realized", "lots", "wash_sales", "problems")
    shorts = out / "short_lots.csv"
    owed = {"short_lots": read_csv(shorts) if shorts.exists() else []}
    return owed | {name: read_csv(out / f"{name}.csv") for name in names}


def assert_same(
    expected: list[Cells], booked: list[Cells], key: dict[str, str], amounts: dict[str, str]
) -> None:
    """Equal sums; ``key`` and ``amounts`` map the columns of a case to those of replay."""
    assert summed(booked, key.values(), amounts.values()) == summed(expected, key, amounts)


def assert_books(case: Case, books: Books) -> None:
    """The books say what an own case expects, no more and no less."""
    expected = case["expected"]
    assert_same(expected["realized"], books["realized"], PIECE | same("status"), PIECE_AMOUNTS)
    stated = [name for name in STATED_OF_LOT if any(name in lot for lot in expected["open_lots"])]
    assert_same(expected["open_lots"], books["lots"], LOT | same(*stated), LOT_AMOUNTS)
    assert_same(expected.get("open_shorts", []), books["short_lots"], SHORT, SHORT_AMOUNTS)
    rule = [name for name in ("rule",) if any(name in row for row in expected["wash_sales"])]
    assert_same(expected["wash_sales"], books["wash_sales"], MATCH | same(*rule), MATCH_AMOUNTS)


def same(*names: str) -> dict[str, str]:
    return {name: name for name in names}


def without_ira_dates(case: Case, lots: list[Cells], columns: tuple[str, str]) -> list[Cells]:
    """The official schema says that dates of lots in IRAs are irrelevant."""
    kinds = {cells["account"]: AccountKind(cells["kind"]) for cells in account_cells(case)}
    blank = dict.fromkeys(columns, "")
    return [lot | blank if kinds[lot["account"]].is_tax_deferred else lot for lot in lots]


@pytest.mark.parametrize("case", cases(official_cases(), "ledger"))
def test_official_ledger_case(case: Case, tmp_path: Path) -> None:
    books = replayed(case, tmp_path)
    expected = case["expected"]
    assert_same(expected["realized"], books["realized"], PIECE, PIECE_AMOUNTS)
    assert_same(
        without_ira_dates(case, expected["open_lots"], ("hp_date", "first_lt_date")),
        without_ira_dates(case, books["lots"], ("holding_period_date", "long_term_from")),
        LOT,
        LOT_AMOUNTS,
    )


@pytest.mark.parametrize("case", cases([c for c in own_cases() if sound(c)], "ledger"))
def test_own_ledger_case(case: Case, tmp_path: Path) -> None:
    assert_booked(case, tmp_path)


def assert_booked(case: Case, folder: Path) -> None:
    books = replayed(case, folder)
    assert_books(case, books)
    assert sorted(row["code"] for row in books["problems"]) == case["expected"]["problems"]


@pytest.mark.parametrize("case", cases([c for c in own_cases() if not sound(c)], "ledger"))
def test_own_case_that_is_refused(case: Case, tmp_path: Path) -> None:
    """What can't be booked is refused as a whole, and said in ``problems.csv`` alone."""
    assert_refused(case, tmp_path)


def assert_refused(case: Case, tmp_path: Path) -> None:
    with pytest.raises(DataError):
        replayed(case, tmp_path)
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["problems.csv"]
    problems = read_csv(tmp_path / "out" / "problems.csv")
    errors = [row["code"] for row in problems if row["severity"] == "error"]
    assert errors == case["expected"]["errors"]


AUDITED = [c for c in own_cases() if sound(c) and c["id"] not in BEYOND_THE_AUDITOR]


@pytest.mark.parametrize("case", cases(AUDITED, "ledger"))
def test_the_auditor_reckons_own_cases_alike(case: Case) -> None:
    """The second engine, written from the rules alone, has the same result."""
    assert_audited(case)


def assert_audited(case: Case) -> None:
    book = Book(
        account_cells(case),
        transaction_cells(case),
        security_cells(case),
        case["substantially_identical"],
        case["policy"],
        case["as_of"],
    )
    found = audit(book)
    assert found.residual == 0
    expected = case["expected"]
    assert_same(expected["realized"], found.realized, PIECE | same("status"), PIECE_AMOUNTS)
    assert_same(expected["open_lots"], found.lots, LOT | same("replacement"), LOT_AMOUNTS)
    assert_same(expected["wash_sales"], found.wash_sales, MATCH, MATCH_AMOUNTS)


@pytest.mark.parametrize("case", cases(official_cases() + own_cases(), "holding_period"))
def test_holding_period_case(case: Case, tmp_path: Path) -> None:
    """26 USC 1222: two shares bought and one sold, so that term and first long-term day show."""
    acquired, sold = case["input"]["acquired"], case["input"]["sold"]
    buy = {"id": "buy", "date": acquired, "action": "BUY", "qty": "2", "price": "10"}
    sell = {"id": "sell", "date": sold, "action": "SELL", "qty": "1", "price": "11"}
    books = replayed(book_of([buy, sell]), tmp_path)
    expected = case["expected"]
    assert [row["term"] for row in books["realized"]] == [expected["term"]]
    assert [row["long_term_from"] for row in books["lots"]] == [expected["first_lt_date"]]
    start = date.fromisoformat(books["lots"][0]["holding_period_date"]) + timedelta(days=1)
    assert start.isoformat() == expected["hp_start"]


def gift_book(gift: Cells, sale_price: str) -> Case:
    gift |= {"id": "gift", "date": "2024-03-01", "action": "GIFT_IN", "qty": "100"}
    sale = {"id": "sale", "date": "2024-06-03", "action": "SELL", "qty": "100"}
    return book_of([gift | {"acquired_date": "2020-01-15"}, sale | {"amount": sale_price}])


GIFTS = of_kind(official_cases(), "gift_basis")


@pytest.mark.parametrize("case", cases([c for c in GIFTS if "gain" in c["expected"]], "gift_basis"))
def test_gift_case(case: Case, tmp_path: Path) -> None:
    """Treas. Reg. 1.1015-1: a basis for gain, another for loss, neither between them."""
    given = case["input"]
    gift = {"cost_basis": given["donor_basis"], "fmv": given["fmv_at_gift"]}
    books = replayed(gift_book(gift, given["sale_price"]), tmp_path)
    assert [row["gain"] for row in books["realized"]] == [case["expected"]["gain"]]


@pytest.mark.parametrize(
    "case", cases([c for c in GIFTS if "gift_tax_paid" in c["input"]], "gift_basis")
)
def test_gift_tax_on_the_appreciation_joins_the_basis(case: Case, tmp_path: Path) -> None:
    """26 USC 1015(d)(6): the tax times the net appreciation over the taxable gift.

    The donor reckons that share on the gift tax return; the journal takes it as
    ``basis_increase``, here by the exact ratio (the publication rounds it to 0.97).
    """
    given = {name: Fraction(cell) for name, cell in case["input"].items()}
    ratio = (given["fmv"] - given["donor_basis"]) / (given["fmv"] - given["annual_exclusion"])
    increase = floor(given["gift_tax_paid"] * ratio * 100 + Fraction(1, 2))
    gift = {"cost_basis": case["input"]["donor_basis"], "fmv": case["input"]["fmv"]}
    gift["basis_increase"] = f"{increase // 100}.{increase % 100:02d}"
    books = replayed(gift_book(gift, "50000.00"), tmp_path)
    assert [row["cost_basis"] for row in books["realized"]] == [case["expected"]["basis_exact"]]


@pytest.mark.parametrize("case", cases(official_cases(), "form_8949"))
def test_form_8949_case(case: Case) -> None:
    """Columns (d) to (h) of a sale whose basis Form 1099-B has wrong."""
    given, expected = case["input"], case["expected"]
    names = ("proceeds", "broker_basis", "correct_basis")
    amounts = [round(100 * Fraction(given[name])) for name in names]
    form = corrected_row(*amounts, is_basis_reported=given["basis_reported"])
    found = (form.proceeds_cents, form.basis_cents, form.adjustment_cents, form.gain_cents)
    assert [dollars(one or 0) for one in found] == [expected[name] for name in "degh"]
    assert form.codes == expected["f"]


def test_every_case_is_of_a_kind_that_passes() -> None:
    assert {case["kind"] for case in official_cases() + own_cases()} <= PASSED_KINDS


def by_command(case: Case, folder: Path) -> subprocess.CompletedProcess[str]:
    book = write_book(case, folder / "book")
    command = [sys.executable, "-m", "taxlots", "replay", str(book), "--out", str(folder / "out")]
    command += ["--as-of", case["as_of"]] if "as_of" in case else []
    return subprocess.run(command, cwd=ROOT, capture_output=True, check=False, text=True)


def case_of(name: str) -> Case:
    return next(case for case in official_cases() + own_cases() if case["id"] == name)


@pytest.mark.parametrize("name", ["WM-008", "WT-018"])
def test_own_case_by_the_command(name: str, tmp_path: Path) -> None:
    ran = by_command(case_of(name), tmp_path)
    assert ran.returncode == 0, ran.stderr
    assert_books(case_of(name), results_in(tmp_path / "out"))


@pytest.mark.parametrize("name", ["WS-002", "WS-012"])
def test_official_case_by_the_command(name: str, tmp_path: Path) -> None:
    ran = by_command(case_of(name), tmp_path)
    assert ran.returncode == 0, ran.stderr
    books = results_in(tmp_path / "out")
    assert_same(case_of(name)["expected"]["realized"], books["realized"], PIECE, PIECE_AMOUNTS)


def test_a_refused_case_by_the_command_exits_with_1_and_tells(tmp_path: Path) -> None:
    ran = by_command(case_of("LR-027"), tmp_path)
    assert ran.returncode == 1
    assert "OVERSOLD" in ran.stderr
    assert "Traceback" not in ran.stderr
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["problems.csv"]
