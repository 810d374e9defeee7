"""TAX_OPTIMAL as it would be booked: no choice of lots costs less, wash sales included."""

import random
from itertools import product
from pathlib import Path

import pytest
from tests.cases import Cells, write_book
from tests.official_books import book_of

from taxlots.book.booking import Books
from taxlots.domain.filing_status import FilingStatus
from taxlots.domain.money import SHARE
from taxlots.domain.tax_profile import TaxProfile
from taxlots.domain.tax_return import ReturnIncome
from taxlots.market_data.calendars import settlement_day
from taxlots.plan.selection import SaleRequest, select
from taxlots.plan.tax_optimal import TRIED_METHODS, tax_optimal
from taxlots.plan.year_tax import YearTax, year_tax
from taxlots.workflows.replay import replay

DAY = "2025-06-30"
PROFILE = TaxProfile(tax_return="r", year=2025, short_rate=370_000, long_rate=200_000)
INCOME = ReturnIncome(
    year=2025, status=FilingStatus.SINGLE, ordinary_income_cents=60_000_00, long_cents=-1_000_00
)
OLD_DAYS = ("2022-03-01", "2023-08-15", "2024-05-06", "2024-11-20", "2025-01-15")
NEAR_DAYS = ("2025-06-02", "2025-06-10", "2025-06-20")
ROUNDED = 3


def year_of(profile: TaxProfile, income: ReturnIncome | None) -> YearTax:
    year = year_tax(profile, income)
    assert year is not None
    return year


RATED = year_of(PROFILE, None)
RECKONED = year_of(TaxProfile(tax_return="r", year=2025), INCOME)


def random_rows(rng: random.Random) -> list[Cells]:
    """Purchases of X in a taxable account and an IRA, some of them in the window of the sale."""
    days = sorted(
        rng.sample(OLD_DAYS, rng.randint(1, 3)) + rng.sample(NEAR_DAYS, rng.randint(0, 2))
    )
    rows = []
    for place, day in enumerate(days):
        account = "IRA" if day in NEAR_DAYS and rng.random() < 0.3 else "A1"
        rows.append(
            {
                "id": f"t{place}",
                "date": day,
                "account": account,
                "action": "BUY",
                "qty": str(rng.randint(1, 3)),
                "price": str(rng.choice([700, 900, 1_000, 1_040, 1_300, 1_900])),
            }
        )
    return rows


def booked(rows: list[Cells], folder: Path) -> Books:
    accounts = [
        {"id": "A1", "type": "taxable", "owner": "self"},
        {"id": "IRA", "type": "ira", "owner": "self"},
    ]
    return replay(str(write_book(book_of(rows, accounts=accounts), folder)), as_of=None)


def held(rows: list[Cells]) -> dict[str, int]:
    return {row["id"]: int(row["qty"]) for row in rows if row["account"] == "A1"}


def least_by_brute_force(
    books: Books, request: SaleRequest, lots: dict[str, int], year: YearTax
) -> int:
    """The cost of the cheapest of all choices of whole shares, each booked."""
    costs = []
    for taken in product(*(range(units + 1) for units in lots.values())):
        if sum(taken) * SHARE != request.quantity:
            continue
        picks = zip(lots, taken, strict=True)
        named = ";".join(f"{lot}:{units}" for lot, units in picks if units)
        found, problems = select(books, request, settlement_day, year, lots=named)
        assert found is not None, problems
        assert found.cost_cents is not None
        costs.append(found.cost_cents)
    return min(costs)


@pytest.mark.parametrize("year", [RATED, RECKONED], ids=["rated", "reckoned"])
@pytest.mark.parametrize("seed", range(12))
def test_it_equals_brute_force_with_replacement_shares_about(
    seed: int, year: YearTax, tmp_path: Path
) -> None:
    rng = random.Random(seed)  # noqa: S311
    rows = random_rows(rng)
    lots = held(rows)
    last = {"id": "none", "date": DAY, "account": "A1", "action": "DIVIDEND", "amount": "1.00"}
    books = booked([*rows, last], tmp_path / "book")
    quantity = rng.randint(1, sum(lots.values())) * SHARE
    request = SaleRequest(account="A1", symbol="X", quantity=quantity, price=1_000 * SHARE, day=DAY)
    found = tax_optimal(books, request, settlement_day, year)
    assert found is not None
    assert found.cost_cents is not None
    assert found.bound_cents is not None
    least = least_by_brute_force(books, request, lots, year)
    assert found.cost_cents <= least + ROUNDED
    assert found.bound_cents <= least
    for method in TRIED_METHODS:
        other, _ = select(books, request, settlement_day, year, method=method)
        assert other is not None
        assert other.cost_cents is not None
        assert found.cost_cents <= other.cost_cents + ROUNDED, method


def test_mintax_realizes_a_long_gain_where_a_small_short_gain_costs_less(tmp_path: Path) -> None:
    """The published order passes over 10 dollars of short gain and takes 100,000 of long gain."""
    rows: list[Cells] = [
        {"id": "old", "date": "2020-01-02", "action": "BUY", "qty": "100", "price": "100"},
        {"id": "new", "date": "2025-01-15", "action": "BUY", "qty": "100", "price": "1099.90"},
        {"id": "none", "date": DAY, "action": "DIVIDEND", "amount": "1.00"},
    ]
    books = booked([{"account": "A1"} | row for row in rows], tmp_path / "book")
    request = SaleRequest(
        account="A1", symbol="X", quantity=100 * SHARE, price=1_100 * SHARE, day=DAY
    )
    by_bucket, _ = select(books, request, settlement_day, RATED, method="MINTAX")
    least = tax_optimal(books, request, settlement_day, RATED)
    assert by_bucket is not None
    assert least is not None
    assert (by_bucket.lots, by_bucket.cost_cents) == ("old:100", 20_000_00)
    assert (least.lots, least.cost_cents) == ("new:100", 3_70)
