"""TAX_OPTIMAL without wash sales: the least tax of every division, whatever the year holds."""

import random
from collections.abc import Iterator
from fractions import Fraction
from itertools import product

import pytest

from taxlots.domain.filing_status import FilingStatus
from taxlots.domain.money import SHARE
from taxlots.domain.tax_profile import TaxProfile
from taxlots.domain.tax_return import ReturnIncome
from taxlots.plan.least_tax import Part, least_tax
from taxlots.plan.year_tax import YearTax, year_tax

ROUNDED = 6
"""Cents by which the rounding of two returns may differ."""

POSITIONS = 5_000

DOLLARS = 100


def reckoned_year(rng: random.Random) -> YearTax:
    """A return of any status, with gains and losses before the sale."""
    income = ReturnIncome(
        year=rng.randint(2018, 2026),
        status=rng.choice(list(FilingStatus)),
        ordinary_income_cents=rng.randint(-10, 600) * 1_000 * DOLLARS,
        short_cents=rng.randint(-20, 20) * 1_000 * DOLLARS,
        long_cents=rng.randint(-20, 60) * 1_000 * DOLLARS,
    )
    year = year_tax(TaxProfile(tax_return="r", year=income.year), income)
    assert year is not None
    return year


def rated_year(rng: random.Random) -> YearTax:
    """A return whose profile states its rates."""
    long = rng.choice([0, 150_000, 188_000, 238_000])
    short = long + rng.choice([0, 100_000, 170_000])
    profile = TaxProfile(tax_return="r", year=2025, short_rate=short, long_rate=long)
    year = year_tax(profile, None)
    assert year is not None
    return year


def parts_of(rng: random.Random, most: int) -> list[Part]:
    return [
        Part(
            lot_id=f"L{place}",
            quantity=rng.randint(1, 4) * SHARE,
            unit_gain=Fraction(rng.randint(-60, 80) * 500 * DOLLARS, SHARE),
            is_long=rng.random() < 0.5,
        )
        for place in range(rng.randint(2, most))
    ]


def cost(year: YearTax, parts: list[Part], taken: tuple[int, ...]) -> int:
    """What a division costs, reckoned anew."""
    gains = [Fraction(0), Fraction(0)]
    for part, units in zip(parts, taken, strict=True):
        gains[part.is_long] += units * part.unit_gain
    short, long = map(int, gains)
    return year.this_year(short, long) + year.next_years(short, long)


def every_division(parts: list[Part], quantity: int) -> Iterator[tuple[int, ...]]:
    for taken in product(*(range(0, part.quantity + SHARE, SHARE) for part in parts)):
        if sum(taken) == quantity:
            yield taken


@pytest.mark.parametrize("seed", range(60))
def test_no_division_of_whole_shares_costs_less(seed: int) -> None:
    rng = random.Random(seed)  # noqa: S311
    year = reckoned_year(rng)
    parts = parts_of(rng, 5)
    quantity = rng.randint(1, sum(part.quantity for part in parts) // SHARE) * SHARE
    found = least_tax(parts, quantity, year)[0]
    assert sum(found.taken) == quantity
    least = min(cost(year, parts, taken) for taken in every_division(parts, quantity))
    assert abs(cost(year, parts, found.taken) - least) <= ROUNDED
    assert abs(found.cost_cents - least) <= ROUNDED


ORDERS = {
    "FIFO": lambda _: 0,
    "HIFO": lambda part: part.unit_gain,
    "LOFO": lambda part: -part.unit_gain,
    "LOSS_FIRST": lambda part: min(part.unit_gain, 0),
    "LONG_TERM_FIRST": lambda part: (not part.is_long, part.unit_gain),
}
BUCKETS = {
    "MINTAX": "S- L- S0 L0 L+ S+",
    "IBKR_MLG": "L+ L0 S+ S0 S- L-",
    "IBKR_MLL": "L- S- S0 S+ L0 L+",
    "IBKR_MSG": "S+ S0 L+ L0 L- S-",
    "IBKR_MSL": "S- L- L0 L+ S0 S+",
}
"""The published orders, parts standing in the order of acquisition: by bucket, then by gain."""

METHODS = ("LIFO", *ORDERS, *BUCKETS)


def bucket(part: Part) -> str:
    sign = "+" if part.unit_gain > 0 else "-" if part.unit_gain < 0 else "0"
    return ("L" if part.is_long else "S") + sign


def turn(part: Part, method: str) -> object:
    """What a method sorts a part by; those that want gains take the greatest first."""
    if method in BUCKETS:
        sign = -1 if method in ("IBKR_MLG", "IBKR_MSG") else 1
        return BUCKETS[method].index(bucket(part)), sign * part.unit_gain
    return ORDERS.get(method, ORDERS["FIFO"])(part)


def by_order(parts: list[Part], quantity: int, method: str) -> tuple[int, ...]:
    taken = [0] * len(parts)
    left = quantity
    order = range(len(parts) - 1, -1, -1) if method == "LIFO" else range(len(parts))
    for place in sorted(order, key=lambda at: turn(parts[at], method)):
        taken[place] = min(left, parts[place].quantity)
        left -= taken[place]
    return tuple(taken)


def test_it_beats_or_equals_every_method_on_5000_random_positions() -> None:
    rng = random.Random(20_240_101)  # noqa: S311
    for number in range(POSITIONS):
        year = reckoned_year(rng) if number % 10 == 0 else rated_year(rng)
        parts = parts_of(rng, 12)
        quantity = rng.randint(1, sum(part.quantity for part in parts))
        least = cost(year, parts, least_tax(parts, quantity, year)[0].taken)
        for method in METHODS:
            other = cost(year, parts, by_order(parts, quantity, method))
            assert least <= other + ROUNDED, (number, method)
