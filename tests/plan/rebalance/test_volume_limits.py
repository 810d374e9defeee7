"""Limits by volume: what all accounts trade of a security at one look."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from taxlots.domain.account import Account, AccountKind
from taxlots.domain.money import SHARE
from taxlots.plan.rebalance.positions import PlannedLot, Position
from taxlots.plan.rebalance.volume_limits import (
    household_limits,
    left_for_later,
    volume_limits,
    within_volume,
)

DOLLAR = 10**8
NAV = 10_000_000


def position(account: str, symbol: str, shares: int, forced_cents: int = 0) -> Position:
    lot = PlannedLot(
        lot_id=f"{account}{symbol}",
        acquired=date(2020, 1, 2),
        quantity=shares * SHARE,
        value_cents=shares * 1000,
        gain_cents=0,
        is_long=True,
    )
    return Position(
        account=Account(
            id=account, kind=AccountKind.TAXABLE, household="h", owner="self", tax_return="h"
        ),
        symbol=symbol,
        price=10 * DOLLAR,
        multiplier=1,
        lots=(lot,) if shares else (),
        forced_cents=forced_cents,
    )


HELD = (position("a", "X", 400), position("b", "X", 100), position("a", "Y", 50))


def test_a_tenth_of_the_volume_is_traded_of_what_is_known_and_small() -> None:
    """X trades 1,005 shares a day, Y so much that nobody here can reach it."""
    volumes = {"X": 1005 * SHARE, "Y": 10**9 * SHARE}
    (limit,) = volume_limits(HELD, volumes, 0.1, NAV)
    assert (limit.symbol, limit.units, limit.cents) == ("X", 100 * SHARE, 100_000)
    kept = within_volume(HELD, (limit,))
    assert [one.most_sold_cents for one in kept] == [100_000, 100_000, None]
    (row,) = household_limits(HELD, (limit,), NAV)
    assert (round(row.least, 6), round(row.most, 6)) == (0.04, 0.06)


def test_what_people_force_is_left_free() -> None:
    held = (position("a", "X", 400, forced_cents=-300_000), position("b", "X", 100))
    limits = volume_limits(held, {"X": 1000 * SHARE}, 0.1, NAV)
    assert within_volume(held, limits)[0].most_sold_cents is None
    assert not list(household_limits(held, limits, NAV))


def test_what_is_left_is_told_in_looks() -> None:
    limits = volume_limits(HELD, {"X": 1000 * SHARE}, 0.1, NAV)
    (said,) = left_for_later(limits, {"X": -100_000}, {"X": -350_000}, days=1)
    assert said == (
        "X: 100 shares are traded at most, by its volume of 1 day: 2500.00 more towards its target"
        " take 3 looks like this"
    )
    assert not list(left_for_later(limits, {"X": -50_000}, {"X": -350_000}, days=1))
    assert not list(left_for_later(limits, {"X": 100_000}, {"X": -350_000}, days=1))


@given(volume=st.integers(1, 10**6), percent=st.integers(1, 100))
def test_a_limit_is_never_more_than_its_part_of_the_volume(volume: int, percent: int) -> None:
    for limit in volume_limits(HELD, {"X": volume * SHARE}, percent / 100, NAV):
        assert limit.units * 100 <= volume * percent * SHARE + 1
        assert limit.units % SHARE == 0
