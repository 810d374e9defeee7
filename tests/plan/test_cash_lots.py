"""Cash from lots: each class raises what it is over target, and all lots together cost least."""

import random
from collections.abc import Mapping
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.plan.test_least_tax import ROUNDED, rated_year, reckoned_year
from tests.plan.test_tax_cost import LATER

from taxlots.plan.cash_lots import CashPart, cost_cents, lots_for_cash
from taxlots.plan.year_tax import RatedYear, YearTax

RATES = RatedYear(short_ppm=400_000, long_ppm=200_000, later=LATER)


def part(
    lot_id: str, value: int, gain: int, *, sleeve: str = "us", long: bool = True, of: str = "r"
) -> CashPart:
    """Value and gain in dollars."""
    return CashPart(
        account="main",
        symbol="ABC",
        lot_id=lot_id,
        sleeve=sleeve,
        tax_return=of,
        value_cents=value * 100,
        gain_ratio=Fraction(gain, value),
        is_long=long,
    )


def test_the_lot_of_least_tax_a_dollar_goes_first() -> None:
    """1,000 of value each: 20 % of a gain of 300 is 60, 40 % of 200 is 80, a loss saves."""
    parts = [part("long", 1000, 300), part("short", 1000, 200, long=False), part("loss", 100, -50)]
    assert lots_for_cash(parts, {"us": 600_00}, {"r": RATES}) == [500_00, 0, 100_00]


def test_each_class_raises_its_own_need() -> None:
    parts = [part("dear", 1000, 500), part("bond", 1000, 0, sleeve="bonds")]
    assert lots_for_cash(parts, {"us": 100_00, "bonds": 50_00}, {"r": RATES}) == [100_00, 50_00]


def test_without_a_known_tax_the_least_gain_is_sold() -> None:
    parts = [part("much", 1000, 500), part("little", 1000, 100, long=False)]
    assert lots_for_cash(parts, {"us": 100_00}, {}) == [0, 100_00]


def test_the_return_on_which_it_costs_less_sells() -> None:
    cheap = RatedYear(short_ppm=100_000, long_ppm=0, later=LATER)
    parts = [part("own", 1000, 500), part("spouse", 1000, 500, of="s")]
    assert lots_for_cash(parts, {"us": 100_00}, {"r": RATES, "s": cheap}) == [0, 100_00]


def least_by_search(
    parts: list[CashPart], needs: Mapping[str, int], years: Mapping[str, YearTax], step: int
) -> Fraction:
    """Every division in steps."""
    ranges = [range(0, one.value_cents + 1, step) for one in parts]
    fits = (
        taken
        for taken in product(*ranges)
        if all(
            sum(c for one, c in zip(parts, taken, strict=True) if one.sleeve == name) == need
            for name, need in needs.items()
        )
    )
    return min(cost_cents(parts, taken, years) for taken in fits)


@pytest.mark.parametrize("seed", range(40))
def test_no_division_in_steps_costs_less(seed: int) -> None:
    """Two classes, lots of both terms, gains and losses, any return."""
    rng = random.Random(seed)  # noqa: S311 (a plan, no secret)
    year = rated_year(rng) if seed % 4 == 0 else reckoned_year(rng)
    unit = 5_000
    parts = [
        part(
            f"L{i}",
            unit * rng.randint(1, 3),
            unit * rng.randint(-2, 2) // 2,
            sleeve=sleeve,
            long=rng.random() < 0.5,
        )
        for i, sleeve in enumerate(["us", "us", "us", "bonds", "bonds"])
    ]
    needs = {}
    for name in ("us", "bonds"):
        whole = sum(one.value_cents for one in parts if one.sleeve == name) // (unit * 100)
        needs[name] = rng.randint(0, whole) * unit * 100
    found = lots_for_cash(parts, needs, {"r": year})
    for name, need in needs.items():
        raised = sum(c for one, c in zip(parts, found, strict=True) if one.sleeve == name)
        assert raised == need
    cost = cost_cents(parts, found, {"r": year})
    assert cost <= least_by_search(parts, needs, {"r": year}, unit * 100) + ROUNDED


def test_many_classes_are_divided_by_rates_no_worse_than_by_gain_alone() -> None:
    """Sixty classes of three lots each, on a return reckoned by law."""
    rng = random.Random(7)  # noqa: S311 (a plan, no secret)
    year = reckoned_year(rng)
    parts = [
        part(f"L{n}-{j}", 1_000, rng.randint(-400, 600), sleeve=f"K{n}", long=rng.random() < 0.6)
        for n in range(60)
        for j in range(3)
    ]
    needs = {f"K{n}": rng.randint(0, 3_000_00) for n in range(60)}
    found = lots_for_cash(parts, needs, {"r": year})
    for name, need in needs.items():
        assert need == sum(c for one, c in zip(parts, found, strict=True) if one.sleeve == name)
    by_gain = lots_for_cash(parts, needs, {})
    years = {"r": year}
    assert cost_cents(parts, found, years) <= cost_cents(parts, by_gain, years)


GAINS = st.integers(-40, 90)


@st.composite
def sales(draw: st.DrawFn, gains: st.SearchStrategy[int] = GAINS) -> list[tuple[CashPart, int]]:
    """Lots of two classes on two returns, in hundreds of dollars, and cents that are sold of each.

    The gains are percents of the value.
    """
    found = []
    for place in range(draw(st.integers(1, 6))):
        value = 100 * draw(st.integers(1, 400))
        one = part(
            f"L{place}",
            value,
            value * draw(gains) // 100,
            sleeve=draw(st.sampled_from(["us", "bonds"])),
            long=draw(st.booleans()),
            of=draw(st.sampled_from(["r", "s"])),
        )
        found.append((one, draw(st.integers(0, one.value_cents))))
    return found


RETURNS = st.builds(
    lambda short, gap: RatedYear(short_ppm=short + gap, long_ppm=short, later=LATER),
    st.integers(0, 240_000),
    st.integers(0, 170_000),
)
YEARS = st.fixed_dictionaries({"r": RETURNS, "s": RETURNS})


def needs_of(sold: list[tuple[CashPart, int]]) -> dict[str, int]:
    needs = {"us": 0, "bonds": 0}
    for one, cents in sold:
        needs[one.sleeve] += cents
    return needs


@settings(max_examples=60)
@given(sales(), YEARS)
def test_needs_are_raised_to_the_cent_at_no_more_tax_than_by_any_other_sale(
    other: list[tuple[CashPart, int]], years: dict[str, YearTax]
) -> None:
    """Any other sale that raises the same of each class costs as much, but for rounding."""
    parts, needs = [one for one, _ in other], needs_of(other)
    found = lots_for_cash(parts, needs, years)
    assert all(0 <= cents <= one.value_cents for one, cents in zip(parts, found, strict=True))
    assert needs_of(list(zip(parts, found, strict=True))) == needs
    theirs = cost_cents(parts, [cents for _, cents in other], years)
    assert cost_cents(parts, found, years) <= theirs + 2 * ROUNDED


@settings(max_examples=60)
@given(sales(st.integers(0, 90)), YEARS, st.floats(0, 1))
def test_of_gains_less_never_costs_more(
    whole: list[tuple[CashPart, int]], years: dict[str, YearTax], share: float
) -> None:
    """Without a loss to take, a part of each need costs at most what the whole of it costs."""
    parts, needs = [one for one, _ in whole], needs_of(whole)
    less = {name: int(share * cents) for name, cents in needs.items()}
    cheaper = cost_cents(parts, lots_for_cash(parts, less, years), years)
    assert cheaper <= cost_cents(parts, lots_for_cash(parts, needs, years), years) + 2 * ROUNDED
