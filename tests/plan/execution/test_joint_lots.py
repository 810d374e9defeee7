"""Lots of a whole schedule at once: what is cheaper later waits, and nothing is dearer."""

from datetime import date
from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.cases import Cells, write_book
from tests.official_books import book_of

from taxlots.book.booking import Books
from taxlots.book.standing import open_lots
from taxlots.domain.calendar import day_of
from taxlots.domain.money import SHARE
from taxlots.domain.tax_profile import TaxProfile
from taxlots.market_data.calendars import settlement_day
from taxlots.plan.execution.joint_lots import JointTerms, jointly_chosen
from taxlots.plan.execution.lots_by_tranche import StaggeredSale, Tranche, lots_by_tranche
from taxlots.plan.selection import SaleRequest, Selection
from taxlots.plan.tax_optimal import tax_optimal
from taxlots.plan.year_tax import year_tax
from taxlots.workflows.replay import replay

AS_OF = date(2025, 6, 10)
DAYS = [day_of(date(2025, 6, day)) for day in (10, 11, 12, 13)]
RATES = year_tax(TaxProfile(tax_return="r", year=2025, short_rate=400_000, long_rate=200_000), None)
ROWS: list[Cells] = [
    {"id": "old", "date": "2022-03-01", "account": "A1", "action": "BUY", "qty": "40"}
    | {"price": "20"},
    {"id": "young", "date": "2024-06-12", "account": "A1", "action": "BUY", "qty": "60"}
    | {"price": "30"},
]
TERMS = JointTerms(
    years={} if RATES is None else {2025: RATES},
    tax_of=lambda _: RATES,
    settlement=settlement_day,
)
UNITS = 10 * SHARE


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> Books:
    """An old lot and one that turns long-term on 13 June, both at a gain."""
    folder = tmp_path_factory.mktemp("joint") / "book"
    accounts = [{"id": "A1", "type": "taxable", "owner": "self"}]
    return replay(str(write_book(book_of(ROWS, accounts=accounts), folder)), as_of=AS_OF)


def alone(books: Books, tranches: list[Tranche]) -> StaggeredSale:
    """Each tranche the cheapest by itself."""

    def choose(moved: Books, request: SaleRequest) -> Selection | None:
        assert RATES is not None
        return tax_optimal(moved, request, settlement_day, RATES)

    found, problems = lots_by_tranche(books, "A1", "X", tranches, choose, settlement_day)
    assert found is not None, problems
    return found


def tranches_of(tens: list[int], price: int) -> list[Tranche]:
    return [
        Tranche(day=day, quantity=count * UNITS, price=price * SHARE)
        for day, count in zip(DAYS, tens, strict=True)
    ]


def named(sale: StaggeredSale) -> list[set[str]]:
    return [set(one.selection.lots.split(";")) for one in sale.sales]


def test_a_lot_that_is_cheaper_later_waits_though_it_is_the_cheapest_today(books: Books) -> None:
    """At 38 the young lot costs 3.20 a share until June 12 and 1.60 then, the old one 3.60 always.

    30 shares on June 10 and 60 on June 13: by itself the first tranche takes 30 of the young lot,
    at 3.20; together it takes 30 of the old one, so that all of the young one waits.
    """
    tranches = tranches_of([3, 0, 0, 6], 38)
    greedy = alone(books, tranches)
    both = jointly_chosen(books, open_lots(books), tranches, greedy, TERMS)
    assert named(greedy) == [{"young:30"}, {"young:30", "old:30"}]
    assert named(both) == [{"old:30"}, {"young:60"}]
    assert greedy.cost_cents == 30 * 3_20 + 30 * 1_60 + 30 * 3_60
    assert both.cost_cents == 30 * 3_60 + 60 * 1_60


@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(first=st.integers(0, 4), last=st.integers(0, 5), price=st.integers(31, 44))
def test_no_other_choice_in_tens_costs_less(
    books: Books, first: int, last: int, price: int
) -> None:
    """Every way to name lots in tens on two days: none is cheaper at constant rates."""
    tranches = tranches_of([first, 0, 0, last], price)
    if not first + last:
        return
    greedy = alone(books, tranches)
    both = jointly_chosen(books, open_lots(books), tranches, greedy, TERMS)
    assert both.cost_cents is not None
    assert greedy.cost_cents is not None
    assert both.cost_cents <= greedy.cost_cents
    assert both.cost_cents == min(by_hand(first, last, price))


def by_hand(first: int, last: int, price: int) -> list[int]:
    """What every choice in tens costs: 40 % of short-term and 20 % of long-term gains."""
    held = {"old": (4, 20, 20, 20), "young": (6, 30, 40, 20)}
    costs = []
    for one in product(*(range(count + 1) for count, *_ in held.values())):
        for two in product(*(range(count + 1) for count, *_ in held.values())):
            together = [a + b for a, b in zip(one, two, strict=True)]
            fits = all(n <= held[name][0] for n, name in zip(together, held, strict=True))
            if sum(one) == first and sum(two) == last and fits:
                costs.append(
                    sum(
                        10 * (price - basis) * (a * early + b * late)
                        for a, b, (_, basis, early, late) in zip(
                            one, two, held.values(), strict=True
                        )
                    )
                )
    return costs
