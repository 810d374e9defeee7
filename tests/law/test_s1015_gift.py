"""26 USC 1015: one basis for gain, another for loss, and nothing between them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taxlots.law.s1015_gift import basis_on_sale, gain_basis, loss_basis

MONEY = st.integers(0, 10**12)


@pytest.mark.parametrize(("price", "gain"), [(12_000, 2_000), (7_000, -1_000), (9_000, 0)])
def test_pub_551_a_gift_worth_less_than_its_basis(price: int, gain: int) -> None:
    for_gain = gain_basis(10_000, 8_000, 0)
    for_loss = loss_basis(for_gain, 8_000)
    assert price - basis_on_sale(price, for_gain, for_loss) == gain


def test_pub_551_gift_tax_on_the_appreciation() -> None:
    """20,000 and 6,220 × 30,000 / 31,000 of gift tax."""
    assert gain_basis(20_000_00, 50_000_00, 6_019_35) == 26_019_35


@given(MONEY, MONEY, MONEY)
def test_1015_d_1_gift_tax_never_lifts_the_basis_above_the_value(
    donor: int, value: int, tax: int
) -> None:
    basis = gain_basis(donor, value, tax)
    assert donor <= basis <= max(donor, value)
    assert basis == donor + tax or basis == max(donor, value)


@given(MONEY, MONEY, MONEY)
def test_reg_1_1015_1_no_gain_below_one_basis_and_no_loss_above_the_other(
    price: int, donor: int, value: int
) -> None:
    for_loss = loss_basis(donor, value)
    gain = price - basis_on_sale(price, donor, for_loss)
    assert (gain > 0) == (price > donor)
    assert (gain < 0) == (price < for_loss)
