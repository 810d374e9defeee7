"""26 USC 1014 and 1223(9): value at death, and long-term at once."""

from taxlots.law.s1014_inheritance import inherited_basis, inherited_is_long_term


def test_1014_a_basis_is_the_value_at_death() -> None:
    assert inherited_basis(123_456) == 123_456


def test_1223_9_is_long_term_whenever_it_is_sold() -> None:
    assert inherited_is_long_term()
