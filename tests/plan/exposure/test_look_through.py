"""Look-through: what is held through funds, funds of funds included, and what is not known."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taxlots.domain.problem import UsageError
from taxlots.plan.exposure.look_through import look_through

FUNDS = {
    "WORLD": {"US": 0.6, "EX-US": 0.4},
    "US": {"AAPL": 0.07, "MSFT": 0.06, "XOM": 0.84},
    "EX-US": {"NESN": 0.02, "ASML": 0.98},
}


def test_a_fund_of_funds_is_opened_to_the_end() -> None:
    """10,000 of WORLD: 6,000 of US, of which 420 are Apple and 180 are not listed."""
    found = look_through({"WORLD": 10_000, "AAPL": 1_000}, FUNDS)
    assert found.direct == {"AAPL": 1_000}
    assert found.through["AAPL"] == pytest.approx(420)
    assert found.total["AAPL"] == pytest.approx(1_420)
    assert found.unknown == {"US": pytest.approx(180)}
    assert found.overlap == {"AAPL": pytest.approx(420)}
    assert found.ways["WORLD", "ASML"] == pytest.approx(3_920)


def test_a_fund_that_is_not_listed_is_held_as_it_is() -> None:
    found = look_through({"GLD": 500}, FUNDS)
    assert (found.direct, found.through, found.unknown) == ({"GLD": 500}, {}, {})


def test_funds_that_hold_each_other_are_named() -> None:
    with pytest.raises(UsageError, match="A holds B holds A"):
        look_through({}, {"A": {"B": 0.5}, "B": {"A": 0.5}})
    with pytest.raises(UsageError, match=r"A holds A"):
        look_through({}, {"A": {"A": 0.5}})


def test_weights_in_percent_are_refused() -> None:
    with pytest.raises(UsageError, match=r"sum to 100\.0000 of it; write weights as parts of one"):
        look_through({}, {"A": {"B": 60, "C": 40}})


def test_a_short_in_a_fund_counts_against_it() -> None:
    found = look_through({"LS": 100}, {"LS": {"X": 1.3, "Y": -0.3}})
    assert found.through == {"X": pytest.approx(130), "Y": pytest.approx(-30)}
    assert found.unknown == {}


@st.composite
def nested_funds(draw: st.DrawFn) -> dict[str, dict[str, float]]:
    """Funds F0 to F4, each holding later funds and stocks, with weights of one or less."""
    funds = {}
    for n in range(5):
        below = [*(f"F{m}" for m in range(n + 1, 5)), "S0", "S1", "S2"]
        chosen = draw(st.lists(st.sampled_from(below), min_size=1, unique=True))
        parts = draw(st.lists(st.floats(0, 1), min_size=len(chosen), max_size=len(chosen)))
        whole = max(1.0, sum(parts))
        funds[f"F{n}"] = {name: part / whole for name, part in zip(chosen, parts, strict=True)}
    return funds


@given(
    nested_funds(),
    st.dictionaries(st.sampled_from(["F0", "F1", "F4", "S0", "S9"]), st.floats(0, 1e6)),
)
def test_every_dollar_is_placed_or_told_to_be_unknown(
    funds: dict[str, dict[str, float]], held: dict[str, float]
) -> None:
    found = look_through(held, funds)
    placed = sum(found.total.values()) + sum(found.unknown.values())
    assert placed == pytest.approx(sum(held.values()), abs=1e-2, rel=1e-5)
    assert all(name.startswith("S") for name in found.total)
