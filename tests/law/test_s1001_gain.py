"""26 USC 1001(a): amount realized less adjusted basis."""

import pytest

from taxlots.law.s1001_gain import gain


@pytest.mark.parametrize(
    ("proceeds", "basis", "expected"),
    [(900, 1_000, -100), (1_000, 1_000, 0), (1_100, 1_000, 100), (-499, 1_000, -1_499)],
)
def test_gain_is_positive_and_loss_negative(proceeds: int, basis: int, expected: int) -> None:
    assert gain(proceeds, basis) == expected
