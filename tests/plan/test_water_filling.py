"""Water-filling: a flow goes to what is most under target, to the cent, over all accounts."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from taxlots.domain.problem import UsageError
from taxlots.plan.account_filling import Basins, fill_accounts
from taxlots.plan.water_filling import drain, fill

CENTS = st.integers(0, 10**9)


def test_a_contribution_lifts_the_lowest_basin_first() -> None:
    """Targets 50/30/20 of 1,100 after 100 came: 550, 330, 220.

    Held are 500, 250, 250: the third is above 220 and gets nothing.  The first two then share
    850 by 50 to 30: 531.25 and 318.75.
    """
    assert fill([500_00, 250_00, 250_00], [50, 30, 20], 100_00) == [31_25, 68_75, 0]


def test_a_withdrawal_lowers_the_highest_basin_first() -> None:
    """Held 500, 250, 250 at targets 50/30/20; 100 leave 900: 450, 270, 180.

    The second is below 270 and gives nothing.  The others share 650 by 50 to 20: 464.29, 185.71.
    """
    held = [500_00, 250_00, 250_00]
    assert drain(held, [50, 30, 20], 100_00, held) == [35_71, 0, 64_29]


def test_what_has_no_target_is_sold_first() -> None:
    assert drain([100_00, 900_00], [0, 100], 150_00, [100_00, 900_00]) == [100_00, 50_00]


def test_a_blocked_name_gets_nothing_and_a_full_one_no_more_than_its_room() -> None:
    assert fill([0, 0, 0], [1, 1, 1], 90, [0, None, 30]) == [0, 60, 30]


def test_what_finds_no_room_is_left() -> None:
    assert fill([0, 0], [1, 1], 100, [10, 20]) == [10, 20]
    assert drain([10, 20], [1, 1], 100, [10, 20]) == [10, 20]


def test_negative_amounts_are_refused() -> None:
    with pytest.raises(UsageError):
        fill([0], [1], -1)
    with pytest.raises(UsageError):
        drain([0], [-1], 1, [0])


@st.composite
def basins(draw: st.DrawFn) -> tuple[list[int], list[int], list[int | None]]:
    size = draw(st.integers(1, 12))
    held = draw(st.lists(CENTS, min_size=size, max_size=size))
    weights = draw(st.lists(st.integers(0, 10**8), min_size=size, max_size=size))
    room = st.one_of(st.none(), st.just(0), CENTS)
    return held, weights, draw(st.lists(room, min_size=size, max_size=size))


@settings(max_examples=200, deadline=None)
@given(basins(), CENTS)
def test_a_filling_sums_to_the_flow_and_levels_what_it_reaches(
    names: tuple[list[int], list[int], list[int | None]], flow: int
) -> None:
    """Its optimality conditions: nobody gets a cent while another with room stands lower."""
    held, weights, rooms = names
    got = fill(held, weights, flow, rooms)
    most = [0 if not w else 10**12 if r is None else r for w, r in zip(weights, rooms, strict=True)]
    assert sum(got) == min(flow, sum(most))
    assert all(0 <= cents <= room for cents, room in zip(got, most, strict=True))
    for i, cents in enumerate(got):
        for j, other in enumerate(got):
            if cents > 0 and other < most[j]:
                above = Fraction(held[i] + cents - 1, weights[i])
                assert above <= Fraction(held[j] + other + 1, weights[j])


@settings(max_examples=100, deadline=None)
@given(basins(), CENTS)
def test_a_draining_sums_to_the_need(
    names: tuple[list[int], list[int], list[int | None]], need: int
) -> None:
    held, weights, _ = names
    given_up = drain(held, weights, need, held)
    assert sum(given_up) == min(need, sum(held))
    assert all(0 <= cents <= most for cents, most in zip(given_up, held, strict=True))


def test_an_account_that_may_buy_one_name_alone_raises_that_name() -> None:
    """The IRA has 60 for the first name alone; the brokerage's 60 go to the others."""
    found = fill_accounts(
        Basins(held_cents=[0, 0, 0], weights=[1, 1, 1], room_cents=[None] * 3),
        {"ira": 60, "main": 60},
        {"ira": {0}, "main": {0, 1, 2}},
    )
    assert found == {("ira", 0): 60, ("main", 1): 30, ("main", 2): 30}


@settings(max_examples=150, deadline=None)
@given(
    held=st.lists(st.integers(0, 10**6), min_size=4, max_size=4),
    weights=st.lists(st.integers(1, 100), min_size=4, max_size=4),
    rooms=st.lists(st.one_of(st.none(), st.integers(0, 10**6)), min_size=4, max_size=4),
    cash=st.lists(st.integers(0, 10**6), min_size=3, max_size=3),
    allowed=st.lists(st.sets(st.integers(0, 3)), min_size=3, max_size=3),
)
def test_accounts_fill_as_evenly_as_what_they_may_buy_lets_them(
    held: list[int],
    weights: list[int],
    rooms: list[int | None],
    cash: list[int],
    allowed: list[set[int]],
) -> None:
    """No account puts a cent into a name while another that it may buy stands lower."""
    names = ["a", "b", "c"]
    may = dict(zip(names, allowed, strict=True))
    has = dict(zip(names, cash, strict=True))
    found = fill_accounts(Basins(held_cents=held, weights=weights, room_cents=rooms), has, may)
    got = [sum(found.get((name, i), 0) for name in names) for i in range(4)]
    assert all(room is None or cents <= room for cents, room in zip(got, rooms, strict=True))
    for name in names:
        spent = sum(cents for (who, _), cents in found.items() if who == name)
        assert spent <= has[name]
        is_open = [i for i in may[name] if rooms[i] is None or got[i] < (rooms[i] or 0)]
        if spent < has[name]:
            assert not is_open
        for i in may[name]:
            if found.get((name, i), 0) > 0:
                for j in is_open:
                    slack = 3
                    above = Fraction(held[i] + got[i] - slack, weights[i])
                    assert above <= Fraction(held[j] + got[j] + slack, weights[j])
