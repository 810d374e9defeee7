"""Lots chosen again per tranche: at its own price and date, long-term roll-over counted."""

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.cases import Cells, write_book
from tests.official_books import book_of

from taxlots.book.booking import Books
from taxlots.book.standing import open_lots
from taxlots.domain.calendar import day_of
from taxlots.domain.money import SHARE
from taxlots.domain.problem import UsageError
from taxlots.domain.tax_profile import TaxProfile
from taxlots.market_data.calendars import settlement_day
from taxlots.plan.execution.lots_by_tranche import (
    Chooser,
    StaggeredSale,
    Tranche,
    lots_by_tranche,
)
from taxlots.plan.execution.schedules import twap, whole_slices
from taxlots.plan.selection import SaleRequest, Selection, select
from taxlots.plan.tax_optimal import tax_optimal
from taxlots.plan.year_tax import year_tax
from taxlots.workflows.replay import replay

ROWS: list[Cells] = [
    {"id": "old", "date": "2022-03-01", "account": "A1", "action": "BUY", "qty": "40"}
    | {"price": "20"},
    {"id": "young", "date": "2024-06-12", "account": "A1", "action": "BUY", "qty": "60"}
    | {"price": "30"},
]
AS_OF = date(2025, 6, 10)
DAYS = [day_of(date(2025, 6, day)) for day in (10, 11, 12, 13)]
RATES = year_tax(TaxProfile(tax_return="r", year=2025, short_rate=400_000, long_rate=200_000), None)


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> Books:
    folder = tmp_path_factory.mktemp("staggered") / "book"
    accounts = [{"id": "A1", "type": "taxable", "owner": "self"}]
    return replay(str(write_book(book_of(ROWS, accounts=accounts), folder)), as_of=AS_OF)


def optimal(books: Books, request: SaleRequest) -> Selection | None:
    assert RATES is not None
    return tax_optimal(books, request, settlement_day, RATES)


def by_method(method: str) -> Chooser:
    def choose(books: Books, request: SaleRequest) -> Selection | None:
        return select(books, request, settlement_day, RATES, method=method)[0]

    return choose


def sold(books: Books, slices: list[int], prices: list[int], choose: Chooser) -> StaggeredSale:
    tranches = [
        Tranche(day=day, quantity=units, price=price * SHARE)
        for day, units, price in zip(DAYS, slices, prices, strict=True)
    ]
    found, problems = lots_by_tranche(books, "A1", "X", tranches, choose, settlement_day)
    assert found is not None, problems
    return found


def test_a_lot_that_turns_long_term_mid_schedule_is_taxed_so_in_the_later_tranches(
    books: Books,
) -> None:
    """80 shares at 50 in four days, last bought first: the young lot is long-term on June 13.

    Three tranches of 20 by LIFO sell it short-term at a gain of 20 a share; were it kept until
    June 13, it would be taxed at half the rate.
    """
    slices = list(whole_slices(twap(4), 80 * SHARE, SHARE))
    found = sold(books, slices, [50] * 4, by_method("LIFO"))
    assert [one.is_long for one in found.outcomes] == [False, False, False, True]
    assert found.rolled_over == ()
    assert found.cost_cents == 3 * 20 * 20_00 * 40 // 100 + 20 * 30_00 * 20 // 100


def test_each_tranche_chooses_anew(books: Books) -> None:
    """At 50 the old lot costs 6 a share, the young one 8 until June 12 and 4 from June 13.

    So the old lot is sold first while it lasts, and the young one on June 13.
    """
    found = sold(books, [20 * SHARE, 10 * SHARE, 0, 50 * SHARE], [50] * 4, optimal)
    assert [sale.selection.lots for sale in found.sales] == ["old:20", "old:10", "young:50"]
    assert sum(one.quantity for one in found.rolled_over) == 50 * SHARE
    assert found.cost_cents == 30 * 6_00 + 50 * 4_00


def test_each_tranche_has_its_own_price(books: Books) -> None:
    """At 25 the young lot is sold at a loss, at 50 the old one with the lesser tax."""
    found = sold(books, [10 * SHARE, 10 * SHARE, 0, 0], [50, 25, 25, 25], optimal)
    assert [sale.selection.lots for sale in found.sales] == ["old:10", "young:10"]
    assert [sale.gain_cents for sale in found.sales] == [300_00, -50_00]


def test_tranches_before_the_books_or_out_of_order_are_refused(books: Books) -> None:
    late, early = (Tranche(day=day, quantity=SHARE, price=SHARE) for day in (DAYS[1], DAYS[0]))
    with pytest.raises(UsageError, match="order of time"):
        lots_by_tranche(books, "A1", "X", [late, early], optimal, settlement_day)
    past = Tranche(day=DAYS[0] - 1, quantity=SHARE, price=SHARE)
    with pytest.raises(UsageError, match="before the books' day"):
        lots_by_tranche(books, "A1", "X", [past], optimal, settlement_day)


def test_more_than_is_held_is_a_problem_and_no_sale(books: Books) -> None:
    one = Tranche(day=DAYS[0], quantity=101 * SHARE, price=50 * SHARE)
    found, problems = lots_by_tranche(books, "A1", "X", [one], by_method("FIFO"), settlement_day)
    assert found is None
    assert problems == []


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.integers(0, 25), min_size=4, max_size=4),
    st.lists(st.integers(10, 60), min_size=4, max_size=4),
    st.sampled_from(["FIFO", "LIFO", "HIFO", "MINTAX"]),
)
def test_tranches_sell_what_they_are_told_and_leave_the_books_alone(
    books: Books, counts: list[int], prices: list[int], method: str
) -> None:
    before = open_lots(books)
    found = sold(books, [count * SHARE for count in counts], prices, by_method(method))
    assert open_lots(books) == before
    assert sum(one.quantity for one in found.outcomes) == sum(counts) * SHARE
    proceeds = sum(one.proceeds_cents for one in found.outcomes)
    assert proceeds == sum(c * p * 100 for c, p in zip(counts, prices, strict=True))
