"""128-bit products give what exact integers give, and raise where a result does not fit."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from taxlots.book import wide
from taxlots.domain import money

BELOW = money.LIMIT - 1
SIGNED = st.integers(-BELOW, BELOW)
POSITIVE = st.integers(1, BELOW)
NATURAL = st.integers(0, BELOW)
SMALL = st.integers(1, 10_000)
WHOLES = st.one_of(POSITIVE, SMALL)

Function = Callable[..., int]


def agree(narrow: Function, exact: Function, *operands: int) -> None:
    """The same number, or OverflowError from both where it does not fit the books."""
    try:
        expected = exact(*operands)
    except OverflowError:
        with pytest.raises(OverflowError):
            narrow(*operands)
    else:
        assert narrow(*operands) == expected


@given(SIGNED, NATURAL, WHOLES)
@settings(max_examples=500)
def test_apportion(amount: int, part: int, whole: int) -> None:
    agree(wide.apportion, money.apportion, amount, part, whole)


@given(SIGNED, POSITIVE, st.data())
@settings(max_examples=500)
def test_apportion_of_a_part_never_overflows(amount: int, whole: int, data: st.DataObject) -> None:
    part = data.draw(st.integers(0, whole))
    assert wide.apportion(amount, part, whole) == money.apportion(amount, part, whole)


@given(SIGNED, st.integers(1, BELOW // 2))
def test_apportion_rounds_halves_up_on_both_sides_of_zero(amount: int, half: int) -> None:
    whole = 2 * half
    odd = 2 * (amount // 4) + 1
    assert wide.apportion(odd, half, whole) == (odd + 1) // 2


@given(NATURAL, NATURAL, WHOLES)
@settings(max_examples=500)
def test_cut(amount: int, part: int, whole: int) -> None:
    agree(wide.cut, money.cut, amount, part, whole)


@given(NATURAL, st.integers(0, 1 << 31), st.integers(1, 1 << 31))
@settings(max_examples=500)
def test_is_whole(amount: int, part: int, whole: int) -> None:
    if amount * part // whole < money.LIMIT:
        assert wide.is_whole(amount, part, whole) == money.is_whole(amount, part, whole)


@given(NATURAL, SMALL)
def test_is_whole_of_a_multiple(amount: int, factor: int) -> None:
    multiple = amount // factor * factor
    assert wide.is_whole(multiple, 1, factor)


@given(SIGNED, POSITIVE, SIGNED, POSITIVE)
@settings(max_examples=500)
def test_ratio_exceeds(a: int, b: int, c: int, d: int) -> None:
    assert wide.ratio_exceeds(a, b, c, d) == money.ratio_exceeds(a, b, c, d)


@given(st.integers(-(1 << 30), 1 << 30), st.integers(1, 1 << 30), SMALL, SMALL)
def test_equal_ratios_exceed_neither_way(a: int, b: int, m: int, n: int) -> None:
    assert not wide.ratio_exceeds(a * m, b * m, a * n, b * n)
    assert wide.ratio_exceeds(a * m + 1, b * m, a * n, b * n)


@pytest.mark.parametrize("name", ["apportion", "cut", "is_whole"])
def test_what_does_not_fit_raises_and_never_wraps(name: str) -> None:
    with pytest.raises(OverflowError, match="too large for the books"):
        getattr(wide, name)(BELOW, BELOW, 1)
    with pytest.raises(OverflowError, match="too large for the books"):
        getattr(wide, name)(BELOW, 3, 2)


@pytest.mark.slow
def test_machine_code_gives_the_same_products(tmp_path: Path) -> None:
    import numba

    from taxlots.book import compiled

    numba.config.CACHE_DIR = str(tmp_path)

    functions = compiled._reachable(wide.apportion) + compiled._reachable(wide.cut)
    functions += compiled._reachable(wide.ratio_exceeds)
    jitted = compiled._compile(list(dict.fromkeys(functions)))
    inner_apportion, inner_cut = jitted[wide.apportion], jitted[wide.cut]  # type: ignore[index]
    inner_exceeds = jitted[wide.ratio_exceeds]  # type: ignore[index]

    @numba.njit  # type: ignore[untyped-decorator]
    def apportion(amount: int, part: int, whole: int) -> int:
        return inner_apportion(amount, part, whole)  # type: ignore[no-any-return]

    @numba.njit  # type: ignore[untyped-decorator]
    def cut(amount: int, part: int, whole: int) -> int:
        return inner_cut(amount, part, whole)  # type: ignore[no-any-return]

    @numba.njit  # type: ignore[untyped-decorator]
    def exceeds(a: int, b: int, c: int, d: int) -> bool:
        return inner_exceeds(a, b, c, d)  # type: ignore[no-any-return]

    @given(SIGNED, NATURAL, WHOLES, POSITIVE)
    @settings(max_examples=2_000)
    def check(amount: int, part: int, whole: int, other: int) -> None:
        agree(apportion, money.apportion, amount, part, whole)
        agree(cut, money.cut, abs(amount), part, whole)
        assert exceeds(amount, whole, part, other) == money.ratio_exceeds(
            amount, whole, part, other
        )

    check()
