"""Amounts as people and files read them."""

from hypothesis import given
from hypothesis import strategies as st

from taxlots.domain.money import dollars, dollars_if_known, scaled


@given(st.integers(-(10**15), 10**15))
def test_dollars_read_back_as_the_cents_that_they_were(cents: int) -> None:
    assert scaled(dollars(cents), 2) == cents
    assert dollars_if_known(cents) == dollars(cents)


def test_an_amount_that_nobody_knows_is_blank_and_no_zero() -> None:
    assert (dollars_if_known(None), dollars_if_known(0)) == ("", "0.00")
