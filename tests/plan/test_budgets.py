"""Budgets of gains, which refuse, and of tax, which warn."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.plan.test_tax_cost import LATER, reckoned, single

from taxlots.plan.budgets import (
    Budget,
    BudgetCheck,
    Fit,
    GainSale,
    Prorated,
    check_budget,
    from_mapping,
)
from taxlots.plan.year_tax import RatedYear

RATES = RatedYear(short_ppm=400_000, long_ppm=200_000, later=LATER)
JUNE = date(2025, 6, 30)


def check(
    budget: Budget,
    *gains: tuple[int, int],
    realized: tuple[int, int] = (0, 0),
    as_of: date = JUNE,
    holdings: int = 100_000,
) -> BudgetCheck:
    """Gains are short-term and long-term, everything in dollars."""
    sales = [
        GainSale(name=f"s{place}", short_cents=short * 100, long_cents=long * 100)
        for place, (short, long) in enumerate(gains)
    ]
    return check_budget(
        budget,
        sales,
        RATES,
        realized_cents=(realized[0] * 100, realized[1] * 100),
        holdings_cents=holdings * 100,
        as_of=as_of,
    )


def fits(found: BudgetCheck) -> list[str]:
    return [one.fit.value for one in found.sales]


def test_a_gain_budget_refuses_what_goes_beyond_it_and_takes_what_fits_after() -> None:
    found = check(Budget(gain_cents=10_000_00), (0, 6_000), (0, 5_000), (0, 4_000))
    assert fits(found) == ["fits", "refused", "fits"]
    assert found.sales[1].over == {"gain": 1_000_00}


def test_each_term_has_its_own_budget() -> None:
    budget = Budget(short_gain_cents=0, long_gain_cents=8_000_00)
    found = check(budget, (100, 0), (0, 8_000), (0, 1))
    assert [dict(one.over) for one in found.sales] == [
        {"short_gain": 100_00},
        {},
        {"long_gain": 1_00},
    ]


def test_what_the_year_has_realized_counts_and_losses_make_room() -> None:
    budget = Budget(gain_cents=10_000_00)
    assert fits(check(budget, (0, 5_000), realized=(0, 6_000))) == ["refused"]
    assert fits(check(budget, (0, 5_000), realized=(-1_000, 6_000))) == ["fits"]
    assert fits(check(budget, (-2_000, 0), (0, 5_000), realized=(0, 6_000))) == ["fits", "fits"]
    assert fits(check(budget, (-2_000, 0), realized=(0, 60_000))) == ["fits"]


def test_a_tax_budget_only_warns() -> None:
    """1,000 by the year: 20 % of 4,000 fit, 20 % of 2,000 more are 200 beyond it."""
    found = check(Budget(tax_cents=1_000_00), (0, 4_000), (0, 2_000))
    assert fits(found) == ["fits", "over_tax"]
    assert (found.sales[1].tax_cents, found.sales[1].over) == (400_00, {"tax": 200_00})


@pytest.mark.parametrize(
    ("rhythm", "month", "released"),
    [
        ("annual", 1, 1_200),
        ("semiannual", 6, 600),
        ("semiannual", 7, 1_200),
        ("quarterly", 3, 300),
        ("quarterly", 4, 600),
        ("quarterly", 12, 1_200),
        ("monthly", 1, 100),
        ("monthly", 6, 600),
    ],
)
def test_a_tax_budget_is_released_over_the_year(rhythm: str, month: int, released: int) -> None:
    budget = Budget(tax_cents=1_200_00, prorated=Prorated(rhythm))
    found = check(budget, as_of=date(2025, month, 28))
    assert (found.tax_by_cents, found.tax_year_cents) == (released * 100, 1_200_00)


def test_a_tax_budget_may_be_a_part_of_the_holdings() -> None:
    """Half a percent of 100,000; of two budgets the smaller one holds."""
    assert check(Budget(tax_ppm=5_000)).tax_by_cents == 500_00
    assert check(Budget(tax_ppm=5_000, tax_cents=300_00)).tax_by_cents == 300_00


def test_tax_on_what_is_realized_is_used() -> None:
    assert check(Budget(tax_cents=1), realized=(1_000, 2_000)).tax_used_cents == 800_00
    year = reckoned(single(150_000_00, long_cents=10_000_00))
    found = check_budget(
        Budget(tax_cents=1_600_00),
        [GainSale(name="s1", short_cents=0, long_cents=1_000_00)],
        year,
        realized_cents=(0, 10_000_00),
        holdings_cents=0,
        as_of=JUNE,
    )
    assert (found.tax_used_cents, found.sales[0].over) == (1_500_00, {"tax": 50_00})


@given(gains=st.lists(st.tuples(*[st.integers(-900, 900)] * 2), max_size=8))
def test_what_is_not_refused_keeps_to_the_budget(gains: list[tuple[int, int]]) -> None:
    found = check(Budget(gain_cents=500_00), *gains)
    total = 0
    for one in found.sales:
        more = one.sale.short_cents + one.sale.long_cents
        if one.fit is not Fit.REFUSED:
            total += more
            assert more <= 0 or total <= 500_00


def test_the_table_of_book_toml() -> None:
    budget, problems = from_mapping(
        {"gain": 10_000, "tax": "250.50", "tax_percent": 0.5, "prorated": "quarterly"}
    )
    assert not problems
    assert budget == Budget(
        gain_cents=10_000_00, tax_cents=250_50, tax_ppm=5_000, prorated=Prorated.QUARTERLY
    )
    assert budget.is_stated
    assert not Budget().is_stated


@pytest.mark.parametrize(
    ("table", "where", "code"),
    [
        ({"gains": 1}, "book.toml:rebalance.budget:gains", "UNKNOWN_KEY"),
        ({"gain": -1}, "book.toml:rebalance.budget:gain", "BAD_VALUE"),
        ({"tax_percent": "much"}, "book.toml:rebalance.budget:tax_percent", "BAD_VALUE"),
        ({"prorated": "weekly"}, "book.toml:rebalance.budget:prorated", "BAD_VALUE"),
    ],
)
def test_bad_settings_are_told(table: dict[str, Any], where: str, code: str) -> None:
    budget, (problem,) = from_mapping(table)
    assert (problem.where, problem.code, budget) == (where, code, Budget())
